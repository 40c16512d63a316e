"""What becomes of the session that a browser has borne once it gets a new one, in whatever way somebody logged in."""

from fastapi import Request

from api.browser_sessions import Home, person_of, secret_of
from api.wiring import Instance
from identity.duties import Actor

__all__ = ["succeed"]


def succeed(request: Request, instance: Instance, secret: str, *, home: Home) -> Actor:
    """Let the session of a secret take the place of the one that a browser bears; return who bears it now.

    Business systems of the same person take part in the new one; those of somebody else are told that it is over.
    """
    access, openid = instance.base.access, instance.openid
    before, secret_before = person_of(request, instance), secret_of(request, instance)
    actor = access.actor_of(secret, home.bound)
    if before is not None:
        if before.id == actor.id:
            openid.authorizing.follow(before.session, actor)
        access.log_out(before, secret_before)
        openid.ending.sweep(session=before.session)
    return actor

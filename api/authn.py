"""Who calls: the bearer of a session or a token becomes an `Actor`, and each route asks for one permission.

Decisions that refuse are put into the audit trail before they are answered.
"""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from api.permissions import PERMITTED, PUBLIC, Permission, floor_of
from api.problems import Unauthenticated
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import CredentialsWrong, DutyMissing, LevelTooLow
from trust.errors import Denied
from trust.events import AuditEvent

__all__ = ["allow", "bearer_secret", "instance_of"]

BEARER = HTTPBearer(
    auto_error=False, description="Session of a person (xs_…) or access token of a business system (xc_…)"
)
MAX_SECRET = 128


async def instance_of(request: Request) -> Instance:
    """Return the instance that answers."""
    instance: Instance = request.app.state.instance
    return instance


async def bearer_secret(credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]) -> str:
    """Return the secret that the caller bears, or raise `Unauthenticated`."""
    if credentials is None or not 0 < len(credentials.credentials) <= MAX_SECRET:
        raise Unauthenticated
    return credentials.credentials


def allow(permission: Permission) -> Any:  # noqa: ANN401 - what FastAPI's Depends is
    """Return the dependency of a route that needs `permission`: it gives the actor, or refuses."""
    if permission in PUBLIC:
        return Depends(mark(permission, anybody))
    return Depends(mark(permission, check(permission)))


def mark(permission: Permission, dependency: Callable[..., Any]) -> Callable[..., Any]:
    """Write the permission onto a dependency, where a test finds it for every route."""
    setattr(dependency, "permission", permission)  # noqa: B010 - a function has no such attribute by itself
    return dependency


def anybody() -> None:
    """Let everybody in."""


def check(permission: Permission) -> Callable[..., AsyncIterator[Actor]]:
    """Return the dependency that checks a permission which needs a login, and records whatever is denied after that.

    Only what asks the database goes to a thread: each change of threads costs as much as the question.
    """

    async def checked(
        request: Request,
        secret: Annotated[str, Depends(bearer_secret)],
        instance: Annotated[Instance, Depends(instance_of)],
    ) -> AsyncIterator[Actor]:
        try:
            actor = await run_in_threadpool(instance.base.access.actor_of, secret)
        except CredentialsWrong:
            raise Unauthenticated from None
        request.state.actor = actor.id
        try:
            permitted = PERMITTED[permission]
            if permission is not Permission.SELF and not any(actor.holds(duty) for duty in permitted):
                raise DutyMissing(duty=" / ".join(sorted(duty.value for duty in permitted)))
            needed = floor_of(permission)
            if actor.level < needed:
                raise LevelTooLow(held=actor.level.value, needed=needed.value)
            yield actor
        except Denied as refusal:  # here or in the use case
            await run_in_threadpool(record, instance, actor, permission, refusal)
            raise

    return checked


def record(instance: Instance, actor: Actor, permission: Permission, refusal: Denied) -> None:
    """Put a refusal into the audit trail."""
    with instance.base.store.transaction() as tx:
        facts = {"permission": permission.value, "code": refusal.code, **refusal.details}
        tx.record(AuditEvent(tag="access:check:refused", actor=actor.id, subject=actor.id, facts=facts))

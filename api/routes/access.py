"""Logging in: activation, and sessions of persons."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import browser_sessions
from api.authn import allow, bearer_secret, instance_of, is_borne_by_console, opened_to
from api.dpop import bound_by
from api.permissions import Permission
from api.problems import TooManyRequests
from api.schemas.common import errors
from api.schemas.identity import Activation, Login, Me, SessionView
from api.throttle import Throttle
from api.wiring import Instance
from identity.authentication.attempts import TooManyAttempts
from identity.breached_passwords import BreachedListUnreadable
from identity.dpop import DPoPNonceNeeded, DPoPProofRefused
from identity.duties import Actor
from identity.errors import (
    CredentialsWrong,
    PasswordTooWeak,
    SubjectNotActive,
    UsernameMalformed,
    UsernameTaken,
)
from identity.passwords import PasswordsBusy
from identity.subject import Person
from trust.store import LostRace

__all__ = ["agent_of", "count_login", "count_login_from", "count_login_or", "router"]

router = APIRouter(tags=["登录 access"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Caller = Annotated[Actor, allow(Permission.SELF)]
Anyone = Annotated[Actor, allow(Permission.PROOFING_OWN)]
"""Whoever has no level any more may leave all the same."""


def count_login(request: Request) -> None:
    """Count an attempt to log in from this address."""
    throttle: Throttle = request.app.state.logins
    throttle.count(request)


def count_login_from(request: Request, origin: str) -> None:
    """Count an attempt to log in: from a device that the account is known on, or else from this address.

    Who shares an address with somebody who guesses is not kept out by it.
    """
    throttle: Throttle = request.app.state.logins
    if origin:
        throttle.count_for(f"device {origin}")
    else:
        throttle.count(request)


def count_login_or(request: Request, known: Callable[[], str]) -> None:
    """Count an attempt from this address; where others have used up what it has, by what `known` knows the caller by.

    Strangers are known by nothing, and come back later. Raise `TooManyRequests`.
    """
    throttle: Throttle = request.app.state.logins
    try:
        throttle.count(request)
    except TooManyRequests:
        name = known()
        if not name:
            raise
        throttle.count_for(name)


def agent_of(request: Request) -> str:
    """Return what the browser or program calls itself."""
    return request.headers.get("user-agent", "")


@router.post(
    "/v1/auth/activation",
    summary="Choose username and password with an activation code 激活账号",
    status_code=204,
    dependencies=[allow(Permission.ANYBODY), Depends(count_login)],
    responses=errors(
        CredentialsWrong,
        SubjectNotActive,
        UsernameMalformed,
        UsernameTaken,
        PasswordTooWeak,
        PasswordsBusy,
        BreachedListUnreadable,
        TooManyRequests,
        LostRace,
        public=True,
    ),
)
def activate(instance: InstanceHere, body: Activation) -> Response:
    """Spend an activation code; the person alone knows the password."""
    access = instance.base.access
    access.activate(body.code.get_secret_value(), username=body.username, password=body.password.get_secret_value())
    return Response(status_code=204)


@router.post(
    "/v1/auth/sessions",
    summary="Log in 登录",
    status_code=201,
    dependencies=[allow(Permission.ANYBODY)],
    responses=errors(
        CredentialsWrong,
        SubjectNotActive,
        TooManyAttempts,
        TooManyRequests,
        PasswordsBusy,
        DPoPProofRefused,
        DPoPNonceNeeded,
        public=True,
    ),
)
def log_in(instance: InstanceHere, request: Request, body: Login) -> SessionView:
    """Begin a session of eight hours with username and password, and a one-time code where there is an app.

    With a proof of a key (header `DPoP`, RFC 9449) the session is bound to that key.
    """
    sign_in = instance.base.sign_in
    asked = body.asked(agent_of(request))
    count_login_from(request, sign_in.attempts.origin(asked.username, asked.device, now=instance.base.clock.now()))
    bound = bound_by(request, instance)
    return SessionView.of(sign_in.log_in(replace(asked, bound=bound)))


@router.delete("/v1/auth/sessions/current", summary="Log out 退出", status_code=204, responses=errors(CredentialsWrong))
def log_out(
    instance: InstanceHere, request: Request, caller: Anyone, secret: Annotated[str, Depends(bearer_secret)]
) -> Response:
    """End the session or token that the request bears. A browser gives back its cookies, as by the page of logout."""
    instance.base.access.log_out(caller, secret)
    found = Response(status_code=204)
    if is_borne_by_console(request):
        instance.openid.ending.sweep(session=caller.session)
        browser_sessions.end(found, instance)
    return found


@router.get("/v1/me", summary="Who I am, and with which duties 我的身份与职责", responses=errors())
def me(instance: InstanceHere, caller: Caller) -> Me:
    """Return the caller's identifier, duties and what delegations open, and how long the session may be left alone."""
    opened = opened_to(instance, caller)
    if caller.is_client:
        return Me.of(caller, name="", idle=None, opened=opened)
    person = instance.base.identity.find(caller.id)
    name = person.name.masked if isinstance(person, Person) else ""
    return Me.of(caller, name=name, idle=instance.base.access.limits.idle[caller.shown], opened=opened)

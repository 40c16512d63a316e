"""Arriving in a browser: login at the platform above, and the ticket of a platform beside."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from api import browser_sessions
from api.authn import allow, instance_of
from api.federation.upper import UPPER, UpperLogin
from api.openid.fields import PUBLIC
from api.openid.succeeding import succeed
from api.permissions import Permission
from api.routes.access import agent_of, count_login
from api.routes.pages import PageRoute
from api.schemas.texts import Name, Text
from api.wiring import Instance
from identity.federation.errors import ArrivalRefused, PlatformNotConfigured
from identity.tokens import IssuedToken

__all__ = ["router"]

router = APIRouter(tags=["信任传递 federation"], route_class=PageRoute, default_response_class=Response)
InstanceHere = Annotated[Instance, Depends(instance_of)]
PAGES: Final[dict[int | str, dict[str, Any]]] = {
    303: {"description": "On to the next page"},
    403: {"content": {"text/html": {}}, "description": "Page"},
}

LOGGING_IN: Final = [allow(Permission.ANYBODY), Depends(count_login)]
AWAY: Final = "xinyin-away"
AWAY_SECONDS: Final = 600
MAX_CODE: Final = 2048
MAX_TOKEN: Final = 16 << 10


class CameBack(BaseModel):
    """What the browser brings back (RFC 6749, 4.1.2; RFC 9207)."""

    state: Text = Field(default="", max_length=200)
    code: Text = Field(default="", max_length=MAX_CODE, repr=False)
    iss: Text = Field(default="", max_length=500)
    error: Text = Field(default="", max_length=200)


def upper_of(instance: Instance) -> UpperLogin:
    """Return the platform above, or raise `PlatformNotConfigured`."""
    if instance.federation.upper is None:
        raise PlatformNotConfigured
    return instance.federation.upper


def onward(request: Request, path: str) -> str:
    """Return where a person goes after arriving: back to the login that waits, or to the account."""
    return within(request, f"/login/next?request={path}" if path else "/account")


def within(request: Request, path: str) -> str:
    """Return the address of a page of our own, below where the service stands."""
    root: str = request.scope.get("root_path", "").rstrip("/")
    return f"{root}{path}"


def see_other(address: str) -> Response:
    """Return what sends a browser on."""
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


@router.get(
    "/login/upper",
    summary="Log in at the platform above 用省统一身份登录",
    status_code=303,
    dependencies=LOGGING_IN,
    responses=PAGES,
)
def leave(
    instance: InstanceHere,
    request: Request,
    waiting: Annotated[Text, Query(alias="request", max_length=200, pattern="^[A-Za-z0-9_-]*$")] = "",
    purpose: Annotated[
        Text, Query(pattern="^(login|link)$", description="link: to the account that is open")
    ] = "login",
) -> Response:
    """Send the browser to the platform above. Whoever is logged in here may link the account there to the one here."""
    upper = upper_of(instance)
    person = browser_sessions.person_of(request, instance) if purpose == "link" else None
    begun = instance.federation.arriving.begin(UPPER, path=waiting, person=None if person is None else person.id)
    found = see_other(upper.leave(begun))
    browser_sessions.put(found, instance.base.settings, AWAY, begun.secret, seconds=AWAY_SECONDS)
    return found


@router.get(
    "/login/upper/callback",
    summary="Come back from the platform above 省统一身份登录返回",
    status_code=303,
    dependencies=LOGGING_IN,
    responses=PAGES,
)
def come_back(instance: InstanceHere, request: Request, answer: Annotated[CameBack, Query()]) -> Response:
    """Let in whom the platform vouches for, with a session of this browser."""
    upper, federation = upper_of(instance), instance.federation
    secret = browser_sessions.take(request, instance.base.settings, AWAY)
    arrival = federation.arriving.take(UPPER, secret, state=answer.state)
    if answer.error or not answer.code:
        raise ArrivalRefused(fault="answer")
    if arrival.person is not None:
        here = browser_sessions.person_of(request, instance)
        if here is None or here.id != arrival.person:
            raise ArrivalRefused(fault="person")
    vouched = upper.redeem(arrival, code=answer.code, issuer=answer.iss)
    home = browser_sessions.Home.of(request, instance)
    issued = federation.arriving.arrive(vouched, agent=agent_of(request), person=arrival.person, bound=home.bound)
    return entered(request, instance, issued, onward(request, arrival.secrets["path"]), home=home)


@router.get(
    "/login/from/{peer}",
    summary="Arrive from a platform beside with its ticket 持票据转入",
    status_code=303,
    dependencies=LOGGING_IN,
    responses=PAGES,
)
def arrive(
    instance: InstanceHere,
    request: Request,
    peer: Name,
    ticket: Annotated[Text, Query(max_length=MAX_CODE)],
) -> Response:
    """Exchange a peer's ticket at the peer, and let in whom it vouches for.

    Nobody is logged in over somebody else: who is logged in here as another person stays that person.
    """
    federation = instance.federation
    vouched = federation.peer_login(peer).redeem(ticket)
    here = browser_sessions.person_of(request, instance)
    home = browser_sessions.Home.of(request, instance)
    issued = federation.arriving.arrive(
        vouched, agent=agent_of(request), here=None if here is None else here.id, bound=home.bound
    )
    return entered(request, instance, issued, onward(request, ""), home=home)


@router.post(
    "/login/upper/logout",
    summary="Log out here and at the platform above 同时退出省统一身份",
    status_code=303,
    dependencies=LOGGING_IN,
    responses=PAGES,
)
def log_out(
    instance: InstanceHere, request: Request, mark: Annotated[Text, Form(max_length=200, examples=["4f1c…"])]
) -> Response:
    """End the session of this browser, and send it to the platform above to end the one there."""
    upper = upper_of(instance)
    browser_sessions.require_own_form(request, instance, mark)
    person = browser_sessions.person_of(request, instance)
    if person is not None:
        instance.base.access.log_out(person, browser_sessions.secret_of(request, instance))
    found = see_other(upper.leave_for_good(f"{instance.base.settings.public_url}/login") or within(request, "/login"))
    browser_sessions.end(found, instance)
    return found


@router.post(
    "/login/upper/backchannel-logout",
    summary="The platform above ends a login 省统一身份通知退出",
    status_code=204,
    dependencies=PUBLIC,  # the logouts of all who logged in above come from one address
    responses={400: {"content": {"text/html": {}}, "description": "Page"}},
)
def log_out_from_above(
    instance: InstanceHere,
    logout_token: Annotated[Text, Form(max_length=MAX_TOKEN, examples=["eyJhbGciOiJFUzI1NiJ9.…"])],
) -> Response:
    """End the sessions that were begun with an account above (OpenID Connect Back-Channel Logout 1.0, 2.5)."""
    subject = upper_of(instance).logged_out(logout_token)
    instance.federation.arriving.end_sessions(UPPER, subject)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def entered(
    request: Request, instance: Instance, issued: IssuedToken, address: str, *, home: browser_sessions.Home
) -> Response:
    """Return what gives a browser a session in the place of the one before, and sends it on."""
    succeed(request, instance, issued.secret, home=home)
    found = see_other(address)
    browser_sessions.begin(found, instance, issued.secret, home=home)
    settings = instance.base.settings
    name = browser_sessions.cookie_name(settings, AWAY)
    found.delete_cookie(name, path="/", secure=browser_sessions.is_secure(settings), httponly=True, samesite="lax")
    return found

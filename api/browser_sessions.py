"""Sessions of browsers: a cookie that no script reads, and forms that no other site can send.

A session in a browser is a session as any other (identity/access.py): its secret stands in a cookie in place of the
`Authorization` header. The pages of sign-on take it from a cookie that comes along when business systems lead a browser
here (SameSite=Lax). The API takes none but from the console: from a cookie of its own that no other site can let come
along (SameSite=Strict), and only with a header that no form can send, so that no page of others can ask it anything in
the person's name.
Every login gives another secret, and another visit: who planted a cookie before has nothing (session fixation).

Beside its sessions a browser bears a secret of its own (`Home`), and every session that begins in it is bound to that:
a session's secret that turns up elsewhere, in another browser or in an `Authorization` header, ends the session.
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from fastapi import Request, Response

from api.settings import Settings
from api.wiring import Instance
from identity.binding import UNBOUND, Binding
from identity.duties import Actor
from identity.errors import CredentialsWrong
from identity.tokens import digest_of
from trust.errors import Denied, Invalid

__all__ = [
    "DEVICE",
    "FormForged",
    "FormIncomplete",
    "Home",
    "Visit",
    "begin",
    "console_secret_of",
    "device_of",
    "end",
    "lead_on",
    "next_place",
    "person_of",
    "place_of",
    "renew",
    "require_own_form",
    "secret_of",
    "shown_by",
]

SESSION: Final = "xinyin-session"
CONSOLE: Final = "xinyin-console"
NEXT: Final = "xinyin-next"
VISIT: Final = "xinyin-visit"
DEVICE: Final = "xinyin-device"
HOME: Final = "xinyin-home"
HOST_ONLY: Final = "__Host-"
"""Lets a browser keep a cookie only if this very host sent it over TLS (RFC 6265bis, 4.1.3.2)."""

VISIT_BYTES: Final = 24
HOME_BYTES: Final = 32
HOME_PREFIX: Final = "xb_"
LONGEST: Final = 128
DEVICE_SECONDS: Final = 180 * 24 * 3600
NEXT_SECONDS: Final = 15 * 60
CONSOLE_HEADER: Final = "X-Xinyin-Console"
LONGEST_PLACE: Final = 512
CONSOLE_PLACE: Final = re.compile(r"/console/[A-Za-z0-9/_.~?&=%-]{0,500}", re.ASCII)
"""Where a login may lead to by itself: a page of the console, never elsewhere."""

FOREIGN: Final = frozenset({"cross-site", "same-site"})
"""What a browser says of a request that another site has caused (W3C Fetch Metadata, 2.3)."""


class FormForged(Denied):
    """The form was not opened in this browser, or was opened too long ago. Open the page again."""

    code = "login.form_forged"


class FormIncomplete(Invalid):
    """A field of the form is missing, or holds more than it may; `field` names it."""

    code = "login.form_incomplete"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


def cookie_name(settings: Settings, name: str) -> str:
    """Return what a cookie is called: without TLS, as in development on one's own machine, no host can be held to."""
    return f"{HOST_ONLY}{name}" if is_secure(settings) else name


def is_secure(settings: Settings) -> bool:
    """Tell whether browsers reach this service over TLS."""
    return settings.public_url.startswith("https://")


def put(
    response: Response,
    settings: Settings,
    name: str,
    value: str,
    *,
    seconds: int | None = None,
    samesite: Literal["lax", "strict"] = "lax",
) -> None:
    """Give a browser a cookie that is sent to this host alone, and that no script can read."""
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=seconds,
        path="/",
        secure=is_secure(settings),
        httponly=True,
        samesite=samesite,
    )


def drop(response: Response, settings: Settings, name: str) -> None:
    """Take a cookie from a browser."""
    response.delete_cookie(
        cookie_name(settings, name), path="/", secure=is_secure(settings), httponly=True, samesite="lax"
    )


def take(request: Request, settings: Settings, name: str, *, longest: int = LONGEST) -> str:
    """Return what a browser sends as a cookie, or nothing."""
    value = request.cookies.get(cookie_name(settings, name), "")
    return value if len(value) <= longest and value.isascii() and value.isprintable() else ""


# --- the session


@dataclass(frozen=True)
class Home:
    """The browser in which sessions begin, by a secret that it bears apart from them."""

    secret: str = field(repr=False)

    @classmethod
    def of(cls, request: Request, instance: Instance) -> "Home":
        """Return the browser that asks by the secret that it bears, or by a new one."""
        return cls(take(request, instance.base.settings, HOME) or HOME_PREFIX + secrets.token_urlsafe(HOME_BYTES))

    @property
    def bound(self) -> Binding:
        """What a session is bound to that begins in this browser."""
        return Binding(device=digest_of(self.secret))


def shown_by(request: Request, instance: Instance) -> Binding:
    """Return what a browser shows beside the secret of its session."""
    secret = take(request, instance.base.settings, HOME)
    return Binding(device=digest_of(secret)) if secret else UNBOUND


def begin(response: Response, instance: Instance, secret: str, *, home: Home, device: str = "") -> None:
    """Let a browser bear a session that has just begun in it; `device` is what lets it be known the next time.

    The visit ends: forms that were opened before the login are worth nothing after it.
    """
    settings = instance.base.settings
    renew(response, instance, secret)
    # It comes along wherever the session's cookie does: when business systems lead a browser here, too.
    put(response, settings, HOME, home.secret, seconds=DEVICE_SECONDS)
    put(response, settings, VISIT, secrets.token_urlsafe(VISIT_BYTES))
    if device:
        put(response, settings, DEVICE, device, seconds=DEVICE_SECONDS)


def renew(response: Response, instance: Instance, secret: str) -> None:
    """Let a browser bear a session with which it goes on: as a page of sign-on, and as the console."""
    settings = instance.base.settings
    put(response, settings, SESSION, secret)
    put(response, settings, CONSOLE, secret, samesite="strict")


def end(response: Response, instance: Instance) -> None:
    """Take the session from a browser. Ending it on record is `AccessService.log_out`."""
    for name in (SESSION, CONSOLE, VISIT):
        drop(response, instance.base.settings, name)


def secret_of(request: Request, instance: Instance) -> str:
    """Return the secret of the session that a browser bears, or nothing."""
    return take(request, instance.base.settings, SESSION)


def console_secret_of(request: Request, instance: Instance) -> str:
    """Return the secret of the session with which the console asks, or nothing.

    Three things must hold, each of which another site cannot bring about: the cookie came along although it is sent
    from our own pages alone, the browser says that one of these has caused the request, and a header stands in it that
    needs leave across sites, which is never given (OWASP, CSRF prevention: custom request headers).
    """
    is_ours = request.headers.get("sec-fetch-site") == "same-origin" and CONSOLE_HEADER in request.headers
    return take(request, instance.base.settings, CONSOLE) if is_ours else ""


def device_of(request: Request, instance: Instance) -> str:
    """Return by what this device was known the last time, or nothing."""
    return take(request, instance.base.settings, DEVICE)


def person_of(request: Request, instance: Instance) -> Actor | None:
    """Return who is logged in in this browser, if somebody is: a person, never a business system."""
    secret = secret_of(request, instance)
    if not secret:
        return None
    try:
        actor = instance.base.access.actor_of(secret, shown_by(request, instance))
    except CredentialsWrong:
        return None
    if actor.is_client:
        return None
    request.state.actor = actor.id
    return actor


# --- where a login leads


def lead_on(response: Response, instance: Instance, place: str) -> None:
    """Remember to which page of the console a browser goes once somebody is logged in; anything else is forgotten."""
    if CONSOLE_PLACE.fullmatch(place):
        put(response, instance.base.settings, NEXT, place, seconds=NEXT_SECONDS)
    else:
        drop(response, instance.base.settings, NEXT)


def next_place(request: Request, instance: Instance) -> str:
    """Return where a browser goes after a login: to the page of the console that it came from, or to the account."""
    return place_of(take(request, instance.base.settings, NEXT, longest=LONGEST_PLACE))


def place_of(wanted: str) -> str:
    """Return a page of the console if that is what is wanted, else the account: nothing leads elsewhere."""
    return wanted if CONSOLE_PLACE.fullmatch(wanted) else "/account"


# --- forms


@dataclass(frozen=True)
class Visit:
    """A browser that has opened one of our forms. What it sends back must be from the same browser."""

    secret: str = field(repr=False)

    @classmethod
    def of(cls, request: Request, instance: Instance) -> "Visit":
        """Return the visit that a browser makes, or a new one."""
        return cls(take(request, instance.base.settings, VISIT) or secrets.token_urlsafe(VISIT_BYTES))

    def keep(self, response: Response, instance: Instance) -> None:
        """Let the browser tell the next time that it is the same one."""
        put(response, instance.base.settings, VISIT, self.secret)

    def mark(self, instance: Instance) -> str:
        """Return what a form holds so that no other site can send it (OWASP, signed double-submit cookie)."""
        return instance.base.protection.index(self.secret, kind="form")


def require_own_form(request: Request, instance: Instance, mark: str) -> None:
    """Return if a form was opened in this browser, and sent from our page. Raise `FormForged`."""
    if request.headers.get("sec-fetch-site", "") in FOREIGN:
        raise FormForged
    visit = take(request, instance.base.settings, VISIT)
    if not visit or not secrets.compare_digest(Visit(visit).mark(instance).encode(), mark.encode()):
        raise FormForged

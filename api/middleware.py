"""What happens around every request: a number, a limit on its body, safe headers, one line in the log."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from itertools import count
from types import MappingProxyType
from typing import Final

import structlog
from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import logger
from api.problems import BodyTooLarge, LengthMalformed, failure, problem
from trust.errors import TrustError

__all__ = ["ASKED_BY", "AroundRequest", "BodyLimit", "Heads"]

GIVEN_NUMBER: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
NUMBERS: Final = count(secrets.randbits(63))
"""Numbers of requests, from anywhere on. They keep nothing secret: no random numbers are fetched for each."""

LENGTH: Final = re.compile(r"[0-9]+")
"""A Content-Length (RFC 9110, 8.6)."""

MOST_DIGITS: Final = 18
"""Of a length that is looked at any further; with leading zeros it can be as long as a header may be."""

FORM: Final = "multipart/form-data"
MOST_IN_MEMORY: Final = 2 << 20
"""Octets of a body that is no form with files: three times what a thousand digests take."""

SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
"""No script runs where a page does not say so, and nothing is ever loaded from elsewhere."""

OVER_TLS: Final = {"Strict-Transport-Security": "max-age=31536000"}
"""Beside these where browsers reach the service over TLS: for a year they ask in no other way (RFC 6797, 6.1)."""

NO_STORE: Final = "no-store"
"""What caches are told where a route says nothing: answers hold tokens (RFC 6749, 5.1), codes and personal data."""

ASKED_BY: Final = "xinyin.asked_by"
"""Where a request has the method that it came with, once it is answered as another."""

Teller = Callable[[Request, TrustError], Response]
"""What makes an answer that tells of an error."""


class AroundRequest:
    """Gives each request a number, sets safe headers on each answer, and logs one line when it is done.

    A mistake of ours is logged and answered here, so that its answer has the number and the headers of every other.
    The line has the route and not the address, since an address can hold a QR code's claim.

    `further` are headers that go with every answer beside the safe ones.
    """

    def __init__(self, app: ASGIApp, *, further: Mapping[str, str] = MappingProxyType({})) -> None:
        self.app = app
        usual = {**SAFE_HEADERS, "Cache-Control": NO_STORE, **further}
        self.unless_said = tuple((name.lower().encode(), value.encode()) for name, value in usual.items())
        """Headers as the server takes them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        number = given if GIVEN_NUMBER.fullmatch(given) else f"{next(NUMBERS):016x}"
        scope.setdefault("state", {})["request_id"] = number
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)
        started, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(each for each in self.unless_said if each[0] not in said),
                    (b"x-request-id", number.encode()),
                    *scope["state"].get("fields", ()),
                ]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            logger().exception("request failed", route=route_of(scope))
            if status:
                raise  # an answer has begun: only the server can break it off
            await failure(Request(scope))(scope, receive, send_with_headers)
        finally:
            logger().info(
                "request",
                method=scope["method"],
                route=route_of(scope),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
                actor=scope["state"].get("actor"),
            )


class Heads:
    """Answers HEAD wherever GET is answered: with the same headers, and without the content (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        asked = {**scope, "method": "GET", ASKED_BY: "HEAD"}
        try:
            await self.app(asked, receive, send_head)
        finally:
            scope["route"] = asked.get("route")  # for the log


def route_of(scope: Scope) -> str:
    """Return the pattern of the route that answered, not the address that was asked for."""
    return str(getattr(scope.get("route"), "path", "none"))


class BodyLimit:
    """Refuses a body that is larger than the service accepts, whether its length is declared or not.

    A file comes as a part of a form, which is put on the disk as it arrives; any other body is read into memory as a
    whole, and what JSON becomes there is many times as long.

    `larger` tells what forms may have on paths that begin in a certain way, where that is more.

    `tell` makes the answer to a length that is declared: no route has been asked for it yet.
    """

    def __init__(
        self, app: ASGIApp, *, limit: int, tell: Teller = problem, larger: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self.app = app
        self.limit = limit
        self.larger = larger
        self.tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_form = headers.get("content-type", "").lower().startswith(FORM)
        limit = self.of_form(scope["path"]) if is_form else min(self.limit, MOST_IN_MEMORY)
        declared = headers.get("content-length", "0")
        if not LENGTH.fullmatch(declared):
            await self.refuse(LengthMalformed(), scope, receive, send)
            return
        if len(declared) > MOST_DIGITS or int(declared) > limit:
            await self.refuse(BodyTooLarge(allowed=limit), scope, receive, send)
            return
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise BodyTooLarge(allowed=limit)
            return message

        await self.app(scope, receive_counted, send)

    def of_form(self, path: str) -> int:
        """Return how many octets a form may have that is sent to a path."""
        return max([self.limit, *(most for start, most in self.larger.items() if path.startswith(start))])

    async def refuse(self, error: TrustError, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with an error."""
        await self.tell(Request(scope), error)(scope, receive, send)

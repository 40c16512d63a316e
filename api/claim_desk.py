"""Answers to QR codes that were checked before: given again for as long as nothing that they rest on has changed.

A code on a wall is scanned by hundreds. The first check of a code takes everything: its signature, the registry, the
words. What came of it is kept as it was written, and each further check asks the database whether it is still so
(licence/freshness.py). Nothing is ever answered from memory alone.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.middleware import Teller
from api.schemas.verification import ClaimVerdict
from api.throttle import Throttle
from licence.claim import CLAIM_LENGTH
from licence.freshness import Freshness, Grounds
from licence.verification import ClaimReport
from trust.errors import TrustError
from trust.verdict import Outcome

__all__ = ["Checked", "ClaimDesk", "ClaimDoor", "Known"]

MOST_KNOWN: Final = 4096
"""Answers that are kept, of about two thousand octets each."""


@dataclass(frozen=True)
class Known:
    """An answer as it was written, around the moment of the check."""

    grounds: Grounds
    outcome: Outcome
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)


@dataclass(frozen=True)
class Checked:
    """What came of a code: as it was found, as it is told, and as it is written."""

    report: ClaimReport
    verdict: ClaimVerdict
    written: bytes = field(repr=False)


class ClaimDesk:
    """Answers for QR codes. Safe to share between threads."""

    def __init__(self, judge: Callable[[str], tuple[ClaimReport, Grounds | None]], freshness: Freshness) -> None:
        self.judge = judge
        self.freshness = freshness
        self.known: OrderedDict[str, Known] = OrderedDict()
        self.lock = threading.Lock()

    def check(self, text: str) -> Checked:
        """Judge a code, and keep the answer where it may be given again."""
        report, grounds = self.judge(text)
        verdict = ClaimVerdict.of(report)
        written = verdict.model_dump_json().encode()
        if grounds is not None:
            before, _, after = written.partition(to_json(verdict.moment))
            self.keep(text, Known(grounds, report.verdict.outcome, before, after))
        return Checked(report, verdict, written)

    def holds(self, grounds: Grounds) -> bool:
        """Tell whether what an answer rests on is still the same. Raise `StoreUnavailable`."""
        return self.freshness.of(grounds.licence, grounds.signer) == grounds.fresh

    def keep(self, text: str, known: Known) -> None:
        """Keep an answer, and let go of the one that was not asked for longest."""
        with self.lock:
            self.known[text] = known
            self.known.move_to_end(text)
            if len(self.known) > MOST_KNOWN:
                self.known.popitem(last=False)

    def answer(self, text: str) -> tuple[Outcome, bytes]:
        """Return the answer that was given before if it still is one, else the one that it is now."""
        found = self.again(text)
        if found is not None:
            return found
        checked = self.check(text)
        return checked.report.verdict.outcome, checked.written

    def again(self, text: str) -> tuple[Outcome, bytes] | None:
        """Return the answer for a code that was checked before, if it still is one. Raise `StoreUnavailable`."""
        known = self.known.get(text)
        if known is None or not self.holds(known.grounds):
            return None
        with self.lock, suppress(KeyError):  # another thread may have let go of it
            self.known.move_to_end(text)
        return known.outcome, known.before + to_json(self.freshness.store.clock.now()) + known.after


@dataclass(frozen=True)
class Answered:
    """What the log calls a request that was answered here: by the route, whose path names no code."""

    path: str


@dataclass(frozen=True)
class ClaimDoor:
    """Answers requests for what has the length of a code, ahead of everything that finds a route.

    What is out of the ordinary, such as a token or a question about a past moment, goes on to the route, which
    answers the same.
    """

    app: ASGIApp
    desk: Callable[[], ClaimDesk]
    prefix: str
    """Where codes are asked for, with a slash at the end."""

    throttle: Throttle
    count: Callable[[Outcome], None]
    tell: Teller
    """Makes the answer that tells of an error."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        text = self.code_in(scope)
        if text is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = Answered(f"{self.prefix}{{claim}}")
        request = Request(scope)
        try:
            self.throttle.count(request)
            outcome, body = await self.answer(text)
        except TrustError as error:
            await self.tell(request, error)(scope, receive, send)
            return
        self.count(outcome)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def answer(self, text: str) -> tuple[Outcome, bytes]:
        """Return what the desk answers."""
        desk = self.desk()
        # SQLite answers in microseconds, and a first check takes half a millisecond: to change threads costs a fifth
        # of that. A server across the network must not hold up everybody else.
        return desk.answer(text) if desk.freshness.store.is_sqlite else await run_in_threadpool(desk.answer, text)

    def code_in(self, scope: Scope) -> str | None:
        """Return the code that a request asks for, where it asks for nothing besides."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
            return None
        path: str = scope["path"]
        text = path.removeprefix(self.prefix)
        if len(text) != CLAIM_LENGTH or len(path) == CLAIM_LENGTH:
            return None
        return None if any(name == b"authorization" for name, _ in scope["headers"]) else text

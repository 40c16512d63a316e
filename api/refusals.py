"""What the trail is told of a request: which route, about which things, and how somebody unknown was refused."""

import re
from typing import Final

from fastapi import Request

from api.decisions import Decisions
from api.problems import TooManyRequests
from api.throttle import Throttle, where
from identity.subject import is_unified_identifier
from trust.errors import TrustError
from trust.events import AuditEvent, Fact

__all__ = ["NOBODY", "Refusals", "asked_of"]

NOBODY: Final = "nobody"
OWN_NAME: Final = re.compile(r"[a-z][a-z_]{0,23}_[0-9a-hjkmnp-tv-z]{26}")
"""A name that we have given (trust.identifiers). What else stands in an address may be anybody's number."""


def asked_of(request: Request) -> dict[str, Fact]:
    """Return which route was asked, and about which things, as far as these have names of ours."""
    told: dict[str, Fact] = {"route": f"{request.method} {getattr(request.scope.get('route'), 'path', '')}"}
    named = [one for one in request.path_params.values() if isinstance(one, str)]
    about = " ".join(one for one in named if OWN_NAME.fullmatch(one) or is_unified_identifier(one))
    return told | ({"about": about} if about else {})


class Refusals:
    """Puts on record who is refused without being known: each time, until one address is refused too often.

    From there on it is told to wait, which is on record once a minute: else anybody could fill the trail, and the disk.
    """

    def __init__(self, decisions: Decisions, rate: str) -> None:
        self.decisions = decisions
        self.throttle = Throttle(rate, "refused")
        self.noted = Throttle("1/minute", "refused too often")

    async def record(self, request: Request, tag: str, refusal: TrustError, **facts: Fact) -> None:
        """Put a refusal on record. Raise `TooManyRequests` where this address was refused too often."""
        try:
            self.throttle.count(request)
        except TooManyRequests as wait:
            await self.note(request, tag, wait)
            raise
        await self.append(request, tag, {"code": refusal.code, **facts})

    async def note(self, request: Request, tag: str, wait: TooManyRequests) -> None:
        """Put on record that an address is told to wait, unless that was just done."""
        if self.is_news(where(request)):
            await self.append(request, tag, {"code": wait.code})

    def is_news(self, who: str) -> bool:
        """Tell whether it was not put on record within the last minute that somebody is told to wait."""
        try:
            self.noted.count_for(who)
        except TooManyRequests:
            return False
        return True

    async def append(self, request: Request, tag: str, facts: dict[str, Fact]) -> None:
        """Append an event of somebody who is not known."""
        told = {**facts, **asked_of(request)}
        await self.decisions.record(AuditEvent(tag=tag, actor=NOBODY, subject=NOBODY, facts=told))

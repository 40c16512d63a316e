"""Attribution 归责: by which session, at which level and with which permission somebody acts.

Whoever lets somebody in says so for the time of one request (`acting`); a transaction adds it to each event of this
actor as it is recorded. A request runs in a context of its own, and the threads that it uses share that one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final

from trust.events import AuditEvent, Fact

__all__ = ["Attribution", "Attributions", "acting", "attributed"]


@dataclass(kw_only=True)
class Attribution:
    """Who acts, and by what right."""

    actor: str
    session: str
    level: int
    permission: str
    recorded: bool = False
    """Whether an event of this actor has reached the trail since."""

    @property
    def facts(self) -> dict[str, Fact]:
        """What is added to an event."""
        return {"by_session": self.session, "by_level": self.level, "by_permission": self.permission}


PRESENT: Final[ContextVar[Attribution | None]] = ContextVar("attribution", default=None)


@contextmanager
def acting(attribution: Attribution) -> Iterator[Attribution]:
    """Let events be attributed in this way until the block is left."""
    PRESENT.set(attribution)
    try:
        yield attribution
    finally:
        PRESENT.set(None)


def attributed(event: AuditEvent) -> AuditEvent:
    """Return an event of whoever acts now with the attribution, any other as it is."""
    return Attributions().attributed(event)


class Attributions:
    """By what right the events of one transaction were recorded: of several, where several share a commit."""

    def __init__(self) -> None:
        self.met: list[Attribution] = []

    def attributed(self, event: AuditEvent) -> AuditEvent:
        """Return an event of whoever acts now with the attribution, any other as it is."""
        present = PRESENT.get()
        if present is None or event.actor != present.actor:
            return event
        self.met.append(present)
        return replace(event, facts={**event.facts, **present.facts})

    def reached(self) -> None:
        """Note that the events were committed."""
        for one in self.met:
            one.recorded = True

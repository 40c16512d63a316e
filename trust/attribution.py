"""Attribution 归责: by which session, at which level and with which permission somebody acts.

Whoever lets somebody in says so for the time of one request (`acting`); the audit trail adds it to each event that this
actor has recorded meanwhile. A request runs in a context of its own, and the threads that it uses share that one.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final

from trust.events import AuditEvent, Fact

__all__ = ["Attribution", "acting", "attributed", "reached"]


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
    present = PRESENT.get()
    if present is None or event.actor != present.actor:
        return event
    return replace(event, facts={**event.facts, **present.facts})


def reached(events: Iterable[AuditEvent]) -> None:
    """Note that events were committed: whether one of whoever acts now is among them."""
    present = PRESENT.get()
    if present is not None and any(one.actor == present.actor for one in events):
        present.recorded = True

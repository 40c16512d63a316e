"""When sessions were used last, and how long they may be left alone.

A use is remembered here and written to the database at most once a minute, all of them together: else every question
would be a change. Another process knows of a use a minute late, which is granted to every session.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from identity.levels import Level
from identity.tokens import SESSION_LIFETIME

__all__ = ["WRITTEN", "Presence", "SessionLimits"]

WRITTEN: Final = timedelta(minutes=1)
"""How late a use may be known elsewhere."""

IDLE: Final = MappingProxyType(
    {
        Level.NONE: timedelta(minutes=60),
        Level.BASIC: timedelta(minutes=60),
        Level.SUBSTANTIAL: timedelta(minutes=30),
        Level.HIGH: timedelta(minutes=15),
    }
)
"""As NIST SP 800-63B has it for its levels 2 and 3; level 1 knows no bound there."""


@dataclass(frozen=True, kw_only=True)
class SessionLimits:
    """How long a session lasts at most, and how long it may be left alone, by what its factors prove."""

    lifetime: timedelta = SESSION_LIFETIME
    idle: Mapping[Level, timedelta] = field(default_factory=lambda: IDLE)

    def is_left(self, level: Level, *, used_at: datetime, now: datetime) -> bool:
        """Tell whether a session was left alone for too long."""
        return now - used_at > self.idle[level] + WRITTEN


class Presence:
    """The uses of sessions that the database does not know yet. Safe to share between threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seen: dict[str, datetime] = {}

    def note(self, session: str, *, at: datetime) -> None:
        """Remember a use."""
        with self.lock:
            self.seen[session] = at

    def last(self, session: str, *, known: datetime) -> datetime:
        """Return when a session was used last, of which the database knows a use."""
        with self.lock:
            return max(known, self.seen.get(session, known))

    def waiting(self) -> dict[str, datetime]:
        """Return what is to be written."""
        with self.lock:
            return dict(self.seen)

    def written(self, uses: Mapping[str, datetime]) -> None:
        """Forget what was written, unless the session was used again meanwhile."""
        with self.lock:
            for session, at in uses.items():
                if self.seen.get(session) == at:
                    del self.seen[session]

"""What waits for somebody, as every part of the house tells it: few words of each, and how many there are in all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Queue", "Waits"]


@dataclass(frozen=True, kw_only=True)
class Waits:
    """One thing that waits. No personal data: a list of work is seen by many."""

    id: str
    since: datetime
    name: str = ""
    """What people call it; nothing where it has no name."""

    name_en: str = ""
    """What they call it in English, where that is another name."""

    within: str = ""
    """What it belongs to, such as the seal of a request to use it."""

    by: str = ""
    """Who brought it here, by identifier."""

    state: str = ""
    deadline: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What waits of one kind: the most urgent of it, and how much there is."""

    total: int
    things: tuple[Waits, ...]

    @classmethod
    def of(cls, things: Iterable[Waits], *, total: int | None = None) -> "Queue":
        """Return a queue of things, and of more than these where `total` says so."""
        listed = tuple(things)
        return cls(total=len(listed) if total is None else total, things=listed)

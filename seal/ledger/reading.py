"""The ledger for the owner of a seal 用印记录: searched, exported whole, summed up by month. It changes nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from typing_extensions import override

from identity.duties import Actor, Duty
from seal import repository
from seal.errors import SealUnknown
from seal.ledger import repository as ledger_repository
from seal.ledger.entries import Stamping, StampingState
from seal.ledger.search import LedgerSearch
from seal.repository import Seal
from trust.china_time import CHINA
from trust.errors import Conflict, Invalid
from trust.store import Reading, Store

__all__ = ["CHINA", "LedgerReading", "Month", "MonthMalformed", "MonthNotOver", "MonthTooLong", "Statement"]

PAGE: Final = 1000
"""Lines that an export reads at a time, each time in a reading of its own: no writer waits for a slow client."""

INSTANT: Final = timedelta(microseconds=1)

MOST_LINES: Final = 2000
"""Of a statement. Who stamps more reads an export."""

DECEMBER: Final = 12
YEARS: Final = range(2000, 3000)


class MonthMalformed(Invalid):
    """Not a month of the calendar, written `2026-10`."""

    code = "ledger.month_malformed"


class MonthNotOver(Conflict):
    """The month has not ended, and so there is no statement of it yet."""

    code = "ledger.month_not_over"


class MonthTooLong(Conflict):
    """The month has more lines than a statement holds."""

    code = "ledger.month_too_long"
    detail_names: ClassVar[tuple[str, ...]] = ("allowed",)


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month of the calendar in China Standard Time."""

    year: int
    month: int

    @classmethod
    def of(cls, text: str) -> "Month":
        """Read `2026-10`. Raise `MonthMalformed`."""
        try:
            found = datetime.strptime(text, "%Y-%m").replace(tzinfo=CHINA)
        except ValueError:
            raise MonthMalformed from None
        if found.strftime("%Y-%m") != text or found.year not in YEARS:
            raise MonthMalformed
        return cls(year=found.year, month=found.month)

    @override
    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=CHINA)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        is_last = self.month == DECEMBER
        return datetime(self.year + is_last, 1 if is_last else self.month + 1, 1, tzinfo=CHINA)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a seal was used for in a month 用印月报."""

    seal: Seal
    month: Month
    lines: tuple[Stamping, ...]
    """Oldest first."""

    @property
    def done(self) -> int:
        """How many came to an end."""
        return sum(one.state is StampingState.DONE for one in self.lines)

    def totals(self, name: str) -> Mapping[str, int]:
        """Return how many that came to an end share each value of a member, the most first."""
        counted = Counter(getattr(one, name) for one in self.lines if one.state is StampingState.DONE)
        return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


class LedgerReading:
    """What the owner reads."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def search(
        self, actor: Actor, search: LedgerSearch, *, before: str | None = None, limit: int = 100
    ) -> tuple[Stamping, ...]:
        """Return lines, the newest first, for the seal's owner. Raise `SealUnknown` or `DutyMissing`."""
        with self.store.reading() as view:
            self.require(view, actor, search.seal)
            return ledger_repository.newest(view, search, before=before, limit=limit)

    def export(self, actor: Actor, search: LedgerSearch) -> Iterator[Stamping]:
        """Return every line of a search up to now, the oldest first. Raise as `search` does, before the first line."""
        with self.store.reading() as view:
            self.require(view, actor, search.seal)
            now = view.now + INSTANT  # what was stamped at this very moment is among them
        until = now if search.until is None else min(search.until, now)
        return self.lines(replace(search, until=until))

    def lines(self, search: LedgerSearch) -> Iterator[Stamping]:
        """Yield every line of a search, the oldest first, a page at a time."""
        after = ""
        while True:
            with self.store.reading() as view:
                page = ledger_repository.oldest(view, search, after=after, limit=PAGE)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].id

    def statement(self, actor: Actor, seal: str, month: Month) -> Statement:
        """Return what a statement of a month says, for the seal's owner.

        Raise `MonthNotOver`, `MonthTooLong`, and as `search` does.
        """
        with self.store.reading() as view:
            found = self.require(view, actor, seal)
            if view.now < month.ends:
                raise MonthNotOver
            search = LedgerSearch(seal=seal, since=month.begins, until=month.ends)
            lines = ledger_repository.oldest(view, search, after="", limit=MOST_LINES + 1)
        if len(lines) > MOST_LINES:
            raise MonthTooLong(allowed=MOST_LINES)
        return Statement(seal=found, month=month, lines=lines)

    def require(self, view: Reading, actor: Actor, seal: str) -> Seal:
        """Return a seal whose owner the actor speaks for. Raise `SealUnknown` or `DutyMissing`."""
        found = repository.get(view, seal)
        if found is None:
            raise SealUnknown
        actor.require(Duty.SEAL_OWNER, found.owner)
        return found

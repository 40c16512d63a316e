"""The figures of the day and of the last two weeks 统计: stampings, licences issued, verifications, what was refused.

Each figure is a count over an index, for a piece of time: an hour of today, or a day. What is over never changes, so
that it is counted once and remembered; what is left to count is the hour that is running.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from api.permissions import Permission
from api.verification_tally import Tally
from identity.duties import ADMINISTRATORS, OF_ORGANISATION, Actor, Duty
from licence import waiting_repository as of_licences
from seal import waiting_repository as of_seals
from trust.audit_repository import EventSearch, count_events, search
from trust.china_time import CHINA
from trust.store import Reading, Store

__all__ = [
    "DAYS",
    "ISSUED",
    "REFUSALS",
    "VERIFIED",
    "Figure",
    "Figures",
    "FiguresOfTime",
    "Scope",
    "organisations",
    "scopes_of",
]

DAYS: Final = 14
HOURS: Final = 24
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

SETTLED: Final = timedelta(minutes=10)
"""So long after a piece of time nothing of it can still be committed."""

REMEMBERED: Final = 20_000
"""Pieces of time whose counts are remembered: those of five hundred organisations."""

ISSUED: Final = ("licence:release:done",)
VERIFIED: Final = "verification:count:done"
MOST_COUNTS: Final = 5_000
"""Hourly counts of verifications, one of each process, that are read at once."""

REFUSALS: Final = (
    "access:check:refused",
    "arrival:arrive:refused",
    "live_code:check:refused",
    "openid_login:ask:refused",
    "openid_token:ask:refused",
    "openid_token:issue:refused",
    "openid_token:reuse:refused",
    "password:change:refused",
    "session:bear:refused",
    "session:begin:refused",
    "sharing:call:refused",
    "ticket:exchange:refused",
    "token:issue:refused",
)
"""What the service says no to: logins, acts without the duty or the level, calls without a grant."""


class Figure(StrEnum):
    """What is counted."""

    STAMPINGS = "stampings"  # 用印
    ISSUED = "issued"  # 签发
    VERIFICATIONS = "verifications"  # 验证
    REFUSALS = "refusals"  # 拒绝


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Of whom a figure is: of some organisations, or where that is None of everybody."""

    figure: Figure
    of: frozenset[str] | None


@dataclass(frozen=True, kw_only=True)
class FiguresOfTime:
    """One figure over time: one number for each hour of today that has begun, and for each of the last days."""

    scope: Scope
    hours: tuple[int, ...]
    days: tuple[int, ...]


def organisations(actor: Actor, duties: Iterable[Duty]) -> frozenset[str] | None:
    """Return the organisations for which an actor holds any of these duties; None: one of them serves all."""
    held = [duty for duty in duties if actor.holds(duty)]
    if any(duty not in OF_ORGANISATION for duty in held):
        return None
    return frozenset(one for duty in held for one in actor.organisations(duty))


def scopes_of(may: Callable[[Permission], bool], actor: Actor) -> tuple[Scope, ...]:
    """Return which figures somebody sees: of all for administrators, else of what their duties are for."""
    is_administrator = any(actor.holds(duty) for duty in ADMINISTRATORS) and may(Permission.INSTANCE_READ)
    found: list[Scope] = []
    if is_administrator:
        found += (Scope(figure=Figure.STAMPINGS, of=None), Scope(figure=Figure.ISSUED, of=None))
    if may(Permission.SEAL_READ):
        serving = (Duty.SEAL_OWNER, Duty.SEAL_APPLICANT, Duty.SEAL_REVIEWER, Duty.SEAL_MAKER, Duty.SEAL_FILER)
        found.append(Scope(figure=Figure.STAMPINGS, of=organisations(actor, serving)))
    if may(Permission.LICENCE_READ):
        found.append(
            Scope(figure=Figure.ISSUED, of=organisations(actor, (Duty.LICENCE_OFFICER, Duty.LICENCE_REVIEWER)))
        )
    if found:
        found.append(Scope(figure=Figure.VERIFICATIONS, of=None))
    if is_administrator and (actor.holds(Duty.AUDITOR) or actor.holds(Duty.SECURITY_ADMINISTRATOR)):
        found.append(Scope(figure=Figure.REFUSALS, of=None))
    return tuple(one for one in found if one.of != frozenset())


@dataclass
class Figures:
    """Counts, and remembers what is over. Safe to share between threads."""

    store: Store
    tally: Tally
    """What this process has verified and not put on record yet."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    known: OrderedDict[tuple[Scope, datetime, datetime], int] = field(default_factory=OrderedDict)

    def of(self, scopes: Sequence[Scope]) -> tuple[datetime, tuple[FiguresOfTime, ...]]:
        """Return the beginning of today, and each figure over time."""
        with self.store.reading() as view:
            today = view.now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
            begun = [today + HOUR * place for place in range(HOURS) if today + HOUR * place <= view.now]
            past = [today - DAY * (DAYS - 1 - place) for place in range(DAYS - 1)]
            told = []
            for scope in scopes:
                hours = tuple(self.count(view, scope, one, one + HOUR) for one in begun)
                days = (*(self.count(view, scope, one, one + DAY) for one in past), sum(hours))
                told.append(FiguresOfTime(scope=scope, hours=hours, days=days))
        return today, tuple(told)

    def count(self, view: Reading, scope: Scope, since: datetime, until: datetime) -> int:
        """Return the count of a piece of time."""
        key = (scope, since, until)
        with self.lock:
            if key in self.known:
                self.known.move_to_end(key)
                return self.known[key]
        counted = COUNTED[scope.figure](view, scope.of, since, until)
        if until + SETTLED <= view.now:
            with self.lock:
                self.known[key] = counted
                while len(self.known) > REMEMBERED:
                    self.known.popitem(last=False)
        elif scope.figure is Figure.VERIFICATIONS and since <= view.now < until:
            counted += self.tally.waiting()
        return counted


Owners = frozenset[str] | None


def stampings(view: Reading, of: Owners, since: datetime, until: datetime) -> int:
    """Return how often seals were used."""
    return of_seals.count_stampings(view, of, since=since, until=until)


def issued(view: Reading, of: Owners, since: datetime, until: datetime) -> int:
    """Return how many licences were issued."""
    if of is None:
        return count_events(view, ISSUED, since=since, until=until)
    return of_licences.count_issued(view, of, since=since, until=until)


def verifications(view: Reading, _: Owners, since: datetime, until: datetime) -> int:
    """Return how many verifications are on record: an event of each hour has the sum."""
    wanted = EventSearch(tags=(VERIFIED,), since=since, until=until)
    found = search(view, wanted, limit=MOST_COUNTS)
    return sum(number for one in found for number in one.event.facts.values() if isinstance(number, int))


def refusals(view: Reading, _: Owners, since: datetime, until: datetime) -> int:
    """Return how often something was refused."""
    return count_events(view, REFUSALS, since=since, until=until)


COUNTED: Final[Mapping[Figure, Callable[[Reading, Owners, datetime, datetime], int]]] = {
    Figure.STAMPINGS: stampings,
    Figure.ISSUED: issued,
    Figure.VERIFICATIONS: verifications,
    Figure.REFUSALS: refusals,
}
"""How each figure is counted."""

"""A licence on record 证照记录: what the registry holds of it, each step of its life, and how it stood at any time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from typing_extensions import override

from identity.subject import SubjectId
from licence.grounds import FROM_THE_BEGINNING, Ground
from licence.lifecycle import PERMITS, LicenceEvent, LicenceState, LicenceUse
from trust.blobs import BlobId
from trust.china_time import CHINA

__all__ = [
    "AWAITING",
    "CHINA",
    "HISTORY_PREFIX",
    "DataLater",
    "Licence",
    "LicenceHistoryEntry",
    "Origin",
    "StateThen",
    "has_expired",
    "is_annulled",
    "state_at",
]

AWAITING: Final = frozenset({"B-B", "B-LT"})
"""Levels of files that wait for a time-stamp which they were to have from the beginning, where one is due."""

HISTORY_PREFIX: Final = "le"
"""How the names of steps begin, which are in the order of time."""


class Origin(StrEnum):
    """How a licence came to be."""

    ISSUE = "issue"  # 新发
    CHANGE = "change"  # 变更
    RENEW = "renew"  # 延续
    REPLACE = "replace"  # 换发、补发
    CORRECT = "correct"  # 更正
    PAPER = "paper"  # 由纸质证照数字化


class DataLater(Mapping[str, Any]):
    """The data of a licence, which is revealed when somebody looks at it."""

    def __init__(self, reveal: Callable[[], Mapping[str, Any]]) -> None:
        self.reveal = reveal

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """The data itself."""
        return self.reveal()

    @override
    def __getitem__(self, name: str) -> Any:
        return self.data[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    @override
    def __len__(self) -> int:
        return len(self.data)


@dataclass(frozen=True, kw_only=True)
class Licence:
    """A licence of the registry: one edition 版本 of it, with its own identifier and its own file."""

    id: str
    state: LicenceState
    last_actor: str
    type: str
    type_version: int = 1
    """The version of the type by which it was issued."""

    issuer: SubjectId
    """The authority that issued it."""

    identifier: str
    digest: bytes
    """What stands for the identifier in the QR code."""

    number: str
    """证照编号, the number that is printed."""

    holder: SubjectId
    seal: str
    status_index: int
    data: Mapping[str, Any] = field(repr=False)
    prepared_at: datetime
    entered_at: datetime
    """Since when it stands as it stands."""

    issued_on: date
    first_day: date | None = None
    """First day of validity; None: the day of issue."""

    last_day: date | None
    """Last day of validity, to its end in China; None: without end."""

    origin: Origin = Origin.ISSUE
    chain: str
    """The first edition, which gives its name to all of them."""

    edition: int = 1
    """证照版本, as in the identifier. Editions that came to nothing keep their numbers."""

    predecessor: str | None = None
    """The edition whose place it took, or is to take."""

    successor: str | None = None
    """The edition that took its place."""

    paper_issued_on: date | None = None
    """When the paper licence was issued that it was made from 由纸质证照数字化."""

    steps: int = 1
    """Steps in its history."""

    stamping: str | None = None
    file: BlobId | None = None
    level: str | None = None
    """The level that its document signature has reached (ETSI EN 319 142-1, 6)."""

    time_stamp_due: datetime | None = None
    """When its file is to get its next time-stamp: the one that no authority gave while it was signed, or a further one
    before the last one ends. None: when that is nobody has looked."""

    former_file: BlobId | None = None
    """The file before it got that."""

    claim: str | None = None
    """The address in the QR code."""

    version: int = field(default=1, repr=False, compare=False)
    """Counts the changes of the record: of two writers of one version one loses the race."""

    @property
    def awaits_time_stamp(self) -> bool:
        """Whether nobody but ourselves says so far when it was signed."""
        return self.time_stamp_due is not None and self.level in AWAITING

    @property
    def valid_from(self) -> date:
        """First day of validity."""
        return self.first_day or self.issued_on


@dataclass(frozen=True, kw_only=True)
class LicenceHistoryEntry:
    """One step in the life of a licence."""

    event: LicenceEvent | None
    """None for the preparation itself."""

    state: LicenceState
    actor: str
    at: datetime
    reason: str
    ground: Ground | None = None
    request: str | None = None
    """The request for review by which another person agreed."""


@dataclass(frozen=True, kw_only=True)
class StateThen:
    """How a licence stood at a moment."""

    at: datetime
    state: LicenceState | None
    """None: there was none yet."""

    since: datetime | None = None
    expired: bool = False
    """Whether its validity was over, or had not begun."""

    annulled: bool = False
    """Whether it was withdrawn since, as one that should never have been granted."""

    @property
    def is_in_force(self) -> bool:
        """Whether the licence proved anything then. That it was annulled later changes nothing of that."""
        return self.state is not None and LicenceUse.PROVE in PERMITS[self.state] and not self.expired


def has_expired(licence: Licence, at: datetime) -> bool:
    """Tell whether `at` lies outside the days for which a licence is valid, in China."""
    day = at.astimezone(CHINA).date()
    return licence.last_day is not None and day > licence.last_day


def is_annulled(history: Sequence[LicenceHistoryEntry]) -> bool:
    """Tell whether a licence was withdrawn as one that should never have been granted."""
    return any(entry.ground in FROM_THE_BEGINNING for entry in history)


def state_at(licence: Licence, history: Sequence[LicenceHistoryEntry], at: datetime) -> StateThen:
    """Return how a licence stood at a moment, by its history, oldest first."""
    past = [entry for entry in history if entry.at <= at]
    if not past:
        return StateThen(at=at, state=None)
    day = at.astimezone(CHINA).date()
    return StateThen(
        at=at,
        state=past[-1].state,
        since=past[-1].at,
        expired=has_expired(licence, at) or day < licence.valid_from,
        annulled=is_annulled(history),
    )

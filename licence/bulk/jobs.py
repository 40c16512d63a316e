"""Bulk jobs as values: the job with its counters, some of its rows, and what came of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from licence.bulk.errors import SelectionInvalid
from licence.bulk.lifecycle import ENDED, JobState

__all__ = ["FIRST_DAY", "LAST_DAY", "BulkJob", "Chunk", "JobKind", "Outcome", "Piece", "Selection"]


class JobKind(StrEnum):
    """What a job does."""

    ISSUE = "issue"  # 批量签发
    REISSUE = "reissue"  # 批量换发：按类型的现行版本重新制作


DAYS_OF_ISSUE: Final = ("issued_from", "issued_until")
DAYS: Final = (*DAYS_OF_ISSUE, "ends_from", "ends_until")
FIRST_DAY: Final = date(1970, 1, 2)
LAST_DAY: Final = date(9999, 12, 30)
"""Days that begin and end, in every time zone, within the calendar."""

MOST_VERSIONS: Final = 100_000
LONGEST_NAME: Final = 64


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which of the licences in force and valid get a new edition. What is None does not matter."""

    type_version: int | None = None
    """Those that were issued by this version of the type."""

    issued_from: date | None = None
    issued_until: date | None = None
    """Days of issue, both of them included."""

    ends_from: date | None = None
    ends_until: date | None = None
    """Last days of validity, both of them included: what has no end is left out where one of them is said."""

    sealed_with: str | None = None
    """Those that bear this seal 原用印章: of a seal whose key was lost, or that another has taken the place of."""

    def __post_init__(self) -> None:
        if self.type_version is not None and not 1 <= self.type_version <= MOST_VERSIONS:
            raise SelectionInvalid(field="type_version")
        if self.sealed_with is not None and not 1 <= len(self.sealed_with) <= LONGEST_NAME:
            raise SelectionInvalid(field="sealed_with")
        for name in DAYS:
            day = getattr(self, name)
            if day is not None and not FIRST_DAY <= day <= LAST_DAY:
                raise SelectionInvalid(field=name)
        for first, last, name in (
            (self.issued_from, self.issued_until, "issued_until"),
            (self.ends_from, self.ends_until, "ends_until"),
        ):
            if first and last and first > last:
                raise SelectionInvalid(field=name)

    def told(self) -> dict[str, Any]:
        """Return the selection as JSON."""
        days = {name: getattr(self, name) for name in DAYS}
        # What is not asked for adds nothing: a request of before is still itself.
        told = {name: None if day is None else day.isoformat() for name, day in days.items()}
        kept = {name: day for name, day in told.items() if day is not None or name in DAYS_OF_ISSUE}
        seal = {} if self.sealed_with is None else {"sealed_with": self.sealed_with}
        return {"type_version": self.type_version, **kept, **seal}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Selection":
        """Return the selection that `told` is."""
        days = {name: None if told.get(name) is None else date.fromisoformat(told[name]) for name in DAYS}
        return cls(type_version=told.get("type_version"), sealed_with=told.get("sealed_with"), **days)


NO_COLUMNS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, kw_only=True)
class BulkJob:
    """A job."""

    id: str
    state: JobState
    kind: JobKind
    type: str
    issuer: str
    seal: str
    requested_by: str
    """Who asked for it, and in whose name licences are issued: their duties and authorisations are asked at each."""

    session: str = ""
    level: int = 0
    """By which session it was asked for, and how sure that was: every stamp of the job tells it; of before, nothing."""

    requested_at: datetime
    proceeds: bool
    """Whether it starts by itself once it is checked."""

    upload: str = ""
    """SM3 of the uploaded file, in hexadecimal digits."""

    size: int = 0
    format: str = ""
    encoding: str = ""
    selection: Selection = Selection()
    reason: str = ""
    """Why licences are issued anew."""

    asked: Mapping[str, str] = field(default_factory=dict)
    """Columns and the fields that whoever asked said they are."""

    type_version: int | None = None
    """The version of the type by which the rows were read and are issued; None: of a job of before, whichever is."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Every column of the table with the field that it is taken for, in their order."""

    started_by: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    removed_at: datetime | None = None
    """When the rows were removed; what came of them stays."""

    fault: str = ""
    """The code of what stopped the job, or holds it up."""

    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    rows: int = 0
    good: int = 0
    bad: int = 0
    """Rows that were checked, and what was found."""

    issued: int = 0
    refused: int = 0
    """Rows that are done; those that were bad when they were checked are refused."""

    changes: int = 0
    """Counts every change: who has seen one of a number has seen all up to it."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.state in ENDED

    @property
    def fields(self) -> tuple[str, ...]:
        """The field of each column."""
        return tuple(self.columns.values())


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one row."""

    line: int
    licence: str = ""
    identifier: str = ""
    number: str = field(default="", repr=False)
    code: str = ""
    """Of the error, or nothing where a licence was issued."""

    details: Mapping[str, Any] = field(default_factory=dict)
    field: str = ""

    @property
    def is_refusal(self) -> bool:
        """Whether there is no licence."""
        return bool(self.code)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some rows of a table, as they are kept in a chunk."""

    octets: bytes = field(repr=False)
    rows: int
    last_line: int


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows of a job, claimed by one process."""

    job: str
    place: int
    owner: str
    attempts: int
    """How often it was begun before."""

    piece: bytes = field(repr=False)
    outcomes: tuple[Outcome, ...]
    """What is known of its rows already."""

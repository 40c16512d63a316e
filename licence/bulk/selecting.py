"""Which licences a mass re-issue 批量换发 is about, as a question to the registry; and how many those are, beforehand.

Only what is in force and valid today can have a next edition (lifecycle.py): what is suspended, has ended or has
expired is never selected. The issuer is the owner of the seal: of a type that several authorities issue, each issues
its own anew.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from licence.bulk.jobs import Selection
from licence.lifecycle import LicenceState
from licence.records import CHINA
from licence.repository import LicenceQuery

__all__ = ["SelectionPreview", "question_of"]

Key = TypeVar("Key")


@dataclass(frozen=True, kw_only=True)
class SelectionPreview:
    """What a selection would be about, if it were made now."""

    issuer: str
    type: str
    counted: Mapping[tuple[int, str], int]
    """How many licences those are, by the version of the type that issued them and the seal that they bear."""

    @property
    def count(self) -> int:
        """How many licences those are."""
        return sum(self.counted.values())

    @property
    def by_version(self) -> Mapping[int, int]:
        """How many licences each version of the type has issued of them."""
        return summed((version, count) for (version, _), count in self.counted.items())

    @property
    def by_seal(self) -> Mapping[str, int]:
        """How many of them bear each seal."""
        return summed((seal, count) for (_, seal), count in self.counted.items())


def summed(counted: Iterable[tuple[Key, int]]) -> Mapping[Key, int]:
    """Return the sums of counts, by what they are of."""
    found: Counter[Key] = Counter()
    for key, count in counted:
        found[key] += count
    return found


def question_of(selection: Selection, *, issuer: str, type_: str, today: date) -> LicenceQuery:
    """Return the question that a selection is."""
    until = selection.issued_until
    return LicenceQuery(
        issuer=issuer,
        type=type_,
        type_version=selection.type_version,
        seal=selection.sealed_with,
        state=LicenceState.IN_FORCE,
        issued_from=None if selection.issued_from is None else begin_of(selection.issued_from),
        issued_before=None if until is None else begin_of(until + timedelta(days=1)),
        ends_from=selection.ends_from,
        ends_until=selection.ends_until,
        valid_on=today,
    )


def begin_of(day: date) -> datetime:
    """Return the moment at which a day begins in China."""
    return datetime.combine(day, time.min, tzinfo=CHINA)

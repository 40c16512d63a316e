"""The versions of one type beside each other: which is in effect, which comes next, what may become of them.

Versions are given oldest first, as their numbers count.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from identity.subject import SubjectId
from licence.lifecycle import TypeState
from licence.types.errors import EffectiveDayInvalid
from licence.types.kind import LicenceType

__all__ = ["OPEN", "effective_day", "is_retired", "may_be_drafted", "next_version", "present", "version_on"]

OPEN: Final = frozenset({TypeState.DRAFT, TypeState.RETURNED, TypeState.REVIEWED})
"""States of a version that is on its way to publication."""


def version_on(versions: Sequence[LicenceType], on: date) -> LicenceType | None:
    """Return the version in effect on a day: of those that are by then, the newest."""
    begun = [one for one in versions if one.effective_from is not None and one.effective_from <= on]
    return begun[-1] if begun else None


def present(versions: Sequence[LicenceType], on: date) -> LicenceType:
    """Return the version that stands for a type: in effect, else the first that will be, else the newest."""
    coming = next((one for one in versions if one.effective_from is not None), None)
    return version_on(versions, on) or coming or versions[-1]


def is_retired(versions: Sequence[LicenceType]) -> bool:
    """Tell whether a type is retired: one of its versions is, and no draft brings it back."""
    return any(one.state is TypeState.RETIRED for one in versions)


def may_be_drafted(versions: Sequence[LicenceType], issuer: SubjectId) -> bool:
    """Tell whether an authority may draft a type now: it is its own, not retired, and no version is under review."""
    newest = versions[-1]
    return newest.issuer == issuer and not is_retired(versions) and newest.state is not TypeState.REVIEWED


def next_version(versions: Sequence[LicenceType]) -> int:
    """Return the number of the version that is drafted: that of the open draft, or the next one."""
    if versions and versions[-1].state in OPEN:
        return versions[-1].version
    return len(versions) + 1


def effective_day(versions: Sequence[LicenceType], asked: date | None, *, today: date) -> date:
    """Return the day from which a version is in effect: not before today, nor before the version that it follows."""
    earliest = max([today, *(one.effective_from for one in versions if one.effective_from is not None)])
    if asked is None:
        return earliest
    if asked < earliest:
        raise EffectiveDayInvalid(day=earliest.isoformat())
    return asked

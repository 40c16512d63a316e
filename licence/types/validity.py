"""How long licences of a type last 有效期: a closed set of rules, reckoned in whole days of China Standard Time.

The first day counts, as it does on licences: five years from 22 November 2026 end with 21 November 2031. A period whose
last month lacks the day ends with that month (Civil Code, article 202 对应日): a year from 29 February 2024 ends with
28 February 2025. A licence is valid to the end of its last day.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, assert_never

from licence.errors import DataInvalid
from licence.records import CHINA
from licence.types.reading import DATE, ParticularsMalformed, members

__all__ = [
    "ISSUE",
    "AsRecorded",
    "Lasting",
    "NoEnd",
    "Period",
    "Unit",
    "UntilDay",
    "Validity",
    "day_of",
    "over_at",
    "period_of",
    "read_day",
    "read_validity",
    "validity_member",
]

ISSUE: Final = "issue"
"""What a period begins with that begins with the day of issue."""

MOST: Final = {"days": 36_500, "months": 1_200, "years": 100}


class Unit(StrEnum):
    """What a period is counted in."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """A number of days, months or years, from the day of issue or from the date in a field on."""

    count: int
    unit: Unit
    field: str | None = None
    """The field whose date is the first day; None: the day of issue."""

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST[self.unit]:
            raise ParticularsMalformed("validity.count")


@dataclass(frozen=True, kw_only=True)
class UntilDay:
    """All of them until one day."""

    day: date


@dataclass(frozen=True, kw_only=True)
class AsRecorded:
    """The record of each licence says it."""

    open_end: bool
    """Whether it may say that there is none 长期."""


@dataclass(frozen=True, kw_only=True)
class NoEnd:
    """Without an end 长期."""


Validity = Lasting | UntilDay | AsRecorded | NoEnd


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the first to the last day, both counted."""

    first: date
    last: date | None
    """None: without an end 长期."""


def day_of(moment: datetime) -> date:
    """Return the day in China on which `moment` lies."""
    return moment.astimezone(CHINA).date()


def over_at(last: date) -> datetime:
    """Return the moment at which a licence with this last day is valid no more: midnight in China after it."""
    # The last day of the calendar has no midnight after it.
    following = last if last == date.max else last + timedelta(days=1)
    return datetime.combine(following, time(), CHINA).astimezone(UTC)


def period_of(rule: Validity, data: Mapping[str, Any], *, starts: date, today: date, asked: date | None) -> Period:
    """Return from when to when a licence is valid that begins on a day, unless a field of its data says when.

    `asked` is the end that its record asks for. Raise `DataInvalid` with the field and the rule that it breaks:
    `required`, `maximum` or `minimum`.
    """
    first, last = starts, asked
    match rule:
        case Lasting():
            if rule.field is not None:
                first = first_day(rule.field, data, today)
            last = earlier(end_of(first, rule.count, rule.unit), asked)
        case UntilDay():
            last = earlier(rule.day, asked)
        case AsRecorded():
            if asked is None and not rule.open_end:
                raise DataInvalid(field="last_day", rule="required")
        case NoEnd():
            if asked is not None:
                raise DataInvalid(field="last_day", rule="maximum")
        case _:
            assert_never(rule)
    if last is not None and last < today:
        raise DataInvalid(field="last_day", rule="minimum")
    return Period(first=first, last=last)


def first_day(field: str, data: Mapping[str, Any], today: date) -> date:
    """Return the date in a field. A licence that begins later than it is issued would be valid before it begins."""
    text = data.get(field, "")
    if not text:
        raise DataInvalid(field=field, rule="required")
    first = date.fromisoformat(text)
    if first > today:
        raise DataInvalid(field=field, rule="maximum")
    return first


def earlier(end: date, asked: date | None) -> date:
    """Return the end that is asked for, which may lie before the one of the rule and not after."""
    if asked is not None and asked > end:
        raise DataInvalid(field="last_day", rule="maximum")
    return end if asked is None else asked


def end_of(first: date, count: int, unit: Unit) -> date:
    """Return the last day of a period. What goes beyond the calendar ends with it."""
    try:
        match unit:
            case Unit.DAYS:
                return first + timedelta(days=count - 1)
            case Unit.MONTHS:
                return months_later(first, count)
            case Unit.YEARS:
                return months_later(first, 12 * count)
            case _:
                assert_never(unit)
    except (OverflowError, ValueError):
        return date.max


def months_later(first: date, months: int) -> date:
    """Return the day before the one that corresponds to `first`, or the month's last where none corresponds."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    longest = monthrange(year, month + 1)[1]
    if first.day > longest:
        return date(year, month + 1, longest)
    return date(year, month + 1, first.day) - timedelta(days=1)


def read_validity(value: object) -> Validity:
    """Read the member `validity` of a type. Raise `ParticularsMalformed`."""
    rule = value.get("rule") if isinstance(value, dict) else None
    match rule:
        case "lasting":
            told = members(value, {"rule", "count", "unit", "from"}, place="validity")
            if type(told["count"]) is not int or told["unit"] not in list(Unit):
                raise ParticularsMalformed("validity.count")
            if not isinstance(told["from"], str):
                raise ParticularsMalformed("validity.from")
            start = None if told["from"] == ISSUE else told["from"]
            return Lasting(count=told["count"], unit=Unit(told["unit"]), field=start)
        case "until":
            return UntilDay(day=read_day(members(value, {"rule", "day"}, place="validity")["day"]))
        case "as_recorded":
            told = members(value, {"rule", "open_end"}, place="validity")
            if not isinstance(told["open_end"], bool):
                raise ParticularsMalformed("validity.open_end")
            return AsRecorded(open_end=told["open_end"])
        case "no_end":
            members(value, {"rule"}, place="validity")
            return NoEnd()
        case _:
            raise ParticularsMalformed("validity.rule")


def read_day(value: object) -> date:
    """Read a day in the form YYYY-MM-DD. Raise `ParticularsMalformed`."""
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise ParticularsMalformed("validity.day")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ParticularsMalformed("validity.day") from None


def validity_member(rule: Validity) -> dict[str, Any]:
    """Return a rule as the member `validity` of a type."""
    match rule:
        case Lasting():
            start = ISSUE if rule.field is None else rule.field
            return {"rule": "lasting", "count": rule.count, "unit": rule.unit.value, "from": start}
        case UntilDay():
            return {"rule": "until", "day": rule.day.isoformat()}
        case AsRecorded():
            return {"rule": "as_recorded", "open_end": rule.open_end}
        case NoEnd():
            return {"rule": "no_end"}
        case _:
            assert_never(rule)

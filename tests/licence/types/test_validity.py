"""How long licences last: every rule, the ends of months, leap days, and midnight in China."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence.errors import DataInvalid
from licence.types.reading import ParticularsMalformed
from licence.types.validity import (
    AsRecorded,
    Lasting,
    NoEnd,
    Period,
    Unit,
    UntilDay,
    Validity,
    day_of,
    over_at,
    period_of,
    read_validity,
    validity_member,
)

TODAY = date(2026, 11, 22)
FIVE_YEARS = Lasting(count=5, unit=Unit.YEARS)


def period(rule: Validity, *, asked: date | None = None, starts: date = TODAY, **data: str) -> Period:
    """Return from when to when a licence is valid that is issued today."""
    return period_of(rule, data, starts=starts, today=TODAY, asked=asked)


@pytest.mark.parametrize(
    ("first", "count", "unit", "last"),
    [
        (date(2026, 11, 22), 5, Unit.YEARS, date(2031, 11, 21)),
        (date(2026, 11, 22), 1, Unit.DAYS, date(2026, 11, 22)),
        (date(2026, 11, 22), 365, Unit.DAYS, date(2027, 11, 21)),
        (date(2026, 11, 22), 1, Unit.MONTHS, date(2026, 12, 21)),
        (date(2026, 11, 22), 14, Unit.MONTHS, date(2028, 1, 21)),
        (date(2024, 2, 29), 1, Unit.YEARS, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, Unit.YEARS, date(2028, 2, 28)),
        (date(2024, 2, 28), 1, Unit.YEARS, date(2025, 2, 27)),
        (date(2025, 2, 28), 3, Unit.YEARS, date(2028, 2, 27)),
        (date(2025, 3, 1), 3, Unit.YEARS, date(2028, 2, 29)),
        (date(2025, 1, 31), 1, Unit.MONTHS, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, Unit.MONTHS, date(2024, 2, 29)),
        (date(2025, 1, 29), 1, Unit.MONTHS, date(2025, 2, 28)),
        (date(2025, 1, 28), 1, Unit.MONTHS, date(2025, 2, 27)),
        (date(2025, 12, 1), 1, Unit.MONTHS, date(2025, 12, 31)),
        (date(9990, 1, 1), 100, Unit.YEARS, date(9999, 12, 31)),
        (date(9999, 1, 1), 12, Unit.MONTHS, date(9999, 12, 31)),
        (date(9999, 12, 31), 36_500, Unit.DAYS, date(9999, 12, 31)),
    ],
)
def test_the_first_day_counts(first: date, count: int, unit: Unit, last: date) -> None:
    rule = Lasting(count=count, unit=unit)
    assert period_of(rule, {}, starts=first, today=first, asked=None) == Period(first=first, last=last)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 100))
def test_two_periods_after_each_other_leave_no_gap(first: date, count: int) -> None:
    rule = Lasting(count=count, unit=Unit.DAYS)
    last = period_of(rule, {}, starts=first, today=first, asked=None).last
    assert last is not None
    assert last - first + timedelta(days=1) == timedelta(days=count)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 600))
def test_months_end_where_the_day_before_the_next_period_lies(first: date, count: int) -> None:
    last = period_of(Lasting(count=count, unit=Unit.MONTHS), {}, starts=first, today=first, asked=None).last
    assert last is not None
    following = last + timedelta(days=1)
    months = (following.year - first.year) * 12 + following.month - first.month
    assert (months, following.day) == (count, first.day) or (months, following.day) == (count + 1, 1)


def test_a_record_may_ask_for_an_earlier_end_and_not_for_a_later_one() -> None:
    assert period(FIVE_YEARS, asked=date(2027, 1, 1)).last == date(2027, 1, 1)
    assert period(FIVE_YEARS, asked=date(2031, 11, 21)).last == date(2031, 11, 21)
    assert refusal(FIVE_YEARS, asked=date(2031, 11, 22)) == ("last_day", "maximum")
    assert period(UntilDay(day=date(2030, 12, 31))).last == date(2030, 12, 31)
    assert period(UntilDay(day=date(2030, 12, 31)), asked=date(2030, 1, 1)).last == date(2030, 1, 1)
    assert refusal(UntilDay(day=date(2030, 12, 31)), asked=date(2031, 1, 1)) == ("last_day", "maximum")


def test_the_record_says_it_where_the_type_leaves_it_to_it() -> None:
    assert period(AsRecorded(open_end=True)) == Period(first=TODAY, last=None)
    assert period(AsRecorded(open_end=False), asked=TODAY).last == TODAY
    assert refusal(AsRecorded(open_end=False)) == ("last_day", "required")
    assert period(NoEnd()).last is None
    assert refusal(NoEnd(), asked=date(2099, 1, 1)) == ("last_day", "maximum")


def test_what_is_over_is_not_issued() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert refusal(UntilDay(day=yesterday)) == ("last_day", "minimum")
    assert refusal(AsRecorded(open_end=True), asked=yesterday) == ("last_day", "minimum")
    assert refusal(Lasting(count=1, unit=Unit.YEARS, field="since"), since="2020-01-01") == ("last_day", "minimum")


def test_a_period_may_begin_with_a_date_of_the_record() -> None:
    rule = Lasting(count=1, unit=Unit.YEARS, field="since")
    assert period(rule, since="2026-11-01") == Period(first=date(2026, 11, 1), last=date(2027, 10, 31))
    assert refusal(rule, since="2026-11-23") == ("since", "maximum")
    assert refusal(rule, since="") == ("since", "required")
    assert refusal(rule) == ("since", "required")


def test_a_new_edition_goes_on_where_the_one_before_ends() -> None:
    assert period(FIVE_YEARS, starts=date(2026, 1, 1)) == Period(first=date(2026, 1, 1), last=date(2030, 12, 31))


def refusal(rule: Validity, *, asked: date | None = None, **data: str) -> tuple[object, object]:
    with pytest.raises(DataInvalid) as refused:
        period_of(rule, data, starts=TODAY, today=TODAY, asked=asked)
    return refused.value.details["field"], refused.value.details["rule"]


def test_a_licence_is_valid_to_the_end_of_its_last_day_in_china() -> None:
    assert over_at(date(2026, 11, 22)) == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert day_of(datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert day_of(datetime(2026, 11, 22, 16, tzinfo=UTC)) == date(2026, 11, 23)
    assert over_at(date.max) == datetime(9999, 12, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    [
        {"rule": "lasting", "count": 5, "unit": "years", "from": "issue"},
        {"rule": "lasting", "count": 36_500, "unit": "days", "from": "since"},
        {"rule": "until", "day": "2030-12-31"},
        {"rule": "as_recorded", "open_end": False},
        {"rule": "no_end"},
    ],
)
def test_a_rule_is_written_as_it_was_read(told: dict[str, Any]) -> None:
    assert told == validity_member(read_validity(told))


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (None, "validity.rule"),
        ({}, "validity.rule"),
        ({"rule": "sometimes"}, "validity.rule"),
        ({"rule": ["no_end"]}, "validity.rule"),
        ({"rule": "no_end", "day": "2030-12-31"}, "validity.day"),
        ({"rule": "lasting", "count": 5, "unit": "years"}, "validity.from"),
        ({"rule": "lasting", "count": 0, "unit": "years", "from": "issue"}, "validity.count"),
        ({"rule": "lasting", "count": 101, "unit": "years", "from": "issue"}, "validity.count"),
        ({"rule": "lasting", "count": 36_501, "unit": "days", "from": "issue"}, "validity.count"),
        ({"rule": "lasting", "count": 1201, "unit": "months", "from": "issue"}, "validity.count"),
        ({"rule": "lasting", "count": True, "unit": "years", "from": "issue"}, "validity.count"),
        ({"rule": "lasting", "count": "5", "unit": "years", "from": "issue"}, "validity.count"),
        ({"rule": "lasting", "count": 5, "unit": "weeks", "from": "issue"}, "validity.count"),
        ({"rule": "lasting", "count": 5, "unit": ["years"], "from": "issue"}, "validity.count"),
        ({"rule": "lasting", "count": 5, "unit": "years", "from": None}, "validity.from"),
        ({"rule": "until", "day": "2030-02-30"}, "validity.day"),
        ({"rule": "until", "day": "20301231"}, "validity.day"),
        ({"rule": "until", "day": 20301231}, "validity.day"),
        ({"rule": "as_recorded", "open_end": 1}, "validity.open_end"),
    ],
)
def test_a_rule_is_read_strictly(told: object, place: str) -> None:
    with pytest.raises(ParticularsMalformed) as refused:
        read_validity(told)
    assert place == str(refused.value)

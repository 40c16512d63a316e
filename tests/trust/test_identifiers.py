"""Names for our own records."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import NOW
from trust.identifiers import ALPHABET, moment_of, new_id

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(4000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - has its zone


def test_form() -> None:
    assert re.fullmatch(r"licence_[0-9abcdefghjkmnpqrstvwxyz]{26}", new_id("licence", at=NOW))
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert sorted(ALPHABET) == list(ALPHABET)


@given(MOMENTS, st.timedeltas(timedelta(milliseconds=1), timedelta(days=4000)))
def test_they_sort_by_time(moment: datetime, later: timedelta) -> None:
    assert new_id("a", at=moment)[:12] <= new_id("a", at=moment + later)[:12]


@given(MOMENTS)
def test_the_time_can_be_read_from_them(moment: datetime) -> None:
    milliseconds = 0
    for character in new_id("a", at=moment)[2:12]:
        milliseconds = milliseconds * 32 + ALPHABET.index(character)
    assert abs(milliseconds - moment.timestamp() * 1000) < 2


def test_names_of_one_moment_differ() -> None:
    made = [new_id("a", at=NOW) for _ in range(1000)]
    assert len(set(made)) == 1000
    assert len({one[:12] for one in made}) == 1
    assert {character for one in made for character in one[12:]} == set(ALPHABET)


@pytest.mark.parametrize("prefix", ["seal", "lic"])
def test_a_name_tells_the_millisecond_at_which_it_was_made(prefix: str) -> None:
    at = datetime(2026, 11, 22, 4, 5, 6, 123_456, tzinfo=UTC)
    assert moment_of(new_id(prefix, at=at)) == at.replace(microsecond=123_000)


@pytest.mark.parametrize("name", ["", "seal_1", "seal_" + "0" * 27, "seal_" + "u" * 26])
def test_what_is_no_name_tells_no_moment(name: str) -> None:
    with pytest.raises(ValueError, match=r"26 characters|substring not found"):
        moment_of(name)

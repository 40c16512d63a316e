"""Citizen identification numbers, GB 11643-1999: every part wrong, one at a time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.citizen_number import PROVINCES, CitizenNumber, check_character
from identity.errors import CitizenNumberMalformed

EXAMPLES = ("11010519491231002X", "440524188001010014")
"""The examples of the standard itself, which belong to nobody."""

TODAY = date(2026, 11, 22)
PUBLISHED_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHARACTERS = "0123456789X"


def fault_of(text: str) -> str:
    with pytest.raises(CitizenNumberMalformed) as refused:
        CitizenNumber(text)
    return str(refused.value.details["fault"])


def numbered(body: str) -> str:
    return body + check_character(body)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    area = draw(st.sampled_from(sorted(PROVINCES))) + f"{draw(st.integers(0, 9999)):04d}"
    born = draw(st.dates(date(1900, 1, 1), TODAY))
    return numbered(f"{area}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}")


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_of_the_standard_are_right(text: str) -> None:
    assert text == CitizenNumber(text).value


def test_the_check_character_is_the_one_of_the_published_weights() -> None:
    for text in EXAMPLES:
        total = sum(int(digit) * weight for digit, weight in zip(text[:17], PUBLISHED_WEIGHTS, strict=True))
        assert "10X98765432"[total % 11] == check_character(text[:17]) == text[17]


def test_the_date_of_birth_is_read() -> None:
    assert date(1949, 12, 31) == CitizenNumber(EXAMPLES[0]).born
    assert date(1880, 1, 1) == CitizenNumber(EXAMPLES[1]).born


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "form"),
        ("1101051949123100", "form"),
        ("11010519491231002", "form"),
        ("11010519491231002X0", "form"),
        ("11010519491231002x", "form"),
        ("11010519491231002Y", "form"),
        ("1101051949123100X2", "form"),
        ("11010519491231002X\n", "form"),
        (" 11010519491231002X", "form"),
        ("110105491231002", "form"),  # of 15 digits, as they were before 1999
        (numbered("01010519491231002"), "area"),
        (numbered("16010519491231002"), "area"),
        (numbered("99010519491231002"), "area"),
        (numbered("11010519490229002"), "date"),
        (numbered("11010519491301002"), "date"),
        (numbered("11010519490001002"), "date"),
        (numbered("11010500001231002"), "date"),
        ("110105194912310021", "check"),
        ("440524188001010015", "check"),
    ],
)
def test_each_wrong_part_is_named(text: str, fault: str) -> None:
    assert fault == fault_of(text)


@pytest.mark.parametrize("digit", ["\uff11", "\u0661", "\u0967", "\U0001d7cf", "\u00b9"])
@pytest.mark.parametrize("place", [0, 4, 6, 15])
def test_digits_of_other_scripts_are_not_digits(digit: str, place: int) -> None:
    # Taken for digits, they would let one person be registered under several spellings of one number.
    text = EXAMPLES[0][:place] + digit + EXAMPLES[0][place + 1 :]
    assert fault_of(text) == "form"


def test_a_leap_day_is_a_day() -> None:
    assert date(2000, 2, 29) == CitizenNumber(numbered("11010520000229002")).born


@pytest.mark.parametrize("area", ["710000", "810000", "820000", "830000", "910000"])
def test_residence_permits_have_areas_too(area: str) -> None:
    assert area == CitizenNumber(numbered(f"{area}19491231002")).value[:6]


def test_the_area_of_a_county_that_was_dissolved_stays_valid() -> None:
    assert CitizenNumber(numbered("11010319491231002")).value[:6] == "110103"  # Chongwen district, dissolved in 2010


@pytest.mark.parametrize("typed", [" 11010519491231002X ", "11010519491231002x", "\t11010519491231002x\n"])
def test_what_a_person_types_is_forgiven(typed: str) -> None:
    assert CitizenNumber(EXAMPLES[0]) == CitizenNumber.parse(typed, today=TODAY)


def test_nobody_is_born_tomorrow() -> None:
    tomorrow, today = numbered("11010520261123002"), numbered("11010520261122002")
    with pytest.raises(CitizenNumberMalformed) as refused:
        CitizenNumber.parse(tomorrow, today=TODAY)
    assert refused.value.details == {"fault": "date"}
    assert today == CitizenNumber.parse(today, today=TODAY).value


def test_it_shows_itself_masked() -> None:
    number = CitizenNumber(EXAMPLES[0])
    assert number.masked == "110*************2X"
    assert len(number.value) == len(number.masked)
    assert f"CitizenNumber({number.masked})" == repr(number) == str(number)
    with pytest.raises(CitizenNumberMalformed) as refused:
        CitizenNumber("110105194912310021")
    assert "19491231" not in f"{refused.value!r}{refused.value}"


@given(numbers())
def test_every_well_made_number_is_right(text: str) -> None:
    assert text == CitizenNumber.parse(text, today=TODAY).value


@given(numbers(), st.integers(0, 17), st.sampled_from(CHARACTERS))
def test_every_mistyped_character_is_caught(text: str, place: int, typed: str) -> None:
    changed = text[:place] + typed + text[place + 1 :]
    if changed != text:
        fault_of(changed)


@given(numbers(), st.integers(0, 16))
def test_every_swap_of_neighbours_is_caught(text: str, place: int) -> None:
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if swapped != text:
        fault_of(swapped)

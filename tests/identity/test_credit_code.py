"""Unified social credit codes, GB 32100-2015: every part wrong, one at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.credit_code import ALPHABET, CreditCode, check_character
from identity.errors import CreditCodeMalformed

EXAMPLES = ("12100000000018032A", "91350100M000100Y43")
"""From the certificate of a public body, and from the market regulator's published explanation of the standard."""

PUBLISHED_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def fault_of(text: str) -> str:
    with pytest.raises(CreditCodeMalformed) as refused:
        CreditCode(text)
    return str(refused.value.details["fault"])


@st.composite
def codes(draw: st.DrawFn) -> str:
    characters = st.sampled_from(ALPHABET)
    head = draw(st.text(characters, min_size=2, max_size=2))
    tail = draw(st.text(characters, min_size=9, max_size=9))
    body = f"{head}{draw(st.integers(0, 999999)):06d}{tail}"
    return body + check_character(body)


@pytest.mark.parametrize("text", EXAMPLES)
def test_published_codes_are_right(text: str) -> None:
    assert text == CreditCode(text).value


def test_the_check_character_is_the_one_of_the_published_weights() -> None:
    for text in EXAMPLES:
        places = zip(text[:17], PUBLISHED_WEIGHTS, strict=True)
        total = sum(ALPHABET.index(character) * weight for character, weight in places)
        assert ALPHABET[(31 - total % 31) % 31] == check_character(text[:17]) == text[17]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "form"),
        ("12100000000018032", "form"),
        ("12100000000018032AA", "form"),
        ("12100000000018032a", "form"),
        ("12100000000018032A\n", "form"),
        (" 2100000000018032A", "form"),
        ("1210000A000018032A", "form"),  # a letter in the area
        ("I2100000000018032A", "form"),
        ("1O100000000018032A", "form"),
        ("121000000000180S2A", "form"),
        ("1210000000001803ZA", "form"),
        ("121000000V0018032A", "form"),
        ("12100000000018032B", "check"),
        ("12100000000018033A", "check"),
        ("91350100M000100Y44", "check"),
    ],
)
def test_each_wrong_part_is_named(text: str, fault: str) -> None:
    assert fault == fault_of(text)


@pytest.mark.parametrize("digit", ["\uff10", "\u0660", "\u0966", "\U0001d7ce"])
@pytest.mark.parametrize("place", [2, 7])
def test_digits_of_other_scripts_are_not_digits(digit: str, place: int) -> None:
    text = EXAMPLES[0][:place] + digit + EXAMPLES[0][place + 1 :]
    assert fault_of(text) == "form"


def test_newer_first_characters_are_let_in() -> None:
    for head in ("A1", "N2", "Y1"):
        body = head + EXAMPLES[0][2:17]
        assert body == CreditCode(body + check_character(body)).value[:17]


def test_a_government_organ_is_known_by_its_prefix() -> None:
    organ = "11" + EXAMPLES[0][2:17]
    assert CreditCode(organ + check_character(organ)).is_government_organ
    assert not CreditCode(EXAMPLES[0]).is_government_organ


@given(codes())
def test_every_well_made_code_is_right(text: str) -> None:
    assert text == CreditCode(text).value


@given(codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_mistyped_character_is_caught(text: str, place: int, typed: str) -> None:
    changed = text[:place] + typed + text[place + 1 :]
    if changed != text:
        fault_of(changed)


@given(codes(), st.integers(0, 16))
def test_every_swap_of_neighbours_is_caught(text: str, place: int) -> None:
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if swapped != text:
        fault_of(swapped)

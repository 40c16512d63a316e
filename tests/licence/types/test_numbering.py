"""How licences get their numbers: forms are read strictly, and numbers never come twice."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence.types.errors import NumbersExhausted
from licence.types.numbering import GivenNumber, MadeNumber, number_member, read_number
from licence.types.reading import ParticularsMalformed
from trust.typefaces import CharacterNotCovered

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("form", "running", "number"),
    [
        ("JY1330199{n:7}", 42, "JY13301990000042"),
        ("云字〔{yyyy}〕第{n:4}号", 1, "云字〔2026〕第0001号"),
        ("{yy}-{n:1}", 9, "26-9"),
        ("{n:9}", 999_999_999, "999999999"),
    ],
)
def test_a_number_is_made_after_its_form(form: str, running: int, number: str) -> None:
    assert number == MadeNumber(form=form).make(running, TODAY)


@given(st.integers(1, 9), st.integers(1, 10**9))
def test_a_number_never_outgrows_its_form(digits: int, running: int) -> None:
    rule = MadeNumber(form=f"A{{n:{digits}}}")
    if running < 10**digits:
        made = rule.make(running, TODAY)
        assert (len(made), int(made[1:])) == (digits + 1, running)
    else:
        with pytest.raises(NumbersExhausted):
            rule.make(running, TODAY)


def test_each_authority_counts_for_itself_and_each_year_where_the_form_has_it() -> None:
    yearly, once = MadeNumber(form="{yyyy}{n:4}"), MadeNumber(form="{n:4}")
    assert yearly.counter("T", "A", TODAY) != yearly.counter("T", "A", date(2027, 1, 1))
    assert once.counter("T", "A", TODAY) == once.counter("T", "A", date(2027, 1, 1))
    names = {rule.counter(*told, TODAY) for rule in (yearly, once) for told in (("T", "A"), ("T", "B"), ("U", "A"))}
    assert len(names) == 6


@pytest.mark.parametrize("told", [{"rule": "given"}, {"rule": "made", "form": "{yy}{n:6}"}])
def test_a_rule_is_written_as_it_was_read(told: dict[str, Any]) -> None:
    assert told == number_member(read_number(told))


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (None, "number.rule"),
        ({"rule": "other"}, "number.rule"),
        ({"rule": "given", "form": "x"}, "number.form"),
        ({"rule": "made"}, "number.form"),
        ({"rule": "made", "form": ""}, "number.form"),
        ({"rule": "made", "form": 1}, "number.form"),
        ({"rule": "made", "form": " {n:6}"}, "number.form"),
        ({"rule": "made", "form": "abc"}, "number.form"),
        ({"rule": "made", "form": "{n:6}{n:6}"}, "number.form"),
        ({"rule": "made", "form": "{n:0}"}, "number.form"),
        ({"rule": "made", "form": "{n:10}"}, "number.form"),
        ({"rule": "made", "form": "{yyy}{n:6}"}, "number.form"),
        ({"rule": "made", "form": "{n:6}}"}, "number.form"),
        ({"rule": "made", "form": "a" * 56 + "{n:6}"}, "number.form"),
    ],
)
def test_a_rule_is_read_strictly(told: object, place: str) -> None:
    with pytest.raises(ParticularsMalformed) as refused:
        read_number(told)
    assert place == str(refused.value)


def test_a_form_that_cannot_be_printed_is_refused() -> None:
    with pytest.raises(CharacterNotCovered):
        read_number({"rule": "made", "form": "A\u200b{n:6}"})
    assert isinstance(read_number({"rule": "given"}), GivenNumber)

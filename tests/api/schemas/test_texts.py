"""Texts and moments at the edge: what no database holds, what deceives a reader, where the calendar ends."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException

from api.schemas.texts import Line, Moment, Name, Prose, Text, require_texts

TEXT, LINE, PROSE, NAME = (TypeAdapter[str](kind) for kind in (Text, Line, Prose, Name))
MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)

GOOD = ["", " ", "王𠮷㛃", "No. 1 — “a”", "བོད་ཡིག", "ئۇيغۇرچە", "\ue000"]
ZERO, HALF = "a\x00b", "a\ud83d"
DECEIVING = ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2028", "\u2029", "\x1b", "\x85"]
BREAKS = ["\n", "\r\n", "\t"]


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_read_is_taken_as_it_is(text: str) -> None:
    for kind in (TEXT, LINE, PROSE, NAME):
        assert text == kind.validate_python(text)


@pytest.mark.parametrize("text", [ZERO, HALF])
def test_what_no_database_holds_is_refused(text: str) -> None:
    for kind in (TEXT, LINE, PROSE):
        with pytest.raises(ValidationError):
            kind.validate_python(text)
    with pytest.raises(HTTPException) as nowhere:
        NAME.validate_python(text)
    assert nowhere.value.status_code == 404


@pytest.mark.parametrize("character", DECEIVING)
def test_what_deceives_a_reader_is_refused(character: str) -> None:
    assert TEXT.validate_python(character) == character  # a password may hold it
    for kind in (LINE, PROSE):
        with pytest.raises(ValidationError) as refused:
            kind.validate_python(f"准予{character}办理")
        assert [one["type"] for one in refused.value.errors()] == ["text_unreadable"]


@pytest.mark.parametrize("character", BREAKS)
def test_prose_has_lines_and_a_line_has_none(character: str) -> None:
    assert PROSE.validate_python(f"一{character}二") == f"一{character}二"
    with pytest.raises(ValidationError):
        LINE.validate_python(f"一{character}二")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_whatever_can_be_written_is_a_text(text: str) -> None:
    assert text == TEXT.validate_python(text)
    assert text == text.encode().decode()


@pytest.mark.parametrize(
    ("body", "places"),
    [
        (ZERO, {()}),
        ({"a": HALF}, {("a",)}),
        ({"a": {"b": ["c", ZERO]}, "d": [{"e": HALF}]}, {("a", "b", 1), ("d", 0, "e")}),
        ({"a": {ZERO: 1}}, {("a",)}),
        ({HALF: {"a": HALF}}, {(), ("a",)}),
    ],
)
def test_the_places_of_what_is_no_text_are_told(body: object, places: set[tuple[str | int, ...]]) -> None:
    with pytest.raises(ValidationError) as refused:
        require_texts(body)
    assert places == {one["loc"] for one in refused.value.errors()}
    assert HALF not in str(refused.value)


@pytest.mark.parametrize("body", [None, 1, 1.5, True, "", [], {}, {"a": [1, None, "王"]}])
def test_a_body_of_texts_is_taken(body: object) -> None:
    require_texts(body)


def test_depth_is_no_matter() -> None:
    deep: object = ZERO
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValidationError):
        require_texts(deep)


def test_a_moment_is_told_in_utc() -> None:
    assert datetime(2026, 11, 22, 4, tzinfo=UTC) == MOMENT.validate_python("2026-11-22T12:00:00+08:00")
    assert MOMENT.validate_python("2026-11-22T12:00:00+08:00").tzinfo is UTC


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-22T12:00:00",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T00:00:00+00:00",
        "0001-01-01T00:00:00+00:01",
        "tomorrow",
    ],
)
def test_a_moment_has_its_offset_and_lies_in_the_calendar(moment: str) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(moment)

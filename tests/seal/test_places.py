"""Saying where a seal goes: what contradicts itself is refused where it is said, one field at a time."""

from math import inf, nan

import pytest

from seal.stamping.places import AcrossEdges, AtKeyword, AtPoint, OnPages, Pages, PlaceMalformed
from trust.errors import Invalid
from trust.pdf.appearance import PageOutOfRange

LENGTHS = [nan, inf, -0.001, 5080.001]


@pytest.mark.parametrize(
    ("text", "count", "found"),
    [
        ("1", 1, (1,)),
        ("-1", 4, (4,)),
        ("-4", 4, (1,)),
        ("1-3,5,-1", 9, (1, 2, 3, 5, 9)),
        ("2--2", 5, (2, 3, 4)),
        ("-3--1", 5, (3, 4, 5)),
        (" 3 , 1 ", 3, (1, 3)),
        ("1-3,2-4,-1", 4, (1, 2, 3, 4)),
        ("1--1", 3, (1, 2, 3)),
    ],
)
def test_pages_are_named_singly_in_ranges_and_from_the_end(text: str, count: int, found: tuple[int, ...]) -> None:
    assert Pages(text).of(count) == found


def test_every_page() -> None:
    assert Pages.every().of(4) == (1, 2, 3, 4)


@pytest.mark.parametrize(("text", "page"), [("4", 4), ("-4", -4), ("2-9", 9), ("3,5", 5)])
def test_a_page_that_the_document_lacks(text: str, page: int) -> None:
    with pytest.raises(PageOutOfRange) as refused:
        Pages(text).of(3)
    assert refused.value.details == {"page": page, "pages": 3}


def test_a_range_that_ends_before_it_begins_in_this_document() -> None:
    assert Pages("3--2").of(4) == (3,)
    with pytest.raises(PageOutOfRange) as refused:
        Pages("3--2").of(3)
    assert refused.value.details == {"page": 3, "pages": 3}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "format"),
        ("0", "format"),
        ("-0", "format"),
        ("01", "format"),
        ("1,", "format"),
        ("1-", "format"),
        ("1 2", "format"),
        ("1---2", "format"),
        ("100000", "format"),
        ("\uff11", "format"),
        ("a", "format"),
        ("3-2", "order"),
        ("-1--2", "order"),
        (",".join(["1"] * 101), "length"),
    ],
)
def test_what_names_no_pages(text: str, rule: str) -> None:
    with pytest.raises(PlaceMalformed) as refused:
        Pages(text)
    assert refused.value.details == {"field": "pages", "rule": rule}
    assert isinstance(refused.value, Invalid)


def test_a_hundred_ranges_are_enough() -> None:
    assert Pages(",".join(["1"] * 100)).of(1) == (1,)


@pytest.mark.parametrize("page", [0, 100_000, -100_000])
def test_a_point_on_no_page(page: int) -> None:
    with pytest.raises(PlaceMalformed) as refused:
        AtPoint(page=page, x_mm=1, y_mm=1)
    assert refused.value.details == {"field": "page", "rule": "range"}


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("field", ["x_mm", "y_mm"])
def test_a_point_is_told_in_millimetres_of_a_page(field: str, length: float) -> None:
    lengths = {"x_mm": 1.0, "y_mm": 1.0, field: length}
    for build in (lambda: AtPoint(page=1, **lengths), lambda: OnPages(pages=Pages("1"), **lengths)):
        with pytest.raises(PlaceMalformed) as refused:
            build()
        assert refused.value.details == {"field": field, "rule": "range"}


@pytest.mark.parametrize("text", ["", " \n", "字" * 101])
def test_a_keyword_of_no_or_too_many_characters(text: str) -> None:
    with pytest.raises(PlaceMalformed) as refused:
        AtKeyword(text=text)
    assert refused.value.details == {"field": "text", "rule": "length"}


@pytest.mark.parametrize("number", [0, -1, 100_000])
def test_occurrences_are_numbered_from_one(number: int) -> None:
    with pytest.raises(PlaceMalformed) as refused:
        AtKeyword(text="盖章", occurrence=number)
    assert refused.value.details == {"field": "occurrence", "rule": "range"}


@pytest.mark.parametrize("offset", [nan, inf, -5080.001, 5080.001])
@pytest.mark.parametrize("field", ["offset_x_mm", "offset_y_mm"])
def test_an_offset_stays_within_a_page(field: str, offset: float) -> None:
    with pytest.raises(PlaceMalformed) as refused:
        AtKeyword(text="盖章", **{field: offset})  # type: ignore[arg-type] # a name of two fields
    assert refused.value.details == {"field": field, "rule": "range"}
    place = AtKeyword(text="盖章", **{field: -20.0})  # type: ignore[arg-type] # likewise
    assert {place.offset_x_mm, place.offset_y_mm} == {0.0, -20.0}


@pytest.mark.parametrize("length", LENGTHS)
def test_a_seal_across_edges_lies_on_them(length: float) -> None:
    with pytest.raises(PlaceMalformed) as refused:
        AcrossEdges(pages=Pages("1-2"), position_mm=length)
    assert refused.value.details == {"field": "position_mm", "rule": "range"}


@pytest.mark.parametrize("number", [1, 21])
def test_how_many_pages_share_a_seal(number: int) -> None:
    with pytest.raises(PlaceMalformed) as refused:
        AcrossEdges(pages=Pages("1-2"), position_mm=100, pages_per_seal=number)
    assert refused.value.details == {"field": "pages_per_seal", "rule": "range"}

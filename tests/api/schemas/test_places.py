"""What a stamping asks for, as it comes in: read strictly, one field at a time."""

from typing import Any, Final

import pytest
from pydantic import ValidationError

from api.schemas.places import ORDER_ERRORS, OrderBody
from api.words import WORDS
from seal.stamping.orders import Level, Mode, OrderContradictory, StampOrder
from seal.stamping.places import AcrossEdges, AtKeyword, AtPoint, Edge, OnPages, Pages, PlaceMalformed, Which

POINT: Final = {"kind": "point", "page": 1, "x_mm": 150, "y_mm": 240}
PAGES: Final = {"kind": "pages", "pages": "1-3,-1", "x_mm": 150, "y_mm": 240.5}
KEYWORD: Final = {"kind": "keyword", "text": "（盖章）"}
EDGES: Final = {"kind": "edges", "position_mm": 148.5}


def order(*places: dict[str, Any], **others: Any) -> StampOrder:  # noqa: ANN401 - JSON
    """Return the order that a body means."""
    return OrderBody.model_validate({"places": places, **others}).order()


def test_every_way_of_saying_where() -> None:
    assert order(POINT, PAGES, KEYWORD, EDGES).places == (
        AtPoint(page=1, x_mm=150, y_mm=240),
        OnPages(pages=Pages("1-3,-1"), x_mm=150, y_mm=240.5),
        AtKeyword(text="（盖章）", occurrence=Which.FIRST, pages=Pages("1--1")),
        AcrossEdges(pages=Pages("1--1"), edge=Edge.RIGHT, position_mm=148.5, pages_per_seal=10),
    )


def test_everything_that_may_be_said_of_a_keyword_and_of_edges() -> None:
    keyword = KEYWORD | {"offset_x_mm": -5, "offset_y_mm": 7.5, "pages": "-1"}
    edges = EDGES | {"pages": "1-4", "edge": "bottom", "pages_per_seal": 4}
    assert order(keyword, edges).places == (
        AtKeyword(text="（盖章）", offset_x_mm=-5, offset_y_mm=7.5, pages=Pages("-1")),
        AcrossEdges(pages=Pages("1-4"), edge=Edge.BOTTOM, position_mm=148.5, pages_per_seal=4),
    )


@pytest.mark.parametrize(
    ("told", "meant"), [("first", Which.FIRST), ("last", Which.LAST), ("all", Which.ALL), (1, 1), (99_999, 99_999)]
)
def test_which_occurrence(told: object, meant: Which | int) -> None:
    (place,) = order(KEYWORD | {"occurrence": told}).places
    assert isinstance(place, AtKeyword)
    assert place.occurrence == meant


def test_what_is_not_said_is_usual() -> None:
    assert order(POINT) == StampOrder(places=(AtPoint(page=1, x_mm=150, y_mm=240),))


@pytest.mark.parametrize("level", list(Level))
def test_every_level(level: Level) -> None:
    assert order(POINT, level=level.value).level is level


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode(mode: Mode) -> None:
    assert order(POINT, mode=mode.value).mode is mode


def test_texts_go_into_the_order() -> None:
    told = order(POINT, reason="通知签发", location="杭州")
    assert (told.reason, told.location) == ("通知签发", "杭州")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"places": []},
        {"places": [POINT] * 21},
        {"places": [POINT], "level": "B-X"},
        {"places": [POINT], "level": ""},
        {"places": [POINT], "mode": "both"},
        {"places": [POINT], "reason": "字" * 201},
        {"places": [POINT], "reason": "a\u202eb"},
        {"places": [POINT], "location": "字" * 201},
        {"places": [POINT], "strange": 1},
        {"places": [{}]},
        {"places": [{"kind": "nowhere"}]},
        {"places": [POINT | {"strange": 1}]},
        {"places": [POINT | {"page": 100_000}]},
        {"places": [POINT | {"page": "x"}]},
        {"places": [POINT | {"x_mm": 5081}]},
        {"places": [POINT | {"x_mm": float("nan")}]},
        {"places": [POINT | {"y_mm": float("inf")}]},
        {"places": [{key: value for key, value in POINT.items() if key != "y_mm"}]},
        {"places": [PAGES | {"pages": ""}]},
        {"places": [PAGES | {"pages": "1," * 301}]},
        {"places": [KEYWORD | {"text": ""}]},
        {"places": [KEYWORD | {"text": "字" * 101}]},
        {"places": [KEYWORD | {"text": "a\nb"}]},
        {"places": [KEYWORD | {"occurrence": 0}]},
        {"places": [KEYWORD | {"occurrence": "second"}]},
        {"places": [KEYWORD | {"occurrence": 100_000}]},
        {"places": [EDGES | {"edge": "middle"}]},
        {"places": [EDGES | {"pages_per_seal": 1}]},
        {"places": [EDGES | {"pages_per_seal": 21}]},
        {"places": [{"kind": "edges"}]},
    ],
)
def test_what_is_no_order(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OrderBody.model_validate(body)


@pytest.mark.parametrize(
    ("place", "field", "rule"),
    [
        (POINT | {"page": 0}, "page", "range"),
        (POINT | {"x_mm": -1}, "x_mm", "range"),
        (PAGES | {"pages": "0"}, "pages", "format"),
        (PAGES | {"pages": "3-1"}, "pages", "order"),
        (KEYWORD | {"text": "   "}, "text", "length"),
        (EDGES | {"position_mm": -1}, "position_mm", "range"),
    ],
)
def test_what_a_place_refuses_is_told_with_its_own_code(place: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(PlaceMalformed) as refused:
        order(place)
    assert refused.value.details == {"field": field, "rule": rule}


def test_what_an_order_refuses_is_told_with_its_own_code() -> None:
    with pytest.raises(OrderContradictory):
        order(POINT, level="none", mode="one_field")


def test_every_error_has_words() -> None:
    codes = ["stamping.place_malformed", "stamping.order_contradictory", "pdf.page_out_of_range"]
    codes += ["pdf.placement_outside_page", "pdf.keyword_not_found", "pdf.too_few_pages", "pdf.too_many_marks"]
    assert [one.code for one in ORDER_ERRORS] == [*codes, "pdf.marks_overlap", "pdf.signed_before"]
    assert all(one.code in WORDS for one in ORDER_ERRORS)

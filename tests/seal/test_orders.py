"""What a stamping asks for."""

import pytest

from seal.stamping.orders import Level, Mode, OrderContradictory, StampOrder
from seal.stamping.places import AtPoint

POINT = AtPoint(page=1, x_mm=100, y_mm=100)


def test_what_is_not_said_is_usual() -> None:
    order = StampOrder(places=(POINT,))
    assert (order.level, order.mode, order.reason, order.location) == (Level.B_T, Mode.TWO_FIELDS, "", "")


@pytest.mark.parametrize("count", [0, 21])
def test_an_order_names_one_place_or_some(count: int) -> None:
    with pytest.raises(OrderContradictory) as refused:
        StampOrder(places=(POINT,) * count)
    assert refused.value.details == {"field": "places", "rule": "length"}


def test_a_place_is_one_of_a_closed_set() -> None:
    with pytest.raises(TypeError):
        StampOrder(places=("upper left",))  # type: ignore[arg-type] # the point of the test


@pytest.mark.parametrize("field", ["reason", "location"])
@pytest.mark.parametrize(
    ("text", "rule"), [("字" * 201, "length"), ("a\x07", "characters"), ("a\u202eb", "characters")]
)
def test_texts_that_a_reader_could_not_read(field: str, text: str, rule: str) -> None:
    with pytest.raises(OrderContradictory) as refused:
        StampOrder(places=(POINT,), **{field: text})  # type: ignore[arg-type] # a name of two fields
    assert refused.value.details == {"field": field, "rule": rule}
    order = StampOrder(places=(POINT,), **{field: "一\n二"})  # type: ignore[arg-type] # likewise
    assert order.places == (POINT,)


def test_without_the_other_signature_nothing_can_carry_the_seal_s() -> None:
    with pytest.raises(OrderContradictory) as refused:
        StampOrder(places=(POINT,), level=Level.NONE, mode=Mode.ONE_FIELD)
    assert refused.value.details == {"field": "mode", "rule": "level"}


@pytest.mark.parametrize(
    ("level", "stamped", "long_term"),
    [
        (Level.NONE, False, False),
        (Level.B_B, False, False),
        (Level.B_T, True, False),
        (Level.B_LT, True, True),
        (Level.B_LTA, True, True),
    ],
)
def test_each_level_builds_on_the_one_before(level: Level, *, stamped: bool, long_term: bool) -> None:
    assert (level.is_stamped, level.is_long_term) == (stamped, long_term)

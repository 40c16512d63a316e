"""Values on their way to a worker and back: each type as it is, and nothing but what was declared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NewType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trust.worker_tasks import Colour, Paint, Values
from trust.worker_shapes import Malformed, Octets, shape_of

PAINT = Paint(Colour.BLUE, 2.5)


def written(value: object, hint: object) -> tuple[Any, Octets]:
    beside = Octets()
    return json.loads(json.dumps(shape_of(hint).write(value, beside))), beside


@pytest.mark.parametrize(
    "value",
    [
        Values(),
        Values(paint=PAINT, either=PAINT, many=(PAINT, PAINT)),
        Values(either="a word"),
        Values(either=0),
        Values(either=False),
        Values(either=Colour.RED, is_true=False),
        Values(facts={"a": None, "b": True, "c": 1, "d": "x"}),
        Values(paint=Paint(Colour.RED, 3)),
        Values(text="\ud800", colours=frozenset()),
    ],
)
def test_every_kind_comes_back_as_it_went(value: Values) -> None:
    told, beside = written(value, Values)
    found = shape_of(Values).read(told, beside)
    assert value == found
    assert isinstance(value.either, type(found.either))


@given(st.text(), st.integers(), st.binary(max_size=64), st.datetimes(timezones=st.just(UTC)), st.booleans())
def test_whatever_the_values_are(text: str, count: int, octets: bytes, moment: datetime, is_true: bool) -> None:  # noqa: FBT001 - drawn
    value = Values(text=text, count=count, octets=octets, moment=moment, is_true=is_true)
    told, beside = written(value, Values)
    assert value == shape_of(Values).read(told, beside)


FIELDS: Mapping[str, tuple[object, ...]] = {
    "text": (7, None, ["a"], True),
    "count": ("7", True, 7.0, None, []),
    "is_true": (1, 0, "true", None),
    "octets": (-1, 99, "0", None, True, [0]),
    "moment": ("yesterday", "2026-11-22T12:00:00", 7, None, ["2026-11-22"], True),
    "day": ("2026-13-01", 7, None),
    "lapse": ("7", None, 1e300, []),
    "rank": (2, "1", None, []),
    "paint": (0, [0], [1, []], [-1, ["red", 1]], [0, ["red", 0]], [0, ["red"]], [0, ["green", 1.0]], ["0", []], {}),
    "either": ([9, "x"], [3, None], "x", [True, "x"]),
    "many": (None, {}, "ab", [["red"]]),
    "few": ([7], [7, 0, 0], None, ["7", 0]),
    "colours": (["green"], None, [["red"]]),
    "facts": ([0, [["a"]]], [0, {"a": 1}], [0, [[1, None]]]),
}


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, many in FIELDS.items() for one in many])
def test_a_field_of_another_type_is_refused(name: str, value: object) -> None:
    told, beside = written(Values(), Values)
    place = list(FIELDS).index(name)
    changed = [value if at == place else one for at, one in enumerate(told)]
    assert repr(changed) != repr(told)
    with pytest.raises(Malformed):
        shape_of(Values).read(changed, beside)


def test_every_field_is_put_to_the_test() -> None:
    assert list(FIELDS) == list(Values.__dataclass_fields__)


@pytest.mark.parametrize("told", [None, {}, [], [1], "Values", 7])
def test_what_is_no_such_record(told: object) -> None:
    with pytest.raises(Malformed):
        shape_of(Values).read(told, Octets())


def test_a_constructor_looks_at_what_came() -> None:
    told, beside = written(PAINT, Paint)
    assert shape_of(Paint).read(told, beside) == PAINT
    with pytest.raises(Malformed, match="no Paint"):
        shape_of(Paint).read(["red", -1.0], beside)


def test_octets_that_came_with_the_request_become_the_very_object_again() -> None:
    asked, own = b"asked", b"new"
    back = Octets(asked=(asked,))
    told = [shape_of(bytes).write(one, back) for one in (asked, own, own)]
    assert told == [-1, 0, 0]
    assert back.own == [own]
    assert shape_of(bytes).read(-1, Octets(back.own, (asked,))) is asked


def test_a_name_for_a_type_is_that_type() -> None:
    assert shape_of(NewType("Name", str)) is shape_of(str)


def test_octets_that_can_be_changed_come_back_so() -> None:
    told, beside = written(bytearray(b"ab"), bytearray)
    assert shape_of(bytearray).read(told, beside) == bytearray(b"ab")
    assert type(shape_of(bytearray).read(told, beside)) is bytearray


def test_unions_have_one_order_however_they_are_written() -> None:
    one, other = written("x", str | int | None)[0], written("x", int | str | None)[0]
    assert one == other
    assert written(None, type(None))[0] is None


def test_a_value_that_a_union_has_no_place_for() -> None:
    with pytest.raises(TypeError, match="no place"):
        written(b"octets", str | int)


@dataclass
class Untyped:
    """A record that does not say what it holds."""

    anything: Any


@pytest.mark.parametrize("hint", [Any, object, list[int], dict[str, int], Untyped, set[int], "str", 7])
def test_a_type_that_does_not_travel(hint: object) -> None:
    with pytest.raises(TypeError, match="does not travel"):
        shape_of(hint)


def test_a_value_is_written_by_its_declared_type() -> None:
    value = replace(Values(), either=PAINT)
    assert written(value, Values)[0][9][1] == ["blue", 2.5]

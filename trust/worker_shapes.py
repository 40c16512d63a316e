"""Values between this process and a worker: written and read by the types that a function declares.

Nothing of what arrives says what it is. A function's own annotations do, so that nothing else can come in: no class by
name, no code, no object that refers to itself. A dataclass is built by its constructor, whose own checks run; each
field is of the type that it declares. What a message can become is bounded by its length.
"""

import builtins
import collections.abc
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, Final

__all__ = ["Malformed", "Octets", "Shape", "shape_of"]

SCALARS: Final = (str, int, float, bool)


class Malformed(Exception):
    """A message is not what its receiver was told to expect."""


class Octets:
    """The octets of a message, and those of the request that it answers.

    Octets that came with the request go back as the number under which they came, and become the very object again.
    """

    def __init__(self, own: Sequence[bytes] = (), asked: Sequence[bytes] = ()) -> None:
        self.own = list(own)
        self.asked = list(asked)
        self.places = {id(one): -1 - place for place, one in enumerate(self.asked)}
        self.places |= {id(one): place for place, one in enumerate(self.own)}

    def put(self, value: bytes) -> int:
        """Return the number of `value`, which is kept under a new one where it has none."""
        place = self.places.get(id(value))
        if place is None:
            place = self.places[id(value)] = len(self.own)
            self.own.append(value)
        return place

    def get(self, place: object) -> bytes:
        """Return what is kept under a number."""
        if type(place) is not int or not -len(self.asked) <= place < len(self.own):
            raise Malformed("octets that are not there")
        return self.own[place] if place >= 0 else self.asked[-1 - place]


class Shape:
    """How values of one type are written as JSON, and read again."""

    def __init__(
        self, write: Callable[[Any, Octets], Any], read: Callable[[Any, Octets], Any], kind: tuple[type, ...]
    ) -> None:
        self.write, self.read, self.kind = write, read, kind


def plain(kind: type, *written: type) -> Shape:
    """Return the shape of what JSON has itself, written as one of some kinds. A truth value is no number."""

    def read(told: Any, _: Octets) -> Any:  # noqa: ANN401 - JSON
        if type(told) not in written:
            raise Malformed(f"{kind.__name__} wanted")
        return told

    return Shape(lambda value, _: value, read, (kind,))


def text(kind: type, write: Callable[[Any], Any], read: Callable[[Any], Any]) -> Shape:
    """Return the shape of what is written as one scalar."""

    def checked(told: Any, _: Octets) -> Any:  # noqa: ANN401 - JSON
        if type(told) not in SCALARS:
            raise Malformed(f"{kind.__name__} wanted")
        try:
            return read(told)
        except (ValueError, TypeError, OverflowError) as error:
            raise Malformed(f"{kind.__name__} wanted") from error

    return Shape(lambda value, _: write(value), checked, (kind,))


def aware(told: str) -> datetime:
    """Return a moment. One of no zone is none: whoever compares it with another would fail."""
    moment = datetime.fromisoformat(told)
    if moment.tzinfo is None:
        raise ValueError(told)
    return moment


def octets(kind: type) -> Shape:
    """Return the shape of octets."""
    return Shape(lambda value, beside: beside.put(value), lambda told, beside: beside.get(told), (kind,))


def row(told: object) -> list[Any]:
    """Return a list of JSON, or raise `Malformed`."""
    if type(told) is not list:
        raise Malformed("a list wanted")
    return told


def many(of: Shape, kind: Callable[[Any], Any], kinds: tuple[type, ...]) -> Shape:
    """Return the shape of any number of values of one shape."""
    return Shape(
        lambda value, beside: [of.write(one, beside) for one in value],
        lambda told, beside: kind(of.read(one, beside) for one in row(told)),
        kinds,
    )


def each(shapes: tuple[Shape, ...]) -> Shape:
    """Return the shape of a tuple of so many values."""

    def read(told: Any, beside: Octets) -> Any:  # noqa: ANN401 - JSON
        if len(row(told)) != len(shapes):
            raise Malformed("a tuple of another length")
        return tuple(shape.read(one, beside) for shape, one in zip(shapes, told, strict=True))

    return Shape(
        lambda value, beside: [shape.write(one, beside) for shape, one in zip(shapes, value, strict=True)],
        read,
        (tuple,),
    )


def pairs(key: Shape, value: Shape) -> Shape:
    """Return the shape of a mapping."""
    both = each((key, value))
    return Shape(
        lambda whole, beside: [both.write(one, beside) for one in whole.items()],
        lambda told, beside: dict(both.read(one, beside) for one in row(told)),
        (Mapping,),
    )


def one_of(shapes: tuple[Shape, ...]) -> Shape:
    """Return the shape of a union: which of its types comes before the value; nothing stands for None."""

    def write(value: Any, beside: Octets) -> Any:  # noqa: ANN401 - whatever it is
        if value is None:
            return None
        exact = [place for place, shape in enumerate(shapes) if type(value) in shape.kind]
        wider = [place for place, shape in enumerate(shapes) if isinstance(value, shape.kind)]
        for place in (*exact, *wider):
            return [place, shapes[place].write(value, beside)]
        raise TypeError(f"no place in a union for {type(value).__name__}")

    def read(told: Any, beside: Octets) -> Any:  # noqa: ANN401 - JSON
        if told is None:
            return None
        place, value = each((plain(int, int), Shape(as_it_is, as_it_is, ()))).read(told, beside)
        if not 0 <= place < len(shapes):
            raise Malformed("a type that the union has not")
        return shapes[place].read(value, beside)

    return Shape(write, read, tuple(kind for shape in shapes for kind in shape.kind))


def as_it_is(told: Any, _: Octets) -> Any:  # noqa: ANN401 - JSON
    """Return what is read further by somebody else."""
    return told


def record(kind: Any) -> Shape:  # noqa: ANN401 - a dataclass
    """Return the shape of a dataclass: the fields that its constructor takes, in their order."""
    hints = typing.get_type_hints(kind)
    known = [(one.name, shape_of(hints[one.name])) for one in fields(kind) if one.init]

    def write(value: Any, beside: Octets) -> Any:  # noqa: ANN401 - the dataclass
        return [shape.write(getattr(value, name), beside) for name, shape in known]

    def read(told: Any, beside: Octets) -> Any:  # noqa: ANN401 - JSON
        if len(row(told)) != len(known):
            raise Malformed(f"{kind.__name__} wanted")
        values = {name: shape.read(one, beside) for (name, shape), one in zip(known, told, strict=True)}
        try:
            return kind(**values)
        except Exception as error:  # whatever a constructor says to values that it does not take
            raise Malformed(f"no {kind.__name__}") from error

    return Shape(write, read, (kind,))


SIMPLE: Final[Mapping[Any, Shape]] = {
    **{kind: plain(kind, kind) for kind in (str, int, bool)},
    float: plain(float, float, int),
    bytes: octets(bytes),
    bytearray: Shape(
        lambda value, beside: beside.put(bytes(value)), lambda told, beside: bytearray(beside.get(told)), (bytearray,)
    ),
    datetime: text(datetime, datetime.isoformat, aware),
    date: text(date, date.isoformat, date.fromisoformat),
    timedelta: text(timedelta, timedelta.total_seconds, lambda told: timedelta(seconds=told)),
}


@cache
def shape_of(hint: Any) -> Shape:  # noqa: ANN401 - an annotation
    """Return the shape of an annotated type. Raise `TypeError` for one that does not travel."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    if hint is types.NoneType:
        return one_of(())
    if isinstance(hint, typing.NewType):
        return shape_of(hint.__supertype__)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return text(hint, lambda value: value.value, hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return record(hint)
    return shape_of_many(hint)


def shape_of_many(hint: Any) -> Shape:  # noqa: ANN401 - an annotation
    """Return the shape of an annotated type that is made of others. Raise `TypeError`."""
    match typing.get_origin(hint), typing.get_args(hint):
        case builtins.tuple, (one, builtins.Ellipsis):
            return many(shape_of(one), tuple, (tuple,))
        case builtins.tuple, arguments:
            return each(tuple(shape_of(one) for one in arguments))
        case builtins.frozenset, (one,):
            return many(shape_of(one), frozenset, (frozenset,))
        case collections.abc.Mapping, (key, value):
            return pairs(shape_of(key), shape_of(value))
        case ((typing.Union | types.UnionType), arguments):
            # Unions are equal whatever their order, so that an order of our own must hold on both sides.
            members = sorted((one for one in arguments if one is not types.NoneType), key=repr)
            return one_of(tuple(shape_of(one) for one in members))
        case _:
            raise TypeError(f"{hint} does not travel to a worker")

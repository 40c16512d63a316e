"""Tables in JSON Lines: one flat object of texts in each line."""

import json
from collections.abc import Iterator
from typing import Any, Final

from licence.bulk.cells import Cell, Line
from licence.bulk.errors import TableInvalid

__all__ = ["once", "read"]

LONGEST_LINE: Final = 1 << 20
"""Octets of one object, many times what the data of a licence may take."""


class NameTwice(ValueError):
    """An object has a name twice: programs differ on which value counts."""


def read(content: bytes, columns: int) -> tuple[str, Iterator[Line]]:
    """Return the encoding of a table and its rows, a header of all names first. Raise `TableInvalid`."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    names: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        found = object_of(line)
        for name in found if isinstance(found, dict) else ():
            names.setdefault(name, len(names))
        if len(names) > columns:
            raise TableInvalid(fault="too_many_columns", line=number)
    return "utf-8", rows_of(lines, tuple(names))


def rows_of(lines: list[bytes], names: tuple[str, ...]) -> Iterator[Line]:
    """Yield the header, and each object as a row."""
    if names:
        yield Line(number=0, cells=tuple(Cell(text=name, fault="" if is_text(name) else "encoding") for name in names))
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = object_of(line)
        if isinstance(found, str):
            yield Line(number=number, fault=found)
        else:
            yield Line(number=number, cells=tuple(cell_of(found, name) for name in names))


def object_of(line: bytes) -> dict[str, Any] | str:
    """Return the object in a line, or why there is none."""
    if len(line) > LONGEST_LINE:
        return "length"
    if not line.strip():
        return {}
    try:
        found = json.loads(line.decode("utf-8"), object_pairs_hook=once, parse_float=Fraction, parse_int=Whole)
    except NameTwice:
        return "name_twice"
    except UnicodeDecodeError:
        return "encoding"
    except (ValueError, RecursionError):
        return "json"
    return found if type(found) is dict else "object"


class Whole(str):
    """The digits of a whole number, as they are written."""

    __slots__ = ()


class Fraction(str):
    """The digits of a number with a point, as they are written."""

    __slots__ = ()


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose names stand there once. Raise `NameTwice`."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NameTwice
    return found


def cell_of(found: dict[str, Any], name: str) -> Cell:
    """Return the value under a name. What is null is not there."""
    match found.get(name):
        case None:
            return Cell(is_absent=True)
        case Whole() | Fraction() as digits:
            return Cell(text=str(digits), is_number=True)
        case str(text):
            return Cell(text=text, fault="" if is_text(text) else "encoding")
        case bool():
            return Cell(fault="boolean")
        case list(rows):
            return Cell(text=json.dumps(rows, ensure_ascii=True))
        case _:  # an object, or a number that JSON has not (NaN)
            return Cell(fault="nested")


def is_text(text: str) -> bool:
    """Tell whether a text can be written: JSON can spell half a character."""
    return text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text)

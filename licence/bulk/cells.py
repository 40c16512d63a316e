"""Rows of a table between the worker that reads them and who works on them: text, and how it stood in the file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["CHARACTERS", "Cell", "Line", "PieceMalformed", "read_piece", "write_piece"]

CHARACTERS: Final = 5_000
"""The longest value; the schema of a type asks for far less."""


class PieceMalformed(Exception):
    """What a worker handed on is no piece of a table: it was taken over by the file that it read."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One value as it stood in the file."""

    text: str = field(default="", repr=False)
    is_number: bool = False
    """Whether it was kept as a number, which has lost its leading zeros."""

    is_absent: bool = False
    """Whether the row says nothing of this column, as JSON can."""

    fault: str = ""
    """Why it cannot be read without guessing, or nothing."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row: its values, or what is wrong with it."""

    number: int
    """The line in the file, the first being 1; where a value has line breaks, the line that the row ends on."""

    cells: tuple[Cell, ...] = ()
    fault: str = ""
    column: int = -1
    """The column that the fault is about, or -1 where it is about the whole row."""


def write_piece(lines: Sequence[Line]) -> bytes:
    """Return rows as JSON: [line, [values]], or [line, fault, column]."""
    told = [
        [line.number, line.fault, line.column] if line.fault else [line.number, [value_of(one) for one in line.cells]]
        for line in lines
    ]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def value_of(cell: Cell) -> object:
    """Return a value as JSON: text, a number as a list with its digits, nothing for what is absent."""
    if cell.is_absent:
        return None
    return [cell.text] if cell.is_number else cell.text


def read_piece(piece: bytes) -> tuple[Line, ...]:
    """Return the rows of a piece. Raise `PieceMalformed`."""
    try:
        told = json.loads(piece)
        if type(told) is not list:
            raise ValueError("rows wanted")
        return tuple(line_of(one) for one in told)
    except (ValueError, TypeError, RecursionError) as error:
        raise PieceMalformed from error


def line_of(told: Any) -> Line:  # noqa: ANN401 - JSON
    """Return a row. Raise `ValueError` or `TypeError`."""
    match told:
        case [int(number), list(values)]:
            return Line(number=number, cells=tuple(cell_of(one) for one in values))
        case [int(number), str(fault), int(column)]:
            return Line(number=number, fault=fault, column=column)
        case _:
            raise ValueError("a row wanted")


def cell_of(told: Any) -> Cell:  # noqa: ANN401 - JSON
    """Return a value. Raise `ValueError`."""
    match told:
        case str(text):
            return Cell(text=text)
        case [str(text)]:
            return Cell(text=text, is_number=True)
        case None:
            return Cell(is_absent=True)
        case _:
            raise ValueError("a value wanted")

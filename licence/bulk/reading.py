"""Reading tables that people upload: which format it is, and its rows in pieces. Runs in a confined worker.

What is read is text and nothing else: a cell that shows something other than what is stored in it (a formula, a number
of more digits than a spreadsheet keeps) is told of with its line, and never guessed at.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licence.bulk import delimited, json_lines, spreadsheet
from licence.bulk.cells import CHARACTERS, Line, write_piece
from licence.bulk.errors import TableInvalid

__all__ = ["Format", "Table", "TableLimits", "format_of", "read_table"]

ZIP: Final = b"PK\x03\x04"
OLD_SPREADSHEET: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The mark of Excel's format before 2007, and of a new one under a password."""

MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
"""Of texts in UTF-16, which some programs call Unicode."""


class Format(StrEnum):
    """What a table came as."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON_LINES = "jsonl"


READERS: Final[Mapping[Format, Callable[[bytes, int], tuple[str, Iterator[Line]]]]] = {
    Format.CSV: delimited.read,
    Format.XLSX: spreadsheet.read,
    Format.JSON_LINES: json_lines.read,
}


@dataclass(frozen=True, kw_only=True)
class TableLimits:
    """How large a table may be."""

    rows: int = 100_000
    columns: int = 200
    chunk: int = 100
    """Rows of one piece."""

    written: int = 60 << 20
    """Octets of all rows as they are handed on."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as it was read."""

    format: Format
    encoding: str
    columns: tuple[str, ...]
    rows: int
    pieces: tuple[bytes, ...]
    """Rows in their order, as `cells.write_piece` writes them."""


def format_of(content: bytes) -> Format:
    """Return what a file is, by its content. Raise `TableInvalid` for what no table is."""
    if content.startswith(ZIP):
        return Format.XLSX
    if content.startswith(OLD_SPREADSHEET):
        raise TableInvalid(fault="old_spreadsheet", line=0)
    if content.startswith(MARKS) or b"\0" in content[:4096]:
        raise TableInvalid(fault="encoding", line=0)
    begin = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return Format.JSON_LINES if begin.startswith(b"{") else Format.CSV


def read_table(content: bytes, limits: TableLimits) -> Table:
    """Return the table in a file. Raise `TableInvalid` where nothing of it can be read."""
    kind = format_of(content)
    encoding, lines = READERS[kind](content, limits.columns)
    return gathered(kind, encoding, lines, limits)


def gathered(kind: Format, encoding: str, lines: Iterator[Line], limits: TableLimits) -> Table:
    """Return the table that `lines` make: the first is its header."""
    header = next(lines, None)
    if header is None:
        raise TableInvalid(fault="empty", line=0)
    columns = names_of(header)
    pieces: list[bytes] = []
    waiting: list[Line] = []
    rows = size = 0
    for line in lines:
        if rows == limits.rows:
            raise TableInvalid(fault="rows", line=line.number)
        rows += 1
        waiting.append(fitted(line, len(columns)))
        if len(waiting) == limits.chunk:
            pieces.append(write_piece(waiting))
            waiting.clear()
            size += len(pieces[-1])
            if size > limits.written:
                raise TableInvalid(fault="size", line=line.number)
    if waiting:
        pieces.append(write_piece(waiting))
    if not rows:
        raise TableInvalid(fault="empty", line=0)
    return Table(format=kind, encoding=encoding, columns=columns, rows=rows, pieces=tuple(pieces))


def names_of(header: Line) -> tuple[str, ...]:
    """Return the names of the columns. Raise `TableInvalid` unless each has one, and no two the same."""
    names = [cell.text.strip() for cell in header.cells]
    while names and not names[-1]:  # spreadsheets write columns that were once in use
        names.pop()
    is_broken = header.fault or any(cell.fault or len(cell.text) > CHARACTERS for cell in header.cells)
    if is_broken or not names or not all(names) or len(set(names)) != len(names):
        raise TableInvalid(fault="header", line=header.number)
    return tuple(names)


def fitted(line: Line, columns: int) -> Line:
    """Return a row with one value for each column, or with what is wrong with it in place of its values."""
    cells = list(line.cells)
    while len(cells) > columns and not cells[-1].text and not cells[-1].fault:
        cells.pop()
    if line.fault:
        return Line(number=line.number, fault=line.fault)
    if len(cells) != columns:
        return Line(number=line.number, fault="columns")
    for place, cell in enumerate(cells):
        if cell.fault or len(cell.text) > CHARACTERS:
            return Line(number=line.number, fault=cell.fault or "length", column=place)
    return Line(number=line.number, cells=tuple(cells))

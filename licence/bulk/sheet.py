"""The rows of one sheet of an XLSX file (ECMA-376, Part 1, 18.3): what stands in its cells, and nothing guessed."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from licence.bulk.cells import Cell, Line
from licence.bulk.errors import TableInvalid
from licence.bulk.sheet_archive import local
from licence.bulk.sheet_parts import Kind, whole

__all__ = ["Sheet"]

PLACE: Final = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
DIGITS: Final = 15
"""What a spreadsheet keeps of a number: the last digits of a longer one, such as a credit code's, are lost."""

LEAP_1900: Final = 60
"""The serial number of 29 February 1900, a day that spreadsheets count and that never was."""

LAST_SERIAL: Final = 2_958_465
"""That of 31 December 9999."""

EMPTY: Final = Cell()
REFUSED: Final = {"b": "boolean", "str": "formula"}
"""Types of cells that hold no text of their own."""


def column_of(place: str) -> int:
    """Return the column that a place such as AB12 names, the first being 0; -1 for what is no place."""
    found = PLACE.fullmatch(place)
    if found is None:
        return -1
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def day_of(text: str, *, counts_from_1904: bool) -> Cell:
    """Return the day that a serial number stands for (18.17.4)."""
    try:
        serial = Decimal(text)
    except InvalidOperation:
        return Cell(fault="number")
    if not serial.is_finite() or serial != serial.to_integral_value():
        return Cell(fault="time")
    if counts_from_1904:
        serial += 1462
    if not 0 < serial <= LAST_SERIAL or serial == LEAP_1900:
        return Cell(fault="date")
    begin = date(1899, 12, 31) if serial < LEAP_1900 else date(1899, 12, 30)
    return Cell(text=(begin + timedelta(days=int(serial))).isoformat())


def number_of(text: str) -> Cell:
    """Return a number with the digits that its cell shows."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Cell(fault="number")
    if not value.is_finite() or abs(value.adjusted()) > DIGITS:
        return Cell(fault="precision")
    if value == value.to_integral_value():
        whole_number = format(value.to_integral_value(), "f")
        if len(whole_number.lstrip("-")) > DIGITS:
            return Cell(fault="precision")
        return Cell(text=whole_number, is_number=True)
    # Of 0.1 + 0.2 the file keeps 0.30000000000000004, and the sheet shows 0.3.
    shown = Decimal(f"{value:.{DIGITS}g}").normalize()
    return Cell(text=format(shown, "f"), is_number=True)


class Sheet:
    """Reads a sheet. `lines` fills while it is read."""

    def __init__(self, *, kinds: Sequence[Kind], texts: Sequence[str], counts_from_1904: bool, columns: int) -> None:
        self.kinds, self.texts, self.counts_from_1904, self.columns = kinds, texts, counts_from_1904, columns
        self.lines: list[Line] = []
        self.width = 0
        """Of the header, once it is read: rows that are shorter have nothing in what is missing."""

        self.number = 0
        self.is_hidden = False
        self.cells: list[Cell] = []
        self.place = -1
        self.type = self.style = ""
        self.is_formula = self.is_value = self.is_phonetic = False
        self.parts: list[str] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """See a row, a cell, or what a cell holds begin."""
        match local(name):
            case "c":
                self.begin_cell(attributes)
            case "v":
                self.is_value = True
            case "t":
                self.is_value = not self.is_phonetic
            case "row":
                self.begin_row(attributes)
            case "f":
                self.is_formula = True
            case "rPh":
                self.is_phonetic = True
            case "mergeCell":
                # All of its cells but one are empty in the file and show what that one holds.
                raise TableInvalid(fault="merged_cells", line=0)

    def begin_row(self, attributes: dict[str, str]) -> None:
        """Begin a row. Raise `TableInvalid` where rows are not in their order."""
        number = whole(attributes["r"]) if "r" in attributes else self.number + 1
        if number <= self.number:
            raise TableInvalid(fault="xml", line=0)
        self.number = number
        self.is_hidden = attributes.get("hidden") in ("1", "true")
        self.cells = []

    def begin_cell(self, attributes: dict[str, str]) -> None:
        """Begin a cell. Raise `TableInvalid` where cells are not in their order, or there are too many."""
        place = column_of(attributes["r"]) if "r" in attributes else len(self.cells)
        if place < len(self.cells):
            raise TableInvalid(fault="xml", line=self.number)
        self.place, self.parts, self.is_formula = place, [], False
        self.type, self.style = attributes.get("t", "n"), attributes.get("s", "0")

    def end(self, name: str) -> None:
        """See a row, a cell, or what a cell holds end."""
        match local(name):
            case "c":
                self.end_cell()
            case "v" | "t":
                self.is_value = False
            case "row":
                self.end_row()
            case "rPh":
                self.is_phonetic = False

    def text(self, content: str) -> None:
        """Note a part of a value."""
        if self.is_value:
            self.parts.append(content)

    def end_cell(self) -> None:
        """Note a cell that holds something."""
        told = "".join(self.parts)
        if not told and not self.is_formula:
            return
        if self.place >= self.columns:
            raise TableInvalid(fault="too_many_columns", line=self.number)
        self.cells += [EMPTY] * (self.place - len(self.cells))
        self.cells.append(Cell(fault="formula") if self.is_formula else self.cell(told))

    def cell(self, told: str) -> Cell:
        """Return what a cell holds, by its type (18.18.11)."""
        match self.type:
            case "s":
                return self.shared(told)
            case "n":
                return self.number_cell(told)
            case "inlineStr":
                return Cell(text=told)
            case "d":
                return Cell(text=told.removesuffix("T00:00:00"))
            case other:
                return Cell(fault=REFUSED.get(other, "error"))

    def shared(self, told: str) -> Cell:
        """Return the text that a number stands for."""
        place = whole(told)
        return Cell(text=self.texts[place]) if 0 <= place < len(self.texts) else Cell(fault="text")

    def number_cell(self, told: str) -> Cell:
        """Return what a number is shown as."""
        style = whole(self.style)
        match self.kinds[style] if 0 <= style < len(self.kinds) else Kind.NUMBER:
            case Kind.NUMBER:
                return number_of(told)
            case Kind.DATE:
                return day_of(told, counts_from_1904=self.counts_from_1904)
            case Kind.TIME:
                return Cell(fault="time")

    def end_row(self) -> None:
        """Note a row that holds something. Raise `TableInvalid` where nobody sees it."""
        cells, self.cells = self.cells, []
        if not any(cell.text.strip() or cell.fault for cell in cells):
            return
        if self.is_hidden:
            raise TableInvalid(fault="hidden_row", line=self.number)
        self.width = self.width or len(cells)
        cells += [EMPTY] * (self.width - len(cells))
        self.lines.append(Line(number=self.number, cells=tuple(cells)))

    def taken(self) -> list[Line]:
        """Return the rows that were read since this was asked last."""
        taken, self.lines = self.lines, []
        return taken

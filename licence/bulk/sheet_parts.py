"""What a sheet of an XLSX file refers to: texts, formats, and where the sheets stand (ECMA-376, Part 1, 18)."""

import posixpath
import re
from enum import Enum, auto
from typing import Final

from licence.bulk.errors import TableInvalid
from licence.bulk.sheet_archive import local

__all__ = ["Formats", "Kind", "Relations", "Texts", "Workbook", "kind_of"]

TEXT_OCTETS: Final = 128 << 20
"""Characters of all texts of a workbook."""


class Kind(Enum):
    """What a number in a cell is shown as."""

    NUMBER = auto()
    DATE = auto()
    TIME = auto()


DATES: Final = frozenset({14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58})
TIMES: Final = frozenset({18, 19, 20, 21, 22, 32, 33, 34, 35, 45, 46, 47, 55, 56})
"""Formats that every program knows by number (18.8.30), with those of Chinese editions."""

QUOTED: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
"""What a format shows as it stands, and its colours and conditions."""


def kind_of(number: int, code: str | None) -> Kind:
    """Return what a format shows, by its number and, where the workbook has one of its own, by its code."""
    if code is None:
        return Kind.DATE if number in DATES else Kind.TIME if number in TIMES else Kind.NUMBER
    bare = QUOTED.sub("", code).lower()
    if re.search("[hs]", bare):
        return Kind.TIME
    return Kind.DATE if re.search("[ymd]", bare) else Kind.NUMBER


class Formats:
    """Reads the formats of cells (18.8)."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.kinds: list[Kind] = []
        """By the number that cells bear."""

        self.is_within = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Note a format; those of cells alone, and not those that styles are made of."""
        match local(name):
            case "numFmt":
                self.codes[whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            case "cellXfs":
                self.is_within = True
            case "xf" if self.is_within:
                number = whole(attributes.get("numFmtId", "0"))
                self.kinds.append(kind_of(number, self.codes.get(number)))

    def end(self, name: str) -> None:
        """Leave the formats of cells."""
        if local(name) == "cellXfs":
            self.is_within = False

    def text(self, content: str) -> None:
        """See no text."""


class Texts:
    """Reads the texts that cells share (18.4). How a word is pronounced is not part of it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.is_text = self.is_phonetic = False
        self.left = TEXT_OCTETS

    def begin(self, name: str, _: dict[str, str]) -> None:
        """Begin a text, or a part of it."""
        match local(name):
            case "si":
                self.parts = []
            case "rPh":
                self.is_phonetic = True
            case "t":
                self.is_text = not self.is_phonetic

    def end(self, name: str) -> None:
        """End a text, or a part of it."""
        match local(name):
            case "si":
                self.texts.append("".join(self.parts))
            case "rPh":
                self.is_phonetic = False
            case "t":
                self.is_text = False

    def text(self, content: str) -> None:
        """Note a part of a text."""
        if self.is_text:
            self.left -= len(content)
            if self.left < 0:
                raise TableInvalid(fault="unpacked", line=0)
            self.parts.append(content)


class Workbook:
    """Reads which sheets there are, and how days are counted (18.2)."""

    def __init__(self) -> None:
        self.sheets: list[str] = []
        """The relations of those that can be seen."""

        self.counts_from_1904 = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Note a sheet."""
        match local(name):
            case "sheet" if attributes.get("state", "visible") == "visible":
                self.sheets += [value for key, value in attributes.items() if local(key) == "id"]
            case "workbookPr":
                self.counts_from_1904 = attributes.get("date1904") in ("1", "true")

    def end(self, name: str) -> None:
        """Need nothing at an end."""

    def text(self, content: str) -> None:
        """See no text."""


class Relations:
    """Reads where the parts of a workbook stand (Part 2, 9.3)."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Note a part of this archive; what lies elsewhere is not fetched."""
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            place = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            self.targets[attributes.get("Id", "")] = place.lstrip("/")

    def end(self, name: str) -> None:
        """Need nothing at an end."""

    def text(self, content: str) -> None:
        """See no text."""


def whole(text: str | None) -> int:
    """Return a number in the file, or -1 for what is none."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else -1  # noqa: PLR2004 - far below what int takes long for

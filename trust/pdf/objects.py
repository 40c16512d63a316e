"""The objects that a PDF is made of (ISO 32000-2, 7.3): read-only values, and how they are written.

Numbers, octet strings, names, arrays and dictionaries are Python's own: `int`, `Real`, `bytes`, `Name`, `tuple` and
mappings. Whoever changes one makes a new one, so that what was read stays as it was.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple, Self

from trust.pdf.intake import PDFMalformed

__all__ = [
    "Array",
    "Dictionary",
    "Name",
    "Raw",
    "Real",
    "Reference",
    "Stream",
    "Value",
    "number_of",
    "text_of",
    "text_string",
    "written",
]


class Name(str):
    """A name, without its solidus (7.3.5)."""

    __slots__ = ()


class Real(float):
    """A real number with the digits that it was written with, so that a copy says the very same (7.3.3)."""

    digits: bytes

    def __new__(cls, digits: bytes) -> Self:
        """Read the digits of a real number."""
        made = super().__new__(cls, digits)
        made.digits = digits
        return made


class Reference(NamedTuple):
    """An indirect reference (7.3.10)."""

    number: int
    generation: int = 0


class Raw(bytes):
    """What is written as it stands: a place that is filled in later."""

    __slots__ = ()


Array = tuple["Value", ...]
Dictionary = Mapping[str, "Value"]


@dataclass(frozen=True)
class Stream:
    """A stream (7.3.8): its dictionary, and its data as they stand in the file."""

    dictionary: Dictionary
    data: bytes = field(repr=False)


Value = bool | int | float | bytes | str | Reference | Array | Dictionary | Stream | None
"""Any object. A `str` is a name."""

PRINTABLE: Final = re.compile(rb"[ -~]*+")
ESCAPED: Final = re.compile(rb"[()\\]")
ESCAPED_IN_NAME: Final = frozenset(b"()<>[]{}/%#")
FIRST_REGULAR, LAST_REGULAR = 0x21, 0x7E


def written(value: Value) -> bytes:  # noqa: PLR0911, C901 - one return for each kind of object
    """Return an object as it stands in a file. Dictionaries keep their order."""
    match value:
        case str():
            return written_name(value)
        case Reference():
            return b"%d %d R" % value
        case Raw():
            return bytes(value)
        case bytes():
            plain = PRINTABLE.fullmatch(value)
            return b"(" + ESCAPED.sub(rb"\\\g<0>", value) + b")" if plain else b"<" + value.hex().encode() + b">"
        case tuple():
            return b"[" + b" ".join([written(one) for one in value]) + b"]"
        case dict():
            return b"<<\n%b\n>>" % b"\n".join(
                [b"%b %b" % (written_name(key), written(one)) for key, one in value.items()]
            )
        case bool():
            return b"true" if value else b"false"
        case int():
            return b"%d" % value
        case Real():
            return value.digits
        case float():
            return f"{value:.4f}".rstrip("0").rstrip(".").encode()
        case Stream():
            # ISO 32000-2, 7.3.8.1: an end of line before endstream, which /Length does not count.
            head = written({**value.dictionary, "Length": len(value.data)})
            return b"%b\nstream\n%b\nendstream" % (head, value.data)
        case _:
            return b"null"


@lru_cache(maxsize=4_096)
def written_name(name: str) -> bytes:
    """Return a name as it stands in a file."""
    return b"/" + b"".join(map(name_character, name.encode("latin-1")))


def name_character(octet: int) -> bytes:
    """Return an octet of a name as it is written (7.3.5)."""
    is_plain = FIRST_REGULAR <= octet <= LAST_REGULAR and octet not in ESCAPED_IN_NAME
    return bytes((octet,)) if is_plain else b"#%02X" % octet


def text_string(text: str) -> bytes:
    """Return a text as a string of a PDF (7.9.2): ASCII as it is, everything else in UTF-16."""
    return text.encode() if text.isascii() and text.isprintable() else b"\xfe\xff" + text.encode("utf-16-be")


def text_of(value: Value) -> str:
    """Return the text of a string (7.9.2.2), or raise `PDFMalformed` where it is none."""
    if not isinstance(value, bytes):
        raise PDFMalformed
    for mark, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if value.startswith(mark):
            try:
                return value[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise PDFMalformed from None
    # PDFDocEncoding and Latin-1 differ in rare characters alone, and names of fields are only compared.
    return value.decode("latin-1")


def number_of(value: Value) -> float:
    """Return a number, or raise `PDFMalformed` where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PDFMalformed
    return value

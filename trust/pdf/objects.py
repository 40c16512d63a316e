"""The objects that a PDF is made of (ISO 32000-2, 7.3): read-only values, and how they are written.

Numbers, octet strings, names, arrays and dictionaries are Python's own: `int`, `Real`, `bytes`, `Name`, `tuple` and
mappings. Whoever changes one makes a new one, so that what was read stays as it was.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple, Self

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

PLAIN: Final = re.compile(rb"[ -'*-\[\]-~]*+")
"""Strings in which nothing needs a reverse solidus."""

PRINTABLE: Final = re.compile(rb"[ -~]*+")
ESCAPED: Final = re.compile(rb"[()\\]")
ESCAPED_IN_NAME: Final = frozenset(b"()<>[]{}/%#")
FIRST_REGULAR, LAST_REGULAR = 0x21, 0x7E


def written(value: Value) -> bytes:
    """Return an object as it stands in a file. Dictionaries keep their order."""
    write = WRITERS.get(type(value))
    return written_otherwise(value) if write is None else write(value)


def written_otherwise(value: Value) -> bytes:
    """Write an object that is of no type of ours but of one derived from it, or none at all."""
    for kind in type(value).__mro__:
        if kind in WRITERS:
            return WRITERS[kind](value)
    return b"null"


def written_string(value: bytes) -> bytes:
    """Return a string as it stands in a file (7.3.4)."""
    if PLAIN.fullmatch(value) is not None:
        return b"(" + value + b")"
    if PRINTABLE.fullmatch(value) is None:
        return b"<" + value.hex().encode() + b">"
    return b"(" + ESCAPED.sub(rb"\\\g<0>", value) + b")"


def written_array(value: Array) -> bytes:
    """Return an array as it stands in a file (7.3.6)."""
    return b"[" + b" ".join([WRITERS.get(type(one), written_otherwise)(one) for one in value]) + b"]"


def written_dictionary(value: Dictionary) -> bytes:
    """Return a dictionary as it stands in a file (7.3.7)."""
    entries = [written_name(key) + b" " + WRITERS.get(type(one), written_otherwise)(one) for key, one in value.items()]
    return b"<<\n" + b"\n".join(entries) + b"\n>>"


def written_real(value: float) -> bytes:
    """Return a number of ours as it stands in a file (7.3.3)."""
    return f"{value:.4f}".rstrip("0").rstrip(".").encode()


def written_stream(value: Stream) -> bytes:
    """Return a stream as it stands in a file (7.3.8)."""
    # ISO 32000-2, 7.3.8.1: an end of line before endstream, which /Length does not count.
    head = written_dictionary({**value.dictionary, "Length": len(value.data)})
    return b"%b\nstream\n%b\nendstream" % (head, value.data)


@lru_cache(maxsize=4_096)
def written_name(name: str) -> bytes:
    """Return a name as it stands in a file."""
    return b"/" + b"".join(map(name_character, name.encode("latin-1")))


def name_character(octet: int) -> bytes:
    """Return an octet of a name as it is written (7.3.5)."""
    is_plain = FIRST_REGULAR <= octet <= LAST_REGULAR and octet not in ESCAPED_IN_NAME
    return bytes((octet,)) if is_plain else b"#%02X" % octet


WRITERS: Final[Mapping[type, Callable[[Any], bytes]]] = {
    str: written_name,
    Name: written_name,
    Reference: b"%d %d R".__mod__,
    Raw: bytes,
    bytes: written_string,
    tuple: written_array,
    dict: written_dictionary,
    bool: lambda value: b"true" if value else b"false",
    int: b"%d".__mod__,
    Real: attrgetter("digits"),
    float: written_real,
    Stream: written_stream,
}
"""How an object of each type is written. What is of none of them is null."""


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

"""The cross-reference sections of a PDF (ISO 32000-2, 7.5.4 and 7.5.8): tables, streams, and both in one file.

A section is kept as it stands and looked up where an object is asked for: nothing is unpacked that nobody needs.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from trust.pdf.filters import decoded
from trust.pdf.intake import LIMITS, PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Dictionary, Stream, Value
from trust.pdf.tokens import WHITE, Effort, read_value, skip_white

__all__ = ["FREE", "Entry", "Section", "after_space", "integer", "read_section", "read_stream"]

MAX_SECTION: Final = 4 << 20
"""Octets of a cross-reference stream when it is decoded."""

TABLE: Final = re.compile(rb"xref[\t\f\0 ]*+(?:\r\n|\r|\n)")
SPACE: Final = re.compile(rb"[\0\t\n\f\r ]{0,8}+")
BLOCK: Final = re.compile(rb"([0-9]{1,10}) ([0-9]{1,10})[\t\f\0 ]*+(?:\r\n|\r|\n)")
ROW: Final = rb"(?:[0-9]{10} [0-9]{5} [nf](?: \r| \n|\r\n))"
ROW_LENGTH: Final = 20
IN_USE: Final = 0x6E
"""The letter n."""

TRAILER: Final = re.compile(rb"trailer(?=[\0\t\n\f\r <])")
OBJECT: Final = re.compile(
    rb"([0-9]{1,10})" + WHITE + rb"++([0-9]{1,5})" + WHITE + rb"++obj(?=[\0\t\n\f\r ()<>\[\]{}/%])"
)
STREAM: Final = re.compile(rb"stream(?:\r\n|\n)")
END_OF_STREAM: Final = re.compile(rb"(?:\r\n|\n|\r)?endstream(?=[\0\t\n\f\r %])")
END_OF_OBJECT: Final = re.compile(rb"endobj(?=[\0\t\n\f\r %]|\Z)")
WIDTHS: Final = 3
MAX_WIDTH: Final = 8


class Entry(NamedTuple):
    """Where an object stands: at a place of the file, or as one of those in an object stream; or that it is free."""

    offset: int = 0
    generation: int = 0
    container: int = 0
    """Number of the object stream, if it stands in one; `offset` is its place there then."""

    free: bool = False


FREE: Final = Entry(free=True)


@dataclass(frozen=True)
class Block:
    """A run of entries."""

    first: int
    count: int
    start: int
    """Where its rows begin."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One cross-reference section with its trailer."""

    start: int
    end: int
    """Behind the trailer's dictionary, or behind the stream object."""

    trailer: Dictionary
    rows: bytes
    blocks: tuple[Block, ...]
    widths: tuple[int, ...] = ()
    """Octets of the three fields in a stream; none for a table."""

    @property
    def is_stream(self) -> bool:
        """Whether it is a stream."""
        return bool(self.widths)

    @cached_property
    def firsts(self) -> tuple[int, ...]:
        """The numbers with which its blocks begin."""
        return tuple(one.first for one in self.blocks)

    @cached_property
    def highest(self) -> int:
        """The highest number that it tells of; -1 for none."""
        return max((one.first + one.count - 1 for one in self.blocks), default=-1)

    def entry(self, number: int) -> Entry | None:
        """Return what the section says of an object, if anything."""
        place = bisect_right(self.firsts, number) - 1
        if place < 0:
            return None
        block = self.blocks[place]
        row = number - block.first
        if row >= block.count:
            return None
        return self.from_stream(block, row) if self.widths else self.from_table(block, row)

    def numbers(self) -> list[int]:
        """Return the numbers of all objects that it tells of."""
        return [number for one in self.blocks for number in range(one.first, one.first + one.count)]

    def places(self) -> list[tuple[int, int]]:
        """Return place and number of each object that a table tells of, but for the free ones."""
        rows = self.rows
        return [
            (int(rows[at : at + 10]), number)
            for one in self.blocks
            for number, at in enumerate(range(one.start, one.start + ROW_LENGTH * one.count, ROW_LENGTH), one.first)
            if rows[at + 17] == IN_USE
        ]

    def from_table(self, block: Block, row: int) -> Entry:
        """Return an entry of a table."""
        start = block.start + ROW_LENGTH * row
        text = self.rows[start : start + ROW_LENGTH]
        return Entry(int(text[:10]), int(text[11:16])) if text[17] == IN_USE else FREE

    def from_stream(self, block: Block, row: int) -> Entry:
        """Return an entry of a stream (7.5.8.3)."""
        at = block.start + sum(self.widths) * row
        fields = []
        for width in self.widths:
            fields.append(int.from_bytes(self.rows[at : at + width], "big"))
            at += width
        kind = fields[0] if self.widths[0] else 1
        match kind:
            case 0:
                return FREE
            case 1:
                return Entry(offset=fields[1], generation=fields[2])
            case 2 if fields[1]:  # no object has the number 0
                return Entry(offset=fields[2], container=fields[1])
            case _:
                return FREE  # 7.5.8.3: any other type is a reference to null


def in_order(blocks: list[Block]) -> tuple[Block, ...]:
    """Return blocks in the order of their numbers, or raise `PDFMalformed` where they overlap (7.5.4)."""
    ordered = sorted((one for one in blocks if one.count), key=lambda one: one.first)
    for one, other in pairwise(ordered):
        if one.first + one.count > other.first:
            raise PDFMalformed
    return tuple(ordered)


def after_space(pdf: bytes, at: int) -> int:
    """Return where something begins that an offset names: some programs count from the end of the line before."""
    if at >= len(pdf):
        raise PDFMalformed
    return SPACE.match(pdf, at).end()  # type: ignore[union-attr] # it matches nothing as well


def read_section(pdf: bytes, at: int, effort: Effort) -> Section:
    """Read the section at a place."""
    at = after_space(pdf, at)
    found = TABLE.match(pdf, at)
    return read_stream_section(pdf, at, effort) if found is None else read_table(pdf, at, found.end(), effort)


def read_table(pdf: bytes, start: int, at: int, effort: Effort) -> Section:
    """Read a table and its trailer (7.5.4, 7.5.5)."""
    blocks = []
    while (head := BLOCK.match(pdf, at)) is not None:
        effort.spend(1)
        first, count = int(head[1]), int(head[2])
        at = head.end() + ROW_LENGTH * count
        if at > len(pdf) or not re.compile(ROW + rb"{%d}" % count).fullmatch(pdf, head.end(), at):
            raise PDFMalformed
        blocks.append(Block(first, count, head.end()))
    found = TRAILER.match(pdf, skip_white(pdf, at))
    if found is None:
        raise PDFMalformed
    trailer, end = read_value(pdf, found.end(), effort)
    if not isinstance(trailer, dict):
        raise PDFMalformed
    return Section(start=start, end=end, trailer=trailer, rows=pdf, blocks=in_order(blocks))


def read_stream_section(pdf: bytes, start: int, effort: Effort) -> Section:
    """Read a cross-reference stream (7.5.8)."""
    found = OBJECT.match(pdf, start)
    if found is None:
        raise PDFMalformed
    dictionary, at = read_value(pdf, found.end(), effort)
    if not isinstance(dictionary, dict) or dictionary.get("Type") != "XRef":
        raise PDFMalformed
    stream, end = read_stream(pdf, at, dictionary, integer(dictionary.get("Length")))
    rows = decoded(stream, most=MAX_SECTION)
    sizes = dictionary.get("W")
    if not isinstance(sizes, tuple) or len(sizes) != WIDTHS:
        raise PDFMalformed
    widths = tuple(integer(one) for one in sizes)
    if not any(widths) or max(widths) > MAX_WIDTH:
        raise PDFMalformed
    index = dictionary.get("Index", (0, dictionary.get("Size")))
    if not isinstance(index, tuple) or len(index) % 2:
        raise PDFMalformed
    numbers = [integer(one) for one in index]
    blocks, place = [], 0
    for first, count in zip(numbers[::2], numbers[1::2], strict=True):
        effort.spend(1)
        blocks.append(Block(first, count, place))
        place += sum(widths) * count
        if place > len(rows):
            raise PDFMalformed
    return Section(start=start, end=end, trailer=dictionary, rows=rows, blocks=in_order(blocks), widths=widths)


def read_stream(pdf: bytes, at: int, dictionary: Mapping[str, Value], length: int) -> tuple[Stream, int]:
    """Return the stream whose dictionary ends at a place, and the place behind its object (7.3.8.1)."""
    found = STREAM.match(pdf, skip_white(pdf, at))
    if found is None or "F" in dictionary or length > len(pdf):  # F: data in another file
        raise PDFMalformed
    end = END_OF_STREAM.match(pdf, found.end() + length)
    if end is None:
        raise PDFMalformed
    closed = END_OF_OBJECT.match(pdf, skip_white(pdf, end.end()))
    if closed is None:
        raise PDFMalformed
    return Stream(dictionary, pdf[found.end() : found.end() + length]), closed.end()


def integer(value: Value) -> int:
    """Return an integer that counts or names a place, or raise `PDFMalformed`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise PDFMalformed
    return value


def require_few(sections: list[Section]) -> None:
    """Raise `PDFLimitExceeded` for more sections than revisions are permitted; a linearised file has one more."""
    if len(sections) > LIMITS.revisions + 1:
        raise PDFLimitExceeded(limit="revisions", allowed=LIMITS.revisions)

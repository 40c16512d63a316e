"""Writing on a PDF by incremental update (ISO 32000-2, 7.5.6): what is there keeps its bytes, everything new follows.

The cross-reference section that is added is of the kind that the file has, so that every reader of the file reads it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.pdf.file import Document, array_of, dictionary_of
from trust.pdf.intake import PDFMalformed
from trust.pdf.objects import Dictionary, Name, Raw, Reference, Stream, Value, written

__all__ = ["Gap", "Update"]

STRUCTURE: Final = frozenset({"Size", "Prev", "XRefStm", "Type", "W", "Index", "Filter", "DecodeParms", "Length", "ID"})
"""Entries of a trailer that tell of its own section; the others are handed on."""

RANGE_ROOM: Final = 44
"""Characters of a ByteRange: three numbers of ten digits and more than their framing."""

Change = Callable[[Value], Value]


@dataclass(frozen=True)
class Gap:
    """Where a signature value goes, with its angle brackets, and where the ByteRange around it is told."""

    start: int
    end: int
    byte_range: int


class Update:
    """Objects that are new or changed. It reads as the document will be, so that one change can build on another."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.pdf = document.pdf
        self.trailer = document.trailer
        self.newest_section = document.newest_section
        self.has_stream_sections = document.has_stream_sections
        self.free_number = document.free_number
        self.changed: dict[Reference, Value] = {}

    def load(self, reference: Reference) -> Value:
        """Return an object as it will be."""
        return self.changed[reference] if reference in self.changed else self.document.load(reference)

    @property
    def root(self) -> Reference:
        """Where the catalog stands."""
        root = self.trailer.get("Root")
        if not isinstance(root, Reference):
            raise PDFMalformed
        return root

    def reserve(self) -> Reference:
        """Return a reference to an object that is to come."""
        self.free_number += 1
        return Reference(self.free_number - 1)

    def add(self, value: Value) -> Reference:
        """Add an object."""
        reference = self.reserve()
        self.changed[reference] = value
        return reference

    def replace(self, reference: Reference, value: Value) -> None:
        """Put another value in the place of an object."""
        self.changed[reference] = value

    def change(self, holder: Reference, path: tuple[str, ...], change: Change) -> None:
        """Change what a path of entries leads to, in whichever object that stands: only that one is written anew."""
        owner = dictionary_of(self.load(holder))
        made = self.with_change(owner, path, change)
        if made is not owner:
            self.replace(holder, made)

    def with_change(self, owner: Dictionary, path: tuple[str, ...], change: Change) -> Dictionary:
        """Return a dictionary with the change in it, or itself when another object took the change."""
        key, *rest = path
        value = owner.get(key)
        if isinstance(value, Reference):
            if rest:
                self.change(value, tuple(rest), change)
            else:
                self.replace(value, change(self.load(value)))
            return owner
        if not rest:
            return {**owner, key: change(value)}
        inner = dictionary_of({} if value is None else value)
        made = self.with_change(inner, tuple(rest), change)
        return owner if made is inner else {**owner, key: made}

    def finished(self) -> bytes:
        """Return the file with the update."""
        return bytes(self.assembled({})[0])

    def finished_with_gap(self, signature: Reference, reserve: int) -> tuple[bytearray, Gap]:
        """Return the file with the update, and the gap of a signature that the update adds."""
        value = dictionary_of(self.changed[signature])
        room = Raw(b"[0".ljust(RANGE_ROOM - 1) + b"]"), Raw(b"<" + b"0" * (2 * reserve) + b">")
        # The two come first, so that where they stand does not hang on what the others say.
        self.changed[signature] = {"ByteRange": room[0], "Contents": room[1], **value}
        # What is not there yet tells nothing by which the file could be told from others.
        octets, places = self.assembled({}, told={signature: written(value)})
        head = b"%d %d obj\n<<\n/ByteRange " % signature
        byte_range = places[signature] + len(head)
        start = byte_range + RANGE_ROOM + len(b"\n/Contents ")
        gap = Gap(start=start, end=start + 2 * reserve + 2, byte_range=byte_range)
        told = b"[0 %d %d %d" % (gap.start, gap.end, len(octets) - gap.end)
        octets[byte_range : byte_range + RANGE_ROOM] = told.ljust(RANGE_ROOM - 1) + b"]"
        return octets, gap

    def assembled(
        self, places: dict[Reference, int], *, told: Mapping[Reference, bytes] = MappingProxyType({})
    ) -> tuple[bytearray, dict[Reference, int]]:
        """Return the file with the update, and where each object of it begins.

        `told` are objects that make part of the file's identifier in other words than they are written in.
        """
        before = self.pdf if self.pdf.endswith((b"\n", b"\r")) else self.pdf + b"\n"
        objects: list[bytes] = []
        at = len(before)
        for reference, value in sorted(self.changed.items()):
            places[reference] = at
            objects.append(b"%d %d obj\n%b\nendobj\n" % (*reference, written(value)))
            at += len(objects[-1])
        trailer = self.next_trailer([told.get(one, text) for one, text in zip(places, objects, strict=True)])
        section = self.stream_section(places, at, trailer) if self.has_stream_sections else table(places, trailer)
        return bytearray().join((before, *objects, section, b"startxref\n%d\n%%%%EOF\n" % at)), places

    def next_trailer(self, objects: list[bytes]) -> Dictionary:
        """Return what the trailer says besides its section (7.5.5). The first identifier of a file never changes.

        Raise `PDFMalformed` where what the file has for identifiers are none.
        """
        kept = {key: value for key, value in self.trailer.items() if key not in STRUCTURE}
        made = hash_of(Digest.SHA256, b"%d" % self.newest_section, b"".join(objects))[:16]
        identifiers = self.trailer.get("ID")
        first, _ = (made, made) if identifiers is None else pair_of(identifiers)
        return {"Size": self.free_number, **kept, "ID": (first, made), "Prev": self.newest_section}

    def stream_section(self, places: Mapping[Reference, int], start: int, trailer: Dictionary) -> bytes:
        """Return a cross-reference stream (7.5.8), which tells of itself too."""
        itself = Reference(self.free_number)
        told = {**places, itself: start}
        index = tuple(number for first, run in runs(told) for number in (first, len(run)))
        width = (start.bit_length() + 7) // 8
        rows = b"".join(
            b"\1" + told[one].to_bytes(width, "big") + one.generation.to_bytes(2, "big") for one in sorted(told)
        )
        entries: dict[str, Value] = {
            **trailer,
            "Type": Name("XRef"),
            "Size": itself.number + 1,
            "W": (1, width, 2),
            "Index": index,
        }
        return b"%d 0 obj\n%b\nendobj\n" % (itself.number, written(Stream(entries, rows)))


def pair_of(identifiers: Value) -> tuple[bytes, bytes]:
    """Return the two identifiers of a file (14.4), or raise `PDFMalformed`."""
    pair = [one for one in array_of(identifiers) if isinstance(one, bytes)]
    if len(pair) != 2 or len(array_of(identifiers)) != 2:  # noqa: PLR2004 - a pair
        raise PDFMalformed
    return pair[0], pair[1]


def table(places: Mapping[Reference, int], trailer: Dictionary) -> bytes:
    """Return a cross-reference table with its trailer (7.5.4)."""
    parts = [b"xref\n"]
    for first, run in runs(places):
        parts.append(b"%d %d\n" % (first, len(run)))
        parts += [b"%010d %05d n \n" % (places[one], one.generation) for one in run]
    parts.append(b"trailer\n%b\n" % written(trailer))
    return b"".join(parts)


def runs(places: Mapping[Reference, int]) -> list[tuple[int, list[Reference]]]:
    """Return the objects in runs of numbers that follow each other, each with its first number."""
    ordered = sorted(places)
    breaks = [place for place, (one, other) in enumerate(pairwise(ordered), 1) if other.number != one.number + 1]
    return [(ordered[a].number, ordered[a:b]) for a, b in pairwise([0, *breaks, len(ordered)])] if ordered else []

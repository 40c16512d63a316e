"""A PDF file as a set of objects (ISO 32000-2, 7.5), read strictly: nothing is repaired, nothing is guessed.

Who signs must be sure of what everybody else will see in the file. One that can be read in two ways is not read here.
"""

import re
from collections.abc import Iterator
from typing import Final, Protocol

from trust.pdf.crossrefs import (
    END_OF_OBJECT,
    OBJECT,
    STREAM,
    Entry,
    Section,
    after_space,
    integer,
    read_section,
    read_stream,
    require_few,
)
from trust.pdf.filters import decoded
from trust.pdf.intake import LIMITS, PDFEncrypted, PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Array, Dictionary, Reference, Stream, Value
from trust.pdf.tokens import Effort, read_object, read_value, skip_white

__all__ = ["Document", "PDFFile", "array_of", "dictionary_of", "entry_of", "follow", "page_references"]

END_OF_FILE: Final = re.compile(
    rb"startxref[\t\f\0 ]*(?:\r\n|\r|\n)([0-9]{1,10})[\t\f\0 ]*(?:\r\n|\r|\n)%%EOF[\0\t\n\f\r ]{0,32}\Z"
)
TAIL: Final = 96
MAX_PAGE_TREE_DEPTH: Final = 64
MAX_OBJECT_STREAM: Final = 2 << 20
PLACE: Final = re.compile(rb"[0-9]{1,7}")
"""A number or a place in the head of an object stream: digits, and no more than there can be."""

MAX_HOPS: Final = 16
"""Objects that are references to others, one after the other."""


class Document(Protocol):
    """What is asked of a file that is to be written on, whoever read it."""

    pdf: bytes
    trailer: Dictionary
    newest_section: int
    """Where the newest cross-reference section begins."""

    has_stream_sections: bool
    """Whether it is a stream."""

    free_number: int
    """The first number that no object has."""

    def load(self, reference: Reference) -> Value:
        """Return an object; null where there is none (7.3.10)."""
        ...


def follow(document: Document, value: Value) -> Value:
    """Return the object that a value is or refers to."""
    for _ in range(MAX_HOPS):
        if not isinstance(value, Reference):
            return value
        value = document.load(value)
    raise PDFMalformed


def entry_of(document: Document, dictionary: Dictionary, key: str) -> Value:
    """Return the value of an entry, followed to its object; None where there is none."""
    return follow(document, dictionary.get(key))


def dictionary_of(value: Value) -> Dictionary:
    """Return a dictionary, or raise `PDFMalformed` for anything else."""
    if not isinstance(value, dict):
        raise PDFMalformed
    return value


def array_of(value: Value) -> Array:
    """Return an array, or raise `PDFMalformed` for anything else."""
    if not isinstance(value, tuple) or isinstance(value, Reference):
        raise PDFMalformed
    return value


Container = tuple[bytes, tuple[tuple[int, int], ...]]
"""An object stream: its octets, and number and place of each object in it."""


class PDFFile:
    """A file that is as ISO 32000-2 says. Raises `PDFMalformed`, `PDFLimitExceeded` or `PDFEncrypted`."""

    def __init__(self, pdf: bytes, *, before: "PDFFile | None" = None) -> None:
        """Read the file; `before` is the same file without its last revision, where somebody has read that."""
        self.pdf = pdf
        self.effort = Effort()
        self.loaded: dict[Reference, Value] = {}
        self.loading: set[int] = set()
        self.containers: dict[int, Container] = {}
        self.newest_section = newest_section(pdf)
        self.sections = tuple(self.read_sections()) if before is None else self.sections_after(before)
        self.trailer = self.sections[0].trailer
        if "Encrypt" in self.trailer:
            raise PDFEncrypted
        sizes = [integer(one.trailer.get("Size")) for one in self.sections]
        if any(one.highest >= sizes[0] for one in self.sections):
            raise PDFMalformed  # 7.5.5: what the size leaves out is missing by the book, and there to most readers
        self.free_number = max(sizes)
        if self.free_number > LIMITS.object_number:
            raise PDFLimitExceeded(limit="object_number", allowed=LIMITS.object_number)
        self.has_stream_sections = self.sections[0].is_stream

    def read_sections(self) -> Iterator[Section]:
        """Yield the sections from the newest to the first; a table's own stream follows it (7.5.8.4).

        A table with such a stream tells of nothing itself, as office programs write it: of an object that both tell of,
        or that the table calls free, one reader shows the one and another the other (measured: PDFium, poppler).
        """
        seen: list[Section] = []
        at: int | None = self.newest_section
        while at is not None:
            section = read_section(self.pdf, at, self.effort)
            if any(one.start == section.start for one in seen):
                raise PDFMalformed
            seen.append(section)
            require_few(seen)
            yield section
            hidden = section.trailer.get("XRefStm")
            if hidden is not None and not section.is_stream:
                if section.blocks:
                    raise PDFMalformed
                yield read_section(self.pdf, integer(hidden), self.effort)
            before = integer(section.trailer.get("Prev", 0))
            at = before or None  # some programs write 0 for none; the header of the file stands there

    def sections_after(self, before: "PDFFile") -> tuple[Section, ...]:
        """Return the one section that is new and those of the file before, and keep what was read of it."""
        section = read_section(self.pdf, self.newest_section, self.effort)
        follows = section.trailer.get("Prev") == before.newest_section and "XRefStm" not in section.trailer
        if not follows or not self.pdf.startswith(before.pdf) or section.start < len(before.pdf):
            raise PDFMalformed
        changed = set(section.numbers())
        self.loaded = {one: value for one, value in before.loaded.items() if one.number not in changed}
        self.containers = {number: one for number, one in before.containers.items() if number not in changed}
        return section, *before.sections

    def entry(self, number: int) -> Entry | None:
        """Return where an object stands, by the newest section that tells of it."""
        return next((found for one in self.sections if (found := one.entry(number)) is not None), None)

    def load(self, reference: Reference) -> Value:
        """Return an object; null where there is none (7.3.10)."""
        if reference in self.loaded:
            return self.loaded[reference]
        number, generation = reference
        found = self.entry(number)
        if found is None or found.free or found.generation != generation:
            return None
        if number in self.loading:  # a stream whose length is itself, an object stream in itself
            raise PDFMalformed
        self.loading.add(number)
        value = self.contained(number, found) if found.container else self.at(found.offset, reference)[0]
        self.loading.discard(number)
        self.loaded[reference] = value
        return value

    def at(self, offset: int, reference: Reference) -> tuple[Value, int]:
        """Return the object at a place of the file, and the place behind it."""
        head = OBJECT.match(self.pdf, after_space(self.pdf, offset))
        if head is None or (int(head[1]), int(head[2])) != reference:
            raise PDFMalformed
        value, end = read_object(self.pdf, head.end(), self.effort)
        end = skip_white(self.pdf, end)
        closed = END_OF_OBJECT.match(self.pdf, end)
        if closed is not None:
            return value, closed.end()
        if not isinstance(value, dict) or not STREAM.match(self.pdf, end):
            raise PDFMalformed
        return read_stream(self.pdf, end, value, integer(follow(self, value.get("Length"))))

    def contained(self, number: int, entry: Entry) -> Value:
        """Return an object that stands in an object stream (7.5.7)."""
        if entry.container not in self.containers:
            self.containers[entry.container] = self.container(entry.container)
        body, heads = self.containers[entry.container]
        if entry.offset >= len(heads) or heads[entry.offset][0] != number:
            raise PDFMalformed
        value, _ = read_value(body, heads[entry.offset][1], self.effort)
        return value

    def container(self, number: int) -> Container:
        """Return the octets of an object stream, and number and place of each object in it."""
        found = self.entry(number)
        if found is None or found.free or found.container:
            raise PDFMalformed
        stream = self.load(Reference(number))
        if not isinstance(stream, Stream) or stream.dictionary.get("Type") != "ObjStm":
            raise PDFMalformed
        body = decoded(stream, most=MAX_OBJECT_STREAM)
        count, first = (integer(follow(self, stream.dictionary.get(key))) for key in ("N", "First"))
        self.effort.spend(count)
        told = body[:first].split(maxsplit=2 * count)[: 2 * count]
        if len(told) != 2 * count or not all(map(PLACE.fullmatch, told)):
            raise PDFMalformed
        numbers = [int(one) for one in told]
        return body, tuple((one, first + place) for one, place in zip(numbers[::2], numbers[1::2], strict=True))


def newest_section(pdf: bytes) -> int:
    """Return where the file says that its newest cross-reference section begins (7.5.5)."""
    found = END_OF_FILE.search(pdf, max(0, len(pdf) - TAIL))
    if found is None:
        raise PDFMalformed
    return int(found[1])


def page_references(document: Document) -> list[Reference]:
    """Return the references to all pages in their order.

    A tree that says one thing upward and another downward, or that miscounts, shows different pages to different
    readers. Raise `PDFMalformed` for one, and `PDFLimitExceeded` for more pages than any document has.
    """
    catalog = dictionary_of(entry_of(document, document.trailer, "Root"))
    found: list[Reference] = []
    seen: set[Reference] = set()
    collect_pages(document, catalog.get("Pages"), found, seen, above=())
    return found


def collect_pages(
    document: Document, reference: Value, found: list[Reference], seen: set[Reference], *, above: tuple[Reference, ...]
) -> None:
    """Take the pages under a node of the tree (7.7.3)."""
    if not isinstance(reference, Reference) or reference in seen or len(above) > MAX_PAGE_TREE_DEPTH:
        raise PDFMalformed
    seen.add(reference)
    node = dictionary_of(follow(document, reference))
    if node.get("Parent") != (above[-1] if above else None):
        raise PDFMalformed
    if "Kids" not in node:
        if node.get("Type") != "Page":
            raise PDFMalformed
        found.append(reference)
        return
    before, kids = len(found), array_of(entry_of(document, node, "Kids"))
    if len(seen) + len(kids) > LIMITS.pages:
        raise PDFLimitExceeded(limit="pages", allowed=LIMITS.pages)
    for kid in kids:
        collect_pages(document, kid, found, seen, above=(*above, reference))
    if entry_of(document, node, "Count") != len(found) - before:
        raise PDFMalformed

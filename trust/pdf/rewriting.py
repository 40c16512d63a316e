"""Writing a file of ours anew, in one revision: objects are taken over as they stand, some are changed, some added.

For files that this house made and has not signed yet. What comes out is as plain as what goes in: one table, no object
streams, and the same octets each time. Parts that many files share stand first, so that their files begin alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from typing_extensions import override

from trust.pdf.file import PDFFile
from trust.pdf.intake import PDFMalformed
from trust.pdf.objects import Reference, Stream, Value, written
from trust.pdf.update import Update

__all__ = ["Part", "Rewriting"]

MOST_KEPT: Final = 4
"""Numbers under which a part is kept as it stands in a file."""


class Rewriting(Update):
    """A file that is written anew. Raise `PDFMalformed` for one that is not as plain as ours are."""

    def __init__(self, file: PDFFile) -> None:
        super().__init__(file)
        if len(file.sections) > 1 or file.has_stream_sections:
            raise PDFMalformed
        section = file.sections[0]
        places = sorted(section.places())
        ends = [*(offset for offset, _ in places[1:]), section.start]
        self.head = self.pdf[: places[0][0]]
        self.objects = {number: (offset, end) for (offset, number), end in zip(places, ends, strict=True)}
        """Where each object of the file stands."""

        self.taken: dict[int, bytes] = {}
        """Those of parts, as they will stand in the file."""

        self.shared: list[int] = []
        """The objects of parts that were put in."""

        self.alike = 0
        """Where they end in the file that was finished."""

    def beginning(self, finished: bytes) -> bytes:
        """Return what every file begins with into which the same parts are put under the same numbers.

        `finished` is this one, as `finished` returned it.
        """
        return finished[: self.alike]

    def text(self, number: int) -> bytes:
        """Return an object as it will stand in the file."""
        reference = Reference(number)
        if reference in self.changed:
            return b"%d 0 obj\n%b\nendobj\n" % (number, written(self.changed[reference]))
        if number in self.taken:
            return self.taken[number]
        if number not in self.objects:
            raise PDFMalformed  # a number that nothing has
        start, end = self.objects[number]
        return self.pdf[start:end]

    @override
    def finished(self) -> bytes:
        """Return the file with what was changed and added."""
        parts, at, rows = [self.head], len(self.head), {}
        others = sorted(set(range(1, self.free_number)).difference(self.shared))
        for number in (*self.shared, *others):
            text = self.text(number)
            parts.append(text)
            rows[number] = b"%010d 00000 n \n" % at
            at += len(text)
        self.alike = sum(map(len, parts[: 1 + len(self.shared)]))
        trailer = written({**self.trailer, "Size": self.free_number})
        told = (self.free_number, b"".join(rows[number] for number in sorted(rows)), trailer, at)
        ending = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n%b\nstartxref\n%d\n%%%%EOF\n" % told
        return b"".join((*parts, ending))

    def put(self, part: "Part") -> Reference:
        """Add a part with everything that belongs to it, and return where its first object will stand.

        It stands there in the finished file; until then nothing of it can be loaded.
        """
        places = [self.reserve() for _ in part.objects]
        for place, text in zip(places, part.texts(places[0].number), strict=True):
            self.taken[place.number] = text
        self.shared += [one.number for one in places]
        return places[0]


@dataclass(frozen=True)
class Part:
    """An object with all objects that it refers to, which are numbered from 0 on: it belongs to no file yet."""

    objects: tuple[Value, ...]
    kept: dict[int, tuple[bytes, ...]] = field(default_factory=dict, repr=False, compare=False)
    """What `texts` returned, by the first number: most files of a kind take it under the same."""

    def texts(self, first: int) -> tuple[bytes, ...]:
        """Return the objects as they stand in a file that has them under the numbers from `first` on."""
        found = self.kept.get(first)
        if found is None:
            places = [Reference(first + number) for number in range(len(self.objects))]
            found = tuple(
                b"%d 0 obj\n%b\nendobj\n" % (place.number, written(renumbered(value, places)))
                for place, value in zip(places, self.objects, strict=True)
            )
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[first] = found
        return found

    @classmethod
    def of(cls, file: PDFFile, value: Value) -> Self:
        """Take a value of a file with everything that it refers to."""
        order: list[Reference] = []
        values: list[Value] = [value]
        waiting: list[Value] = [value]
        while waiting:
            for one in references(waiting.pop()):
                if one not in order:
                    order.append(one)
                    values.append(file.load(one))
                    waiting.append(values[-1])
        places = {one: Reference(number) for number, one in enumerate(order, 1)}
        return cls(tuple(renumbered(one, places) for one in values))


def references(value: Value) -> list[Reference]:
    """Return the references that stand in a value."""
    match value:
        case Reference():
            return [value]
        case tuple():
            return [found for one in value for found in references(one)]
        case dict():
            return [found for one in value.values() for found in references(one)]
        case Stream():
            return references(value.dictionary)
        case _:
            return []


def renumbered(value: Value, places: "Mapping[Reference, Reference] | list[Reference]") -> Value:
    """Return a value whose references lead to other places."""
    match value:
        case Reference():
            return places[value] if isinstance(places, Mapping) else places[value.number]
        case tuple():
            return tuple(renumbered(one, places) for one in value)
        case dict():
            return {key: renumbered(one, places) for key, one in value.items()}
        case Stream():
            dictionary = {key: renumbered(one, places) for key, one in value.dictionary.items()}
            return Stream(dictionary, value.data)
        case _:
            return value

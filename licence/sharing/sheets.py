"""The sheets of an annotated copy: the pages of an original with its seals on them, and the mark over and beneath each.

The original is never touched: its signatures are its own. A copy is a new file that holds the same pages as pictures
of themselves (form XObjects, ISO 32000-2, 8.10), with what is seen of the seals, and with no signature of the original.
It is read and written with our own strict objects, so that text stays text and an archival file stays one.
"""

import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from trust.crypto.sm3 import sm3
from trust.pdf.appearance import PageGeometry, geometry, inherited
from trust.pdf.file import PDFFile, array_of, dictionary_of, entry_of, page_references
from trust.pdf.filters import decoded
from trust.pdf.intake import LIMITS, PDFMalformed, require_acceptable
from trust.pdf.objects import Dictionary, Name, Reference, Stream, Value, number_of, text_string, written

__all__ = ["Attachment", "Box", "Original", "compose"]

HEADER: Final = b"%PDF-1.7\n%\xe4\xbf\xa1\xe5\x8d\xb0\n"
MAX_CONTENT: Final = 16 << 20
INVISIBLE: Final = 0b100010
"""Flags of an annotation that no reader shows (12.5.3): hidden, and not viewed."""

UPRIGHT: Final = (1, 0, 0, 1, 0, 0)
CORNERS: Final = 4

LEFT_BEHIND: Final = frozenset({"StructParent", "StructParents", "Parent", "P", "Metadata", "PieceInfo", "OC"})
"""Entries that lead out of what is drawn."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle on a page as displayed: millimetres from the upper left corner."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that lies in the copy (ISO 19005-3, 6.8)."""

    name: str
    content: bytes = field(repr=False)
    description: str


@dataclass(frozen=True, kw_only=True)
class SeenPage:
    """A page of the original, and where on it something stands that was put there after it was made: its seals."""

    reference: Reference
    shape: PageGeometry
    seals: tuple[Box, ...]
    stamps: tuple["Stamp", ...]

    @property
    def width_mm(self) -> float:
        """Width as displayed."""
        return self.shape.width / self.shape.units_per_mm

    @property
    def height_mm(self) -> float:
        """Height as displayed."""
        return self.shape.height / self.shape.units_per_mm


class Original:
    """A licence's file, read strictly. Raise `PDFMalformed` for pages that are turned: ours never are."""

    def __init__(self, pdf: bytes) -> None:
        require_acceptable(pdf)
        self.file = PDFFile(pdf)
        self.pages = tuple(self.seen(one) for one in page_references(self.file))

    def seen(self, reference: Reference) -> SeenPage:
        """Return a page with its seals."""
        page = dictionary_of(self.file.load(reference))
        shape = geometry(self.file, page)
        if shape.rotation:
            raise PDFMalformed
        unit, marks = shape.units_per_mm, tuple(stamps(self.file, page))
        boxes = (
            Box(
                x_mm=(one.left - shape.left) / unit,
                y_mm=(shape.bottom + shape.height - one.top) / unit,
                width_mm=(one.right - one.left) / unit,
                height_mm=(one.top - one.bottom) / unit,
            )
            for one in marks
        )
        return SeenPage(reference=reference, shape=shape, seals=tuple(boxes), stamps=marks)


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """An annotation that is shown: where it lies on its page, and the form that shows it."""

    left: float
    bottom: float
    right: float
    top: float
    form: Reference
    matrix: tuple[float, ...]
    """What fits the form into its place (12.5.5)."""


def stamps(file: PDFFile, page: Dictionary) -> Iterable[Stamp]:
    """Yield the annotations of a page that a reader shows."""
    for one in array_of(entry_of(file, page, "Annots") or ()):
        annotation = dictionary_of(entry_of(file, {"A": one}, "A"))
        flags, states = annotation.get("F", 0), dictionary_of(entry_of(file, annotation, "AP") or {})
        reference, form = states.get("N"), entry_of(file, states, "N")
        left, bottom, right, top = rectangle(file, annotation)
        is_shown = isinstance(flags, int) and not flags & INVISIBLE and right > left and top > bottom
        if not is_shown or not isinstance(reference, Reference) or not isinstance(form, Stream):
            continue
        a, b, c, d, e, f = numbers(file, form.dictionary, "Matrix", UPRIGHT)
        x0, y0, x1, y1 = numbers(file, form.dictionary, "BBox", ())
        corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x0, x1) for y in (y0, y1)]
        low_x, high_x = min(x for x, _ in corners), max(x for x, _ in corners)
        low_y, high_y = min(y for _, y in corners), max(y for _, y in corners)
        if high_x <= low_x or high_y <= low_y:
            raise PDFMalformed
        wide, tall = (right - left) / (high_x - low_x), (top - bottom) / (high_y - low_y)
        fitting = (wide, 0, 0, tall, left - low_x * wide, bottom - low_y * tall)
        yield Stamp(left=left, bottom=bottom, right=right, top=top, form=reference, matrix=fitting)


def numbers(file: PDFFile, dictionary: Dictionary, key: str, default: tuple[int, ...]) -> list[float]:
    """Return an array of as many numbers as a matrix or a box has."""
    found = [number_of(one) for one in array_of(entry_of(file, dictionary, key) or default)]
    if len(found) != (len(UPRIGHT) if default else CORNERS):
        raise PDFMalformed
    return found


def rectangle(file: PDFFile, annotation: Dictionary) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of an annotation."""
    x0, y0, x1, y1 = numbers(file, annotation, "Rect", ())
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


class Writer:
    """A new file: objects in the order in which they are added."""

    def __init__(self) -> None:
        self.objects: list[Value] = []

    def add(self, value: Value) -> Reference:
        """Add an object."""
        self.objects.append(value)
        return Reference(len(self.objects))

    def finished(self, root: Reference) -> bytes:
        """Return the file (7.5). The same objects make the same file."""
        parts, places, at = [HEADER], [], len(HEADER)
        for number, value in enumerate(self.objects, 1):
            places.append(at)
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, written(value)))
            at += len(parts[-1])
        name = sm3(b"".join(parts))[:16]
        trailer: Dictionary = {"Size": len(self.objects) + 1, "Root": root, "ID": (name, name)}
        rows = b"".join(b"%010d 00000 n \n" % one for one in places)
        head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        return b"".join((*parts, head, rows, b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (written(trailer), at)))


class Carrier:
    """Carries objects of one file over into another, each once, and leaves behind what leads out of a page."""

    def __init__(self, source: PDFFile, target: Writer) -> None:
        self.source, self.target = source, target
        self.carried: dict[Reference, Reference] = {}

    def carry(self, value: Value) -> Value:
        """Return a value for the new file, with everything that it refers to."""
        waiting: deque[Reference] = deque()
        made = self.rewritten(value, waiting)
        while waiting:
            reference = waiting.popleft()
            place = self.carried[reference]
            self.target.objects[place.number - 1] = self.rewritten(self.source.load(reference), waiting)
        return made

    def rewritten(self, value: Value, waiting: deque[Reference]) -> Value:
        """Return a value with its references as they are in the new file."""
        match value:
            case Reference():
                if value not in self.carried:
                    self.carried[value] = self.target.add(None)
                    waiting.append(value)
                return self.carried[value]
            case Stream():
                entries = self.rewritten({k: v for k, v in value.dictionary.items() if k != "Length"}, waiting)
                return Stream(dictionary_of(entries), value.data)
            case dict():
                return {k: self.rewritten(v, waiting) for k, v in value.items() if k not in LEFT_BEHIND}
            case tuple():
                return tuple(self.rewritten(one, waiting) for one in value)
            case _:
                return value

    def page_form(self, reference: Reference) -> Reference:
        """Return a page as a form: its content, its resources, and how its transparency is to be mixed."""
        page = dictionary_of(self.source.load(reference))
        shape = geometry(self.source, page)
        contents = entry_of(self.source, page, "Contents")
        streams = [
            entry_of(self.source, {"S": one}, "S") for one in (contents if isinstance(contents, tuple) else (contents,))
        ]
        data = b"\n".join(decoded(one, most=MAX_CONTENT) for one in streams if isinstance(one, Stream))
        group = page.get("Group")
        entries: dict[str, Value] = {
            "Type": Name("XObject"),
            "Subtype": Name("Form"),
            "BBox": (shape.left, shape.bottom, shape.left + shape.width, shape.bottom + shape.height),
            "Resources": self.carry(inherited(self.source, page, "Resources") or {}),
            **({} if group is None else {"Group": self.carry(group)}),
            "Filter": Name("FlateDecode"),
        }
        return self.target.add(Stream(entries, zlib.compress(data, 6)))


def compose(original: Original, mark: bytes, *, xmp: bytes, attachment: Attachment | None = None) -> bytes:
    """Return the sheets: each page of the original centred at the head of the page of `mark` that belongs to it.

    `xmp` is what the file says of itself. Raise `PDFMalformed` where the two do not have as many pages.
    """
    over = PDFFile(mark)
    marks = page_references(over)
    if len(marks) != len(original.pages) or len(marks) > LIMITS.pages:
        raise PDFMalformed
    writer = Writer()
    below, above = Carrier(original.file, writer), Carrier(over, writer)
    root, tree = writer.add(None), writer.add(None)
    kids = [sheet(below, above, seen, one, tree=tree) for seen, one in zip(original.pages, marks, strict=True)]
    writer.objects[tree.number - 1] = {"Type": Name("Pages"), "Kids": tuple(kids), "Count": len(kids)}
    catalog = dictionary_of(entry_of(original.file, original.file.trailer, "Root"))
    intents = catalog.get("OutputIntents")
    metadata = Stream({"Type": Name("Metadata"), "Subtype": Name("XML")}, xmp)
    writer.objects[root.number - 1] = {
        "Type": Name("Catalog"),
        "Pages": tree,
        "Lang": text_string("zh-CN"),
        "Metadata": writer.add(metadata),
        **({} if intents is None else {"OutputIntents": below.carry(intents)}),
        **({} if attachment is None else attached(writer, attachment)),
    }
    return writer.finished(root)


def sheet(below: Carrier, above: Carrier, seen: SeenPage, mark: Reference, *, tree: Reference) -> Reference:
    """Add one sheet."""
    writer = below.target
    page = dictionary_of(below.source.load(seen.reference))
    shape = geometry(above.source, dictionary_of(above.source.load(mark)))
    scale = shape.units_per_mm / seen.shape.units_per_mm
    left = shape.left + (shape.width - seen.shape.width * scale) / 2 - seen.shape.left * scale
    bottom = shape.bottom + shape.height - (seen.shape.bottom + seen.shape.height) * scale
    forms: dict[str, Value] = {"Original": below.page_form(seen.reference)}
    placed = matrix((scale, 0, 0, scale, left, bottom))
    drawn = [b"q %b cm /Original Do" % placed]
    for number, one in enumerate(seen.stamps, 1):
        forms[f"Seal{number}"] = below.carry(one.form)
        drawn.append(b"q %b cm /Seal%d Do Q" % (matrix(one.matrix), number))
    forms["Mark"] = above.page_form(mark)
    drawn.append(b"Q /Mark Do")
    group = page.get("Group")
    content = writer.add(Stream({"Filter": Name("FlateDecode")}, zlib.compress(b"\n".join(drawn), 6)))
    return writer.add(
        {
            "Type": Name("Page"),
            "Parent": tree,
            "MediaBox": (0, 0, shape.width, shape.height),
            "Resources": {"XObject": forms},
            "Contents": content,
            **({} if group is None else {"Group": below.carry(group)}),
        }
    )


def matrix(values: Sequence[float]) -> bytes:
    """Return a matrix as operands."""
    return b" ".join(b"%.5f" % one for one in values)


def attached(writer: Writer, attachment: Attachment) -> dict[str, Value]:
    """Add a file to the catalog, as a source of what is seen (ISO 32000-2, 14.13)."""
    stream = Stream(
        {
            "Type": Name("EmbeddedFile"),
            "Subtype": Name("application/pdf"),
            "Params": {"Size": len(attachment.content)},
            "Filter": Name("FlateDecode"),
        },
        zlib.compress(attachment.content, 6),
    )
    file = writer.add(stream)
    name = text_string(attachment.name)
    specification = writer.add(
        {
            "Type": Name("Filespec"),
            "F": name,
            "UF": name,
            "Desc": text_string(attachment.description),
            "AFRelationship": Name("Source"),
            "EF": {"F": file, "UF": file},
        }
    )
    return {"Names": {"EmbeddedFiles": {"Names": (name, specification)}}, "AF": (specification,)}

"""Where a visible signature goes on a page, and what it looks like there."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from trust.errors import Invalid
from trust.pdf.intake import LIMITS, PDFLimitExceeded, PDFMalformed
from trust.pdf.reading import entry, members, pages_of

__all__ = [
    "Appearance",
    "PageOutOfRange",
    "Placement",
    "PlacementOutsidePage",
    "make_annotations_indirect",
    "place",
    "put_appearance",
]

POINTS_PER_MM: Final = 72 / 25.4

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


class PageOutOfRange(Invalid):
    """The document has no such page."""

    code = "pdf.page_out_of_range"
    detail_names: ClassVar[tuple[str, ...]] = ("page", "pages")


class PlacementOutsidePage(Invalid):
    """The seal would not lie wholly on the page."""

    code = "pdf.placement_outside_page"
    detail_names: ClassVar[tuple[str, ...]] = ("page",)


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """What a visible signature looks like: PDF operators for a box of this size in millimetres."""

    operators: bytes
    width_mm: float
    height_mm: float


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a visible signature goes: the page from 1 on, and its centre from the upper left corner as displayed."""

    page: int
    centre_x_mm: float
    centre_y_mm: float


@dataclass(frozen=True, kw_only=True)
class PageGeometry:
    """The visible part of a page in its own units, and how a reader turns it."""

    left: float
    bottom: float
    width: float
    height: float
    rotation: int
    units_per_mm: float

    @property
    def displayed(self) -> tuple[float, float]:
        """Width and height as displayed."""
        return (self.height, self.width) if self.rotation in (90, 270) else (self.width, self.height)

    def to_page(self, x: float, y: float) -> tuple[float, float]:
        """Return in page coordinates what lies at `x` from the left and `y` from the top as displayed."""
        match self.rotation:
            case 90:
                return self.left + y, self.bottom + x
            case 180:
                return self.left + self.width - x, self.bottom + y
            case 270:
                return self.left + self.width - y, self.bottom + self.height - x
            case _:
                return self.left + x, self.bottom + self.height - y


def geometry(page: Any) -> PageGeometry:  # noqa: ANN401 - a dictionary of pyHanko
    """Return the geometry of a page, with what it inherits from the pages above it."""
    media, crop = box_of(page, "/MediaBox"), box_of(page, "/CropBox")
    if media is None:
        raise PDFMalformed
    # ISO 32000-2, 14.11.2: what a reader shows is the crop box as far as it lies on the medium.
    left, bottom, right, top = media if crop is None else common(media, crop)
    unit = float(entry(page, "/UserUnit", 1))  # in 1/72 of an inch; not inherited
    if not unit > 0:
        raise PDFMalformed
    return PageGeometry(
        left=left,
        bottom=bottom,
        width=right - left,
        height=top - bottom,
        rotation=int(inherited(page, "/Rotate") or 0) % 360,
        units_per_mm=POINTS_PER_MM / unit,
    )


def box_of(page: Any, key: str) -> Box | None:  # noqa: ANN401 - a dictionary of pyHanko
    """Return a box of a page with its corners in order, if it has or inherits one."""
    found = inherited(page, key)
    if found is None:
        return None
    x0, y0, x1, y1 = (float(value) for value in members(found))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def common(media: Box, crop: Box) -> Box:
    """Return what two boxes have in common; the first where that is nothing, as readers do."""
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, bottom, right, top) if left < right and bottom < top else media


MAX_PAGE_TREE_DEPTH: Final = 64


def inherited(page: Any, key: str) -> Any:  # noqa: ANN401 - whatever the key holds
    """Return an inheritable attribute of a page (ISO 32000-2, 7.7.3.4)."""
    node = page
    for _ in range(MAX_PAGE_TREE_DEPTH):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    raise PDFMalformed


def place(
    writer: IncrementalPdfFileWriter, placement: Placement, appearance: Appearance
) -> tuple[tuple[int, int, int, int], tuple[int, ...]]:
    """Return the box of the seal in page coordinates and the matrix that keeps it upright on a turned page."""
    pages = pages_of(writer.prev.root)
    if not 1 <= placement.page <= len(pages):
        raise PageOutOfRange(page=placement.page, pages=len(pages))
    page = pages[placement.page - 1]
    # pyHanko, which puts the seal there, believes what /Count says of each branch of pages.
    if writer.prev.find_page_for_modification(placement.page - 1)[0].reference != page.reference:
        raise PDFMalformed
    shape = geometry(page.get_object())
    width, height = appearance.width_mm * shape.units_per_mm, appearance.height_mm * shape.units_per_mm
    x, y = placement.centre_x_mm * shape.units_per_mm, placement.centre_y_mm * shape.units_per_mm
    if not (width / 2 <= x <= shape.displayed[0] - width / 2 and height / 2 <= y <= shape.displayed[1] - height / 2):
        raise PlacementOutsidePage(page=placement.page)
    corners = [shape.to_page(x - width / 2, y - height / 2), shape.to_page(x + width / 2, y + height / 2)]
    (x0, x1), (y0, y1) = (sorted(values) for values in zip(*corners, strict=True))
    turns = {90: (0, 1, -1, 0, 0, 0), 180: (-1, 0, 0, -1, 0, 0), 270: (0, -1, 1, 0, 0, 0)}
    box: Any = tuple(round(value, 3) for value in (x0, y0, x1, y1))
    return box, turns.get(shape.rotation, (1, 0, 0, 1, 0, 0))


def make_annotations_indirect(writer: IncrementalPdfFileWriter) -> None:
    """Give every annotation that stands inside its page an object of its own.

    Readers that compare revisions can only tell annotations apart by their references: without this, adding a second
    signature to such a file would look like a change to its first. Only for files that nobody has signed yet.
    """
    count = 0
    for reference in pages_of(writer.root):
        page = reference.get_object()
        if "/Annots" not in page:
            continue
        annotations = page["/Annots"]
        count += len(annotations)
        if count > LIMITS.annotations:
            raise PDFLimitExceeded(limit="annotations", allowed=LIMITS.annotations)
        direct = [
            place
            for place in range(len(annotations))
            if not isinstance(annotations.raw_get(place), generic.IndirectObject)
        ]
        for place in direct:
            annotations[place] = writer.add_object(annotations[place])
        if direct:
            writer.update_container(annotations)


def put_appearance(
    writer: IncrementalPdfFileWriter,
    annotation: Any,  # noqa: ANN401 - a dictionary of pyHanko
    appearance: Appearance,
    matrix: tuple[int, ...] | None,
) -> None:
    """Draw the seal as red ink: multiplied onto the page, so that the text under it stays readable."""
    width, height = appearance.width_mm * POINTS_PER_MM, appearance.height_mm * POINTS_PER_MM
    blend = generic.DictionaryObject(
        {pdf_name("/Type"): pdf_name("/ExtGState"), pdf_name("/BM"): pdf_name("/Multiply")}
    )
    resources = generic.DictionaryObject({pdf_name("/ExtGState"): generic.DictionaryObject({pdf_name("/Ink"): blend})})
    form = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): numbers(0, 0, round(width, 3), round(height, 3)),
            pdf_name("/Matrix"): numbers(*(matrix or (1, 0, 0, 1, 0, 0))),
            pdf_name("/Resources"): resources,
        },
        stream_data=b"/Ink gs\n" + appearance.operators,
    )
    form.compress()
    annotation[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)})
    writer.update_container(annotation)


def numbers(*values: float) -> generic.ArrayObject:
    """Return an array of numbers."""
    return generic.ArrayObject(generic.FloatObject(value) for value in values)

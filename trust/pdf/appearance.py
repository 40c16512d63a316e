"""Where a visible signature goes on a page, and what it looks like there."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from trust.errors import Invalid
from trust.pdf.file import Document, array_of, dictionary_of, entry_of, follow
from trust.pdf.intake import PDFMalformed
from trust.pdf.objects import Dictionary, Value, number_of

__all__ = [
    "POINTS_PER_MM",
    "Appearance",
    "Mark",
    "PageGeometry",
    "PageOutOfRange",
    "Part",
    "Picture",
    "Placement",
    "PlacementOutsidePage",
    "geometry",
    "inherited",
]

POINTS_PER_MM: Final = 72 / 25.4
MAX_PAGE_TREE_DEPTH: Final = 64
CORNERS: Final = 4
QUARTER, FULL_TURN = 90, 360
"""Degrees."""

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
class Picture:
    """A raster that an appearance shows over its whole box: red, green, blue of each pixel, row by row from the top."""

    width: int
    height: int
    colours: bytes = field(repr=False)
    """Three octets for each pixel."""

    opacity: bytes | None = field(default=None, repr=False)
    """An octet for each pixel, 255 for ink that covers; None: every pixel covers."""

    def __post_init__(self) -> None:
        pixels = self.width * self.height
        if min(self.width, self.height) < 1 or len(self.colours) != 3 * pixels:
            raise ValueError("a picture has three octets for each pixel")
        if self.opacity is not None and len(self.opacity) != pixels:
            raise ValueError("a picture has one octet of opacity for each pixel")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A rectangle of an appearance in millimetres from its lower left corner: what of it is shown (骑缝章)."""

    left_mm: float
    bottom_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """What a visible signature looks like: PDF operators for a box of this size in millimetres, or a picture."""

    operators: bytes = b""
    width_mm: float
    height_mm: float
    picture: Picture | None = None
    part: Part | None = None
    """The part of the box that is shown, if not all of it. A placement's centre is the centre of what is shown."""

    @property
    def shown(self) -> Part:
        """What of the box is shown."""
        return self.part or Part(left_mm=0, bottom_mm=0, width_mm=self.width_mm, height_mm=self.height_mm)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a visible signature goes: the page from 1 on, and its centre from the upper left corner as displayed."""

    page: int
    centre_x_mm: float
    centre_y_mm: float


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One place where a signature is seen."""

    appearance: Appearance
    placement: Placement


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


def geometry(document: Document, page: Dictionary) -> PageGeometry:
    """Return the geometry of a page, with what it inherits from the pages above it."""
    media, crop = box_of(document, page, "MediaBox"), box_of(document, page, "CropBox")
    if media is None:
        raise PDFMalformed
    # ISO 32000-2, 14.11.2: what a reader shows is the crop box as far as it lies on the medium.
    left, bottom, right, top = media if crop is None else common(media, crop)
    unit = entry_of(document, page, "UserUnit")  # in 1/72 of an inch; not inherited
    size = 1 if unit is None else number_of(unit)
    if not size > 0:
        raise PDFMalformed
    return PageGeometry(
        left=left,
        bottom=bottom,
        width=right - left,
        height=top - bottom,
        rotation=rotation_of(inherited(document, page, "Rotate")),
        units_per_mm=POINTS_PER_MM / size,
    )


def rotation_of(value: Value) -> int:
    """Return by how much a page is turned when it is displayed: quarters of a turn and nothing else (7.7.3.3)."""
    turned = 0.0 if value is None else number_of(value)
    if turned % QUARTER:
        raise PDFMalformed
    return int(turned) % FULL_TURN


def box_of(document: Document, page: Dictionary, key: str) -> Box | None:
    """Return a box of a page with its corners in order, if it has or inherits one."""
    found = inherited(document, page, key)
    if found is None:
        return None
    corners = [number_of(follow(document, one)) for one in array_of(found)]
    if len(corners) != CORNERS:
        raise PDFMalformed
    x0, y0, x1, y1 = corners
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def common(media: Box, crop: Box) -> Box:
    """Return what two boxes have in common; the first where that is nothing, as readers do."""
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, bottom, right, top) if left < right and bottom < top else media


def inherited(document: Document, page: Dictionary, key: str) -> Value:
    """Return an inheritable attribute of a page (ISO 32000-2, 7.7.3.4)."""
    node = page
    for _ in range(MAX_PAGE_TREE_DEPTH):
        found = entry_of(document, node, key)
        if found is not None:
            return found
        parent = entry_of(document, node, "Parent")
        if parent is None:
            return None
        node = dictionary_of(parent)
    raise PDFMalformed

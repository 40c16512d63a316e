"""Drawing the marks of a signature: as the appearance of its field, and into the content of further pages.

A signature field has at most one widget (ISO 32000-2, 12.7.5.5), so that a second place of the same signature is page
content. It is signed with everything else on the page, and no reader can move, hide or print without it.
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, assert_never

from trust.pdf.appearance import (
    POINTS_PER_MM,
    Appearance,
    Mark,
    PageGeometry,
    PageOutOfRange,
    Picture,
    PlacementOutsidePage,
    geometry,
    inherited,
)
from trust.pdf.file import array_of, dictionary_of, entry_of
from trust.pdf.objects import Dictionary, Name, Reference, Stream, Value
from trust.pdf.page_content import require_closed
from trust.pdf.tokens import Effort
from trust.pdf.update import Update

__all__ = [
    "CALIBRATED_RGB",
    "DRAWN",
    "OPENING",
    "UPRIGHT",
    "Ink",
    "PlacedMark",
    "clip_of",
    "deflated",
    "draw_on_pages",
    "drawing_of",
    "form_of",
    "numbers_of",
    "opacity_of",
    "place",
]

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

TURNS: Final[dict[int, Matrix]] = {90: (0, 1, -1, 0, 0, 0), 180: (-1, 0, 0, -1, 0, 0), 270: (0, -1, 1, 0, 0, 0)}
UPRIGHT: Final[Matrix] = (1, 0, 0, 1, 0, 0)

CALIBRATED_RGB: Final[Value] = (
    Name("CalRGB"),
    {
        "WhitePoint": (0.9505, 1, 1.089),
        "Gamma": (2.2, 2.2, 2.2),
        "Matrix": (0.4124, 0.2126, 0.0193, 0.3576, 0.7152, 0.1192, 0.1805, 0.0722, 0.9505),
    },
)
"""The red, green and blue of sRGB by its primaries (IEC 61966-2-1), for files that allow no colours of a device."""

OPENING: Final = b"q"
"""What goes before the content of a page, so that whatever it leaves behind does not move the mark."""

DRAWN: Final = b"Q\n%b"


class Ink(Enum):
    """How the seal lies on the page."""

    MULTIPLIED = "multiplied"
    """As red ink does: the text under it stays readable."""

    OPAQUE = "opaque"
    """For archival files that know no transparency, or do not say which colours they mean (ISO 19005)."""


@dataclass(frozen=True, kw_only=True)
class PlacedMark:
    """A mark with its page and its box there."""

    mark: Mark
    page: Reference
    box: Box
    turn: Matrix
    """What keeps it upright on a turned page."""

    scale: float
    """Units of the page in a point."""

    @property
    def matrix(self) -> Matrix:
        """Where the form's own coordinates lie on the page."""
        a, b, c, d, _, _ = (self.scale * value for value in self.turn)
        part = self.mark.appearance.shown
        left, bottom = part.left_mm * POINTS_PER_MM, part.bottom_mm * POINTS_PER_MM
        width, height = part.width_mm * POINTS_PER_MM, part.height_mm * POINTS_PER_MM
        corners = [(a * x + c * y, b * x + d * y) for x in (left, left + width) for y in (bottom, bottom + height)]
        x, y = (min(values) for values in zip(*corners, strict=True))
        return a, b, c, d, self.box[0] - x, self.box[1] - y


def place(update: Update, pages: Sequence[Reference], mark: Mark) -> PlacedMark:
    """Return where a mark lies. Raise `PageOutOfRange`, `PlacementOutsidePage` or `PDFMalformed`."""
    placement, part = mark.placement, mark.appearance.shown
    if not 1 <= placement.page <= len(pages):
        raise PageOutOfRange(page=placement.page, pages=len(pages))
    page = pages[placement.page - 1]
    shape = geometry(update, dictionary_of(update.load(page)))
    width, height = part.width_mm * shape.units_per_mm, part.height_mm * shape.units_per_mm
    x, y = placement.centre_x_mm * shape.units_per_mm, placement.centre_y_mm * shape.units_per_mm
    if not is_within(shape, x, y, width, height):
        raise PlacementOutsidePage(page=placement.page)
    corners = [shape.to_page(x - width / 2, y - height / 2), shape.to_page(x + width / 2, y + height / 2)]
    (x0, x1), (y0, y1) = (sorted(values) for values in zip(*corners, strict=True))
    return PlacedMark(
        mark=mark,
        page=page,
        box=(round(x0, 3), round(y0, 3), round(x1, 3), round(y1, 3)),
        turn=TURNS.get(shape.rotation, UPRIGHT),
        scale=shape.units_per_mm / POINTS_PER_MM,
    )


SLACK: Final = 0.01
"""Units by which what lies at the very edge may be over it: a slice ends where its page ends."""


def is_within(shape: PageGeometry, x: float, y: float, width: float, height: float) -> bool:
    """Tell whether a box around a point lies on the page as displayed."""
    right, bottom = shape.displayed
    across = width / 2 - SLACK <= x <= right - width / 2 + SLACK
    return across and height / 2 - SLACK <= y <= bottom - height / 2 + SLACK


def form_of(update: Update, appearance: Appearance, turn: Matrix, ink: Ink) -> Reference:
    """Add the form that shows an appearance (8.10), and what it needs."""
    resources, _ = resources_for(ink)
    if appearance.picture is not None:
        resources = {**resources, "XObject": {"Picture": image_of(update, appearance.picture, ink)}}
    entries: dict[str, Value] = {
        "Type": Name("XObject"),
        "Subtype": Name("Form"),
        "BBox": clip_of(appearance),
        "Matrix": turn,
        "Resources": resources,
        "Filter": Name("FlateDecode"),
    }
    return update.add(Stream(entries, drawing_of(appearance, ink)))


def clip_of(appearance: Appearance) -> Box:
    """Return what of an appearance is seen, in points."""
    part = appearance.shown
    left, bottom = part.left_mm * POINTS_PER_MM, part.bottom_mm * POINTS_PER_MM
    right, top = left + part.width_mm * POINTS_PER_MM, bottom + part.height_mm * POINTS_PER_MM
    return round(left, 3), round(bottom, 3), round(right, 3), round(top, 3)


def drawing_of(appearance: Appearance, ink: Ink) -> bytes:
    """Return what draws the whole of an appearance, under Deflate."""
    _, opening = resources_for(ink)
    operators = appearance.operators
    if appearance.picture is not None:
        size = b"%b 0 0 %b" % tuple(
            b"%.3f" % (one * POINTS_PER_MM) for one in (appearance.width_mm, appearance.height_mm)
        )
        operators += b"q %b 0 0 cm /Picture Do Q" % size
    return deflated(opening + operators)


def opacity_of(picture: Picture, ink: Ink) -> bytes | None:
    """Return what masks a raster, under Deflate: soft edges, or for archival files hard ones."""
    if picture.opacity is None:
        return None
    match ink:
        case Ink.MULTIPLIED:
            return deflated(picture.opacity)
        case Ink.OPAQUE:
            return deflated(stencilled(picture.opacity, picture.width))
        case _:
            assert_never(ink)


def resources_for(ink: Ink) -> tuple[dict[str, Value], bytes]:
    """Return the resources that a form needs for its ink, and the operators that take it up."""
    match ink:
        case Ink.MULTIPLIED:
            state: Value = {"Type": Name("ExtGState"), "BM": Name("Multiply")}
            return {"ExtGState": {"Ink": state}}, b"/Ink gs\n"
        case Ink.OPAQUE:
            return {"ColorSpace": {"DefaultRGB": CALIBRATED_RGB}}, b""
        case _:
            assert_never(ink)


def image_of(update: Update, picture: Picture, ink: Ink) -> Reference:
    """Add a raster (8.9.5) with its mask."""
    size: dict[str, Value] = {"Width": picture.width, "Height": picture.height}
    common: dict[str, Value] = {
        "Type": Name("XObject"),
        "Subtype": Name("Image"),
        **size,
        "Filter": Name("FlateDecode"),
    }
    entries: dict[str, Value] = {**common, "ColorSpace": Name("DeviceRGB"), "BitsPerComponent": 8}
    mask = opacity_of(picture, ink)
    if mask is not None:
        match ink:
            case Ink.MULTIPLIED:
                grey: dict[str, Value] = {**common, "ColorSpace": Name("DeviceGray"), "BitsPerComponent": 8}
                entries["SMask"] = update.add(Stream(grey, mask))
            case Ink.OPAQUE:
                stencil: dict[str, Value] = {**common, "ImageMask": True, "BitsPerComponent": 1}
                entries["Mask"] = update.add(Stream(stencil, mask))
            case _:
                assert_never(ink)
    return update.add(Stream(entries, deflated(picture.colours)))


OPAQUE_FROM: Final = 128


def stencilled(opacity: bytes, width: int) -> bytes:
    """Return a stencil (8.9.6.3), in which 1 masks out: eight pixels an octet, each row from a new one."""
    rows = []
    for start in range(0, len(opacity), width):
        bits = "".join("0" if one >= OPAQUE_FROM else "1" for one in opacity[start : start + width])
        octets = (width + 7) // 8
        rows.append(int(bits.ljust(8 * octets, "1"), 2).to_bytes(octets, "big"))
    return b"".join(rows)


@lru_cache(maxsize=64)
def deflated(data: bytes) -> bytes:
    """Return data under Deflate. The same seals are drawn again and again."""
    return zlib.compress(data, 6)


def draw_on_pages(update: Update, marks: Iterable[PlacedMark], form: Callable[[Appearance, Matrix], Reference]) -> None:
    """Draw marks into the content of their pages, on top of what is there.

    Raise `PDFMalformed` for a page whose content leaves something open: it would decide where the mark is seen.
    """
    effort = Effort()
    by_page: dict[Reference, list[PlacedMark]] = {}
    for one in marks:
        by_page.setdefault(one.page, []).append(one)
    for reference, placed in by_page.items():
        page = dictionary_of(update.load(reference))
        resources = dictionary_of(inherited(update, page, "Resources") or {})
        forms = dict(dictionary_of(entry_of(update, resources, "XObject") or {}))
        drawn = []
        for one in placed:
            name = unused_name(forms)
            forms[name] = form(one.mark.appearance, UPRIGHT)
            drawn.append(drawing(name, one.matrix))
        opening, closing = (update.add(Stream({}, data)) for data in (OPENING, DRAWN % b"\n".join(drawn)))
        before = contents_of(update, page)
        require_closed(update, before, effort)
        made = {**page, "Contents": (opening, *before, closing), "Resources": {**resources, "XObject": forms}}
        update.replace(reference, made)


def unused_name(forms: Dictionary) -> str:
    """Return a name for a form that no other resource of the page has."""
    number = 1
    while f"Seal{number}" in forms:
        number += 1
    return f"Seal{number}"


def drawing(name: str, matrix: Matrix) -> bytes:
    """Return the operators that draw a form. It is no text of the page (14.8.2.2), so it is marked as an artifact."""
    return b"/Artifact BMC q %b cm /%b Do Q EMC" % (numbers_of(matrix), name.encode())


def numbers_of(matrix: Matrix) -> bytes:
    """Return a matrix as it stands in the content of a page."""
    return b" ".join(b"%.4f" % value for value in matrix)


def contents_of(update: Update, page: Dictionary) -> tuple[Value, ...]:
    """Return the streams of a page's content (7.7.3.3)."""
    followed = entry_of(update, page, "Contents")
    return array_of(followed) if isinstance(followed, tuple) else () if followed is None else (page["Contents"],)

"""The seal image (印章图像): a round official seal as pure outlines, for SVG, for PDF and as a PNG.

One drawing serves all three, so a seal looks the same in a licence, on a screen and in GB/T 38540 seal data. No font
is needed where it is shown, and the same design always gives the same bytes.
"""

import io
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

import resvg_py
from PIL import Image

from seal import engraving
from seal.errors import (
    ImageCodeMalformed,
    ImageDiameterOutOfRange,
    ImageNameLength,
    ImageResolutionOutOfRange,
    ImageRowLength,
)
from seal.outlines import Path, Point, moved

__all__ = ["Centre", "SealDesign", "SealImage", "draw"]

SHORTEST_NAME, LONGEST_NAME = 4, 30
LONGEST_ROW = 12
LONGEST_CODE = 14
SMALLEST_DIAMETER, LARGEST_DIAMETER = 30, 60
"""In millimetres. 60 is the seal of the State Council, the largest there is (国发（1999）25号)."""
COARSEST, FINEST = 72, 1200
"""In dots per inch. The finest raster of the largest seal is 32 MB, which may be held twice while it is made."""

INK = (0xD7, 0x00, 0x0F)
"""The red of seal paste (印泥)."""
MM_PER_INCH = 25.4
POINTS_PER_MM = 72 / MM_PER_INCH
ALPHA_LEVELS = 32
"""Shades of an edge in the PNG: twice as many as the rasteriser tells apart, and few enough to keep the file small."""
PDF_OPERATORS = {"M": "m", "L": "l", "C": "c", "Z": "h"}


class Centre(StrEnum):
    """What stands in the centre of a seal."""

    STAR = "star"
    EMPTY = "empty"


@dataclass(frozen=True, kw_only=True)
class SealDesign:
    """What a seal shows; checked when built, so every design can be drawn.

    Raises `ImageNameLength`, `ImageRowLength`, `ImageCodeMalformed`, `ImageDiameterOutOfRange`, and
    `CharacterNotCovered` for a character that no typeface here draws or that leaves no ink.
    """

    name: str
    """The holder's name on the upper rim. White space around it is dropped, inside it is one space."""
    row: str = ""
    """The words below the star, such as 电子证照专用章; treated as the name is."""
    code: str = ""
    """The digits on the lower rim."""
    diameter_mm: int = 42
    centre: Centre = Centre.STAR

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", " ".join(self.name.split()))
        object.__setattr__(self, "row", " ".join(self.row.split()))
        self._require_sizes()
        engraving.require_engravable(self.name, field="name")
        engraving.require_engravable(self.row, field="row")

    def _require_sizes(self) -> None:
        if not SHORTEST_NAME <= len(self.name) <= LONGEST_NAME:
            raise ImageNameLength(length=len(self.name), shortest=SHORTEST_NAME, longest=LONGEST_NAME)
        if len(self.row) > LONGEST_ROW:
            raise ImageRowLength(length=len(self.row), longest=LONGEST_ROW)
        digits_only = self.code.isascii() and self.code.isdigit()
        if self.code and not (digits_only and len(self.code) <= LONGEST_CODE):
            raise ImageCodeMalformed(length=len(self.code), longest=LONGEST_CODE)
        if not SMALLEST_DIAMETER <= self.diameter_mm <= LARGEST_DIAMETER:
            raise ImageDiameterOutOfRange(
                diameter_mm=self.diameter_mm, smallest=SMALLEST_DIAMETER, largest=LARGEST_DIAMETER
            )


@dataclass(frozen=True, kw_only=True)
class SealImage:
    """A drawn seal. The ring touches the edges from inside; what is not ink is transparent."""

    width_mm: float
    height_mm: float
    svg: str
    """One user unit is a millimetre."""
    pdf_operators: bytes
    """The content of a Form XObject with the BBox [0 0 width height] in points. It needs no resources, opens no text,
    and leaves the graphics state as it was; how it blends with the page is the caller's ExtGState."""

    def png(self, dpi: int = 300) -> bytes:
        """Return the seal as a PNG of round(mm / 25.4 × `dpi`) pixels, or raise `ImageResolutionOutOfRange`.

        Every pixel is the same red and only its opacity differs, as a palette with transparency (tRNS) says it in the
        fewest bytes. Programs that paint palettes without looking at tRNS show a red square: convert it to RGBA there.
        """
        if not COARSEST <= dpi <= FINEST:
            raise ImageResolutionOutOfRange(dpi=dpi, coarsest=COARSEST, finest=FINEST)
        raster = resvg_py.svg_to_bytes(
            svg_string=self.svg,
            width=round(self.width_mm / MM_PER_INCH * dpi),
            height=round(self.height_mm / MM_PER_INCH * dpi),
            dpi=dpi,
            skip_system_fonts=True,
        )
        with Image.open(io.BytesIO(raster)) as picture:
            return palette_png(picture.getchannel("A"), dpi)


@lru_cache(maxsize=128)
def draw(design: SealDesign) -> SealImage:
    """Return the image of a seal; the same design always gives the same bytes."""
    path = scaled(outline(design), design.diameter_mm / engraving.DIAMETER)
    return SealImage(
        width_mm=design.diameter_mm,
        height_mm=design.diameter_mm,
        svg=svg(path, design.diameter_mm),
        pdf_operators=pdf(path, design.diameter_mm),
    )


def outline(design: SealDesign) -> Path:
    """Return everything a design shows as one path, in the measures of `engraving`."""
    parts = (
        engraving.ring(),
        centre(design.centre),
        *engraving.rim(design.name, arc=rim_arc(design)),
        *engraving.row(design.row),
        *engraving.code(design.code),
    )
    return tuple(segment for part in parts for segment in part)


def centre(kind: Centre) -> Path:
    """Return what stands in the centre."""
    match kind:
        case Centre.STAR:
            return engraving.star()
        case Centre.EMPTY:
            return ()
        case _:
            assert_never(kind)


def rim_arc(design: SealDesign) -> float:
    """Return the arc that the name may fill, given what lies below it."""
    if design.row:
        return engraving.RIM_ARC_ABOVE_ROW
    return engraving.RIM_ARC_ABOVE_CODE if design.code else engraving.RIM_ARC


def scaled(path: Path, scale: float) -> Path:
    """Return `path` larger or smaller about the centre of the seal."""
    return moved(path, lambda point: (point[0] * scale, point[1] * scale))


def svg(path: Path, diameter: float) -> str:
    """Return `path` as an SVG file without any text or metadata."""
    red = "#{:02x}{:02x}{:02x}".format(*INK)
    size, edge = number(diameter), number(-diameter / 2)
    data = "".join(operator + coordinates(points) for operator, points in path)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}mm" height="{size}mm" '
        f'viewBox="{edge} {edge} {size} {size}"><path fill="{red}" d="{data}"/></svg>'
    )


def pdf(path: Path, diameter: float) -> bytes:
    """Return `path` as the operators of a PDF content stream (ISO 32000-2, 8.5), its origin at the lower left."""
    red = " ".join(number(part / 0xFF) for part in INK)
    middle = number(diameter / 2 * POINTS_PER_MM)
    unit = f"{POINTS_PER_MM:.6f}"
    lines = [f"q {red} rg {unit} 0 0 -{unit} {middle} {middle} cm"]
    lines.extend(f"{coordinates(points)} {PDF_OPERATORS[operator]}".lstrip() for operator, points in path)
    lines.append("f Q\n")
    return "\n".join(lines).encode("ascii")


def coordinates(points: tuple[Point, ...]) -> str:
    """Return points as both SVG and PDF read them."""
    return " ".join(f"{number(x)} {number(y)}" for x, y in points)


def number(value: float) -> str:
    """Return a number to a thousandth, without exponent, negative zero or idle digits: PDF knows no exponents."""
    return f"{round(value, 3) + 0.0:g}"


def palette_png(opacity: Image.Image, dpi: int) -> bytes:
    """Return ink of varying opacity as a PNG without any metadata but its resolution."""
    steepest = ALPHA_LEVELS - 1
    indices = opacity.point([round(alpha / 0xFF * steepest) for alpha in range(0x100)])
    picture = Image.frombytes("P", indices.size, indices.tobytes())
    picture.putpalette(INK * ALPHA_LEVELS)
    levels = bytes(round(index / steepest * 0xFF) for index in range(ALPHA_LEVELS))
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=levels, optimize=True, dpi=(dpi, dpi))
    return file.getvalue()

"""How a seal is put down: outlines as SVG and as PDF operators, and ink of varying opacity as a PNG or in a PDF."""

import base64
import io
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from PIL import Image

from seal.image.outlines import Path, Point

__all__ = ["INK", "Colour", "Raster", "operators_of", "palette_png", "pdf", "svg", "svg_of"]

Colour = tuple[int, int, int]
"""Red, green and blue, each up to 255."""

INK: Colour = (0xD7, 0x00, 0x0F)
"""The red of seal paste (印泥)."""
POINTS_PER_MM = 72 / 25.4
ALPHA_LEVELS = 32
"""Shades of an edge in the PNG: twice as many as the rasteriser tells apart, and few enough to keep the file small."""
PDF_OPERATORS = {"M": "m", "L": "l", "C": "c", "Z": "h"}


@dataclass(frozen=True)
class Raster:
    """Pixels of one ink, each as much as its opacity says."""

    width: int
    height: int
    ink: Colour
    opacity: bytes = field(repr=False)
    """An octet for each pixel, row by row from the top; 255 for ink that covers."""

    @classmethod
    def of(cls, png: bytes) -> Self:
        """Return the pixels of a PNG that `palette_png` wrote."""
        with Image.open(io.BytesIO(png), formats=["PNG"]) as file:
            picture = file.convert("RGBA")
        return cls(picture.width, picture.height, strongest(picture), picture.getchannel("A").tobytes())

    @cached_property
    def colours(self) -> bytes:
        """Three octets for each pixel, which are all the same."""
        return bytes(self.ink) * (self.width * self.height)

    def picture(self) -> Image.Image:
        """Return the opacity as a picture."""
        return Image.frombytes("L", (self.width, self.height), self.opacity)

    def resized(self, width: int, height: int) -> Image.Image:
        """Return the opacity in another number of pixels."""
        if (width, height) == (self.width, self.height):
            return self.picture()
        return self.picture().resize((width, height), Image.Resampling.LANCZOS)


def strongest(picture: Image.Image) -> Colour:
    """Return the colour of the pixels of an RGBA picture that cover most."""
    opacity = picture.getchannel("A")
    most = opacity.getextrema()[1]
    covering = opacity.point([255 if alpha == most else 0 for alpha in range(0x100)])
    place = covering.getbbox()
    if place is None:  # pragma: no cover - the greatest value stands somewhere
        return INK
    row = covering.crop((place[0], place[1], place[2], place[1] + 1)).getbbox()
    found = picture.getpixel((place[0] + (row[0] if row else 0), place[1]))
    red, green, blue, _ = found  # type: ignore[misc]  # RGBA has four
    return red, green, blue


def svg(path: Path, width: float, height: float) -> str:
    """Return `path` as an SVG file without any text or metadata."""
    red = "#{:02x}{:02x}{:02x}".format(*INK)
    size = f"{number(width)} {number(height)}"
    data = "".join(operator + coordinates(points) for operator, points in path)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(width)}mm" height="{number(height)}mm" '
        f'viewBox="{number(-width / 2)} {number(-height / 2)} {size}"><path fill="{red}" d="{data}"/></svg>'
    )


def svg_of(png: bytes, width: float, height: float) -> str:
    """Return a picture as an SVG file of its size in millimetres."""
    data = base64.b64encode(png).decode("ascii")
    size = f'width="{number(width)}mm" height="{number(height)}mm"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {number(width)} {number(height)}">'
        f'<image width="{number(width)}" height="{number(height)}" href="data:image/png;base64,{data}"/></svg>'
    )


def pdf(path: Path, width: float, height: float) -> bytes:
    """Return `path` as the operators of a PDF content stream (ISO 32000-2, 8.5), its origin at the lower left."""
    red = " ".join(number(part / 0xFF) for part in INK)
    middle = f"{number(width / 2 * POINTS_PER_MM)} {number(height / 2 * POINTS_PER_MM)}"
    unit = f"{POINTS_PER_MM:.6f}"
    lines = [f"q {red} rg {unit} 0 0 -{unit} {middle} cm"]
    lines.extend(f"{coordinates(points)} {PDF_OPERATORS[operator]}".lstrip() for operator, points in path)
    lines.append("f Q\n")
    return "\n".join(lines).encode("ascii")


def operators_of(raster: Raster, width: float, height: float) -> bytes:
    """Return pixels as an inline image (ISO 32000-2, 8.9.7), in shades from white to the full ink."""
    shades = bytes(
        round(0xFF + (part - 0xFF) * level / (ALPHA_LEVELS - 1)) for level in range(ALPHA_LEVELS) for part in raster.ink
    )
    pixels = base64.a85encode(zlib.compress(levels(raster.picture()).tobytes(), 9), wrapcol=120)
    head = (
        f"q {number(width * POINTS_PER_MM)} 0 0 {number(height * POINTS_PER_MM)} 0 0 cm\n"
        f"BI /W {raster.width} /H {raster.height} /BPC 8 /CS [/I /RGB {ALPHA_LEVELS - 1} <{shades.hex()}>] "
        "/F [/A85 /Fl] ID\n"
    )
    return head.encode("ascii") + pixels + b"~>\nEI Q\n"


def coordinates(points: tuple[Point, ...]) -> str:
    """Return points as both SVG and PDF read them."""
    return " ".join(f"{number(x)} {number(y)}" for x, y in points)


def number(value: float) -> str:
    """Return a number to a thousandth, without exponent, negative zero or idle digits: PDF knows no exponents."""
    return f"{round(value, 3) + 0.0:g}"


def levels(opacity: Image.Image) -> Image.Image:
    """Return opacity from 0 to 255 in the levels that are written."""
    return opacity.point([round(alpha / 0xFF * (ALPHA_LEVELS - 1)) for alpha in range(0x100)])


def palette_png(opacity: Image.Image, ink: Colour, *, dpi: float) -> bytes:
    """Return ink of varying opacity as a PNG without any metadata but its resolution."""
    indices = levels(opacity)
    picture = Image.frombytes("P", indices.size, indices.tobytes())
    picture.putpalette(ink * ALPHA_LEVELS)
    transparency = bytes(round(index / (ALPHA_LEVELS - 1) * 0xFF) for index in range(ALPHA_LEVELS))
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=transparency, optimize=True, dpi=(dpi, dpi))
    return file.getvalue()

"""Rolling a seal out about its centre, as a wheel leaves its track: a turned seal is a shifted track."""

import math
from functools import cache
from typing import Final

from PIL import Image

__all__ = ["squared", "unrolled"]

INKED: Final = 96
"""Opacity from which a pixel belongs to the seal: specks around it are fainter."""
STRIP: Final = 4
"""Columns that one quadrilateral of the picture becomes; the arc between is straight to a hundredth of a pixel."""

Part = tuple[tuple[int, int, int, int], tuple[float, ...]]


def squared(ink: Image.Image, side: int) -> Image.Image:
    """Return a picture of ink without its margins, `side` pixels high and wide: an oval becomes round."""
    box = ink.point([255 if value > INKED else 0 for value in range(0x100)]).getbbox()
    return ink.resize((side, side), Image.Resampling.HAMMING, box=box)


def unrolled(square: Image.Image, band: tuple[float, float], *, columns: int, rows: int) -> Image.Image:
    """Return a band between two radii about the centre, clockwise from the top, its outer edge uppermost.

    A radius of 1 reaches the nearest edge. `columns` is a multiple of `STRIP`.
    """
    parts = mesh(square.width, band, columns, rows)
    return square.transform((columns, rows), Image.Transform.MESH, parts, Image.Resampling.BILINEAR)


@cache
def mesh(side: int, band: tuple[float, float], columns: int, rows: int) -> list[Part]:
    """Return which quadrilateral of the picture each strip shows, as Pillow takes it."""
    inner, outer = band
    parts = []
    for left in range(0, columns, STRIP):
        right = left + STRIP
        corners = ((outer, left), (inner, left), (inner, right), (outer, right))
        source = tuple(part for radius, at in corners for part in point(side, radius, math.tau * at / columns))
        parts.append(((left, 0, right, rows), source))
    return parts


def point(side: int, radius: float, angle: float) -> tuple[float, float]:
    """Return the pixel at a radius and an angle clockwise from the top."""
    return side / 2 * (1 + radius * math.sin(angle)), side / 2 * (1 - radius * math.cos(angle))

"""The emblem in the centre of a seal: the operator's drawing, or a neutral rosette.

No emblem of any state ships with the house: whoever is entitled to one provides the drawing (TRUST_EMBLEM_FILE).
It is cut as one piece of ink: an SVG file of filled outlines, its inside and outside told apart by the nonzero rule.
"""

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import SVGPath

from seal.image.errors import EmblemMalformed
from seal.image.outlines import Path, Point, bounds, circle, cubic, moved
from trust.typefaces import Glyph

__all__ = ["LARGEST_FILE", "read_emblem", "rosette"]

LARGEST_FILE: Final = 512 << 10
"""In octets."""
MOST_SEGMENTS: Final = 50_000
DIAMETER = 15.0
"""Of the circle that holds the emblem of a 42 mm seal, in millimetres."""

UNCUT: Final = re.compile(rb"<!(DOCTYPE|ENTITY)|evenodd|<(image|text|use|style|mask|clipPath|foreignObject|script)\b")
"""What would be shown otherwise than it would be cut, or should not be in a drawing at all."""
STROKED: Final = re.compile(rb"""\b(stroke\s*[:=]\s*["']?\s*(?!none)[#\w]|fill\s*[:=]\s*["']?\s*none)""")
DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")

PETALS = 8


@lru_cache(maxsize=8)
def read_emblem(svg: bytes) -> Path:
    """Return the outlines of an SVG drawing, centred and scaled to `DIAMETER`, or raise `EmblemMalformed`."""
    if len(svg) > LARGEST_FILE:
        raise EmblemMalformed(fault="too_large")
    if (found := UNCUT.search(svg)) is not None:
        raise EmblemMalformed(fault=found[0].decode("ascii", "replace").lstrip("<!"))
    if STROKED.search(svg) is not None:
        raise EmblemMalformed(fault="stroke")
    pen = RecordingPen()
    try:
        # As text, so that no declaration can make the parser see other characters than were looked at.
        SVGPath.fromstring(DECLARATION.sub("", svg.decode("utf-8-sig"))).draw(pen)
    except (SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, NotImplementedError):
        raise EmblemMalformed(fault="svg") from None
    path = closed(pen.value)
    if not path or len(path) > MOST_SEGMENTS:
        raise EmblemMalformed(fault="outlines")
    return fitted(path)


def closed(recorded: list[tuple[str, tuple[Any, ...]]]) -> Path:
    """Return what a pen recorded as closed contours: what is filled is closed, whether the drawing says so or not."""
    outline = tuple((operator.replace("endPath", "closePath"), points) for operator, points in recorded)
    return cubic(Glyph(outline=outline, units_per_em=1, advance=0.0))


def fitted(path: Path) -> Path:
    """Return a drawing moved into the middle, as large as the circle allows."""
    left, top, right, bottom = bounds(path)
    reach = max(right - left, bottom - top)
    if not 0 < reach < math.inf:
        raise EmblemMalformed(fault="outlines")
    middle = ((left + right) / 2, (top + bottom) / 2)
    scale = DIAMETER / reach
    return moved(path, lambda point: ((point[0] - middle[0]) * scale, (point[1] - middle[1]) * scale))


def rosette() -> Path:
    """Return the neutral device that stands where no emblem was provided: petals about a ring (团花)."""
    parts = [circle(1.15), circle(2.45), circle(-1.85)]
    for turn in range(PETALS):
        angle = 2 * math.pi * turn / PETALS
        parts.append(moved(PETAL, turned(angle)))
        parts.append(moved(PETAL_VEIN, turned(angle)))
        parts.append(moved(BUD, turned(angle + math.pi / PETALS)))
    return tuple(segment for part in parts for segment in part)


def turned(angle: float) -> Callable[[Point], Point]:
    """Return the placement that turns a drawing clockwise about the centre."""
    sine, cosine = math.sin(angle), math.cos(angle)
    return lambda point: (point[0] * cosine - point[1] * sine, point[0] * sine + point[1] * cosine)


PETAL: Path = (
    ("M", ((0.0, -3.0),)),
    ("C", ((-0.9, -3.6), (-2.1, -4.6), (-1.75, -5.9))),
    ("C", ((-1.5, -6.8), (-0.5, -6.8), (0.0, -7.5))),
    ("C", ((0.5, -6.8), (1.5, -6.8), (1.75, -5.9))),
    ("C", ((2.1, -4.6), (0.9, -3.6), (0.0, -3.0))),
    ("Z", ()),
)
"""A petal that points upwards, clockwise."""
PETAL_VEIN: Path = (
    ("M", ((0.0, -4.0),)),
    ("C", ((0.55, -4.5), (1.05, -5.1), (0.85, -5.75))),
    ("C", ((0.65, -6.2), (0.25, -6.1), (0.0, -6.4))),
    ("C", ((-0.25, -6.1), (-0.65, -6.2), (-0.85, -5.75))),
    ("C", ((-1.05, -5.1), (-0.55, -4.5), (0.0, -4.0))),
    ("Z", ()),
)
"""The hole in it, the other way round."""
BUD: Path = (
    ("M", ((0.0, -4.9),)),
    ("C", ((-0.55, -5.5), (-0.5, -6.2), (0.0, -6.9))),
    ("C", ((0.5, -6.2), (0.55, -5.5), (0.0, -4.9))),
    ("Z", ()),
)
"""What grows between two petals."""

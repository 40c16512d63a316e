"""The ornaments that frames and pages are made of: bands, rosettes, grounds, the key pattern, knots, microtext."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from licence.artwork.curves import braid, drawn, strand, stroke, wave
from trust.typefaces import Glyph, Typeface, glyph

__all__ = [
    "FINE",
    "HAIRLINE",
    "HEAVY",
    "MEDIUM",
    "Area",
    "Palette",
    "band",
    "bracket",
    "ground",
    "key_pattern",
    "knot",
    "microtext",
    "rectangle",
    "rosette",
    "watermark",
]

# Widths of lines in mm.
HAIRLINE: Final = 0.1
FINE: Final = 0.15
MEDIUM: Final = 0.35
HEAVY: Final = 0.8

RIBBON_STRANDS, RIBBON_TWIST, RIBBON_TAPER = 8, 0.11, 0.051
"""Strands of one ribbon; by how much of a wave (radians) and of the reach each differs from the one before."""
LATTICE_STRANDS, LATTICE_WAVES_PER_EYE = 6, 3


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The colours of one picture, each as `#rrggbb`."""

    paper: str
    """Fills the page and the discs under the rosettes."""
    rule: str
    """Straight lines, and the outlines of the rosettes."""
    ribbon: str
    """The ribbons of the band that lie below."""
    counter: str
    """The ribbons that cross them, and the middle ring of the rosettes: the second ink."""
    lattice: str
    """The fine net behind the ribbons: paler than both."""
    ground: str
    """Waves behind the text. Hardly darker than the paper."""
    watermark: str
    """The great rosette behind the text. A little darker than the ground."""


@dataclass(frozen=True, kw_only=True)
class Area:
    """A rectangle of the page in mm."""

    left: float
    top: float
    right: float
    bottom: float

    def inset(self, by: float) -> "Area":
        """Return the rectangle that lies `by` mm inside on every side."""
        return Area(left=self.left + by, top=self.top + by, right=self.right - by, bottom=self.bottom - by)

    @property
    def corners(self) -> list[complex]:
        """The corners from the upper left one on, clockwise."""
        return [
            complex(self.left, self.top),
            complex(self.right, self.top),
            complex(self.right, self.bottom),
            complex(self.left, self.bottom),
        ]

    @property
    def centre(self) -> complex:
        """The middle."""
        return complex((self.left + self.right) / 2, (self.top + self.bottom) / 2)


def rectangle(area: Area, *, colour: str, width: float, radius: float = 0) -> str:
    """Return the outline of an area."""
    size = f'width="{area.right - area.left:g}" height="{area.bottom - area.top:g}"'
    rounded = f' rx="{radius:g}"' if radius else ""
    return f'<rect x="{area.left:g}" y="{area.top:g}" {size}{rounded} stroke="{colour}" stroke-width="{width}"/>'


def band(start: complex, end: complex, *, eyes: int, reach: float, palette: Palette) -> list[str]:
    """Return one side of a frame: two pairs of twisted ribbons, one pair in each ink, before a fine lattice."""
    lattice = [
        strand(
            start,
            end,
            reach=reach,
            halves=LATTICE_WAVES_PER_EYE * eyes,
            phase=2 * math.pi * place / LATTICE_STRANDS,
        )
        for place in range(LATTICE_STRANDS)
    ]
    ribbons = [
        [
            strand(
                start,
                end,
                reach=reach * (1 - RIBBON_TAPER * step),
                halves=eyes,
                phase=begin + side * math.pi + lean * RIBBON_TWIST * step,
            )
            for side in (0, 1)
            for step in range(RIBBON_STRANDS)
        ]
        for begin, lean in ((0.0, 1), (math.pi / 2, -1))
    ]
    return [
        stroke(lattice, colour=palette.lattice, width=HAIRLINE),
        stroke(ribbons[0], colour=palette.ribbon, width=HAIRLINE),
        stroke(ribbons[1], colour=palette.counter, width=HAIRLINE),
    ]


def rosette(radius: float, *, palette: Palette) -> list[str]:
    """Return a rosette about 0, 0 on a disc of paper: lace outside, a ring of the second ink, a flower inside."""
    lace = braid(0, inner=0.60 * radius, outer=radius, lobes=24, strands=4)
    second = braid(0, inner=0.34 * radius, outer=0.64 * radius, lobes=18, strands=4)
    flower = braid(0, inner=0.05 * radius, outer=0.36 * radius, lobes=12, strands=2, steps=4)
    return [
        f'<circle r="{radius:g}" fill="{palette.paper}"/>',
        stroke(lace, colour=palette.rule, width=HAIRLINE),
        stroke(second, colour=palette.counter, width=HAIRLINE),
        stroke(flower, colour=palette.rule, width=HAIRLINE),
    ]


def watermark(centre: complex, radius: float, *, colour: str) -> str:
    """Return a great rosette in pale lines."""
    rings = ((0.78, 1.0, 36, 6), (0.46, 0.82, 24, 6), (0.2, 0.5, 16, 4))
    paths = [
        path
        for inner, outer, lobes, strands in rings
        for path in braid(centre, inner=radius * inner, outer=radius * outer, lobes=lobes, strands=strands)
    ]
    return stroke(paths, colour=colour, width=FINE)


def ground(area: Area, *, step: float, waves: int, drift: float, colour: str) -> str:
    """Return waves that fill an area: flat at its top and its bottom, and high in the middle.

    `step` is between two waves, `waves` how many there are in the width, `drift` by how much each is shifted against
    the one above.
    """
    count = int((area.bottom - area.top) / step)
    paths = []
    for line in range(count):
        y = area.top + step * (line + 0.5)
        reach = step * math.sin(math.pi * (line + 0.5) / count)
        curve = wave(complex(area.left, y), complex(area.right, y), reach=reach, halves=2 * waves, phase=drift * line)
        paths.append(drawn(curve, steps=4 * waves))
    return stroke(paths, colour=colour, width=FINE)


def bracket(palette: Palette) -> list[str]:
    """Return the angle that stands inside a frame's upper left corner at 0, 0, with two squares (回) in its notch."""
    angle = "M2.4 21V7.6H7.6V2.4H21"
    squares = "M2.4 2.4H6V6H2.4ZM3.5 3.5H4.9V4.9H3.5Z"
    return [
        stroke([angle], colour=palette.rule, width=MEDIUM),
        stroke([squares], colour=palette.rule, width=FINE),
    ]


KEY_WIDTHS: Final = (0.95, 0.3)
"""Of the ribbon of keys, and of its fold, in mm."""


def key_pattern(start: complex, end: complex, *, count: int, height: float, colours: Iterable[str]) -> list[str]:
    """Return a band of the key pattern 回纹 (ᠠᠯᠬᠠᠨ ᠬᠡᠭᠡ) from `start` to `end`: `count` keys, each colour a line.

    Each line lies on the one before, as on a ribbon with a bright fold.
    """
    along = (end - start) / abs(end - start)
    across = along * 1j
    pitch = abs(end - start) / count
    elements = []
    for place, colour in enumerate(colours):
        # One key, in parts of the pitch and of the height, from the left foot to the next one.
        steps = (
            (0.0, 1.0),
            (0.0, 0.0),
            (0.8, 0.0),
            (0.8, 0.72),
            (0.3, 0.72),
            (0.3, 0.36),
            (0.55, 0.36),
            (0.3, 0.36),
            (0.3, 0.72),
            (0.8, 0.72),
            (0.8, 1.0),
            (1.0, 1.0),
        )
        points = [
            start + along * pitch * (key + x) + across * height * (y - 0.5) for key in range(count) for x, y in steps
        ]
        path = "M" + "L".join(f"{point.real:.2f} {point.imag:.2f}" for point in points)
        elements.append(stroke([path], colour=colour, width=KEY_WIDTHS[place]))
    return elements


def knot(radius: float, *, palette: Palette) -> list[str]:
    """Return an endless knot (ᠦᠯᠵᠡᠢ 吉祥结) about 0, 0 on a disc of paper."""
    r = radius * 0.54
    step = r / 2
    lines = []
    for place in (-2, -1, 0, 1, 2):
        offset = place * step
        lines.append(f"M{-r:.2f} {offset:.2f}H{r:.2f}")
        lines.append(f"M{offset:.2f} {-r:.2f}V{r:.2f}")
    loops = []
    for side, joined in ((-1, ((-2, -1), (0, 1))), (1, ((-1, 0), (1, 2)))):  # what is left over meets in a corner
        end, out = side * r, side * (r + step)
        for first, second in joined:
            a, b = first * step, second * step
            loops.append(f"M{end:.2f} {a:.2f}C{out:.2f} {a:.2f} {out:.2f} {b:.2f} {end:.2f} {b:.2f}")
            loops.append(f"M{a:.2f} {end:.2f}C{a:.2f} {out:.2f} {b:.2f} {out:.2f} {b:.2f} {end:.2f}")
    turned = 'transform="rotate(45)"'
    body = "".join(lines + loops)
    return [
        f'<circle r="{radius:g}" fill="{palette.paper}" stroke="{palette.rule}" stroke-width="{FINE}"/>',
        f'<circle r="{radius * 0.94:g}" stroke="{palette.counter}" stroke-width="{MEDIUM}"/>',
        f'<path d="{body}" stroke="{palette.rule}" stroke-width="{radius * 0.09:.2f}" {turned}/>',
        f'<path d="{body}" stroke="{palette.lattice}" stroke-width="{radius * 0.03:.2f}" {turned}/>',
    ]


# --- microtext

PHRASE: Final = "ELECTRONIC LICENCE · DIANZI ZHENGZHAO · "
CAPITAL: Final = 733
"""Height of a capital letter of the typeface, in its units."""


def microtext(lines: Iterable[tuple[complex, float, float]], *, height: float, colour: str) -> list[str]:
    """Return lines of letters too small for a copier: each from a point, so long, turned by so many degrees."""
    path, advance, units = phrase()
    scale = height / CAPITAL * (units / 1000)
    elements = [f'<defs><path id="micro" d="{path}" fill="{colour}"/></defs>']
    for start, length, turned in lines:
        count = int(length / (advance * scale))
        spread = length / count
        along = complex(math.cos(math.radians(turned)), math.sin(math.radians(turned)))
        for place in range(count):
            point = start + along * spread * place
            at = f"translate({point.real:.2f} {point.imag:.2f})"
            rotated = f" rotate({turned:g})" if turned else ""
            elements.append(f'<use href="#micro" transform="{at}{rotated} scale({scale:.6f} {-scale:.6f})"/>')
    return elements


@cache
def phrase() -> tuple[str, float, int]:
    """Return the phrase as one path in the units of the typeface, how wide it is, and how many units its em has."""
    x, parts, units = 0.0, [], 1000
    for character in PHRASE:
        drawn_glyph = glyph(character, Typeface.SANS)
        parts.append(outline(drawn_glyph, x))
        x += drawn_glyph.advance
        units = drawn_glyph.units_per_em
    return "".join(parts), x, units


def outline(drawn_glyph: Glyph, x: float) -> str:
    """Return a glyph as an SVG path, moved to the right."""
    parts = []
    for operator, points in drawn_glyph.outline:
        letter = {"moveTo": "M", "lineTo": "L", "curveTo": "C", "closePath": "Z"}[operator]
        parts.append(letter + " ".join(coordinates(point, x) for point in points))
    return "".join(parts)


def coordinates(point: Any, x: float) -> str:  # noqa: ANN401 - as fontTools records it
    """Return a point of an outline."""
    return f"{point[0] + x:g} {point[1]:g}"

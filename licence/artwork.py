"""The engraved artwork of an A4 landscape licence: guilloche frame, rosettes, ground and watermark, as SVG in mm.

All curves are sums of sines. Each is cut into equal steps of its parameter and drawn as cubic Béziers with exact
tangents; equal steps make neighbouring control points mirror each other, so that SVG's short `s` says every segment.
`python -m licence.artwork` writes the border of every template in `BORDERS`; the files are committed, and a test makes
them again.
"""

import cmath
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

__all__ = ["BORDERS", "HEIGHT_MM", "WIDTH_MM", "Palette", "border", "write_borders"]

WIDTH_MM = 297
HEIGHT_MM = 210
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The colours of one border, each as `#rrggbb`."""

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


BORDERS: Mapping[str, Palette] = MappingProxyType(
    {
        "business_licence": Palette(
            paper="#fffdf7",
            rule="#a5813a",
            ribbon="#b8934a",
            lattice="#dcc897",
            counter="#3f7a72",
            ground="#f8f2e3",
            watermark="#f0e5ca",
        ),
        "food_permit": Palette(
            paper="#fbfefb",
            rule="#2c6b4c",
            ribbon="#3f8262",
            lattice="#b3d3c1",
            counter="#b8923f",
            ground="#eef6f0",
            watermark="#deece3",
        ),
    }
)
"""Which template has which colours, by the template's folder."""

# The frame, from the edge of the page inwards.
OUTER_RULE_MM, OUTER_HAIRLINE_MM = 8.4, 9.9
BAND_CENTRE_MM, BAND_REACH_MM = 15.2, 4.3
INNER_HAIRLINE_MM, INNER_RULE_MM = 20.5, 21.8
CORNER_RADIUS_MM, MIDDLE_RADIUS_MM = 10.2, 6.4
HAIRLINE, FINE, MEDIUM, HEAVY = 0.1, 0.15, 0.35, 0.8
"""Widths of lines in mm."""

EYES_ALONG, EYES_DOWN = 36, 24
"""Half waves of a ribbon between the centres of two corners: nearly equal in length on both sides of the page."""
RIBBON_STRANDS, RIBBON_TWIST, RIBBON_TAPER = 8, 0.11, 0.051
"""Strands of one ribbon; by how much of a wave (radians) and of the reach each differs from the one before."""
LATTICE_STRANDS, LATTICE_WAVES_PER_EYE = 6, 3

WATERMARK_CENTRE, WATERMARK_RADIUS_MM = complex(WIDTH_MM / 2, 114), 58.0
GROUND_STEP_MM, GROUND_WAVES, GROUND_DRIFT = 3.2, 6, math.pi / 9
"""Between two waves of the ground; waves in its width; by how much each is shifted against the one above."""

BRACKET_PLACES = [
    f"translate({x:g} {y:g}) scale({across} {down})"
    for x, across in ((INNER_RULE_MM, 1), (WIDTH_MM - INNER_RULE_MM, -1))
    for y, down in ((INNER_RULE_MM, 1), (HEIGHT_MM - INNER_RULE_MM, -1))
]
"""Where the corners of the inner rule are, and how the upper left one is mirrored into them."""

Curve = Callable[[float], tuple[complex, complex]]
"""From a parameter in 0..1 to the point there and the derivative there."""


def number(hundredths: int) -> str:
    """Write a length in as few characters as SVG allows."""
    sign, size = ("-" if hundredths < 0 else ""), abs(hundredths)
    whole, part = divmod(size, 100)
    decimals = f".{part:02d}".rstrip("0") if part else ""
    return f"{sign}{whole or ''}{decimals}" if size else "0"


def pair(point: complex) -> str:
    """Write a point or a step, both parts already in whole hundredths."""
    across, down = number(round(point.real)), number(round(point.imag))
    return across + down if down.startswith("-") else f"{across} {down}"


def whole(point: complex) -> complex:
    """Bring a point in mm to whole hundredths, so that relative steps never add up an error."""
    return complex(round(point.real * 100), round(point.imag * 100))


def drawn(curve: Curve, *, steps: int) -> str:
    """Return the path of `curve` over 0..1 in `steps` Bézier segments."""
    third = 1 / steps / 3
    point, derivative = curve(0)
    here = whole(point)
    path = "M" + pair(here)
    for step in range(1, steps + 1):
        first_handle = whole(point + derivative * third)
        point, derivative = curve(step / steps)
        there, second_handle = whole(point), whole(point - derivative * third)
        command = f"c{pair(first_handle - here)} " if step == 1 else "s"
        end = pair(there - here)
        path += command + pair(second_handle - here) + ("" if end.startswith("-") else " ") + end
        here = there
    return path


def stroke(paths: Iterable[str], *, colour: str, width: float) -> str:
    """Return one SVG element for all `paths`."""
    return f'<path d="{"".join(paths)}" stroke="{colour}" stroke-width="{width}"/>'


def wave(start: complex, end: complex, *, reach: float, halves: int, phase: float) -> Curve:
    """Return a sine along the line from `start` to `end`: `halves` half waves, `reach` to either side."""
    along = end - start
    across = along / abs(along) * 1j
    turn = math.pi * halves

    def curve(t: float) -> tuple[complex, complex]:
        angle = turn * t + phase
        return start + along * t + across * reach * math.sin(angle), along + across * reach * turn * math.cos(angle)

    return curve


def strand(start: complex, end: complex, *, reach: float, halves: int, phase: float) -> str:
    """Return a wave that begins on the crest or trough nearest to `start`: one segment then draws a half wave.

    Both ends move by up to a quarter of a wave; the rosettes in the corners cover them.
    """
    to_crest = (1 - phase / math.pi) % 1 - 0.5
    shift = (end - start) * to_crest / halves
    curve = wave(start + shift, end + shift, reach=reach, halves=halves, phase=phase + math.pi * to_crest)
    return drawn(curve, steps=halves)


def ring(centre: complex, *, radius: float, reach: float, lobes: int, turned: float) -> Curve:
    """Return a circle whose radius swings `reach` to either side, `lobes` times; it begins on a crest at `turned`."""

    def curve(t: float) -> tuple[complex, complex]:
        direction = cmath.rect(1, 2 * math.pi * t + turned)
        swing = 2 * math.pi * lobes * t
        distance = radius + reach * math.cos(swing)
        change = -reach * math.sin(swing) * 2 * math.pi * lobes
        return centre + distance * direction, (change + 2j * math.pi * distance) * direction

    return curve


def braid(centre: complex, *, inner: float, outer: float, lobes: int, strands: int, steps: int = 2) -> list[str]:
    """Return `strands` rings between the radii `inner` and `outer`, each turned a little against the one before.

    `steps` segments draw a lobe; two, crest to trough and back, are enough unless the lobes are deep.
    """
    curves = (
        ring(
            centre,
            radius=(outer + inner) / 2,
            reach=(outer - inner) / 2,
            lobes=lobes,
            turned=2 * math.pi * place / strands / lobes,
        )
        for place in range(strands)
    )
    return [drawn(curve, steps=steps * lobes) for curve in curves]


def moved(centre: complex) -> str:
    """Return the SVG transform that brings 0, 0 to `centre`."""
    return f"translate({centre.real:g} {centre.imag:g})"


def repeated(name: str, elements: list[str], transforms: list[str]) -> list[str]:
    """Return `elements` once, as a group called `name`, and a use of it for each of `transforms`."""
    return [
        f'<defs><g id="{name}">',
        *elements,
        "</g></defs>",
        *(f'<use href="#{name}" transform="{transform}"/>' for transform in transforms),
    ]


def frame(inset: float, *, colour: str, width: float) -> str:
    """Return a rectangle `inset` mm inside the page."""
    size = f'width="{WIDTH_MM - 2 * inset:g}" height="{HEIGHT_MM - 2 * inset:g}"'
    return f'<rect x="{inset:g}" y="{inset:g}" {size} stroke="{colour}" stroke-width="{width}"/>'


def band(start: complex, end: complex, *, eyes: int, palette: Palette) -> list[str]:
    """Return one side of the frame: two pairs of twisted ribbons, one pair in each ink, before a fine lattice."""
    lattice = [
        strand(
            start,
            end,
            reach=BAND_REACH_MM,
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
                reach=BAND_REACH_MM * (1 - RIBBON_TAPER * step),
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


def watermark(palette: Palette) -> str:
    """Return the great rosette in the middle of the page."""
    rings = ((0.78, 1.0, 36, 6), (0.46, 0.82, 24, 6), (0.2, 0.5, 16, 4))
    paths = [
        path
        for inner, outer, lobes, strands in rings
        for path in braid(
            WATERMARK_CENTRE,
            inner=WATERMARK_RADIUS_MM * inner,
            outer=WATERMARK_RADIUS_MM * outer,
            lobes=lobes,
            strands=strands,
        )
    ]
    return stroke(paths, colour=palette.watermark, width=FINE)


def ground(palette: Palette) -> str:
    """Return the waves behind the text; they are flat at the top and the bottom of the page and high in the middle."""
    left, right = INNER_RULE_MM, WIDTH_MM - INNER_RULE_MM
    count = int((HEIGHT_MM - 2 * INNER_RULE_MM) / GROUND_STEP_MM)
    paths = []
    for line in range(count):
        y = INNER_RULE_MM + GROUND_STEP_MM * (line + 0.5)
        reach = GROUND_STEP_MM * math.sin(math.pi * (line + 0.5) / count)
        curve = wave(
            complex(left, y), complex(right, y), reach=reach, halves=2 * GROUND_WAVES, phase=GROUND_DRIFT * line
        )
        paths.append(drawn(curve, steps=4 * GROUND_WAVES))
    return stroke(paths, colour=palette.ground, width=FINE)


def bracket(palette: Palette) -> list[str]:
    """Return the angle that stands inside the frame's upper left corner at 0, 0, with two squares (回) in its notch."""
    angle = "M2.4 21V7.6H7.6V2.4H21"
    squares = "M2.4 2.4H6V6H2.4ZM3.5 3.5H4.9V4.9H3.5Z"
    return [
        stroke([angle], colour=palette.rule, width=MEDIUM),
        stroke([squares], colour=palette.rule, width=FINE),
    ]


def border(palette: Palette) -> str:
    """Return the whole artwork as an SVG document; equal palettes give equal text."""
    near, far_x, far_y = BAND_CENTRE_MM, WIDTH_MM - BAND_CENTRE_MM, HEIGHT_MM - BAND_CENTRE_MM
    corners = [complex(near, near), complex(far_x, near), complex(far_x, far_y), complex(near, far_y)]
    sides = list(zip(corners, corners[1:] + corners[:1], (EYES_ALONG, EYES_DOWN) * 2, strict=True))
    elements = [
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="{palette.paper}"/>',
        ground(palette),
        watermark(palette),
    ]
    for start, end, eyes in sides:
        elements += band(start, end, eyes=eyes, palette=palette)
    elements += [
        frame(OUTER_RULE_MM, colour=palette.rule, width=HEAVY),
        frame(OUTER_HAIRLINE_MM, colour=palette.rule, width=FINE),
        frame(INNER_HAIRLINE_MM, colour=palette.rule, width=FINE),
        frame(INNER_RULE_MM, colour=palette.rule, width=MEDIUM),
        *repeated("corner", rosette(CORNER_RADIUS_MM, palette=palette), [moved(corner) for corner in corners]),
        *repeated(
            "middle",
            rosette(MIDDLE_RADIUS_MM, palette=palette),
            [moved((start + end) / 2) for start, end, _ in sides],
        ),
        *repeated("bracket", bracket(palette), BRACKET_PLACES),
    ]
    size = f'width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}"'
    body = "\n".join(elements)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} fill="none" stroke-linejoin="round">\n{body}\n</svg>\n'


def write_borders(templates: Path = TEMPLATES) -> None:
    """Write `border.svg` into the folder of every template that `BORDERS` names."""
    for folder, palette in BORDERS.items():
        (templates / folder / "border.svg").write_text(border(palette), encoding="utf-8")


if __name__ == "__main__":  # pragma: no cover - the test calls what this calls
    write_borders()

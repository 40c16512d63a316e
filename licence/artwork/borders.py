"""The pictures that lie below the text of the templates that ship with the house, each in its own colours."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from licence.artwork.curves import moved, repeated
from licence.artwork.ornaments import (
    FINE,
    HEAVY,
    MEDIUM,
    Area,
    Palette,
    band,
    bracket,
    ground,
    key_pattern,
    knot,
    microtext,
    rectangle,
    rosette,
    watermark,
)

__all__ = ["BORDERS", "Border", "write_borders"]

TEMPLATES: Final = Path(__file__).parent.parent / "templates"
A4: Final = Area(left=0, top=0, right=297, bottom=210)

# The frame, from the edge of the page inwards, in mm.
OUTER_RULE, OUTER_HAIRLINE = 8.4, 9.9
BAND_CENTRE, BAND_REACH = 15.2, 4.3
INNER_HAIRLINE, INNER_RULE = 20.5, 21.8
CORNER_RADIUS, MIDDLE_RADIUS = 10.2, 6.4
MICROTEXT = 0.45

EYES_ALONG, EYES_DOWN = 36, 24
"""Half waves of a ribbon between the centres of two corners: nearly equal in length on both sides of the page."""


@dataclass(frozen=True, kw_only=True)
class Border:
    """One picture: its page, its colours, and who draws what lies inside the page."""

    page: Area
    palette: Palette
    draw: Callable[[Area, Palette], list[str]]

    def svg(self) -> str:
        """Return the whole artwork as an SVG document; equal borders give equal text."""
        width, height = f"{self.page.right:g}", f"{self.page.bottom:g}"
        size = f'width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}"'
        paper = f'<rect width="{width}" height="{height}" fill="{self.palette.paper}"/>'
        body = "\n".join([paper, *self.draw(self.page, self.palette)])
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size} fill="none" stroke-linejoin="round">\n{body}\n</svg>\n'


def framed(page: Area, palette: Palette) -> list[str]:
    """Return the frame of a licence on A4, with its ground and a watermark."""
    inside = page.inset(INNER_RULE)
    return [
        ground(inside, step=3.2, waves=6, drift=math.pi / 9, colour=palette.ground),
        watermark(page.centre + 9j, 58.0, colour=palette.watermark),
        *guilloche_frame(page, palette),
        *repeated("bracket", bracket(palette), brackets(inside)),
    ]


def guilloche_frame(page: Area, palette: Palette) -> list[str]:
    """Return a frame of twisted ribbons between rules, with rosettes on its corners and in the middle of its sides."""
    corners = page.inset(BAND_CENTRE).corners
    sides = list(zip(corners, corners[1:] + corners[:1], (EYES_ALONG, EYES_DOWN) * 2, strict=True))
    bands = [
        element
        for start, end, eyes in sides
        for element in band(start, end, eyes=eyes, reach=BAND_REACH, palette=palette)
    ]
    return [
        *bands,
        rectangle(page.inset(OUTER_RULE), colour=palette.rule, width=HEAVY),
        rectangle(page.inset(OUTER_HAIRLINE), colour=palette.rule, width=FINE),
        rectangle(page.inset(INNER_HAIRLINE), colour=palette.rule, width=FINE),
        rectangle(page.inset(INNER_RULE), colour=palette.rule, width=MEDIUM),
        *microtext(along_frame(page), height=MICROTEXT, colour=palette.counter),
        *repeated("corner", rosette(CORNER_RADIUS, palette=palette), [moved(corner) for corner in corners]),
        *repeated(
            "middle", rosette(MIDDLE_RADIUS, palette=palette), [moved((start + end) / 2) for start, end, _ in sides]
        ),
    ]


def along_frame(page: Area) -> list[tuple[complex, float, float]]:
    """Return where microtext runs: between the two inner rules, above and below, clear of the rosettes."""
    middle = (INNER_HAIRLINE + INNER_RULE) / 2
    start, length = page.left + BAND_CENTRE + CORNER_RADIUS + 1, page.right - 2 * (BAND_CENTRE + CORNER_RADIUS + 1)
    return [
        (complex(start, page.top + middle + MICROTEXT / 2), length, 0.0),
        (complex(start, page.bottom - middle + MICROTEXT / 2), length, 0.0),
    ]


def brackets(inside: Area) -> list[str]:
    """Return how an ornament for the upper left corner is mirrored into all four."""
    return [
        f"translate({x:g} {y:g}) scale({across} {down})"
        for x, across in ((inside.left, 1), (inside.right, -1))
        for y, down in ((inside.top, 1), (inside.bottom, -1))
    ]


def spread(page: Area, palette: Palette) -> list[str]:
    """Return two facing pages of a bound certificate: a frame on each, and the fold between them."""
    middle = page.right / 2
    elements = []
    for left, right in ((page.left, middle), (middle, page.right)):
        half = Area(left=left, top=page.top, right=right, bottom=page.bottom)
        frame = half.inset(9.5)
        corners = frame.inset(3.4).corners
        elements += [
            ground(frame.inset(7.5), step=3.2, waves=4, drift=math.pi / 7, colour=palette.ground),
            watermark(half.centre, 42.0, colour=palette.watermark),
        ]
        for start, end, eyes in zip(corners, corners[1:] + corners[:1], (24, 36) * 2, strict=True):
            elements += band(start, end, eyes=eyes, reach=2.2, palette=palette)
        elements += [
            rectangle(frame, colour=palette.rule, width=MEDIUM * 1.6),
            rectangle(frame.inset(0.9), colour=palette.rule, width=FINE),
            rectangle(frame.inset(5.9), colour=palette.rule, width=FINE),
            rectangle(frame.inset(7.1), colour=palette.rule, width=MEDIUM),
        ]
    lines = [
        (complex(left + 15 + 1.5, y), middle - 2 * 16.5, 0.0)
        for left in (page.left, middle)
        for y in (9.5 + 6.5 + MICROTEXT / 2, page.bottom - 9.5 - 6.5 + MICROTEXT / 2)
    ]
    places = [
        moved(corner)
        for left, right in ((page.left, middle), (middle, page.right))
        for corner in Area(left=left, top=page.top, right=right, bottom=page.bottom).inset(12.9).corners
    ]
    return [
        *elements,
        *microtext(lines, height=MICROTEXT, colour=palette.counter),
        *repeated("corner", rosette(5.2, palette=palette), places),
        f'<path d="M{middle:g} 0V{page.bottom:g}" stroke="{palette.lattice}" stroke-width="{FINE}"/>',
        (
            f'<path d="M{middle - 1.1:g} 0V{page.bottom:g}M{middle + 1.1:g} 0V{page.bottom:g}" '
            f'stroke="{palette.ground}" stroke-width="{HEAVY}"/>'
        ),
    ]


CARD_WIDTH, CARD_HEIGHT, CARD_RADIUS = 85.6, 53.98, 3.18
"""ISO/IEC 7810, ID-1."""

CARDS: Final = tuple(
    Area(left=left, top=20, right=left + CARD_WIDTH, bottom=20 + CARD_HEIGHT) for left in (16.4, 108.0)
)


def cards(page: Area, palette: Palette) -> list[str]:
    """Return front and back of a card in fine lines, and a plain margin around them."""
    elements = [
        rectangle(page.inset(6), colour=palette.rule, width=FINE),
        rectangle(page.inset(7.2), colour=palette.rule, width=MEDIUM),
        *microtext(
            [(complex(9, y + MICROTEXT / 2), page.right - 18, 0.0) for y in (6.6, page.bottom - 6.6)],
            height=MICROTEXT,
            colour=palette.rule,
        ),
    ]
    for card in CARDS:
        inside = card.inset(1.2)
        elements += [
            (
                f'<rect x="{card.left:g}" y="{card.top:g}" width="{CARD_WIDTH}" height="{CARD_HEIGHT}" '
                f'rx="{CARD_RADIUS}" fill="{palette.paper}"/>'
            ),
            ground(inside, step=1.3, waves=5, drift=math.pi / 11, colour=palette.ground),
            ground(inside, step=1.3, waves=7, drift=-math.pi / 8, colour=palette.lattice),
            watermark(card.centre + complex(12, 2), 22.0, colour=palette.watermark),
            rectangle(card, colour=palette.rule, width=FINE, radius=CARD_RADIUS),
        ]
    return elements


def steppe(page: Area, palette: Palette) -> list[str]:
    """Return a frame of the key pattern with endless knots on its corners, as books in Mongolian have it."""
    corners = page.inset(BAND_CENTRE).corners
    sides = zip(corners, corners[1:] + corners[:1], (38, 26) * 2, strict=True)
    bands = [
        element
        for start, end, count in sides
        for element in key_pattern(start, end, count=count, height=6.2, colours=(palette.ribbon, palette.lattice))
    ]
    inside = page.inset(INNER_RULE)
    return [
        ground(inside, step=3.2, waves=6, drift=math.pi / 9, colour=palette.ground),
        watermark(page.centre + 4j, 60.0, colour=palette.watermark),
        *bands,
        rectangle(page.inset(OUTER_RULE), colour=palette.rule, width=HEAVY),
        rectangle(page.inset(OUTER_HAIRLINE), colour=palette.counter, width=MEDIUM),
        rectangle(page.inset(INNER_HAIRLINE), colour=palette.counter, width=MEDIUM),
        rectangle(page.inset(INNER_RULE), colour=palette.rule, width=MEDIUM),
        *microtext(along_frame(page), height=MICROTEXT, colour=palette.rule),
        *repeated("corner", knot(CORNER_RADIUS, palette=palette), [moved(corner) for corner in corners]),
    ]


BORDERS: Final[Mapping[str, Border]] = MappingProxyType(
    {
        "business_licence": Border(
            page=A4,
            draw=framed,
            palette=Palette(
                paper="#fffdf7",
                rule="#a5813a",
                ribbon="#b8934a",
                lattice="#dcc897",
                counter="#3f7a72",
                ground="#f8f2e3",
                watermark="#f0e5ca",
            ),
        ),
        "food_permit": Border(
            page=A4,
            draw=framed,
            palette=Palette(
                paper="#fbfefb",
                rule="#2c6b4c",
                ribbon="#3f8262",
                lattice="#b3d3c1",
                counter="#b8923f",
                ground="#eef6f0",
                watermark="#deece3",
            ),
        ),
        "real_estate": Border(
            page=A4,
            draw=spread,
            palette=Palette(
                paper="#fffcf8",
                rule="#97323a",
                ribbon="#a8454b",
                lattice="#e6c3b8",
                counter="#b98a3e",
                ground="#fbf0e9",
                watermark="#f5e1d8",
            ),
        ),
        "residence_permit": Border(
            page=Area(left=0, top=0, right=210, bottom=148),
            draw=cards,
            palette=Palette(
                paper="#fbfdff",
                rule="#2f6f9c",
                ribbon="#4a86ad",
                lattice="#d5e9e4",
                counter="#b57a8e",
                ground="#dbe8f5",
                watermark="#cfe0ef",
            ),
        ),
        "hygiene_permit": Border(
            page=A4,
            draw=steppe,
            palette=Palette(
                paper="#fbfdff",
                rule="#1d5c96",
                ribbon="#2a6cab",
                lattice="#c2d9ec",
                counter="#c49a3a",
                ground="#edf4fa",
                watermark="#dbe9f4",
            ),
        ),
    }
)
"""The picture of each template, by the template's folder."""


def write_borders(templates: Path = TEMPLATES) -> None:
    """Write `border.svg` into the folder of every template that `BORDERS` names."""
    for folder, border in BORDERS.items():
        (templates / folder / "border.svg").write_text(border.svg(), encoding="utf-8")

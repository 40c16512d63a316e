"""The engraver's hand at a round seal: where every outline lies.

All measures are those of a 42 mm seal, the common size of an organ's seal (国发（1999）25号); other sizes are the
same drawing scaled. Lengths are millimetres from the centre, y downwards; angles run clockwise from the top.
"""

import math

from seal.image.lettering import HAN_INK, TAPER, Cell, letter, places, turned, upright
from seal.image.outlines import Path, Point, circle, emboldened, moved, polygon

__all__ = [
    "DIAMETER",
    "RIM_ARC",
    "RIM_ARC_ABOVE_CODE",
    "RIM_ARC_ABOVE_ROW",
    "code",
    "rim",
    "ring",
    "row",
    "star",
]

DIAMETER = 42.0
RADIUS = DIAMETER / 2
RING_WIDTH = 1.2
"""As on the common 42 mm seal, like `STAR_DIAMETER`."""
RING_CLEARANCE = 0.85
"""Free ground between ring and text, so that they stay apart where a printed seal spreads."""
TEXT_RADIUS = RADIUS - RING_WIDTH - RING_CLEARANCE

STAR_DIAMETER = 14.0
STAR_WAIST = (3 - math.sqrt(5)) / 2
"""Inner to outer radius of the regular five-pointed star, whose arms continue each other's edges."""

RIM_HEIGHT = 7.4
"""Em height on the rim as long as there is room: feet then end 4.5 mm above the arms of the star."""
RIM_HEIGHT_STEP = 0.05
"""Steps in which characters shrink until they fit: too small to be seen between two seals."""
RIM_WIDEST = 0.92
"""Width to height of an uncondensed character: seal Song stands a little slender."""
RIM_NARROWEST = 0.44
"""Least width to height; beyond it characters get smaller, since condensing more would close the counters."""
RIM_GAP = 0.24
"""Free ground between the feet of two full characters."""
RIM_BOLDNESS = 0.012
"""Growth on every side of a stroke, for the thin horizontal strokes of Song."""
RIM_BOLDNESS_CONDENSED = 0.03
"""Condensing thins the stems; this is what would be given back to a character without any width."""
RIM_ARC = math.radians(272)
RIM_ARC_ABOVE_CODE = math.radians(258)
"""Leaves 14 digits and a character's width on either side of them."""
RIM_ARC_ABOVE_ROW = math.radians(242)
"""Ends above the corners of a row of twelve characters."""
SHORT_NAME, FULL_NAME = 4, 10
"""Names between these lengths are spread wider the shorter they are; from the latter on they fill the arc."""
SHORT_PITCH, FULL_PITCH = math.radians(37), math.radians(25)

ROW_MIDDLE = 11.4
"""Where the row's middle line lies: about midway between the feet of the star and the heads of the code."""
ROW_HEIGHT = 4.4
ROW_WIDEST = 0.88
ROW_NARROWEST = 0.64
"""Least width to height; the row has room to be smaller rather than condensed."""
ROW_CLEARANCE = 0.5
ROW_BOLDNESS = 0.015

CODE_RADIUS = 18.05
"""Middle line of the digits: as far from the ring as the text above."""
CODE_PITCH = math.radians(4.7)
CODE_WIDTH, CODE_HEIGHT = 2.0, 1.75
"""Em size of the digits, which `LATIN_GROWTH` evens out: 1.5 mm high."""
CODE_BOLDNESS = 0.02


def ring() -> Path:
    """Return the ring, whose outer edge is the edge of the seal."""
    return circle(RADIUS) + circle(-(RADIUS - RING_WIDTH))


def polar(radius: float, angle: float) -> Point:
    """Return the point at `radius` from the centre, `angle` clockwise from the top."""
    return radius * math.sin(angle), -radius * math.cos(angle)


def star() -> Path:
    """Return the star, its centre of mass in the centre of the seal."""
    outer = STAR_DIAMETER / 2
    radii = (outer, outer * STAR_WAIST) * 5
    return polygon([polar(radius, turn * math.pi / 5) for turn, radius in enumerate(radii)])


def rim(name: str, *, arc: float) -> tuple[Path, ...]:
    """Return the characters of `name`, centred on the upper rim within `arc` radians, one path for each."""
    letters = [letter(character) for character in name]
    cell = rim_cell(sum(each.share for each in letters), arc)
    boldness = RIM_BOLDNESS + RIM_BOLDNESS_CONDENSED * (RIM_WIDEST - cell.width / cell.height)
    return tuple(
        emboldened(moved(each.path, turned(each, cell, angle=place * cell.pitch)), boldness + each.boldness)
        for each, place in zip(letters, places(letters), strict=True)
    )


def rim_cell(shares: float, arc: float) -> Cell:
    """Return the cell in which `shares` full characters fill `arc`: condensed first, then smaller."""
    pitch = min(widest_pitch(shares), arc / shares)
    height = RIM_HEIGHT
    while rim_width(pitch, height, TEXT_RADIUS) < RIM_NARROWEST * height:
        height -= RIM_HEIGHT_STEP
    width = min(rim_width(pitch, height, TEXT_RADIUS), RIM_WIDEST * height)
    # The head of a character is straight: only with its corners on the text radius does it keep off the ring.
    head = width * HAN_INK / 2 * (1 + TAPER * height * HAN_INK / 2 / (TEXT_RADIUS - height))
    outer = math.sqrt(TEXT_RADIUS**2 - head**2)
    width = min(width, rim_width(pitch, height, outer))
    return Cell(width=width, height=height, pitch=pitch, radius=outer - height * HAN_INK / 2)


def widest_pitch(shares: float) -> float:
    """Return the angle to the next character at which a name of this length still reads as one word."""
    length = min(max(shares, SHORT_NAME), FULL_NAME)
    return SHORT_PITCH + (FULL_PITCH - SHORT_PITCH) * (length - SHORT_NAME) / (FULL_NAME - SHORT_NAME)


def rim_width(pitch: float, height: float, outer: float) -> float:
    """Return the em width at which the feet of neighbours, whose heads lie at `outer`, keep `RIM_GAP` apart."""
    middle = outer - height * HAN_INK / 2
    feet = outer - height * HAN_INK
    narrowing = 1 - TAPER * (middle - feet) / middle
    return (pitch * feet - RIM_GAP) / (HAN_INK * narrowing)


def row(text: str) -> tuple[Path, ...]:
    """Return the characters of the row below the star, one path for each."""
    if not text:
        return ()
    letters = [letter(character) for character in text]
    half_chord = math.sqrt(TEXT_RADIUS**2 - (ROW_MIDDLE + ROW_HEIGHT / 2) ** 2) - ROW_CLEARANCE
    width = min(ROW_HEIGHT * ROW_WIDEST, 2 * half_chord / sum(each.share for each in letters))
    height = min(ROW_HEIGHT, width / ROW_NARROWEST)
    return tuple(
        emboldened(
            moved(each.path, upright(each, (place * width, ROW_MIDDLE), width=width, height=height)),
            ROW_BOLDNESS + each.boldness,
        )
        for each, place in zip(letters, places(letters), strict=True)
    )


def code(digits: str) -> tuple[Path, ...]:
    """Return the digits on the lower rim, feet outwards so that they read from left to right."""
    # A negative radius is the opposite side of the centre, where heads that point outwards above point inwards.
    cell = Cell(width=CODE_WIDTH, height=CODE_HEIGHT, pitch=CODE_PITCH, radius=-CODE_RADIUS)
    middle = (len(digits) - 1) / 2
    return tuple(
        emboldened(moved(each.path, turned(each, cell, angle=(middle - index) * cell.pitch)), CODE_BOLDNESS)
        for index, each in enumerate(letter(digit) for digit in digits)
    )

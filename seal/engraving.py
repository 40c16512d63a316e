"""The engraver's hand: where every outline of a round seal lies, and how each character is cut to its place.

All measures are those of a 42 mm seal, the common size of an organ's seal (国发（1999）25号); other sizes are the
same drawing scaled. Lengths are millimetres from the centre, y downwards; angles run clockwise from the top.
Strokes are never bent along the rim: a character is condensed, narrowed towards its feet, and turned.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from seal.outlines import Path, Placement, Point, circle, cubic, emboldened, ink, moved
from trust.typefaces import CharacterNotCovered, Typeface, covered, glyph, require_coverage

__all__ = [
    "DIAMETER",
    "RIM_ARC",
    "RIM_ARC_ABOVE_CODE",
    "RIM_ARC_ABOVE_ROW",
    "code",
    "require_engravable",
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

FACES = (Typeface.SERIF_BOLD, Typeface.KAI)
"""Song, as seals are cut in; and Kai for what Song lacks."""
HAN_INK = 0.94
"""Width and height of the ink of a full Han character in Serif Bold, in em."""
HAN_MIDDLE = 0.38
"""Height of the middle of that ink above the baseline, in em."""
NARROW_HAN = 0.6
"""Han characters with less ink than this, in em, are narrow by nature (卜, 丨) and are not widened."""
EVENING = 0.5
"""How far 日 or 月 is widened towards the full ink: half-way, so that gaps look even and 日 does not turn into 曰."""
BEARING = 0.07
"""Ground on either side of characters that are no Han, in em: parentheses, digits and points need no full place."""
SPACE = 0.3
"""The place of a word space, in em."""
LATIN_GROWTH = 1.15
"""Digits and Latin letters are drawn taller by this, up to the height of the Han beside them."""
WHOLE_CATEGORIES = frozenset({"Lo", "Lm", "Nl", "So"})
"""Unicode categories that take a whole place: Han, their repetition mark, and symbols."""
GROWN_CATEGORIES = frozenset({"Nd", "Lu", "Ll"})
KAI_BOLDNESS = 0.03
"""Kai strokes are lighter than Song Bold: this much bolder on every side, a fallback does not stand out."""

RIM_HEIGHT = 7.4
"""Em height on the rim as long as there is room: feet then end 4.5 mm above the arms of the star."""
RIM_HEIGHT_STEP = 0.05
"""Steps in which characters shrink until they fit: too small to be seen between two seals."""
RIM_WIDEST = 0.92
"""Width to height of an uncondensed character: seal Song stands a little slender."""
RIM_NARROWEST = 0.44
"""Least width to height; beyond it characters get smaller, since condensing more would close the counters."""
RIM_TAPER = 0.6
"""Share of the narrowing of the rim that feet follow: at 0 feet collide, at 1 every character looks like a fan."""
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


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A character ready for the graver, in em with y upwards."""

    path: Path
    middle: Point = (0.0, HAN_MIDDLE)
    """The point that comes to lie in the middle of the letter's place."""
    stretch: Point = (1.0, 1.0)
    share: float
    """Its place along the line, as a share of the place of a full Han character."""
    boldness: float = 0.0
    """Growth on every side, in millimetres, beyond that of its line."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The place of a full character on the rim: em size, angle to the next, and radius of its middle."""

    width: float
    height: float
    pitch: float
    radius: float


def require_engravable(text: str, *, field: str) -> None:
    """Raise `CharacterNotCovered` unless every character of `text` can be drawn and leaves ink, the space excepted.

    Invisible characters are refused: two seals that look alike must not bear different names.
    """
    require_coverage(text, field=field, faces=FACES)
    for character in text:
        if character != " " and not letter(character).path:
            raise CharacterNotCovered(field=field, character=character, code_point=f"U+{ord(character):04X}")


def ring() -> Path:
    """Return the ring, whose outer edge is the edge of the seal."""
    return circle(RADIUS) + circle(-(RADIUS - RING_WIDTH))


def star() -> Path:
    """Return the star, its centre of mass in the centre of the seal."""
    outer = STAR_DIAMETER / 2
    radii = (outer, outer * STAR_WAIST) * 5
    first, *others = (
        (radius * math.sin(turn * math.pi / 5), -radius * math.cos(turn * math.pi / 5))
        for turn, radius in enumerate(radii)
    )
    return ("M", (first,)), *(("L", (corner,)) for corner in others), ("Z", ())


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
    head = width * HAN_INK / 2 * (1 + RIM_TAPER * height * HAN_INK / 2 / (TEXT_RADIUS - height))
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
    narrowing = 1 - RIM_TAPER * (middle - feet) / middle
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


def places(letters: Sequence[Letter]) -> Iterator[float]:
    """Yield where the middle of each letter lies on a line centred on 0, in shares."""
    shares = [each.share for each in letters]
    start = -sum(shares) / 2
    return (start + end - share / 2 for end, share in zip(accumulate(shares), shares, strict=True))


def turned(each: Letter, cell: Cell, *, angle: float) -> Placement:
    """Return the placement of a letter in a cell of the rim, turned by `angle` from the top."""
    sine, cosine = math.sin(angle), math.cos(angle)
    width, height = cell.width * each.stretch[0], cell.height * each.stretch[1]

    def place(point: Point) -> Point:
        outwards = (point[1] - each.middle[1]) * height
        along = (point[0] - each.middle[0]) * width * (1 + RIM_TAPER * outwards / cell.radius)
        reach = cell.radius + outwards
        return along * cosine + reach * sine, along * sine - reach * cosine

    return place


def upright(each: Letter, at: Point, *, width: float, height: float) -> Placement:
    """Return the placement of a letter that stands straight with its middle `at` a point."""
    width, height = width * each.stretch[0], height * each.stretch[1]
    return lambda point: (
        at[0] + (point[0] - each.middle[0]) * width,
        at[1] - (point[1] - each.middle[1]) * height,
    )


@lru_cache(maxsize=4096)
def letter(character: str) -> Letter:
    """Return a covered character, cut for a line of seal text."""
    face = next(face for face in FACES if covered(character, (face,)))
    drawn = glyph(character, face)
    if not drawn.outline:
        return Letter(path=(), share=SPACE)
    left, bottom, right, top = ink(drawn)
    category = unicodedata.category(character)
    growth = LATIN_GROWTH if category in GROWN_CATEGORIES else 1.0
    middle, tall = fitted(bottom, top, growth)
    whole = category in WHOLE_CATEGORIES
    return Letter(
        path=cubic(drawn),
        middle=((left + right) / 2, middle),
        stretch=(evened(right - left) if whole else 1.0, tall),
        share=1.0 if whole else right - left + 2 * BEARING,
        boldness=KAI_BOLDNESS if face is Typeface.KAI else 0.0,
    )


def evened(width: float) -> float:
    """Return the stretch that brings a Han character with ink of this `width` nearer to the full width."""
    if width < NARROW_HAN:
        return 1.0
    wanted = HAN_INK / width
    return min(wanted, 1 + EVENING * (wanted - 1))


def fitted(bottom: float, top: float, growth: float) -> tuple[float, float]:
    """Return middle and stretch of ink between `bottom` and `top`, so that nothing rises above the Han beside it.

    Parentheses, accents and the like would come too near to the ring otherwise.
    """
    if (top - bottom) * growth > HAN_INK:
        return (top + bottom) / 2, HAN_INK / (top - bottom)
    return max(HAN_MIDDLE, top - HAN_INK / 2 / growth), growth

"""Characters cut for a seal, whatever its shape: which typeface draws them, how wide each stands, and its placing.

Strokes are never bent along a rim: a character is condensed, narrowed towards its feet, and turned.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from seal.image.outlines import Path, Placement, Point, cubic, ink
from trust.typefaces import CharacterNotCovered, Typeface, covered, glyph, require_coverage

__all__ = [
    "HAN_INK",
    "STACKED_POINTS",
    "TAPER",
    "Cell",
    "Letter",
    "letter",
    "places",
    "require_engravable",
    "require_stackable",
    "stood",
    "turned",
    "upright",
]

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
STACKED_POINTS = "·•"
"""What parts the names of a person (间隔号), in columns as well."""
WHOLE_CATEGORIES = frozenset({"Lo", "Lm", "Nl", "So"})
"""Unicode categories that take a whole place: Han, their repetition mark, and symbols."""
GROWN_CATEGORIES = frozenset({"Nd", "Lu", "Ll"})
KAI_BOLDNESS = 0.03
"""Kai strokes are lighter than Song Bold: this much bolder on every side, a fallback does not stand out."""

TAPER = 0.6
"""Share of the narrowing of the rim that feet follow: at 0 feet collide, at 1 every character looks like a fan."""


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


def require_stackable(text: str, *, field: str) -> None:
    """Raise `CharacterNotCovered` for what has no place in a column of Han: letters, digits, spaces."""
    for character in text:
        if character not in STACKED_POINTS and not letter_is_whole(character):
            raise CharacterNotCovered(field=field, character=character, code_point=f"U+{ord(character):04X}")


def letter_is_whole(character: str) -> bool:
    """Tell whether a character takes a whole place, as Han do."""
    return unicodedata.category(character) in WHOLE_CATEGORIES


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
        along = (point[0] - each.middle[0]) * width * (1 + TAPER * outwards / cell.radius)
        reach = cell.radius + outwards
        return along * cosine + reach * sine, along * sine - reach * cosine

    return place


def stood(each: Letter, at: Point, cell: Cell, *, outwards: Point) -> Placement:
    """Return the placement of a letter on a curve: its middle `at` a point, its head towards `outwards`.

    The radius of `cell` is that of the curve there; `outwards` is a unit vector. Feet are narrowed as in `turned`.
    """
    width, height = cell.width * each.stretch[0], cell.height * each.stretch[1]

    def place(point: Point) -> Point:
        out = (point[1] - each.middle[1]) * height
        along = (point[0] - each.middle[0]) * width * (1 + TAPER * out / cell.radius)
        return at[0] + out * outwards[0] - along * outwards[1], at[1] + out * outwards[1] + along * outwards[0]

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
    whole = letter_is_whole(character)
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

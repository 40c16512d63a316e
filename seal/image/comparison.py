"""Telling two seals apart that look alike: the same seal printed twice, or two that differ in a character.

Both are rolled out and laid on each other as well as a small turn allows. Then each stretch of one, about as wide as a
character, is compared with that of the other by correlation, which asks for the same strokes in the same places and not
for the same strength or thickness. Wear and scanning leave every stretch alike; another character does not.
"""

import math
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from PIL import Image, ImageChops, ImageFilter, ImageStat

from seal.image.drawing import SealImage
from seal.image.likeness import ALIKE, NAME_BAND, distance, likeness_of, opacity
from seal.image.unrolling import squared, unrolled

__all__ = ["Resemblance", "compare", "compare_ink"]

SIDE: Final = 480
WITHIN_CODE: Final = ((0.44, 0.8), (0.1, 0.46))
"""What the digits on the lower rim surround, in radii: first where a row lies, whose ends reach far out."""
SOFTENING: Final = 1.5
SOIL: Final = 48
"""Opacity of ground that is not clean."""
COLUMNS, ROWS = 1080, 30
MOST_TURN: Final = 12
"""Columns of a third of a degree."""
STRETCH, STEP = 42, 14
SLIPS: Final = (-3, 0, 3)
"""Columns by which a stretch may have slipped by itself, where paper was bent."""
CODE_REACH: Final = 150
"""Columns on either side of the lowest point where the rim bears digits."""
LEAST_INK: Final = 0.06
"""Mean opacity from which a stretch has something to compare."""

SAME: Final = 0.82
"""Correlation of the worst stretch. Prints of a round seal stay above 0.9, and above 0.82 blurred beyond reading; names
of 22 characters that differ in one stay below 0.76, shorter ones far below. Turned by more than a degree, ovals and
squares may fall below it, and are then similar."""


class Resemblance(StrEnum):
    """How much two seals look like each other."""

    SAME = "same"
    """Nobody could tell them apart."""

    SIMILAR = "similar"
    """They may be taken for each other, and differ in a place or two."""

    DIFFERENT = "different"


def compare(one: SealImage, other: SealImage) -> Resemblance:
    """Return how much two seals look like each other. Their sizes and codes do not count."""
    return compare_ink(opacity(one, SIDE), opacity(other, SIDE))


def compare_ink(one: Image.Image, other: Image.Image) -> Resemblance:
    """Return how much two pictures of ink look like each other."""
    if distance(likeness_of(one), likeness_of(other)) > ALIKE:
        return Resemblance.DIFFERENT
    pictures = [prepared(ink) for ink in (one, other)]
    turn = None
    for band in (NAME_BAND, *WITHIN_CODE):
        first, second = (unrolled(picture, band, columns=COLUMNS, rows=ROWS) for picture in pictures)
        # The name has the finer detail: what lies inside is turned as it is.
        turn = nearest_turn(first, second) if turn is None else turn
        reach = CODE_REACH if band is NAME_BAND else 0
        if min(correlations(ImageChops.offset(first, turn, 0), second, but=reach), default=1.0) < SAME:
            return Resemblance.SIMILAR
    return Resemblance.SAME


def prepared(ink: Image.Image) -> Image.Image:
    """Return a picture without margins, finest detail, and what soils its ground."""
    soft = squared(ink, SIDE).filter(ImageFilter.GaussianBlur(SOFTENING))
    return soft.point([max(0, value - SOIL) for value in range(0x100)])


def nearest_turn(one: Image.Image, other: Image.Image) -> int:
    """Return by how many columns one track is to be shifted to lie best on the other."""

    def difference(columns: int) -> float:
        return ImageStat.Stat(ImageChops.difference(ImageChops.offset(one, columns, 0), other)).sum[0]

    return min(range(-MOST_TURN, MOST_TURN + 1), key=difference)


def correlations(one: Image.Image, other: Image.Image, *, but: int) -> Iterator[float]:
    """Yield how well each stretch of two tracks correlates, `but` those so many columns about the lowest point."""
    margin = max(SLIPS)
    wheels = [endless(track, margin) for track in (one, other)]
    for left in range(0, COLUMNS - STRETCH, STEP):
        if abs(left + STRETCH / 2 - COLUMNS / 2) < but:
            continue
        there = stretch(wheels[1], left + margin)
        if sum(there) + sum(stretch(wheels[0], left + margin)) < 2 * LEAST_INK * 0xFF * len(there):
            continue
        yield max(correlation(stretch(wheels[0], left + margin + slip), there) for slip in SLIPS)


def endless(track: Image.Image, margin: int) -> Image.Image:
    """Return a track that begins and ends with a little of its other end."""
    wheel = Image.new("L", (COLUMNS + 2 * margin, ROWS))
    for left in (margin - COLUMNS, margin, margin + COLUMNS):
        wheel.paste(track, (left, 0))
    return wheel


def stretch(wheel: Image.Image, left: int) -> bytes:
    """Return the pixels of a stretch."""
    return wheel.crop((left, 0, left + STRETCH, ROWS)).tobytes()


def correlation(one: bytes, other: bytes) -> float:
    """Return Pearson's coefficient; of a stretch without any stroke it is 0."""
    count, sums, others = len(one), sum(one), sum(other)
    spread = (count * sum(value * value for value in one) - sums * sums) * (
        count * sum(value * value for value in other) - others * others
    )
    if not spread:
        return 0.0
    together = count * sum(value * against for value, against in zip(one, other, strict=True)) - sums * others
    return together / math.sqrt(spread)

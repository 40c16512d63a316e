"""Look-alike seals (相似印章): a fingerprint of what a seal shows, that survives printing, scanning and shrinking.

Nearly all seals are a ring, a star and words: a common perceptual hash finds them all alike. So the picture is rolled
out about its centre, as a wheel leaves its track, into columns of a degree; of each cell one bit says whether there is
more ink than around it. The outer rows hold the name, the inner ones what it surrounds; digits on the lower rim are
left out, since no two seals share them. A turned seal is a shifted track.

`distance` counts where two tracks differ. It finds what looks alike among many; whether two of those can be told apart
is for `seal.image.comparison` to say, from the images themselves.
"""

import io
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final, NewType

from PIL import Image, ImageChops, ImageFilter

from seal.image.drawing import COARSEST, FINEST, SealImage
from seal.image.unrolling import squared, unrolled

__all__ = ["ALIKE", "NAME_BAND", "Likeness", "distance", "find_alike", "likeness", "opacity"]

Likeness = NewType("Likeness", str)
"""`DIGITS` hexadecimal digits."""

COLUMNS: Final = 360
NAME_ROWS, INNER_ROWS = 8, 4
ROWS = NAME_ROWS + INNER_ROWS
BITS = COLUMNS * ROWS
DIGITS: Final = BITS // 4

NAME_BAND: Final = (0.54, 0.93)
"""Where names stand, in radii: between the ring and the feet of the largest characters."""
INNER_BAND: Final = (0.1, 0.66)
CODE_REACH: Final = 50
"""Degrees on either side of the lowest point where the rim bears digits."""

SIDE: Final = 320
"""Pixels of the picture that is rolled out. Larger ones tell no more."""
OVERSAMPLED: Final = 4
SOFTENING: Final = 3
"""Radius in pixels: what is finer comes and goes with every print."""
SMEAR: Final = 3
"""Columns on either side that a cell takes in, so that a turn by half a degree changes little."""
SURROUNDINGS: Final = 22
"""Columns on either side that a cell is compared with: about a character."""
FLOOR: Final = 0.8
"""Beside empty ground a cell is compared with this share of what surroundings elsewhere hold."""
EMPHASIS: Final = 0.04
"""By which share of the strongest ink a cell must stand out."""

MOST_TURN: Final = 4
"""Degrees by which two pictures of a seal may be turned against each other."""
ALIKE: Final = 90
"""Thousandths of the ink by which pictures differ that people may take for each other: those of one seal, and of two
whose names differ in a character or, where they are short, two. Different names differ by 500."""
PROMISING: Final = 300
"""A track turned by a degree differs from itself by 150."""


def likeness(image: SealImage) -> Likeness:
    """Return the fingerprint of what a seal shows."""
    return likeness_of(opacity(image, SIDE))


def opacity(image: SealImage, side: int) -> Image.Image:
    """Return the ink of a seal, about `side` pixels high and wide: its size is no part of what it looks like."""
    dpi = max(COARSEST, min(FINEST, round(side * 25.4 / min(image.width_mm, image.height_mm))))
    with Image.open(io.BytesIO(image.png(dpi)), formats=["PNG"]) as file:
        return file.convert("RGBA").getchannel("A")


def likeness_of(ink: Image.Image) -> Likeness:
    """Return the fingerprint of a picture of ink, 255 where it is strongest; what lies around it does not count."""
    square = squared(ink, SIDE).filter(ImageFilter.GaussianBlur(SOFTENING))
    name = standing_out(track(square, NAME_BAND, NAME_ROWS))
    middle = COLUMNS // 2
    name.paste(0, (middle - CODE_REACH, 0, middle + CODE_REACH, NAME_ROWS))
    cells = Image.new("L", (COLUMNS, ROWS))
    cells.paste(name, (0, 0))
    cells.paste(standing_out(track(square, INNER_BAND, INNER_ROWS)), (0, NAME_ROWS))
    bits = cells.transpose(Image.Transpose.TRANSPOSE).tobytes().replace(b"\x00", b"0").replace(b"\xff", b"1")
    return Likeness(f"{int(bits, 2):0{DIGITS}x}")


def track(square: Image.Image, band: tuple[float, float], rows: int) -> Image.Image:
    """Return a band about the centre of a picture, rolled out clockwise from the top, its outer edge uppermost."""
    rolled = unrolled(square, band, columns=COLUMNS * OVERSAMPLED, rows=rows * OVERSAMPLED)
    return rolled.resize((COLUMNS, rows), Image.Resampling.BOX)


def standing_out(cells: Image.Image) -> Image.Image:
    """Return 255 for cells with more ink than the track before and behind them, else 0."""
    margin = SURROUNDINGS + SMEAR
    wheel = Image.new("L", (COLUMNS + 2 * margin, cells.height))
    for left in (margin - COLUMNS, margin, margin + COLUMNS):  # the track has no ends
        wheel.paste(cells, (left, 0))
    wheel = wheel.filter(ImageFilter.BoxBlur((SMEAR, 0)))
    whole = (margin, 0, margin + COLUMNS, cells.height)
    around = wheel.filter(ImageFilter.BoxBlur((SURROUNDINGS, 0))).crop(whole)
    here = wheel.crop(whole)
    floor = round(FLOOR * upper_quartile(around))
    emphasis = EMPHASIS * strongest(here)
    difference = ImageChops.subtract(here, around.point([max(value, floor) for value in range(0x100)]))
    return difference.point([255 if value > emphasis else 0 for value in range(0x100)])


def strongest(picture: Image.Image) -> int:
    """Return the greatest value of a picture of one channel."""
    histogram = picture.histogram()
    return max((value for value in range(0x100) if histogram[value]), default=0)


def upper_quartile(picture: Image.Image) -> int:
    """Return the value that a quarter of the cells with any ink reach."""
    inked = picture.histogram()[1:]
    larger = accumulate(reversed(inked))
    return next(0xFF - place for place, count in enumerate(larger) if count * 4 >= sum(inked))


def distance(one: Likeness, other: Likeness) -> int:
    """Return by how many thousandths of their ink two seals differ, as well as they can be turned to each other."""
    bits = int(other, 16)
    return nearest(list(turns(int(one, 16))), bits)[0]


def find_alike(one: Likeness, others: Iterable[tuple[str, Likeness]]) -> list[tuple[int, str]]:
    """Return whose likeness is within `ALIKE`, with their distances, the nearest first; equals in the order given."""
    turned = list(turns(int(one, 16)))
    coarse = turned[::2]
    found = []
    for key, other in others:
        bits = int(other, 16)
        # A turn between two of the coarse ones cannot hide a look-alike: a degree makes less of a difference.
        if nearest(coarse, bits)[0] > PROMISING:
            continue
        apart, _ = nearest(turned, bits)
        if apart <= ALIKE:
            found.append((apart, key))
    return sorted(found, key=lambda each: each[0])


def turns(bits: int) -> Iterator[int]:
    """Return a track as it is when its seal is turned by each degree that it may be turned."""
    return (shifted(bits, degrees) for degrees in range(-MOST_TURN, MOST_TURN + 1))


def shifted(bits: int, columns: int) -> int:
    """Return a track that begins at another column."""
    places = columns % COLUMNS * ROWS
    return ((bits << places) | (bits >> (BITS - places))) & WHOLE


def nearest(turned: list[int], bits: int) -> tuple[int, int]:
    """Return how far the nearest of some tracks is from another, and that track."""
    best = min(turned, key=lambda track: (track ^ bits).bit_count())
    ink = best.bit_count() + bits.bit_count()
    return round(1000 * (best ^ bits).bit_count() / max(ink, 1)), best


WHOLE: Final = (1 << BITS) - 1

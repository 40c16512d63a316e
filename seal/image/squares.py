"""The engraver's hand at a square seal: a person's name in columns (个人名章), from right to left and top to bottom.

All measures are those of a 20 mm seal; other sizes are the same drawing scaled. Lengths are millimetres from the
centre, y downwards.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from seal.image.lettering import HAN_INK, STACKED_POINTS, letter, upright
from seal.image.outlines import Path, emboldened, moved, polygon

__all__ = ["SIDE", "columns", "filled", "frame", "name"]

SIDE = 20.0
FRAME = 0.9
CLEARANCE = 0.75
"""Free ground between frame and text."""
GAP = 0.7
"""Free ground between two characters, across and down."""
POINT_SHARE = 0.4
"""The place of a point between the parts of a name, as a share of a character's."""
WIDEST, NARROWEST = 1.75, 0.5
"""Width to height of a character: cells are filled, but no character is drawn out or pressed further."""
BOLDNESS = 0.03

FILLERS: Final = {1: "印", 2: "之印", 3: "印", 5: "印"}
"""What ends a name of so many characters, so that its columns are of one length. Two and two is the custom."""
HIGHEST: Final = {1: 2, 2: 2, 3: 2, 4: 2, 5: 3, 6: 3}
"""Characters in a column, by those there are in all; longer names stand in three columns."""
COLUMNS_OF_LONG = 3
HIGHEST_PART = 5


def filled(words: str, filler: str = "") -> str:
    """Return a name with what ends it: `filler`, or what practice adds to a name of this length."""
    return words + (filler or FILLERS.get(len(words), ""))


def columns(text: str) -> tuple[str, ...]:
    """Return the columns of a text, the first of which stands on the right.

    A name in parts has a column for each, its point at the foot.
    """
    for point in STACKED_POINTS:
        parts = text.split(point)
        if 1 < len(parts) <= COLUMNS_OF_LONG and max(map(len, parts)) <= HIGHEST_PART and all(parts):
            return (*(part + point for part in parts[:-1]), parts[-1])
    highest = HIGHEST.get(len(text), -(-len(text) // COLUMNS_OF_LONG))
    return tuple(text[start : start + highest] for start in range(0, len(text), highest))


def frame() -> Path:
    """Return the frame, whose outer edge is the edge of the seal."""
    outer, inner = SIDE / 2, SIDE / 2 - FRAME
    # The inner edge runs the other way round, which makes it a hole.
    return (
        *polygon([(-outer, -outer), (outer, -outer), (outer, outer), (-outer, outer)]),
        *polygon([(-inner, -inner), (-inner, inner), (inner, inner), (inner, -inner)]),
    )


def name(text: str) -> tuple[Path, ...]:
    """Return the characters of `text`, one path for each, in reading order."""
    stacks = columns(text)
    field = SIDE - 2 * (FRAME + CLEARANCE)
    width = (field - GAP * (len(stacks) - 1)) / len(stacks)
    paths: list[Path] = []
    for index, stack in enumerate(stacks):
        middle = field / 2 - width / 2 - index * (width + GAP)
        paths.extend(column(stack, middle=middle, width=width, height=field))
    return tuple(paths)


def column(stack: str, *, middle: float, width: float, height: float) -> list[Path]:
    """Return the characters of a column about a vertical line, that fill its height."""
    letters = [letter(character) for character in stack]
    shares = [POINT_SHARE if each.share < 1 else 1.0 for each in letters]
    unit = (height - GAP * (len(stack) - 1)) / sum(shares)
    paths = []
    for each, share, top in zip(letters, shares, tops(shares, unit), strict=True):
        tall = min(unit, width / NARROWEST)
        wide = min(width, tall * WIDEST)
        at = (middle, top - height / 2 + share * unit / 2)
        placement = upright(each, at, width=wide / HAN_INK, height=tall / HAN_INK)
        paths.append(emboldened(moved(each.path, placement), BOLDNESS + each.boldness))
    return paths


def tops(shares: Sequence[float], unit: float) -> list[float]:
    """Return how far below the top of its column each character begins."""
    ends = list(accumulate(share * unit + GAP for share in shares))
    return [0.0, *ends[:-1]]

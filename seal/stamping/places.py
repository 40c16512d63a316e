"""Where a seal goes in a document, as who stamps says it: a point, pages, a keyword, the edges of pages 骑缝章.

Lengths are millimetres on the page as it is displayed; a point is told from its upper left corner, and is where the
centre of the seal comes to lie. seal/stamping/placing.py turns places into marks on the pages of one document.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import ClassVar, Final

from trust.errors import Invalid
from trust.pdf.appearance import PageOutOfRange

__all__ = [
    "AcrossEdges",
    "AtKeyword",
    "AtPoint",
    "Edge",
    "OnPages",
    "Pages",
    "Place",
    "PlaceMalformed",
    "Which",
]

LARGEST_MM: Final = 5_080.0
"""A page of a PDF is at most 14,400 points wide and high (ISO 32000-2, annex C.2)."""

MOST_RANGES: Final = 100
MOST_CHARACTERS: Final = 100
"""Characters of a keyword."""

FEWEST_SLICES: Final = 2
MOST_SLICES: Final = 20
"""Pages that share one seal across their edges: more, and each bears a thread of it."""

USUAL_SLICES: Final = 10


class PlaceMalformed(Invalid):
    """A place for the seal contradicts itself. `field` names what, `rule` the rule that it breaks."""

    code = "stamping.place_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "rule")


def require_length(name: str, value: float, *, least: float = 0.0) -> None:
    """Return if `value` is a length on a page, else raise `PlaceMalformed`."""
    if not isfinite(value) or not least <= value <= LARGEST_MM:
        raise PlaceMalformed(field=name, rule="range")


@dataclass(frozen=True)
class Pages:
    """Pages by number: `1-3,5,-1` are the first three, the fifth, and the last. Negative ones count from the end."""

    text: str

    NUMBER: ClassVar[str] = r"-?[1-9][0-9]{0,4}"
    RANGE: ClassVar[re.Pattern[str]] = re.compile(rf"({NUMBER})(?:-({NUMBER}))?")

    def __post_init__(self) -> None:
        parts = self.text.split(",")
        if len(parts) > MOST_RANGES:
            raise PlaceMalformed(field="pages", rule="length")
        for part in parts:
            found = self.RANGE.fullmatch(part.strip())
            if found is None:
                raise PlaceMalformed(field="pages", rule="format")
            first, last = int(found[1]), int(found[2] or found[1])
            if (first > 0) == (last > 0) and first > last:
                raise PlaceMalformed(field="pages", rule="order")

    @classmethod
    def every(cls) -> "Pages":
        """Return all pages of whatever document."""
        return cls("1--1")

    def of(self, count: int) -> tuple[int, ...]:
        """Return the numbers of the pages in a document of `count` pages, each once, in their order.

        Raise `PageOutOfRange` for a page that it does not have.
        """
        wanted: set[int] = set()
        for found in (self.RANGE.fullmatch(part.strip()) for part in self.text.split(",")):
            if found is None:  # pragma: no cover - looked at when this was built
                raise PlaceMalformed(field="pages", rule="format")
            first, last = (within(int(number), count) for number in (found[1], found[2] or found[1]))
            if first > last:
                raise PageOutOfRange(page=int(found[1]), pages=count)
            wanted.update(range(first, last + 1))
        return tuple(sorted(wanted))


def within(number: int, count: int) -> int:
    """Return the page that `number` names among `count`, from 1 on. Raise `PageOutOfRange`."""
    page = number if number > 0 else count + 1 + number
    if not 1 <= page <= count:
        raise PageOutOfRange(page=number, pages=count)
    return page


@dataclass(frozen=True, kw_only=True)
class AtPoint:
    """At a point of one page."""

    page: int
    """From 1 on; -1 is the last page, -2 the one before it."""

    x_mm: float
    y_mm: float

    def __post_init__(self) -> None:
        if not 1 <= abs(self.page) <= 99_999:  # noqa: PLR2004 - five digits, as in `Pages`
            raise PlaceMalformed(field="page", rule="range")
        require_length("x_mm", self.x_mm)
        require_length("y_mm", self.y_mm)


@dataclass(frozen=True, kw_only=True)
class OnPages:
    """At the same point of several pages."""

    pages: Pages
    x_mm: float
    y_mm: float

    def __post_init__(self) -> None:
        require_length("x_mm", self.x_mm)
        require_length("y_mm", self.y_mm)


class Which(StrEnum):
    """Which of several occurrences of a keyword."""

    FIRST = "first"
    LAST = "last"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class AtKeyword:
    """Where a word stands: the centre of the seal on the centre of the word, moved by an offset."""

    text: str
    occurrence: Which | int = Which.FIRST
    """Which one, or its number from 1 on, in the order of the pages and of reading."""

    offset_x_mm: float = 0.0
    """To the right."""

    offset_y_mm: float = 0.0
    """Downwards."""

    pages: Pages = Pages.every()  # noqa: RUF009 - it cannot change

    def __post_init__(self) -> None:
        if not 1 <= len("".join(self.text.split())) <= len(self.text) <= MOST_CHARACTERS:
            raise PlaceMalformed(field="text", rule="length")
        if not isinstance(self.occurrence, Which) and not 1 <= self.occurrence <= 99_999:  # noqa: PLR2004 - five digits
            raise PlaceMalformed(field="occurrence", rule="range")
        require_length("offset_x_mm", self.offset_x_mm, least=-LARGEST_MM)
        require_length("offset_y_mm", self.offset_y_mm, least=-LARGEST_MM)


class Edge(StrEnum):
    """An edge of a page as it is displayed."""

    RIGHT = "right"
    LEFT = "left"
    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True, kw_only=True)
class AcrossEdges:
    """Across the edges of several pages 骑缝章: each bears a slice of the seal, and together they bear all of it.

    The slices lie as if the sheets were fanned out along that edge, the first on top, and stamped once. Where there are
    more pages than share one seal, they are parted into groups of the same size, give or take one.
    """

    pages: Pages
    edge: Edge = Edge.RIGHT
    position_mm: float
    """Where the centre of the seal lies along the edge: from the top, or from the left."""

    pages_per_seal: int = USUAL_SLICES
    """How many pages share one seal at most."""

    def __post_init__(self) -> None:
        require_length("position_mm", self.position_mm)
        if not FEWEST_SLICES <= self.pages_per_seal <= MOST_SLICES:
            raise PlaceMalformed(field="pages_per_seal", rule="range")


Place = AtPoint | OnPages | AtKeyword | AcrossEdges
"""One way of saying where: a closed set."""

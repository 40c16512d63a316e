"""From places to marks: where in this very document each appearance of the seal lies, and which slice of it is seen.

A seal lies wholly on its page. No two appearances overlap, since neither could be read; the same one asked for twice is
one. The first mark is that of the signature's field: a whole seal, where there is one beside slices.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from math import ceil
from typing import ClassVar, Final, assert_never

from seal.stamping.keywords import KeywordNotFound, Occurrence, find
from seal.stamping.places import AcrossEdges, AtKeyword, AtPoint, Edge, OnPages, Pages, Place, Which
from trust.errors import Invalid
from trust.pdf.appearance import Appearance, Mark, PageGeometry, Part, Placement
from trust.pdf.intake import PDFMalformed
from trust.pdf.pages import read_pages

__all__ = ["MarksOverlap", "TooFewPages", "TooManyMarks", "is_meant", "resolve"]

MOST_MARKS: Final = 1_000
"""Appearances of the seal in one document, each of which makes it longer."""

TOUCH_MM: Final = 0.01
"""Appearances that overlap by less than this lie side by side."""


class MarksOverlap(Invalid):
    """Two appearances of the seal would lie over each other on one page. Move one of the places."""

    code = "pdf.marks_overlap"
    detail_names: ClassVar[tuple[str, ...]] = ("page",)


class TooManyMarks(Invalid):
    """The places mean more appearances of the seal than one document may bear."""

    code = "pdf.too_many_marks"
    detail_names: ClassVar[tuple[str, ...]] = ("allowed",)


class TooFewPages(Invalid):
    """A seal across the edges of pages needs two pages at least."""

    code = "pdf.too_few_pages"
    detail_names: ClassVar[tuple[str, ...]] = ("pages",)


@dataclass(frozen=True)
class Document:
    """The document as far as places ask for it. What no place asks for is not read."""

    pdf: bytes
    known: list[PageGeometry]

    @property
    def pages(self) -> Sequence[PageGeometry]:
        """The geometry of every page."""
        if not self.known:
            self.known.extend(read_pages(self.pdf))
        return self.known


def resolve(pdf: bytes, places: tuple[Place, ...], whole: Appearance) -> tuple[Mark, ...]:
    """Return the marks that `places` mean in `pdf`, of the seal that `whole` shows.

    Raise `PageOutOfRange`, `KeywordNotFound`, `TooFewPages`, `TooManyMarks`, `MarksOverlap`, `PDFMalformed`,
    `PDFEncrypted` or `PDFLimitExceeded`. That a mark lies on its page is looked at when it is put there.
    """
    document = Document(pdf, [])
    marks: dict[Mark, None] = {}
    for place in places:
        for mark in marks_of(document, place, whole):
            marks[mark] = None
            if len(marks) > MOST_MARKS:
                raise TooManyMarks(allowed=MOST_MARKS)
    require_apart(tuple(marks))
    return tuple(sorted(marks, key=is_slice))


def is_meant(marks: tuple[Mark, ...], pdf: bytes, places: tuple[Place, ...], whole: Appearance) -> bool:
    """Tell whether `marks` can be what `resolve` says of these places, without reading the words of the document.

    Whoever read them may have been taken over by the file, and can then lie about where a word stands. It cannot lie
    about which pages were asked for, about what the seal looks like, and about all other places.
    """
    others = tuple(one for one in places if not isinstance(one, AtKeyword))
    words = [one for one in places if isinstance(one, AtKeyword)]
    known = resolve(pdf, others, whole)
    if not words:
        return marks == known
    count = len(Document(pdf, []).pages)
    pages = {page for one in words for page in one.pages.of(count)}
    more = [one for one in marks if one not in known]
    are_whole = all(one.appearance == whole and one.placement.page in pages for one in more)
    in_order = list(marks) == sorted(marks, key=is_slice)
    return are_whole and in_order and set(known) <= set(marks) and len(marks) == len(set(marks)) <= MOST_MARKS


def is_slice(mark: Mark) -> bool:
    """Tell whether a mark shows a part of the seal alone."""
    return mark.appearance.part is not None


def marks_of(document: Document, place: Place, whole: Appearance) -> Iterator[Mark]:
    """Yield the marks of one place."""
    match place:
        case AtPoint():
            page = place.page if place.page > 0 else Pages(str(place.page)).of(len(document.pages))[0]
            yield mark_at(page, place.x_mm, place.y_mm, whole)
        case OnPages():
            for page in place.pages.of(len(document.pages)):
                yield mark_at(page, place.x_mm, place.y_mm, whole)
        case AtKeyword():
            yield from marks_at_keyword(document, place, whole)
        case AcrossEdges():
            yield from slices(document, place, whole)
        case _:
            assert_never(place)


def mark_at(page: int, x: float, y: float, appearance: Appearance) -> Mark:
    """Return a mark with its centre at a point."""
    return Mark(
        appearance=appearance,
        placement=Placement(page=page, centre_x_mm=round(x, 6), centre_y_mm=round(y, 6)),
    )


# --- keywords --------------------------------------------------------------------------------------------------------


def marks_at_keyword(document: Document, place: AtKeyword, whole: Appearance) -> Iterator[Mark]:
    """Yield a mark for each occurrence of a keyword that is asked for, among those that are displayed."""
    count, found = find(document.pdf, place.text, pages=place.pages)
    if count != len(document.pages):  # pragma: no cover - the strict reader refuses trees that have two readings
        raise PDFMalformed
    seen = [one for one in found if is_displayed(document.pages[one.page - 1], *one.centre)]
    for one in chosen(seen, place.occurrence):
        shape = document.pages[one.page - 1]
        x, y = displayed(shape, *one.centre)
        yield mark_at(
            one.page, x / shape.units_per_mm + place.offset_x_mm, y / shape.units_per_mm + place.offset_y_mm, whole
        )


def chosen(found: Sequence[Occurrence], which: Which | int) -> Sequence[Occurrence]:
    """Return the occurrences that are asked for, or raise `KeywordNotFound`."""
    match which:
        case Which.ALL:
            wanted = found
        case Which.FIRST:
            wanted = found[:1]
        case Which.LAST:
            wanted = found[-1:]
        case _:
            wanted = found[which - 1 : which]
    if not wanted:
        raise KeywordNotFound(found=len(found))
    return wanted


def is_displayed(shape: PageGeometry, x: float, y: float) -> bool:
    """Tell whether a point of a page in its own units lies in what is displayed of it."""
    return shape.left <= x <= shape.left + shape.width and shape.bottom <= y <= shape.bottom + shape.height


def displayed(shape: PageGeometry, x: float, y: float) -> tuple[float, float]:
    """Return how far from the left and from the top a point of a page is displayed: `to_page` turned round."""
    across, up = x - shape.left, y - shape.bottom
    match shape.rotation:
        case 90:
            return up, across
        case 180:
            return shape.width - across, up
        case 270:
            return shape.height - up, shape.width - across
        case _:
            return across, shape.height - up


# --- across edges 骑缝章 ---------------------------------------------------------------------------------------------


def slices(document: Document, place: AcrossEdges, whole: Appearance) -> Iterator[Mark]:
    """Yield a slice of the seal for each page."""
    pages = place.pages.of(len(document.pages))
    if len(pages) < 2:  # noqa: PLR2004 - one page has no other to be tied to
        raise TooFewPages(pages=len(pages))
    for group in groups(pages, place.pages_per_seal):
        for number, page in enumerate(group):
            shape = document.pages[page - 1]
            size = tuple(length / shape.units_per_mm for length in shape.displayed)
            part, x, y = SLICE[place.edge](whole, number, len(group), size, place.position_mm)
            yield mark_at(page, x, y, replace(whole, part=part))


def groups(pages: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    """Part `pages` into as few groups of `most` at most as will do, all of one size, give or take one.

    No group has one page alone: two pages or more make groups of two or more, since `most` is two at least, and where
    it is two, of an odd number the last three share one seal.
    """
    count = min(ceil(len(pages) / most), len(pages) // 2)
    size, larger = divmod(len(pages), count)
    start = 0
    for number in range(count):
        end = start + size + (number >= count - larger)
        yield pages[start:end]
        start = end


Slice = tuple[Part, float, float]
"""What of the seal is seen, and where its centre lies on the page."""


def right_slice(whole: Appearance, number: int, count: int, size: tuple[float, ...], position: float) -> Slice:
    """Return the slice at the right edge: lower sheets stick out to the right, so that the first bears the left."""
    width = whole.width_mm / count
    part = Part(left_mm=number * width, bottom_mm=0, width_mm=width, height_mm=whole.height_mm)
    return part, size[0] - width / 2, position


def left_slice(whole: Appearance, number: int, count: int, size: tuple[float, ...], position: float) -> Slice:
    """Return the slice at the left edge: lower sheets stick out to the left, so that the first bears the right."""
    del size
    width = whole.width_mm / count
    part = Part(left_mm=(count - 1 - number) * width, bottom_mm=0, width_mm=width, height_mm=whole.height_mm)
    return part, width / 2, position


def top_slice(whole: Appearance, number: int, count: int, size: tuple[float, ...], position: float) -> Slice:
    """Return the slice at the top edge: lower sheets stick out upwards, so that the first bears the bottom."""
    del size
    height = whole.height_mm / count
    part = Part(left_mm=0, bottom_mm=number * height, width_mm=whole.width_mm, height_mm=height)
    return part, position, height / 2


def bottom_slice(whole: Appearance, number: int, count: int, size: tuple[float, ...], position: float) -> Slice:
    """Return the slice at the bottom edge: lower sheets stick out downwards, so that the first bears the top."""
    height = whole.height_mm / count
    part = Part(left_mm=0, bottom_mm=(count - 1 - number) * height, width_mm=whole.width_mm, height_mm=height)
    return part, position, size[1] - height / 2


SLICE: Final[dict[Edge, Callable[[Appearance, int, int, tuple[float, ...], float], Slice]]] = {
    Edge.RIGHT: right_slice,
    Edge.LEFT: left_slice,
    Edge.TOP: top_slice,
    Edge.BOTTOM: bottom_slice,
}


# --- side by side ----------------------------------------------------------------------------------------------------


def require_apart(marks: Sequence[Mark]) -> None:
    """Return if no two marks lie over each other, else raise `MarksOverlap`."""
    by_page = sorted(marks, key=lambda mark: mark.placement.page)
    for page, group in groupby(by_page, key=lambda mark: mark.placement.page):
        if any(overlap(one, other) for one, other in combinations(group, 2)):
            raise MarksOverlap(page=page)


def overlap(one: Mark, other: Mark) -> bool:
    """Tell whether two marks of one page have more in common than a border."""
    sizes = one.appearance.shown, other.appearance.shown
    across = abs(one.placement.centre_x_mm - other.placement.centre_x_mm)
    down = abs(one.placement.centre_y_mm - other.placement.centre_y_mm)
    return (
        across < sum(size.width_mm for size in sizes) / 2 - TOUCH_MM
        and down < sum(size.height_mm for size in sizes) / 2 - TOUCH_MM
    )

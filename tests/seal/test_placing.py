"""From places to marks: rendered by another program, and what is seen there compared with the whole seal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, Final

import pypdfium2
import pytest
from PIL import Image, ImageChops

from api.worker_wiring import PRELOAD
from seal.stamping.keywords import KeywordNotFound
from seal.stamping.places import AcrossEdges, AtKeyword, AtPoint, Edge, OnPages, Pages, Place, Which
from seal.stamping.placing import MarksOverlap, TooFewPages, TooManyMarks, groups, resolve
from tests.fakes.clock import NOW
from tests.seal.test_keywords import typeset
from tests.trust.pdf.paper import page_dictionary, paper, stream
from trust.confinement import is_confinable
from trust.pdf.appearance import Appearance, Mark, PageOutOfRange, PlacementOutsidePage
from trust.pdf.intake import PDFEncrypted, PDFMalformed
from trust.pdf.signing import SEAL, SignatureRequest, prepare_signature
from trust.worker_pool import WorkerPool
from trust.worker_process import Limits

MM: Final = 25.4 / 72
SIDE: Final = 120
"""Points: what three and four pages share without a remainder."""

SCALE: Final = 2
WHOLE: Final = Appearance(
    operators=b"1 0 0 rg 0 0 m 120 0 l 0 120 l f 0 0 1 rg 70 80 30 20 re f 0 1 0 rg 20 90 10 25 re f",
    width_mm=SIDE * MM,
    height_mm=SIDE * MM,
)
"""Something that looks different from each side."""

PAGE: Final = (0.0, 0.0, 600.0, 840.0)


def sheets(count: int, **changes: Any) -> bytes:  # noqa: ANN401 - of a page
    """Return a document of so many pages alike."""
    return paper(*[page_dictionary(**{"media": PAGE, **changes})] * count)


def marked(pdf: bytes, *places: Place) -> bytes:
    """Return `pdf` with the marks of `places` in it and an empty signature."""
    marks = resolve(pdf, places, WHOLE)
    request = SignatureRequest(form=SEAL, field="Seal", at=NOW, reserve=100, marks=marks, certify=True)
    return prepare_signature(pdf, request).fill(b"v")


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    try:
        yield document
    finally:
        document.close()


def rendered(pdf: bytes) -> list[Image.Image]:
    """Return a picture of every page as it is displayed."""
    with opened(pdf) as document:
        return [page.render(scale=SCALE).to_pil().convert("RGB") for page in document]


def ink(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """Return the box around what is coloured."""
    red, green, blue = picture.split()
    coloured = ImageChops.subtract(ImageChops.lighter(ImageChops.lighter(red, green), blue), darkest(red, green, blue))
    return coloured.point(lambda value: 255 if value > 64 else 0).getbbox()


def darkest(*channels: Image.Image) -> Image.Image:
    """Return the least of several channels."""
    first, *others = channels
    for one in others:
        first = ImageChops.darker(first, one)
    return first


def whole_seal(pdf: bytes) -> Image.Image:
    """Return how the whole seal looks on the first page of `pdf`."""
    page = rendered(marked(pdf, AtPoint(page=1, x_mm=300 * MM, y_mm=300 * MM)))[0]
    middle, half = 300 * SCALE, SIDE * SCALE // 2
    return page.crop((middle - half, middle - half, middle + half, middle + half))


def alike(one: Image.Image, other: Image.Image) -> bool:
    """Tell whether two pictures are the same in every pixel."""
    assert one.size == other.size
    return ImageChops.difference(one, other).getbbox() is None


# --- points and pages ------------------------------------------------------------------------------------------------


def placements(marks: Sequence[Mark]) -> list[tuple[int, float, float]]:
    return [(one.placement.page, one.placement.centre_x_mm, one.placement.centre_y_mm) for one in marks]


def test_a_point_on_a_page_told_from_the_front_and_from_the_back() -> None:
    assert placements(resolve(sheets(3), (AtPoint(page=2, x_mm=50, y_mm=60),), WHOLE)) == [(2, 50, 60)]
    assert placements(resolve(sheets(3), (AtPoint(page=-1, x_mm=50, y_mm=60),), WHOLE)) == [(3, 50, 60)]
    with pytest.raises(PageOutOfRange):
        resolve(sheets(3), (AtPoint(page=-4, x_mm=50, y_mm=60),), WHOLE)


def test_the_same_point_on_several_pages_is_seen_there() -> None:
    pages = rendered(marked(sheets(4), OnPages(pages=Pages("2,-1"), x_mm=300 * MM, y_mm=200 * MM)))
    middle = (240 * SCALE, 140 * SCALE, 360 * SCALE, 260 * SCALE)
    assert [ink(page) for page in pages] == [None, middle, None, middle]


def test_what_is_asked_for_twice_is_put_there_once() -> None:
    point = AtPoint(page=1, x_mm=50, y_mm=60)
    marks = resolve(sheets(2), (point, OnPages(pages=Pages("1-2"), x_mm=50, y_mm=60), point), WHOLE)
    assert placements(marks) == [(1, 50, 60), (2, 50, 60)]


def test_seals_lie_side_by_side_and_never_over_each_other() -> None:
    side = SIDE * MM
    beside = (AtPoint(page=1, x_mm=50, y_mm=60), AtPoint(page=1, x_mm=50 + side, y_mm=60))
    below = (*beside, AtPoint(page=1, x_mm=50, y_mm=60 + side))
    assert len(resolve(sheets(1), below, WHOLE)) == 3
    for x, y in ((50 + side - 0.1, 60), (50, 60 + side - 0.1), (51, 61)):
        with pytest.raises(MarksOverlap) as refused:
            resolve(sheets(1), (beside[0], AtPoint(page=1, x_mm=x, y_mm=y)), WHOLE)
        assert refused.value.details == {"page": 1}
    assert len(resolve(sheets(2), (beside[0], AtPoint(page=2, x_mm=51, y_mm=61)), WHOLE)) == 2


def test_a_document_bears_so_many_seals_and_no_more() -> None:
    pdf = sheets(501)
    most = (OnPages(pages=Pages("1-500"), x_mm=50, y_mm=50), OnPages(pages=Pages("1-500"), x_mm=150, y_mm=50))
    assert len(resolve(pdf, most, WHOLE)) == 1000
    with pytest.raises(TooManyMarks) as refused:
        resolve(pdf, (*most, AtPoint(page=501, x_mm=50, y_mm=50)), WHOLE)
    assert refused.value.details == {"allowed": 1000}


def test_a_file_that_is_none() -> None:
    with pytest.raises(PDFMalformed):
        resolve(b"%PDF-1.7 nothing", (AtPoint(page=-1, x_mm=50, y_mm=50),), WHOLE)


# --- across edges 骑缝章 ---------------------------------------------------------------------------------------------


def slice_at(page: Image.Image, edge: Edge, count: int) -> Image.Image:
    """Return the strip at an edge where a slice of the seal must lie, its middle at 300 points."""
    low, high, depth = 240 * SCALE, 360 * SCALE, SIDE * SCALE // count
    width, height = page.size
    box = {
        Edge.RIGHT: (width - depth, low, width, high),
        Edge.LEFT: (0, low, depth, high),
        Edge.TOP: (low, 0, high, depth),
        Edge.BOTTOM: (low, height - depth, high, height),
    }[edge]
    return page.crop(box)


def put_together(slices: Sequence[Image.Image], edge: Edge) -> Image.Image:
    """Return the slices as they lie when the sheets are fanned out, the first on top."""
    side, depth = SIDE * SCALE, SIDE * SCALE // len(slices)
    joined = Image.new("RGB", (side, side), "white")
    for number, one in enumerate(slices):
        last = side - (number + 1) * depth
        corner = {
            Edge.RIGHT: (number * depth, 0),
            Edge.LEFT: (last, 0),
            Edge.TOP: (0, last),
            Edge.BOTTOM: (0, number * depth),
        }[edge]
        joined.paste(one, corner)
    return joined


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("edge", list(Edge))
def test_the_slices_together_are_the_whole_seal(edge: Edge, count: int) -> None:
    pdf = sheets(count)
    pages = rendered(marked(pdf, AcrossEdges(pages=Pages("1--1"), edge=edge, position_mm=300 * MM)))
    slices = [slice_at(page, edge, count) for page in pages]
    whole = whole_seal(pdf)
    assert ink(whole) == (0, 0, SIDE * SCALE, SIDE * SCALE)
    assert alike(put_together(slices, edge), whole)


@pytest.mark.parametrize("rotate", [90, 180, 270])
@pytest.mark.parametrize("edge", list(Edge))
def test_the_edges_are_those_that_are_displayed(edge: Edge, rotate: int) -> None:
    pdf = sheets(3, rotate=rotate, media=(-50.0, 20.0, 700.0, 950.0), crop=(10.0, 40.0, 610.0, 880.0))
    pages = rendered(marked(pdf, AcrossEdges(pages=Pages("1--1"), edge=edge, position_mm=300 * MM)))
    assert alike(put_together([slice_at(page, edge, 3) for page in pages], edge), whole_seal(pdf))


def test_nothing_of_a_slice_lies_outside_its_strip() -> None:
    pages = rendered(marked(sheets(3), AcrossEdges(pages=Pages("1--1"), position_mm=300 * MM)))
    for page in pages:
        page.paste("white", (560 * SCALE, 240 * SCALE, 600 * SCALE, 360 * SCALE))
        assert ink(page) is None


def test_pages_of_different_sizes_each_bear_their_slice_at_their_own_edge() -> None:
    pdf = paper(page_dictionary(media=PAGE), page_dictionary(media=(0, 0, 800, 500)), page_dictionary(media=PAGE))
    pages = rendered(marked(pdf, AcrossEdges(pages=Pages("1--1"), position_mm=300 * MM)))
    slices = [slice_at(page, Edge.RIGHT, 3) for page in pages]
    assert alike(put_together(slices, Edge.RIGHT), whole_seal(sheets(1)))


def test_units_of_a_page_of_its_own_count() -> None:
    pdf = sheets(2, more=b"/UserUnit 2")
    marks = resolve(pdf, (AcrossEdges(pages=Pages("1-2"), position_mm=100),), WHOLE)
    across = 2 * 600 * MM - SIDE * MM / 4
    assert [(page, y) for page, _, y in placements(marks)] == [(1, 100), (2, 100)]
    assert [x for _, x, _ in placements(marks)] == pytest.approx([across, across])


def test_several_seals_across_edges_and_one_on_a_page_whose_field_is_the_whole_one() -> None:
    pdf = sheets(4)
    places = (
        AcrossEdges(pages=Pages("1-2"), position_mm=100),
        AcrossEdges(pages=Pages("3-4"), position_mm=100),
        AcrossEdges(pages=Pages("1--1"), edge=Edge.BOTTOM, position_mm=70),
        AtPoint(page=4, x_mm=70, y_mm=70),
    )
    marks = resolve(pdf, places, WHOLE)
    assert [one.appearance.part is None for one in marks] == [True] + [False] * 8
    with opened(marked(pdf, *places)) as document:
        assert len(document) == 4


def test_slices_that_would_lie_over_each_other() -> None:
    places = tuple(AcrossEdges(pages=Pages("1-2"), position_mm=position) for position in (100, 130))
    with pytest.raises(MarksOverlap):
        resolve(sheets(2), places, WHOLE)


def test_one_page_has_no_other_to_be_tied_to() -> None:
    with pytest.raises(TooFewPages) as refused:
        resolve(sheets(3), (AcrossEdges(pages=Pages("2"), position_mm=100),), WHOLE)
    assert refused.value.details == {"pages": 1}


@pytest.mark.parametrize("position", [10.0, 290.0])
def test_a_slice_lies_wholly_on_its_edge(position: float) -> None:
    with pytest.raises(PlacementOutsidePage):
        marked(sheets(2), AcrossEdges(pages=Pages("1-2"), position_mm=position))


@pytest.mark.parametrize(
    ("pages", "most", "sizes"),
    [
        (2, 2, [2]),
        (3, 2, [3]),
        (5, 2, [2, 3]),
        (7, 10, [7]),
        (10, 10, [10]),
        (11, 10, [5, 6]),
        (23, 10, [7, 8, 8]),
        (21, 20, [10, 11]),
        (4, 3, [2, 2]),
    ],
)
def test_many_pages_share_seals_in_groups_of_one_size(pages: int, most: int, sizes: list[int]) -> None:
    found = groups(range(1, pages + 1), most)
    parts = list(found)
    assert [len(one) for one in parts] == sizes
    assert [page for one in parts for page in one] == list(range(1, pages + 1))


@pytest.mark.parametrize("pages", range(2, 60))
@pytest.mark.parametrize("most", [2, 3, 10, 20])
def test_no_group_is_a_page_alone_and_all_are_alike(pages: int, most: int) -> None:
    sizes = [len(one) for one in groups(range(pages), most)]
    assert sum(sizes) == pages
    assert min(sizes) >= 2
    assert max(sizes) <= max(most, 3)
    assert all(0 <= after - before <= 1 for before, after in pairwise(sizes))


# --- keywords --------------------------------------------------------------------------------------------------------


def words(*lines: tuple[bytes, int, int], **changes: Any) -> bytes:  # noqa: ANN401 - of a page
    """Return a page with words whose first letter begins at a point of the page."""
    text = b" ".join(b"BT /F1 10 Tf %d %d Td (%b) Tj ET" % (x, y, word) for word, x, y in lines)
    page = page_dictionary(content=6, **{"media": PAGE, **changes})
    return paper(page, page_dictionary(media=PAGE), others={6: stream(text)})


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_seal_lies_where_the_word_stands_however_the_page_is_turned(rotate: int) -> None:
    pdf = words((b"Seal", 300, 400), rotate=rotate, media=(-50, 0, 700, 900), crop=(10, 40, 610, 880))
    plain = rendered(pdf)[0].convert("L").point(lambda value: 255 if value < 128 else 0).getbbox()
    seen = ink(rendered(marked(pdf, AtKeyword(text="Seal")))[0])
    assert plain is not None
    assert seen is not None
    for before, after in zip(centre(plain), centre(seen), strict=True):
        assert abs(before - after) <= 3


def centre(box: tuple[int, int, int, int]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def test_an_offset_moves_it_right_and_down_as_displayed() -> None:
    pdf = words((b"Seal", 300, 400), rotate=90)
    (plain,) = resolve(pdf, (AtKeyword(text="Seal"),), WHOLE)
    (moved,) = resolve(pdf, (AtKeyword(text="Seal", offset_x_mm=10, offset_y_mm=-5),), WHOLE)
    assert moved.placement.centre_x_mm - plain.placement.centre_x_mm == pytest.approx(10)
    assert moved.placement.centre_y_mm - plain.placement.centre_y_mm == pytest.approx(-5)


LINES: Final = ((b"Seal here", 100, 700), (b"and Seal there", 300, 500), (b"and at last a Seal", 100, 200))


@pytest.mark.parametrize(
    ("which", "heights"),
    [
        (Which.FIRST, [700]),
        (Which.LAST, [200]),
        (Which.ALL, [700, 500, 200]),
        (2, [500]),
    ],
)
def test_which_occurrence(which: Which | int, heights: list[int]) -> None:
    marks = resolve(words(*LINES), (AtKeyword(text="Seal", occurrence=which),), WHOLE)
    found = [840 - one.placement.centre_y_mm / MM for one in marks]
    assert found == [pytest.approx(height + 3.5, abs=1.5) for height in heights]


@pytest.mark.parametrize("which", [Which.FIRST, Which.LAST, Which.ALL, 1])
def test_a_word_that_does_not_stand_there(which: Which | int) -> None:
    with pytest.raises(KeywordNotFound) as refused:
        resolve(words(*LINES), (AtKeyword(text="Stamp", occurrence=which),), WHOLE)
    assert refused.value.details == {"found": 0}


def test_a_word_that_does_not_stand_there_so_often() -> None:
    with pytest.raises(KeywordNotFound) as refused:
        resolve(words(*LINES), (AtKeyword(text="Seal", occurrence=4),), WHOLE)
    assert refused.value.details == {"found": 3}


def test_only_on_the_pages_that_are_named() -> None:
    with pytest.raises(KeywordNotFound):
        resolve(words(*LINES), (AtKeyword(text="Seal", pages=Pages("2")),), WHOLE)


def test_a_word_outside_of_what_is_displayed_is_not_there() -> None:
    pdf = words((b"Seal", 20, 400), (b"Seal", 300, 400), crop=(100, 100, 500, 700))
    (mark,) = resolve(pdf, (AtKeyword(text="Seal", occurrence=Which.ALL),), WHOLE)
    assert mark.placement.centre_x_mm == pytest.approx((300 - 100 + 10) * MM, abs=1)


def test_occurrences_too_near_to_each_other_cannot_all_bear_a_seal() -> None:
    pdf = words((b"Seal Seal", 300, 400))
    with pytest.raises(MarksOverlap):
        resolve(pdf, (AtKeyword(text="Seal", occurrence=Which.ALL),), WHOLE)


def test_a_document_under_a_password() -> None:
    pdf = paper(trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(%b)/U(%b)>>/ID[(a)(a)]" % (b"o" * 32, b"u" * 32))
    with pytest.raises(PDFEncrypted):
        resolve(pdf, (AtKeyword(text="Notice"),), WHOLE)


# --- in a confined worker --------------------------------------------------------------------------------------------


@pytest.mark.skipif(not is_confinable(), reason="this machine confines no process")
def test_a_confined_worker_finds_the_same_places() -> None:
    pool = WorkerPool(processes=1, limits=Limits(cpu_seconds=10, memory=1 << 30), wall_seconds=60, preload=PRELOAD)
    edges = AcrossEdges(pages=Pages("1--1"), position_mm=100)
    try:
        for pdf, word in ((words(*LINES), "Seal"), (typeset("单位（盖 章） #pagebreak() 二"), "（盖章）")):
            places: tuple[Place, ...] = (AtKeyword(text=word, occurrence=1), edges)
            assert pool.run(resolve, pdf, places, WHOLE) == resolve(pdf, places, WHOLE)
        with pytest.raises(KeywordNotFound) as refused:
            pool.run(resolve, words(*LINES), (AtKeyword(text="Stamp"),), WHOLE)
        assert refused.value.details == {"found": 0}
    finally:
        pool.close()

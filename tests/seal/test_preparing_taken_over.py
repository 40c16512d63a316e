"""A worker that a file took over prepares something else than was asked for: signed perhaps, it is never released."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from typing_extensions import override

from seal.errors import OwnWorkRefused
from seal.stamping.orders import StampOrder
from seal.stamping.own_work import require_unharmed
from seal.stamping.places import AcrossEdges, AtKeyword, AtPoint, OnPages, Pages, Place
from seal.stamping.preparing import prepare_document
from seal.stamping.stamp import StampedDocument, prepare_stamp
from tests.builders import PKI
from tests.fakes.clock import NOW
from tests.seal.kits import Bench
from tests.trust.pdf.paper import page_dictionary, paper
from trust.pdf.appearance import Appearance, Mark, Picture, Placement
from trust.pdf.signing import PADES, PreparedPDF, SignatureRequest
from trust.workers import InProcess

POINT: Final = AtPoint(page=1, x_mm=150, y_mm=240)
ELSEWHERE: Final = replace(POINT, y_mm=100)
PAGES: Final = paper(page_dictionary(), page_dictionary(), page_dictionary())
FORGED: Final = Appearance(operators=b"BT /F1 9 Tf (1,000,000) Tj ET", width_mm=40, height_mm=40)

Asked = tuple[tuple[Place, ...], Appearance, SignatureRequest]
Answered = Callable[[PreparedPDF, PreparedPDF], PreparedPDF]


class TakenOver(InProcess):
    """Prepares what `asks` makes of what was asked, and tells of it what `answers` says, given what would be right."""

    def __init__(self, asks: Callable[[Asked], Asked], answers: Answered = lambda wrong, _: wrong) -> None:
        self.asks, self.answers = asks, answers
        self.called: list[object] = []

    @override
    def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a function, and lie about a preparation."""
        self.called.append(function)
        if function is not prepare_document:
            return function(*args, **kwargs)
        pdf, *asked = args
        places, whole, request = asked
        right = prepare_document(pdf, places, whole, request)
        return self.answers(prepare_document(pdf, *self.asks((places, whole, request))), right)


@pytest.fixture(scope="module")
def bench(sm2_pki: PKI, p256_pki: PKI) -> Bench:
    """Return somebody who stamps."""
    return Bench.of(sm2_pki, p256_pki)


def stamped(bench: Bench, workers: TakenOver, *places: Place, pdf: bytes = PAGES) -> StampedDocument:
    order = StampOrder(places=places or (POINT,), reason="通知签发", location="四楼")
    return prepare_stamp(pdf, bench.kit, order, at=bench.clock.now(), workers=workers).redeem(bench.clock)


def check_against(bench: Bench, workers: TakenOver, *places: Place, pdf: bytes = PAGES) -> object:
    with pytest.raises(OwnWorkRefused) as refused:
        stamped(bench, workers, *places, pdf=pdf)
    return refused.value.details["check"]


def places(*wrong: Place) -> Callable[[Asked], Asked]:
    return lambda asked: (wrong, *asked[1:])


def shows(wrong: Appearance) -> Callable[[Asked], Asked]:
    return lambda asked: (asked[0], wrong, asked[2])


def requests(**changes: Any) -> Callable[[Asked], Asked]:  # noqa: ANN401 - a request's fields
    return lambda asked: (*asked[:2], replace(asked[2], **changes))


def as_if_right(wrong: PreparedPDF, right: PreparedPDF) -> PreparedPDF:
    return replace(wrong, marks=right.marks, field=wrong.field)


def the_same(asked: Asked) -> Asked:
    return asked


WRONG_MARKS: Final = {
    "another point": places(ELSEWHERE),
    "another page": places(replace(POINT, page=2)),
    "one more": places(POINT, ELSEWHERE),
    "one more on another page": places(OnPages(pages=Pages("1-2"), x_mm=150, y_mm=240)),
    "another picture": shows(FORGED),
    "a larger seal": lambda asked: (asked[0], replace(asked[1], width_mm=80, height_mm=80), asked[2]),
    "a part of it": lambda asked: ((AcrossEdges(pages=Pages("1-2"), position_mm=100),), *asked[1:]),
}


def test_what_is_prepared_as_asked_is_released(bench: Bench) -> None:
    workers = TakenOver(the_same)
    found = stamped(bench, workers, POINT, replace(POINT, page=3), AcrossEdges(pages=Pages("1-2"), position_mm=100))
    assert found.pdf.startswith(PAGES)
    assert workers.called == [prepare_document]


@pytest.mark.parametrize("kind", WRONG_MARKS)
def test_marks_that_nobody_asked_for(kind: str, bench: Bench) -> None:
    assert check_against(bench, TakenOver(WRONG_MARKS[kind])) == "pdf.marks"


@pytest.mark.parametrize("kind", WRONG_MARKS)
def test_marks_that_are_told_otherwise(kind: str, bench: Bench) -> None:
    assert check_against(bench, TakenOver(WRONG_MARKS[kind], as_if_right)) == "pdf.release"


def test_marks_that_are_left_out(bench: Bench) -> None:
    both = (POINT, replace(POINT, page=2))
    assert check_against(bench, TakenOver(places(POINT)), *both) == "pdf.marks"
    assert check_against(bench, TakenOver(places(POINT), as_if_right), *both) == "pdf.release"
    assert check_against(bench, TakenOver(places(*reversed(both)), as_if_right), *both) == "pdf.release"


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "同意付款"},
        {"location": "五楼"},
        {"label": "财政局公章"},
        {"at": NOW + timedelta(days=1)},
        {"field": "Another"},
        {"field": "ElectronicSealOfAnother"},
        {"certify": False},
        {"form": PADES},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_words_that_nobody_asked_for(changes: dict[str, Any], bench: Bench) -> None:
    assert check_against(bench, TakenOver(requests(**changes), as_if_right)) == "pdf.release"


def test_a_raster_of_another(bench: Bench) -> None:
    def raster(colours: bytes) -> Appearance:
        picture = Picture(width=2, height=1, colours=colours, opacity=b"\xff\0")
        return Appearance(picture=picture, width_mm=40, height_mm=40)

    wrong = TakenOver(shows(raster(b"\0\0\xff" * 2)), as_if_right)
    assert check_against(bench, wrong) == "pdf.release"


def test_that_a_first_signature_certifies_is_not_taken_from_the_worker(bench: Bench) -> None:
    """What others signed before is compared whenever it is there, whatever the worker says."""
    before = bench.stamp(paper())
    honest = TakenOver(the_same)
    stamped(bench, honest, pdf=before)
    lying = TakenOver(the_same, lambda wrong, _: replace(wrong, certified=True))
    stamped(bench, lying, pdf=before)
    assert honest.called == lying.called == [prepare_document, require_unharmed]


# --- words: their place is told by the worker alone, and everything else is not

KEYWORD: Final = AtKeyword(text="Notice", pages=Pages("2-3"))


def moved(**changes: Any) -> Answered:  # noqa: ANN401 - a mark's fields
    """Return a lie about the one mark of a word, which is then really there."""

    def answer(wrong: PreparedPDF, _: PreparedPDF) -> PreparedPDF:
        (mark,) = wrong.marks
        return replace(wrong, marks=(replace(mark, **changes),))

    return answer


def test_a_word_is_found_where_it_was_asked_for(bench: Bench) -> None:
    assert stamped(bench, TakenOver(the_same), KEYWORD).pdf.startswith(PAGES)
    assert stamped(bench, TakenOver(the_same), KEYWORD, POINT).pdf.startswith(PAGES)


@pytest.mark.parametrize(
    "wrong",
    [
        places(replace(KEYWORD, pages=Pages("1"))),
        places(replace(KEYWORD, pages=Pages("1-3"))),
        shows(FORGED),
        places(AcrossEdges(pages=Pages("2-3"), position_mm=100)),
    ],
    ids=["another page", "a page before", "another picture", "slices"],
)
def test_a_word_that_is_sealed_otherwise(wrong: Callable[[Asked], Asked], bench: Bench) -> None:
    assert check_against(bench, TakenOver(wrong), KEYWORD) == "pdf.marks"


def test_a_place_beside_a_word_is_no_matter_of_belief(bench: Bench) -> None:
    assert check_against(bench, TakenOver(places(KEYWORD)), KEYWORD, POINT) == "pdf.marks"
    assert check_against(bench, TakenOver(places(KEYWORD, ELSEWHERE)), KEYWORD, POINT) == "pdf.marks"


def test_what_is_told_of_a_word_must_be_drawn(bench: Bench) -> None:
    answer = moved(placement=Placement(page=3, centre_x_mm=100, centre_y_mm=100))
    assert check_against(bench, TakenOver(the_same, answer), KEYWORD) == "pdf.release"


def test_more_marks_than_there_can_be(bench: Bench) -> None:
    def many(wrong: PreparedPDF, _: PreparedPDF) -> PreparedPDF:
        (mark,) = wrong.marks
        marks: list[Mark] = [
            replace(mark, placement=replace(mark.placement, centre_x_mm=n / 100)) for n in range(1_001)
        ]
        return replace(wrong, marks=tuple(marks))

    assert check_against(bench, TakenOver(the_same, many), KEYWORD) == "pdf.marks"

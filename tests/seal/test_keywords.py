"""Where words stand: found as people read them, however a program put them onto the page."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import typst

from seal.stamping.keywords import Occurrence, find
from seal.stamping.places import Pages
from tests.trust.pdf.paper import page_dictionary, paper, stream
from trust.pdf.appearance import PageOutOfRange
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFMalformed

FONTS: Final = Path(__file__).parents[2] / "trust" / "fonts"
EVERY: Final = Pages.every()


@cache
def typeset(text: str) -> bytes:
    """Return a document that a typesetter made, with the house's own typefaces."""
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    source = f'#set page(width: 210mm, height: 297mm, margin: 20mm)\n#set text(font: "Xinyin Serif")\n{text}'
    compiled = typst.compile(source.encode(), font_paths=faces, ignore_system_fonts=True)
    assert isinstance(compiled, bytes)
    return compiled


def written(content: bytes, *, pages: int = 1) -> bytes:
    """Return a document whose every page has this content."""
    return paper(*[page_dictionary(content=6)] * pages, others={6: stream(content)})


def found(pdf: bytes, text: str, pages: Pages = EVERY) -> tuple[Occurrence, ...]:
    """Return where `text` stands."""
    return find(pdf, text, pages=pages)[1]


def test_a_word_is_found_with_its_box() -> None:
    count, (one,) = find(written(b"BT /F1 20 Tf 100 500 Td (before Seal after) Tj ET", pages=1), "Seal", pages=EVERY)
    assert count == 1
    left, bottom, right, top = one.box
    assert (one.page, round(bottom)) == (1, 500)
    assert 160 < left < 175
    assert 35 < right - left < 45
    assert 12 < top - bottom < 16
    assert one.centre == ((left + right) / 2, (bottom + top) / 2)


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F1 20 Tf 100 500 Td (S) Tj (ea) Tj (l) Tj ET",
        b"BT /F1 20 Tf 100 500 Td (Se) Tj ET BT /F1 20 Tf 124 500 Td (al) Tj ET",
        b"BT /F1 20 Tf 100 500 Td [(S) -20 (e) 30 (a) -50 (l)] TJ ET",
        b"BT /F1 20 Tf 2 Tc 100 500 Td (S e a l) Tj ET",
    ],
)
def test_a_word_in_several_runs_is_one_word(content: bytes) -> None:
    (one,) = found(written(content), "Seal")
    assert round(one.box[1]) == 500
    assert one.box[2] - one.box[0] > 30


def test_words_that_are_found_as_people_read_them() -> None:
    pdf = typeset("单位名称 #h(20mm) （盖 章） #linebreak() 姓名：张三")
    assert len(found(pdf, "（盖章）")) == 1
    assert len(found(pdf, "( 盖章 )")) == 1  # the compatibility form of the wide brackets
    assert len(found(pdf, "单位名称（盖章）")) == 1
    assert found(pdf, "公章") == ()


def test_capital_letters_are_others() -> None:
    assert found(written(b"BT /F1 20 Tf 100 500 Td (Seal) Tj ET"), "SEAL") == ()


def test_a_character_beyond_the_basic_plane() -> None:
    pdf = typeset("甲方：𠮷野（盖章）")
    assert len(found(pdf, "𠮷野（盖章）")) == 1
    assert len(found(pdf, "𠮷")) == 1


def test_of_a_word_that_is_broken_at_the_end_of_a_line_the_first_part_counts() -> None:
    (one,) = found(written(b"BT /F1 20 Tf 400 500 Td (Sea) Tj -300 -24 Td (ling) Tj ET"), "Sealing")
    left, bottom, right, top = one.box
    assert 399 < left < right < 440
    assert 499 < bottom < top < 516


def test_text_that_runs_upwards() -> None:
    (one,) = found(written(b"BT /F1 20 Tf 0 1 -1 0 300 400 Tm (Seal) Tj ET"), "Seal")
    left, bottom, right, top = one.box
    assert top - bottom > right - left
    assert 399 < bottom < 405


def test_occurrences_come_in_the_order_of_pages_and_of_reading() -> None:
    pdf = written(b"BT /F1 20 Tf 100 500 Td (Seal Seal) Tj 0 -50 Td (Seal) Tj ET", pages=2)
    places = [(one.page, round(one.box[1]), one.box[0] > 120) for one in found(pdf, "Seal")]
    on_a_page = [(500, False), (500, True), (450, False)]
    assert places == [(page, *rest) for page in (1, 2) for rest in on_a_page]


def test_none_overlaps_the_other() -> None:
    assert len(found(written(b"BT /F1 20 Tf 100 500 Td (aaaaa) Tj ET"), "aa")) == 2


def test_a_word_printed_twice_to_make_it_bold_is_one() -> None:
    lines = b"".join(b"BT /F1 20 Tf 100 %d Td (Line) Tj ET " % (480 - 24 * line) for line in range(12))
    once, again = (b"BT /F1 20 Tf %.1f 500 Td (Seal) Tj ET " % x for x in (100, 100.4))
    assert len(found(written(once + again), "Seal")) == 1
    assert len(found(written(once + lines + again), "Seal")) == 1  # as those do who print a page twice
    assert len(found(written(once + again.replace(b"500", b"450")), "Seal")) == 2
    assert len(found(written((once + lines) * 2), "Line")) == 12


def test_only_pages_that_are_asked_for_are_looked_at() -> None:
    pdf = written(b"BT /F1 20 Tf 100 500 Td (Seal) Tj ET", pages=3)
    assert [one.page for one in found(pdf, "Seal", Pages("2-3"))] == [2, 3]
    with pytest.raises(PageOutOfRange):
        found(pdf, "Seal", Pages("4"))


def test_a_page_without_text() -> None:
    assert found(written(b"1 0 0 rg 0 0 10 10 re f"), "Seal") == ()


def test_too_much_text_is_not_looked_through() -> None:
    line = b"(" + b"a" * 10_000 + b") Tj "
    pdf = written(b"BT /F1 1 Tf 100 500 Td " + line * 26 + b"ET", pages=4)
    with pytest.raises(PDFLimitExceeded) as refused:
        found(pdf, "Seal")
    assert refused.value.details == {"limit": "characters", "allowed": 1_000_000}


@pytest.mark.parametrize(("repeated", "pages"), [(101, 1), (40, 3)], ids=["on one page", "on several"])
def test_too_many_occurrences(repeated: int, pages: int) -> None:
    pdf = written(b"BT /F1 10 Tf 10 500 Td " + b"(abababababababababab) Tj " * repeated + b"ET", pages=pages)
    with pytest.raises(PDFLimitExceeded) as refused:
        found(pdf, "ab")
    assert refused.value.details == {"limit": "occurrences", "allowed": 1_000}


def encrypted() -> bytes:
    return paper(trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(%b)/U(%b)>>/ID[(a)(a)]" % (b"o" * 32, b"u" * 32))


@pytest.mark.parametrize(
    ("build", "error"),
    [
        (lambda: b"", PDFMalformed),
        (lambda: b"%PDF-1.7 nothing", PDFMalformed),
        (encrypted, PDFEncrypted),
        (lambda: paper(page_dictionary(), b"(no page)"), PDFMalformed),
    ],
)
def test_a_file_that_cannot_be_read(build: Callable[[], bytes], error: type[Exception]) -> None:
    with pytest.raises(error):
        find(build(), "Notice", pages=EVERY)


def test_several_at_once_get_what_each_asked_for() -> None:
    pdf = written(b"BT /F1 20 Tf 100 500 Td (Seal and Stamp) Tj ET", pages=5)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda word: len(found(pdf, word)), ["Seal", "Stamp", "None"] * 10))
    assert counts == [5, 5, 0] * 10

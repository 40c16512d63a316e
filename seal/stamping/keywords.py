"""Where words stand on the pages of a PDF: PDFium's door. It tells the characters, and the box of each on its page.

Words are compared as people read them: without the spaces and line ends that programs put between and within words,
and in the compatibility form (NFKC), so that 盖章 is found however its characters were encoded or parted into runs.
"""

import ctypes
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Final

import pypdfium2
from pypdfium2 import raw

from seal.stamping.places import Pages
from trust.errors import Invalid
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFMalformed, require_acceptable

__all__ = ["Box", "KeywordNotFound", "Occurrence", "find"]

MOST_CHARACTERS: Final = 1_000_000
"""Characters that are looked at in one document."""

MOST_OCCURRENCES: Final = 1_000

LAST: Final = 0x10FFFF
"""The last number of Unicode, which is no character: what a file maps to more than that is none either."""

SAME: Final = 2.0
"""Points within which two occurrences are one: some programs print a word twice to make it bold."""

NOT_READ: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cn", "Co", "Cs"})
"""Categories of characters that nobody reads: spaces, line ends, marks of hyphenation and of direction."""

PDFIUM: Final = threading.Lock()
"""PDFium serves one thread at a time."""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top on the page before it is turned, in its own units."""


class KeywordNotFound(Invalid):
    """The word does not stand on these pages so often. Scanned pages hold no text; tell a point instead."""

    code = "pdf.keyword_not_found"
    detail_names: ClassVar[tuple[str, ...]] = ("found",)


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One place where a word stands."""

    page: int
    box: Box

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the box."""
        left, bottom, right, top = self.box
        return (left + right) / 2, (bottom + top) / 2


def find(pdf: bytes, text: str, *, pages: Pages) -> tuple[int, tuple[Occurrence, ...]]:
    """Return how many pages the document has, and where `text` stands on `pages`, in their order and that of reading.

    Of a word that is broken at the end of a line, the box holds the part before the break. Raise `PDFMalformed`,
    `PDFEncrypted`, `PDFLimitExceeded`, or `PageOutOfRange`.
    """
    require_acceptable(pdf)
    wanted = "".join(readable(character) for character in text)
    found: list[Occurrence] = []
    left = MOST_CHARACTERS
    with PDFIUM, ExitStack() as opened:
        document = opened.enter_context(closing(open_document(pdf)))
        for number in pages.of(len(document)):
            with opened_text(document, number) as page:
                left -= page.length
                if left < 0:
                    raise PDFLimitExceeded(limit="characters", allowed=MOST_CHARACTERS)
                found += distinct(Occurrence(page=number, box=box) for box in page.boxes_of(wanted))
            if len(found) > MOST_OCCURRENCES:
                raise PDFLimitExceeded(limit="occurrences", allowed=MOST_OCCURRENCES)
        return len(document), tuple(found)


def readable(character: str) -> str:
    """Return what is compared of a character: its compatibility form, or nothing."""
    return "".join(one for one in unicodedata.normalize("NFKC", character) if unicodedata.category(one) not in NOT_READ)


def open_document(pdf: bytes) -> Any:  # noqa: ANN401 - PDFium's
    """Open a document."""
    try:
        return pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise PDFEncrypted from None
        raise PDFMalformed from None


@contextmanager
def opened_text(document: Any, number: int) -> Iterator["PageText"]:  # noqa: ANN401 - PDFium's
    """Open the text of a page for as long as it is looked at."""
    with ExitStack() as opened:
        try:
            page = opened.enter_context(closing(document[number - 1]))
            text = opened.enter_context(closing(page.get_textpage()))
        except pypdfium2.PdfiumError:
            raise PDFMalformed from None
        yield PageText(text)


class PageText:
    """The characters of one page."""

    def __init__(self, page: Any) -> None:  # noqa: ANN401 - PDFium's
        self.page = page
        self.length: int = page.count_chars()

    def characters(self) -> Iterator[tuple[str, int]]:
        """Yield what is compared of each character, with its place among PDFium's; halves of pairs are joined."""
        high = 0
        for place in range(self.length):
            code = raw.FPDFText_GetUnicode(self.page, place)
            if 0xD800 <= code < 0xDC00:  # noqa: PLR2004 - a high surrogate
                high = code
                continue
            if 0xDC00 <= code < 0xE000 and high:  # noqa: PLR2004 - a low surrogate
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
            high = 0
            for one in readable(chr(min(code, LAST))):
                yield one, place

    def boxes_of(self, wanted: str) -> Iterator[Box]:
        """Yield the box of each occurrence of `wanted`; none of two overlaps the other in the text."""
        known = list(self.characters())
        text = "".join(one for one, _ in known)
        start = text.find(wanted)
        while start >= 0:
            places = [place for _, place in known[start : start + len(wanted)]]
            yield around(self.first_line(places))
            start = text.find(wanted, start + len(wanted))

    def first_line(self, places: Sequence[int]) -> list[Box]:
        """Return the boxes of the characters at `places`, up to the first jump: the end of a line."""
        boxes = [self.box(place) for place in dict.fromkeys(places)]
        size = max(max(right - left, top - bottom) for left, bottom, right, top in boxes)
        for count, (before, after) in enumerate(pairwise(boxes), start=1):
            if distance(before, after) > 2 * size:
                return boxes[:count]
        return boxes

    def box(self, place: int) -> Box:
        """Return the box of a character."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        if not raw.FPDFText_GetCharBox(self.page, place, left, right, bottom, top):
            raise PDFMalformed  # pragma: no cover - it told the character at this place a moment ago
        return left.value, bottom.value, right.value, top.value


def distance(one: Box, other: Box) -> float:
    """Return how far the centres of two boxes are apart, along the axis where that is more."""
    return max(abs(one[0] + one[2] - other[0] - other[2]), abs(one[1] + one[3] - other[1] - other[3])) / 2


def around(boxes: Sequence[Box]) -> Box:
    """Return the box around `boxes`."""
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def distinct(occurrences: Iterator[Occurrence]) -> Iterator[Occurrence]:
    """Yield `occurrences` of one page without those that lie where another one lies. Raise `PDFLimitExceeded`."""
    taken: set[tuple[int, int]] = set()
    for one in occurrences:
        x, y = (round(value / SAME) for value in one.centre)
        if taken.isdisjoint((x + right, y + up) for right in (-1, 0, 1) for up in (-1, 0, 1)):
            taken.add((x, y))
            yield one
            if len(taken) > MOST_OCCURRENCES:
                raise PDFLimitExceeded(limit="occurrences", allowed=MOST_OCCURRENCES)

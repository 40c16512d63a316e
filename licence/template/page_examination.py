"""Sets a template and reads the result again: how large its pages are, and which character stands where.

It runs in a worker, like everything that an administrator's template makes us do (trust/confinement.py).
"""

import re
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from licence.template.typesetting import Fault, typesetter
from seal.stamping.keywords import PDFIUM, PageText, open_document, opened_text, readable
from trust.crypto.sm3 import sm3

__all__ = ["Character", "PageFacts", "SheetFacts", "as_read", "examine", "examine_each"]

MM: Final = 72 / 25.4
"""Points in a millimetre."""

MOST_CHARACTERS: Final = 200_000
JPEG: Final = re.compile(rb"/DCTDecode\b[^>]*>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
CONFORMANCE: Final = re.compile(rb"<pdfaid:part>(\d)</pdfaid:part>\s*<pdfaid:conformance>([A-Z])</pdfaid:conformance>")

Character = tuple[str, float, float, float, float]
"""A character with the left, top, right and bottom of its box in mm from the upper left corner of the page."""


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """One page."""

    width_mm: float
    height_mm: float
    characters: tuple[Character, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """All characters, without white space."""
        return "".join(one[0] for one in self.characters)


@dataclass(frozen=True, kw_only=True)
class SheetFacts:
    """A document."""

    pages: tuple[PageFacts, ...]
    octets: int
    conformance: str
    """Part and level of PDF/A that the file says of itself, such as 2B; empty: none."""

    pictures: frozenset[str] = frozenset()
    """SM3 of every JPEG in the file: typst takes them over as they are."""

    @property
    def text(self) -> str:
        """The characters of all pages, without white space."""
        return "".join(page.text for page in self.pages)


def examine(source: bytes, inputs: Mapping[str, str], standard: str, at: datetime) -> SheetFacts | Fault:
    """Set a template and return what came of it."""
    pdf = typesetter().typeset(source, inputs, standard=standard, at=at)
    if isinstance(pdf, Fault):
        return pdf
    found = CONFORMANCE.search(pdf)
    conformance = "" if found is None else (found[1] + found[2]).decode()
    with PDFIUM, ExitStack() as opened:
        document = opened.enter_context(closing(open_document(pdf)))
        pages = []
        for number in range(1, len(document) + 1):
            width, height = document.get_page_size(number - 1)
            with opened_text(document, number) as text:
                characters = characters_of(text, height)
            pages.append(PageFacts(width_mm=width / MM, height_mm=height / MM, characters=characters))
    pictures = frozenset(sm3(found[1]).hex() for found in JPEG.finditer(pdf))
    return SheetFacts(pages=tuple(pages), octets=len(pdf), conformance=conformance, pictures=pictures)


def examine_each(
    source: bytes, inputs: Mapping[str, str], data: tuple[str, ...], standard: str, at: datetime
) -> tuple[SheetFacts | Fault, ...]:
    """Set a template with each of `data`, and return what came of it."""
    return tuple(examine(source, {**inputs, "data": one}, standard, at) for one in data)


def as_read(text: str) -> str:
    """Return a text as the characters of a page are told: in compatibility form, without white space."""
    return "".join(readable(character) for character in text)


def characters_of(page: PageText, height: float) -> tuple[Character, ...]:
    """Return the characters of a page in the order of the file, as they are read, without white space."""
    found = []
    for character, place in islice(page.characters(), MOST_CHARACTERS):
        left, bottom, right, top = page.box(place)
        found.append((character, left / MM, (height - top) / MM, right / MM, (height - bottom) / MM))
    return tuple(found)

"""Making and reading the evidence of the story: pictures of pages, places for seals, JSON as people read it."""

import json
from typing import Final

import pypdfium2
from PIL import Image

from api.demo.journal import StoryFailed
from seal.data.reading import read_seal_signature
from trust.pdf.judging import open_pdf
from trust.pdf.signing import SEAL

__all__ = ["place_for_seal", "pretty", "rasterise", "require_words", "seal_signature_of"]

SEAL_RADIUS_MM: Final = 21
POINTS_PER_MM: Final = 72 / 25.4
RESOLUTION: Final = 150


def pretty(value: object) -> str:
    """Return JSON as people read it."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def require_words(page: str, *words: str) -> None:
    """Raise `StoryFailed` unless a page says each of `words`."""
    for word in words:
        if word not in page:
            raise StoryFailed(f"the page does not say {word}")


def seal_signature_of(pdf: bytes) -> bytes:
    """Return the seal signature inside a stamped document, without the padding of its place."""
    found = next(one for one in open_pdf(pdf).signatures if one.subfilter == SEAL.subfilter)
    return read_seal_signature(found.contents).raw


def rasterise(pdf: bytes) -> Image.Image:
    """Return page 1 as a printer would print it, at 150 dpi."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    picture: Image.Image = document[0].render(scale=RESOLUTION / 72).to_pil()
    return picture


def place_for_seal(pdf: bytes) -> tuple[float, float]:
    """Return where a clerk would put the seal: near the lower right corner of page 1, wholly on it."""
    try:
        width, height = (points / POINTS_PER_MM for points in pypdfium2.PdfDocument(pdf)[0].get_size())
    except pypdfium2.PdfiumError:
        return 150.0, 240.0  # the service will say what is wrong with the file
    x = max(width - 20 - SEAL_RADIUS_MM, min(width / 2, SEAL_RADIUS_MM + 1))
    y = max(height - 25 - SEAL_RADIUS_MM, min(height / 2, SEAL_RADIUS_MM + 1))
    return x, y

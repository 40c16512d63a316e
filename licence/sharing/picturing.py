"""A page of a licence as a picture 证照图片: for programs that show one and read no PDF.

A picture proves nothing by itself: it has no signature, and whoever has it can change it. What proves something on it
is the QR code, which is drawn large enough to be read.
"""

import io
from contextlib import closing
from typing import Final

from PIL import Image

from licence.sharing.errors import SharingInvalid
from seal.stamping.keywords import PDFIUM, open_document

__all__ = ["COARSEST", "FINEST", "MOST_PAGES", "draw_page"]

Image.preinit()  # A confined worker can load nothing later.

COARSEST: Final = 96
"""In dots per inch: a code of 25 mm is read from there on."""

FINEST: Final = 200

MOST_PAGES: Final = 20


def draw_page(pdf: bytes, page: int, dpi: int) -> bytes:
    """Return a page with its seals as PNG; pages count from 1. Raise `SharingInvalid` where there is no such page."""
    with PDFIUM, closing(open_document(pdf)) as document:
        if page > len(document):
            raise SharingInvalid(field="page", rule="range")
        document.init_forms()  # else fields, and the seals in them, are not drawn
        picture = document[page - 1].render(scale=dpi / 72).to_pil().convert("RGB")
    target = io.BytesIO()
    picture.save(target, "PNG", dpi=(dpi, dpi))
    return target.getvalue()

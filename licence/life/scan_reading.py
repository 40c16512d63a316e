"""Looking at scans of paper licences 纸质证照扫描件: done by a worker, since they are foreign files."""

import io
import warnings
from typing import Final

from PIL import Image

from licence.errors import ScanRefused
from seal.evidence import MediaType
from trust.errors import TrustError
from trust.pdf.pages import read_pages

__all__ = ["read_scan"]

Image.preinit()  # A confined worker, in which pictures are read, can load no decoder later.

MOST_PAGES: Final = 50
MOST_PIXELS: Final = 80_000_000
"""An A3 sheet at 600 dots per inch has 70 millions."""

FORMATS: Final = {MediaType.PNG: "PNG", MediaType.JPEG: "JPEG"}


def read_scan(content: bytes, media_type: str) -> int:
    """Return how many pages a scan has, where all of it can be read. Raise `ScanRefused`."""
    kind = MediaType(media_type)
    match kind:
        case MediaType.PDF:
            return pages_of(content)
        case MediaType.PNG | MediaType.JPEG:
            require_picture(content, FORMATS[kind])
            return 1
        case MediaType.OFD:
            raise ScanRefused(rule="type")


def pages_of(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    try:
        pages = len(read_pages(pdf))
    except TrustError:
        raise ScanRefused(rule="content") from None
    if not 0 < pages <= MOST_PAGES:
        raise ScanRefused(rule="pages")
    return pages


def require_picture(content: bytes, form: str) -> None:
    """Return if a picture is no larger than a page can be, and can be decoded to its end."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow warns of bombs before it refuses them
            with Image.open(io.BytesIO(content), formats=[form]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise ScanRefused(rule="pixels")
                picture.load()
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise ScanRefused(rule="content") from None

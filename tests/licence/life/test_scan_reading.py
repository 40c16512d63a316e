"""Scans of paper licences: what can be read whole is kept, and nothing else."""

import io
import struct
import zlib

import pytest
from PIL import Image

from licence.errors import ScanRefused
from licence.life.scan_reading import read_scan
from tests.trust.pdf.paper import page_dictionary, paper


def picture(form: str, size: tuple[int, int] = (30, 40)) -> bytes:
    """Return a picture."""
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, form)
    return file.getvalue()


def huge_png() -> bytes:
    """Return a PNG that says that it has 10 000 × 8 500 pixels."""
    header = struct.pack(">IIBBBBB", 10_000, 8_500, 1, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"IDAT" + bytes(10)
    head = picture("PNG")[:8] + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return head + struct.pack(">I", 10) + data + struct.pack(">I", zlib.crc32(data))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(picture("PNG"), "image/png"), (picture("JPEG"), "image/jpeg"), (paper(), "application/pdf")],
)
def test_what_can_be_read_is_kept(content: bytes, media_type: str) -> None:
    assert read_scan(content, media_type) == 1


@pytest.mark.parametrize(
    ("content", "media_type", "rule"),
    [
        (picture("PNG")[:-20], "image/png", "content"),
        (picture("JPEG", (300, 400))[:-200], "image/jpeg", "content"),
        (picture("PNG"), "image/jpeg", "content"),
        (huge_png(), "image/png", "pixels"),
        (b"%PDF-1.7\n%%EOF", "application/pdf", "content"),
        (paper(*[page_dictionary()] * 51), "application/pdf", "pages"),
        (b"PK\x03\x04", "application/ofd", "type"),
    ],
    ids=["cut-png", "cut-jpeg", "another-form", "huge", "no-pdf", "a-book", "ofd"],
)
def test_what_cannot_be_read_is_refused(content: bytes, media_type: str, rule: str) -> None:
    with pytest.raises(ScanRefused) as refused:
        read_scan(content, media_type)
    assert refused.value.details == {"rule": rule}

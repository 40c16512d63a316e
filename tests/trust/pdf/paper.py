"""Small PDF files written by hand, and surgery on finished ones: what the tests of stamping and judging work on."""

import io
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

__all__ = ["A4", "ByteRange", "assemble", "byte_range", "compressed", "page_dictionary", "paper", "stream", "updated"]

A4: Final = (0.0, 0.0, 595.0, 842.0)
TEXT: Final = b"BT /F1 24 Tf 72 700 Td (Notice) Tj ET"

# Object numbers that every file of ours begins with; further objects come after.
CATALOG, PAGES, FIRST_PAGE = 1, 2, 10


def assemble(objects: Mapping[int, bytes], *, trailer: bytes = b"", root: int = CATALOG) -> bytes:
    """Return a PDF with these objects and a classic cross-reference table."""
    body, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, content in objects.items():
        offsets[number] = len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(body)
    body += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(offsets):
        body += b"%d 1\n%010d 00000 n \n" % (number, offsets[number])
    size = max(offsets) + 1
    body += b"trailer\n<</Size %d/Root %d 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, table)
    return bytes(body)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(content), content)


def numbers(values: tuple[float, ...]) -> bytes:
    """Return an array of numbers."""
    return b"[" + b" ".join(f"{value:g}".encode() for value in values) + b"]"


def page_dictionary(
    *,
    content: int = 4,
    media: tuple[float, ...] = A4,
    crop: tuple[float, ...] | None = None,
    rotate: int | None = None,
    more: bytes = b"",
) -> bytes:
    """Return a page whose content is the object `content`, with Helvetica as /F1."""
    parts = [b"<</Type/Page/Parent 2 0 R/MediaBox", numbers(media), b"/Resources<</Font<</F1 5 0 R>>>>"]
    parts.append(b"/Contents %d 0 R" % content)
    if crop is not None:
        parts += [b"/CropBox", numbers(crop)]
    if rotate is not None:
        parts.append(b"/Rotate %d" % rotate)
    return b"".join((*parts, more, b">>"))


def paper(
    *pages: bytes, catalog: bytes = b"", others: Mapping[int, bytes] | None = None, trailer: bytes = b""
) -> bytes:
    """Return a PDF with these page dictionaries, or with one plain A4 page."""
    pages = pages or (page_dictionary(),)
    kids = b" ".join(b"%d 0 R" % (FIRST_PAGE + place) for place in range(len(pages)))
    objects = {
        CATALOG: b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        PAGES: b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(pages), kids),
        4: stream(TEXT),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        **{FIRST_PAGE + place: page for place, page in enumerate(pages)},
        **(others or {}),
    }
    return assemble(objects, trailer=trailer)


def compressed(page: bytes | None = None) -> bytes:
    """Return a PDF 1.5 whose catalog, pages and font stand in a compressed object stream, with a stream for a table."""
    inside = {
        CATALOG: b"<</Type/Catalog/Pages 2 0 R>>",
        PAGES: b"<</Type/Pages/Count 1/Kids[10 0 R]>>",
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        FIRST_PAGE: page or page_dictionary(),
    }
    heads, bodies = b"", b""
    for number, content in inside.items():
        heads += b"%d %d " % (number, len(bodies))
        bodies += content + b" "
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(inside), len(heads))
    body = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, content in {4: stream(TEXT), 20: stream(zlib.compress(heads + bodies), entries)}.items():
        offsets[number] = len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table, rows = len(body), b""
    offsets[21] = table
    for number in range(22):
        if number in inside:
            rows += b"\2" + (20).to_bytes(4, "big") + bytes((list(inside).index(number),))
        else:
            rows += bytes((number in offsets,)) + offsets.get(number, 0).to_bytes(4, "big") + b"\0"
    entries = b"/Type/XRef/Size 22/W[1 4 1]/Root 1 0 R/Filter/FlateDecode"
    body += b"21 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(zlib.compress(rows), entries), table)
    return bytes(body)


def updated(pdf: bytes, change: Callable[[Any], object]) -> bytes:
    """Return `pdf` with an incremental update in which `change` was made by pyHanko's writer."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


class ByteRange:
    """The /ByteRange of one signature of a file, which can be rewritten in its place."""

    def __init__(self, pdf: bytes, match: re.Match[bytes]) -> None:
        self.pdf, self.span = pdf, match.span()
        self.start, self.before, self.after, self.rest = (int(number) for number in match.groups())

    def replaced(self, *values: object, pdf: bytes | None = None) -> bytes:
        """Return the file with other numbers there. It keeps its length unless they need more room."""
        text = b"/ByteRange [" + b" ".join(str(value).encode() for value in values) + b"]"
        return self.rewritten(text, pdf=pdf)

    def rewritten(self, text: bytes, *, pdf: bytes | None = None) -> bytes:
        """Return the file with `text` in place of the whole entry."""
        whole = self.pdf if pdf is None else pdf
        first, last = self.span
        return whole[:first] + text.ljust(last - first) + whole[last:]

    def value(self, text: bytes) -> bytes:
        """Return the file with `text` in place of the signature value and its angle brackets."""
        gap = slice(self.before, self.after)
        assert len(text) <= self.after - self.before
        return self.pdf[: gap.start] + text.ljust(gap.stop - gap.start) + self.pdf[gap.stop :]


def byte_range(pdf: bytes, signature: int = 0) -> ByteRange:
    """Return the /ByteRange of the signature with this place in the file."""
    found = list(re.finditer(rb"/ByteRange \[ ?(\d+) (\d+) (\d+) (\d+) *\]", pdf))
    return ByteRange(pdf, found[signature])

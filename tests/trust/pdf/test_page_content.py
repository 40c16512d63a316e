"""Content of a page that leaves something open would decide where a seal behind it is seen, and whether."""

import zlib
from base64 import a85encode
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from tests.trust.pdf.paper import page_dictionary, paper, stream
from tests.trust.pdf.test_release import DRAWING, FIRST, OTHER_PAGE, REQUEST, rule_against, signed
from trust.pdf.file import PDFFile
from trust.pdf.intake import PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Array, Reference
from trust.pdf.page_content import MOST, require_closed
from trust.pdf.signing import prepare_signature
from trust.pdf.tokens import Effort

IMAGE: Final = b"q 9 0 0 9 0 0 cm BI /W 2 /H 1 /BPC 8 /CS /G ID \0q( EI Q"

CLOSED: Final = {
    "nothing": b"",
    "a text": b"BT /F1 24 Tf 72 700 Td (Notice) Tj ET",
    "a state": b"q 1 0 0 1 9 9 cm q 0 0 9 9 re f Q Q",
    "marked content": b"/P <</MCID 0>> BDC BT (a) Tj ET EMC /Artifact BMC 0 0 m 9 9 l S EMC",
    "operators in strings": b"(q BT \\( BDC) Tj (a(q)b) Tj <71 20> Tj",
    "operators in comments": b"% q BT (\n0 g",
    "operators in names": b"/q gs /BT gs /Q#20q gs",
    "longer operators": b"1 0 0 RG qq Qs BTx",
    "operators without white space": b"q[1 2]0 d/G gs(a)Tj<</A(b)>>/P BMC EMC Q",
    "an image": IMAGE,
    "an image of many octets": b"BI /W 9 /H 9 ID " + bytes(range(256)) * 9 + b"\nEI\nq Q",
}
OPEN: Final = {
    "a state": b"0.001 0 0 0.001 0 0 cm q",
    "a state that was not begun": b"Q 0.001 0 0 0.001 0 0 cm",
    "a state that was not begun and one that was": b"Q 0.001 0 0 0.001 0 0 cm q",
    "a text": b"BT /F1 24 Tf",
    "a text in a text": b"BT BT ET ET",
    "a text that was not begun": b"ET",
    "a layer": b"/OC /Hidden BDC",
    "a mark": b"/P BMC",
    "a mark that was not begun": b"EMC",
    "a string": b"(a",
    "a string with parentheses": b"(a(b)",
    "a string that was not begun": b"a)",
    "a hexadecimal string": b"<61",
    "an image without data": b"BI /W 9",
    "an image without an end": b"BI /W 9 ID abcEI",
    "an image with entries without end": b"BI " + b"/A 1 " * 300 + b"ID a EI",
    "braces": b"{ }",
}


def two_pages(content: bytes, entries: bytes = b"", others: dict[int, bytes] | None = None) -> bytes:
    """Return a file whose second page shows `content`."""
    objects = {30: stream(content, entries), **(others or {})}
    return paper(page_dictionary(), page_dictionary(content=30), others=objects)


def looked_at(pdf: bytes, *contents: int) -> None:
    read: Array = tuple(Reference(number) for number in contents or (30,))
    require_closed(PDFFile(pdf), read, Effort())


@pytest.mark.parametrize("kind", CLOSED)
def test_content_that_ends_as_it_began(kind: str) -> None:
    looked_at(two_pages(CLOSED[kind]))


@pytest.mark.parametrize("kind", OPEN)
def test_content_that_leaves_something_open(kind: str) -> None:
    with pytest.raises(PDFMalformed):
        looked_at(two_pages(OPEN[kind]))


def test_what_one_stream_opens_another_may_close() -> None:
    looked_at(two_pages(b"q", others={31: stream(b"Q")}), 30, 31)
    with pytest.raises(PDFMalformed):  # streams are parted between tokens
        looked_at(two_pages(b"B", others={31: stream(b"T ET")}), 30, 31)


def test_no_seal_is_drawn_behind_what_is_open() -> None:
    """The field's own mark is an annotation, which no content moves; of the second page it is drawn into."""
    pdf = two_pages(OPEN["a state"])
    for request in (REQUEST, replace(REQUEST, marks=(OTHER_PAGE,))):
        assert prepare_signature(pdf, request).octets.startswith(pdf)
    with pytest.raises(PDFMalformed):
        prepare_signature(pdf, replace(REQUEST, marks=(FIRST, OTHER_PAGE)))


def test_what_was_drawn_behind_something_open_is_not_released() -> None:
    before, content = two_pages(b"q 1 0 0 1 0 0 cm Q"), b"q 1 0 0 1 0 0 cm Q"
    finished = signed(before, DRAWING)
    opened = content.replace(b" Q", b" q")
    assert rule_against(finished.replace(content, opened), before=before.replace(content, opened)) == "structure"


@pytest.mark.parametrize(
    ("entries", "encode"),
    [
        (b"/Filter/FlateDecode", zlib.compress),
        (b"/Filter[/ASCIIHexDecode]", lambda data: data.hex().encode() + b">"),
        (b"/Filter/ASCIIHexDecode", lambda data: data.hex(" ").encode() + b"\n>"),
        (b"/Filter[/ASCII85Decode/FlateDecode]", lambda data: a85encode(zlib.compress(data)) + b"~>"),
        (b"/Filter 40 0 R/DecodeParms[null 41 0 R]", lambda data: a85encode(zlib.compress(data)) + b"~>"),
    ],
)
@pytest.mark.parametrize("content", [CLOSED["a state"], OPEN["a state"]])
def test_the_filters_of_content(entries: bytes, encode: Callable[[bytes], bytes], content: bytes) -> None:
    pdf = two_pages(encode(content), entries, {40: b"[/ASCII85Decode/FlateDecode]", 41: b"<</Predictor 1>>"})
    if content == CLOSED["a state"]:
        looked_at(pdf)
        return
    with pytest.raises(PDFMalformed):
        looked_at(pdf)


@pytest.mark.parametrize(
    ("entries", "data"),
    [
        (b"/Filter/LZWDecode", b"a"),
        (b"/Filter/ASCIIHexDecode", b"6x>"),
        (b"/Filter/ASCII85Decode", b"vvvvv~>"),
        (b"/Filter/FlateDecode", b"a"),
    ],
)
def test_content_that_cannot_be_read(entries: bytes, data: bytes) -> None:
    with pytest.raises(PDFMalformed):
        looked_at(two_pages(data, entries))


def test_content_that_is_none() -> None:
    with pytest.raises(PDFMalformed):
        looked_at(two_pages(b""), 5)


def test_more_content_than_any_page_has() -> None:
    half = zlib.compress(b" " * (MOST // 2 + 1))
    pdf = two_pages(half, b"/Filter/FlateDecode", {31: stream(half, b"/Filter/FlateDecode")})
    with pytest.raises(PDFLimitExceeded):
        looked_at(pdf, 30, 31)


@pytest.mark.no_cover
def test_more_operators_than_any_page_has() -> None:
    with pytest.raises(PDFLimitExceeded):
        looked_at(two_pages(b"q Q " * 1_000_000))

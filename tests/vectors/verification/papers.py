"""PDF files of the vectors: what is signed, how it is signed, and incremental updates written by hand."""

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tests.trust.pdf.paper import page_dictionary, paper, stream
from tests.vectors.verification.messages import Hand, attributes, message, signer_info
from tests.vectors.verification.world import SIGNED
from trust.crypto.algorithms import Digest
from trust.pdf.appearance import Mark
from trust.pdf.signing import (
    DOCUMENT_TIME_STAMP,
    PADES,
    PreparedPDF,
    SignatureForm,
    SignatureRequest,
    prepare_signature,
)

__all__ = [
    "GM_CMS",
    "PLAIN",
    "Signing",
    "amended",
    "amended_by_stream",
    "latest",
    "put",
    "staged",
    "table",
    "time_stamped",
    "with_form",
]

GM_CMS: Final = SignatureForm(filter="/Adobe.PPKLite", subfilter="/adbe.pkcs7.detached", digest=Digest.SM3)
"""A signed message in SM2 under the name that readers of the world know."""

PLAIN: Final = paper()
"""One page that says "Notice". Objects: 1 catalog, 2 pages, 4 content, 5 font, 10 page."""

SHORT, LONG = 2_300, 4_300
"""Octets kept free for a signature, and for one with a time-stamp."""


@dataclass(frozen=True, kw_only=True)
class Signing:
    """How a signature is put into a PDF, and in what it differs from what is right."""

    form: SignatureForm = PADES
    field: str = "Signature"
    certify: int = 0
    """P of a rule for what may follow (ISO 32000-2, 12.8.2.2); 0: none."""

    at: datetime = SIGNED
    stamp: Callable[[bytes], bytes] | None = None
    attributes: Callable[[Hand, bytes], Sequence[bytes]] = attributes
    marks: tuple[Mark, ...] = ()
    value: Callable[[PreparedPDF], bytes] | None = None
    """What makes the value instead."""

    is_long: bool = False
    """Whether the value takes more room."""

    rewrite: Callable[[bytes], bytes] = bytes
    """What changes the file before it is signed, octet for octet."""


def put(pdf: bytes, hand: Hand, how: Signing | None = None) -> bytes:
    """Return a PDF with one more signature."""
    told = how or Signing()
    request = SignatureRequest(
        form=told.form,
        field=told.field,
        at=told.at,
        reserve=LONG if told.stamp or told.value or told.is_long else SHORT,
        certify=bool(told.certify),
        marks=told.marks,
    )
    prepared = prepare_signature(pdf, request)
    octets = bytes(prepared.octets)
    if told.certify:
        octets = octets.replace(b"/V /1.2\n/P 2", b"/V /1.2\n/P %d" % told.certify)
    prepared.octets[:] = told.rewrite(octets)
    if told.value is not None:
        return prepared.fill(told.value(prepared))
    imprint = prepared.digest(hand.digest)
    info = signer_info(hand, told.attributes(hand, imprint), stamp=told.stamp)
    return prepared.fill(message([hand], [info]))


def time_stamped(pdf: bytes, make: Callable[[bytes], bytes], *, field: str = "Time") -> bytes:
    """Return a PDF with a time-stamp over the whole of it; `make` makes the token over octets."""
    request = SignatureRequest(form=DOCUMENT_TIME_STAMP, field=field, at=SIGNED, reserve=SHORT)
    prepared = prepare_signature(pdf, request)
    whole = bytes(prepared.octets)
    return prepared.fill(make(whole[: prepared.gap_start] + whole[prepared.gap_end :]))


def latest(pdf: bytes, number: int) -> bytes:
    """Return what stands in the last object of this number."""
    found: list[bytes] = re.findall(rb"\n%d 0 obj\n(.*?)\nendobj" % number, pdf, re.DOTALL)
    return found[-1]


def table(pdf: bytes) -> int:
    """Return where the newest cross-reference table stands."""
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def size_of(pdf: bytes) -> int:
    """Return the first number that no object has."""
    return max(int(one) for one in re.findall(rb"/Size (\d+)", pdf))


def amended(
    pdf: bytes, objects: Mapping[int, bytes], *, trailer: bytes = b"", freed: Sequence[int] = (), root: int = 1
) -> bytes:
    """Return a PDF with an incremental update that has these objects, and frees those."""
    body, places = bytearray(pdf), {}
    for number, content in objects.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n"
    for number in sorted({*places, *freed}):
        row = b"%010d 00000 n " % places[number] if number in places else b"0000000000 00001 f "
        body += b"%d 1\n%b\n" % (number, row)
    size = max(size_of(pdf), *(number + 1 for number in (0, *objects)))
    told = b"<</Size %d/Root %d 0 R/Prev %d%b>>" % (size, root, table(pdf), trailer)
    return bytes(body + b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (told, start))


def predicted(rows: Sequence[bytes]) -> bytes:
    """Return rows of octets under all PNG predictors in turn (W3C PNG, 9.2), as they stand before they are deflated."""
    made, above = b"", bytes(len(rows[0]))
    for kind, row in enumerate(rows):
        left = b"\0" + row[:-1]
        corner = b"\0" + above[:-1]
        match kind % 5:
            case 0:
                guessed = bytes(len(row))
            case 1:
                guessed = left
            case 2:
                guessed = above
            case 3:
                guessed = bytes((one + two) // 2 for one, two in zip(left, above, strict=True))
            case _:
                guessed = bytes(map(paeth, left, above, corner))
        made += bytes((kind % 5,)) + bytes((one - two) % 256 for one, two in zip(row, guessed, strict=True))
        above = row
    return made


def paeth(left: int, above: int, corner: int) -> int:
    """Return which of three octets is the nearest to their sum (W3C PNG, 9.4)."""
    sum_ = left + above - corner
    return min((left, above, corner), key=lambda one: abs(sum_ - one))


def amended_by_stream(pdf: bytes, objects: Mapping[int, bytes]) -> bytes:
    """Return a PDF with an update whose cross-reference stream has a row under each PNG predictor."""
    body, number = bytearray(pdf), max(size_of(pdf), *objects) + 1
    places = {}
    for one, content in objects.items():
        places[one] = len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (one, content)
    places[number] = len(body)
    rows = [b"\1" + places[one].to_bytes(4, "big") + b"\0" for one in sorted(places)]
    index = b" ".join(b"%d 1" % one for one in sorted(places))
    told = b"/Type/XRef/Size %d/W[1 4 1]/Index[%b]/Root 1 0 R/Prev %d" % (number + 1, index, table(pdf))
    told += b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 6>>"
    content = stream(zlib.compress(predicted(rows), 9), told)
    body += b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, content, places[number])
    return bytes(body)


def with_form(value: bytes = b"100") -> bytes:
    """Return a page with a text field, object 20, which shows its value."""
    shown = stream(b"BT /F1 12 Tf 2 6 Td (%b) Tj ET" % value, b"/Type/XObject/Subtype/Form/BBox[0 0 100 20]")
    field = (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/V(%b)/F 4/Rect[100 600 200 620]/P 10 0 R/AP<</N 21 0 R>>>>"
        % value
    )
    return paper(
        page_dictionary(more=b"/Annots[20 0 R]"),
        catalog=b"/AcroForm<</Fields[20 0 R]/DA(/F1 12 Tf)>>",
        others={20: field, 21: shown},
    )


def staged() -> bytes:
    """Return a page prepared for shadow attacks: object 6 lies over a text, page 9 lies in the file unseen.

    Object 7 is a second font descriptor's program, for swapping what glyphs look like.
    """
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>/XObject<</Cover 6 0 R>>>>"
        b"/Contents 4 0 R>>"
    )
    text = b"BT /F1 24 Tf 72 700 Td (You are fired) Tj ET /Cover Do BT /F1 24 Tf 72 600 Td (Annual bonus) Tj ET"
    others = {
        4: stream(text),
        6: stream(b"1 1 1 rg 60 690 300 40 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]"),
        7: stream(b"1 0 0 0 500 500 d1", b""),
        8: stream(b"BT /F1 24 Tf 72 700 Td (Another contract) Tj ET"),
        9: page_dictionary(content=8),
    }
    return paper(page, others=others)

"""Marks beyond the first, slices, rasters, and what archival files permit: rendered by another program."""

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from api.demo.documents import foreign_documents
from tests.builders import PKI
from tests.fakes.clock import NOW
from tests.judges import program
from tests.seal.kits import Bench, outcomes
from tests.trust.pdf.paper import compressed, page_dictionary, paper, stream
from tests.trust.pdf.test_appearance import MM, picture, red, red_box_mm
from trust.crypto.algorithms import Digest
from trust.ocsp import CertificateId, OCSPResponse, StatusAnswer
from trust.ocsp_requests import response, tbs_response
from trust.pdf.appearance import Appearance, Mark, PageOutOfRange, Part, Picture, Placement, PlacementOutsidePage
from trust.pdf.archival import ink_for
from trust.pdf.drawing import Ink
from trust.pdf.file import PDFFile, array_of, dictionary_of, entry_of, page_references
from trust.pdf.filters import decoded
from trust.pdf.intake import PDFMalformed
from trust.pdf.judging import Changes, open_pdf
from trust.pdf.objects import Reference, Stream
from trust.pdf.signing import (
    DOCUMENT_TIME_STAMP,
    PADES,
    PDFSignedBefore,
    SignatureRequest,
    append_security_store,
    prepare_signature,
)

SQUARE: Final = Appearance(operators=b"1 0 0 rg 0 0 56.693 56.693 re f", width_mm=20, height_mm=20)
HALVES: Final = Appearance(
    operators=b"1 0 0 rg 0 0 28.346 56.693 re f 0 0 1 rg 28.346 0 28.347 56.693 re f", width_mm=20, height_mm=20
)
REQUEST: Final = SignatureRequest(form=PADES, field="Seal", at=NOW, reserve=100, certify=True)
A4_MM: Final = (210.0, 297.0)


def mark(appearance: Appearance, page: int, x: float, y: float) -> Mark:
    return Mark(appearance=appearance, placement=Placement(page=page, centre_x_mm=x, centre_y_mm=y))


def sealed(pdf: bytes, *marks: Mark, **changes: Any) -> bytes:  # noqa: ANN401 - a request's fields
    return prepare_signature(pdf, replace(REQUEST, marks=marks, **changes)).fill(b"v")


def require_box(found: tuple[float, ...], *expected: float) -> None:
    assert all(abs(one - other) < 0.6 for one, other in zip(found, expected, strict=True)), found


# --- several marks


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("unit", [1, 2])
def test_a_further_mark_lies_where_the_first_would(rotate: int, unit: int) -> None:
    more = b"/UserUnit %d" % unit
    pdf = paper(page_dictionary(), page_dictionary(rotate=rotate, more=more, media=(100, -50, 695, 792)))
    first = sealed(pdf, mark(SQUARE, 2, 60, 80))
    further = sealed(pdf, mark(SQUARE, 1, 60, 80), mark(SQUARE, 2, 60, 80))
    boxes = [red_box_mm(picture(one, 1)) for one in (first, further)]
    require_box(boxes[0], *boxes[1])


def test_marks_on_one_page_and_on_others() -> None:
    pdf = sealed(
        paper(*[page_dictionary()] * 3),
        mark(SQUARE, 1, 30, 30),
        mark(SQUARE, 1, 100, 30),
        mark(SQUARE, 3, 40, 200),
        mark(SQUARE, 3, 40, 250),
    )
    require_box(red_box_mm(picture(pdf, 0)), 20, 20, 110, 40)
    assert red(picture(pdf, 1)).getbbox() is None
    require_box(red_box_mm(picture(pdf, 2)), 30, 190, 50, 260)
    assert pdf.count(b"/Subtype /Form") == 1  # one seal, drawn four times


CONTENTS: Final = {
    "an array": (page_dictionary().replace(b"/Contents 4 0 R", b"/Contents[4 0 R 4 0 R]"), {}),
    "an array in an object": (page_dictionary(content=30), {30: b"[4 0 R]"}),
    "nothing": (page_dictionary().replace(b"/Contents 4 0 R", b""), {}),
    "what leaves a matrix behind": (page_dictionary(content=30), {30: stream(b"2 0 0 2 90 90 cm")}),
    "resources in an object": (
        page_dictionary().replace(b"/Resources<</Font<</F1 5 0 R>>>>", b"/Resources 30 0 R"),
        {30: b"<</Font<</F1 5 0 R>>/XObject 31 0 R>>", 31: b"<</Seal1 32 0 R>>", 32: stream(b"", b"/Subtype/Form")},
    ),
    "no resources": (page_dictionary().replace(b"/Resources<</Font<</F1 5 0 R>>>>", b""), {}),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_pages_of_many_kinds(kind: str) -> None:
    page, others = CONTENTS[kind]
    pdf = sealed(paper(page_dictionary(), page, others=others), mark(SQUARE, 1, 30, 30), mark(SQUARE, 2, 50, 70))
    require_box(red_box_mm(picture(pdf, 1)), 40, 60, 60, 80)


def test_a_further_mark_that_has_no_room() -> None:
    with pytest.raises(PlacementOutsidePage):
        sealed(paper(), mark(SQUARE, 1, 30, 30), mark(SQUARE, 1, 5, 30))
    with pytest.raises(PageOutOfRange):
        sealed(paper(), mark(SQUARE, 1, 30, 30), mark(SQUARE, 2, 30, 30))


def test_where_others_signed_a_signature_shows_one_seal() -> None:
    signed = sealed(paper())
    with pytest.raises(PDFSignedBefore) as caught:
        sealed(signed, mark(SQUARE, 1, 30, 30), mark(SQUARE, 1, 90, 30), field="Other")
    assert caught.value.code == "pdf.signed_before"
    assert sealed(signed, mark(SQUARE, 1, 30, 30), field="Other")


def test_a_document_with_several_marks_is_sealed_again(bench: Bench) -> None:
    kit = bench.kit
    pdf = paper(page_dictionary(), page_dictionary())
    for field, marks in (
        ("One", (mark(SQUARE, 1, 30, 30), mark(SQUARE, 2, 30, 30))),
        ("Two", (mark(SQUARE, 2, 90, 30),)),
    ):
        prepared = prepare_signature(pdf, replace(REQUEST, field=field, marks=marks, reserve=12_288))
        pdf = prepared.fill(kit.document_signer.sign(prepared.digest(PADES.digest), stamp=kit.document_stamper.stamp))
    assert [one[1:] for one in outcomes(bench.judge(pdf))] == [("passed", "")] * 2


def test_a_list_of_annotations_that_two_pages_share() -> None:
    pages = [page_dictionary(more=b"/Annots 30 0 R")] * 2
    with pytest.raises(PDFMalformed):
        sealed(paper(*pages, others={30: b"[]"}), mark(SQUARE, 1, 30, 30))


# --- slices


def part(left: float, width: float) -> Appearance:
    return replace(HALVES, part=Part(left_mm=left, bottom_mm=0, width_mm=width, height_mm=20))


@pytest.mark.parametrize("page", [1, 2])
def test_a_slice_shows_a_part_at_its_own_place(page: int) -> None:
    # The first is the field's own, the second is drawn into its page.
    pdf = paper(page_dictionary(), page_dictionary())
    marks = [mark(SQUARE, 1, 150, 200)] if page == 2 else []
    shown = picture(sealed(pdf, *marks, mark(part(0, 5), page, 207.4, 100)), page - 1)
    require_box(red_box_mm(shown.crop((0, 0, 595, 400))), 204.9, 90, 209.9, 110)


def test_slices_together_are_the_whole() -> None:
    marks = [mark(part(5 * number, 5), 1, 52.5 + 5 * number, 100) for number in range(4)]
    shown = picture(sealed(paper(), *marks))
    require_box(red_box_mm(shown), 50, 90, 60, 110)
    blue = shown.crop((round(61 * 72 / MM), round(92 * 72 / MM), round(69 * 72 / MM), round(108 * 72 / MM)))
    assert blue.getpixel((10, 10)) == (0, 0, 255)


# --- rasters


def raster(opacity: bytes | None) -> Appearance:
    return Appearance(
        width_mm=20, height_mm=20, picture=Picture(width=2, height=1, colours=b"\xff\0\0\xff\0\0", opacity=opacity)
    )


@pytest.mark.parametrize(("opacity", "right"), [(None, 60), (b"\xff\xff", 60), (b"\xff\0", 50)])
def test_a_raster(opacity: bytes | None, right: float) -> None:
    require_box(red_box_mm(picture(sealed(paper(), mark(raster(opacity), 1, 50, 100)))), 40, 90, right, 110)


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0, "height": 1, "colours": b""},
        {"width": 1, "height": 1, "colours": b"ab"},
        {"width": 1, "height": 1, "colours": b"abc", "opacity": b""},
    ],
)
def test_a_raster_that_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="octet"):
        Picture(**wrong)


# --- archival files


def archival(
    level: bytes, intent: bytes = b"<</Type/OutputIntent/DestOutputProfile 51 0 R>>", colours: int = 3
) -> bytes:
    metadata = stream(b"<x><pdfaid:part>" + level + b"</pdfaid:part></x>", b"/Type/Metadata/Subtype/XML")
    others = {50: metadata, 51: stream(b"", b"/N %d" % colours)}
    return paper(catalog=b"/Metadata 50 0 R/OutputIntents[" + intent + b"]", others=others, trailer=b"/ID[<01><02>]")


INKS: Final = {
    "no metadata": (paper(), Ink.MULTIPLIED),
    "metadata of another kind": (paper(catalog=b"/Metadata 50 0 R", others={50: stream(b"<x/>")}), Ink.MULTIPLIED),
    "part 1": (archival(b"1"), Ink.OPAQUE),
    "part 2": (archival(b"2"), Ink.MULTIPLIED),
    "part 4": (archival(b"4"), Ink.MULTIPLIED),
    "part 2 for print": (archival(b"2", colours=4), Ink.OPAQUE),
    "part 2 without an intent": (archival(b"2", intent=b""), Ink.OPAQUE),
    "an attribute": (
        paper(catalog=b"/Metadata 50 0 R", others={50: stream(b"<x pdfaid:part='1'/>")}),
        Ink.OPAQUE,
    ),
}


@pytest.mark.parametrize("kind", INKS)
def test_which_ink_a_file_permits(kind: str) -> None:
    pdf, ink = INKS[kind]
    assert ink_for(PDFFile(pdf)) is ink


@pytest.mark.parametrize("appearance", [SQUARE, raster(b"\xff\0")])
def test_in_an_archival_file_of_the_first_part_nothing_is_transparent(appearance: Appearance) -> None:
    before = archival(b"1")
    pdf = sealed(before, mark(appearance, 1, 50, 100))
    added = pdf[len(before) :]
    assert b"/SMask" not in added
    assert b"/ExtGState" not in added
    assert b"/DefaultRGB [/CalRGB" in added
    require_box(red_box_mm(picture(pdf)), 40, 90, 60 if appearance is SQUARE else 50, 110)


def test_an_archival_file_keeps_its_metadata_and_its_first_identifier() -> None:
    before = archival(b"2")
    old, new = (PDFFile(one) for one in (before, sealed(before, mark(SQUARE, 1, 50, 100))))
    assert array_of(new.trailer["ID"])[0] == b"\1"
    assert array_of(new.trailer["ID"])[1] != b"\2"
    assert "Info" not in new.trailer
    assert new.load(Reference(50)) == old.load(Reference(50))


# --- the store, and time-stamps over documents


def stored(pdf: bytes, key: str) -> list[bytes]:
    file = PDFFile(pdf)
    catalog = dictionary_of(entry_of(file, file.trailer, "Root"))
    store = dictionary_of(entry_of(file, catalog, "DSS"))
    streams = [file.load(one) for one in array_of(entry_of(file, store, key)) if isinstance(one, Reference)]
    return [decoded(one, most=1 << 20) for one in streams if isinstance(one, Stream)]


@pytest.mark.parametrize("pdf", [paper(), compressed()], ids=["table", "stream"])
def test_nothing_stands_in_the_store_twice(bench: Bench, pdf: bytes) -> None:
    evidence = bench.kit.evidence
    whole = append_security_store(pdf, certificates=evidence.certificates * 2)
    assert stored(whole, "Certs") == [one.der for one in dict.fromkeys(evidence.certificates)]
    assert append_security_store(whole, certificates=evidence.certificates) == whole
    more = append_security_store(whole, certificates=evidence.certificates, revocation_lists=evidence.revocation_lists)
    assert more.startswith(whole)
    assert stored(more, "CRLs") == [one.der for one in evidence.revocation_lists]


def test_responses_in_the_store(p256_pki: PKI) -> None:
    named = CertificateId.of(p256_pki.signer.certificate.serial, p256_pki.issuing.certificate, digest=Digest.SHA1)
    said = StatusAnswer(id=named, is_known=True, revocation=None, this_update=NOW, next_update=None)
    tbs = tbs_response(p256_pki.issuing.certificate, [said], produced_at=NOW, nonce=None)
    algorithm = p256_pki.issuing.key.algorithm.signature_identifier
    one = OCSPResponse.from_der(response(tbs, algorithm, p256_pki.issuing.signer.sign(tbs), ()))
    assert stored(append_security_store(paper(), ocsp_responses=(one, one)), "OCSPs") == [one.der]


def test_what_nobody_can_read_in_a_store_stays_there(bench: Bench) -> None:
    broken = {50: stream(b"no Deflate", b"/Filter/FlateDecode"), 51: b"7"}
    pdf = paper(catalog=b"/DSS<</Certs[50 0 R 51 0 R]>>", others=broken)
    (one, *_) = bench.kit.evidence.certificates
    file = PDFFile(append_security_store(pdf, certificates=(one,)))
    store = dictionary_of(dictionary_of(entry_of(file, file.trailer, "Root"))["DSS"])
    assert len(array_of(store["Certs"])) == 3


def test_evidence_may_follow_a_signature_that_forbids_changes(bench: Bench) -> None:
    locked = sealed(paper()).replace(b"/P 2\n", b"/P 1\n")
    whole = append_security_store(locked, certificates=bench.kit.evidence.certificates)
    assert open_pdf(whole).signatures[0].changes is Changes.VALIDATION_DATA


def test_a_time_stamp_over_the_document(bench: Bench) -> None:
    pdf = bench.stamp(paper())
    prepared = prepare_signature(pdf, replace(REQUEST, form=DOCUMENT_TIME_STAMP, field="Time", reserve=12_288))
    assert not prepared.certified
    token = bench.kit.document_stamper.stamp(pdf_without(prepared.octets, prepared.gap_start, prepared.gap_end))
    report = bench.judge(prepared.fill(token))
    assert [one[1:] for one in outcomes(report)] == [("passed", "")] * 3
    placed = report.signatures[-1].placed
    assert placed is not None
    assert placed.is_time_stamp
    assert placed.claimed_time is None
    assert report.signatures[1].placed is not None
    assert report.signatures[1].placed.changes is Changes.VALIDATION_DATA


def pdf_without(octets: bytearray, start: int, end: int) -> bytes:
    return bytes(octets[:start] + octets[end:])


def test_the_moment_is_told_in_utc() -> None:
    moment = NOW.astimezone(tz=None) + timedelta(0)
    assert b"/M (D:20261122040506Z)" in sealed(paper(), at=moment)


# --- other programs


@pytest.mark.parametrize("name", sorted(set(foreign_documents()) - {"password.pdf", "broken.pdf"}))
def test_what_qpdf_says(name: str, tmp_path: Path) -> None:
    pdf = foreign_documents()[name]
    pages = len(page_references(PDFFile(pdf)))
    marks = [mark(SQUARE, number, 30, 30) for number in range(1, pages + 1)]
    file = tmp_path / "sealed.pdf"
    file.write_bytes(append_security_store(sealed(sealed(pdf, *marks), field="Second")))
    run = subprocess.run([program("qpdf"), "--check", str(file)], capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")

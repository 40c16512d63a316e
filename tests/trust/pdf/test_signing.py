"""Putting signatures into PDF files: fields, certification, what was there before, and what is refused."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
)

from api.demo.documents import foreign_documents, written
from api.demo.evidence import place_for_seal
from tests.builders import PKI
from tests.fakes.clock import NOW
from tests.seal.kits import CENTRE, Bench, outcomes
from tests.trust.pdf.paper import assemble, compressed, page_dictionary, paper, stream, updated
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.pdf.appearance import Appearance, Mark, Placement
from trust.pdf.intake import LIMITS, PDFEncrypted, PDFLimitExceeded, PDFLocked, PDFMalformed
from trust.pdf.judging import Changes, Coverage, open_pdf
from trust.pdf.signing import PADES, SEAL, PreparedPDF, SignatureRequest, SignatureTooLarge, prepare_signature
from trust.pdf.update import Gap

PASSED = ("passed", "")
BOX = Appearance(operators=b"1 0 0 rg 0 0 50 50 re f", width_mm=20, height_mm=20)
REQUEST = SignatureRequest(form=PADES, field="Signature", at=NOW, reserve=12_288, label="标签", reason="理由")
VISIBLE = replace(REQUEST, form=SEAL, field="Seal", marks=(Mark(appearance=BOX, placement=CENTRE),), certify=True)


def signed(pdf: bytes, bench: Bench, request: SignatureRequest = REQUEST) -> bytes:
    """Return `pdf` with an invisible signature of a document signer."""
    prepared = prepare_signature(pdf, request)
    signer = bench.kit.document_signer
    return prepared.fill(signer.sign(prepared.digest(Digest.SHA256), stamp=bench.kit.document_stamper.stamp))


def reader(pdf: bytes) -> Any:  # noqa: ANN401 - pyHanko's reader has no types
    return PdfFileReader(io.BytesIO(pdf))


# --- the gap


def test_what_was_there_keeps_its_bytes() -> None:
    pdf = paper()
    prepared = prepare_signature(pdf, REQUEST)
    assert prepared.fill(b"value").startswith(pdf)


def test_the_digest_is_of_everything_but_the_gap() -> None:
    prepared = prepare_signature(paper(), REQUEST)
    filled = prepared.fill(b"value")
    covered = filled[: prepared.gap_start] + filled[prepared.gap_end :]
    for algorithm in (Digest.SM3, Digest.SHA256):
        assert hash_of(algorithm, covered) == prepared.digest(algorithm)
    gap = filled[prepared.gap_start : prepared.gap_end]
    assert gap == b"<" + b"value".hex().encode() + b"0" * (2 * REQUEST.reserve - 10) + b">"


def test_the_room_for_the_value() -> None:
    request = replace(REQUEST, reserve=100)
    whole = prepare_signature(paper(), request).fill(b"v" * 100)
    assert open_pdf(whole).signatures[0].contents == b"v" * 100
    with pytest.raises(SignatureTooLarge) as caught:
        prepare_signature(paper(), request).fill(b"v" * 101)
    assert caught.value.details == {"allowed": 100}


def test_the_same_document_and_moment_give_the_same_digest() -> None:
    # But for its identifier, an incremental update holds nothing that is left to chance.
    once, again = (prepare_signature(paper(), REQUEST) for _ in range(2))
    assert (once.gap_start, once.gap_end) == (again.gap_start, again.gap_end)


def test_the_identifier_of_an_update_hangs_on_what_it_says_and_on_no_room() -> None:
    def identifier(request: SignatureRequest) -> bytes:
        found: bytes = reader(prepare_signature(paper(), request).fill(b"value")).trailer["/ID"][1].original_bytes
        return found

    known = replace(REQUEST, reserve=100)
    assert identifier(known) == identifier(replace(known, reserve=9_999))
    others = [
        replace(known, reason="别的"),
        replace(known, label="别的"),
        replace(known, at=known.at.replace(minute=0)),
    ]
    assert len({identifier(one) for one in (known, *others)}) == 4


# --- the field


def test_what_the_signature_dictionary_says() -> None:
    whole = prepare_signature(paper(), replace(VISIBLE, location="云州")).fill(b"value")
    field = reader(whole).root["/AcroForm"]["/Fields"][0]
    value = field["/V"]
    assert (value["/Type"], value["/Filter"], value["/SubFilter"]) == ("/Sig", "/GM.PKILite", "/GM.sm2seal")
    assert (field["/TU"], value["/Reason"], value["/Location"]) == ("标签", "理由", "云州")
    assert (field["/T"], field["/FT"], field["/Subtype"]) == ("Seal", "/Sig", "/Widget")
    assert value["/M"].startswith("D:20261122040506")


def test_an_invisible_signature_shows_nothing() -> None:
    field = reader(prepare_signature(paper(), REQUEST).fill(b"v")).root["/AcroForm"]["/Fields"][0]
    assert [int(value) for value in field["/Rect"]] == [0, 0, 0, 0]


def test_empty_texts_are_left_out() -> None:
    field = reader(prepare_signature(paper(), replace(REQUEST, label="", reason="")).fill(b"v"))
    field = field.root["/AcroForm"]["/Fields"][0]
    assert not {"/Reason", "/Location"} & set(field["/V"])
    assert "/TU" not in field


def test_a_name_that_is_taken_gets_a_number() -> None:
    pdf = paper()
    names = []
    for _ in range(3):
        prepared = prepare_signature(pdf, REQUEST)
        names.append(prepared.field)
        pdf = prepared.fill(b"v")
    assert names == ["Signature", "Signature2", "Signature3"]
    assert names == [one.field for one in open_pdf(pdf).signatures]


def test_an_unsigned_field_of_that_name_is_left_alone() -> None:
    pdf = updated(paper(), lambda writer: append_signature_field(writer, SigFieldSpec("Signature")))
    assert prepare_signature(pdf, REQUEST).field == "Signature2"


def test_a_text_field_of_that_name_is_left_alone(bench: Bench) -> None:
    widget = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(Signature)/Rect[50 50 90 70]/P 10 0 R/F 4>>"
    pdf = paper(page_dictionary(more=b"/Annots[30 0 R]"), catalog=b"/AcroForm<</Fields[30 0 R]>>", others={30: widget})
    assert [one[1:] for one in outcomes(bench.judge(signed(pdf, bench)))] == [PASSED]


def test_the_document_security_store_brings_the_evidence(bench: Bench) -> None:
    evidence = bench.kit.evidence
    request = replace(REQUEST, certificates=evidence.certificates, revocation_lists=evidence.revocation_lists)
    found = open_pdf(signed(paper(), bench, request))
    assert set(evidence.certificates) == set(found.certificates)
    assert set(evidence.revocation_lists) == set(found.revocation_lists)
    assert Coverage.FILE is found.signatures[0].coverage


# --- certification


def test_the_first_signature_certifies() -> None:
    prepared = prepare_signature(paper(), VISIBLE)
    assert prepared.certified
    root = reader(prepared.fill(b"v")).root
    (reference,) = root["/Perms"]["/DocMDP"]["/Reference"]
    assert (reference["/TransformMethod"], reference["/TransformParams"]["/P"]) == ("/DocMDP", 2)
    assert open_pdf(prepared.fill(b"v")).signatures[0].permission == 2


@pytest.mark.parametrize("first", [REQUEST, VISIBLE, replace(REQUEST, certify=True)])
def test_a_later_signature_does_not_certify(first: SignatureRequest) -> None:
    prepared = prepare_signature(prepare_signature(paper(), first).fill(b"v"), replace(VISIBLE, field="Second"))
    assert not prepared.certified


def test_an_empty_field_is_a_signature_to_come_and_forbids_certifying() -> None:
    pdf = updated(paper(), lambda writer: append_signature_field(writer, SigFieldSpec("Theirs")))
    assert not prepare_signature(pdf, VISIBLE).certified


def test_a_signature_that_is_not_to_certify_does_not() -> None:
    whole = prepare_signature(paper(), REQUEST).fill(b"v")
    assert "/Perms" not in reader(whole).root
    assert open_pdf(whole).signatures[0].permission is None


# --- what was there before stays valid


def test_an_earlier_signature_stays_valid_when_a_seal_follows(bench: Bench) -> None:
    found = bench.judge(bench.stamp(signed(paper(), bench)))
    assert [one.field for one in found.signatures] == ["Signature", "ElectronicSeal", "DocumentSignature"]
    assert [one[1:] for one in outcomes(found)] == [PASSED] * 3


@pytest.mark.parametrize("place", ["the same page", "another page"])
def test_an_earlier_seal_stays_valid_when_another_follows(
    bench: Bench, sm2_pki: PKI, p256_pki: PKI, place: str
) -> None:
    # Two authorities seal one document: neither seal may spoil the other.
    other = Bench.of(sm2_pki, p256_pki, name="某市数据管理局", code="33019900000002")
    pdf = paper(page_dictionary(), page_dictionary())
    page = 1 if place == "the same page" else 2
    twice = other.stamp(bench.stamp(pdf), replace(CENTRE, page=page, centre_x_mm=60))
    found = bench.judge(twice)
    assert len(found.signatures) == 4
    assert [one[1:] for one in outcomes(found)] == [PASSED] * 4
    assert {Coverage.FILE, Coverage.REVISION} == {one.placed.coverage for one in found.signatures if one.placed}


def test_an_earlier_seal_stays_valid_when_an_invisible_signature_follows(bench: Bench) -> None:
    found = bench.judge(signed(bench.stamp(paper()), bench))
    assert [one[1:] for one in outcomes(found)] == [PASSED] * 3


@pytest.mark.parametrize("array", [b"/Annots[%b]", b"/Annots 31 0 R"])
def test_annotations_that_stand_inside_their_page(bench: Bench, array: bytes) -> None:
    link = b"<</Type/Annot/Subtype/Link/Rect[10 10 50 50]/A<</S/URI/URI(https://example.org)>>>>"
    note = b"<</Type/Annot/Subtype/Text/Rect[10 60 30 80]/Contents(note)>>"
    others = {30: note, 31: b"[" + link + b" 30 0 R " + link + b"]"}
    told = array % (link + b" 30 0 R " + link) if b"%" in array else array
    pdf = paper(page_dictionary(more=told), page_dictionary(), others=others)
    found = bench.judge(signed(bench.stamp(pdf), bench))
    assert [one[1:] for one in outcomes(found)] == [PASSED] * 3


@pytest.mark.parametrize(
    "name", ["several-pages.pdf", "outline.pdf", "form.pdf", "attachments.pdf", "object-streams.pdf", "turned-page.pdf"]
)
def test_documents_of_other_programs(bench: Bench, name: str) -> None:
    pdf = foreign_documents()[name]
    x, y = place_for_seal(pdf)
    found = bench.judge(bench.stamp(pdf, Placement(page=1, centre_x_mm=x, centre_y_mm=y)))
    assert [("ElectronicSeal", *PASSED), ("DocumentSignature", *PASSED)] == outcomes(found)
    assert [one.placed.changes for one in found.signatures if one.placed] == [Changes.FORM_FILLING, Changes.NONE]


def test_a_button_whose_look_did_not_change(bench: Bench) -> None:
    # Its appearance is an object of its own, and the button is locked by the first signature.
    button = b"<</Type/Annot/Subtype/Widget/FT/Btn/T(Submit)/Ff 65540/Rect[50 50 90 70]/F 4/AP<</N 31 0 R>>>>"
    look = stream(b"0 0 40 20 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 40 20]")
    page = page_dictionary(more=b"/Annots[30 0 R]")
    pdf = paper(page, catalog=b"/AcroForm<</Fields[30 0 R]>>", others={30: button, 31: look})
    assert [one[1:] for one in outcomes(bench.judge(bench.stamp(pdf)))] == [PASSED] * 2


def test_objects_that_stand_in_compressed_streams(bench: Bench) -> None:
    stamped = bench.stamp(compressed())
    assert b"/ObjStm" in stamped
    assert [one[1:] for one in outcomes(bench.judge(stamped))] == [PASSED] * 2


# --- what is refused


def certified(pdf: bytes, permission: MDPPerm, bench: Bench) -> bytes:
    """Return `pdf` certified by a vendor's program that permits what `permission` says."""
    whole = signed(pdf, bench, replace(REQUEST, certify=True))
    return whole.replace(b"/P 2", b"/P %d" % permission.value)


def test_a_document_that_forbids_every_change(bench: Bench) -> None:
    locked = certified(paper(), MDPPerm.NO_CHANGES, bench)
    assert open_pdf(locked).signatures[0].permission == 1
    with pytest.raises(PDFLocked):
        prepare_signature(locked, VISIBLE)


@pytest.mark.parametrize("permission", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_document_that_permits_further_signatures(bench: Bench, permission: MDPPerm) -> None:
    assert not prepare_signature(certified(paper(), permission, bench), REQUEST).certified


def test_a_signature_that_locks_the_document() -> None:
    # PDF 2.0: an approval signature whose field is locked with permission 1 forbids what follows, as a certified one.
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    specification = SigFieldSpec("Theirs", field_mdp_spec=lock, doc_mdp_update_value=MDPPerm.NO_CHANGES)
    pdf = updated(paper(), lambda writer: append_signature_field(writer, specification))
    field_lock = reader(pdf).root["/AcroForm"]["/Fields"][0]["/Lock"]
    assert int(field_lock["/P"]) == 1

    def sign_it(writer: Any) -> None:  # noqa: ANN401 - pyHanko's
        field = writer.root["/AcroForm"]["/Fields"][0]
        parameters = {"/Type": pdf_name("/TransformParams"), "/V": pdf_name("/1.2"), "/P": generic.NumberObject(1)}
        dictionary = {pdf_name(key): value for key, value in parameters.items()}
        reference = {
            pdf_name("/Type"): pdf_name("/SigRef"),
            pdf_name("/TransformMethod"): pdf_name("/DocMDP"),
            pdf_name("/TransformParams"): generic.DictionaryObject(dictionary),
        }
        value = {
            pdf_name("/Type"): pdf_name("/Sig"),
            pdf_name("/Filter"): pdf_name("/Adobe.PPKLite"),
            pdf_name("/SubFilter"): pdf_name("/ETSI.CAdES.detached"),
            pdf_name("/Contents"): generic.ByteStringObject(b"v"),
            pdf_name("/ByteRange"): generic.ArrayObject(map(generic.NumberObject, (0, 10, 20, 10))),
            pdf_name("/Reference"): generic.ArrayObject([generic.DictionaryObject(reference)]),
        }
        field[pdf_name("/V")] = writer.add_object(generic.DictionaryObject(value))
        writer.update_container(field)

    locked = updated(pdf, sign_it)
    assert open_pdf(locked).signatures[0].permission == 1
    with pytest.raises(PDFLocked):
        prepare_signature(locked, VISIBLE)


def test_a_lock_on_a_signature_that_locks_the_document() -> None:
    lock = b"/Lock<</Type/SigFieldLock/Action/All/P %d>>"
    value = b"<</Type/Sig/Filter/A/SubFilter/B/Contents<00>/ByteRange[0 10 20 10]>>"
    for permission, signature in ((1, b"/V 31 0 R"), (1, b""), (2, b"/V 31 0 R")):
        field = b"<</FT/Sig/T(Theirs)" + lock % permission + signature + b">>"
        pdf = paper(catalog=b"/AcroForm<</Fields[30 0 R]>>", others={30: field, 31: value})
        if permission == 1 and signature:
            with pytest.raises(PDFLocked):
                prepare_signature(pdf, VISIBLE)
        else:
            prepare_signature(pdf, VISIBLE)


def test_the_fields_that_are_there_are_locked() -> None:
    text = {30: b"<</FT/Tx/T(a)>>", 31: b"<</T(b)/Kids[32 0 R 33 0 R]>>", 32: b"<</FT/Tx/T(c)/Parent 31 0 R>>"}
    pdf = paper(catalog=b"/AcroForm<</Fields[30 0 R 31 0 R]>>", others={**text, 33: b"<</FT/Sig/T(d)/Parent 31 0 R>>"})
    whole = prepare_signature(pdf, VISIBLE).fill(b"v")
    field = reader(whole).root["/AcroForm"]["/Fields"][2]
    # What belongs to a field for a signature to come stays open.
    assert (field["/Lock"]["/Action"], list(field["/Lock"]["/Fields"])) == ("/Include", ["a", "b.c"])
    (rule,) = field["/V"]["/Reference"]
    assert (rule["/TransformMethod"], list(rule["/TransformParams"]["/Fields"])) == ("/FieldMDP", ["a", "b.c"])


def test_without_fields_there_is_no_lock() -> None:
    assert "/Lock" not in reader(prepare_signature(paper(), VISIBLE).fill(b"v")).root["/AcroForm"]["/Fields"][0]


@pytest.mark.parametrize("user", ["", "secret"])
def test_an_encrypted_document(user: str) -> None:
    writer = copy_into_new_writer(reader(paper()))
    writer.encrypt(owner_pass="owner", user_pass=user)
    with pytest.raises(PDFEncrypted):
        prepare_signature(written(writer), VISIBLE)


def spoilt(pdf: bytes, kind: bytes) -> bytes:
    """Return `pdf` with a changed octet in the middle of its stream of one kind."""
    start = pdf.index(b"stream\n", pdf.index(kind)) + 7
    middle = (start + pdf.index(b"endstream", start)) // 2
    return pdf[:middle] + bytes((pdf[middle] ^ 0x55,)) + pdf[middle + 1 :]


def broken() -> dict[str, bytes]:
    whole = paper()
    cut = whole[: len(whole) // 2]
    return {
        "only a header": b"%PDF-1.7\n",
        "cut": cut,
        "no cross-reference": re.sub(rb"startxref\n\d+", b"startxref\n7", whole),
        "no root": whole.replace(b"/Root 1 0 R", b"/Root 9 0 R"),
        "no pages": whole.replace(b"/Pages 2 0 R", b"/Pages 9 0 R"),
        "pages are a number": assemble({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"7"}),
        "a cycle of pages": paper().replace(b"/Kids[10 0 R]", b"/Kids[2 0 R] "),
        "no box": paper(b"<</Type/Page/Parent 2 0 R>>"),
        "a box of three numbers": paper(page_dictionary(media=(0, 0, 600))),
        "a box of names": paper(page_dictionary().replace(b"[0 0 595 842]", b"[/a /b /c /d]")),
        "a number that is none": paper(page_dictionary().replace(b"[0 0 595 842]", b"[0 0 1.2.3 9]")),
        "a parent of itself": paper(b"<</Type/Page/Parent 10 0 R>>"),
        "fields are a name": paper(catalog=b"/AcroForm<</Fields/None>>"),
        "a field of itself": paper(catalog=b"/AcroForm<</Fields[30 0 R]>>", others={30: b"<</T(a)/Kids[30 0 R]>>"}),
        "a signature of no name": paper(catalog=b"/AcroForm<</Fields[<</FT/Sig/V<<>>>>]>>"),
        "a signature under a node of no name": paper(
            catalog=b"/AcroForm<</Fields[<</Kids[30 0 R]>>]>>", others={30: b"<</FT/Sig/T(a)/V<<>>>>"}
        ),
        "a value under a signature's name": paper(catalog=b"/AcroForm<</Fields[<</FT/Sig/T(a)/Kids[<</V<<>>>>]>>]>>"),
        "a store that is the form": paper(catalog=b"/AcroForm 30 0 R/DSS 30 0 R", others={30: b"<</Fields[]>>"}),
        "fields that are the annotations": paper(
            page_dictionary(more=b"/Annots 30 0 R"), catalog=b"/AcroForm<</Fields 30 0 R>>", others={30: b"[]"}
        ),
        "permissions that are the page": paper(catalog=b"/Perms 10 0 R"),
        "a form that is the catalog": paper(catalog=b"/AcroForm 1 0 R"),
        "one identifier": paper(trailer=b"/ID[<01>]"),
        "identifiers that are numbers": paper(trailer=b"/ID[1 2]"),
        "identifiers that are references": paper(trailer=b"/ID[4 0 R 4 0 R]"),
        "identifiers that stand elsewhere": paper(trailer=b"/ID 30 0 R", others={30: b"[<01><02>]"}),
        "a spoilt object stream": spoilt(compressed(), b"/ObjStm"),
        "a spoilt cross-reference stream": spoilt(compressed(), b"/XRef"),
    }


@pytest.mark.parametrize("kind", broken())
def test_a_broken_document_is_refused_with_our_error(kind: str) -> None:
    with pytest.raises(PDFMalformed):
        prepare_signature(broken()[kind], VISIBLE)


def test_more_fields_than_any_document_has() -> None:
    field = {30: b"<</FT/Tx/T(a)>>"}
    many = paper(catalog=b"/AcroForm<</Fields[" + b"30 0 R " * (LIMITS.fields + 1) + b"]>>", others=field)
    with pytest.raises(PDFLimitExceeded):
        prepare_signature(many, REQUEST)


@pytest.mark.parametrize("spoil", [lambda pdf: pdf[:-200], lambda pdf: pdf.replace(b"xref", b"xreg")])
def test_a_stamped_document_that_was_spoilt(plain: bytes, spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(PDFMalformed):
        prepare_signature(spoil(plain), REQUEST)


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 4), (2, 10**12)])
def test_a_gap_that_lies_in_no_file(start: int, end: int) -> None:
    """A worker that was taken over would have as many octets filled in as there is no memory for."""
    with pytest.raises(ValueError, match="gap"):
        PreparedPDF(octets=bytearray(9), gap=Gap(start=start, end=end, byte_range=0), field="a", certified=True)

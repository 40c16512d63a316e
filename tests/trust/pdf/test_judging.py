"""Reading the signatures of a PDF: what each covers, what it permits, when it was made, and what cannot be read."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import MDPPerm

from api.demo.documents import written
from seal.verification.documents import judge_pdf
from seal.verification.files import judge_file
from tests.fakes.clock import NOW
from tests.seal.kits import Bench
from tests.trust.pdf.paper import compressed, page_dictionary, paper, updated
from trust.crypto.algorithms import Digest
from trust.errors import TrustError
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFMalformed, PDFPasswordWrong
from trust.pdf.judging import (
    ByteRangeContent,
    Changes,
    Coverage,
    PDFDocument,
    PDFSignature,
    open_pdf,
    parse_date,
)
from trust.pdf.permissions import check_structure
from trust.verdict import Outcome, SubIndication


def signature_object(**entries: bytes) -> bytes:
    """Return a signature dictionary, each entry free to be wrong."""
    told = {
        "Type": b"/Sig",
        "Filter": b"/Adobe.PPKLite",
        "SubFilter": b"/adbe.pkcs7.detached",
        "ByteRange": b"[0 10 20 10]",
        "Contents": b"<3000>",
        **entries,
    }
    return b"<<" + b"".join(b"/%b %b " % (key.encode(), value) for key, value in told.items() if value) + b">>"


def with_signature(value: bytes, field: bytes = b"<</FT/Sig/T(a)/V 31 0 R>>", **others: bytes) -> bytes:
    objects = {30: field, 31: value, **{int(key[1:]): one for key, one in others.items()}}
    return paper(catalog=b"/AcroForm<</Fields[30 0 R]/SigFlags 3>>", others=objects)


# --- what a good document shows


def test_a_document_without_a_signature() -> None:
    for pdf in (paper(page_dictionary(), page_dictionary()), paper(catalog=b"/AcroForm<</Fields[]>>")):
        found = open_pdf(pdf)
        assert (found.signatures, found.certificates, found.revocation_lists) == ((), (), ())
    assert open_pdf(paper(page_dictionary(), page_dictionary())).pages == 2


def test_what_a_stamped_document_shows(plain: bytes, bench: Bench) -> None:
    found = open_pdf(plain)
    seal, document = found.signatures
    assert (seal.field, seal.filter, seal.subfilter) == ("ElectronicSeal", "/GM.PKILite", "/GM.sm2seal")
    assert (
        document.field,
        document.filter,
        document.subfilter,
    ) == ("DocumentSignature", "/Adobe.PPKLite", "/ETSI.CAdES.detached")
    assert (seal.coverage, seal.changes, seal.permission) == (Coverage.REVISION, Changes.FORM_FILLING, 2)
    assert (document.coverage, document.changes, document.permission) == (Coverage.FILE, Changes.NONE, None)
    assert seal.revision < document.revision
    assert NOW.replace(microsecond=0) == seal.claimed_time == document.claimed_time
    assert (seal.reason, seal.is_time_stamp) == ("通知签发", False)
    assert set(bench.kit.evidence.certificates) <= set(found.certificates)
    assert set(bench.kit.evidence.revocation_lists) == set(found.revocation_lists)


def test_the_content_of_a_signature_is_everything_but_its_gap(plain: bytes) -> None:
    content = open_pdf(plain).signatures[1].content
    (first, before), (after, rest) = content.ranges
    assert (0, len(plain)) == (first, after + rest)
    assert plain[:before] + plain[after:] == content.octets()
    whole = ByteRangeContent(plain, ((0, len(plain)),))
    assert whole.octets() == plain
    assert whole.digest(Digest.SM3) != content.digest(Digest.SM3)


def test_a_document_in_compressed_streams() -> None:
    assert (open_pdf(compressed()).signatures, open_pdf(compressed()).pages) == ((), 1)


# --- what may follow


def signature(**changes: Any) -> PDFSignature:  # noqa: ANN401 - its fields
    fields: dict[str, Any] = {
        "field": "a",
        "filter": "",
        "subfilter": "",
        "is_time_stamp": False,
        "contents": b"",
        "content": ByteRangeContent(b"", ()),
        "claimed_time": None,
        "reason": "",
        "revision": 1,
        "coverage": Coverage.REVISION,
        "changes": Changes.NONE,
        "permission": None,
    }
    return PDFSignature(**{**fields, **changes})


ORDER = list(Changes)


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [(None, Changes.FORM_FILLING), (1, Changes.VALIDATION_DATA), (2, Changes.FORM_FILLING), (3, Changes.ANNOTATIONS)],
)
@pytest.mark.parametrize("changes", ORDER)
def test_what_a_permission_lets_follow(permission: int | None, allowed: Changes, changes: Changes) -> None:
    one = signature(permission=permission, changes=changes)
    document = PDFDocument(signatures=(one,), certificates=(), revocation_lists=(), pages=1)
    coverage, changed = check_structure(document, one, step="pdf")
    assert (coverage.step, coverage.name, coverage.outcome) == ("pdf", "pdf.coverage", Outcome.PASSED)
    is_allowed = ORDER.index(changes) <= ORDER.index(allowed)
    assert ("pdf.changes", changes.value, is_allowed) == (changed.name, changed.note, changed.finding is None)
    if changed.finding is not None:
        assert SubIndication.HASH_FAILURE is changed.finding.sub_indication


def test_the_strictest_rule_of_the_signatures_before_binds() -> None:
    first = signature(permission=1, revision=1)
    second = signature(permission=3, revision=2, changes=Changes.FORM_FILLING)
    document = PDFDocument(signatures=(first, second), certificates=(), revocation_lists=(), pages=1)
    assert check_structure(document, second, step="")[1].finding is not None
    later = signature(permission=1, revision=3)
    document = PDFDocument(signatures=(second, later), certificates=(), revocation_lists=(), pages=1)
    assert check_structure(document, second, step="")[1].finding is None


def test_a_signature_that_covers_less() -> None:
    one = signature(coverage=Coverage.LESS)
    document = PDFDocument(signatures=(one,), certificates=(), revocation_lists=(), pages=1)
    finding = check_structure(document, one, step="")[0].finding
    assert finding is not None
    assert SubIndication.FORMAT_FAILURE is finding.sub_indication


# --- dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D:20261122040506Z", datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)),
        ("D:20261122120506+08'00'", datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)),
        ("D:20261122120506+08'00", datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)),
        ("D:20261122040506", datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)),
        ("D:2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("D:20260230000000Z", None),
        ("D:00010101000000+14'00'", None),
        ("D:99991231235959-12'00'", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text: str, expected: datetime | None) -> None:
    assert expected == parse_date(text)


# --- passwords


@pytest.fixture(scope="module")
def enciphered() -> dict[str, bytes]:
    made = {}
    for kind, user in (("opens with a password", "secret"), ("opens without", "")):
        writer = copy_into_new_writer(PdfFileReader(io.BytesIO(paper())))
        writer.encrypt(owner_pass="owner", user_pass=user)
        made[kind] = written(writer)
    return made


def test_a_document_with_a_password(enciphered: dict[str, bytes]) -> None:
    pdf = enciphered["opens with a password"]
    assert open_pdf(pdf, password="secret").pages == 1
    assert open_pdf(pdf, password="owner").pages == 1
    with pytest.raises(PDFEncrypted):
        open_pdf(pdf)
    for wrong in ("wrong", "", "密码", "x" * 200):
        with pytest.raises(PDFPasswordWrong):
            open_pdf(pdf, password=wrong)


def test_a_document_that_is_enciphered_and_opens_without_a_password(enciphered: dict[str, bytes]) -> None:
    pdf = enciphered["opens without"]
    assert open_pdf(pdf).pages == 1
    with pytest.raises(PDFPasswordWrong):
        open_pdf(pdf, password="wrong")


@pytest.mark.parametrize(
    "encrypt",
    [
        b"<</Filter/Standard>>",
        b"<</Filter/Adobe.PubSec/V 4>>",
        b"<</Filter/Unknown/V 1>>",
        b"<</Filter/Standard/V 99/R 99/O<00>/U<00>/P 0>>",
        b"<</Filter/Standard/V 5/R 6/O(x)/U(x)/OE(x)/UE(x)/Perms(x)/P 0>>",
        b"7",
        b"30 0 R",
        b"99 0 R",
    ],
)
def test_a_protection_that_is_none(encrypt: bytes) -> None:
    pdf = paper(trailer=b"/ID[<00><00>]/Encrypt " + encrypt)
    for password in (None, "secret"):
        with pytest.raises((PDFMalformed, PDFEncrypted, PDFPasswordWrong)):
            open_pdf(pdf, password=password)


def test_a_document_that_is_enciphered_for_certificates() -> None:
    filters = b"/CF<</DefaultCryptFilter<</CFM/AESV3/Recipients[<3000>]/Length 256>>>>/StmF/DefaultCryptFilter"
    encrypt = b"<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 5" + filters + b"/StrF/DefaultCryptFilter>>"
    pdf = paper(trailer=b"/ID[<00><00>]/Encrypt 30 0 R", others={30: encrypt})
    for password in (None, "secret"):
        with pytest.raises(PDFEncrypted):
            open_pdf(pdf, password=password)


def test_a_gap_around_another_string_of_digits() -> None:
    pdf = with_signature(signature_object(ByteRange=b"[0 111111 222222 333333]", Contents=b"<30031234>"))
    pdf = pdf.replace(b"trailer\n<<", b"trailer\n<</ID[<30035678><30035678>]")
    start = pdf.index(b"<30035678>")
    end = start + 10
    told = b"[0 %06d %06d %06d]" % (start, end, len(pdf) - end)
    (found,) = open_pdf(pdf.replace(b"[0 111111 222222 333333]", told)).signatures
    assert (found.contents, found.coverage) == (bytes.fromhex("30031234"), Coverage.LESS)


# --- what cannot be read

VALUES = {
    "not a dictionary": b"7",
    "an array": b"[]",
    "null": b"null",
    "itself": b"31 0 R",
    "no ByteRange": signature_object(ByteRange=b""),
    "no Contents": signature_object(Contents=b""),
    "Contents a number": signature_object(Contents=b"7"),
    "Contents of nothing": signature_object(Contents=b"<>"),
    "odd ranges": signature_object(ByteRange=b"[0 10 20]"),
    "a range of names": signature_object(ByteRange=b"[/a /b /c /d]"),
    "a range beyond the file": signature_object(ByteRange=b"[0 10 20 99999]"),
    "a range before the file": signature_object(ByteRange=b"[-10 10 20 10]"),
    "a number that is none": signature_object(ByteRange=b"[0 1.2.3 20 10]"),
    "a reference to nothing": signature_object(Reference=b"[99 0 R]"),
    "a rule without parameters": signature_object(Reference=b"[<</TransformMethod/DocMDP>>]"),
    "a rule of permission 9": signature_object(
        Reference=b"[<</TransformMethod/DocMDP/TransformParams<</P 9/V/1.2>>>>]"
    ),
    "fields that are locked": signature_object(
        Reference=b"[<</TransformMethod/FieldMDP/TransformParams<</Action/All/V/1.2>>>>]"
    ),
    "a reason that is a dictionary": signature_object(Reason=b"<</A 1>>"),
    "a date that is a number": signature_object(M=b"7"),
    "a time-stamp": signature_object(Type=b"/DocTimeStamp", SubFilter=b"/ETSI.RFC3161"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_a_signature_that_cannot_be_read(kind: str, bench: Bench) -> None:
    report = judge_file(with_signature(VALUES[kind]), bench.kit.evidence, now=NOW).document
    assert Outcome.PASSED is not report.outcome


FIELDS = {
    "the value stands inside": b"<</FT/Sig/T(a)/V %b>>" % signature_object(),
    "no name": b"<</FT/Sig/V 31 0 R>>",
    "a name that is a number": b"<</FT/Sig/T 7/V 31 0 R>>",
    "its own parent": b"<</FT/Sig/T(a)/V 31 0 R/Parent 30 0 R>>",
    "its own child": b"<</T(a)/Kids[30 0 R]>>",
    "kids that are a number": b"<</T(a)/Kids 7>>",
    "a field of text with a signature": b"<</FT/Tx/T(a)/V 31 0 R>>",
    "not a dictionary": b"[1 2 3]",
}


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_that_is_none(kind: str, bench: Bench) -> None:
    pdf = with_signature(signature_object(), FIELDS[kind])
    assert Outcome.PASSED is not judge_file(pdf, bench.kit.evidence, now=NOW).document.outcome


STORES = [
    b"<</Certs[99 0 R]/CRLs[99 0 R]>>",
    b"<</Certs 7>>",
    b"<</Certs[40 0 R 40 0 R]/CRLs[40 0 R]>>",
    b"7",
    b"<</Certs[7]>>",
    b"99 0 R",
]


@pytest.mark.parametrize("store", STORES)
def test_a_store_of_evidence_that_is_none(store: bytes) -> None:
    pdf = paper(catalog=b"/DSS " + store, others={40: b"<</Length 5>>\nstream\nnoise\nendstream"})
    try:
        found = open_pdf(pdf)
    except PDFMalformed:
        return
    assert (found.certificates, found.revocation_lists) == ((), ())


def test_a_store_that_holds_more_than_is_looked_at() -> None:
    many = b"40 0 R " * 5_000
    pdf = paper(catalog=b"/DSS<</Certs[" + many + b"]>>", others={40: b"<</Length 5>>\nstream\nnoise\nendstream"})
    assert open_pdf(pdf).certificates == ()


@pytest.mark.parametrize("name", [b"<FEFFD800>", b"(\xff\xfe\x00\xd8)", b"(a\x00b)"])
def test_a_name_in_no_encoding_of_texts_is_told_all_the_same(name: bytes) -> None:
    """What is judged goes from a worker to us: it has to be a text."""
    (found,) = open_pdf(with_signature(signature_object(), b"<</FT/Sig/T" + name + b"/V 31 0 R>>")).signatures
    assert type(found.field) is str
    assert found.field


# --- noise over the whole file

TOKENS = [
    b"1.2.3",
    b"--1",
    b"null",
    b"<<>>",
    b"[]",
    b"()",
    b"<>",
    b"/X",
    b"9" * 30,
    b"-1",
    b"1 0 R",
    b"true",
    b".",
    b"9 0 R",
]


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@given(data=st.data())
@pytest.mark.no_cover
def test_no_mutation_passes_and_none_raises_anything_else(plain: bytes, bench: Bench, data: st.DataObject) -> None:
    changed = bytearray(plain)
    # Outside of the values of the signatures, where most of the octets are.
    gaps = [one.content.ranges for one in open_pdf(plain).signatures]
    last = data.draw(st.sampled_from(["head", "middle", "tail"]))
    (_, first_end), (second, _) = gaps[0]
    (_, third_end), (fourth, _) = gaps[1]
    low, high = {"head": (0, first_end), "middle": (second, third_end), "tail": (fourth, len(plain))}[last]
    place = data.draw(st.integers(low, high - 1))
    match data.draw(st.sampled_from(["octet", "token", "cut"])):
        case "octet":
            changed[place] = data.draw(st.integers(0, 255))
        case "token":
            token = data.draw(st.sampled_from(TOKENS))
            changed[place : place + len(token)] = token
        case _:
            del changed[place : place + data.draw(st.integers(1, 60))]
    if bytes(changed) == plain:
        return
    try:
        outcome = judge_pdf(bytes(changed), bench.kit.evidence, now=NOW).outcome
    except TrustError:
        return
    assert Outcome.PASSED is not outcome


def test_limits_of_fields_hold_at_every_level() -> None:
    kids = b"<</T(b)/Kids[" + b"41 0 R " * 2_001 + b"]>>"
    pdf = with_signature(signature_object(), kids, _41=b"<</FT/Tx/T(a)>>")
    with pytest.raises(PDFLimitExceeded):
        open_pdf(pdf)


def test_the_levels_of_permission_are_those_of_the_standard() -> None:
    assert [MDPPerm.NO_CHANGES.value, MDPPerm.FILL_FORMS.value, MDPPerm.ANNOTATE.value] == [1, 2, 3]


def test_the_information_dictionary_is_not_part_of_what_a_reader_shows(plain: bytes, bench: Bench) -> None:
    def retitle(writer: Any) -> None:  # noqa: ANN401 - pyHanko's
        writer.set_info(writer.add_object(generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("t")})))

    report = bench.judge(updated(plain, retitle))
    assert Outcome.FAILED is not report.outcome or (
        "pdf.changes" in {c.name for c in report.signatures[0].report.checks}
    )

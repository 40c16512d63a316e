"""Attacks on the bytes of a stamped document: its end, its ByteRange, its values. None passes, none crashes."""

import re
from collections.abc import Callable
from typing import Final

import pytest

from seal.verification.files import FileKind, judge_file
from tests.seal.kits import Bench
from tests.trust.pdf.paper import ByteRange, byte_range, paper
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.errors import TrustError
from trust.pdf.intake import PDFLimitExceeded
from trust.pdf.signing import PADES, SEAL, SignatureForm, SignatureRequest, prepare_signature
from trust.verdict import Outcome, SubIndication

FORMAT, HASH, VALUE = SubIndication.FORMAT_FAILURE, SubIndication.HASH_FAILURE, SubIndication.SIG_CRYPTO_FAILURE
SHA1: Final = SignatureForm(filter="/Adobe.PPKLite", subfilter="/adbe.pkcs7.sha1", digest=Digest.SHA256)
RFC3161: Final = SignatureForm(filter="/Adobe.PPKLite", subfilter="/ETSI.RFC3161", digest=Digest.SHA256)
PAGE: Final = b"10 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n"


def judged(pdf: bytes, bench: Bench) -> tuple[Outcome, SubIndication | None]:
    """Return the verdict on a file as the public gets it: outcome and sub-indication."""
    report = judge_file(pdf, bench.kit.evidence, now=bench.clock.now())
    assert FileKind.PDF is report.kind
    finding = report.document.finding
    return report.document.outcome, None if finding is None else finding.sub_indication


def test_the_genuine_document(plain: bytes, bench: Bench) -> None:
    assert judged(plain, bench) == (Outcome.PASSED, None)


# --- the end of the file


def offset_of(pdf: bytes) -> bytes:
    found: bytes = re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    return found


TAILS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "one octet": lambda pdf: pdf + b"A",
    "a null octet": lambda pdf: pdf + b"\0",
    "white space": lambda pdf: pdf + b"\n\n\n",
    "garbage": lambda pdf: pdf + b"\nAAAA",
    "garbage and an end": lambda pdf: pdf + b"\nAAAA\n%%EOF\n",
    "a bare object": lambda pdf: pdf + b"\n" + PAGE + b"%%EOF\n",
    "a bare object without an end": lambda pdf: pdf + b"\n" + PAGE,
    "a second copy": lambda pdf: pdf + pdf,
    "the same table again": lambda pdf: pdf + b"startxref\n" + offset_of(pdf) + b"\n%%EOF\n",
    "an object and the same table": lambda pdf: pdf + PAGE + b"startxref\n" + offset_of(pdf) + b"\n%%EOF\n",
    "another file before": lambda pdf: pdf + b"PK\3\4 an archive" + b"%%EOF\n",
    "an end too much": lambda pdf: pdf + b"%%EOF\n",
    "a megabyte of comment": lambda pdf: pdf + b"%" + b"x" * (1 << 20) + b"\n%%EOF\n",
}


@pytest.mark.parametrize("tail", TAILS)
def test_something_appended(plain: bytes, bench: Bench, tail: str) -> None:
    outcome, indication = judged(TAILS[tail](plain), bench)
    assert Outcome.FAILED is outcome
    assert indication in (HASH, FORMAT)


def test_the_table_of_an_earlier_revision(plain: bytes, bench: Bench) -> None:
    # Rolled back before the last signature, or before the first: what follows belongs to no revision.
    for offset in re.findall(rb"startxref\s+(\d+)", plain)[:-1]:
        outcome, _ = judged(plain + b"startxref\n" + offset + b"\n%%EOF\n", bench)
        assert Outcome.PASSED is not outcome


@pytest.mark.parametrize("cut", [1, 2, 7, 100, 1_000, 20_000])
def test_the_end_cut_off(plain: bytes, bench: Bench, cut: int) -> None:
    outcome, indication = judged(plain[:-cut], bench)
    assert Outcome.PASSED is not outcome
    assert indication in (FORMAT, HASH, SubIndication.SIGNED_DATA_NOT_FOUND)


@pytest.mark.parametrize("front", [b"A", b"\n", b"%!PS\n"])
def test_something_before_the_file(plain: bytes, bench: Bench, front: bytes) -> None:
    report = judge_file(front + plain, bench.kit.evidence, now=bench.clock.now())
    assert (report.document.outcome, report.kind) == (Outcome.FAILED, FileKind.UNKNOWN)


# --- the ByteRange

RANGES: Final[dict[str, Callable[[ByteRange], bytes]]] = {
    "an offset at the start": lambda one: one.replaced(10, one.before - 10, one.after, one.rest),
    "a larger gap": lambda one: one.replaced(0, one.before, one.after + 50, one.rest - 50),
    "a gap that begins earlier": lambda one: one.replaced(0, one.before - 50, one.after, one.rest),
    "a gap without its brackets": lambda one: one.replaced(0, one.before + 1, one.after - 1, one.rest + 1),
    "the end left out": lambda one: one.replaced(0, one.before, one.after, one.rest - 10),
    "six numbers": lambda one: one.replaced(0, one.before, one.after, one.rest - 9, one.after + one.rest - 9, 9),
    "two numbers": lambda one: one.replaced(0, one.before + one.after + one.rest),
    "three numbers": lambda one: one.replaced(0, one.before, one.after),
    "overlapping parts": lambda one: one.replaced(0, one.after + 100, one.after, one.rest),
    "parts in another order": lambda one: one.replaced(one.after, one.rest, 0, one.before),
    "a negative length": lambda one: one.replaced(0, one.before, one.after, -1),
    "a negative offset": lambda one: one.replaced(-1, one.before, one.after, one.rest),
    "a length beyond the end": lambda one: one.replaced(0, one.before, one.after, one.rest + 1),
    "a huge length": lambda one: one.replaced(0, one.before, one.after, 10**12),
    "a number beyond all measure": lambda one: one.replaced(0, one.before, one.after, "9" * 30),
    "nothing but zeros": lambda one: one.replaced(0, 0, 0, 0),
    "empty parts": lambda one: one.replaced(0, 0, one.after, 0),
    "empty": lambda one: one.replaced(),
    "real numbers": lambda one: one.replaced("0.0", one.before, one.after, one.rest),
    "a number that is none": lambda one: one.replaced("0.0.1", one.before, one.after, one.rest),
    "names": lambda one: one.replaced("/a", "/b", "/c", "/d"),
    "missing": lambda one: one.rewritten(b""),
    "null": lambda one: one.rewritten(b"/ByteRange null"),
    "a number": lambda one: one.rewritten(b"/ByteRange 7"),
    "itself": lambda one: one.rewritten(b"/ByteRange 1 0 R"),
}


@pytest.mark.parametrize("signature", [0, 1], ids=["seal", "document"])
@pytest.mark.parametrize("kind", RANGES)
def test_another_byte_range(plain: bytes, bench: Bench, kind: str, signature: int) -> None:
    outcome, indication = judged(RANGES[kind](byte_range(plain, signature)), bench)
    assert Outcome.FAILED is outcome
    assert indication in (FORMAT, HASH)


def test_thousands_of_ranges(plain: bytes, bench: Bench) -> None:
    attacked = byte_range(plain, 1).replaced(*[0, 1] * 5_000)
    assert Outcome.FAILED is judged(attacked, bench)[0]


@pytest.mark.parametrize("signature", [0, 1], ids=["seal", "document"])
def test_the_signed_tail_is_moved(plain: bytes, bench: Bench, signature: int) -> None:
    # Signature wrapping: the ByteRange goes on pointing at the tail that was signed, and something else stands before.
    one = byte_range(plain, signature)
    tail = plain[one.after : one.after + one.rest]
    evil = plain[: one.after] + b">>\nendobj\n" + PAGE
    moved = one.replaced(0, one.before, len(evil), one.rest, pdf=evil + tail)
    outcome, indication = judged(moved, bench)
    assert Outcome.PASSED is not outcome
    assert indication in (FORMAT, HASH, SubIndication.SIGNED_DATA_NOT_FOUND)


# --- the signature value

VALUES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "null": lambda _: b" null",
    "empty": lambda _: b"<>",
    "one octet": lambda _: b"<00>",
    "zeros": lambda value: b"<" + b"0" * (len(value) - 2) + b">",
    "text": lambda _: b"(abc)",
    "a short structure": lambda _: b"<3003020101>",
    "a number": lambda _: b" 7",
    "a name": lambda _: b"/None",
    "an array": lambda _: b"[<00>]",
    "an odd number of digits": lambda value: value[:-2] + b">",
    "noise": lambda value: b"<" + b"c3" * ((len(value) - 2) // 2) + b">",
    "white space in the digits": lambda value: value[:100] + b" " + value[101:],
    "another digit in the padding": lambda value: value[:-3] + b"01>",
    "an octet after the value": lambda value: value.rstrip(b"0>") + b"00000001".ljust(8, b"0") + b">",
    "cut": lambda value: value[:1000] + b">",
}


def value_of(one: ByteRange) -> bytes:
    return one.pdf[one.before : one.after]


@pytest.mark.parametrize("signature", [0, 1], ids=["seal", "document"])
@pytest.mark.parametrize("kind", VALUES)
def test_another_value(plain: bytes, bench: Bench, kind: str, signature: int) -> None:
    one = byte_range(plain, signature)
    outcome, indication = judged(one.value(VALUES[kind](value_of(one))), bench)
    assert Outcome.FAILED is outcome
    assert indication in (FORMAT, HASH)


def test_the_values_exchanged(plain: bytes, bench: Bench) -> None:
    seal, document = byte_range(plain, 0), byte_range(plain, 1)
    digits = value_of(document).rstrip(b"0>") + b"0"
    attacked = seal.value(digits.ljust(seal.after - seal.before - 1, b"0") + b">")
    assert Outcome.FAILED is judged(attacked, bench)[0]


@pytest.mark.parametrize("hidden", [b"(x)", b"<</A 1>>", b">>/Kids[", b"\n/Lang(en)\n"])
def test_octets_hidden_in_the_gap(plain: bytes, bench: Bench, hidden: bytes) -> None:
    one = byte_range(plain, 0)
    value = value_of(one)
    digits = value.rstrip(b"0>") + b"0" * 100
    attacked = one.value(digits + b">" + hidden)
    assert Outcome.FAILED is judged(attacked, bench)[0]


def flipped(pdf: bytes, place: int) -> bytes:
    """Return `pdf` with another hexadecimal digit at `place`."""
    digit = b"1" if pdf[place : place + 1] != b"1" else b"2"
    return pdf[:place] + digit + pdf[place + 1 :]


@pytest.mark.parametrize("part", range(0, 100, 4))
def test_a_flipped_digit_in_the_seal_signature(plain: bytes, bench: Bench, part: int) -> None:
    one = byte_range(plain, 0)
    used = len(value_of(one).rstrip(b"0>"))
    # The last tenth is the time-stamp, whose certificates nobody needs: changing those changes nothing.
    place = one.before + 1 + (used * 9 // 10) * part // 100
    outcome, indication = judged(flipped(plain, place), bench)
    assert Outcome.FAILED is outcome
    assert indication in (FORMAT, VALUE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE, HASH)


def test_a_flipped_digit_in_what_the_second_signature_signs(plain: bytes, bench: Bench) -> None:
    one = byte_range(plain, 1)
    message = bytes.fromhex(value_of(one)[1:-1].decode())
    signature = bench.signer.certificate
    digest = message.index(bytes.fromhex("06092a864886f70d010904"))  # the messageDigest attribute
    for octet in (digest + 15, digest + 30, message.index(signature.der) + 40, 20):
        place = one.before + 1 + 2 * octet
        assert Outcome.FAILED is judged(flipped(plain, place), bench)[0]


# --- what the dictionaries say

TEXTS: Final = [
    (b"/GM.sm2seal", b"/adbe.x509.r"),
    (b"/GM.sm2seal", b"/Other.form."),
    (b"/GM.PKILite", b"/Other.Lite"),
    (b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"),
    (b"/ETSI.CAdES.detached", b"/ETSI.RFC3161       "),
    (b"/Type /Sig\n", b"/Type /Sih\n"),
    (b"/Adobe.PPKLite", b"/Other.PPKLite"),
    (b"/Reason", b"/Season"),
    (b"20261122040506Z", b"20251122040506Z"),
    (b"(Notice) Tj", b"(Notify) Tj"),
    (b"/P 2", b"/P 3"),
    (b"/DocMDP", b"/XocMDP"),
]


@pytest.mark.parametrize(("old", "new"), TEXTS, ids=lambda value: repr(value[:12]))
def test_another_text_in_what_was_signed(plain: bytes, bench: Bench, old: bytes, new: bytes) -> None:
    assert old in plain
    for start in {plain.index(old), plain.rindex(old)}:
        attacked = plain[:start] + new[: len(old)] + plain[start + len(old) :]
        outcome, indication = judged(attacked, bench)
        assert Outcome.FAILED is outcome
        assert indication in (HASH, FORMAT)


def test_a_flipped_bit_anywhere_in_what_was_signed(plain: bytes, bench: Bench) -> None:
    seal, document = byte_range(plain, 0), byte_range(plain, 1)
    gaps = (range(seal.before, seal.after), range(document.before, document.after))
    places = [place for place in range(0, len(plain), 397) if not any(place in gap for gap in gaps)]
    for place in places:
        attacked = plain[:place] + bytes((plain[place] ^ 1,)) + plain[place + 1 :]
        try:
            report = judge_file(attacked, bench.kit.evidence, now=bench.clock.now())
        except TrustError:
            continue
        assert Outcome.PASSED is not report.document.outcome, place


# --- signatures that are genuine and say nothing about this document


def with_value(value: bytes, form: SignatureForm, bench: Bench) -> bytes:
    """Return another document with a signature value in it that was made for something else."""
    request = SignatureRequest(form=form, field="Signature", at=bench.clock.now(), reserve=40_000)
    return prepare_signature(paper(), request).fill(value)


def test_a_seal_signature_taken_from_another_document(plain: bytes, bench: Bench) -> None:
    value = bytes.fromhex(value_of(byte_range(plain, 0))[1:-1].decode()).rstrip(b"\0")
    assert judged(with_value(value, SEAL, bench), bench) == (Outcome.FAILED, HASH)


def test_a_message_signature_taken_from_another_document(plain: bytes, bench: Bench) -> None:
    value = bytes.fromhex(value_of(byte_range(plain, 1))[1:-1].decode()).rstrip(b"\0")
    assert judged(with_value(value, PADES, bench), bench) == (Outcome.FAILED, HASH)


@pytest.mark.parametrize("form", [PADES, SHA1])
def test_a_message_that_brings_its_own_content(bench: Bench, form: SignatureForm) -> None:
    # Somebody whom we trust signed a message once. In a PDF its content is the ByteRange and nothing else.
    signer = bench.kit.document_signer
    content = b"any message that this signer ever signed"
    digest = hash_of(Digest.SHA256, content)
    value = signer.sign(digest, content=content, stamp=bench.kit.document_stamper.stamp)
    outcome, _ = judged(with_value(value, form, bench), bench)
    assert Outcome.FAILED is outcome


def test_a_time_stamp_is_no_signature(bench: Bench) -> None:
    token = bench.kit.document_stamper.stamp(b"whatever")
    for form in (PADES, SEAL, RFC3161):
        assert Outcome.FAILED is judged(with_value(token, form, bench), bench)[0]


def test_a_seal_is_no_signature(bench: Bench) -> None:
    assert judged(with_value(bench.kit.seal, SEAL, bench), bench) == (Outcome.FAILED, FORMAT)


def test_more_signatures_than_any_document_has(bench: Bench) -> None:
    count = 51
    fields = {40 + place: b"<</FT/Sig/T(f%d)/V 30 0 R>>" % place for place in range(count)}
    value = b"<</Type/Sig/Filter/A/SubFilter/B/ByteRange[0 9 11 9]/Contents<00>>>"
    listed = b" ".join(b"%d 0 R" % number for number in fields)
    pdf = paper(catalog=b"/AcroForm<</Fields[%b]/SigFlags 3>>" % listed, others={30: value, **fields})
    with pytest.raises(PDFLimitExceeded):
        judge_file(pdf, bench.kit.evidence, now=bench.clock.now())

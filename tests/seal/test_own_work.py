"""Nothing is released that a stranger would refuse: each way of being wrong, one at a time."""

import re
from dataclasses import replace
from typing import Final

import pytest

from seal.errors import OwnWorkRefused
from seal.stamping.orders import Level, Mode, StampOrder
from seal.stamping.own_work import judge_own_work, read_own_work, require_unharmed, require_valid
from seal.stamping.places import AtPoint
from seal.verification.documents import DocumentReport, judge_field
from tests.seal.kits import CENTRE, Bench, order_at, outcomes
from tests.sm2_backends import LIBRARIES, library_named
from tests.trust.pdf.paper import paper
from tests.vectors.verification.papers import amended, latest
from trust.crypto.sm2 import SM2Digest, SM2PublicKey, SM2Signature
from trust.pdf.intake import PDFMalformed
from trust.pdf.release import read_release
from trust.verdict import Outcome

FIELDS: Final = ("ElectronicSeal", "DocumentSignature")
POINT: Final = AtPoint(page=1, x_mm=150, y_mm=240)


def judged(
    bench: Bench, pdf: bytes, *, order: StampOrder | None = None, fields: tuple[str, ...] = FIELDS
) -> DocumentReport:
    asked = bench.prepare_order(paper(), order_at(CENTRE) if order is None else order).asked
    released = read_own_work(pdf, before=paper(), values=values(pdf, fields), asked=asked)
    return judge_own_work(released, bench.kit.evidence, now=bench.clock.now())


def values(pdf: bytes, fields: tuple[str, ...]) -> dict[str, bytes]:
    """Return what stands in the fields of a file, whose room is in the order of `fields`."""
    rooms = [bytes.fromhex(one.decode()).rstrip(b"\0") for one in re.findall(rb"/Contents <([0-9a-f]+)>", pdf)]
    return {field: rooms[at] if at < len(rooms) else b"" for at, field in enumerate(fields)}


def test_what_is_good_is_told_field_by_field(bench: Bench) -> None:
    report = judged(bench, bench.stamp(paper()))
    assert outcomes(report) == [(field, "passed", "") for field in FIELDS]
    assert report.signatures[0].seal_signature is not None


def test_in_one_field_both_signatures_are_judged(bench: Bench) -> None:
    order = StampOrder(places=(POINT,), mode=Mode.ONE_FIELD, level=Level.B_T)
    report = judged(bench, bench.stamp_order(paper(), order), order=order, fields=FIELDS[:1])
    assert [one.report.kind.value for one in report.signatures] == ["cms", "seal_signature"]


@pytest.mark.parametrize("fields", [(), FIELDS[:1], (*FIELDS, "Another")])
def test_the_fields_are_those_that_were_added(bench: Bench, fields: tuple[str, ...]) -> None:
    with pytest.raises(OwnWorkRefused) as refused:
        judged(bench, bench.stamp(paper()), fields=fields)
    assert refused.value.details == {"check": "pdf.release"}


def test_a_file_that_grew_out_of_another_one(bench: Bench) -> None:
    other = paper().replace(b"(Notice)", b"(Forged)")
    with pytest.raises(OwnWorkRefused) as refused:
        judged(bench, bench.stamp(other))
    assert refused.value.details == {"check": "pdf.release"}


def test_a_file_with_something_behind_it(bench: Bench) -> None:
    with pytest.raises(OwnWorkRefused) as refused:
        judged(bench, bench.stamp(paper()) + b"%")
    assert refused.value.details == {"check": "pdf.release"}


@pytest.mark.parametrize("field", FIELDS)
def test_a_signature_value_of_one_wrong_bit(bench: Bench, field: str) -> None:
    pdf = bench.stamp(paper())
    (signature,) = [one for one in read_release(pdf, before=paper(), fields=FIELDS) if one.field == field]
    spoilt = signature.contents.rstrip(b"\0")
    wrong = spoilt[:-1] + bytes((spoilt[-1] ^ 1,))
    changed = pdf.replace(spoilt.hex().encode(), wrong.hex().encode())
    assert changed != pdf
    with pytest.raises(OwnWorkRefused):
        judged(bench, changed)


def test_no_octet_is_another_one_between_writing_and_release(bench: Bench) -> None:
    """Whatever of the very same file was read, hashed and found good a moment before."""
    pdf = bench.stamp(paper())
    asked = bench.prepare_order(paper(), order_at(CENTRE)).asked
    made = values(pdf, FIELDS)

    def judged_again(file: bytes) -> DocumentReport:
        released = read_own_work(file, before=paper(), values=made, asked=asked)
        return judge_own_work(released, bench.kit.evidence, now=bench.clock.now())

    assert outcomes(judged_again(pdf)) == [(field, "passed", "") for field in FIELDS]
    room = pdf.rindex(b"/Contents <") + len(b"/Contents <")
    ends = range(room + 4, room + 8)  # of the DER: a length that takes in what fills the room is read by many
    chain = range(room, room + 4000, 40)  # certificates that other ones vouch for
    for place in (*ends, *chain, *range(0, len(pdf), len(pdf) // 40)):
        changed = pdf[:place] + bytes((pdf[place] ^ 1,)) + pdf[place + 1 :]
        with pytest.raises(OwnWorkRefused):
            judged_again(changed)


class Doubting:
    """A backend that finds no signature good, and counts how many it was asked about."""

    name = "doubting"

    def __init__(self) -> None:
        self.asked = 0

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        del key, e, signature
        self.asked += 1
        return False


def test_the_backend_that_is_named_judges_the_seal(bench: Bench) -> None:
    pdf, doubting = bench.stamp(paper()), Doubting()
    (seal, _) = read_release(pdf, before=paper(), fields=FIELDS)
    ((report, signature),) = judge_field(seal, bench.kit.evidence, now=bench.clock.now(), backend=doubting)
    assert doubting.asked == 2  # the signer's and the maker's
    assert report.verdict.outcome is Outcome.FAILED
    assert signature is not None


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_backend_finds_it_good(bench: Bench, name: str) -> None:
    (seal, _) = read_release(bench.stamp(paper()), before=paper(), fields=FIELDS)
    ((report, _),) = judge_field(seal, bench.kit.evidence, now=bench.clock.now(), backend=library_named(name))
    assert report.verdict.outcome is Outcome.PASSED


def test_a_check_that_did_not_pass_is_named(bench: Bench) -> None:
    report = judged(bench, bench.stamp(paper()))
    alone = replace(report, signatures=report.signatures[:1])
    require_valid(alone, fields=FIELDS[:1])
    with pytest.raises(OwnWorkRefused) as refused:
        require_valid(alone, fields=FIELDS)
    assert refused.value.details == {"check": "pdf.signatures"}


def test_a_document_that_nobody_signed_before_has_nothing_to_harm(bench: Bench) -> None:
    pdf = bench.stamp(paper())
    report = require_unharmed(pdf, before=paper(), evidence=bench.kit.evidence, now=bench.clock.now())
    assert outcomes(report) == [(field, "passed", "") for field in FIELDS]


def test_a_signature_that_is_new_holds_in_the_whole_document(bench: Bench) -> None:
    pdf = bench.stamp(paper())
    changed = amended(pdf, {4: latest(pdf, 4).replace(b"Notice", b"Nothin")})
    with pytest.raises(OwnWorkRefused) as refused:
        require_unharmed(changed, before=paper(), evidence=bench.kit.evidence, now=bench.clock.now())
    assert refused.value.details == {"check": "pdf.changes"}


@pytest.mark.parametrize(
    "field",
    [b"<</FT/Tx/T(a)>>", b"<</FT/Tx/T(b.c)>>", b"<</T(b)>>", b"<</FT/Tx/T(b\0c)>>"],
    ids=["twice", "with a dot", "of no kind", "in no encoding"],
)
def test_a_form_that_others_cannot_compare_is_not_handed_out(bench: Bench, field: bytes) -> None:
    form = {30: b"<</FT/Tx/T(a)/V(1)>>", 31: field}
    bench.stamp(paper(catalog=b"/AcroForm<</Fields[30 0 R]>>", others=form))
    with pytest.raises((OwnWorkRefused, PDFMalformed)):
        bench.stamp(paper(catalog=b"/AcroForm<</Fields[30 0 R 31 0 R]>>", others=form))

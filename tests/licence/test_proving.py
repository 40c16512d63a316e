"""What the registry proves by its own books, when no time-stamp proves it any more."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from licence.proving import recorded_of
from licence.standing import FileFinding
from seal.ledger.entries import Operation
from seal.stamping.digest_stampings import StampDigests
from seal.stamping.digests import DigestItem, Timing
from seal.stamping.orders import Level
from seal.verification.record import Record, RecordMalformed, replay
from tests.fakes.clock import NOW
from tests.licence.builders import Desk
from tests.seal.holders import Holder
from tests.seal.houses import NOTICE
from trust.crypto.sm3 import sm3
from trust.paths import Recorded
from trust.pdf.signing import append_security_store
from trust.reports import Proves
from trust.verdict import Outcome, SubIndication

LATER = NOW + timedelta(days=36_500)
"""When every certificate of today has ended, the roots too."""


def records(finding: FileFinding) -> set[object]:
    """Return since when the registry has had each signature on record."""
    return {
        one.time
        for each in finding.report.document.signatures
        for one in each.report.time_proofs
        if one.proves is Proves.RECORD
    }


def issued(desk: Desk) -> bytes:
    """Return the file of a licence without an end."""
    return desk.house.licences.file(desk.staff.client, desk.issue().id)


def test_a_licence_is_as_old_as_the_trail_says_it_is(desk: Desk) -> None:
    pdf, verification = issued(desk), desk.house.verification
    assert records(verification.file(pdf)) == set()  # nothing has to be proven yet
    desk.at(LATER)
    finding = verification.file(pdf)
    assert (finding.outcome, records(finding)) == (Outcome.PASSED, {NOW})
    for one in finding.report.document.signatures:
        assert any(proof.proves is Proves.RECORD for proof in one.report.time_proofs)
        (check,) = next(proof.checks for proof in one.report.time_proofs if proof.proves is Proves.RECORD)
        assert (check.step, check.name, check.outcome) == ("4", "registry.recorded", Outcome.PASSED)
    # What others wrote behind it is not on record; what it begins with is.
    (certificate, *_) = finding.report.document.signatures[0].report.path
    longer = append_security_store(pdf, certificates=(certificate,), revocation_lists=(), ocsp_responses=())
    assert (verification.file(longer).outcome, records(verification.file(longer))) == (Outcome.PASSED, {NOW})


def test_a_record_of_the_verdict_keeps_what_the_registry_proved(desk: Desk) -> None:
    pdf = issued(desk)
    _, before = desk.house.verification.recorded(pdf)
    assert b'"recorded"' not in before.to_json()
    desk.at(LATER)
    finding, record = desk.house.verification.recorded(pdf)
    again = Record.read(record.to_json())
    assert again.evidence.recorded == (Recorded(octets=len(pdf), since=NOW),)
    report = replay(again, pdf)
    assert report.document.outcome is finding.report.document.outcome is Outcome.PASSED
    assert again.agrees_with(report)
    without = replace(again, evidence=replace(again.evidence, recorded=()))
    assert not without.agrees_with(replay(without, pdf))
    for wrong in ({}, {"octets": 1}, {"octets": -1, "since": NOW.isoformat()}, {"octets": 1, "since": "today"}):
        told = {**json.loads(record.to_json()), "recorded": [wrong]}
        with pytest.raises(RecordMalformed) as caught:
            Record.read(json.dumps(told).encode())
        assert str(caught.value.details["place"]).startswith("recorded")


def test_what_the_registry_never_kept_it_does_not_prove(desk: Desk) -> None:
    holder = Holder(desk.house)
    _, pdf = holder.stamp(holder.command(order=replace(holder.command().order, level=Level.B_T)))
    half = pdf[: pdf.index(b"%%EOF", pdf.index(b"/ByteRange")) + 6]
    whole, part = (desk.house.verification.file(one).report.document for one in (pdf, half))
    assert (len(whole.signatures), len(part.signatures)) == (2, 1)
    assert {whole.outcome, part.outcome} == {Outcome.PASSED}
    desk.at(LATER)
    assert records(desk.house.verification.file(pdf)) == {NOW}
    assert desk.house.verification.file(pdf).outcome is Outcome.PASSED
    found = desk.house.verification.file(half)
    assert (found.outcome, records(found)) == (Outcome.INDETERMINATE, set())
    assert found.report.document.finding is not None
    assert found.report.document.finding.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE


def test_a_seal_signature_is_as_old_as_the_ledger_says_it_is(desk: Desk) -> None:
    holder = Holder(desk.house, operations=frozenset({Operation.DIGEST}))
    item = DigestItem(digest=sm3(b"a notice"), property_info="notice.txt", reference="A-1")
    order = StampDigests(
        seal=holder.seal, items=(item,), purpose=NOTICE, request_key=desk.house.next_key(), timing=Timing.CLAIMED
    )
    (sealed,) = desk.house.digests.stamp(holder.actor, order)
    desk.at(LATER)
    finding = desk.house.verification.file(sealed.encoded, signed=b"a notice")
    assert (finding.report.document.outcome, records(finding)) == (Outcome.PASSED, {NOW})


def test_what_bears_no_stamping_of_ours_is_on_no_record(desk: Desk) -> None:
    report = desk.house.verification.file(b"no file at all").report
    with desk.house.store.reading() as view:
        repository = desk.house.verification.repository
        assert recorded_of(view, repository, b"no file at all", report, asked=LATER) == ()


def test_what_was_recorded_later_was_not_known_yet(desk: Desk) -> None:
    pdf = issued(desk)
    report = desk.house.verification.file(pdf).report
    with desk.house.store.reading() as view:
        repository = desk.house.verification.repository
        assert recorded_of(view, repository, pdf, report, asked=NOW) == (Recorded(octets=len(pdf), since=NOW),)
        assert recorded_of(view, repository, pdf, report, asked=NOW - timedelta(seconds=1)) == ()

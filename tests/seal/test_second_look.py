"""A worker that was taken over says that a file is genuine: what it cannot make anybody believe."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest

from seal.verification.documents import JudgedSignature
from seal.verification.files import FileKind, FileReport, judge_file
from seal.verification.second_look import VerdictContradicted, look_again
from tests.builders import PKI
from tests.fakes.workers import believed
from tests.seal.kits import Bench
from tests.trust.pdf.paper import paper
from tests.vectors.verification.cases import read_manifest
from trust.crypto.sm3 import hash_of
from trust.paths import Evidence
from trust.pdf.content import ByteRangeContent
from trust.pdf.judging import Coverage, PDFSignature
from trust.reports import Proves
from trust.status import RevocationStatus, StatusSource
from trust.verdict import Finding, Outcome, SubIndication

Lie = Callable[[FileReport, bytes], FileReport]


@pytest.fixture(scope="module")
def bench(sm2_pki: PKI, p256_pki: PKI) -> Bench:
    """Return somebody who stamps."""
    return Bench.of(sm2_pki, p256_pki)


@pytest.fixture(scope="module")
def stamped(bench: Bench) -> bytes:
    """Return a stamped document."""
    return bench.stamp(paper())


def judged(bench: Bench, pdf: bytes, evidence: Evidence | None = None) -> FileReport:
    return judge_file(pdf, evidence or bench.kit.evidence, now=bench.clock.now())


def seen(bench: Bench, pdf: bytes, report: FileReport, evidence: Evidence | None = None) -> FileReport:
    return look_again(pdf, report, evidence or bench.kit.evidence, now=bench.clock.now())


def changed(report: FileReport, change: Callable[[JudgedSignature], JudgedSignature]) -> FileReport:
    """Return a report with every signature changed."""
    signatures = tuple(change(one) for one in report.document.signatures)
    return replace(report, document=replace(report.document, signatures=signatures))


def placed_with(one: JudgedSignature, **changes: Any) -> JudgedSignature:  # noqa: ANN401 - any field
    assert one.placed is not None
    return replace(one, placed=replace(one.placed, **changes))


def placed_of(one: JudgedSignature) -> PDFSignature:
    assert one.placed is not None
    return one.placed


def ranges_of(one: JudgedSignature, *ranges: tuple[int, int]) -> JudgedSignature:
    return placed_with(one, content=ByteRangeContent(placed_of(one).content.pdf, ranges))


def test_an_honest_verdict_stays_as_it_is(bench: Bench, stamped: bytes) -> None:
    report = judged(bench, stamped)
    assert report.document.outcome is Outcome.PASSED
    again = seen(bench, stamped, report)
    assert again == report
    assert again.document.outcome is Outcome.PASSED


def test_a_second_revision_is_told_by_the_worker(bench: Bench, stamped: bytes) -> None:
    twice = bench.stamp(stamped)
    report = judged(bench, twice)
    assert seen(bench, twice, report) == report
    assert {placed_of(one).coverage for one in report.document.signatures} == {Coverage.REVISION, Coverage.FILE}


def test_what_is_not_passed_is_left_alone(bench: Bench, stamped: bytes) -> None:
    for pdf in (paper(), b"neither", stamped.replace(b"Notice", b"Police")):
        report = judged(bench, pdf)
        assert report.document.outcome is not Outcome.PASSED
        assert seen(bench, pdf, report) == report


def forged(bench: Bench, pdf: bytes) -> FileReport:
    return changed(judged(bench, pdf), believed)


def test_an_altered_document_is_not_believed(bench: Bench, stamped: bytes) -> None:
    altered = stamped.replace(b"Notice", b"Police")
    assert altered != stamped
    report = forged(bench, altered)
    assert report.document.outcome is Outcome.PASSED
    with pytest.raises(VerdictContradicted):
        seen(bench, altered, report)


def test_a_stranger_is_not_believed(bench: Bench, stamped: bytes) -> None:
    with pytest.raises(VerdictContradicted):
        seen(bench, stamped, judged(bench, stamped), Evidence())


LIES: Final[dict[str, Callable[[JudgedSignature], JudgedSignature]]] = {
    "another file": lambda one: placed_with(one, content=ByteRangeContent(bytes(9), placed_of(one).content.ranges)),
    "a copy of the file": lambda one: placed_with(
        one, content=ByteRangeContent(bytes(bytearray(placed_of(one).content.pdf)), placed_of(one).content.ranges)
    ),
    "no place in the file": lambda one: replace(one, placed=None),
    "no ranges": ranges_of,
    "one range": lambda one: ranges_of(one, placed_of(one).content.ranges[0]),
    "not from the beginning": lambda one: ranges_of(one, (1, 8), placed_of(one).content.ranges[1]),
    "a gap that is no value": lambda one: ranges_of(one, (0, 8), placed_of(one).content.ranges[1]),
    "another value": lambda one: placed_with(one, contents=b"\x30\x00"),
    "less than all": lambda one: placed_with(one, coverage=Coverage.LESS),
    "a revision that is the last": lambda one: placed_with(
        one, coverage=Coverage.REVISION if placed_of(one).coverage is Coverage.FILE else Coverage.FILE
    ),
    "no signer": lambda one: replace(one, report=replace(one.report, signer=None)),
    "another seal": lambda one: (
        replace(one, seal_signature=None)
        if one.seal_signature is not None
        else replace(one, report=replace(one.report, signer=None))
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_about_one_thing(bench: Bench, stamped: bytes, name: str) -> None:
    with pytest.raises(VerdictContradicted):
        seen(bench, stamped, changed(judged(bench, stamped), LIES[name]))


def test_a_signature_that_stands_nowhere_is_not_believed(bench: Bench, stamped: bytes) -> None:
    """Else a worker that any file took over tells of a seal that was never there."""
    genuine = judged(bench, stamped)
    nowhere = changed(genuine, lambda one: replace(one, placed=None))
    for content in (paper(), stamped, b"neither", b"PK\x03\x04"):
        for kind in FileKind:
            lie = replace(nowhere, kind=kind)
            if (content, kind) == (b"PK\x03\x04", FileKind.OFD):
                assert seen(bench, content, lie) == lie  # of a package there is no second look
                continue
            with pytest.raises(VerdictContradicted):
                seen(bench, content, lie)


def by_itself(bench: Bench, kind: FileKind) -> bytes:
    """Return a file that is a seal, or a message with its content inside."""
    if kind is FileKind.SEAL:
        return bench.kit.seal
    signer = bench.kit.document_signer
    return signer.sign(hash_of(signer.digest, b"content"), content=b"content", signing_time=bench.clock.now())


@pytest.mark.parametrize("kind", [FileKind.SEAL, FileKind.CMS])
def test_what_stands_by_itself_is_judged_anew(bench: Bench, kind: FileKind) -> None:
    content = by_itself(bench, kind)
    report = judged(bench, content)
    assert (report.kind, report.document.outcome) == (kind, Outcome.PASSED)
    assert seen(bench, content, report) == report
    renamed = changed(report, lambda one: replace(one, report=replace(one.report, facts={"name": "国务院"})))
    assert seen(bench, content, renamed) == report
    spoilt = content[:-1] + bytes((content[-1] ^ 1,))
    lie = changed(judged(bench, spoilt), believed)
    assert lie.document.outcome is Outcome.PASSED
    with pytest.raises(VerdictContradicted):
        seen(bench, spoilt, lie)


def test_names_are_those_that_were_found_here(bench: Bench, stamped: bytes) -> None:
    report = judged(bench, stamped)
    lie = changed(report, lambda one: replace(one, report=replace(one.report, facts={"name": "国务院"}, path=())))
    assert lie != report
    assert seen(bench, stamped, lie) == report


def test_lists_that_the_file_brought_along_are_read_here_as_well(bench: Bench, stamped: bytes) -> None:
    without = replace(bench.kit.evidence, revocation_lists=(), status_responses=())
    report = judged(bench, stamped, without)
    assert report.document.outcome is Outcome.PASSED
    assert seen(bench, stamped, report, without) == report


Change = Callable[[RevocationStatus], RevocationStatus]

CLEARED: Final[dict[str, Change]] = {
    "no list": lambda status: replace(status, told_by=b"no list"),
    "nothing": lambda status: replace(status, told_by=b""),
    "a list that was altered": lambda status: replace(
        status, told_by=status.told_by[:-1] + bytes((status.told_by[-1] ^ 1,))
    ),
    "a list that is called a response": lambda status: replace(status, source=StatusSource.RESPONSE),
}


def cleared_by(one: JudgedSignature, change: Change) -> JudgedSignature:
    """Return a signature whose certificates are said to be cleared by something else."""
    checks = tuple(
        check if check.revocation is None else replace(check, revocation=change(check.revocation))
        for check in one.report.checks
    )
    return replace(one, report=replace(one.report, checks=checks, time_proofs=()))


@pytest.mark.parametrize("name", CLEARED)
def test_a_list_that_only_a_worker_has_seen_clears_nobody(bench: Bench, stamped: bytes, name: str) -> None:
    without = replace(bench.kit.evidence, revocation_lists=(), status_responses=())
    report = judged(bench, stamped, without)
    lie = changed(report, lambda one: cleared_by(one, CLEARED[name]))
    with pytest.raises(VerdictContradicted):
        seen(bench, stamped, lie, without)


def test_whose_the_lists_are_is_told_here(bench: Bench, stamped: bytes) -> None:
    report = judged(bench, stamped)
    assert report.held
    assert seen(bench, stamped, replace(report, held=(b"of the file",))) == report


def test_what_a_worker_adds_to_its_lie_does_not_help(bench: Bench, stamped: bytes) -> None:
    altered = stamped.replace(b"Notice", b"Police")
    finding = Finding(sub_indication=SubIndication.TRY_LATER, reason="later")
    report = changed(judged(bench, altered), believed)
    assert finding.outcome is Outcome.INDETERMINATE
    for evidence in (bench.kit.evidence, replace(bench.kit.evidence, revocation_lists=())):
        with pytest.raises(VerdictContradicted):
            seen(bench, altered, report, evidence)


def test_time_stamps_that_prove_each_other_are_looked_at_from_the_last_one() -> None:
    manifest = read_manifest()
    case = next(one for one in manifest.cases if one.name == "pades/all but the last authority expired since")
    pdf, evidence, now = manifest.content(case.file), manifest.evidence(case), datetime.fromisoformat(case.moment)
    report = judge_file(pdf, evidence, now=now)
    told = [[(one.proves, one.field) for one in each.report.time_proofs] for each in report.document.signatures]
    assert told == [
        [(Proves.SIGNATURE, ""), (Proves.DOCUMENT, "Time")],
        [(Proves.DOCUMENT, "Again")],
        [],
    ]
    assert look_again(pdf, report, evidence, now=now) == report
    # Without the last one, nothing proves that the one before it is as old as it says.
    unproven = replace(report, document=replace(report.document, signatures=report.document.signatures[:-1]))
    with pytest.raises(VerdictContradicted):
        look_again(pdf, unproven, evidence, now=now)

"""A further time-stamp over a document: what it is released with, what is refused, and until when it proves a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from seal.errors import OwnWorkRefused
from seal.stamping.orders import Level
from seal.stamping.renewing import NO_GAIN, NothingGained, leaves_of, renewed
from seal.verification.documents import DocumentReport, JudgedSignature
from tests.builders import PKI, Party, time_authority
from tests.fakes.clock import NOW
from tests.seal.kits import CENTRE, Bench, order_at
from tests.trust.pdf.paper import paper
from trust.profiles import TIME_STAMPING
from trust.reports import Proves
from trust.timestamping import TimeStamper
from trust.verdict import Outcome
from trust.workers import IN_PROCESS

DAY = timedelta(days=1)
END = NOW.replace(microsecond=0) + 100 * DAY


class Changing:
    """An authority whose tokens are over something else."""

    def __init__(self, inner: TimeStamper) -> None:
        self.inner = inner

    def stamp(self, message: bytes) -> bytes:
        """Return a token over another message."""
        return self.inner.stamp(message + b"x")


@pytest.fixture(scope="module")
def brief(p256_pki: PKI) -> Party:
    """Return an authority that ends soon."""
    return p256_pki.issue(TIME_STAMPING, not_after=END)


@pytest.fixture
def bench(sm2_pki: PKI, p256_pki: PKI, brief: Party) -> Bench:
    """Return somebody who stamps, and whose time-stamps over documents end soon."""
    made = Bench.of(sm2_pki, p256_pki)
    return made.changed(document_stamper=time_authority(brief, made.clock))


def stamped(bench: Bench, level: Level = Level.B_T) -> bytes:
    """Return a stamped document."""
    return bench.stamp_order(paper(), replace(order_at(CENTRE), level=level))


def further(bench: Bench, pdf: bytes, stamper: TimeStamper, report: DocumentReport) -> tuple[bytes, DocumentReport]:
    """Put a further time-stamp over a document."""
    return renewed(
        pdf,
        leaves_of(report),
        bench.kit.evidence,
        stamper=stamper,
        workers=IN_PROCESS,
        clock=bench.clock,
        until=report.proven_until,
    )


def test_a_document_is_proven_until_the_first_of_its_time_stamps_ends(bench: Bench, sm2_pki: PKI) -> None:
    sm2_end = sm2_pki.time_stamper.certificate.not_after
    assert bench.judge(stamped(bench)).proven_until == END < sm2_end
    assert bench.judge(stamped(bench, Level.B_LTA)).proven_until == END
    assert bench.judge(stamped(bench, Level.B_B)).proven_until is None
    assert DocumentReport(signatures=()).proven_until is None


def test_the_last_time_stamp_over_the_document_counts(bench: Bench, p256_pki: PKI, brief: Party) -> None:
    pdf, lasting = stamped(bench), time_authority(p256_pki.time_stamper, bench.clock)
    report = bench.judge(pdf)
    made, after = further(bench, pdf, lasting, report)
    assert made.startswith(pdf)
    end = p256_pki.time_stamper.certificate.not_after
    assert (after.outcome, after.proven_until) == (Outcome.PASSED, end)
    assert bench.judge(made) == after
    bench.clock.set(END + DAY)
    assert bench.judge(made).outcome is Outcome.PASSED
    # What has lapsed itself proves nothing until then.
    failing = [replace(one, report=replace(one.report, proves_until=None)) for one in after.signatures[-1:]]
    assert DocumentReport(signatures=(*after.signatures[:-1], *failing)).proven_until is None
    assert {brief.certificate, p256_pki.time_stamper.certificate} <= set(leaves_of(after))


def test_who_signed_is_told_once(bench: Bench, sm2_pki: PKI, brief: Party) -> None:
    found = leaves_of(bench.judge(stamped(bench)))
    people = bench.owner, bench.maker, bench.signer
    assert set(found) == {*(one.certificate for one in people), sm2_pki.time_stamper.certificate, brief.certificate}
    assert len(found) == len(set(found))
    nobody = JudgedSignature(field="", placed=None, report=replace(bench.judge(stamped(bench)).signatures[0].report))
    bare = replace(nobody, report=replace(nobody.report, signer=None, maker_path=(), time_proofs=()))
    assert leaves_of(DocumentReport(signatures=(bare,))) == ()


def test_a_time_stamp_that_lasts_no_longer_is_not_taken(bench: Bench, p256_pki: PKI) -> None:
    pdf = stamped(bench)
    report = bench.judge(pdf)
    for end, taken in ((END, False), (END + NO_GAIN - timedelta(seconds=1), False), (END + NO_GAIN, True)):
        stamper = time_authority(p256_pki.issue(TIME_STAMPING, not_after=end), bench.clock)
        if taken:
            assert further(bench, pdf, stamper, report)[1].proven_until == end
        else:
            with pytest.raises(NothingGained):
                further(bench, pdf, stamper, report)


def test_a_time_stamp_that_does_not_hold_is_not_released(bench: Bench, p256_pki: PKI) -> None:
    pdf = stamped(bench)
    wrong = Changing(time_authority(p256_pki.time_stamper, bench.clock))
    with pytest.raises(OwnWorkRefused) as caught:
        further(bench, pdf, wrong, bench.judge(pdf))
    assert caught.value.details == {"check": "time_stamp.imprint"}


def test_the_report_tells_of_each_time_stamp_until_when_it_proves_anything(bench: Bench, sm2_pki: PKI) -> None:
    report = bench.judge(stamped(bench))
    ends = {(proof.proves, proof.until) for one in report.signatures for proof in one.report.time_proofs}
    assert ends == {(Proves.SIGNATURE, END), (Proves.SIGNATURE, sm2_pki.time_stamper.certificate.not_after)}

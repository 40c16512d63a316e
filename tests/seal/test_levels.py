"""Levels and modes of the signature beside the seal's own: what each holds, and that nothing is silently lowered."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from seal.data.acting import ACTING, ActingFor
from seal.data.carrying import SEAL_SIGNATURE, SEAL_SIGNATURE_DIGEST, check_carried
from seal.data.reading import read_seal_signature
from seal.errors import OwnWorkRefused
from seal.stamping.document_signature import time_stamp_document
from seal.stamping.orders import Level, Mode, Outage, StampOrder
from seal.stamping.places import AtPoint
from seal.stamping.stampings import parameters_of
from seal.verification.acting import with_acting
from seal.verification.documents import judge_field, judge_pdf, stamps_over
from tests.builders import PKI, revocation_list
from tests.fakes.clock import NOW
from tests.seal.kits import Bench, checks_failed, outcomes
from tests.trust.pdf.paper import paper
from trust.asn1 import der, oids
from trust.cms import SignerInfo, read_signed_message
from trust.crypto.algorithms import KEYS, Digest
from trust.crypto.sm3 import hash_of
from trust.pdf.judging import open_pdf
from trust.reports import Existence, SignatureKind, existence_of
from trust.revocation import RevocationList
from trust.timestamping import TimeStampingUnavailable
from trust.verdict import Check, Finding, SubIndication

DAY: Final = timedelta(days=1)
POINT: Final = AtPoint(page=1, x_mm=150, y_mm=240)
ACTS: Final = ActingFor(actor="person_1", authorisation="auth_1", purpose="document.stamp")
COMBINATIONS: Final = [
    (Mode.TWO_FIELDS, Level.NONE),
    *((mode, level) for mode in Mode for level in (Level.B_B, Level.B_T, Level.B_LT, Level.B_LTA)),
]


def order(level: Level, mode: Mode = Mode.TWO_FIELDS) -> StampOrder:
    return StampOrder(places=(POINT,), reason="通知签发", location="杭州", level=level, mode=mode)


def stamped(bench: Bench, level: Level, mode: Mode = Mode.TWO_FIELDS) -> bytes:
    return bench.stamp_order(paper(), order(level, mode))


def message_in(pdf: bytes, field: str) -> SignerInfo:
    """Return the one signer of the message in a field."""
    (placed,) = [one for one in open_pdf(pdf).signatures if one.field == field]
    (signer,) = read_signed_message(placed.contents).signers
    return signer


# --- what each combination holds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "level"), COMBINATIONS)
def test_a_stranger_who_trusts_the_roots_passes_every_level_in_every_mode(
    bench: Bench, mode: Mode, level: Level
) -> None:
    report = bench.judge(stamped(bench, level, mode))
    beside = "ElectronicSeal" if mode is Mode.ONE_FIELD else "DocumentSignature"
    first = SignatureKind.CMS if mode is Mode.ONE_FIELD else SignatureKind.SEAL_SIGNATURE
    second = SignatureKind.SEAL_SIGNATURE if mode is Mode.ONE_FIELD else SignatureKind.CMS
    expected = [("ElectronicSeal", first), (beside, second), ("DocumentTimeStamp", SignatureKind.TIME_STAMP)]
    count = {Level.NONE: 1, Level.B_LTA: 3}.get(level, 2)
    assert [(one.field, one.report.kind) for one in report.signatures] == expected[:count]
    assert {outcome for _, outcome, _ in outcomes(report)} == {"passed"}


@pytest.mark.parametrize(("mode", "level"), COMBINATIONS)
def test_the_first_signature_certifies_and_permits_further_ones_alone(bench: Bench, mode: Mode, level: Level) -> None:
    signatures = open_pdf(stamped(bench, level, mode)).signatures
    assert [one.permission for one in signatures] == [2] + [None] * (len(signatures) - 1)
    forms = {
        Mode.TWO_FIELDS: ["/GM.sm2seal", "/ETSI.CAdES.detached", "/ETSI.RFC3161"],
        Mode.ONE_FIELD: ["/ETSI.CAdES.detached", "/ETSI.RFC3161"],
    }[mode]
    missing = {Level.NONE: 2, Level.B_LTA: 0}.get(level, 1)
    assert [one.subfilter for one in signatures] == forms[: len(forms) - missing]
    assert signatures[0].reason == "通知签发"


@pytest.mark.parametrize("mode", list(Mode))
def test_time_stamps_by_level(bench: Bench, mode: Mode) -> None:
    field = "ElectronicSeal" if mode is Mode.ONE_FIELD else "DocumentSignature"
    stamps = {}
    for level in (Level.B_B, Level.B_T, Level.B_LT, Level.B_LTA):
        bench.faults.passed.clear()
        signer = message_in(stamped(bench, level, mode), field)
        stamps[level] = len(signer.time_stamps), bench.faults.passed.count("stamp:p256")
        assert bench.faults.passed.count("stamp:sm2") == (level is not Level.B_B)
    assert stamps == {Level.B_B: (0, 0), Level.B_T: (1, 1), Level.B_LT: (1, 1), Level.B_LTA: (1, 2)}


def test_the_seal_alone_is_time_stamped_and_uses_no_other_key(bench: Bench) -> None:
    pdf = stamped(bench, Level.NONE)
    assert bench.faults.passed == ["sign:seal_owner", "signed:seal_owner", "stamp:sm2", "stamped:sm2"]
    (one,) = bench.judge(pdf).signatures
    assert one.report.proven_time is not None


def test_the_message_holds_what_the_baseline_asks_for_and_no_signing_time(bench: Bench) -> None:
    signer = message_in(stamped(bench, Level.B_T), "DocumentSignature")
    wanted = {oids.ID_CONTENT_TYPE, oids.ID_MESSAGE_DIGEST, oids.ID_SIGNING_CERTIFICATE_V2}
    assert set(signer.signed_values) == wanted  # EN 319 142-1, 6.3: the dictionary's M tells the time
    assert set(signer.unsigned_values) == {oids.ID_SIGNATURE_TIME_STAMP}


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("point", ["stamp:p256", "stamp:sm2"])
def test_a_level_with_time_stamps_fails_where_none_are_to_be_had(bench: Bench, point: str, mode: Mode) -> None:
    for level in (Level.B_T, Level.B_LT, Level.B_LTA):
        bench.faults.fail(point, TimeStampingUnavailable())
        with pytest.raises(TimeStampingUnavailable):
            stamped(bench, level, mode)


@pytest.mark.parametrize("mode", list(Mode))
def test_without_any_authority_the_first_level_can_be_had(bench: Bench, mode: Mode) -> None:
    for point in ("stamp:p256", "stamp:sm2"):
        bench.faults.fail(point, TimeStampingUnavailable())
    assert {outcome for _, outcome, _ in outcomes(bench.judge(stamped(bench, Level.B_B, mode)))} == {"passed"}


def test_a_time_stamp_over_the_document_that_does_not_hold_is_not_released(bench: Bench) -> None:
    class SecondIsWrong:
        """Answers well once, and then for something else."""

        def __init__(self) -> None:
            self.asked = 0

        def stamp(self, message: bytes) -> bytes:
            self.asked += 1
            return bench.kit.document_stamper.stamp(message if self.asked == 1 else b"something else")

    with pytest.raises(OwnWorkRefused) as refused:
        bench.changed(document_stamper=SecondIsWrong()).stamp_order(paper(), order(Level.B_LTA))
    assert refused.value.details == {"check": "time_stamp.imprint"}


# --- validation data -------------------------------------------------------------------------------------------------


def strange_lists() -> tuple[RevocationList, ...]:
    """Return lists of authorities that have nothing to do with the matter."""
    stranger = PKI.found(KEYS["p256"])
    return stranger.evidence.revocation_lists


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
@pytest.mark.parametrize("mode", list(Mode))
def test_the_file_brings_along_what_its_chains_need_and_nothing_else(bench: Bench, mode: Mode, level: Level) -> None:
    evidence = bench.kit.evidence
    own = replace(evidence, revocation_lists=(*strange_lists(), *evidence.revocation_lists))
    document = open_pdf(bench.changed(evidence=own).stamp_order(paper(), order(level, mode)))
    assert set(document.revocation_lists) == set(evidence.revocation_lists)
    above = {*evidence.certificates, *evidence.anchors}
    leaves = {bench.owner.certificate, bench.maker.certificate, bench.signer.certificate}
    assert above | leaves <= set(document.certificates)
    authorities = set(document.certificates) - above - leaves
    assert len(authorities) == (2 if level.is_long_term else 0)  # both time-stamp authorities


def test_files_of_lower_levels_take_along_what_tells_of_those_who_will_state_the_time(
    bench: Bench, sm2_pki: PKI, p256_pki: PKI
) -> None:
    known = sm2_pki.time_stamper.certificate, p256_pki.time_stamper.certificate
    pdf = bench.changed(time_stampers=known).stamp_order(paper(), order(Level.B_T))
    assert set(known) <= set(open_pdf(pdf).certificates)
    assert not set(known) & set(open_pdf(stamped(bench, Level.B_T)).certificates)


@pytest.mark.parametrize("mode", list(Mode))
def test_long_term_files_pass_with_nothing_at_hand_but_the_anchors(bench: Bench, mode: Mode) -> None:
    pdf = stamped(bench, Level.B_LTA, mode)
    alone = replace(bench.kit.evidence, certificates=(), revocation_lists=())
    report = judge_pdf(pdf, alone, now=bench.clock.now())
    assert {outcome for _, outcome, _ in outcomes(report)} == {"passed"}
    assert checks_failed(report) == set()


def test_of_several_lists_the_newest_is_taken(bench: Bench, p256_pki: PKI) -> None:
    newer = revocation_list(p256_pki.issuing, {}, number=7, this_update=NOW - DAY)
    evidence = bench.kit.evidence
    own = replace(evidence, revocation_lists=(newer, *evidence.revocation_lists))
    document = open_pdf(bench.changed(evidence=own).stamp_order(paper(), order(Level.B_LT)))
    taken = [one for one in document.revocation_lists if one.is_signed_by(p256_pki.issuing.certificate)]
    assert taken == [newer]


# --- one field for both ----------------------------------------------------------------------------------------------


def test_the_message_carries_the_seal_s_signature_over_the_same_octets(bench: Bench) -> None:
    prepared = bench.prepare_order(paper(), order(Level.B_T, Mode.ONE_FIELD))
    done = prepared.redeem(bench.clock)
    signer = message_in(done.pdf, "ElectronicSeal")
    assert signer.unsigned_values[SEAL_SIGNATURE] == (done.seal_signature,)
    digest = der.octet_string(hash_of(Digest.SHA256, done.seal_signature))
    assert signer.signed_values[SEAL_SIGNATURE_DIGEST] == (digest,)
    (placed,) = open_pdf(done.pdf).signatures
    assert read_seal_signature(done.seal_signature).data_hash == placed.content.digest(Digest.SM3)
    assert prepared.document_hash == placed.content.digest(Digest.SM3)
    seal = bench.judge(done.pdf).signatures[1]
    assert seal.seal_signature is not None
    assert seal.seal_signature.raw == done.seal_signature


def test_a_seal_signature_that_was_taken_out_or_exchanged_is_missed(bench: Bench) -> None:
    signer = message_in(stamped(bench, Level.B_B, Mode.ONE_FIELD), "ElectronicSeal")
    assert [one.finding for one in check_carried(signer, step="cms")] == [None]
    seal = signer.unsigned_values[SEAL_SIGNATURE][0]
    for carried in ((), (seal, seal), (seal[:-1] + bytes((seal[-1] ^ 1,)),)):
        changed = replace(signer, unsigned_values={**signer.unsigned_values, SEAL_SIGNATURE: carried})
        (check,) = check_carried(changed, step="cms")
        assert check.finding is not None
    digest = signer.signed_values[SEAL_SIGNATURE_DIGEST][0]
    twice = replace(
        signer,
        signed_values={**signer.signed_values, SEAL_SIGNATURE_DIGEST: (digest, digest)},
        unsigned_values={**signer.unsigned_values, SEAL_SIGNATURE: (seal, seal)},
    )
    assert check_carried(twice, step="cms")[0].finding is not None
    unsigned = replace(signer, signed_values={})
    assert check_carried(unsigned, step="cms")[0].finding is not None
    assert check_carried(replace(unsigned, unsigned_values={}), step="cms") == ()


def test_a_document_without_the_seal_signature_it_announces_fails(bench: Bench) -> None:
    pdf = stamped(bench, Level.B_B, Mode.ONE_FIELD)
    (placed,) = open_pdf(pdf).signatures
    attribute = der.oid(SEAL_SIGNATURE).hex().encode()
    # The attribute gets another type, which changes no length: as if it had never been there.
    spoilt = pdf.replace(attribute, attribute[:-1] + b"0")
    assert spoilt != pdf
    report = bench.judge(spoilt)
    assert [(one.field, one.report.kind) for one in report.signatures] == [("ElectronicSeal", SignatureKind.CMS)]
    assert checks_failed(report) == {("signature.carried_seal", "SIG_CONSTRAINTS_FAILURE")}
    assert placed.field == "ElectronicSeal"


# --- who acted -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", list(Mode))
def test_both_signatures_say_who_acted_under_which_authorisation(bench: Bench, mode: Mode) -> None:
    pdf = bench.prepare_order(paper(), order(Level.B_T, mode)).redeem(bench.clock, acting=ACTS).pdf
    report = bench.judge(pdf)
    assert {outcome for _, outcome, _ in outcomes(report)} == {"passed"}
    assert len(report.signatures) == 2
    for one in report.signatures:
        assert {name: one.report.facts[name] for name in ACTS.facts} == ACTS.facts


def test_who_acted_is_under_the_signatures(bench: Bench) -> None:
    done = bench.prepare_order(paper(), order(Level.B_T)).redeem(bench.clock, acting=ACTS)
    assert ACTS.der in read_seal_signature(done.seal_signature).signed
    signed = message_in(done.pdf, "DocumentSignature").signed_attributes
    assert signed is not None
    assert ACTS.der in signed
    assert der.oid(ACTING) in signed


def test_nothing_is_said_where_nobody_is_named(bench: Bench) -> None:
    for one in bench.judge(stamped(bench, Level.B_T)).signatures:
        assert not set(ACTS.facts) & set(one.report.facts)


def test_what_somebody_else_means_by_it_is_passed_over(bench: Bench) -> None:
    report = bench.judge(stamped(bench, Level.B_T)).signatures[0].report
    for told in ((), (b"\x05\x00",), (ACTS.der, ACTS.der)):
        assert with_acting(report, told, bench.kit.evidence, now=NOW, seal=None) is report
    known = with_acting(report, (ACTS.der,), bench.kit.evidence, now=NOW, seal=None)
    assert {name: known.facts[name] for name in ACTS.facts} == ACTS.facts


# --- outages that the order bears


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("points", [("stamp:p256",), ("stamp:sm2",), ("stamp:p256", "stamp:sm2")])
def test_an_order_that_bears_an_outage_is_stamped_without_time_and_says_so(
    bench: Bench, mode: Mode, points: tuple[str, ...]
) -> None:
    for level in (Level.B_T, Level.B_LT):
        for point in points:
            bench.faults.fail(point, TimeStampingUnavailable())
        bearing = replace(order(level, mode), outage=Outage.DEGRADE)
        document = bench.prepare_order(paper(), bearing).redeem(bench.clock)
        assert document.level is Level.B_B
        assert {outcome for _, outcome, _ in outcomes(bench.judge(document.pdf))} == {"passed"}
        assert bench.prepare_order(paper(), bearing).redeem(bench.clock).level is level


def test_an_archive_without_its_last_time_stamp_is_one_level_lower(bench: Bench) -> None:
    bearing = replace(order(Level.B_LTA), outage=Outage.DEGRADE)

    def silence_the_second() -> None:
        bench.faults.fail("stamp:p256", TimeStampingUnavailable())

    bench.faults.meanwhile("stamped:p256", silence_the_second)
    document = bench.prepare_order(paper(), bearing).redeem(bench.clock)
    assert (document.level, len(document.report.signatures)) == (Level.B_LT, 2)
    bench.faults.meanwhile("stamped:p256", silence_the_second)
    with pytest.raises(TimeStampingUnavailable):
        bench.prepare_order(paper(), order(Level.B_LTA)).redeem(bench.clock)


def test_the_digest_of_an_order_is_that_of_before(bench: Bench) -> None:
    plain = order(Level.B_T)
    assert parameters_of(plain) == parameters_of(replace(plain, outage=Outage.DEGRADE))
    assert "outage" not in repr(plain)
    assert bench.prepare_order(paper(), plain).redeem(bench.clock).level is Level.B_T


# --- a time-stamp over the document proves when what stands before it was there


def test_a_time_stamp_over_the_document_proves_the_time_of_what_it_covers(bench: Bench) -> None:
    sealed = stamped(bench, Level.B_B)
    assert {one.report.proven_time for one in bench.judge(sealed).signatures} == {None}
    later = bench.clock.now() + timedelta(hours=1)
    bench.clock.set(later)
    archived, _ = time_stamp_document(sealed, bench.kit.document_stamper, at=later)
    found = bench.judge(archived).signatures
    assert {one.report.proven_time for one in found} == {later.replace(microsecond=0)}
    assert {one.report.verdict.outcome.value for one in found} == {"passed"}


def test_only_what_ends_before_a_time_stamp_is_proven_by_it(bench: Bench) -> None:
    sealed = stamped(bench, Level.B_B)
    archived, _ = time_stamp_document(sealed, bench.kit.document_stamper, at=bench.clock.now())
    seal, document, stamp = bench.judge(archived).signatures
    assert seal.placed is not None
    assert stamp.placed is not None
    assert stamps_over(seal.placed, [stamp]) == (stamp,)
    assert stamps_over(stamp.placed, [stamp]) == ()
    for other in ([], [document], [replace(stamp, placed=None)]):
        assert stamps_over(seal.placed, other) == ()
    failing = replace(stamp, report=replace(stamp.report, checks=(failed_check(),)))
    assert existence_of([one.report for one in stamps_over(seal.placed, [failing])]) == Existence()
    ((report, _), *_) = judge_field(seal.placed, bench.kit.evidence, now=bench.clock.now(), stamps=[failing])
    assert (report.proven_time, report.time_proofs) == (None, ())


def failed_check() -> Check:
    """Return a check that did not pass."""
    finding = Finding(sub_indication=SubIndication.SIG_CRYPTO_FAILURE, reason="made up")
    return Check(step="x", name="time_stamp.value", finding=finding)

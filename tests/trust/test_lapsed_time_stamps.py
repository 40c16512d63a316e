"""What a time-stamp still proves once its authority's certificate has ended, or its key or algorithm is in doubt."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import FOUNDED, PKI, Party, cms_signer, revocation_list, time_authority
from tests.fakes.clock import SettableClock
from trust.cms import BytesContent, read_signed_message
from trust.cms_verification import judge_cms
from trust.crypto.sm3 import hash_of
from trust.paths import Evidence
from trust.profiles import DOCUMENT_SIGNER, ISSUING, ROOT, TIME_STAMPING
from trust.reports import Existence, Proves, SignatureReport, existence_of, left_open
from trust.revocation import Revocation
from trust.timestamping import judge_time_stamp
from trust.validation_policy import ValidationPolicy
from trust.verdict import Check, Finding, Outcome, SubIndication

MESSAGE = b"signature value"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
AT = FOUNDED + 30 * DAY
"""What tokens state."""

END = AT + 30 * DAY
"""When what is brief ends."""

LATER = END + 30 * DAY
Told = tuple[Outcome, SubIndication | None]
GOOD: Told = (Outcome.PASSED, None)
OUT_OF_BOUNDS: Told = (Outcome.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE)
WEAKENED: Told = (Outcome.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
IN_DOUBT: Told = (Outcome.INDETERMINATE, SubIndication.REVOKED_NO_POE)


def told(report: SignatureReport) -> Told:
    """Return what a report comes down to."""
    finding = report.verdict.finding
    return report.verdict.outcome, None if finding is None else finding.sub_indication


def token_of(party: Party, message: bytes = MESSAGE) -> bytes:
    """Return a token that states `AT`."""
    return time_authority(party, SettableClock(AT)).stamp(message)


def judged(token: bytes, evidence: Evidence, *, existed: datetime | None = None, now: datetime = LATER) -> Told:
    """Judge a token; only if it passed it proves its time, and if it holds no longer, it says so."""
    report = judge_time_stamp(token, MESSAGE, evidence, now=now, existed=existed)
    assert (report.proven_time is not None) is (told(report) == GOOD)
    assert report.has_lapsed is (told(report)[0] is Outcome.INDETERMINATE)
    return told(report)


@pytest.mark.parametrize("place", ["leaf", "authority", "anchor"])
def test_a_token_lapses_with_any_certificate_of_its_authority(pki: PKI, place: str) -> None:
    evidence = pki.evidence
    if place == "leaf":
        party = pki.issue(TIME_STAMPING, not_after=END)
    elif place == "authority":
        brief = pki.issue(ISSUING, pki.root, subject="brief", not_after=END)
        party = pki.issue(TIME_STAMPING, brief)
        lists = (revocation_list(pki.root), revocation_list(brief))
        evidence = replace(evidence, certificates=(brief.certificate,), revocation_lists=lists)
    else:
        party = pki.time_stamper
        anchor = pki.issue(ROOT, pki.root, subject="Test Root", key=pki.root.key, not_after=END)
        evidence = replace(evidence, anchors=(anchor.certificate,))
    token = token_of(party)
    # In both orders: what was found once is remembered, and must not stand for what was not asked.
    for _ in range(2):
        assert judged(token, evidence, now=END) == GOOD
        assert judged(token, evidence, now=END + SECOND) == OUT_OF_BOUNDS
        assert judged(token, evidence, existed=END) == GOOD
        assert judged(token, evidence, existed=END + SECOND) == OUT_OF_BOUNDS


def test_an_earlier_moment_than_the_token_states_proves_no_more(pki: PKI) -> None:
    token = token_of(pki.issue(TIME_STAMPING, at=AT - SECOND, not_after=AT))
    assert judged(token, pki.evidence, existed=AT - DAY) == GOOD
    assert judged(token, pki.evidence, existed=AT + SECOND) == OUT_OF_BOUNDS


def test_a_certificate_that_goes_on_is_as_good_as_the_one_that_ended(pki: PKI) -> None:
    brief = pki.issue(ISSUING, pki.root, subject="测试签发机构", key=pki.issuing.key, not_after=END)
    token = token_of(pki.time_stamper)
    for authorities in ((brief, pki.issuing), (pki.issuing, brief)):
        evidence = replace(pki.evidence, certificates=tuple(one.certificate for one in authorities))
        for now in (AT, LATER):
            assert judged(token, evidence, now=now) == GOOD


def weakened(pki: PKI, oid: str) -> Evidence:
    """Return the evidence under a policy that ends an algorithm, or a kind of keys, at `END`."""
    return replace(pki.evidence, policy=ValidationPolicy(algorithm_ends={oid: END}))


def test_a_token_lapses_with_the_keys_of_its_path(pki: PKI) -> None:
    token, evidence = token_of(pki.time_stamper), weakened(pki, pki.issuing.certificate.public_key.algorithm_oids[-1])
    for _ in range(2):
        assert judged(token, evidence, existed=END - SECOND) == GOOD
        assert judged(token, evidence, existed=END) == WEAKENED
        assert judged(token, evidence) == WEAKENED


def test_a_token_lapses_with_its_own_algorithm(pki: PKI) -> None:
    token = token_of(pki.time_stamper)
    (signer,) = read_signed_message(token).signers
    alone = replace(weakened(pki, signer.algorithm.oid), anchors=(pki.time_stamper.certificate,))  # no path to speak of
    assert judged(token, alone, existed=END - SECOND) == GOOD
    assert judged(token, alone, existed=END) == WEAKENED


def test_a_token_proves_its_time_until_the_first_of_these_ends(pki: PKI) -> None:
    token = token_of(pki.time_stamper)
    (signer,) = read_signed_message(token).signers
    own = pki.time_stamper.certificate.not_after
    key, signature = pki.issuing.certificate.public_key.algorithm_oids[-1], signer.algorithm.oid
    for evidence, end in ((pki.evidence, own), (weakened(pki, key), END), (weakened(pki, signature), END)):
        assert judge_time_stamp(token, MESSAGE, evidence, now=AT).proves_until == end
    assert judge_time_stamp(token, b"other", pki.evidence, now=AT).proves_until is None


def revoked(pki: PKI, reason: int | None, *, since: datetime | None = None, authority: bool = False) -> Evidence:
    """Return the evidence in which the time-stamp authority, or the one above it, was revoked at `END`."""
    certificate = (pki.issuing if authority else pki.time_stamper).certificate
    entry = Revocation(serial=certificate.serial, at=END, reason=reason, invalid_since=since)
    of_root, of_issuing = ((entry,), ()) if authority else ((), (entry,))
    lists = (revocation_list(pki.root, of_root), revocation_list(pki.issuing, of_issuing))
    return replace(pki.evidence, revocation_lists=lists)


@pytest.mark.parametrize("authority", [False, True], ids=["the authority itself", "the one above"])
def test_whose_key_was_stolen_proves_what_is_known_to_be_older(pki: PKI, authority: bool) -> None:  # noqa: FBT001
    token = token_of(pki.time_stamper)
    for reason in (None, 1, 2):
        evidence = revoked(pki, reason, authority=authority)
        for _ in range(2):
            assert judged(token, evidence, existed=END - SECOND) == GOOD
            assert judged(token, evidence, existed=END) == IN_DOUBT
            assert judged(token, evidence) == IN_DOUBT
    for reason in (0, 3, 4, 5):
        assert judged(token, revoked(pki, reason, authority=authority)) == GOOD


def test_a_key_may_have_been_stolen_before_it_was_known(pki: PKI) -> None:
    token = token_of(pki.time_stamper)
    evidence = revoked(pki, 1, since=END - 10 * DAY)
    assert judged(token, evidence, existed=END - 10 * DAY - SECOND) == GOOD
    assert judged(token, evidence, existed=END - 10 * DAY) == IN_DOUBT
    assert judged(token, revoked(pki, 1, since=END + DAY), existed=END) == IN_DOUBT


# --- signatures


def message_of(pki: PKI, clock: Party, *, signer: Party | None = None) -> bytes:
    """Return a signed message with a token of `clock`."""
    by = cms_signer(signer or pki.signer)
    return by.sign(hash_of(by.digest, b"content"), stamp=lambda value: token_of(clock, value))


def report_on(
    encoded: bytes, evidence: Evidence, existence: Existence | None = None, *, now: datetime = LATER
) -> SignatureReport:
    """Judge a message."""
    (report,) = judge_cms(encoded, evidence, now=now, content=BytesContent(b"content"), existence=existence)
    return report


def checks_of(report: SignatureReport) -> dict[str, Check]:
    """Return the checks by name."""
    return {check.name: check for check in report.checks}


def test_a_time_stamp_that_lapsed_neither_helps_nor_harms(pki: PKI) -> None:
    clock = pki.issue(TIME_STAMPING, not_after=END)
    report = report_on(message_of(pki, clock), pki.evidence)
    assert (told(report), report.proven_time, report.is_open) == (GOOD, None, True)
    stamp = checks_of(report)["signature.time_stamp"]
    assert stamp.code == "signature.time_stamp_lapsed"
    assert "not at" in stamp.note
    (proof,) = report.time_proofs
    assert (proof.proves, proof.time, proof.verdict.outcome) == (Proves.SIGNATURE, AT, Outcome.INDETERMINATE)
    brief = pki.issue(DOCUMENT_SIGNER, not_after=END)
    assert told(report_on(message_of(pki, clock, signer=brief), pki.evidence)) == OUT_OF_BOUNDS


def test_one_that_is_forged_still_harms(pki: PKI) -> None:
    stranger = PKI.found(pki.algorithm)
    report = report_on(message_of(pki, stranger.time_stamper), pki.evidence)
    assert checks_of(report)["signature.time_stamp"].finding is not None
    assert not report.is_open


def test_a_signer_who_was_revoked_may_have_signed_before(pki: PKI) -> None:
    clock = pki.issue(TIME_STAMPING, not_after=END)
    entry = Revocation(serial=pki.signer.certificate.serial, at=END, reason=4)
    lists = (revocation_list(pki.root), revocation_list(pki.issuing, [entry]))
    evidence = replace(pki.evidence, revocation_lists=lists)
    message = message_of(pki, clock)
    assert told(report_on(message, evidence)) == IN_DOUBT
    # With no time-stamp at all it is refused, and with one that is renewed in time it stands.
    unstamped = cms_signer(pki.signer).sign(hash_of(cms_signer(pki.signer).digest, b"content"))
    assert told(report_on(unstamped, evidence)) == (Outcome.FAILED, SubIndication.REVOKED)
    assert told(report_on(message, evidence, Existence(proven=END - DAY))) == GOOD
    late = report_on(message, evidence, Existence(proven=END + DAY))
    assert (told(late), late.proven_time, late.is_open) == (IN_DOUBT, END + DAY, True)
    # The same where the time-stamp that lapsed is one over the document.
    assert told(report_on(unstamped, evidence, Existence(stated=AT))) == IN_DOUBT


def test_what_states_a_later_moment_opens_nothing() -> None:
    for existence, is_open in (
        (Existence(), False),
        (Existence(proven=AT), False),
        (Existence(stated=AT), True),
        (Existence(proven=AT, stated=AT), False),
        (Existence(proven=AT, stated=AT + DAY), False),
        (Existence(proven=AT + DAY, stated=AT), True),
    ):
        assert existence.is_open is is_open
    outside = Existence(proven=END, stated=AT)
    assert Existence(proven=AT).completed_by(outside) == Existence(proven=AT, stated=AT)
    assert Existence(stated=AT - DAY).completed_by(outside) == Existence(proven=END, stated=AT - DAY)


def test_only_the_revocation_of_signers_is_left_open() -> None:
    finding = Finding(sub_indication=SubIndication.REVOKED, reason="")
    for name, expected in (
        ("certificate.revocation", SubIndication.REVOKED_NO_POE),
        ("delegation.signer", SubIndication.REVOKED_NO_POE),
        ("signature.time_stamp", SubIndication.REVOKED),
    ):
        found = left_open(Check(step="", name=name, finding=finding)).finding
        assert found is not None
        assert found.sub_indication is expected
    expired = Check(
        step="", name="certificate.revocation", finding=replace(finding, sub_indication=SubIndication.EXPIRED)
    )
    for check in (expired, Check(step="", name="certificate.revocation")):
        assert left_open(check) is check
        assert Existence().settle([check]) == (check,)


def test_time_stamps_prove_the_earliest_moment_of_those_that_hold(pki: PKI) -> None:
    good = judge_time_stamp(token_of(pki.time_stamper), MESSAGE, pki.evidence, now=LATER)
    lapsed = judge_time_stamp(token_of(pki.issue(TIME_STAMPING, not_after=END)), MESSAGE, pki.evidence, now=LATER)
    wrong = judge_time_stamp(token_of(pki.time_stamper), b"other", pki.evidence, now=LATER)
    assert existence_of(()) == Existence()
    assert existence_of((good, lapsed, wrong)) == Existence(proven=AT, stated=AT)
    assert existence_of((wrong,)) == Existence()

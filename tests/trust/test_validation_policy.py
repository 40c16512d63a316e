"""The policy of a verifier: what each anchor is for, when algorithms end, how old revocation information may be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.builders import (
    FOUNDED,
    PKI,
    cms_signer,
    element_at,
    foreign_certificate,
    grafted,
    issue,
    revocation_list,
    time_authority,
    with_extension,
    without_extension,
)
from tests.fakes.clock import SettableClock
from tests.trust.verdicts import AT, BROKEN, GOOD, NO_CHAIN, judged
from trust.asn1 import der
from trust.cms import BytesContent
from trust.cms_verification import judge_cms
from trust.crypto.algorithms import KEYS, SIGNATURES, Digest
from trust.crypto.sm3 import hash_of
from trust.ocsp import CertificateId, OCSPResponse, StatusAnswer
from trust.ocsp_requests import response, tbs_response
from trust.paths import Evidence, Purpose, ValidationPolicy, candidates, validate
from trust.profiles import (
    DELEGATION,
    DOCUMENT_SIGNER,
    ISSUING,
    OCSP_RESPONDER,
    SEAL_OWNER,
    TIME_STAMPING,
    TRUST_LIST,
    Profile,
    extension,
)
from trust.reports import Existence
from trust.status import Revocation
from trust.timestamping import judge_time_stamp
from trust.validation_policy import EVERY_PURPOSE
from trust.verdict import Outcome, SubIndication

ENDED = (Outcome.FAILED, SubIndication.CRYPTO_CONSTRAINTS_FAILURE)
ENDED_WITHOUT_PROOF = (Outcome.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
UNKNOWN = (Outcome.INDETERMINATE, SubIndication.TRY_LATER)


def under(pki: PKI, **changes: object) -> Evidence:
    """Return the evidence of a PKI under a policy with these members."""
    return replace(pki.evidence, policy=ValidationPolicy(**changes))  # type: ignore[arg-type]


# --- anchors by purpose


def test_without_a_policy_an_anchor_is_for_everything(pki: PKI) -> None:
    assert all(ValidationPolicy().trusts(pki.root.certificate, purpose) for purpose in Purpose)


def test_an_anchor_for_one_thing_is_none_for_another(pki: PKI) -> None:
    sealing = under(pki, anchor_purposes={pki.root.certificate.fingerprint: frozenset({Purpose.SEALING})})
    signer, stamper = pki.signer.certificate, pki.time_stamper.certificate
    assert judged(signer, sealing, purpose=Purpose.SEALING) == GOOD
    assert judged(signer, sealing, purpose=Purpose.SIGNING) == NO_CHAIN
    assert judged(stamper, sealing, purpose=Purpose.TIME_STAMPING) == NO_CHAIN
    path = validate(stamper, sealing, purpose=Purpose.TIME_STAMPING, at=AT)
    assert "a trust anchor for time-stamping" in str(path.checks[0].finding)


def test_anchors_that_are_not_named(pki: PKI) -> None:
    assert judged(pki.signer.certificate, under(pki, other_anchors=frozenset())) == NO_CHAIN
    assert judged(pki.signer.certificate, under(pki, other_anchors=frozenset({Purpose.SIGNING}))) == GOOD


def test_limiting_an_anchor_leaves_the_others_as_they_are(pki: PKI) -> None:
    other = PKI.found(pki.algorithm)
    policy = ValidationPolicy().limiting(pki.root.certificate, frozenset({Purpose.SEALING}))
    assert not policy.trusts(pki.root.certificate, Purpose.SIGNING)
    assert policy.trusts(other.root.certificate, Purpose.SIGNING)


def test_another_anchor_may_lead_where_one_must_not(pki: PKI) -> None:
    # The issuing authority is an anchor as well, and for more than the root.
    purposes = {
        pki.root.certificate.fingerprint: frozenset({Purpose.SEALING}),
        pki.issuing.certificate.fingerprint: EVERY_PURPOSE,
    }
    both = replace(under(pki, anchor_purposes=purposes), anchors=(pki.root.certificate, pki.issuing.certificate))
    path = validate(pki.signer.certificate, both, purpose=Purpose.SIGNING, at=AT)
    assert path.certificates == (pki.signer.certificate, pki.issuing.certificate)
    assert judged(pki.signer.certificate, both) == GOOD


def test_a_time_stamp_needs_an_anchor_for_time(pki: PKI) -> None:
    clock = SettableClock(AT)
    token = time_authority(pki.time_stamper, clock).stamp(b"message")
    fingerprint = pki.root.certificate.fingerprint
    for purposes, expected in (
        (EVERY_PURPOSE - {Purpose.TIME_STAMPING}, Outcome.INDETERMINATE),
        (frozenset({Purpose.TIME_STAMPING}), Outcome.PASSED),
    ):
        evidence = under(pki, anchor_purposes={fingerprint: purposes})
        assert judge_time_stamp(token, b"message", evidence, now=AT).verdict.outcome is expected


# --- certificates for one purpose


DEDICATED: dict[Purpose, Profile] = {
    Purpose.TIME_STAMPING: TIME_STAMPING,
    Purpose.REVOCATION_STATUS: OCSP_RESPONDER,
    Purpose.TRUST_LIST: TRUST_LIST,
    Purpose.DELEGATION: DELEGATION,
}


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("dedicated", DEDICATED)
def test_a_certificate_for_one_thing_is_good_for_nothing_else(pki: PKI, purpose: Purpose, dedicated: Purpose) -> None:
    certificate = pki.issue(DEDICATED[dedicated]).certificate
    assert judged(certificate, pki.evidence, purpose=purpose) == (GOOD if purpose is dedicated else BROKEN)


@pytest.mark.parametrize("purpose", DEDICATED)
@pytest.mark.parametrize("profile", [DOCUMENT_SIGNER, SEAL_OWNER])
def test_no_other_certificate_is_good_for_that(pki: PKI, purpose: Purpose, profile: Profile) -> None:
    assert judged(pki.issue(profile).certificate, pki.evidence, purpose=purpose) == BROKEN


# --- algorithms that end


DAY = timedelta(days=1)


def key_end(pki: PKI, end: datetime) -> Evidence:
    """Return the evidence under a policy by which the kind of key ends."""
    oid = pki.algorithm.curve_oid or pki.algorithm.key_oid
    return under(pki, algorithm_ends={oid: end})


def signature_end(pki: PKI, end: datetime) -> Evidence:
    """Return the evidence under a policy by which the signature algorithm ends."""
    return under(pki, algorithm_ends={pki.algorithm.signature_oid: end})


@pytest.mark.parametrize("ending", [key_end, signature_end])
def test_an_algorithm_holds_until_it_ends(pki: PKI, ending: Callable[[PKI, datetime], Evidence]) -> None:
    leaf = pki.signer.certificate
    for proven in (True, False):
        assert judged(leaf, ending(pki, AT + DAY), time_is_proven=proven) == GOOD
    for end in (AT, AT - DAY):
        assert judged(leaf, ending(pki, end), time_is_proven=True) == ENDED
        assert judged(leaf, ending(pki, end)) == ENDED_WITHOUT_PROOF


def test_the_anchors_own_signature_may_be_of_any_algorithm(pki: PKI) -> None:
    evidence = replace(signature_end(pki, AT - DAY), anchors=(pki.signer.certificate,))
    assert judged(pki.signer.certificate, evidence) == GOOD
    evidence = replace(key_end(pki, AT - DAY), anchors=(pki.signer.certificate,))
    assert judged(pki.signer.certificate, evidence) == ENDED_WITHOUT_PROOF


def test_an_algorithm_that_ended_hides_no_revocation(pki: PKI) -> None:
    lists = (revocation_list(pki.root), revocation_list(pki.issuing, {pki.signer.certificate: FOUNDED}))
    evidence = replace(key_end(pki, AT), revocation_lists=lists)
    assert judged(pki.signer.certificate, evidence) == (Outcome.FAILED, SubIndication.REVOKED)


def test_the_policy_comes_before_our_tables() -> None:
    sha1 = SIGNATURES["1.2.840.113549.1.1.5"]
    assert ValidationPolicy().ends_signature(sha1, AT)
    later = ValidationPolicy(algorithm_ends={sha1.oid: AT + DAY})
    assert not later.ends_signature(sha1, AT)


def test_a_list_of_an_algorithm_that_ended_says_nothing(sm2_pki: PKI) -> None:
    # The chain is SM2; its lists would be as well. An anchor that is the issuer leaves the list alone to be judged.
    evidence = replace(
        signature_end(sm2_pki, AT),
        anchors=(sm2_pki.issuing.certificate,),
        revocation_lists=(revocation_list(sm2_pki.issuing),),
    )
    path = validate(sm2_pki.signer.certificate, evidence, purpose=Purpose.SIGNING, at=AT)
    findings = {check.name: check.finding and check.finding.sub_indication for check in path.checks}
    assert findings["certificate.revocation"] is SubIndication.TRY_LATER


def message_of(pki: PKI, *, stamped_at: datetime | None) -> bytes:
    """Return a signed message, with a time-stamp where a moment is given."""
    signer = cms_signer(pki.signer)
    stamp = None if stamped_at is None else time_authority(pki.time_stamper, SettableClock(stamped_at)).stamp
    return signer.sign(hash_of(signer.digest, b"content"), stamp=stamp)


def verdict_of(
    encoded: bytes, evidence: Evidence, now: datetime, *, existed: datetime | None = None
) -> tuple[Outcome, SubIndication | None]:
    """Return what the message comes to, which `existed` proves to have been there."""
    existence = Existence(proven=existed)
    (report,) = judge_cms(encoded, evidence, now=now, content=BytesContent(b"content"), existence=existence)
    finding = report.verdict.finding
    return report.verdict.outcome, finding.sub_indication if finding else None


def test_a_signature_from_before_the_end_holds_if_that_is_proven(pki: PKI) -> None:
    evidence = signature_end(pki, AT)
    before, after = message_of(pki, stamped_at=AT - DAY), message_of(pki, stamped_at=AT + DAY)
    now = AT + 2 * DAY
    # The token is of the algorithm too: whoever can forge with it forges tokens, unless this one is proven older.
    assert verdict_of(before, evidence, now) == ENDED_WITHOUT_PROOF
    assert verdict_of(before, evidence, now, existed=AT - timedelta(seconds=1)) == GOOD
    assert verdict_of(before, evidence, now, existed=AT) == ENDED_WITHOUT_PROOF
    # The token is as new as the algorithm is old, and proves nothing either.
    assert verdict_of(after, evidence, now) == ENDED
    assert verdict_of(message_of(pki, stamped_at=None), evidence, now) == ENDED_WITHOUT_PROOF


def test_the_signature_itself_ends_with_its_algorithm(pki: PKI) -> None:
    evidence = replace(signature_end(pki, AT), anchors=(pki.signer.certificate,))  # a path without signatures
    (report,) = judge_cms(message_of(pki, stamped_at=None), evidence, now=AT, content=BytesContent(b"content"))
    found = {check.name: check.finding and check.finding.sub_indication for check in report.checks}
    assert found["signature.value"] is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
    assert found["certificate.path"] is None


def test_a_token_ends_with_its_algorithm(pki: PKI) -> None:
    token = time_authority(pki.time_stamper, SettableClock(AT)).stamp(b"message")
    report = judge_time_stamp(token, b"message", signature_end(pki, AT), now=AT)
    found = [check for check in report.checks if check.name == "signature.value"]
    assert [check.finding and check.finding.sub_indication for check in found] == [
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE
    ]


def test_a_key_that_nobody_can_use_is_for_others_to_refuse(sm2_pki: PKI) -> None:
    broken = sm2_pki.signer.certificate.public_key.spki[:-1] + b"\0"  # a point that is not on the curve
    stranger = foreign_certificate(broken, sm2_pki.issuing)
    assert judged(stranger, under(sm2_pki, algorithm_ends={"2.25.1": AT})) == GOOD


# --- revocation


def test_revocation_information_may_be_too_old(pki: PKI) -> None:
    age = AT - FOUNDED
    assert judged(pki.signer.certificate, under(pki, maximum_age=age)) == GOOD
    assert judged(pki.signer.certificate, under(pki, maximum_age=age - timedelta(seconds=1))) == UNKNOWN


def test_what_is_not_known_is_never_good(pki: PKI) -> None:
    for policy in (ValidationPolicy(), ValidationPolicy(maximum_age=timedelta(days=3650))):
        evidence = replace(pki.evidence, revocation_lists=(), policy=policy)
        assert judged(pki.signer.certificate, evidence) == UNKNOWN


# --- what is no policy


def test_what_is_no_policy() -> None:
    with pytest.raises(ValueError, match="zone"):
        ValidationPolicy(algorithm_ends={"2.25.1": datetime(2030, 1, 1)})  # noqa: DTZ001 - that is the mistake
    for age in (timedelta(), -DAY):
        with pytest.raises(ValueError, match="positive"):
            ValidationPolicy(maximum_age=age)


def test_the_strength_of_a_key_has_an_end() -> None:
    custody = PKI.found(KEYS["p256"]).custody
    root = issue(DOCUMENT_SIGNER, None, custody=custody, algorithm=KEYS["p256"], subject="x")
    assert not ValidationPolicy().ends_key(root.certificate.public_key, datetime(2099, 1, 1, tzinfo=UTC))


# --- responses in place of lists


def status_of(pki: PKI, revocation: Revocation | None, *, at: datetime = AT) -> OCSPResponse:
    """Return what the issuing authority says of the PKI's signer, for an hour."""
    named = CertificateId.of(pki.signer.certificate.serial, pki.issuing.certificate, digest=Digest.SM3)
    said = StatusAnswer(
        id=named, is_known=True, revocation=revocation, this_update=at, next_update=at + timedelta(hours=1)
    )
    tbs = tbs_response(pki.issuing.certificate, [said], produced_at=at, nonce=None)
    algorithm = pki.algorithm.signature_identifier
    return OCSPResponse.from_der(response(tbs, algorithm, pki.issuing.signer.sign(tbs), ()))


def with_status(pki: PKI, *responses: OCSPResponse, **policy: object) -> Evidence:
    """Return evidence with the root's list, and responses in place of the issuing authority's."""
    lists = pki.evidence.revocation_lists[:1]
    return replace(under(pki, **policy), revocation_lists=lists, status_responses=responses)


def test_a_response_is_as_good_as_a_list(pki: PKI) -> None:
    leaf = pki.signer.certificate
    assert judged(leaf, with_status(pki)) == UNKNOWN
    assert judged(leaf, with_status(pki, status_of(pki, None))) == GOOD
    revoked = status_of(pki, Revocation(serial=leaf.serial, at=FOUNDED, reason=1))
    assert judged(leaf, with_status(pki, revoked)) == (Outcome.FAILED, SubIndication.REVOKED)
    path = validate(leaf, with_status(pki, status_of(pki, None)), purpose=Purpose.SIGNING, at=AT)
    assert [check.note for check in path.checks if check.name == "certificate.revocation"] == [
        f"OCSP response of {AT:%Y-%m-%d %H:%M}Z",
        f"revocation list of {FOUNDED:%Y-%m-%d %H:%M}Z",
    ]


def test_responses_are_held_against_the_policy_as_lists_are(pki: PKI) -> None:
    leaf, half = pki.signer.certificate, timedelta(minutes=30)
    old = status_of(pki, None, at=AT - half)
    whole = AT - FOUNDED
    assert judged(leaf, with_status(pki, old, maximum_age=whole)) == GOOD
    fresh = replace(
        with_status(pki, old, maximum_age=half - timedelta(seconds=1)),
        revocation_lists=(revocation_list(pki.root, this_update=AT),),
    )
    assert judged(leaf, fresh) == UNKNOWN
    assert judged(leaf, replace(fresh, policy=ValidationPolicy(maximum_age=half))) == GOOD
    ended = replace(with_status(pki, old), policy=ValidationPolicy(algorithm_ends={pki.algorithm.signature_oid: AT}))
    anchored = replace(ended, anchors=(pki.issuing.certificate,))
    path = validate(leaf, anchored, purpose=Purpose.SIGNING, at=AT)
    assert [check.outcome for check in path.checks if check.name == "certificate.revocation"] == [Outcome.INDETERMINATE]


def test_a_list_of_an_unknown_algorithm_says_nothing(pki: PKI) -> None:
    algorithm = der.sequence(der.oid("2.25.1"))
    unknown = revocation_list(pki.issuing, algorithm=algorithm, change=lambda tbs: grafted(tbs, 1, put=algorithm))
    evidence = replace(pki.evidence, revocation_lists=(pki.evidence.revocation_lists[0], unknown))
    assert judged(pki.signer.certificate, evidence) == UNKNOWN


# --- which of several authorities of one name


def test_an_authority_with_the_right_key_identifier_comes_first(pki: PKI) -> None:
    nameless = pki.issue(
        ISSUING, pki.root, subject="测试签发机构", change=lambda tbs: without_extension(tbs, "2.5.29.14")
    )
    for pool in ((nameless, pki.issuing), (pki.issuing, nameless)):
        found = tuple(candidates(pki.signer.certificate, tuple(one.certificate for one in pool)))
        assert found == (pki.issuing.certificate, nameless.certificate)


# --- what is not processed


@pytest.mark.parametrize("oid", ["2.5.29.30", "2.5.29.36", "2.5.29.33", "2.5.29.54"])
def test_constraints_that_are_not_processed_fail_where_they_are_critical(pki: PKI, oid: str) -> None:
    """Name constraints, policy constraints, policy mappings, inhibitAnyPolicy (RFC 5280, 4.2.1)."""
    for critical, expected in ((True, BROKEN), (False, GOOD)):
        added = extension(oid, der.sequence(), critical=critical)
        authority = pki.issue(ISSUING, pki.root, change=partial(with_extension, added=added))
        leaf = pki.issue(DOCUMENT_SIGNER, authority).certificate
        evidence = Evidence(
            anchors=(pki.root.certificate,),
            certificates=(authority.certificate,),
            revocation_lists=(revocation_list(pki.root), revocation_list(authority)),
        )
        assert judged(leaf, evidence) == expected


def carrying(pki: PKI, *infos: bytes) -> bytes:
    """Return a message that brings revocation information along."""
    encoded = cms_signer(pki.signer).sign_plain(b"content", revocation_lists=pki.evidence.revocation_lists[:1])
    lists = [one.raw for one in element_at(encoded, 1, 0, 4).children()]
    return grafted(encoded, 1, 0, 4, put=der.set_of([*lists, *infos], tag=0xA1))


def other_information(oid: str, value: bytes) -> bytes:
    """Return OtherRevocationInfoFormat (RFC 5652, 10.2.1)."""
    return der.context(1, der.oid(oid), value)


def test_responses_may_come_with_the_message(pki: PKI) -> None:
    good = other_information("1.3.6.1.5.5.7.16.2", status_of(pki, None).der)  # RFC 5940, 2
    unreadable = other_information("1.3.6.1.5.5.7.16.2", der.sequence())
    unknown = other_information("2.25.1", der.null())
    evidence = replace(pki.evidence, revocation_lists=())
    assert verdict_of(carrying(pki, good, unreadable, unknown), evidence, AT) == GOOD
    assert verdict_of(carrying(pki, unreadable, unknown), evidence, AT) == UNKNOWN


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        (ValidationPolicy(), ()),
        (ValidationPolicy(algorithm_ends={"1.2.3": datetime(2030, 1, 1, tzinfo=UTC)}), ("algorithms",)),
        (ValidationPolicy(anchor_purposes={"00" * 32: frozenset({Purpose.SIGNING})}), ("anchors",)),
        (ValidationPolicy(other_anchors=frozenset({Purpose.SIGNING})), ("anchors",)),
        (ValidationPolicy(fatal=frozenset({SubIndication.TRY_LATER})), ("fatal",)),
        (ValidationPolicy(maximum_age=timedelta(hours=1)), ("freshness",)),
    ],
)
def test_a_policy_names_the_kinds_of_its_rules(policy: ValidationPolicy, rules: tuple[str, ...]) -> None:
    assert policy.rules == rules

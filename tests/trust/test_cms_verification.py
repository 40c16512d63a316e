"""Judging a signed message as a whole: certificate, signature, time, path, and what each deviation leads to."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed448

from tests.builders import (
    FOUNDED,
    PKI,
    Party,
    cms_signer,
    element_at,
    foreign_certificate,
    grafted,
    revocation_list,
    time_authority,
)
from tests.fakes.clock import NOW, SettableClock
from tests.trust.messages import CERTIFICATES, SIGNATURE, SIGNER, Message, standard_attributes
from trust.asn1 import der, oids
from trust.cms import BytesContent, Content, Dialect
from trust.cms_signing import attribute
from trust.cms_verification import judge_cms
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.paths import Evidence
from trust.profiles import DOCUMENT_SIGNER
from trust.reports import SignatureKind, SignatureReport
from trust.verdict import Outcome, SubIndication

CONTENT = "准予设立登记".encode()
SM3, SM2 = "1.2.156.10197.1.401", "1.2.156.10197.1.501"
DAY = timedelta(days=1)
SECOND = NOW.replace(microsecond=0)


def made(
    party: Party, dialect: Dialect = Dialect.RFC5652, *, attached: bool = True, stamper: Party | None = None
) -> bytes:
    """Return a message as this house makes it, with a time-stamp where somebody makes one."""
    signer = cms_signer(party, dialect)
    stamp = None if stamper is None else time_authority(stamper, SettableClock(), dialect).stamp
    content = CONTENT if attached else None
    return signer.sign(hash_of(signer.digest, CONTENT), content=content, signing_time=NOW, stamp=stamp)


def judged(
    encoded: bytes, evidence: Evidence, *, now: datetime = NOW, content: Content | None = None
) -> SignatureReport:
    """Return the report on the one signer."""
    (report,) = judge_cms(encoded, evidence, now=now, content=content)
    assert report.kind is SignatureKind.CMS
    return report


def said(report: SignatureReport) -> tuple[Outcome, SubIndication | None]:
    """Return what a report comes down to."""
    verdict = report.verdict
    return verdict.outcome, verdict.finding.sub_indication if verdict.finding else None


GOOD = (Outcome.PASSED, None)
FORMAT = (Outcome.FAILED, SubIndication.FORMAT_FAILURE)

DIALECTS = [("sm2", Dialect.GBT35275), ("sm2", Dialect.RFC5652), ("p256", Dialect.RFC5652)]


@pytest.fixture(params=DIALECTS, ids=lambda one: f"{one[0]} in {one[1]}")
def spoken(request: pytest.FixtureRequest) -> tuple[PKI, Dialect]:
    """Return a PKI and a dialect that goes with its keys."""
    family, dialect = request.param
    return request.getfixturevalue(f"{family}_pki"), dialect


@pytest.mark.parametrize("stamped", [True, False], ids=["with a time-stamp", "without"])
@pytest.mark.parametrize("attached", [True, False], ids=["attached", "detached"])
def test_a_good_message(spoken: tuple[PKI, Dialect], attached: bool, stamped: bool) -> None:  # noqa: FBT001
    pki, dialect = spoken
    encoded = made(pki.signer, dialect, attached=attached, stamper=pki.time_stamper if stamped else None)
    report = judged(encoded, pki.evidence, content=None if attached else BytesContent(CONTENT))
    assert said(report) == GOOD
    assert report.signer == pki.signer.certificate
    assert report.path == (pki.signer.certificate, pki.issuing.certificate, pki.root.certificate)
    assert report.claimed_time == SECOND
    assert report.proven_time == (SECOND if stamped else None)
    assert report.algorithm == pki.algorithm.kind
    assert report.facts == {"dialect": dialect}


def test_a_claimed_time_of_the_surroundings(pki: PKI) -> None:
    encoded = cms_signer(pki.signer).sign(hash_of(cms_signer(pki.signer).digest, CONTENT), content=CONTENT)
    (report,) = judge_cms(encoded, pki.evidence, now=NOW, content=None, claimed_time=FOUNDED)
    assert report.claimed_time == FOUNDED
    (report,) = judge_cms(made(pki.signer), pki.evidence, now=NOW, content=None, claimed_time=FOUNDED)
    assert report.claimed_time == SECOND  # what was signed goes before what was said beside it


def test_the_content_inside_counts_where_no_other_is_at_hand(pki: PKI) -> None:
    assert said(judged(made(pki.signer), pki.evidence)) == GOOD
    assert said(judged(made(pki.signer), pki.evidence, content=BytesContent(CONTENT))) == GOOD


def test_the_content_inside_does_not_stand_for_the_one_at_hand(pki: PKI) -> None:
    report = judged(made(pki.signer), pki.evidence, content=BytesContent(b"other"))
    assert said(report) == (Outcome.FAILED, SubIndication.HASH_FAILURE)


def test_detached_without_its_content(pki: PKI) -> None:
    report = judged(made(pki.signer, attached=False), pki.evidence)
    assert said(report) == (Outcome.INDETERMINATE, SubIndication.SIGNED_DATA_NOT_FOUND)


def test_another_content(spoken: tuple[PKI, Dialect]) -> None:
    pki, dialect = spoken
    report = judged(made(pki.signer, dialect, attached=False), pki.evidence, content=BytesContent(b"other"))
    assert said(report) == (Outcome.FAILED, SubIndication.HASH_FAILURE)


def test_a_changed_signature(spoken: tuple[PKI, Dialect]) -> None:
    pki, dialect = spoken
    other = der.octet_string(pki.signer.signer.sign(b"other"))
    changed = grafted(made(pki.signer, dialect), *SIGNATURE, put=other)
    assert said(judged(changed, pki.evidence)) == (Outcome.FAILED, SubIndication.SIG_CRYPTO_FAILURE)


@pytest.mark.parametrize("encoded", [b"", b"garbage", der.sequence(), bytes(100)])
def test_what_is_no_message(sm2_pki: PKI, encoded: bytes) -> None:
    report = judged(encoded, sm2_pki.evidence)
    assert said(report) == FORMAT
    assert (report.signer, report.path, report.algorithm) == (None, (), "")


def test_nobody_signed(pki: PKI) -> None:
    assert said(judged(grafted(made(pki.signer), 1, 0, 4, put=der.set_of([])), pki.evidence)) == FORMAT


def test_an_unknown_algorithm(pki: PKI) -> None:
    for place in (2, 4):  # of the hash, of the signature
        changed = grafted(made(pki.signer), *SIGNER, place, put=der.sequence(der.oid("1.2.3")))
        assert said(judged(changed, pki.evidence)) == (Outcome.FAILED, SubIndication.CRYPTO_CONSTRAINTS_FAILURE)


def test_sm2_goes_with_sm3_alone(sm2_pki: PKI) -> None:
    attributes = standard_attributes(CONTENT, Digest.SHA256)
    mixed = Message(party=sm2_pki.signer, content=CONTENT, attributes=attributes, digest=Digest.SHA256).encoded
    assert said(judged(mixed, sm2_pki.evidence)) == (Outcome.FAILED, SubIndication.CRYPTO_CONSTRAINTS_FAILURE)


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (der.sequence(der.sequence(der.oid(SM3)), der.context(1, der.oid(SM2))), True),
        (der.sequence(der.sequence(der.oid(SM3), der.null()), der.context(1, der.oid(SM2), der.null())), True),
        (der.sequence(der.sequence(der.oid(SM2)), der.context(1, der.oid(SM2))), False),
        (der.sequence(der.sequence(der.oid(SM3)), der.context(1, der.oid(SM3))), False),
        (der.sequence(der.sequence(der.oid(SM3)), der.context(2, der.oid(SM2))), False),
        (der.sequence(der.sequence(der.oid(SM3))), False),
        (der.sequence(der.sequence(), der.context(1, der.oid(SM2))), False),
        (der.sequence(), False),
    ],
)
def test_algorithms_that_the_signer_protected(sm2_pki: PKI, value: bytes, *, holds: bool) -> None:
    protection = attribute(oids.ID_ALGORITHM_PROTECTION, value)
    attributes = standard_attributes(CONTENT, Digest.SM3, others=(protection,))
    encoded = Message(party=sm2_pki.signer, content=CONTENT, attributes=attributes).encoded
    expected = GOOD if holds else (Outcome.FAILED, SubIndication.SIG_CONSTRAINTS_FAILURE)
    assert said(judged(encoded, sm2_pki.evidence)) == expected


def test_every_signer_is_judged(sm2_pki: PKI, p256_pki: PKI) -> None:
    first, second = made(sm2_pki.signer), made(p256_pki.signer)
    both = grafted(first, *SIGNER, put=element_at(first, *SIGNER).raw + element_at(second, *SIGNER).raw)
    certificates = (sm2_pki.signer.certificate.der, p256_pki.signer.certificate.der)
    both = grafted(both, *CERTIFICATES, put=der.set_of(certificates, tag=0xA0))
    reports = judge_cms(both, sm2_pki.evidence, now=NOW, content=None)
    assert [said(report) for report in reports] == [
        GOOD,
        (Outcome.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND),
    ]


def test_the_signers_certificate_is_not_at_hand(pki: PKI) -> None:
    bare = grafted(made(pki.signer), *CERTIFICATES, put=b"")
    missing = (Outcome.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    assert said(judged(bare, pki.evidence)) == missing
    assert said(judged(bare, pki.evidence.joined_by((pki.signer.certificate,)))) == GOOD


def test_a_stranger(pki: PKI) -> None:
    stranger = PKI.found(pki.algorithm)
    encoded = cms_signer(stranger.signer, chain=(stranger.issuing.certificate, stranger.root.certificate)).sign(
        hash_of(cms_signer(pki.signer).digest, CONTENT), content=CONTENT
    )
    assert judged(encoded, pki.evidence).verdict.outcome is not Outcome.PASSED
    assert said(judged(encoded, stranger.evidence)) == GOOD


def test_lists_that_travel_along_are_used(sm2_pki: PKI) -> None:
    lists = tuple(one.der for one in sm2_pki.evidence.revocation_lists)
    attributes = standard_attributes(CONTENT, Digest.SM3)
    message = Message(party=sm2_pki.signer, content=CONTENT, attributes=attributes, lists=lists)
    without = replace(sm2_pki.evidence, revocation_lists=())
    assert said(judged(message.encoded, without)) == GOOD
    message.lists = ()
    assert said(judged(message.encoded, without)) == (Outcome.INDETERMINATE, SubIndication.TRY_LATER)


def revoked(pki: PKI, at: datetime) -> Evidence:
    """Return the evidence in which the signer was revoked."""
    lists = (revocation_list(pki.root), revocation_list(pki.issuing, {pki.signer.certificate: at}))
    return replace(pki.evidence, revocation_lists=lists)


def test_a_time_stamp_saves_what_was_signed_before_a_revocation(spoken: tuple[PKI, Dialect]) -> None:
    pki, dialect = spoken
    stamped, bare = made(pki.signer, dialect, stamper=pki.time_stamper), made(pki.signer, dialect)
    later, evidence = NOW + 9 * DAY, revoked(pki, NOW + DAY)
    assert said(judged(stamped, evidence, now=later)) == GOOD
    assert said(judged(bare, evidence, now=later)) == (Outcome.FAILED, SubIndication.REVOKED)
    assert said(judged(stamped, revoked(pki, NOW - DAY), now=later)) == (Outcome.FAILED, SubIndication.REVOKED)


def test_a_time_stamp_saves_what_was_signed_before_the_end(pki: PKI) -> None:
    party = pki.issue(DOCUMENT_SIGNER, not_after=NOW + DAY)
    later = NOW + 9 * DAY
    assert said(judged(made(party, stamper=pki.time_stamper), pki.evidence, now=later)) == GOOD
    expected = (Outcome.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE)
    assert said(judged(made(party), pki.evidence, now=later)) == expected


def test_a_time_stamp_after_the_end(pki: PKI) -> None:
    party = pki.issue(DOCUMENT_SIGNER, not_after=NOW - DAY)
    report = judged(made(party, stamper=pki.time_stamper), pki.evidence)
    assert said(report) == (Outcome.FAILED, SubIndication.EXPIRED)


def with_stamps(encoded: bytes, *tokens: bytes) -> bytes:
    """Return the message with these time-stamps."""
    stamps = der.sequence(der.oid(oids.ID_SIGNATURE_TIME_STAMP), der.set_of(tokens))
    return grafted(encoded, *SIGNER, 6, put=der.context(1, stamps))


def test_the_earliest_time_stamp_counts(sm2_pki: PKI) -> None:
    encoded = made(sm2_pki.signer, stamper=sm2_pki.time_stamper)
    value = element_at(encoded, *SIGNATURE).octets()
    tokens = [
        time_authority(sm2_pki.time_stamper, SettableClock(NOW - hours * timedelta(hours=1))).stamp(value)
        for hours in (1, 3, 2)
    ]
    report = judged(with_stamps(encoded, *tokens), sm2_pki.evidence)
    assert said(report) == GOOD
    assert report.proven_time == SECOND - timedelta(hours=3)
    assert [check.name for check in report.checks].count("signature.time_stamp") == 3


@pytest.mark.parametrize("kind", ["over another signature", "of the future", "of a stranger", "of no sense"])
def test_a_time_stamp_that_does_not_hold_proves_nothing(sm2_pki: PKI, kind: str) -> None:
    encoded = made(sm2_pki.signer, stamper=sm2_pki.time_stamper)
    value = element_at(encoded, *SIGNATURE).octets()
    clock = SettableClock(NOW + DAY if kind == "of the future" else NOW)
    stamper = PKI.found().time_stamper if kind == "of a stranger" else sm2_pki.time_stamper
    token = time_authority(stamper, clock).stamp(b"other" if kind == "over another signature" else value)
    if kind == "of no sense":
        token = der.sequence(der.oid(oids.SIGNED_DATA), der.context(0, der.sequence()))
    report = judged(with_stamps(encoded, token), sm2_pki.evidence)
    assert report.verdict.outcome is not Outcome.PASSED
    assert report.proven_time is None


def unusable_key() -> bytes:
    """Return a key of a family that this house does not know."""
    key = ed448.Ed448PrivateKey.generate().public_key()
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_a_signer_with_a_key_that_cannot_be_used(sm2_pki: PKI) -> None:
    certificate = foreign_certificate(unusable_key(), sm2_pki.issuing)
    identifier = der.sequence(certificate.issuer, der.integer(certificate.serial))
    message = Message(party=sm2_pki.signer, content=CONTENT, identifier=identifier, certificates=(certificate.der,))
    report = judged(message.encoded, sm2_pki.evidence)
    assert said(report) == (Outcome.FAILED, SubIndication.CRYPTO_CONSTRAINTS_FAILURE)
    assert report.algorithm == ""


def test_a_time_stamp_by_a_key_that_cannot_be_used(sm2_pki: PKI) -> None:
    encoded = made(sm2_pki.signer, stamper=sm2_pki.time_stamper)
    certificate = foreign_certificate(unusable_key(), sm2_pki.issuing)
    token = time_authority(sm2_pki.time_stamper, SettableClock()).stamp(element_at(encoded, *SIGNATURE).octets())
    token = grafted(token, *SIGNER, 1, put=der.sequence(certificate.issuer, der.integer(certificate.serial)))
    token = grafted(token, *CERTIFICATES, put=der.set_of([certificate.der], tag=0xA0))
    assert judged(with_stamps(encoded, token), sm2_pki.evidence).verdict.outcome is Outcome.FAILED


def test_a_name_that_cannot_be_read_does_not_stop_the_verifier(sm2_pki: PKI) -> None:
    broken = der.sequence(der.set_of([der.sequence(der.oid("2.5.4.3"), der.tlv(0x0C, b"\xff"))]))
    stranger = PKI.found()
    party = stranger.issue(DOCUMENT_SIGNER, change=lambda tbs: grafted(tbs, 5, put=broken))
    assert judged(made(party), sm2_pki.evidence).verdict.outcome is not Outcome.PASSED


def test_a_certificate_of_a_version_that_does_not_exist(sm2_pki: PKI) -> None:
    broken = grafted(sm2_pki.signer.certificate.der, 0, 0, 0, put=der.integer(3))
    message = Message(party=sm2_pki.signer, content=CONTENT, certificates=(broken,))
    assert said(judged(message.encoded, sm2_pki.evidence)) == FORMAT

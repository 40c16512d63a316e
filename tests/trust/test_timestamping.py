"""Judging tokens: what they state is checked strictly, and a token never makes a verifier fail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed448

from tests.builders import (
    FOUNDED,
    PKI,
    cms_signer,
    element_at,
    foreign_certificate,
    grafted,
    revocation_list,
    time_authority,
)
from tests.fakes.clock import NOW, SettableClock
from tests.trust.messages import (
    CERTIFICATES,
    ENCAPSULATED,
    SIGNATURE,
    SIGNER,
    Message,
    time_stamp,
    time_stamp_info,
)
from trust.asn1 import der
from trust.cms import Dialect
from trust.crypto.algorithms import Digest
from trust.paths import Evidence
from trust.profiles import TIME_STAMPING
from trust.reports import SignatureKind, SignatureReport
from trust.revocation import Revocation
from trust.timestamping import judge_time_stamp
from trust.verdict import Outcome, SubIndication

MESSAGE = b"signature value"
DAY = timedelta(days=1)
SECOND = NOW.replace(microsecond=0)


class Said(NamedTuple):
    """What a report comes down to."""

    outcome: Outcome
    sub_indication: SubIndication | None


def said(report: SignatureReport) -> Said:
    """Return what a report comes down to; its time is proven exactly if it passed."""
    verdict = report.verdict
    assert report.kind is SignatureKind.TIME_STAMP
    assert (report.proven_time is not None) == (verdict.outcome is Outcome.PASSED)
    return Said(verdict.outcome, verdict.finding.sub_indication if verdict.finding else None)


def judged(
    token: bytes, pki: PKI, *, message: bytes = MESSAGE, now: datetime = NOW, evidence: Evidence | None = None
) -> Said:
    """Judge a token with the evidence of `pki`."""
    return said(judge_time_stamp(token, message, evidence or pki.evidence, now=now))


def failed(sub_indication: SubIndication) -> Said:
    """Return a failure."""
    return Said(Outcome.FAILED, sub_indication)


GOOD = Said(Outcome.PASSED, None)
FORMAT = failed(SubIndication.FORMAT_FAILURE)


@pytest.fixture
def token(pki: PKI, clock: SettableClock) -> bytes:
    """Make a good token."""
    return time_authority(pki.time_stamper, clock).stamp(MESSAGE)


def test_a_good_token_proves_its_time(pki: PKI, token: bytes) -> None:
    report = judge_time_stamp(token, MESSAGE, pki.evidence, now=NOW)
    assert said(report) == GOOD
    assert report.proven_time == report.claimed_time == SECOND
    assert report.signer == pki.time_stamper.certificate
    assert report.path[-1] == pki.root.certificate
    assert report.algorithm == pki.algorithm.kind
    assert str(report.facts["policy"]).startswith("2.25.")
    assert [check.name for check in report.checks][:3] == ["time_stamp.format", "time_stamp.imprint", "time_stamp.time"]


def test_the_national_dialect(sm2_pki: PKI, clock: SettableClock) -> None:
    token = time_authority(sm2_pki.time_stamper, clock, Dialect.GBT35275).stamp(MESSAGE)
    assert judged(token, sm2_pki) == GOOD
    assert judged(token, sm2_pki, message=b"other") == failed(SubIndication.HASH_FAILURE)


def test_the_authority_may_be_known_already(sm2_pki: PKI, clock: SettableClock) -> None:
    token = time_authority(sm2_pki.time_stamper, clock).stamp(MESSAGE)
    bare = grafted(token, *CERTIFICATES, put=b"")
    missing = Said(Outcome.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    assert judged(bare, sm2_pki) == missing
    known = sm2_pki.evidence.joined_by((sm2_pki.time_stamper.certificate,))
    assert judged(bare, sm2_pki, evidence=known) == GOOD


def test_another_message(pki: PKI, token: bytes) -> None:
    assert judged(token, pki, message=b"other") == failed(SubIndication.HASH_FAILURE)


def test_a_moment_in_the_future(pki: PKI, token: bytes) -> None:
    assert judged(token, pki, now=SECOND) == GOOD
    assert judged(token, pki, now=SECOND - timedelta(seconds=1)) == failed(SubIndication.TIMESTAMP_ORDER_FAILURE)


def test_a_changed_signature(pki: PKI, token: bytes) -> None:
    other = pki.time_stamper.signer.sign(b"other")
    changed = grafted(token, *SIGNATURE, put=der.octet_string(other))
    assert judged(changed, pki) == failed(SubIndication.SIG_CRYPTO_FAILURE)


def test_a_changed_time(pki: PKI, token: bytes) -> None:
    content = element_at(token, *ENCAPSULATED, 1, 0).octets()
    earlier = grafted(content, 4, put=der.generalized_time(NOW - 30 * DAY))
    changed = grafted(token, *ENCAPSULATED, 1, 0, put=der.octet_string(earlier))
    assert judged(changed, pki) == failed(SubIndication.HASH_FAILURE)


def test_a_signer_who_is_no_authority_of_time(pki: PKI, clock: SettableClock) -> None:
    token = time_authority(pki.signer, clock).stamp(MESSAGE)
    assert judged(token, pki) == failed(SubIndication.CHAIN_CONSTRAINTS_FAILURE)


def test_an_authority_that_nobody_trusts(pki: PKI, clock: SettableClock) -> None:
    stranger = PKI.found(pki.algorithm)
    signer = cms_signer(stranger.time_stamper, chain=(stranger.issuing.certificate, stranger.root.certificate))
    token = time_authority(stranger.time_stamper, clock).stamp(MESSAGE)
    assert signer.digest is pki.algorithm.digest
    assert judged(token, pki).outcome is not Outcome.PASSED


def test_an_authority_outside_its_validity(pki: PKI, clock: SettableClock) -> None:
    party = pki.issue(TIME_STAMPING, not_after=NOW - DAY)
    assert judged(time_authority(party, clock).stamp(MESSAGE), pki) == failed(SubIndication.EXPIRED)
    party = pki.issue(TIME_STAMPING, at=NOW + DAY)
    assert judged(time_authority(party, clock).stamp(MESSAGE), pki) == failed(SubIndication.NOT_YET_VALID)


def revoked(pki: PKI, at: datetime, reason: int | None) -> Evidence:
    """Return the evidence in which the time-stamp authority was revoked."""
    entry = Revocation(serial=pki.time_stamper.certificate.serial, at=at, reason=reason)
    return replace(pki.evidence, revocation_lists=(revocation_list(pki.root), revocation_list(pki.issuing, [entry])))


@pytest.mark.parametrize("reason", [0, 3, 4, 5], ids=["unspecified", "affiliation", "superseded", "cessation"])
def test_an_authority_that_ended_in_good_order(pki: PKI, token: bytes, reason: int) -> None:
    later = NOW + 9 * DAY
    assert judged(token, pki, now=later, evidence=revoked(pki, NOW + DAY, reason)) == GOOD
    assert judged(token, pki, evidence=revoked(pki, NOW - DAY, reason)) == failed(SubIndication.REVOKED)


@pytest.mark.parametrize("reason", [None, 1], ids=["no reason told", "key compromise"])
def test_an_authority_whose_key_was_stolen_proves_nothing(pki: PKI, token: bytes, reason: int | None) -> None:
    # RFC 3161, 4: the thief writes any time he likes, so that every token of the key is invalid, whatever it states.
    report = said(judge_time_stamp(token, MESSAGE, revoked(pki, NOW + DAY, reason), now=NOW + 9 * DAY))
    assert report.outcome is not Outcome.PASSED


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"garbage", id="garbage"),
        pytest.param(lambda token: token[:-1], id="cut off"),
        pytest.param(lambda token: token + b"\x01", id="trailing garbage"),
        pytest.param(lambda token: grafted(token, 1, 0, 4, put=der.set_of([])), id="nobody signed"),
        pytest.param(lambda token: grafted(token, *SIGNER, put=element_at(token, *SIGNER).raw * 2), id="signed by two"),
        pytest.param(lambda token: grafted(token, *ENCAPSULATED, 0, put=der.oid("1.2.840.113549.1.7.1")), id="data"),
        pytest.param(lambda token: grafted(token, *ENCAPSULATED, 1, put=b""), id="without its content"),
    ],
)
def test_what_is_no_token(pki: PKI, token: bytes, change: Callable[[bytes], bytes]) -> None:
    report = judge_time_stamp(change(token), MESSAGE, pki.evidence, now=NOW)
    assert said(report) == FORMAT
    assert report.signer is None


def test_an_algorithm_that_nobody_knows(sm2_pki: PKI, pki: PKI, token: bytes) -> None:
    signature = grafted(token, *SIGNER, 4, put=der.sequence(der.oid("1.2.3")))
    report = judge_time_stamp(signature, MESSAGE, pki.evidence, now=NOW)
    assert said(report) == failed(SubIndication.CRYPTO_CONSTRAINTS_FAILURE)
    info = grafted(time_stamp_info(MESSAGE, GOOD_TIME), 2, 0, 0, put=der.oid("1.2.3"))
    imprint = judged(time_stamp(sm2_pki.time_stamper, info), sm2_pki)
    assert imprint == failed(SubIndication.CRYPTO_CONSTRAINTS_FAILURE)


def test_padding(pki: PKI, token: bytes) -> None:
    assert judged(token + bytes(500), pki) == GOOD


GOOD_TIME = der.generalized_time(NOW)


def test_a_token_of_another_vendor(sm2_pki: PKI) -> None:
    assert judged(time_stamp(sm2_pki.time_stamper, time_stamp_info(MESSAGE, GOOD_TIME)), sm2_pki) == GOOD
    with_fraction = der.tlv(0x18, b"20261122040506.123Z")  # RFC 3161, 2.4.2 allows it
    assert judged(time_stamp(sm2_pki.time_stamper, time_stamp_info(MESSAGE, with_fraction)), sm2_pki) == GOOD


def test_a_token_without_attributes(sm2_pki: PKI) -> None:
    # RFC 5652, 5.3: a TSTInfo is not plain data, so that its type must be a signed attribute.
    info = time_stamp_info(MESSAGE, GOOD_TIME)
    token = Message(party=sm2_pki.time_stamper, content=info, content_type="1.2.840.113549.1.9.16.1.4", version=3)
    assert judged(token.encoded, sm2_pki) == FORMAT


@pytest.mark.parametrize(
    "info",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"garbage", id="garbage"),
        pytest.param(der.sequence(), id="nothing inside"),
        pytest.param(time_stamp_info(MESSAGE, GOOD_TIME) + b"\0", id="trailing octet"),
        pytest.param(time_stamp_info(MESSAGE, der.utc_time(NOW)), id="a UTCTime"),
        pytest.param(time_stamp_info(MESSAGE, der.tlv(0x18, b"20261122040506")), id="a time without a zone"),
        pytest.param(time_stamp_info(MESSAGE, der.tlv(0x18, b"20261122120506+0800")), id="a time of another zone"),
        pytest.param(time_stamp_info(MESSAGE, der.tlv(0x18, b"20261322040506Z")), id="month 13"),
        pytest.param(time_stamp_info(MESSAGE, der.tlv(0x18, b"00001122040506Z")), id="year 0"),
        pytest.param(time_stamp_info(MESSAGE, der.integer(1)), id="a number for a time"),
        pytest.param(grafted(time_stamp_info(MESSAGE, GOOD_TIME), 3, put=der.null()), id="no serial number"),
    ],
)
def test_statements_of_no_sense(sm2_pki: PKI, info: bytes) -> None:
    assert judged(time_stamp(sm2_pki.time_stamper, info), sm2_pki) == FORMAT


def test_an_imprint_of_the_wrong_length(sm2_pki: PKI) -> None:
    info = time_stamp_info(MESSAGE, GOOD_TIME, imprint=b"")
    assert judged(time_stamp(sm2_pki.time_stamper, info), sm2_pki) == failed(SubIndication.HASH_FAILURE)


def test_sha1_proves_nothing(sm2_pki: PKI) -> None:
    # Whoever had two messages of one SHA-1 hash stamped has a time for both.
    info = time_stamp_info(MESSAGE, GOOD_TIME, digest=Digest.SHA1)
    assert judged(time_stamp(sm2_pki.time_stamper, info), sm2_pki).outcome is not Outcome.PASSED


def ed448_key() -> bytes:
    """Return a key of a family that this house does not know."""
    key = ed448.Ed448PrivateKey.generate().public_key()
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def off_curve_key() -> bytes:
    """Return an SM2 key whose point is not on the curve."""
    algorithm = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.156.10197.1.301"))
    return der.sequence(algorithm, der.bit_string(b"\x04" + b"\x01" * 64))


@pytest.mark.parametrize("spki", [ed448_key(), off_curve_key()], ids=["Ed448", "off the curve"])
def test_an_authority_with_a_key_that_cannot_be_used(sm2_pki: PKI, token: bytes, spki: bytes) -> None:
    certificate = foreign_certificate(spki, sm2_pki.issuing, profile=TIME_STAMPING)
    identifier = der.sequence(certificate.issuer, der.integer(certificate.serial))
    changed = grafted(token, *SIGNER, 1, put=identifier)
    changed = grafted(changed, *CERTIFICATES, put=der.set_of([certificate.der], tag=0xA0))
    assert judged(changed, sm2_pki).outcome is Outcome.FAILED


def test_lists_must_cover_the_moment_that_the_token_states(pki: PKI, token: bytes) -> None:
    no_lists = replace(pki.evidence, revocation_lists=())
    assert judged(token, pki, evidence=no_lists) == Said(Outcome.INDETERMINATE, SubIndication.TRY_LATER)
    old = (revocation_list(pki.root), revocation_list(pki.issuing, next_update=FOUNDED + DAY))
    outdated = replace(pki.evidence, revocation_lists=old)
    assert judged(token, pki, evidence=outdated) == Said(Outcome.INDETERMINATE, SubIndication.TRY_LATER)

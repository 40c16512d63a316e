"""Our time-stamp authority: what stands in its tokens, and when it makes none."""

import re
from datetime import datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from asn1crypto import tsp

from tests.builders import PKI, cms_signer, grafted, time_authority
from tests.fakes.clock import NOW, SettableClock
from trust.asn1 import der
from trust.cms import Dialect, read_signed_message
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.signing import SigningUnavailable
from trust.store import Store
from trust.time_authority import POLICY, TEXTS, TimeAuthority
from trust.time_ledger import TimeLedger
from trust.time_requests import Failure, TimeStampRequest, TimeStampResponse
from trust.timestamping import TimeStampingUnavailable, judge_time_stamp
from trust.verdict import Outcome

MESSAGE = b"message"


def info_of(token: bytes) -> tsp.TSTInfo:
    """Return the TSTInfo of a token, as another library reads it."""
    content = read_signed_message(token).content
    assert content is not None
    return tsp.TSTInfo.load(content, strict=True)


@pytest.mark.parametrize("dialect", Dialect)
def test_what_a_token_says(pki: PKI, clock: SettableClock, dialect: Dialect) -> None:
    if dialect is Dialect.GBT35275 and pki.algorithm.name != "sm2":
        return  # the national dialect is for national keys
    authority = time_authority(pki.time_stamper, clock, dialect)
    token = authority.stamp(MESSAGE)
    info = info_of(token)
    assert info["version"].native == "v1"
    assert info["policy"].dotted == POLICY
    imprint = info["message_imprint"]
    assert imprint["hash_algorithm"]["algorithm"].dotted == authority.digest.oid
    assert imprint["hashed_message"].native == hash_of(authority.digest, MESSAGE)
    assert info["gen_time"].native == NOW.replace(microsecond=0)
    assert info["accuracy"]["seconds"].native == 1
    assert info["tsa"].chosen.untag().dump() == pki.time_stamper.certificate.subject
    (signer,) = read_signed_message(token).signers
    assert signer.signing_time == NOW.replace(microsecond=0)
    assert signer.content_type == "1.2.840.113549.1.9.16.1.4"
    assert signer.signing_certificate_hashes != ()


def test_serial_numbers_are_unique(sm2_pki: PKI, clock: SettableClock) -> None:
    authority = time_authority(sm2_pki.time_stamper, clock)
    serials = [info_of(authority.stamp(MESSAGE))["serial_number"].native for _ in range(20)]
    assert len(set(serials)) == 20
    assert all(0 < serial < 2**127 for serial in serials)


def test_time_may_stand_still_or_go_on(sm2_pki: PKI, clock: SettableClock) -> None:
    authority = time_authority(sm2_pki.time_stamper, clock)
    for _ in range(3):
        authority.stamp(MESSAGE)
    clock.advance(timedelta(hours=1))
    assert info_of(authority.stamp(MESSAGE))["gen_time"].native.hour == NOW.hour + 1


def test_a_key_that_does_not_answer(sm2_pki: PKI, clock: SettableClock) -> None:
    own = PKI.found(sm2_pki.algorithm)
    own.custody.unavailable = True
    with pytest.raises(SigningUnavailable):
        time_authority(own.time_stamper, clock).stamp(MESSAGE)


def test_the_chain_travels_along(sm2_pki: PKI, clock: SettableClock) -> None:
    signer = cms_signer(sm2_pki.time_stamper, chain=(sm2_pki.issuing.certificate,))
    token = TimeAuthority(signer=signer, clock=clock).stamp(MESSAGE)
    certificates = set(read_signed_message(token).certificates)
    assert certificates == {sm2_pki.time_stamper.certificate, sm2_pki.issuing.certificate}


def test_the_policy_is_named_under_a_uuid() -> None:
    found = re.fullmatch(r"2\.25\.(\d+)", POLICY)
    assert found is not None
    uuid = UUID(int=int(found[1]))
    assert uuid.variant == RFC_4122  # ITU-T X.667, 6.2: anything else may collide with somebody's own numbers


# --- requests of others


def request_for(authority: TimeAuthority, **changes: object) -> TimeStampRequest:
    """Return a request that the authority grants, but for the changes."""
    usual = {"digest": authority.digest, "imprint": hash_of(authority.digest, MESSAGE)}
    return TimeStampRequest(**{**usual, **changes})  # type: ignore[arg-type]


def answered(authority: TimeAuthority, encoded: bytes) -> TimeStampResponse:
    """Return what the authority answers."""
    return TimeStampResponse.read(authority.answer(encoded))


def test_a_request_is_granted(pki: PKI, clock: SettableClock) -> None:
    authority = time_authority(pki.time_stamper, clock)
    request = request_for(authority, nonce=-(2**70), policy=POLICY, wants_certificate=True)
    response = answered(authority, request.der)
    info = info_of(response.token)
    assert (info["nonce"].native, info["policy"].dotted) == (-(2**70), POLICY)
    assert info["message_imprint"]["hashed_message"].native == request.imprint
    assert judge_time_stamp(response.token, MESSAGE, pki.evidence, now=NOW).verdict.outcome is Outcome.PASSED


def test_a_nonce_that_was_not_sent_is_not_there(sm2_pki: PKI, clock: SettableClock) -> None:
    authority = time_authority(sm2_pki.time_stamper, clock)
    assert info_of(answered(authority, request_for(authority).der).token)["nonce"].native is None


@pytest.mark.parametrize("wanted", [True, False])
def test_certificates_travel_along_where_they_are_wanted(pki: PKI, clock: SettableClock, wanted: bool) -> None:  # noqa: FBT001
    authority = time_authority(pki.time_stamper, clock)
    token = answered(authority, request_for(authority, wants_certificate=wanted).der).token
    assert read_signed_message(token).certificates == ((pki.time_stamper.certificate,) if wanted else ())
    known = pki.evidence.joined_by((pki.time_stamper.certificate,))
    assert judge_time_stamp(token, MESSAGE, known, now=NOW).verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize("digest", Digest)
def test_the_hash_functions_of_a_family(pki: PKI, clock: SettableClock, digest: Digest) -> None:
    authority = time_authority(pki.time_stamper, clock)
    national = pki.algorithm.name == "sm2"
    accepted = {Digest.SM3} if national else {Digest.SHA256, Digest.SHA384, Digest.SHA512}
    request = request_for(authority, digest=digest, imprint=hash_of(digest, MESSAGE), wants_certificate=True)
    response = answered(authority, request.der)
    if digest in accepted:
        assert judge_time_stamp(response.token, MESSAGE, pki.evidence, now=NOW).verdict.outcome is Outcome.PASSED
    else:
        assert (response.token, response.failures) == (b"", (Failure.BAD_ALGORITHM,))


def test_a_refusal_says_why(sm2_pki: PKI, clock: SettableClock) -> None:
    authority = time_authority(sm2_pki.time_stamper, clock)
    whole = request_for(authority, nonce=1, policy=POLICY).der
    broken = {
        Failure.BAD_REQUEST: grafted(whole, 0, put=der.integer(2)),
        Failure.BAD_DATA_FORMAT: b"",
        Failure.UNACCEPTED_POLICY: grafted(whole, 2, put=der.oid("2.25.1")),
        Failure.UNACCEPTED_EXTENSION: grafted(whole, 3, put=der.context(0, der.null())),
    }
    for failure, encoded in broken.items():
        response = answered(authority, encoded)
        assert (response.failures, response.text, response.token) == ((failure,), TEXTS[failure], b"")


class StoppedClock:
    """A guarded clock that tells no time."""

    def now(self) -> datetime:
        raise TimeStampingUnavailable


def test_no_token_while_the_clock_cannot_be_trusted(sm2_pki: PKI) -> None:
    authority = TimeAuthority(signer=cms_signer(sm2_pki.time_stamper), clock=StoppedClock())
    assert answered(authority, request_for(authority).der).failures == (Failure.TIME_NOT_AVAILABLE,)
    with pytest.raises(TimeStampingUnavailable):
        authority.stamp(MESSAGE)


def test_no_token_while_the_key_does_not_answer(sm2_pki: PKI, clock: SettableClock) -> None:
    own = PKI.found(sm2_pki.algorithm)
    own.custody.unavailable = True
    authority = time_authority(own.time_stamper, clock)
    assert answered(authority, request_for(authority).der).failures == (Failure.SYSTEM_FAILURE,)


def test_tokens_go_into_the_ledger(sm2_pki: PKI, clock: SettableClock, sqlite_store: Store) -> None:
    ledger = TimeLedger(sqlite_store)
    signer = cms_signer(sm2_pki.time_stamper)
    authority = TimeAuthority(signer=signer, clock=clock, name="tsa-sm2", ledger=ledger)
    authority.stamp(MESSAGE)
    answered(authority, request_for(authority).der)
    answered(authority, b"")
    assert ledger.pages["tsa-sm2"].latest == NOW
    assert ledger.flush() == 1  # the first went on record at once, the refusal never

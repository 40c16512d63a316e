"""The responder: it tells what the database knows, at once, and signs no more often than it must."""

from datetime import timedelta

import pytest
from typing_extensions import override

from tests.fakes.clock import NOW, SettableClock
from tests.fakes.custody import MemoryCustody
from tests.trust.authorities import established, issued, revoke
from trust import pki_repository, repository
from trust.asn1 import der
from trust.authority import Authorities
from trust.certificates import Certificate, CertificateMalformed
from trust.crypto.algorithms import KEYS, Digest, KeyAlgorithm
from trust.ocsp import CertificateId, OCSPResponse
from trust.ocsp_requests import OCSPRequest, ResponseStatus, refusal
from trust.responder import ANSWER_LIFETIME, Responders
from trust.revocation import check_revocation
from trust.signing import KeyReference, SigningUnavailable
from trust.store import Store
from trust.verdict import Outcome, SubIndication


@pytest.fixture
def custody() -> MemoryCustody:
    """Make an empty custody."""
    return MemoryCustody()


@pytest.fixture(params=["sm2", "p256"])
def algorithm(request: pytest.FixtureRequest) -> KeyAlgorithm:
    """Return the algorithm of each family in turn."""
    return KEYS[request.param]


@pytest.fixture
def authorities(sqlite_store: Store, custody: MemoryCustody, algorithm: KeyAlgorithm) -> Authorities:
    """Establish authorities of each family in turn."""
    return established(sqlite_store, custody, algorithm)


@pytest.fixture
def responders(authorities: Authorities) -> Responders:
    """Appoint a responder for each authority."""
    made = Responders(authorities.store, authorities.custody, authorities)
    assert made.keep_fresh() == ("issuing", "root")
    return made


def issuer_of(authorities: Authorities, name: str = "issuing") -> Certificate:
    """Return the certificate of an authority."""
    with authorities.store.reading() as view:
        return authorities.get(view, name).certificate


def question(authorities: Authorities, *serials: int, nonce: bytes | None = None, name: str = "issuing") -> bytes:
    """Return a request about certificates of an authority."""
    issuer = issuer_of(authorities, name)
    named = tuple(CertificateId.of(one, issuer, digest=Digest.SM3) for one in serials)
    return OCSPRequest(questions=named, nonce=nonce).der


def told(authorities: Authorities, responders: Responders, certificate: Certificate) -> SubIndication | None:
    """Return what the responder's answer means for a certificate."""
    answered = OCSPResponse.from_der(responders.answer("issuing", question(authorities, certificate.serial)).der)
    check = check_revocation(
        certificate,
        issuer_of(authorities),
        (),
        responses=(answered,),
        at=authorities.store.clock.now(),
        time_is_proven=False,
        step="",
    )
    assert check.outcome in Outcome
    return check.finding.sub_indication if check.finding else None


def test_good_revoked_and_unknown(
    authorities: Authorities, responders: Responders, clock: SettableClock, algorithm: KeyAlgorithm
) -> None:
    certificate, other = issued(authorities, algorithm), issued(authorities, algorithm)
    assert told(authorities, responders, certificate) is None
    clock.advance(timedelta(minutes=1))
    revoke(authorities, certificate, reason=1)
    assert told(authorities, responders, certificate) is SubIndication.REVOKED  # at once, whatever was signed before
    assert told(authorities, responders, other) is None
    never = question(authorities, certificate.serial ^ 1)
    (answer,) = OCSPResponse.from_der(responders.answer("issuing", never).der).basic.answers
    assert (answer.is_known, answer.revocation) == (False, None)


def test_one_request_about_several(
    authorities: Authorities, responders: Responders, clock: SettableClock, algorithm: KeyAlgorithm
) -> None:
    first, second = issued(authorities, algorithm), issued(authorities, algorithm)
    clock.advance(timedelta(minutes=1))
    revoke(authorities, second)
    asked = question(authorities, first.serial, second.serial, 7)
    answers = OCSPResponse.from_der(responders.answer("issuing", asked).der).basic.answers
    assert [one.id.serial for one in answers] == [first.serial, second.serial, 7]
    assert [one.is_known for one in answers] == [True, True, False]
    revocation = answers[1].revocation
    assert answers[0].revocation is None
    assert revocation is not None
    assert (revocation.at, revocation.reason) == ((NOW + timedelta(minutes=1)).replace(microsecond=0), 4)


def test_an_answer_is_signed_once_and_given_again(
    authorities: Authorities,
    responders: Responders,
    custody: MemoryCustody,
    clock: SettableClock,
    algorithm: KeyAlgorithm,
) -> None:
    asked = question(authorities, issued(authorities, algorithm).serial)
    first = responders.answer("issuing", asked)
    signed = custody.signed
    assert responders.answer("issuing", asked) == first
    assert custody.signed == signed
    assert (first.at, first.until) == (NOW.replace(microsecond=0), NOW.replace(microsecond=0) + ANSWER_LIFETIME)
    clock.advance(ANSWER_LIFETIME / 2 + timedelta(seconds=1))
    second = responders.answer("issuing", asked)
    assert custody.signed == signed + 1
    assert second.at is not None
    assert second.at > NOW


def test_a_nonce_is_repeated_and_its_answer_is_for_nobody_else(
    authorities: Authorities, responders: Responders, custody: MemoryCustody, algorithm: KeyAlgorithm
) -> None:
    serial = issued(authorities, algorithm).serial
    responders.answer("issuing", question(authorities, serial))
    signed = custody.signed
    for nonce in (b"n", bytes(32)):
        answered = responders.answer("issuing", question(authorities, serial, nonce=nonce))
        assert OCSPResponse.from_der(answered.der).nonce == der.octet_string(nonce)
        assert (answered.at, answered.until) == (None, None)
    assert custody.signed == signed + 2


def test_what_is_refused(authorities: Authorities, responders: Responders, custody: MemoryCustody) -> None:
    asked = question(authorities, 7)
    elsewhere = question(authorities, 7, name="root")

    def status(name: str, encoded: bytes) -> bytes:
        return responders.answer(name, encoded).der

    assert status("issuing", b"garbage") == refusal(ResponseStatus.MALFORMED_REQUEST)
    assert status("issuing", b"") == refusal(ResponseStatus.MALFORMED_REQUEST)
    assert status("issuing", elsewhere) == refusal(ResponseStatus.UNAUTHORIZED)
    assert status("none", asked) == refusal(ResponseStatus.UNAUTHORIZED)
    custody.unavailable = True
    assert status("issuing", asked) == refusal(ResponseStatus.TRY_LATER)
    custody.unavailable = False
    assert status("issuing", asked) != refusal(ResponseStatus.TRY_LATER)


def test_an_authority_without_a_responder_says_to_try_later(authorities: Authorities) -> None:
    fresh = Responders(authorities.store, authorities.custody, authorities)
    assert fresh.answer("issuing", question(authorities, 7)).der == refusal(ResponseStatus.TRY_LATER)


class Broken(MemoryCustody):
    """A custody that makes a mistake when it signs."""

    @override
    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        raise CertificateMalformed


def test_a_mistake_of_ours_is_an_internal_error(authorities: Authorities, responders: Responders) -> None:
    responders.custody = Broken()
    assert responders.answer("issuing", question(authorities, 7)).der == refusal(ResponseStatus.INTERNAL_ERROR)


def test_responders_are_renewed_in_good_time(
    authorities: Authorities, responders: Responders, custody: MemoryCustody, clock: SettableClock
) -> None:
    with authorities.store.reading() as view:
        before = pki_repository.responder(view, "issuing")
    assert before is not None
    assert before.certificate.is_status_unasked
    assert responders.keep_fresh() == ()
    clock.advance(timedelta(days=20, seconds=1))
    assert responders.keep_fresh() == ("issuing", "root")
    with authorities.store.reading() as view:
        after = pki_repository.responder(view, "issuing")
        tags = [one.event.tag for one in repository.events(view)]
    assert after is not None
    assert after.key != before.key
    assert tags[-1].startswith("key:")
    with pytest.raises(SigningUnavailable):
        custody.sign(before.key, bytes(32))
    answered = responders.answer("issuing", question(authorities, 7))
    assert OCSPResponse.from_der(answered.der).certificates == (after.certificate,)


def test_an_authority_that_has_ended_appoints_nobody(
    authorities: Authorities, responders: Responders, clock: SettableClock
) -> None:
    end = issuer_of(authorities).not_after
    clock.set(end - timedelta(days=5))
    assert "issuing" in responders.keep_fresh()
    assert responders.keep_fresh() == ()  # nobody lives longer than the authority
    clock.set(end + timedelta(seconds=1))
    assert responders.keep_fresh() == ()


def test_no_more_answers_are_kept_than_fit(authorities: Authorities, responders: Responders) -> None:
    responders.kept_at_most = 3
    for serial in range(5):
        responders.answer("issuing", question(authorities, serial))
    assert len(responders.kept) == 3

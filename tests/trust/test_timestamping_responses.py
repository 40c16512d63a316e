"""What an authority elsewhere answers: each thing that it may get wrong, alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import PKI, grafted, revocation_list, time_authority
from tests.fakes.clock import NOW, SettableClock
from tests.trust.messages import time_stamp, time_stamp_info
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.algorithms import Digest
from trust.errors import Unavailable, Untrusted
from trust.paths import Evidence
from trust.time_authority import POLICY
from trust.time_requests import Failure, TimeStampRequest, granted, rejection
from trust.timestamping import TimeStampRejected, TimeStampUntrusted, read_response, stated_time

MESSAGE = b"message"
SECOND = timedelta(seconds=1)


def asked(pki: PKI) -> TimeStampRequest:
    """Return a request in the hash of a family."""
    return TimeStampRequest.over(MESSAGE, pki.algorithm.digest or Digest.SHA256)


def answer(pki: PKI, request: TimeStampRequest, at: SettableClock | None = None) -> bytes:
    """Return what the authority of a PKI answers."""
    return time_authority(pki.time_stamper, at or SettableClock()).answer(request.der)


def refused(encoded: bytes, request: TimeStampRequest, evidence: Evidence, message: bytes = MESSAGE) -> str:
    """Return why an answer is not believed."""
    with pytest.raises(TimeStampUntrusted) as caught:
        read_response(encoded, request, message, evidence, now=NOW)
    return str(caught.value.details["reason"])


def test_a_good_answer(pki: PKI) -> None:
    for request in (asked(pki), replace(asked(pki), policy=POLICY), replace(asked(pki), nonce=None)):
        encoded = answer(pki, request)
        token = read_response(encoded, request, MESSAGE, pki.evidence, now=NOW)
        assert granted(token) == encoded
        assert stated_time(token) == NOW.replace(microsecond=0)


@pytest.mark.parametrize("failure", [Failure.TIME_NOT_AVAILABLE, Failure.BAD_ALGORITHM])
def test_a_rejection(sm2_pki: PKI, failure: Failure) -> None:
    with pytest.raises(TimeStampRejected) as caught:
        read_response(rejection(failure, "no"), asked(sm2_pki), MESSAGE, sm2_pki.evidence, now=NOW)
    assert caught.value.details == {"failure": failure.value}
    assert isinstance(caught.value, Unavailable)


def test_an_authority_that_lets_wait(sm2_pki: PKI) -> None:
    waiting = der.sequence(der.sequence(der.integer(3)))
    with pytest.raises(TimeStampRejected) as caught:
        read_response(waiting, asked(sm2_pki), MESSAGE, sm2_pki.evidence, now=NOW)
    assert caught.value.details == {"failure": "waiting"}


@pytest.mark.parametrize("encoded", [b"", b"<html>", granted(der.sequence()), granted(der.null())])
def test_what_is_no_answer(sm2_pki: PKI, encoded: bytes) -> None:
    assert refused(encoded, asked(sm2_pki), sm2_pki.evidence).startswith("not an answer")
    assert issubclass(TimeStampUntrusted, Untrusted)


def test_an_answer_about_another_message(pki: PKI) -> None:
    request = asked(pki)
    other = replace(request, imprint=bytes(len(request.imprint)))
    assert refused(answer(pki, other), request, pki.evidence) == "the token was made over another message"


def test_an_answer_in_another_hash(p256_pki: PKI) -> None:
    request = asked(p256_pki)
    other = replace(TimeStampRequest.over(MESSAGE, Digest.SHA512), nonce=request.nonce)
    assert refused(answer(p256_pki, other), request, p256_pki.evidence) == "the token was made over another message"


@pytest.mark.parametrize("nonce", [None, 1])
def test_an_answer_to_another_request(pki: PKI, nonce: int | None) -> None:
    request = asked(pki)
    old = answer(pki, replace(request, nonce=nonce))
    assert refused(old, request, pki.evidence) == "the nonce is not the one that was sent"


def test_a_nonce_that_was_not_asked_for(sm2_pki: PKI) -> None:
    request = replace(asked(sm2_pki), nonce=None)
    assert refused(answer(sm2_pki, asked(sm2_pki)), request, sm2_pki.evidence).startswith("the nonce")


@pytest.mark.parametrize("off", [-6, 7])
def test_clocks_that_disagree(sm2_pki: PKI, off: int) -> None:
    request = asked(sm2_pki)
    made = answer(sm2_pki, request, SettableClock(NOW + off * SECOND))
    assert refused(made, request, sm2_pki.evidence) == "the clocks of the authority and of this machine disagree"


@pytest.mark.parametrize("off", [-4, 4])
def test_clocks_that_are_almost_in_step(sm2_pki: PKI, off: int) -> None:
    request = asked(sm2_pki)
    made = answer(sm2_pki, request, SettableClock(NOW + off * SECOND))
    read_response(made, request, MESSAGE, sm2_pki.evidence, now=NOW)


def test_an_authority_that_nobody_vouches_for(pki: PKI) -> None:
    request = asked(pki)
    stranger = PKI.found(pki.algorithm)
    assert "no path" in refused(answer(stranger, request), request, pki.evidence)


def test_a_signature_that_does_not_hold(pki: PKI) -> None:
    request = asked(pki)
    made = answer(pki, request)
    last = len(made) - 1
    assert "signature" in refused(made[:last] + bytes((made[last] ^ 1,)), request, pki.evidence)


def test_a_signer_that_is_no_authority_of_time(sm2_pki: PKI) -> None:
    request = replace(asked(sm2_pki), nonce=None)
    info = time_stamp_info(MESSAGE, der.generalized_time(NOW))
    made = granted(time_stamp(sm2_pki.signer, info))
    assert "not certified for time-stamping" in refused(made, request, sm2_pki.evidence)


@pytest.mark.parametrize("revoked", [True, False])
def test_revocation_that_is_not_good(pki: PKI, revoked: bool) -> None:  # noqa: FBT001
    request = asked(pki)
    entries: dict[Certificate, object] = {pki.time_stamper.certificate: NOW} if revoked else {}
    lists = (revocation_list(pki.issuing, entries),) if revoked else ()  # type: ignore[arg-type]
    evidence = replace(pki.evidence, revocation_lists=(pki.evidence.revocation_lists[0], *lists))
    told = refused(answer(pki, request), request, evidence)
    assert ("was revoked" if revoked else "no revocation list") in told


def test_a_policy_that_was_not_asked_for(sm2_pki: PKI) -> None:
    request = replace(asked(sm2_pki), policy="2.25.9")
    made = answer(sm2_pki, replace(request, policy=None))
    assert refused(made, request, sm2_pki.evidence) == "the policy is not the one that was asked for"


def test_a_token_with_another_content(sm2_pki: PKI) -> None:
    request = asked(sm2_pki)
    token = read_response(answer(sm2_pki, request), request, MESSAGE, sm2_pki.evidence, now=NOW)
    content_type = grafted(token, 1, 0, 2, 0, put=der.oid("1.2.840.113549.1.7.1"))
    assert refused(granted(content_type), request, sm2_pki.evidence).startswith("not an answer")

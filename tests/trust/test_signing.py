"""The port to private keys, and the signer that stands before it."""

from datetime import UTC

import pytest

from tests.builders import PKI
from trust.asn1 import der
from trust.clock import SystemClock
from trust.crypto.algorithms import KEYS
from trust.errors import Unavailable
from trust.reports import SignatureKind, SignatureReport
from trust.signing import KeyPurpose, Signer, SigningUnavailable
from trust.verdict import Check, Outcome


def test_a_signature_is_in_der_and_holds(pki: PKI) -> None:
    signature = pki.signer.signer.sign(b"message")
    r, s = der.parse(signature).sequence()
    assert der.sequence(der.integer(r.integer()), der.integer(s.integer())) == signature
    pki.signer.certificate.verify_message(signature, b"message")


def test_the_algorithm_follows_from_the_key(pki: PKI) -> None:
    assert pki.signer.key.algorithm is pki.algorithm is KEYS[pki.algorithm.name]


def test_a_custody_that_does_not_answer() -> None:
    own = PKI.found()
    own.custody.unavailable = True
    with pytest.raises(SigningUnavailable):
        own.signer.signer.sign(b"message")
    assert issubclass(SigningUnavailable, Unavailable)


def test_the_fake_custody_is_as_strict_as_the_port(sm2_pki: PKI) -> None:
    key = sm2_pki.signer.key
    for wrong in (b"", bytes(31), bytes(33)):
        with pytest.raises(SigningUnavailable):
            sm2_pki.custody.sign(key, wrong)
    other = type(key)(handle=key.handle, public_key=key.public_key, purpose=KeyPurpose.AUDIT)
    with pytest.raises(SigningUnavailable):
        Signer(sm2_pki.custody, other).sign(b"message")


def test_the_clock_of_the_machine_tells_utc() -> None:
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second


def test_a_report_judges_its_checks() -> None:
    report = SignatureReport(kind=SignatureKind.CMS, checks=(Check(step="1", name="test"),))
    assert report.verdict.outcome is Outcome.PASSED
    assert (report.signer, report.path, report.algorithm, report.facts) == (None, (), "", {})

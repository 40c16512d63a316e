"""Double certificates: a pair for one subject, whose second key comes in an envelope that the first one opens."""

import pytest

from keys.data_keys import RootKeys
from keys.keyring import Keyring
from keys.software import SoftwareDevice
from keys.wrapping import RootKey
from tests.builders import grafted
from tests.fakes.custody import MemoryCustody
from tests.trust.authorities import established
from trust import pki_repository
from trust.authority import OUTSIDE, Authorities
from trust.certification_requests import CertificationRequest, RequestUnproven, make_request
from trust.crypto import sm2_encryption
from trust.crypto.algorithms import KEYS
from trust.crypto.sm2_ciphertext import DecryptionFailed
from trust.double_certificates import DoubleCertificates, EncryptionNeedsSM2
from trust.enveloped_keys import EnvelopedKey
from trust.errors import Invalid
from trust.paths import Purpose, validate
from trust.profiles import DOCUMENT_SIGNER, Name
from trust.signing import KeyPurpose, KeyReference
from trust.store import Store
from trust.verdict import Outcome, Verdict

SUBJECT = Name(common_name="某市某局", organisation="某市某局", organisation_identifier="11330100MB0000001X")
ASKED = Name(common_name="something else")


@pytest.fixture
def custody(store: Store) -> Keyring:
    """Make the custody of the authority, which keeps what it hands out in escrow."""
    return Keyring(store, SoftwareDevice(RootKeys.of(RootKey(bytes(range(50, 82))))))


@pytest.fixture
def authorities(store: Store, custody: Keyring) -> Authorities:
    """Establish authorities."""
    return established(store, custody)  # type: ignore[arg-type] # a real custody in the place of the fake


@pytest.fixture
def pairs(store: Store, custody: Keyring, authorities: Authorities) -> DoubleCertificates:
    """Return what this is about."""
    return DoubleCertificates(store, custody, authorities)


def subject_key(custody: Keyring, algorithm: str = "sm2") -> KeyReference:
    """Make the signing key of a subject, who happens to keep it in the same custody."""
    with custody.store.transaction() as tx:
        key = custody.generate(tx, KeyPurpose.DOCUMENT, KEYS[algorithm])
        custody.activate(tx, key)
    return key


def test_a_pair_is_issued_and_its_second_key_arrives(pairs: DoubleCertificates, custody: Keyring) -> None:
    key = subject_key(custody)
    request = make_request(custody, key, ASKED.der)
    pair = pairs.issue(request, issuer="issuing", profile=DOCUMENT_SIGNER, subject=SUBJECT)
    assert pair.signing.public_key == key.public_key
    assert pair.signing.subject == pair.encryption.subject == SUBJECT.der  # not what the request asked for
    usage = pair.encryption.key_usage
    assert (usage.digital_signature, usage.content_commitment) == (False, False)
    assert (usage.key_encipherment, usage.data_encipherment, usage.key_agreement) == (True, True, True)
    assert pair.encryption.public_key != key.public_key
    envelope = EnvelopedKey.from_der(pair.envelope)
    assert envelope.public_key == pair.encryption.public_key.sm2
    with custody.store.transaction() as tx:
        arrived = custody.accept(tx, pair.envelope, under=key)
        custody.activate(tx, arrived)
    assert arrived.public_key == pair.encryption.public_key
    assert arrived.purpose is KeyPurpose.DECRYPTION
    enciphered = sm2_encryption.encrypt(envelope.public_key, b"secret")
    assert custody.decrypt(arrived, enciphered) == b"secret"
    assert custody.decrypt(pair.escrow, enciphered) == b"secret"  # so that nothing is lost with a token


def test_both_are_good_for_what_they_are(pairs: DoubleCertificates, custody: Keyring, authorities: Authorities) -> None:
    request = make_request(custody, subject_key(custody), ASKED.der)
    pair = pairs.issue(request, issuer="issuing", profile=DOCUMENT_SIGNER, subject=SUBJECT)
    authorities.keep_lists_fresh()
    with authorities.store.reading() as view:
        known = authorities.evidence(view)
        outcomes = [
            Verdict(checks=validate(one, known, purpose=Purpose.SIGNING, at=view.now).checks).outcome
            for one in (pair.signing, pair.encryption)
        ]
        kept = [pki_repository.certificate(view, one.fingerprint) for one in (pair.signing, pair.encryption)]
    assert outcomes == [Outcome.PASSED, Outcome.FAILED]  # nobody signs with the second one
    assert kept == [pair.signing, pair.encryption]


def test_the_envelope_is_for_the_key_that_asked_alone(pairs: DoubleCertificates, custody: Keyring) -> None:
    request = make_request(custody, subject_key(custody), ASKED.der)
    pair = pairs.issue(request, issuer="issuing", profile=DOCUMENT_SIGNER, subject=SUBJECT)
    other = subject_key(custody)
    with pytest.raises(DecryptionFailed), custody.store.transaction() as tx:
        custody.accept(tx, pair.envelope, under=other)


def test_who_proves_nothing_gets_nothing(pairs: DoubleCertificates, custody: Keyring) -> None:
    request = make_request(custody, subject_key(custody), ASKED.der)
    forged = CertificationRequest(grafted(request.der, 0, 2, put=subject_key(custody).public_key.spki))
    with pytest.raises(RequestUnproven):
        pairs.issue(forged, issuer="issuing", profile=DOCUMENT_SIGNER, subject=SUBJECT)


def test_they_are_for_sm2(pairs: DoubleCertificates) -> None:
    outside = MemoryCustody()
    request = make_request(outside, outside.make(KeyPurpose.DOCUMENT, KEYS["p256"]), ASKED.der)
    with pytest.raises(EncryptionNeedsSM2):
        pairs.issue(request, issuer="issuing", profile=DOCUMENT_SIGNER, subject=SUBJECT)
    assert issubclass(EncryptionNeedsSM2, Invalid)
    assert OUTSIDE.endswith(":")

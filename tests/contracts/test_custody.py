"""What every custody of keys owes to those who sign with it: the real one, the fake, the one that can be made fail."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from keys.software import SoftwareCustody
from keys.wrapping import RootKey
from tests.fakes.custody import MemoryCustody
from tests.fakes.faulty import Faults, FaultyCustody
from trust.crypto.algorithms import KEYS, signature_algorithm
from trust.signing import KeyCustody, KeyHandle, KeyPurpose, KeyReference, Signer, SigningUnavailable
from trust.store import Store

DIGEST = bytes(range(32))
FAMILIES = pytest.mark.parametrize("family", ["sm2", "p256"])


@pytest.fixture(params=["software", "memory", "faulty"])
def custody(request: pytest.FixtureRequest, sqlite_store: Store) -> KeyCustody:
    """Return each custody in turn."""
    software = SoftwareCustody(sqlite_store, RootKey(secrets.token_bytes(32)))
    kinds: dict[str, KeyCustody] = {
        "software": software,
        "memory": MemoryCustody(),
        "faulty": FaultyCustody(software, Faults()),
    }
    return kinds[request.param]


def made(custody: KeyCustody, store: Store, family: str = "sm2") -> KeyReference:
    """Make a key and commit it."""
    with store.transaction() as tx:
        return custody.generate(tx, KeyPurpose.DOCUMENT, KEYS[family])


def check(key: KeyReference, message: bytes, signature: bytes) -> None:
    """Raise `SignatureMismatch` where a signature does not hold."""
    key.public_key.verify(signature, message, signature_algorithm(key.algorithm.signature_oid))


@FAMILIES
def test_a_signature_holds_for_the_public_half(custody: KeyCustody, sqlite_store: Store, family: str) -> None:
    key = made(custody, sqlite_store, family)
    assert key.algorithm is KEYS[family]
    for message in (b"", b"message", b"x" * 10_000):
        check(key, message, Signer(custody, key).sign(message))


@FAMILIES
def test_a_signature_is_two_scalars(custody: KeyCustody, sqlite_store: Store, family: str) -> None:
    assert len(custody.sign(made(custody, sqlite_store, family), DIGEST)) == 64


def test_every_key_is_another(custody: KeyCustody, sqlite_store: Store) -> None:
    one, other = made(custody, sqlite_store), made(custody, sqlite_store)
    assert one.handle != other.handle
    assert one.public_key != other.public_key


def test_a_new_key_is_on_record(custody: KeyCustody, sqlite_store: Store) -> None:
    with sqlite_store.transaction() as tx:
        key = custody.generate(tx, KeyPurpose.AUDIT, KEYS["sm2"])
        (event,) = tx.events
    assert (event.tag, event.subject) == ("key:generate:done", key.handle)
    assert event.facts == {"purpose": "audit", "algorithm": "sm2"}


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_digest_has_32_octets(custody: KeyCustody, sqlite_store: Store, length: int) -> None:
    key = made(custody, sqlite_store)
    with pytest.raises(SigningUnavailable):
        custody.sign(key, bytes(length))


@pytest.mark.parametrize("purpose", [one for one in KeyPurpose if one is not KeyPurpose.DOCUMENT])
def test_a_key_serves_its_purpose_alone(custody: KeyCustody, sqlite_store: Store, purpose: KeyPurpose) -> None:
    key = made(custody, sqlite_store)
    with pytest.raises(SigningUnavailable):
        custody.sign(replace(key, purpose=purpose), DIGEST)


@pytest.mark.parametrize("handle", ["", "software:", "memory:99", "software:key_none", "pkcs11:key"])
def test_a_key_that_there_is_not_signs_nothing(custody: KeyCustody, sqlite_store: Store, handle: str) -> None:
    key = made(custody, sqlite_store)
    with pytest.raises(SigningUnavailable):
        custody.sign(replace(key, handle=KeyHandle(handle)), DIGEST)


def test_threads_share_a_custody(custody: KeyCustody, sqlite_store: Store) -> None:
    key = made(custody, sqlite_store)
    with ThreadPoolExecutor(8) as pool:
        signatures = list(pool.map(lambda _: Signer(custody, key).sign(b"message"), range(32)))
    assert len(set(signatures)) == 32
    for signature in signatures:
        check(key, b"message", signature)

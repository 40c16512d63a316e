"""What every custody of keys owes to those who sign with it: a keyring over every device, the fakes among them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from keys.errors import KeyUnknown, RequestNotOfKey
from keys.keyring import Keyring
from tests.fakes.custody import MemoryCustody
from tests.fakes.faulty import Faults, FaultyCustody
from tests.keys.devices import KINDS, opened
from trust.asn1 import der
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.lifecycle import EventNotPossible
from trust.signing import KeyCustody, KeyHandle, KeyPurpose, KeyReference, Signer, SigningUnavailable
from trust.store import Store

QUICK = [family for family in KEYS if family != "rsa3072"]
"""RSA keys are made slowly; two custodies that make them in different ways are enough."""

PAIRS = [
    *((kind, family) for kind, families in KINDS.items() for family in families if kind != "process"),
    *((kind, family) for kind in ("process", "memory", "faulty") for family in QUICK),
]


@dataclass(frozen=True)
class Rig:
    """A custody, the algorithm of its keys, and the store that they are on record in."""

    custody: KeyCustody
    algorithm: KeyAlgorithm
    store: Store

    def pending(self, purpose: KeyPurpose = KeyPurpose.DOCUMENT) -> KeyReference:
        """Make a key and commit it."""
        with self.store.transaction() as tx:
            return self.custody.generate(tx, purpose, self.algorithm)

    def made(self) -> KeyReference:
        """Make a key and take it into use."""
        key = self.pending()
        with self.store.transaction() as tx:
            self.custody.activate(tx, key)
        return key

    def check(self, key: KeyReference, message: bytes = b"message") -> bytes:
        """Sign, raise `SignatureMismatch` where the signature does not hold, and return it."""
        value = Signer(self.custody, key).sign(message)
        key.public_key.verify(value, message, key.public_key.own_algorithm)
        return value

    @property
    def digest(self) -> bytes:
        """Something that can be signed."""
        return bytes(range(self.algorithm.signed_length))


@pytest.fixture(params=PAIRS, ids=["-".join(pair) for pair in PAIRS])
def rig(request: pytest.FixtureRequest, sqlite_store: Store, tmp_path: Path) -> Iterator[Rig]:
    """Return each custody with each of its algorithms in turn."""
    kind, family = request.param
    wanted = opened("software" if kind == "faulty" else kind, tmp_path) if kind != "memory" else nullcontext(None)
    with wanted as device:
        custody: KeyCustody = MemoryCustody() if device is None else Keyring(sqlite_store, device)
        if kind == "faulty":
            custody = FaultyCustody(custody, Faults())
        yield Rig(custody, KEYS[family], sqlite_store)


def request_for(key: KeyReference) -> bytes:
    """Return a CertificationRequestInfo (RFC 2986, 4.1) for the certificate of a key."""
    spki = der.parse(key.public_key.spki).raw
    return der.sequence(der.integer(0), der.sequence(), spki, der.context(0))


def test_a_signature_holds_for_the_public_half(rig: Rig) -> None:
    key = rig.made()
    assert key.algorithm is rig.algorithm
    for message in (b"", b"message", b"x" * 10_000):
        rig.check(key, message)


def test_every_key_is_another(rig: Rig) -> None:
    one, other = rig.made(), rig.made()
    assert one.handle != other.handle
    assert one.public_key != other.public_key


def test_a_new_key_is_on_record(rig: Rig) -> None:
    with rig.store.transaction() as tx:
        key = rig.custody.generate(tx, KeyPurpose.AUDIT, rig.algorithm, name="audit")
        (event,) = tx.events
    assert (event.tag, event.subject) == ("key:generate:done", key.handle)
    assert event.facts is not None
    assert event.facts.items() >= {"purpose": "audit", "algorithm": rig.algorithm.name, "ring": "audit"}.items()


def test_a_pending_key_signs_its_request_and_nothing_else(rig: Rig) -> None:
    key = rig.pending()
    info = request_for(key)
    value = Signer(rig.custody, key).request(info)
    key.public_key.verify(value, info, key.public_key.own_algorithm)
    with pytest.raises(SigningUnavailable):
        rig.custody.sign(key, rig.digest)
    for other in (b"", b"message", request_for(rig.pending()), info[:-1]):
        with pytest.raises(RequestNotOfKey):
            rig.custody.request(key, other)


def test_what_was_abandoned_is_never_taken_into_use(rig: Rig) -> None:
    with rig.store.transaction() as tx:
        left = rig.custody.generate(tx, KeyPurpose.AUDIT, rig.algorithm, name="a ring")
        other = rig.custody.generate(tx, KeyPurpose.AUDIT, rig.algorithm, name="another")
        used = rig.custody.generate(tx, KeyPurpose.AUDIT, rig.algorithm, name="a ring")
        rig.custody.activate(tx, used)
        rig.custody.abandon(tx, "a ring")
    with pytest.raises(EventNotPossible), rig.store.transaction() as tx:
        rig.custody.activate(tx, left)
    with rig.store.transaction() as tx:
        rig.custody.activate(tx, other)
    for key in (other, used):
        rig.custody.sign(key, rig.digest)


def test_a_retired_key_signs_nothing(rig: Rig) -> None:
    key = rig.made()
    with rig.store.transaction() as tx:
        rig.custody.retire(tx, key)
    with pytest.raises(SigningUnavailable):
        rig.custody.sign(key, rig.digest)
    with pytest.raises(EventNotPossible), rig.store.transaction() as tx:
        rig.custody.activate(tx, key)


def test_taking_into_use_twice_changes_nothing(rig: Rig) -> None:
    key = rig.made()
    with rig.store.transaction() as tx:
        rig.custody.activate(tx, key)
        assert not tx.events
    rig.check(key)


def test_only_a_digest_of_the_right_length_is_signed(rig: Rig) -> None:
    key, length = rig.made(), rig.algorithm.signed_length
    for wrong in (0, length - 1, length + 1, 2 * length):
        with pytest.raises(SigningUnavailable):
            rig.custody.sign(key, bytes(wrong))


@pytest.mark.parametrize("purpose", [one for one in KeyPurpose if one is not KeyPurpose.DOCUMENT])
def test_a_key_serves_its_purpose_alone(sqlite_store: Store, tmp_path: Path, purpose: KeyPurpose) -> None:
    with opened("software", tmp_path) as device:
        for custody in (Keyring(sqlite_store, device), MemoryCustody()):
            rig = Rig(custody, KEYS["sm2"], sqlite_store)
            with pytest.raises(SigningUnavailable):
                rig.custody.sign(replace(rig.made(), purpose=purpose), rig.digest)


def test_a_key_that_there_is_not_signs_nothing(rig: Rig) -> None:
    key = rig.made()
    for handle in ("", "software:", "memory:99", "software:key_none", "pkcs11:key", "sdf:1", f"other{key.handle}"):
        unknown = replace(key, handle=KeyHandle(handle))
        with pytest.raises(SigningUnavailable):
            rig.custody.sign(unknown, rig.digest)
        with pytest.raises(KeyUnknown), rig.store.transaction() as tx:
            rig.custody.activate(tx, unknown)
    rig.check(key)


def test_threads_share_a_custody(rig: Rig) -> None:
    key = rig.made()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda turn: rig.check(key, f"{turn}".encode()), range(16)))
    assert len(set(done)) == 16

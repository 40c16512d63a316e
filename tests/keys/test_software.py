"""The device in software: encryption keys in escrow and in envelopes, and what is left in memory."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from keys import ec_private_key
from keys.data_keys import RootKeys
from keys.devices import StoredKey
from keys.errors import KeystoreSealed, KeystoreUnavailable
from keys.keyring import Keyring
from keys.lifecycle import KeyState
from keys.private_keys import from_secret, generate
from keys.software import SoftwareDevice
from keys.wrapping import RootKey
from trust.crypto import sm2_encryption, sm4
from trust.crypto.algorithms import KEYS
from trust.crypto.sm2 import KeyMalformed, SM2PublicKey
from trust.crypto.sm2_ciphertext import DecryptionFailed
from trust.enveloped_keys import EnvelopedKey, EnvelopedKeyMalformed
from trust.signing import KeyPurpose, KeyReference, SigningUnavailable
from trust.store import Store

DIGEST = bytes(range(32))


def device() -> SoftwareDevice:
    """Make a device."""
    return SoftwareDevice(RootKeys.of(RootKey(bytes(range(32)))))


def stored(made: SoftwareDevice, algorithm: str = "sm2") -> StoredKey:
    """Make a key as a keyring keeps it."""
    key = made.generate(KEYS[algorithm], context="context")
    return StoredKey(id="key_1", context="context", algorithm=algorithm, public_key=key.public_key, wrapped=key.wrapped)


# --- a device --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", sorted(KEYS))
def test_it_makes_keys_of_every_algorithm(algorithm: str) -> None:
    made = device()
    assert algorithm in made.algorithms
    key = stored(made, algorithm)
    public = key.public_key
    signature = public.signature_value(made.sign(key, public.digest(b"message")))
    public.verify(signature, b"message", public.own_algorithm)
    for length in (0, 31, 33, 63, 65):
        with pytest.raises(SigningUnavailable):
            made.sign(key, bytes(length))


class SealedMeanwhile(RootKeys):
    """Root keys that are sealed by somebody else as soon as one of them has been asked for."""

    @override
    def of_generation(self, generation: int) -> RootKey:
        found = super().of_generation(generation)
        self.roots = {}
        return found


def test_a_key_that_is_unwrapped_while_the_device_is_sealed_does_not_stay() -> None:
    key = stored(device())
    sealed = SoftwareDevice(SealedMeanwhile.of(RootKey(bytes(range(32)))))
    with pytest.raises(KeystoreSealed):
        sealed.sign(key, DIGEST)
    assert sealed.unwrapped == {}


def test_what_is_forgotten_is_unwrapped_anew() -> None:
    made = device()
    key = stored(made)
    made.sign(key, DIGEST)
    (before,) = made.unwrapped.values()
    ways: list[Callable[[], None]] = [lambda: made.forget(key), made.forget_all, lambda: made.destroy(key)]
    for forget in ways:
        forget()
        assert made.unwrapped == {}
        made.sign(key, DIGEST)
    (after,) = made.unwrapped.values()
    assert after.private is not before.private
    made.forget(replace(key, id="key_2"))  # one that is not there is no mistake
    assert len(made.unwrapped) == 1


def test_a_sealed_device_signs_nothing_even_from_memory() -> None:
    made = device()
    key = stored(made)
    made.sign(key, DIGEST)
    assert made.ready() == "unsealed, root key of generation 1"
    made.roots.seal()
    for act in (lambda: made.sign(key, DIGEST), made.ready, lambda: made.generate(KEYS["sm2"], context="c")):
        with pytest.raises(KeystoreSealed):
            act()


# --- envelopes -------------------------------------------------------------------------------------------------------


def test_an_envelope_is_opened_by_its_recipient_alone() -> None:
    """The private half is opened here by hand, by the standard's words (GB/T 35276-2017, 7.4)."""
    recipient, stranger = generate(KEYS["sm2"]), generate(KEYS["sm2"])
    point = recipient.public().sm2
    assert point is not None
    made = device()
    key, enveloped = made.envelope(point, context="escrow")
    parsed = EnvelopedKey.from_der(enveloped)
    assert parsed.public_key == key.public_key.sm2
    scalar = sm4.decrypt_ecb_blocks(recipient.decrypt(parsed.session_key), parsed.encrypted)
    private = from_secret("sm2", ec_private_key.write(scalar, parsed.public_key))
    ciphertext = sm2_encryption.encrypt(parsed.public_key, b"secret")
    assert private.decrypt(ciphertext) == b"secret"
    escrowed = StoredKey(id="k", context="escrow", algorithm="sm2", public_key=key.public_key, wrapped=key.wrapped)
    assert made.decrypt(escrowed, ciphertext) == b"secret"
    with pytest.raises(DecryptionFailed):
        stranger.decrypt(parsed.session_key)


class House:
    """Two instances' custodies: an authority that makes encryption keys, and a subject that gets one."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.keyring = Keyring(store, device())

    def make(self, purpose: KeyPurpose = KeyPurpose.SEAL_OWNER) -> tuple[KeyReference, SM2PublicKey]:
        """Make a signing key, which is pending."""
        with self.store.transaction() as tx:
            key = self.keyring.generate(tx, purpose, KEYS["sm2"])
        point = key.public_key.sm2
        assert point is not None
        return key, point


@pytest.fixture
def house(store: Store) -> House:
    """Make a custody on each database."""
    return House(store)


def test_an_encryption_key_is_handed_over(house: House) -> None:
    key, point = house.make()
    with house.store.transaction() as tx:
        escrowed, enveloped = house.keyring.envelope(tx, KeyPurpose.DECRYPTION, point)
    with house.store.transaction() as tx:
        accepted = house.keyring.accept(tx, enveloped, under=key)
    assert accepted.public_key == escrowed.public_key
    assert accepted.handle != escrowed.handle
    assert accepted.purpose is KeyPurpose.DECRYPTION
    with house.store.reading() as view:
        assert {house.keyring.kept(view, one).state for one in (escrowed, accepted)} == {KeyState.PENDING}
    assert accepted.public_key.sm2 is not None
    ciphertext = sm2_encryption.encrypt(accepted.public_key.sm2, b"secret")
    for one in (escrowed, accepted):
        with pytest.raises(SigningUnavailable):
            house.keyring.decrypt(one, ciphertext)
        with house.store.transaction() as tx:
            house.keyring.activate(tx, one)
        assert house.keyring.decrypt(one, ciphertext) == b"secret"


def test_an_envelope_for_somebody_else(house: House) -> None:
    (_, point), (other, _) = house.make(), house.make()
    with house.store.transaction() as tx:
        _, enveloped = house.keyring.envelope(tx, KeyPurpose.DECRYPTION, point)
    with pytest.raises(DecryptionFailed), house.store.transaction() as tx:
        house.keyring.accept(tx, enveloped, under=other)


def test_a_retired_key_accepts_nothing(house: House) -> None:
    key, point = house.make()
    with house.store.transaction() as tx:
        _, enveloped = house.keyring.envelope(tx, KeyPurpose.DECRYPTION, point)
        house.keyring.retire(tx, key)
    with pytest.raises(SigningUnavailable), house.store.transaction() as tx:
        house.keyring.accept(tx, enveloped, under=key)


def test_what_is_no_envelope(house: House) -> None:
    key, _ = house.make()
    with pytest.raises(EnvelopedKeyMalformed), house.store.transaction() as tx:
        house.keyring.accept(tx, b"", under=key)


@pytest.mark.parametrize("fault", ["another public half", "another private half"])
def test_halves_that_do_not_belong_together(house: House, fault: str) -> None:
    key, point = house.make()
    _, stranger = house.make()
    with house.store.transaction() as tx:
        _, enveloped = house.keyring.envelope(tx, KeyPurpose.DECRYPTION, point)
    parsed = EnvelopedKey.from_der(enveloped)
    if fault == "another public half":
        changed = replace(parsed, public_key=stranger)
    else:
        changed = replace(parsed, encrypted=parsed.encrypted[16:] + parsed.encrypted[:16])
    with pytest.raises(KeyMalformed), house.store.transaction() as tx:
        house.keyring.accept(tx, changed.der, under=key)


def test_no_encryption_key_is_written_in_the_open(sqlite_store: Store, tmp_path: Path) -> None:
    house = House(sqlite_store)
    _, point = house.make()
    with sqlite_store.transaction() as tx:
        key, _ = house.keyring.envelope(tx, KeyPurpose.DECRYPTION, point)
        house.keyring.activate(tx, key)
    assert key.public_key.sm2 is not None
    house.keyring.decrypt(key, sm2_encryption.encrypt(key.public_key.sm2, b"secret"))
    (held,) = house.keyring.devices
    assert isinstance(held, SoftwareDevice)
    (unwrapped,) = held.unwrapped.values()
    octets = b"".join(path.read_bytes() for path in tmp_path.glob("trust.db*"))
    scalar, _ = ec_private_key.read(unwrapped.private.secret)
    assert key.public_key.spki in octets
    for secret in (unwrapped.private.secret, scalar):
        assert secret not in octets


def test_a_stored_key_without_an_envelope_opens_nowhere() -> None:
    made = device()
    with pytest.raises(KeystoreUnavailable):
        made.sign(replace(stored(made), wrapped=None), DIGEST)

"""What every device owes to the keyring that holds its keys: software, a custody process, a token, an SDF device."""

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from keys.devices import Device, StoredKey
from keys.errors import AlgorithmNotKept, DeviceUnable, KeystoreUnavailable
from tests.keys.devices import KINDS, opened, stored
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.crypto.sm2 import G, SM2PublicKey
from trust.crypto.sm2_encryption import DecryptionFailed, encrypt
from trust.errors import Unavailable
from trust.signing import SigningUnavailable

PAIRS = [
    (kind, family)
    for kind, families in KINDS.items()
    for family in families
    if (kind, family) != ("process", "rsa3072")  # made by the very code of "software", and slowly
]


@dataclass(frozen=True)
class Rig:
    """A device, and the algorithm of the keys that are made in it."""

    device: Device
    algorithm: KeyAlgorithm

    def made(self, name: str = "key_1") -> StoredKey:
        """Make a key."""
        context = f"key {name} document {self.algorithm.name}"
        return stored(self.device.generate(self.algorithm, context=context), self.algorithm, context=context)

    def check(self, key: StoredKey, message: bytes = b"message") -> bytes:
        """Sign, raise `SignatureMismatch` where the signature does not hold, and return it."""
        public = key.public_key
        raw = self.device.sign(key, public.digest(message))
        public.verify(public.signature_value(raw), message, public.own_algorithm)
        return raw


@pytest.fixture(params=PAIRS, ids=["-".join(pair) for pair in PAIRS])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Return each device with each of its algorithms in turn."""
    kind, family = request.param
    with opened(kind, tmp_path) as device:
        yield Rig(device, KEYS[family])


@pytest.fixture(params=list(KINDS))
def device(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Device]:
    """Return each device in turn."""
    with opened(request.param, tmp_path) as device:
        yield device


def test_a_signature_holds_for_the_public_half(rig: Rig) -> None:
    key = rig.made()
    assert key.public_key.algorithm is rig.algorithm
    for message in (b"", b"message", b"x" * 10_000):
        rig.check(key, message)


def test_a_key_is_kept_outside_or_has_a_place(rig: Rig) -> None:
    key = rig.made()
    assert bool(key.wrapped) is not bool(key.location)


def test_every_key_is_another(rig: Rig) -> None:
    one, other = rig.made(), rig.made("key_2")
    assert one.public_key != other.public_key
    rig.check(one)
    rig.check(other)


def test_only_a_digest_of_the_right_length_is_signed(rig: Rig) -> None:
    key, length = rig.made(), rig.algorithm.signed_length
    for wrong in (0, length - 1, length + 1, 2 * length):
        with pytest.raises(SigningUnavailable):
            rig.device.sign(key, bytes(wrong))
    assert rig.device.sign(key, bytes(range(length)))


def test_a_record_of_another_key_gives_no_signature(rig: Rig) -> None:
    one, other = rig.made(), rig.made("key_2")
    for wrong in (
        replace(one, public_key=other.public_key),
        replace(one, wrapped=other.wrapped, location=other.location),
        replace(one, wrapped=None, location=""),
        replace(one, wrapped=b"\2" + bytes(200), location="nowhere/0"),
    ):
        with pytest.raises((SigningUnavailable, KeystoreUnavailable)):
            rig.check(wrong)
    rig.check(one)


def test_what_is_forgotten_is_found_again(rig: Rig) -> None:
    key = rig.made()
    rig.check(key)
    rig.device.forget(key)
    rig.device.forget(key)
    rig.check(key)


def test_threads_share_a_device(rig: Rig) -> None:
    keys = [rig.made(), rig.made("key_2")]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda turn: rig.check(keys[turn % 2], f"{turn}".encode()), range(16)))
    assert len(set(done)) == 16


def test_the_algorithms_that_it_names_are_those_that_it_keeps(device: Device) -> None:
    for name, algorithm in KEYS.items():
        context = f"key key_1 document {name}"
        if name in device.algorithms:
            assert device.generate(algorithm, context=context).public_key.algorithm is algorithm
        else:
            with pytest.raises(AlgorithmNotKept):
                device.generate(algorithm, context=context)


def test_it_has_a_name_and_a_scheme_and_says_that_it_is_ready(device: Device) -> None:
    assert device.name
    assert device.scheme in {"software", "pkcs11", "sdf"}
    assert device.ready()


def test_it_deciphers_or_says_that_it_has_no_function_for_it(device: Device) -> None:
    context, algorithm = "key key_1 decryption sm2", KEYS["sm2"]
    if "sm2" not in device.algorithms:
        key = stored(device.generate(KEYS["p256"], context="key key_1 document p256"), KEYS["p256"], context=context)
        with pytest.raises(DeviceUnable):
            device.decrypt(key, encrypt(sm2_point(), b"secret"))
        return
    key = stored(device.generate(algorithm, context=context), algorithm, context=context)
    assert key.public_key.sm2 is not None
    assert device.decrypt(key, encrypt(key.public_key.sm2, b"secret")) == b"secret"
    with pytest.raises(DecryptionFailed):
        device.decrypt(key, encrypt(sm2_point(), b"secret"))


def sm2_point() -> SM2PublicKey:
    """Return the public half of a key that no device has."""
    return SM2PublicKey(*G)


def test_it_hands_encryption_keys_over_or_says_that_it_has_no_function_for_it(device: Device) -> None:
    signing, context = KEYS["sm2"], "key key_2 decryption sm2"
    if device.scheme != "software":
        with pytest.raises(DeviceUnable):
            device.envelope(sm2_point(), context=context)
        return
    holder = stored(
        device.generate(signing, context="key key_1 document sm2"), signing, context="key key_1 document sm2"
    )
    assert holder.public_key.sm2 is not None
    escrow, enveloped = device.envelope(holder.public_key.sm2, context=context)
    there = "key key_3 decryption sm2"
    accepted = stored(device.accept(enveloped, under=holder, context=there), signing, context=there)
    assert accepted.public_key == escrow.public_key
    assert accepted.public_key.sm2 is not None
    secret = encrypt(accepted.public_key.sm2, b"secret")
    for key in (accepted, stored(escrow, signing, context=context)):
        assert device.decrypt(key, secret) == b"secret"


def test_destroyed_keys_sign_nothing_once_their_record_has_let_them_go(rig: Rig) -> None:
    key, other = rig.made(), rig.made("key_2")
    if rig.device.scheme == "sdf":  # its own administrators must delete it: nothing is pretended
        with pytest.raises(KeystoreUnavailable, match="administrators"):
            rig.device.destroy(key)
        return
    rig.device.destroy(key)
    with pytest.raises(Unavailable):
        rig.check(replace(key, wrapped=None))
    rig.check(other)
    rig.device.destroy(key)


def test_a_device_is_not_copied(device: Device) -> None:
    with pytest.raises(TypeError, match="not copied"):
        pickle.dumps(device)

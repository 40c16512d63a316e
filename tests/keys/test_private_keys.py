"""Private keys of every family in one shape: signing, reading back, refusing, and showing nothing."""

import copy
import pickle
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from keys.private_keys import PrivateKey, from_secret, generate, require_pair
from keys.sm2 import SM2PrivateKey
from trust.crypto.algorithms import KEYS, AlgorithmNotSupported, KeyKind
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed, SignatureMismatch
from trust.crypto.sm2_encryption import SM2Ciphertext, encrypt
from trust.signing import SigningUnavailable

MESSAGE = b"message"
RAW_LENGTHS = {"sm2": 64, "p256": 64, "rsa3072": 384, "ml-dsa-65": 3309}
MADE = {name: generate(algorithm) for name, algorithm in KEYS.items()}
EVERY = pytest.mark.parametrize("name", KEYS)


@EVERY
def test_signatures_hold(name: str) -> None:
    key = MADE[name]
    public = key.public()
    assert public.algorithm is KEYS[name]
    raw = key.sign_digest(public.digest(MESSAGE))
    assert len(raw) == RAW_LENGTHS[name]
    public.verify(public.signature_value(raw), MESSAGE, public.own_algorithm)
    with pytest.raises(SignatureMismatch):
        public.verify(public.signature_value(raw), MESSAGE + b".", public.own_algorithm)


@EVERY
def test_a_key_is_read_back(name: str) -> None:
    again = from_secret(name, MADE[name].secret)
    assert again.public() == MADE[name].public()
    assert again.secret == MADE[name].secret
    require_pair(again)


@EVERY
def test_no_two_keys_are_alike(name: str) -> None:
    if name == "rsa3072":  # making another takes long
        return
    assert generate(KEYS[name]).public() != MADE[name].public()


@EVERY
@pytest.mark.parametrize("off", [-1, 1])
def test_a_digest_has_its_length(name: str, off: int) -> None:
    for length in (0, KEYS[name].signed_length + off):
        with pytest.raises(SigningUnavailable):
            MADE[name].sign_digest(bytes(length))


@EVERY
def test_a_key_of_another_family_is_not_read(name: str) -> None:
    for other in KEYS:
        if other != name:
            with pytest.raises(KeyMalformed):
                from_secret(name, MADE[other].secret)


def pkcs8(key: PrivateKeyTypes) -> bytes:
    """Return a private key of theirs encoded."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())


@pytest.mark.parametrize(
    ("name", "make"),
    [
        pytest.param("p256", lambda: ec.generate_private_key(ec.SECP384R1()), id="P-384"),
        pytest.param("p256", ed25519.Ed25519PrivateKey.generate, id="Ed25519"),
        pytest.param("rsa3072", lambda: rsa.generate_private_key(65537, 2048), id="RSA 2048"),
        pytest.param("ml-dsa-65", mldsa.MLDSA44PrivateKey.generate, id="ML-DSA-44"),
        pytest.param("ml-dsa-65", mldsa.MLDSA87PrivateKey.generate, id="ML-DSA-87"),
    ],
)
def test_parameters_that_this_house_never_uses(name: str, make: Callable[[], PrivateKeyTypes]) -> None:
    with pytest.raises(KeyMalformed):
        from_secret(name, pkcs8(make()))


@EVERY
@pytest.mark.parametrize("octets", [b"", b"garbage", b"\x30\x00", bytes(500)])
def test_octets_that_are_no_private_key(name: str, octets: bytes) -> None:
    with pytest.raises(KeyMalformed):
        from_secret(name, octets)


@EVERY
def test_only_sm2_deciphers(name: str) -> None:
    recipient = MADE["sm2"].public().sm2
    assert recipient is not None
    ciphertext = encrypt(recipient, b"a key of sixteen")
    if KEYS[name].kind is KeyKind.SM2:
        assert MADE[name].decrypt(ciphertext) == b"a key of sixteen"
    else:
        with pytest.raises(AlgorithmNotSupported) as refused:
            MADE[name].decrypt(ciphertext)
        assert refused.value.details == {"oid": KEYS[name].key_oid}


class TwoHalves:
    """A private key beside a public half that is not its own."""

    def __init__(self, private: PrivateKey, other: PrivateKey) -> None:
        self.private, self.other = private, other
        self.secret = b""

    def public(self) -> PublicKey:
        return self.other.public()

    def sign_digest(self, digest: bytes) -> bytes:
        return self.private.sign_digest(digest)

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        return self.private.decrypt(ciphertext)


@pytest.mark.parametrize("name", ["sm2", "p256", "ml-dsa-65"])
def test_halves_that_do_not_belong_together(name: str) -> None:
    require_pair(MADE[name])
    with pytest.raises(KeyMalformed):
        require_pair(TwoHalves(MADE[name], generate(KEYS[name])))


def test_a_new_key_whose_halves_do_not_belong_together_is_none() -> None:
    with pytest.raises(KeyMalformed):
        generate(KEYS["p256"], lambda algorithm: TwoHalves(MADE["p256"], generate(algorithm)))


def test_a_key_that_cannot_sign_is_no_pair() -> None:
    with pytest.raises(KeyMalformed):
        require_pair(TwoHalves(MADE["ml-dsa-65"], MADE["sm2"]))


@EVERY
def test_a_private_key_is_not_shown(name: str) -> None:
    key = MADE[name]
    for told in (repr(key), str(key), f"{key}"):
        assert key.secret.hex() not in told
        assert repr(key.secret) not in told


@EVERY
@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_private_key_is_not_copied(name: str, take: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="a private key is not copied"):
        take(MADE[name])


def test_a_key_of_libcrypto_s_own_is_read() -> None:
    assert from_secret("sm2", SM2PrivateKey.generate().secret).public().kind is KeyKind.SM2

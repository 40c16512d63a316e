"""The guards around gmssl 3.2.2, each against the trap that it is for."""

import secrets

import pytest
from gmssl.sm2 import CryptSM2

from trust.crypto.gmssl import GmsslBackend, crypt_sm2, sign_with_published_key
from trust.crypto.reference import ReferenceBackend, multiply
from trust.crypto.sm2 import SM2PublicKey, digest

MESSAGE = b"message"


def key_with_prefix(prefix: str) -> tuple[int, SM2PublicKey]:
    """Return a private key whose public key begins with `prefix` in hexadecimal."""
    while True:
        secret = secrets.randbits(250)
        point = multiply(secret)
        if point is not None and f"{point[0]:064x}".startswith(prefix):
            return secret, SM2PublicKey(*point)


@pytest.mark.parametrize("prefix", ["0", "4", "04"])
def test_keys_that_gmssl_would_shorten_are_kept_whole(prefix: str) -> None:
    secret, key = key_with_prefix(prefix)
    trapped = CryptSM2(private_key="", public_key=key.point.hex())
    assert len(trapped.public_key) < 128  # the trap is still there, and the guard still needed
    assert crypt_sm2(public_key=key.point[1:].hex()).public_key == key.point[1:].hex()
    e = digest(key, MESSAGE)
    signature = sign_with_published_key(secret, e, secrets.randbits(250) + 1)
    assert GmsslBackend().verify(key, e, signature)
    assert ReferenceBackend().verify(key, e, signature)


def test_its_answer_is_a_truth_value() -> None:
    secret, key = key_with_prefix("")
    e = digest(key, MESSAGE)
    signature = sign_with_published_key(secret, e, 12345)
    assert GmsslBackend().verify(key, e, signature) is True
    assert GmsslBackend().verify(key, digest(key, b"other"), signature) is False


def test_the_nonce_is_the_callers() -> None:
    e = digest(SM2PublicKey(*(multiply(7) or (0, 0))), MESSAGE)
    assert sign_with_published_key(7, e, 99) == sign_with_published_key(7, e, 99)

"""SM4 (GB/T 32907-2016) in the modes that this house uses. By `cryptography`: the system's libcrypto 3.0 has no GCM.

Many octets are sealed and opened by Libgcrypt where the machine has it: five times as fast (trust/crypto/libgcrypt.py).

GCM wants a nonce that never comes again under one key: callers draw it from `secrets`. CBC and ECB show no change of
their ciphertext: they are for formats that prescribe them, and never for data of our own.
"""

from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from trust.crypto.libgcrypt import Libgcrypt, load
from trust.crypto.sm2 import BackendFailed
from trust.errors import Invalid, Untrusted

__all__ = [
    "BLOCK_LENGTH",
    "KEY_LENGTH",
    "NONCE_LENGTH",
    "TAG_LENGTH",
    "CipherInputMalformed",
    "CiphertextChanged",
    "agree",
    "bulk",
    "decrypt_cbc",
    "decrypt_ecb_blocks",
    "encrypt_cbc",
    "encrypt_ecb_blocks",
    "open_gcm",
    "seal_gcm",
]

KEY_LENGTH: Final = 16
BLOCK_LENGTH: Final = 16
NONCE_LENGTH: Final = 12
TAG_LENGTH: Final = 16
BLOCK_BITS: Final = BLOCK_LENGTH * 8
LEAST_BULK: Final = 4096
"""Octets from which on the faster library is asked: below it, a context of its own costs what it saves."""


class CipherInputMalformed(Invalid):
    """A key, nonce, tag or initial vector of the wrong length, or data that is no whole number of blocks."""

    code = "crypto.cipher_input_malformed"


class CiphertextChanged(Untrusted):
    """The key, the nonce, the context or the ciphertext is not the one that was used when it was sealed."""

    code = "crypto.ciphertext_changed"


def require_length(octets: bytes, length: int) -> None:
    """Return if there are `length` octets, else raise `CipherInputMalformed`."""
    if len(octets) != length:
        raise CipherInputMalformed


def seal_gcm(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> tuple[bytes, bytes]:
    """Return the ciphertext and its tag of 16 octets, over `plain` and `aad` (NIST SP 800-38D; RFC 8998).

    `key` has 16 octets, `nonce` 12, and never seals twice. Raise `CipherInputMalformed` or `BackendFailed`.
    """
    require_length(key, KEY_LENGTH)
    require_length(nonce, NONCE_LENGTH)
    library = bulk() if len(plain) >= LEAST_BULK else None
    return seal_alone(key, nonce, plain, aad) if library is None else library.seal_gcm(key, nonce, plain, aad)


def seal_alone(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> tuple[bytes, bytes]:
    """Return the ciphertext and its tag, by `cryptography`."""
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    ciphertext = encryptor.update(plain) + encryptor.finalize()
    return ciphertext, encryptor.tag


def open_gcm(key: bytes, nonce: bytes, ciphertext: bytes, aad: bytes, *, tag: bytes) -> bytes:
    """Return what `seal_gcm` was given. Raise `CiphertextChanged`, `CipherInputMalformed` or `BackendFailed`."""
    require_length(key, KEY_LENGTH)
    require_length(nonce, NONCE_LENGTH)
    require_length(tag, TAG_LENGTH)
    library = bulk() if len(ciphertext) >= LEAST_BULK else None
    if library is None:
        return open_alone(key, nonce, ciphertext, aad, tag=tag)
    plain = library.open_gcm(key, nonce, ciphertext, aad, tag=tag)
    if plain is None:
        raise CiphertextChanged
    return plain


def open_alone(key: bytes, nonce: bytes, ciphertext: bytes, aad: bytes, *, tag: bytes) -> bytes:
    """Return what was sealed, by `cryptography`, or raise `CiphertextChanged`."""
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag, min_tag_length=TAG_LENGTH)).decryptor()
    decryptor.authenticate_additional_data(aad)
    try:
        return decryptor.update(ciphertext) + decryptor.finalize()
    except (InvalidTag, ValueError):  # the latter where another call left an error in the library's queue
        raise CiphertextChanged from None


@cache
def bulk() -> Libgcrypt | None:
    """Return the library that seals and opens many octets in this process, if there is one that computes rightly."""
    found = load()
    return found if agree(found, bytes(KEY_LENGTH), bytes(NONCE_LENGTH)) else None


def agree(library: Libgcrypt | None, key: bytes, nonce: bytes) -> bool:
    """Tell whether a library, if there is one, seals and opens many octets as `cryptography` does."""
    if library is None:
        return True
    plain, aad = bytes(octet & 255 for octet in range(LEAST_BULK + 5)), b"context"
    ciphertext, tag = seal_alone(key, nonce, plain, aad)
    try:
        sealed = library.seal_gcm(key, nonce, plain, aad)
        opened = library.open_gcm(key, nonce, ciphertext, aad, tag=tag)
    except BackendFailed:
        return False
    return (sealed, opened) == ((ciphertext, tag), plain)


def encrypt_cbc(key: bytes, vector: bytes, plain: bytes) -> bytes:
    """Return `plain`, padded by PKCS #7, enciphered in CBC mode (GB/T 17964). Raise `CipherInputMalformed`."""
    require_length(key, KEY_LENGTH)
    require_length(vector, BLOCK_LENGTH)
    padder = PKCS7(BLOCK_BITS).padder()
    encryptor = Cipher(algorithms.SM4(key), modes.CBC(vector)).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def decrypt_cbc(key: bytes, vector: bytes, ciphertext: bytes) -> bytes:
    """Return what `encrypt_cbc` was given. Raise `CiphertextChanged` for wrong padding, or `CipherInputMalformed`.

    Whoever may send ciphertexts and see which padding is wrong can read them: only what was authenticated before, or
    comes from its owner, belongs here.
    """
    require_length(key, KEY_LENGTH)
    require_length(vector, BLOCK_LENGTH)
    if not ciphertext or len(ciphertext) % BLOCK_LENGTH:
        raise CipherInputMalformed
    decryptor = Cipher(algorithms.SM4(key), modes.CBC(vector)).decryptor()
    unpadder = PKCS7(BLOCK_BITS).unpadder()
    padded = decryptor.update(ciphertext) + decryptor.finalize()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise CiphertextChanged from None


def encrypt_ecb_blocks(key: bytes, blocks: bytes) -> bytes:
    """Return whole blocks, each enciphered alone (GB/T 17964, ECB).

    For a private key inside SM2EnvelopedKey (GM/T 0009-2012, 7.4) alone: random octets, of which no block comes twice.
    Raise `CipherInputMalformed`.
    """
    require_blocks(key, blocks)
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305 - the mode that the standard prescribes
    return encryptor.update(blocks) + encryptor.finalize()


def decrypt_ecb_blocks(key: bytes, blocks: bytes) -> bytes:
    """Return what `encrypt_ecb_blocks` was given. Raise `CipherInputMalformed`."""
    require_blocks(key, blocks)
    decryptor = Cipher(algorithms.SM4(key), modes.ECB()).decryptor()  # noqa: S305 - the mode that the standard prescribes
    return decryptor.update(blocks) + decryptor.finalize()


def require_blocks(key: bytes, blocks: bytes) -> None:
    """Return if the key has its length and the data is one block or more, else raise `CipherInputMalformed`."""
    require_length(key, KEY_LENGTH)
    if not blocks or len(blocks) % BLOCK_LENGTH:
        raise CipherInputMalformed

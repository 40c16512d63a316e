"""Enciphering to an SM2 public key (GB/T 32918.4-2016, 6.1). Deciphering needs a private key, and so lives in keys/."""

from trust.crypto import backends
from trust.crypto.backends import SM2Library
from trust.crypto.sm2 import SM2PublicKey
from trust.crypto.sm2_ciphertext import CiphertextMalformed, DecryptionFailed, SM2Ciphertext

__all__ = ["CiphertextMalformed", "DecryptionFailed", "SM2Ciphertext", "encrypt"]


def encrypt(key: SM2PublicKey, plain: bytes, *, backend: SM2Library | None = None) -> SM2Ciphertext:
    """Return `plain` enciphered to `key`. Raise `CiphertextMalformed` for an empty plaintext.

    A key stream of zeros would leave the plaintext as it is. Step A5 has such a draw repeated; the libraries do not,
    so it is done here, for all of them. It comes to pass once in 256 times with one octet, and never with a key of 16.
    """
    if not plain:
        raise CiphertextMalformed
    while (ciphertext := backends.encrypt(key, plain, backend=backend)).data == plain:
        continue
    return ciphertext

"""Which backend holds SM2 private keys in this process. Only one whose timing shows nothing of the key may.

trust/crypto/backends.py chooses and has the evidence; the secret halves themselves live here. The plain reference and
gmssl have none, and so cannot be given a private key at all.
"""

from collections.abc import Mapping
from typing import ClassVar, Final, Protocol, Self

from keys.sm2 import SM2PrivateKey
from keys.sm2_botan import BotanSM2PrivateKey
from trust.crypto import backends
from trust.crypto.backends import BackendLeaks, SM2Library
from trust.crypto.sm2 import SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm2_ciphertext import SM2Ciphertext

__all__ = ["HALVES", "SM2Secret", "available", "half", "in_use"]


class SM2Secret(Protocol):
    """An SM2 private key inside a library's memory. Safe to share between threads; never copied."""

    name: ClassVar[str]
    """The backend that holds it."""

    public_key: SM2PublicKey
    """The public half."""

    @classmethod
    def generate(cls) -> Self:
        """Make a new key pair, and check that its halves belong together."""
        ...

    @classmethod
    def from_secret(cls, encoded: bytes) -> Self:
        """Read what `secret` returned, here or in another backend, or raise `KeyMalformed`."""
        ...

    @property
    def secret(self) -> bytes:
        """ECPrivateKey (RFC 5915) in DER, for wrapping and for nothing else."""
        ...

    def sign(self, e: SM2Digest) -> SM2Signature:
        """Return the signature over `e`, 32 bytes, or raise `SigningUnavailable`."""
        ...

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was enciphered to this key, or raise `DecryptionFailed`."""
        ...


HALVES: Final[Mapping[str, type[SM2Secret]]] = {
    "libcrypto": SM2PrivateKey,
    "botan": BotanSM2PrivateKey,
}


def half(name: str) -> type[SM2Secret]:
    """Return the secret half of the backend `name`, or raise `BackendLeaks`."""
    backends.require_constant_time(name)
    return HALVES[name]


def available(libraries: tuple[SM2Library, ...] | None = None) -> tuple[type[SM2Secret], ...]:
    """Return the secret halves of `libraries`, all of this machine unless they are told, that may hold keys here."""
    found = []
    for library in backends.available() if libraries is None else libraries:
        try:
            found.append(half(library.name))
        except BackendLeaks:
            continue
    return tuple(found)


def in_use() -> type[SM2Secret]:
    """Return the secret half of the backend that signs in this process. Raise `BackendLeaks`, `LibcryptoMissing`."""
    return half(backends.in_use().signs)

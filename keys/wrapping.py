"""Wrapping: everything secret in the database is enciphered with SM4-GCM under keys that derive from one root key.

SM4-GCM comes from `cryptography`, always with an explicit nonce of 12 bytes and a tag of 16. Nonces are random; each
derived key serves one kind of record, far below the 2³² messages that random nonces allow.
"""

import os
import secrets
from pathlib import Path
from typing import Final, NoReturn, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from typing_extensions import override

from keys.errors import KeystoreExists, KeystoreUnavailable
from trust.crypto.sm3 import hmac_sm3
from trust.protection import ProtectionUnavailable

__all__ = ["EnvelopeProtection", "RootKey", "open_envelope", "seal_envelope"]

ROOT_KEY_LENGTH: Final = 32
SM4_KEY_LENGTH: Final = 16
NONCE_LENGTH: Final = 12
TAG_LENGTH: Final = 16
VERSION: Final = b"\x01"
"""First byte of every envelope: SM4-GCM under a key derived with HMAC-SM3."""

OTHERS: Final = 0o077
OWNER_ALONE: Final = "take the root key file away from others: chmod 600"


class RootKey:
    """The root of all wrapping, 32 random bytes that exist in memory and in the operator's file alone."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != ROOT_KEY_LENGTH:
            raise KeystoreUnavailable(cure="the root key must be 32 bytes, written as 64 hexadecimal digits")
        self.secret = secret

    @override
    def __repr__(self) -> str:
        return "RootKey(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a root key is not copied")

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new root key and write it to `path`, readable by its owner alone; never over an existing one.

        It is on the disk when this returns. Raise `KeystoreExists`, or `KeystoreUnavailable` where an empty file is
        there that others can read.
        """
        secret = secrets.token_bytes(ROOT_KEY_LENGTH)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600, exist_ok=True)
        status = path.stat()
        if status.st_size:
            raise KeystoreExists
        if status.st_mode & OTHERS:
            raise KeystoreUnavailable(cure=OWNER_ALONE)
        with path.open("w") as file:
            file.write(secret.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        return cls(secret)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the root key from `path`, which nobody but its owner may read. Raise `KeystoreUnavailable`."""
        try:
            if path.stat().st_mode & OTHERS:
                raise KeystoreUnavailable(cure=OWNER_ALONE)
            return cls(bytes.fromhex(path.read_text().strip()))
        except (OSError, ValueError):
            raise KeystoreUnavailable(cure="put the root key file back, or name it in TRUST_ROOT_KEY_FILE") from None

    def derive(self, label: str) -> bytes:
        """Return the 32-byte key for one kind of use: HMAC-SM3 of its label under the root."""
        return hmac_sm3(self.secret, b"xinyin key v1\0", label.encode())


def seal_envelope(key: bytes, plain: bytes, *, context: str) -> bytes:
    """Return version ‖ nonce ‖ tag ‖ ciphertext of `plain`, bound to `context`; 16 bytes of `key` are used."""
    nonce = secrets.token_bytes(NONCE_LENGTH)
    encryptor = Cipher(algorithms.SM4(key[:SM4_KEY_LENGTH]), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(VERSION + context.encode())
    ciphertext = encryptor.update(plain) + encryptor.finalize()
    return VERSION + nonce + encryptor.tag + ciphertext


def open_envelope(key: bytes, envelope: bytes, *, context: str) -> bytes | None:
    """Return what was sealed, or None when the key, the context or the envelope is not the right one."""
    start, middle = len(VERSION) + NONCE_LENGTH, len(VERSION) + NONCE_LENGTH + TAG_LENGTH
    if len(envelope) < middle or envelope[:1] != VERSION:
        return None
    mode = modes.GCM(envelope[1:start], envelope[start:middle], min_tag_length=TAG_LENGTH)
    decryptor = Cipher(algorithms.SM4(key[:SM4_KEY_LENGTH]), mode).decryptor()
    decryptor.authenticate_additional_data(VERSION + context.encode())
    try:
        return decryptor.update(envelope[middle:]) + decryptor.finalize()
    except InvalidTag:
        return None


class EnvelopeProtection:
    """Protects data at rest with keys that derive from the root key."""

    def __init__(self, root: RootKey) -> None:
        self.data_key = root.derive("personal data")
        self.index_key = root.derive("blind index")

    @override
    def __repr__(self) -> str:
        return "EnvelopeProtection(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a derived key is not copied")

    def protect(self, plain: bytes, *, context: str) -> bytes:
        """Return `plain` enciphered and bound to `context`."""
        return seal_envelope(self.data_key, plain, context=context)

    def reveal(self, protected: bytes, *, context: str) -> bytes:
        """Return what `protect` was given, or raise `ProtectionUnavailable`."""
        plain = open_envelope(self.data_key, protected, context=context)
        if plain is None:
            raise ProtectionUnavailable
        return plain

    def index(self, value: str, *, kind: str) -> str:
        """Return a keyed hash of `value` for exact look-up."""
        return hmac_sm3(self.index_key, kind.encode(), b"\0", value.encode()).hex()

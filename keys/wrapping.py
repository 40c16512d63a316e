"""Wrapping: the root key, and envelopes in SM4-GCM under one key.

Nonces are random; each key serves one kind of record, far below the 2³² messages that random nonces allow. What stands
between the root key and a record is in `keys.data_keys`.
"""

import os
import secrets
import struct
from pathlib import Path
from typing import Final, NoReturn, Self

from typing_extensions import override

from keys.errors import KeystoreExists, KeystoreUnavailable
from keys.memory import SecretBuffer
from trust.crypto import sm4
from trust.crypto.sm3 import hmac_sm3
from trust.crypto.sm4 import KEY_LENGTH, NONCE_LENGTH, TAG_LENGTH, CiphertextChanged
from trust.protection import DataProtection, ProtectionUnavailable

__all__ = [
    "LONG",
    "ROOT_KEY_LENGTH",
    "EnvelopeProtection",
    "RootKey",
    "is_long",
    "open_envelope",
    "open_long",
    "seal_envelope",
    "seal_long",
    "sync_folder",
    "write_secret",
]

ROOT_KEY_LENGTH: Final = 32
VERSION: Final = b"\x01"
"""First byte of every envelope: SM4-GCM under a key derived with HMAC-SM3."""

LONG: Final = b"\x02"
"""First byte of what is enciphered under a key of its own, whose envelope stands in front."""

LONGEST: Final = 32 << 10
"""Octets that are enciphered under a data key itself: half of what fits into a message to the custody process."""

LENGTH: Final = struct.Struct(">H")

OTHERS: Final = 0o077
OWNER_ALONE: Final = "take the root key file away from others: chmod 600"


class RootKey:
    """The root of all wrapping, 32 random bytes that exist in memory and in the operator's file alone."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != ROOT_KEY_LENGTH:
            raise KeystoreUnavailable(cure="the root key must be 32 bytes, written as 64 hexadecimal digits")
        self.buffer = SecretBuffer(secret)

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
        made = cls.random()
        write_secret(path, made.secret)
        return made

    @classmethod
    def random(cls) -> Self:
        """Make a new root key in memory."""
        return cls(secrets.token_bytes(ROOT_KEY_LENGTH))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the root key from `path`, which nobody but its owner may read. Raise `KeystoreUnavailable`."""
        try:
            if path.stat().st_mode & OTHERS:
                raise KeystoreUnavailable(cure=OWNER_ALONE)
            return cls(bytes.fromhex(path.read_text().strip()))
        except (OSError, ValueError):
            raise KeystoreUnavailable(cure="put the root key file back, or name it in TRUST_ROOT_KEY_FILE") from None

    @property
    def secret(self) -> bytes:
        """The root key itself, for whoever keeps it: a file, its shares, a token."""
        return self.buffer.reveal()

    def derive(self, label: str) -> bytes:
        """Return the 32-byte key for one kind of use: HMAC-SM3 of its label under the root."""
        return hmac_sm3(self.secret, b"xinyin key v1\0", label.encode())

    @property
    def check_value(self) -> bytes:
        """What tells this root key from any other and gives nothing away: it may stand in a public file."""
        return hmac_sm3(self.secret, b"xinyin root key check v1")

    def wipe(self) -> None:
        """Take the root key out of memory. It can be used no more."""
        self.buffer.wipe()


def write_secret(path: Path, secret: bytes) -> None:
    """Write `secret` in hexadecimal to a new file that its owner alone may read; it is on the disk when this returns.

    Raise `KeystoreExists`, or `KeystoreUnavailable` where an empty file is there that others can read.
    """
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
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names of a folder are on the disk: a file survives a power cut only if they do (fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def seal_envelope(key: bytes, plain: bytes, *, context: str) -> bytes:
    """Return version ‖ nonce ‖ tag ‖ ciphertext of `plain`, bound to `context`; 16 bytes of `key` are used."""
    nonce = secrets.token_bytes(NONCE_LENGTH)
    ciphertext, tag = sm4.seal_gcm(key[:KEY_LENGTH], nonce, plain, VERSION + context.encode())
    return VERSION + nonce + tag + ciphertext


def open_envelope(key: bytes, envelope: bytes, *, context: str) -> bytes | None:
    """Return what was sealed, or None when the key, the context or the envelope is not the right one."""
    start, middle = len(VERSION) + NONCE_LENGTH, len(VERSION) + NONCE_LENGTH + TAG_LENGTH
    if len(envelope) < middle or envelope[:1] != VERSION:
        return None
    nonce, tag, aad = envelope[1:start], envelope[start:middle], VERSION + context.encode()
    try:
        return sm4.open_gcm(key[:KEY_LENGTH], nonce, envelope[middle:], aad, tag=tag)
    except CiphertextChanged:
        return None


def is_long(plain: bytes) -> bool:
    """Tell whether a value is longer than what a data key enciphers itself."""
    return len(plain) > LONGEST


def seal_long(protection: DataProtection, plain: bytes, *, context: str) -> bytes:
    """Return `plain` enciphered under a key of its own, with that key protected by `protection` in front of it.

    It is 02 ‖ length of the protected key, 2 octets ‖ the protected key ‖ envelope of `plain`, both bound to `context`.
    """
    key = secrets.token_bytes(KEY_LENGTH)
    held = protection.protect(key, context=key_of(context))
    return LONG + LENGTH.pack(len(held)) + held + seal_envelope(key, plain, context=context)


def open_long(protection: DataProtection, protected: bytes, *, context: str) -> bytes:
    """Return what `seal_long` was given, or raise `ProtectionUnavailable`."""
    start = len(LONG) + LENGTH.size
    if protected[:1] != LONG or len(protected) < start or protected[start : start + 1] == LONG:  # no key is long
        raise ProtectionUnavailable
    end = start + LENGTH.unpack_from(protected, len(LONG))[0]
    key = protection.reveal(protected[start:end], context=key_of(context))
    plain = open_envelope(key, protected[end:], context=context) if len(key) == KEY_LENGTH else None
    if plain is None:
        raise ProtectionUnavailable
    return plain


def key_of(context: str) -> str:
    """Return the context of the key that a long value has: it never passes for the value, nor the value for it."""
    return f"key of {context}"


class EnvelopeProtection:
    """Protects data at rest with two keys: one enciphers, one makes the blind index."""

    def __init__(self, data_key: bytes, index_key: bytes) -> None:
        self.data_key = data_key
        self.index_key = index_key

    @classmethod
    def derived(cls, root: RootKey) -> Self:
        """Return the protection with keys that derive from the root, as instances of the first form have them."""
        return cls(root.derive("personal data"), root.derive("blind index"))

    @override
    def __repr__(self) -> str:
        return "EnvelopeProtection(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a data key is not copied")

    def protect(self, plain: bytes, *, context: str) -> bytes:
        """Return `plain` enciphered and bound to `context`."""
        if is_long(plain):
            return seal_long(self, plain, context=context)
        return seal_envelope(self.data_key, plain, context=context)

    def reveal(self, protected: bytes, *, context: str) -> bytes:
        """Return what `protect` was given, or raise `ProtectionUnavailable`."""
        if protected[:1] == LONG:
            return open_long(self, protected, context=context)
        plain = open_envelope(self.data_key, protected, context=context)
        if plain is None:
            raise ProtectionUnavailable
        return plain

    def index(self, value: str, *, kind: str) -> str:
        """Return a keyed hash of `value` for exact look-up."""
        return hmac_sm3(self.index_key, kind.encode(), b"\0", value.encode()).hex()

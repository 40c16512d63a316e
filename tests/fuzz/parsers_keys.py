"""Parsers of what reaches the custody of keys: frames, private keys, envelopes, shares, backups."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Final

from keys import ec_private_key, shares, wire
from keys.backup import Backup, encode, write_key
from keys.devices import StoredKey
from keys.lifecycle import KeyState
from keys.repository import KeptKey
from keys.secret_halves import SM2Secret, in_use
from keys.wire import Message, Operation
from keys.wrapping import LONGEST, EnvelopeProtection, RootKey, open_envelope, seal_envelope
from tests.fakes.clock import NOW
from tests.fuzz import seeds
from tests.fuzz.harness import AnyHarness, Harness
from trust.crypto.sm2 import SM2PublicKey
from trust.events import timestamp
from trust.protection import ProtectionUnavailable
from trust.signing import KeyPurpose

__all__ = ["HARNESSES"]

KEY: Final = bytes(range(16))
CONTEXT: Final = "key 1"


# --- private keys ----------------------------------------------------------------------------------------------------


@cache
def private_keys() -> tuple[bytes, ...]:
    """Return private keys as backends write them."""
    return tuple(in_use().generate().secret for _ in range(3))


def read_scalar(octets: bytes) -> tuple[bytes, SM2PublicKey | None]:
    """Read an ECPrivateKey."""
    return ec_private_key.read(octets)


def held(octets: bytes) -> SM2Secret:
    """Read an ECPrivateKey into the backend."""
    return in_use().from_secret(octets)


def halves(octets: bytes, key: SM2Secret) -> bytes | None:
    """Return the public half where the octets tell one: no private key may be taken for one that it is not."""
    _, told = ec_private_key.read(octets)
    return None if told is None else key.public_key.point


# --- the custody's protocol ------------------------------------------------------------------------------------------


def stored_key() -> StoredKey:
    """Return a key as it goes over the wire."""
    return StoredKey(
        id="key-1",
        context=CONTEXT,
        algorithm="sm2",
        public_key=seeds.pki().signer.key.public_key,
        wrapped=bytes(60),
        location="",
    )


def frames() -> Iterable[bytes]:
    """Return frames of several operations."""
    key = wire.pack_key(stored_key())
    return [
        Message(1, Operation.STATUS, ()).encoded(),
        Message(2, Operation.SIGN, (key, bytes(32))).encoded(),
        Message(2**64 - 1, Operation.REVEAL, (b"name", bytes(300), CONTEXT.encode())).encoded(),
    ]


# --- envelopes and shares --------------------------------------------------------------------------------------------


def envelopes() -> Iterable[bytes]:
    """Return envelopes around two plaintexts."""
    return [seal_envelope(KEY, plain, context=CONTEXT) for plain in (b"a private key", b"")]


PROTECTION: Final = EnvelopeProtection(KEY, b"")


def long_values() -> Iterable[bytes]:
    """Return a value that is enciphered under a key of its own."""
    return [PROTECTION.protect(bytes(LONGEST + 1), context=CONTEXT)]


def revealed(octets: bytes) -> bytes:
    """Decipher a value, and return it as it was enciphered: nobody without the key makes another."""
    PROTECTION.reveal(octets, context=CONTEXT)
    return octets


def opened(octets: bytes) -> bytes:
    """Open an envelope, and return it: nobody without the key makes another that opens."""
    if open_envelope(KEY, octets, context=CONTEXT) is None:
        raise ProtectionUnavailable
    return octets


@cache
def mnemonics() -> tuple[bytes, ...]:
    """Return the shares of a root key, two of which are enough."""
    divided = shares.divide(RootKey(bytes(range(32))), threshold=2, holders=("a", "b", "c"))
    return tuple(one.words.encode() for one in divided)


def combined(octets: bytes) -> bytes:
    """Combine a share with a good one."""
    return shares.combine([octets.decode("latin-1"), mnemonics()[2].decode()]).secret


def root_of(_octets: bytes, secret: bytes) -> bytes:
    """Return the root key that comes out: never another than the one that was divided."""
    return secret


# --- backups ---------------------------------------------------------------------------------------------------------


def backups() -> Iterable[bytes]:
    """Return a backup of two keys, one in a device, and of two data keys."""
    kept = KeptKey(
        id="1",
        ring="document",
        ring_version=2,
        purpose=KeyPurpose.DOCUMENT,
        algorithm="sm2",
        state=KeyState.RETIRING,
        scheme="software",
        location="",
        public_key=seeds.pki().signer.key.public_key,
        wrapped=bytes(60),
        uses=7,
        use_limit=100,
        signs_until=NOW,
        created_at=NOW,
    )
    in_device = replace(kept, id="2", scheme="pkcs11", wrapped=None, use_limit=None, signs_until=None)
    content = {
        "generation": 1,
        "check": bytes(8).hex(),
        "made_at": timestamp(NOW),
        "keys": [write_key(kept), write_key(in_device)],
        "data_keys": [{"name": "personal data", "wrapped": encode(bytes(60))}, {"name": "old", "wrapped": None}],
        "certificates": [seeds.pki().signer.certificate.fingerprint],
    }
    certificate = seeds.pki().signer.certificate.der
    return [Backup(content=content, mac=bytes(32), signature=bytes(70), certificate=certificate).encoded]


def read_backup(octets: bytes) -> Backup:
    """Read a backup with all that is in it."""
    found = Backup.read(octets)
    _ = found.keys, found.data_keys
    return found


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness[tuple[bytes, SM2PublicKey | None]](name="sm2 private key", seeds=private_keys, read=read_scalar),
    Harness[SM2Secret](name="sm2 private key, held", seeds=private_keys, read=held, proves=halves),
    Harness[Message](name="custody frame", seeds=frames, read=wire.unpack, write=Message.encoded),
    Harness[StoredKey](
        name="custody key", seeds=lambda: (wire.pack_key(stored_key()),), read=wire.unpack_key, write=wire.pack_key
    ),
    Harness[bytes](name="envelope", seeds=envelopes, read=opened, proves=lambda octets, _: octets),
    Harness[bytes](name="long value", seeds=long_values, read=revealed, proves=lambda octets, _: octets),
    Harness[Backup](name="key backup", seeds=backups, read=read_backup, write=lambda one: one.encoded),
    Harness[bytes](name="share", seeds=lambda: mnemonics()[:2], read=combined, proves=root_of),
)
"""Every harness of this file."""

"""The custody process: the software device and the root key at the far end of a narrow socket.

It sees no database and no network. It holds what no web process ever maps: the root key, the keys under it, and the
private keys that are in use. Nothing that it answers is a private key, a data key in the clear, or the root key.
"""

import json
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from typing_extensions import override

from keys import data_keys
from keys.data_keys import DATA_KEY_LENGTHS, RootKeys, open_data_key, wrap_data_key
from keys.devices import DeviceKey, StoredKey
from keys.errors import KeystoreSealed
from keys.memory import Hardening
from keys.software import SoftwareDevice
from keys.wire import FrameMalformed, Message, Operation, Outcome, unpack_key
from keys.wrapping import EnvelopeProtection
from trust.crypto.algorithms import KEYS
from trust.crypto.sm2 import SM2PublicKey
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.errors import TrustError
from trust.signing import SigningUnavailable

__all__ = ["CustodyService"]

KEYS_REMEMBERED: Final = 10_000
"""Keys that stay unwrapped at the most; who was asked for longest ago goes first."""

DATA_KEYS_REMEMBERED: Final = 16
"""Envelopes of data keys that stay open at the most. An instance has two, and two more while its root key changes."""

LOG: Final = logging.getLogger(__name__)

Fields = tuple[bytes, ...]


class CustodyService:
    """Answers the requests of those who serve. Safe to share between threads."""

    def __init__(self, device: SoftwareDevice, hardening: Hardening) -> None:
        self.device = device
        self.hardening = hardening
        self.lock = threading.Lock()
        self.known: OrderedDict[bytes, StoredKey] = OrderedDict()
        self.data_keys: dict[tuple[str, bytes | None], bytes] = {}
        self.operations: Mapping[int, tuple[int, Callable[..., Fields]]] = {
            Operation.STATUS: (0, self.status),
            Operation.GENERATE: (2, self.generate),
            Operation.SIGN: (2, self.sign),
            Operation.DECRYPT: (2, self.decrypt),
            Operation.ENVELOPE: (2, self.envelope),
            Operation.ACCEPT: (3, self.accept),
            Operation.FORGET: (1, self.forget),
            Operation.REWRAP: (1, self.rewrap),
            Operation.REKEY: (1, self.rekey),
            Operation.MAKE_DATA_KEY: (1, self.make_data_key),
            Operation.PROTECT: (3, self.protect),
            Operation.REVEAL: (3, self.reveal),
            Operation.INDEX: (3, self.index),
        }

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a custody is not copied")

    @property
    def roots(self) -> RootKeys:
        """The root keys."""
        return self.device.roots

    def answer(self, request: Message) -> Message:
        """Do what a request asks. Raise `FrameMalformed` for one that asks nothing we know."""
        return perform(self.operations, request)

    def seal(self) -> None:
        """Take the root key and everything that it opened out of memory."""
        self.roots.seal()
        self.device.forget_all()
        self.known.clear()
        self.data_keys.clear()

    # --- private keys -------------------------------------------------------------------------------------------------

    def status(self) -> Fields:
        """Return the device's words and what protects its memory."""
        return (self.device.ready().encode(), self.hardening.told.encode())

    def generate(self, algorithm: bytes, context: bytes) -> Fields:
        """Make a key pair."""
        try:
            wanted = KEYS[algorithm.decode()]
        except (KeyError, UnicodeDecodeError):
            raise FrameMalformed from None
        return made(self.device.generate(wanted, context=text(context)))

    def sign(self, key: bytes, digest: bytes) -> Fields:
        """Sign a digest."""
        return (self.device.sign(self.key(key), digest),)

    def decrypt(self, key: bytes, ciphertext: bytes) -> Fields:
        """Decipher an SM2 ciphertext."""
        return (self.device.decrypt(self.key(key), SM2Ciphertext.from_der(ciphertext)),)

    def envelope(self, recipient: bytes, context: bytes) -> Fields:
        """Make an encryption key pair and the envelope that hands it over."""
        kept, enveloped = self.device.envelope(SM2PublicKey.from_point(recipient), context=text(context))
        return (*made(kept), enveloped)

    def accept(self, enveloped: bytes, under: bytes, context: bytes) -> Fields:
        """Keep the encryption key that an envelope hands over."""
        return made(self.device.accept(enveloped, under=self.key(under), context=text(context)))

    def forget(self, key: bytes) -> Fields:
        """Drop a key from memory."""
        self.known.pop(key, None)
        self.device.forget(unpack_key(key))
        return ()

    def rewrap(self, key: bytes) -> Fields:
        """Put a private key under a new data key."""
        return (self.device.rewrap(unpack_key(key)),)

    def rekey(self, key: bytes) -> Fields:
        """Put the data key of a private key under the newest root key."""
        return (self.device.rekey(unpack_key(key)),)

    def key(self, packed: bytes) -> StoredKey:
        """Return a key that is asked for, the same object each time, so that it is unwrapped once."""
        with self.lock:
            found = self.known.pop(packed, None) or unpack_key(packed)
            self.known[packed] = found  # behind all others, since it was asked for last
            oldest = self.known.popitem(last=False)[1] if len(self.known) > KEYS_REMEMBERED else None
        if oldest is not None:
            self.device.forget(oldest)
        return found

    # --- data keys ----------------------------------------------------------------------------------------------------

    def make_data_key(self, name: bytes) -> Fields:
        """Make a data key of the instance and return it enciphered."""
        wanted = text(name)
        if wanted not in DATA_KEY_LENGTHS:
            raise FrameMalformed
        return (wrap_data_key(self.roots, secrets.token_bytes(DATA_KEY_LENGTHS[wanted]), context=wanted),)

    def protect(self, wrapped: bytes, context: bytes, plain: bytes) -> Fields:
        """Encipher personal data."""
        return (self.protection(wrapped).protect(plain, context=text(context)),)

    def reveal(self, wrapped: bytes, context: bytes, protected: bytes) -> Fields:
        """Decipher personal data."""
        return (self.protection(wrapped).reveal(protected, context=text(context)),)

    def index(self, wrapped: bytes, kind: bytes, value: bytes) -> Fields:
        """Return the keyed hash of a value."""
        index = EnvelopeProtection(b"", self.data_key(data_keys.BLIND_INDEX, wrapped))
        return (index.index(text(value), kind=text(kind)).encode(),)

    def protection(self, wrapped: bytes) -> EnvelopeProtection:
        """Return the protection under a data key."""
        return EnvelopeProtection(self.data_key(data_keys.PERSONAL_DATA, wrapped), b"")

    def data_key(self, name: str, wrapped: bytes) -> bytes:
        """Return a data key in the clear. An empty envelope is that of instances whose data keys derive from the root.

        Raise `KeystoreSealed` or `KeystoreUnavailable`.
        """
        envelope = wrapped or None
        found = self.data_keys.get((name, envelope))
        if found is None:
            found = open_data_key(self.roots, envelope, context=name)
            if len(self.data_keys) >= DATA_KEYS_REMEMBERED:
                self.data_keys.clear()
            self.data_keys[name, envelope] = found
        if self.roots.is_sealed:  # perhaps in between; what was swept out of memory then must not come back
            self.data_keys.clear()
            raise KeystoreSealed
        return found


def perform(operations: Mapping[int, tuple[int, Callable[..., Fields]]], request: Message) -> Message:
    """Do the operation of a request, and return its answer: what it returns, or the error of ours that it raises.

    Raise `FrameMalformed` for a request that is none of `operations`, or has another number of fields.
    """
    count, work = operations.get(request.kind, (-1, None))
    if work is None or len(request.fields) != count:
        raise FrameMalformed
    try:
        return Message(request.number, Outcome.DONE, work(*request.fields))
    except FrameMalformed:
        raise
    except TrustError as error:
        return failure(request.number, error)
    except Exception as error:  # noqa: BLE001 - what a library says might speak of a secret: its kind alone is told
        LOG.error("operation %s broke: %s", request.kind, type(error).__name__)  # noqa: TRY400 - no traceback: as above
        return failure(request.number, SigningUnavailable())


def failure(number: int, error: TrustError) -> Message:
    """Return an error as an answer: its code and its details."""
    details = json.dumps(error.details, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Message(number, Outcome.FAILED, (error.code.encode(), details.encode()))


def made(key: DeviceKey) -> Fields:
    """Return a key that was made, as fields."""
    return (key.public_key.spki, key.wrapped or b"", key.location.encode())


def text(field: bytes) -> str:
    """Return a field that is text, or raise `FrameMalformed`."""
    try:
        return field.decode()
    except UnicodeDecodeError:
        raise FrameMalformed from None

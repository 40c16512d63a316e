"""The custody process as those who serve see it: a device, the protection of personal data, an administrators' desk.

A connection is lent to one thread at a time and carries one request at a time; its answer must bear the request's
number. A connection on which anything went wrong is closed, so that no answer can ever be taken for that to another
question. That is why signatures are not verified here anew, which would cost as much as making them: the device on the
other side is ours, and what it signs is verified where documents are released.
"""

import json
import os
import secrets
import socket
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import ClassVar, Final, NoReturn

from typing_extensions import override

from keys import repository
from keys.data_keys import BLIND_INDEX, DATA_KEY_LENGTHS, PERSONAL_DATA, generation_of
from keys.devices import DeviceKey, StoredKey
from keys.errors import KeystoreUnavailable
from keys.listening import set_timeout
from keys.wire import FrameMalformed, Message, Operation, Outcome, pack, pack_key, receive
from keys.wrapping import LONG, is_long, open_long, seal_long
from trust import errors
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import SM2PublicKey
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.errors import TrustError
from trust.events import AuditEvent
from trust.protection import ProtectionUnavailable
from trust.signing import SigningUnavailable
from trust.store import Store, Transaction

__all__ = ["AdministratorsDesk", "CustodyClient", "RemoteDevice", "RemoteProtection", "Report"]

PATIENCE: Final = 5.0
"""Seconds to wait for an answer. Twenty thousand times as long as a signature takes."""

GENERATION_PATIENCE: Final = 60.0
"""Seconds to wait for a key pair: the primes of an RSA key take their time."""

SLOW: Final = frozenset({Operation.GENERATE})
ENCODED_KEYS: Final = 1024


class CustodyClient:
    """Asks the custody process. Safe to share between threads; a forked child opens connections of its own."""

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path, self.patience = path, patience
        self.idle: deque[socket.socket] = deque()
        self.process = os.getpid()
        self.numbers = count(secrets.randbits(48))

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a connection is not copied")

    def __del__(self) -> None:
        self.close()

    def ask(self, operation: Operation, *fields: bytes) -> tuple[bytes, ...]:
        """Return the fields of the answer, or raise the error that it is. Raise `SigningUnavailable` where none comes.

        A connection that the process has closed meanwhile, since it was started anew, is replaced once.
        """
        number = next(self.numbers)
        frame = pack(number, operation, fields)
        patience = GENERATION_PATIENCE if operation in SLOW else self.patience
        while True:
            connection, is_new = self.lend()
            if patience != self.patience:
                set_timeout(connection, patience)
            answer = exchange(connection, frame, number=number)
            if answer is not None:
                break
            if is_new:
                raise SigningUnavailable
        if patience != self.patience:
            set_timeout(connection, self.patience)
        self.idle.append(connection)
        if answer.kind != Outcome.DONE:
            raise understood(answer.fields)
        return answer.fields

    def lend(self) -> tuple[socket.socket, bool]:
        """Return an idle connection or a new one, and whether it is new."""
        if self.process != os.getpid():  # a connection that a parent uses too would mix up the answers
            self.idle, self.process = deque(), os.getpid()
        try:
            return self.idle.pop(), False
        except IndexError:
            return self.connect(), True

    def connect(self) -> socket.socket:
        """Open a connection, or raise `SigningUnavailable`."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            set_timeout(connection, self.patience)
            connection.connect(str(self.path))
        except OSError:
            connection.close()
            raise SigningUnavailable from None
        return connection

    def close(self) -> None:
        """Close the connections that are idle."""
        while self.idle:
            self.idle.pop().close()


def exchange(connection: socket.socket, frame: bytes, *, number: int) -> Message | None:
    """Send a request and return its answer; None where the connection was closed before one came.

    Raise `SigningUnavailable` where the process is there and does not answer, or answers something else.
    """
    answer = None
    try:
        connection.send(frame)  # a packet goes whole, or not at all
        answer = receive(connection)
        if answer is None:
            return None
        if answer.number != number:
            answer = None
            raise SigningUnavailable
    except BlockingIOError:  # asking again would wait again
        raise SigningUnavailable from None
    except (OSError, FrameMalformed):
        return None
    finally:
        if answer is None:
            connection.close()
    return answer


def understood(fields: tuple[bytes, ...]) -> TrustError:
    """Return the error that an answer tells. One that we do not know is `SigningUnavailable`."""
    known = {leaf.code: leaf for leaf in errors.leaves()}
    try:
        code, details = (field.decode() for field in fields)
        return known[code](**json.loads(details))
    except (ValueError, KeyError, TypeError):
        return SigningUnavailable()


class RemoteDevice:
    """The software device in the custody process. Its keys are those of the device in process: either can take over."""

    name: ClassVar[str] = "software, in a custody process"
    scheme: ClassVar[str] = "software"
    algorithms: ClassVar[frozenset[str]] = frozenset(KEYS)

    def __init__(self, client: CustodyClient) -> None:
        self.client = client
        self.packed: dict[str, tuple[StoredKey, bytes]] = {}

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a device is not copied")

    def generate(self, algorithm: KeyAlgorithm, *, context: str) -> DeviceKey:
        """Make a key pair whose private half is bound to `context`."""
        return made(*self.client.ask(Operation.GENERATE, algorithm.name.encode(), context.encode()))

    def sign(self, key: StoredKey, digest: bytes) -> bytes:
        """Return the signature over `digest`: r ‖ s for SM2 and ECDSA, else the signature itself."""
        (raw,) = self.client.ask(Operation.SIGN, self.pack(key), digest)
        return raw

    def decrypt(self, key: StoredKey, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was encrypted for an SM2 key, or raise `DecryptionFailed`."""
        (plain,) = self.client.ask(Operation.DECRYPT, self.pack(key), ciphertext.der)
        return plain

    def envelope(self, recipient: SM2PublicKey, *, context: str) -> tuple[DeviceKey, bytes]:
        """Make an SM2 encryption key pair, and return it with the envelope that hands it over."""
        *kept, enveloped = self.client.ask(Operation.ENVELOPE, recipient.point, context.encode())
        return made(*kept), enveloped

    def accept(self, enveloped: bytes, *, under: StoredKey, context: str) -> DeviceKey:
        """Open an envelope with the key `under`, and keep the encryption key that is in it."""
        return made(*self.client.ask(Operation.ACCEPT, enveloped, self.pack(under), context.encode()))

    def forget(self, key: StoredKey) -> None:
        """Drop what memory holds of a key, here and there. A process that does not answer holds nothing."""
        self.packed.pop(key.id, None)
        try:
            self.client.ask(Operation.FORGET, pack_key(key))
        except SigningUnavailable:
            return

    def destroy(self, key: StoredKey) -> None:
        """Drop what memory holds of a key, or raise `SigningUnavailable`: nothing unanswered is proven."""
        self.packed.pop(key.id, None)
        self.client.ask(Operation.FORGET, pack_key(key))

    def ready(self) -> str:
        """Return what the process says of itself. Raise `SigningUnavailable`, or `KeystoreSealed`."""
        device, memory = self.client.ask(Operation.STATUS)
        return f"{device.decode()}; {memory.decode()}"

    def rewrap(self, key: StoredKey) -> bytes:
        """Return the private half of `key` under a new data key, and that under the newest root key."""
        (wrapped,) = self.client.ask(Operation.REWRAP, pack_key(key))
        return wrapped

    def rekey(self, key: StoredKey) -> bytes:
        """Return `key.wrapped` with its data key under the newest root key."""
        (wrapped,) = self.client.ask(Operation.REKEY, pack_key(key))
        return wrapped

    def generation(self, wrapped: bytes) -> int:
        """Return the generation of the root key under which `wrapped` stands; it stands in front, for all to read."""
        return generation_of(wrapped)

    def pack(self, key: StoredKey) -> bytes:
        """Return a key as a field, from memory where it was packed before."""
        held = self.packed.get(key.id)
        if held is not None and held[0] is key:
            return held[1]
        if len(self.packed) >= ENCODED_KEYS:
            self.packed.clear()
        encoded = pack_key(key)
        self.packed[key.id] = (key, encoded)
        return encoded


def made(spki: bytes, wrapped: bytes, location: bytes) -> DeviceKey:
    """Return a key that the process made."""
    return DeviceKey(public_key=PublicKey(spki), wrapped=wrapped or None, location=location.decode())


class RemoteProtection:
    """The protection of personal data in the custody process: the data keys go there enciphered, as they are kept."""

    def __init__(self, store: Store, client: CustodyClient) -> None:
        self.store, self.client = store, client
        self.wrapped: Mapping[str, bytes] | None = None

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a protection is not copied")

    def establish(self, tx: Transaction) -> None:
        """Have the data keys made that are not there yet."""
        there = repository.data_keys(tx)
        for name in DATA_KEY_LENGTHS:
            if name not in there:
                (wrapped,) = self.client.ask(Operation.MAKE_DATA_KEY, name.encode())
                repository.add_data_key(tx, name, wrapped)
                tx.record(AuditEvent(tag="data_key:generate:done", actor="system", subject=name))

    def data_key(self, name: str) -> bytes:
        """Return a data key enciphered; empty for one that derives from the root. Raise `ProtectionUnavailable`."""
        if self.wrapped is None:
            with self.store.reading() as view:
                there = repository.data_keys(view)
            if not DATA_KEY_LENGTHS.keys() <= there.keys():
                raise ProtectionUnavailable
            self.wrapped = {one: envelope or b"" for one, envelope in there.items()}
        return self.wrapped[name]

    def protect(self, plain: bytes, *, context: str) -> bytes:
        """Return `plain` enciphered and bound to `context`. Of a long one, the process enciphers its key alone."""
        if is_long(plain):
            return seal_long(self, plain, context=context)
        return self.ask(Operation.PROTECT, PERSONAL_DATA, context.encode(), plain)

    def reveal(self, protected: bytes, *, context: str) -> bytes:
        """Return what `protect` was given, or raise `ProtectionUnavailable`.

        A long one that was enciphered in process before long ones had keys of their own fits into no message.
        """
        if protected[:1] == LONG:
            return open_long(self, protected, context=context)
        try:
            return self.ask(Operation.REVEAL, PERSONAL_DATA, context.encode(), protected)
        except FrameMalformed:
            raise ProtectionUnavailable from None

    def index(self, value: str, *, kind: str) -> str:
        """Return a keyed hash of `value` for exact look-up."""
        return self.ask(Operation.INDEX, BLIND_INDEX, kind.encode(), value.encode()).decode()

    def ask(self, operation: Operation, data_key: str, *fields: bytes) -> bytes:
        """Ask with a data key as it was read before; where it opens no more, being under a new root, as it is now."""
        try:
            (answer,) = self.client.ask(operation, self.data_key(data_key), *fields)
        except KeystoreUnavailable:
            self.wrapped = None
            (answer,) = self.client.ask(operation, self.data_key(data_key), *fields)
        return answer


@dataclass(frozen=True)
class Report:
    """What the custody process tells administrators of itself."""

    state: str
    memory: str
    waiting: int
    """Shares that wait for others."""

    seen: str


class AdministratorsDesk:
    """What administrators ask of the custody process, on their own socket."""

    def __init__(self, client: CustodyClient) -> None:
        self.client = client

    def report(self) -> Report:
        """Return the state of the process. Raise `SigningUnavailable` where it does not answer."""
        state, memory, waiting, seen = (field.decode() for field in self.client.ask(Operation.REPORT))
        return Report(state, memory, int(waiting), seen)

    def bring(self, share: str) -> tuple[int, int]:
        """Bring a share, and return how many are there and how many it takes. Raise as `ShareCollection.bring` does."""
        there, needed = self.client.ask(Operation.UNSEAL, share.encode())
        return int(there), int(needed)

    def seal(self) -> None:
        """Have every key taken out of memory."""
        self.client.ask(Operation.SEAL)

"""Data keys: each secret has a key of its own, and the root key enciphers nothing but those.

So a new root key means new envelopes around data keys alone; what they encipher stays as it is. The form of a wrapped
data key is generation ‖ nonce ‖ tag ‖ ciphertext, that of a sealed secret

    02 ‖ wrapped data key (48 octets) ‖ nonce (12) ‖ tag (16) ‖ ciphertext

with SM4-GCM in both places. The generation of the root key is four octets, the highest first. A secret of the first
form (01 ‖ nonce ‖ tag ‖ ciphertext, under a key that derives from the first root key) still opens.
"""

import secrets
import struct
import threading
from collections.abc import Callable, Mapping
from typing import Final, NoReturn, Self

from typing_extensions import override

from keys import repository
from keys.errors import KeystoreSealed, KeystoreUnavailable
from keys.wrapping import EnvelopeProtection, RootKey, open_envelope
from trust.crypto import sm4
from trust.crypto.sm4 import KEY_LENGTH, NONCE_LENGTH, TAG_LENGTH, CiphertextChanged
from trust.events import AuditEvent
from trust.protection import ProtectionUnavailable
from trust.store import Store, Transaction

__all__ = [
    "BLIND_INDEX",
    "PERSONAL_DATA",
    "RootKeys",
    "StoredProtection",
    "establish",
    "generation_of",
    "open_data_key",
    "open_secret",
    "rekey_data_key",
    "rekey_secret",
    "seal_secret",
    "wrap_data_key",
]

FORM: Final = b"\x02"
FIRST_FORM: Final = b"\x01"
FIRST_GENERATION: Final = 1
GENERATION: Final = struct.Struct(">I")
OVERHEAD: Final = NONCE_LENGTH + TAG_LENGTH
WRAPPED_LENGTH: Final = GENERATION.size + OVERHEAD + KEY_LENGTH

PERSONAL_DATA: Final = "personal data"
BLIND_INDEX: Final = "blind index"
DATA_KEY_LENGTHS: Final[Mapping[str, int]] = {PERSONAL_DATA: KEY_LENGTH, BLIND_INDEX: 32}

CHANGED: Final = "the root key is not the one that wrapped this key, or the record was changed"


class RootKeys:
    """The root keys that are in memory, by generation. There is one, or two while a new one takes over; sealed, none.

    Safe to share between threads.
    """

    def __init__(
        self, roots: Mapping[int, RootKey], *, reload: Callable[[], Mapping[int, RootKey]] | None = None
    ) -> None:
        self.roots = dict(roots)
        self.reload = reload
        """Where to look again when something stands under a generation that came after the start."""
        self.lock = threading.Lock()

    @classmethod
    def of(cls, root: RootKey) -> Self:
        """Return `root` as the one root key, of the first generation."""
        return cls({FIRST_GENERATION: root})

    @override
    def __repr__(self) -> str:
        return f"RootKeys(generations {sorted(self.roots)})"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("root keys are not copied")

    @property
    def is_sealed(self) -> bool:
        """Whether there is no root key in memory."""
        return not self.roots

    @property
    def newest(self) -> int:
        """The generation under which everything new is wrapped. Raise `KeystoreSealed`.

        It is looked for anew, so that nothing is wrapped under a root key that another process is about to replace.
        """
        self.look_again()
        try:
            return max(self.roots)
        except ValueError:
            raise KeystoreSealed from None

    def of_generation(self, generation: int) -> RootKey:
        """Return the root key of a generation. Raise `KeystoreSealed`, or `KeystoreUnavailable`."""
        if self.is_sealed:
            raise KeystoreSealed
        if generation not in self.roots:
            self.look_again()
        found = self.roots.get(generation)
        if found is None:
            raise KeystoreUnavailable(cure=f"the root key of generation {generation} is not there; {CHANGED}")
        return found

    def look_again(self) -> None:
        """Take in what came to the source of root keys since. A root key that was there stays."""
        with self.lock:
            if self.reload is not None and self.roots:  # none: sealed, perhaps while this waited for the lock
                self.roots = {**self.reload(), **self.roots}

    def unseal(self, roots: Mapping[int, RootKey]) -> None:
        """Take root keys into memory."""
        with self.lock:
            self.roots = dict(roots)

    def seal(self) -> None:
        """Take every root key out of memory."""
        with self.lock:
            gone, self.roots = self.roots, {}
        for root in gone.values():
            root.wipe()


def seal_part(key: bytes, plain: bytes, *, bound: bytes) -> bytes:
    """Return nonce ‖ tag ‖ ciphertext of `plain` under `key`."""
    nonce = secrets.token_bytes(NONCE_LENGTH)
    ciphertext, tag = sm4.seal_gcm(key, nonce, plain, bound)
    return nonce + tag + ciphertext


def open_part(key: bytes, sealed: bytes, *, bound: bytes) -> bytes:
    """Return what `seal_part` was given, or raise `KeystoreUnavailable`."""
    nonce, tag, ciphertext = sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:OVERHEAD], sealed[OVERHEAD:]
    try:
        return sm4.open_gcm(key, nonce, ciphertext, bound, tag=tag)
    except CiphertextChanged:
        raise KeystoreUnavailable(cure=CHANGED) from None


def wrapping_key(roots: RootKeys, generation: int) -> bytes:
    """Return the key that a root key enciphers data keys with."""
    return roots.of_generation(generation).derive("data keys")[:KEY_LENGTH]


def wrap_data_key(roots: RootKeys, key: bytes, *, context: str) -> bytes:
    """Return a data key enciphered under the newest root key and bound to `context`."""
    head = GENERATION.pack(generation := roots.newest)
    return head + seal_part(wrapping_key(roots, generation), key, bound=FORM + head + context.encode())


def open_data_key(roots: RootKeys, wrapped: bytes | None, *, context: str) -> bytes:
    """Return a data key. One without an envelope derives from the first root key. Raise `KeystoreUnavailable`."""
    if wrapped is None:
        return roots.of_generation(FIRST_GENERATION).derive(context)
    if len(wrapped) < GENERATION.size + OVERHEAD:
        raise KeystoreUnavailable(cure=CHANGED)
    head = wrapped[: GENERATION.size]
    key = wrapping_key(roots, *GENERATION.unpack(head))
    return open_part(key, wrapped[GENERATION.size :], bound=FORM + head + context.encode())


def rekey_data_key(roots: RootKeys, wrapped: bytes | None, *, context: str) -> bytes:
    """Return the same data key under the newest root key."""
    return wrap_data_key(roots, open_data_key(roots, wrapped, context=context), context=context)


def seal_secret(roots: RootKeys, plain: bytes, *, context: str) -> bytes:
    """Return `plain` enciphered under a data key of its own, both bound to `context`."""
    key = secrets.token_bytes(KEY_LENGTH)
    return FORM + wrap_data_key(roots, key, context=context) + seal_part(key, plain, bound=FORM + context.encode())


def open_secret(roots: RootKeys, sealed: bytes, *, context: str) -> bytes:
    """Return what `seal_secret` was given. Raise `KeystoreSealed`, or `KeystoreUnavailable`."""
    if sealed[:1] == FIRST_FORM:
        plain = open_envelope(roots.of_generation(FIRST_GENERATION).derive("private keys"), sealed, context=context)
        if plain is None:
            raise KeystoreUnavailable(cure=CHANGED)
        return plain
    wrapped, body = parts_of(sealed)
    key = open_data_key(roots, wrapped, context=context)
    return open_part(key, body, bound=FORM + context.encode())


def rekey_secret(roots: RootKeys, sealed: bytes, *, context: str) -> bytes:
    """Return the same secret with its data key under the newest root key; one of the first form gets a data key."""
    if sealed[:1] == FIRST_FORM:
        return seal_secret(roots, open_secret(roots, sealed, context=context), context=context)
    wrapped, body = parts_of(sealed)
    return FORM + rekey_data_key(roots, wrapped, context=context) + body


def parts_of(sealed: bytes) -> tuple[bytes, bytes]:
    """Return the wrapped data key and the body of a sealed secret, or raise `KeystoreUnavailable`."""
    start = len(FORM) + WRAPPED_LENGTH
    if sealed[:1] != FORM or len(sealed) < start + OVERHEAD:
        raise KeystoreUnavailable(cure=CHANGED)
    return sealed[len(FORM) : start], sealed[start:]


def generation_of(sealed: bytes) -> int:
    """Return the generation of the root key under which a secret stands, or raise `KeystoreUnavailable`."""
    if sealed[:1] == FIRST_FORM:
        return FIRST_GENERATION
    wrapped, _ = parts_of(sealed)
    return data_key_generation(wrapped)


def data_key_generation(wrapped: bytes | None) -> int:
    """Return the generation of the root key under which a data key stands."""
    if wrapped is None:
        return 0  # before all generations: to be wrapped by the next change of the root key
    (generation,) = GENERATION.unpack(wrapped[: GENERATION.size])
    return int(generation)


def establish(tx: Transaction, roots: RootKeys) -> None:
    """Make the data keys of the instance that are not there yet."""
    there = repository.data_keys(tx)
    for name, length in DATA_KEY_LENGTHS.items():
        if name not in there:
            wrapped = wrap_data_key(roots, secrets.token_bytes(length), context=name)
            repository.add_data_key(tx, name, wrapped)
            tx.record(AuditEvent(tag="data_key:generate:done", actor="system", subject=name))


class StoredProtection:
    """The protection of personal data with the data keys in the database, which are opened at the first use."""

    def __init__(self, store: Store, roots: RootKeys) -> None:
        self.store = store
        self.roots = roots
        self.opened: EnvelopeProtection | None = None

    @override
    def __repr__(self) -> str:
        return "StoredProtection(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a data key is not copied")

    @property
    def inner(self) -> EnvelopeProtection:
        """The protection itself. Raise `ProtectionUnavailable`, `KeystoreSealed` or `KeystoreUnavailable`."""
        if self.opened is None:
            with self.store.reading() as view:
                there = repository.data_keys(view)
            if not DATA_KEY_LENGTHS.keys() <= there.keys():
                raise ProtectionUnavailable
            keys = [open_data_key(self.roots, there[name], context=name) for name in DATA_KEY_LENGTHS]
            self.opened = EnvelopeProtection(*keys)
        return self.opened

    def protect(self, plain: bytes, *, context: str) -> bytes:
        """Return `plain` enciphered and bound to `context`."""
        return self.inner.protect(plain, context=context)

    def reveal(self, protected: bytes, *, context: str) -> bytes:
        """Return what `protect` was given, or raise `ProtectionUnavailable`."""
        return self.inner.reveal(protected, context=context)

    def index(self, value: str, *, kind: str) -> str:
        """Return a keyed hash of `value` for exact look-up."""
        return self.inner.index(value, kind=kind)

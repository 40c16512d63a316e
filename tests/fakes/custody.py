"""A custody of keys in memory: as strict as the port asks, with keys that nobody misses."""

from dataclasses import dataclass, replace
from datetime import datetime

from keys.errors import KeyUnknown, RequestNotOfKey
from keys.keyring import requested_key
from keys.lifecycle import LIFECYCLE, PERMITS, KeyEvent, KeyState, KeyUse
from keys.private_keys import PrivateKey, generate
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.events import AuditEvent
from trust.signing import KeyHandle, KeyPurpose, KeyReference, SigningUnavailable
from trust.store import Transaction

__all__ = ["MemoryCustody"]

SCHEME = "memory:"


@dataclass(frozen=True)
class MemoryKey:
    """A private key, and where it stands in its life."""

    private: PrivateKey
    purpose: KeyPurpose
    state: KeyState
    ring: str = ""


class MemoryCustody:
    """Keeps private keys in a dictionary. `unavailable` makes it stop answering; `signed` counts what it signed."""

    name = "memory"

    def __init__(self) -> None:
        self.keys: dict[KeyHandle, MemoryKey] = {}
        self.unavailable = False
        self.signed = 0

    def make(
        self, purpose: KeyPurpose, algorithm: KeyAlgorithm = KEYS["sm2"], state: KeyState = KeyState.ACTIVE
    ) -> KeyReference:
        """Make a key pair without a database, in use."""
        private = generate(algorithm)
        handle = KeyHandle(f"{SCHEME}{len(self.keys)}")
        self.keys[handle] = MemoryKey(private, purpose, state)
        return KeyReference(handle=handle, public_key=private.public(), purpose=purpose)

    def generate(
        self, tx: Transaction, purpose: KeyPurpose, algorithm: KeyAlgorithm, *, name: str = ""
    ) -> KeyReference:
        key = self.make(purpose, algorithm, LIFECYCLE.initial)
        self.keys[key.handle] = replace(self.keys[key.handle], ring=name)
        facts = {"purpose": purpose.value, "algorithm": algorithm.name}
        if name:
            facts["ring"] = name
        tx.record(AuditEvent(tag="key:generate:done", actor="system", subject=key.handle, facts=facts))
        return key

    def activate(self, tx: Transaction, key: KeyReference) -> None:
        if self.kept(key).state is not KeyState.ACTIVE:
            self.move(tx, key, KeyEvent.ACTIVATE)

    def retire(self, tx: Transaction, key: KeyReference, *, until: datetime | None = None) -> None:
        self.move(tx, key, KeyEvent.RETIRE if until is None else KeyEvent.SUCCEED)

    def abandon(self, tx: Transaction, name: str) -> None:
        for handle, one in list(self.keys.items()):
            if one.ring == name and one.state is KeyState.PENDING:
                key = KeyReference(handle=handle, public_key=one.private.public(), purpose=one.purpose)
                self.move(tx, key, KeyEvent.RETIRE)

    def move(self, tx: Transaction, key: KeyReference, event: KeyEvent) -> None:
        kept = self.kept(key)
        self.keys[key.handle] = replace(kept, state=LIFECYCLE.after(kept.state, event))
        tx.record(AuditEvent(tag=f"key:{event.value}:done", actor="system", subject=key.handle))

    def kept(self, key: KeyReference) -> MemoryKey:
        try:
            return self.keys[key.handle]
        except KeyError:
            raise KeyUnknown from None

    def request(self, key: KeyReference, info: bytes) -> bytes:
        private = self.allow(key, KeyUse.REQUEST)
        if requested_key(info) != private.public().spki:
            raise RequestNotOfKey
        return private.sign_digest(private.public().digest(info))

    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        private = self.allow(key, KeyUse.SIGN)
        if len(digest) != private.public().algorithm.signed_length:
            raise SigningUnavailable
        self.signed += 1
        return private.sign_digest(digest)

    def allow(self, key: KeyReference, use: KeyUse) -> PrivateKey:
        kept = self.keys.get(key.handle)
        right = kept is not None and kept.purpose is key.purpose and use in PERMITS[kept.state]
        if self.unavailable or kept is None or not right:
            raise SigningUnavailable
        return kept.private

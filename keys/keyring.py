"""The custody of keys over every device: states, purposes, versions, limits and the audit trail, held once for all.

At each use the keyring asks the database for the row of the key, by one narrow question; what it holds in memory serves
only that very row. So a key that was retired or destroyed anywhere signs nothing here from that moment on.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NoReturn

from typing_extensions import override

from keys import repository
from keys.devices import Device, DeviceKey, StoredKey
from keys.errors import AlgorithmNotKept, KeyLimitReached, KeyUnknown, LimitBelowUses, LimitMalformed, RequestNotOfKey
from keys.lifecycle import LIFECYCLE, PERMITS, KeyEvent, KeyState, KeyUse
from keys.repository import KeptKey
from trust.asn1 import der
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.crypto.sm2 import SM2PublicKey
from trust.crypto.sm2_encryption import SM2Ciphertext
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.signing import KeyHandle, KeyPurpose, KeyReference, SigningUnavailable
from trust.store import Reading, Store, Transaction

__all__ = ["Keyring"]

LEASE: Final = 64
GROWTH: Final = 4
LARGEST: Final = 4096
"""Uses that a process has handed out to it at once: few at first, more each time, as a key is used much. What a crash
leaves unused is counted all the same."""

SHARE: Final = 8
"""Of what a limit leaves, a process takes at most this part, so that others get theirs."""

SYSTEM: Final = "system"
ATTRIBUTES: Final = 0xA0
"""The tag of the attributes in a CertificationRequestInfo: [0] IMPLICIT."""


@dataclass
class Held:
    """A key in this process's memory, with the row that it was read from, and the uses that are left of its lease."""

    facts: tuple[Any, ...]
    kept: KeptKey
    stored: StoredKey
    device: Device
    left: int = 0
    lease: int = LEASE
    """How many uses the next lease is to have."""

    lock: threading.Lock = field(default_factory=threading.Lock)


class Keyring:
    """Implements the ports `KeyCustody` and `KeyEnvelopes`. New keys are made by the first device that makes such."""

    def __init__(self, store: Store, *devices: Device) -> None:
        self.store = store
        self.devices: Sequence[Device] = devices
        self.by_scheme = {device.scheme: device for device in devices}
        self.ask = store.question(repository.FACTS)
        self.held: dict[str, Held] = {}

    @override
    def __repr__(self) -> str:
        return f"Keyring({self.name})"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a custody is not copied")

    @property
    def name(self) -> str:
        """What keeps the keys, in words that everybody may read."""
        return "; ".join(device.name for device in self.devices)

    def ready(self) -> str:
        """Return what every device says of itself. Raise what keeps one from working."""
        return "; ".join(f"{device.name}: {device.ready()}" for device in self.devices)

    # --- the life of a key --------------------------------------------------------------------------------------------

    def generate(
        self, tx: Transaction, purpose: KeyPurpose, algorithm: KeyAlgorithm, *, name: str = ""
    ) -> KeyReference:
        """Make a key pair, pending. Raise `AlgorithmNotKept`, or what the device says."""
        device = self.maker(algorithm.name)
        key = new_id("key", at=tx.now)
        made = device.generate(algorithm, context=binding(key, purpose, algorithm.name))
        return self.keep(tx, made, device=device, key=key, purpose=purpose, ring=name)

    def maker(self, algorithm: str) -> Device:
        """Return the device that makes keys of an algorithm, or raise `AlgorithmNotKept`."""
        found = next((one for one in self.devices if algorithm in one.algorithms), None)
        if found is None:
            raise AlgorithmNotKept(algorithm=algorithm)
        return found

    def keep(
        self, tx: Transaction, made: DeviceKey, *, device: Device, key: str, purpose: KeyPurpose, ring: str = ""
    ) -> KeyReference:
        """Put what a device made on record."""
        kept = KeptKey(
            id=key,
            ring=ring or key,
            ring_version=repository.next_version(tx, ring) if ring else 1,
            purpose=purpose,
            algorithm=made.public_key.algorithm.name,
            state=LIFECYCLE.initial,
            scheme=device.scheme,
            location=made.location,
            public_key=made.public_key,
            wrapped=made.wrapped,
            created_at=tx.now,
        )
        repository.add(tx, kept)
        facts: dict[str, Fact] = {"purpose": purpose.value, "algorithm": kept.algorithm}
        if ring:
            facts |= {"ring": ring, "version": kept.ring_version}
        tx.record(AuditEvent(tag="key:generate:done", actor=SYSTEM, subject=kept.handle, facts=facts))
        return kept.reference

    def activate(self, tx: Transaction, key: KeyReference) -> None:
        """Take a pending key into use. An active one stays as it is. Raise `KeyUnknown`, or `EventNotPossible`."""
        if self.kept(tx, key).state is not KeyState.ACTIVE:
            self.move(tx, key, KeyEvent.ACTIVATE)

    def retire(self, tx: Transaction, key: KeyReference, *, until: datetime | None = None, actor: str = SYSTEM) -> None:
        """Let a key sign until `until` at the longest; without it, nothing any more."""
        event = KeyEvent.RETIRE if until is None else KeyEvent.SUCCEED
        self.move(tx, key, event, until=until, actor=actor)

    def abandon(self, tx: Transaction, name: str) -> None:
        """Retire every pending key of a ring: what an attempt that broke off has left there."""
        for one in repository.all_keys(tx, ring=name):
            if one.state is KeyState.PENDING:
                self.move(tx, one.reference, KeyEvent.RETIRE)

    def move(
        self, tx: Transaction, key: KeyReference, event: KeyEvent, *, until: datetime | None = None, actor: str = SYSTEM
    ) -> KeptKey:
        """Move a key along its life, on record, and return it as it was before."""
        before = repository.move(tx, self.kept(tx, key).id, event, until=until)
        facts = {} if until is None else {"until": until.isoformat()}
        tx.record(AuditEvent(tag=f"key:{event.value}:done", actor=actor, subject=key.handle, facts=facts))
        return before

    def limit(self, tx: Transaction, key: KeyReference, limit: int | None, *, actor: str) -> None:
        """Give a key a limit of uses, or none. Raise `LimitMalformed`, `LimitBelowUses`, or `KeyUnknown`."""
        if limit is not None and limit < 1:
            raise LimitMalformed
        kept = self.kept(tx, key)
        if not repository.set_limit(tx, kept.id, limit):
            raise LimitBelowUses(uses=kept.uses)
        tx.record(AuditEvent(tag="key:limit:done", actor=actor, subject=key.handle, facts={"limit": limit}))

    def retire_due(self) -> tuple[KeyHandle, ...]:
        """Retire every key whose time of retiring is over, and return their handles."""
        with self.store.reading() as view:
            due = [one for one in repository.all_keys(view) if is_over(one, view.now)]
        for one in due:
            with self.store.transaction() as tx:
                self.move(tx, one.reference, KeyEvent.RETIRE)
        return tuple(one.handle for one in due)

    def kept(self, view: Reading, key: KeyReference) -> KeptKey:
        """Return the record of a key, or raise `KeyUnknown`, also for a handle that names another place."""
        scheme, _, name = key.handle.partition(":")
        kept = repository.require(view, name)
        if kept.scheme != scheme:
            raise KeyUnknown
        return kept

    # --- its use ------------------------------------------------------------------------------------------------------

    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        """Return the raw signature over `digest`, or raise `SigningUnavailable`, `KeyLimitReached`, or the device's."""
        held = self.allow(key, KeyUse.SIGN)
        if held.kept.purpose is KeyPurpose.DECRYPTION or len(digest) != KEYS[held.kept.algorithm].signed_length:
            raise SigningUnavailable
        self.count(held)
        return held.device.sign(held.stored, digest)

    def request(self, key: KeyReference, info: bytes) -> bytes:
        """Return the raw signature over a CertificationRequestInfo for this very key. Raise `RequestNotOfKey`."""
        held = self.allow(key, KeyUse.REQUEST)
        if requested_key(info) != held.kept.public_key.spki:
            raise RequestNotOfKey
        self.count(held)
        return held.device.sign(held.stored, held.kept.public_key.digest(info))

    def decrypt(self, key: KeyReference, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was encrypted for `key`. Raise `DecryptionFailed`, or what `sign` raises."""
        held = self.allow(key, KeyUse.DECRYPT)
        if held.kept.purpose is not KeyPurpose.DECRYPTION:
            raise SigningUnavailable
        self.count(held)
        return held.device.decrypt(held.stored, ciphertext)

    def envelope(self, tx: Transaction, purpose: KeyPurpose, recipient: SM2PublicKey) -> tuple[KeyReference, bytes]:
        """Make an encryption key pair that stays in escrow; return it, and the SM2EnvelopedKey that hands it over."""
        # A key in escrow is handed over enciphered, which devices other than software have no function for.
        device = self.by_scheme.get("software", self.devices[0])
        key = new_id("key", at=tx.now)
        made, enveloped = device.envelope(recipient, context=binding(key, purpose, "sm2"))
        return self.keep(tx, made, device=device, key=key, purpose=purpose), enveloped

    def accept(self, tx: Transaction, envelope_der: bytes, *, under: KeyReference) -> KeyReference:
        """Keep the encryption key that a SM2EnvelopedKey hands over to the key `under`. It is pending."""
        held = self.allow(under, KeyUse.ACCEPT)
        key, purpose = new_id("key", at=tx.now), KeyPurpose.DECRYPTION
        made = held.device.accept(envelope_der, under=held.stored, context=binding(key, purpose, "sm2"))
        return self.keep(tx, made, device=held.device, key=key, purpose=purpose)

    def allow(self, key: KeyReference, use: KeyUse) -> Held:
        """Return the key as it stands now, or raise `SigningUnavailable` where this use of it is not permitted."""
        scheme, _, name = key.handle.partition(":")
        facts = self.ask(id=name)
        held = self.held.get(name)
        if held is None or held.facts != facts:
            held = self.hold(name, facts)
        if held is None or held.kept.scheme != scheme:
            raise SigningUnavailable
        kept = held.kept
        if use not in PERMITS[kept.state] or (kept.signs_until is not None and is_over(kept, self.store.clock.now())):
            self.forget(held)
            raise SigningUnavailable
        if kept.purpose is not key.purpose:
            self.forget(held)
            raise SigningUnavailable
        return held

    def hold(self, name: str, facts: tuple[Any, ...] | None) -> Held | None:
        """Read a key and remember it with the row that was seen. A row that changes in between is read anew."""
        before = self.held.pop(name, None)
        if before is not None:
            before.device.forget(before.stored)
        if facts is None:
            return None
        with self.store.reading() as view:
            kept = repository.get(view, name)
        if kept is None:  # pragma: no cover - a row that vanished since it was seen; none is ever deleted
            return None
        held = Held(facts=facts, kept=kept, stored=stored(kept), device=self.device_of(kept))
        self.held[name] = held
        return held

    def device_of(self, kept: KeptKey) -> Device:
        """Return the device that has a key, or raise `SigningUnavailable` where it is not connected."""
        try:
            return self.by_scheme[kept.scheme]
        except KeyError:
            raise SigningUnavailable from None

    def forget(self, held: Held) -> None:
        """Drop a key from memory, here and in its device."""
        self.held.pop(held.kept.id, None)
        held.device.forget(held.stored)

    def extinguish(self, key: KeptKey) -> None:
        """Take a key, as it was before its destruction, out of its device and out of memory."""
        held = self.held.pop(key.id, None)
        if held is not None:
            held.device.forget(held.stored)
        device = self.device_of(key)
        device.destroy(stored(key))
        device.forget(stored(key))

    def count(self, held: Held) -> None:
        """Count one use, out of a lease. Raise `KeyLimitReached`, or `NestedTransaction` in a transaction."""
        self.store.require_no_transaction()
        with held.lock:
            if not held.left:
                held.left = self.lease(held.kept, held.lease)
                held.lease = min(GROWTH * held.lease, LARGEST)
            held.left -= 1

    def lease(self, kept: KeptKey, wanted: int) -> int:
        """Have uses handed out and return how many. Raise `KeyLimitReached`.

        They are counted before they happen, so that a crash counts too many and never too few.
        """
        with self.store.transaction() as tx:
            now = repository.require(tx, kept.id)
            if now.use_limit is not None:
                wanted = max(min(wanted, (now.use_limit - now.uses) // SHARE), 1)
            for count in (wanted, 1):  # another process may have taken what was left
                if repository.reserve(tx, kept.id, count):
                    facts: dict[str, Fact] = {"uses": count}
                    tx.record(AuditEvent(tag="key:reserve:done", actor=SYSTEM, subject=kept.handle, facts=facts))
                    return count
            raise KeyLimitReached


def stored(kept: KeptKey) -> StoredKey:
    """Return a key as its device gets it."""
    return StoredKey(
        id=kept.id,
        context=binding(kept.id, kept.purpose, kept.algorithm),
        algorithm=kept.algorithm,
        public_key=kept.public_key,
        wrapped=kept.wrapped,
        location=kept.location,
    )


def binding(name: str, purpose: KeyPurpose, algorithm: str) -> str:
    """Return the context that a private half is bound to: moved to another record, it opens no more."""
    return f"key {name} {purpose.value} {algorithm}"


def is_over(kept: KeptKey, now: datetime) -> bool:
    """Tell whether the time in which a retiring key still signed is over."""
    return kept.state is KeyState.RETIRING and kept.signs_until is not None and kept.signs_until <= now


def requested_key(info: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of a CertificationRequestInfo (RFC 2986, 4.1), or raise `RequestNotOfKey`.

    A TBSCertificate begins with [0] or has six members at least, so that nothing is both.
    """
    try:
        version, subject, key, attributes = der.parse(info).sequence()
        if version.integer() != 0 or subject.tag != der.Tag.SEQUENCE or attributes.tag != ATTRIBUTES:
            raise RequestNotOfKey
    except (der.Malformed, ValueError):
        raise RequestNotOfKey from None
    return key.raw

"""Changing the root key 更换根密钥, and giving private keys new data keys, while the service goes on.

The new root key lies beside the old one until nothing stands under the old one any more. From the moment it is there,
every process wraps what it makes under it: each looks before it wraps. So a change that breaks off is finished by
beginning it again, and nothing is lost at any point.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, cast

from keys import data_keys, repository
from keys.devices import StoredKey, WrappingDevice
from keys.keyring import Keyring, stored
from keys.repository import KeptKey
from keys.unsealing import RootRecord, RootSource
from keys.wrapping import RootKey
from trust.events import AuditEvent, Fact
from trust.store import Further, LostRace, Store, nothing_further

__all__ = ["Rewrapping", "RootChange"]

BATCH: Final = 100
"""Envelopes that are changed in one transaction, with one event."""

LOOKS: Final = 10
"""How often is looked for what others made under the old root key in the meantime."""


@dataclass(frozen=True, kw_only=True)
class Rewrapping:
    """Puts private keys into new envelopes."""

    store: Store
    keyring: Keyring

    def rewrap(self, *, actor: str, keys: Iterable[str] = ()) -> int:
        """Give the keys named, or all, a new data key each. Return how many there were."""
        wanted = set(keys)
        found = [one for one in self.wrapped() if not wanted or one.id in wanted]
        return self.replace(found, lambda device, key: device.rewrap(key), tag="key:rewrap:done", actor=actor)

    def rekey(self, *, actor: str, newest: int) -> int:
        """Put the data keys of all keys that stand under an older root key under the newest one; say how many did.

        Those that somebody else has changed in between are among them: it takes another look until there are none.
        """
        old = [one for one in self.wrapped() if self.device(one).generation(one.wrapped or b"") != newest]
        self.replace(old, lambda device, key: device.rekey(key), tag="key:rekey:done", actor=actor)
        return len(old)

    def wrapped(self) -> list[KeptKey]:
        """Return every key whose private half is kept in the database."""
        with self.store.reading() as view:
            return [one for one in repository.all_keys(view) if one.wrapped is not None]

    def device(self, kept: KeptKey) -> WrappingDevice:
        """Return the device that opens the envelope of a key."""
        return cast("WrappingDevice", self.keyring.device_of(kept))

    def replace(
        self, kept: list[KeptKey], change: Callable[[WrappingDevice, StoredKey], bytes], *, tag: str, actor: str
    ) -> int:
        """Change envelopes, batch by batch. One that somebody else has changed in between is left as it is."""
        done = 0
        for batch in batches(kept):
            made = [(one, change(self.device(one), stored(one))) for one in batch]  # before the transaction
            with self.store.transaction() as tx:
                count = sum(repository.rewrap(tx, one, wrapped) for one, wrapped in made)
                facts: dict[str, Fact] = {"count": count, "first": batch[0].id, "last": batch[-1].id}
                tx.record(AuditEvent(tag=tag, actor=actor, subject="keys", facts=facts))
            done += count
        return done


def batches(kept: list[KeptKey]) -> Iterator[list[KeptKey]]:
    """Yield `kept` in parts."""
    rest = iter(kept)
    while batch := list(islice(rest, BATCH)):
        yield batch


@dataclass(frozen=True, kw_only=True)
class RootChange:
    """Puts a new root key into the place of the old one, wherever that comes from."""

    store: Store
    keyring: Keyring
    roots: data_keys.RootKeys
    source: RootSource

    def change(self, *, actor: str, further: Further = nothing_further) -> int:
        """Make a new root key and put everything under it, and return its generation; `further` happens as it arrives.

        A change that broke off goes on where it stopped. Raise `KeystoreUnavailable`, `RootMismatch`, or
        `NextRootMissing` where the operator has to bring the new one.
        """
        if not self.was_moved():
            self.begin(actor=actor)
            self.put_under_newest(actor=actor)
            self.source.move()
        self.finish(actor=actor, further=further)
        self.put_under_newest(actor=actor)  # what a slow writer has committed since; the old root key is in memory yet
        return self.roots.newest

    def was_moved(self) -> bool:
        """Tell whether a change broke off when the new root key was in its place, and the record did not say so yet."""
        return self.record().coming == self.source.present().check_value

    def begin(self, *, actor: str) -> None:
        """Lay the new root key beside the old one, unless it lies there."""
        record, coming = self.record(), self.source.coming()
        made = coming or RootKey.random()
        if coming is None or record.coming != coming.check_value:
            # The record first: it must know every root key that there is. One that it knows and that is not there does
            # no harm.
            record.expecting(made).write(self.source.record)
            if coming is None:
                self.source.lay(made)
            with self.store.transaction() as tx:
                facts: dict[str, Fact] = {"generation": record.generation + 1}
                tx.record(AuditEvent(tag="root_key:change:begun", actor=actor, subject="root key", facts=facts))
        self.roots.unseal(self.source.read())

    def record(self) -> RootRecord:
        """Return the record, or make that of an instance which has none yet."""
        found = RootRecord.read(self.source.record)
        if found is None:
            found = RootRecord.of(self.source.present())
            found.write(self.source.record)
        return found

    def put_under_newest(self, *, actor: str) -> None:
        """Put every data key under the newest root key. Raise `LostRace` where there is no end of others."""
        newest = self.roots.newest
        rewrapping = Rewrapping(store=self.store, keyring=self.keyring)
        for _ in range(LOOKS):
            if not rewrapping.rekey(actor=actor, newest=newest):
                break
        else:
            raise LostRace  # the old root key stays, and nothing is lost
        with self.store.transaction() as tx:
            for name, wrapped in repository.data_keys(tx).items():
                if data_keys.data_key_generation(wrapped) != newest:
                    repository.put_data_key(tx, name, data_keys.rekey_data_key(self.roots, wrapped, context=name))
                    tx.record(AuditEvent(tag="data_key:rekey:done", actor=actor, subject=name))

    def finish(self, *, actor: str, further: Further) -> None:
        """Say in the record and in the trail that the new root key has arrived."""
        record = self.record().arrived()
        record.write(self.source.record)
        with self.store.transaction() as tx:
            facts: dict[str, Fact] = {"generation": record.generation}
            tx.record(AuditEvent(tag="root_key:change:done", actor=actor, subject="root key", facts=facts))
            further(tx)

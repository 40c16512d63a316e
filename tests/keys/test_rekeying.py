"""A new root key, and new data keys: everything still signs, nothing is left under the old one, whatever breaks off."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from keys import data_keys, repository
from keys.data_keys import RootKeys, StoredProtection, establish, generation_of
from keys.devices import StoredKey
from keys.errors import KeystoreUnavailable, NextRootMissing, RootMismatch
from keys.keyring import Keyring, binding, stored
from keys.rekeying import BATCH, Rewrapping, RootChange
from keys.root_token import TokenSource
from keys.software import SoftwareDevice
from keys.unsealing import EnvironmentSource, FileSource, RootRecord
from keys.wrapping import RootKey, seal_envelope, write_secret
from tests.keys.devices import new_token, softhsm, token_device
from trust import repository as ground
from trust.crypto.algorithms import KEYS
from trust.events import AuditEvent
from trust.signing import KeyPurpose, KeyReference
from trust.store import LostRace, Store

DIGEST = bytes(range(32))
ROOT = bytes(range(32))


class House:
    """An instance's keys, as one process has them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.source = FileSource(folder / "root.key", folder / "root.json")
        self.roots = RootKeys(self.source.read(), reload=self.source.read)
        self.keyring = Keyring(store, SoftwareDevice(self.roots))
        self.protection = StoredProtection(store, self.roots)
        self.change = RootChange(store=store, keyring=self.keyring, roots=self.roots, source=self.source)

    def make(self) -> KeyReference:
        """Make a key and take it into use."""
        with self.store.transaction() as tx:
            key = self.keyring.generate(tx, KeyPurpose.AUDIT, KEYS["sm2"])
            self.keyring.activate(tx, key)
        return key

    def generations(self) -> set[int]:
        """Return under which root keys anything stands."""
        with self.store.reading() as view:
            keys = {generation_of(one.wrapped) for one in repository.all_keys(view) if one.wrapped is not None}
            return keys | {data_keys.data_key_generation(one) for one in repository.data_keys(view).values()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a root key with its record."""
    folder = tmp_path / "keys"
    write_secret(folder / "root.key", ROOT)
    RootRecord.of(RootKey(ROOT)).write(folder / "root.json")
    return folder


@pytest.fixture
def house(store: Store, folder: Path) -> House:
    """Open an instance with its data keys."""
    opened = House(store, folder)
    with store.transaction() as tx:
        establish(tx, opened.roots)
    return opened


def test_a_new_root_key(house: House, folder: Path) -> None:
    keys = [house.make() for _ in range(3)]
    protected = house.protection.protect(b"name", context="c")
    other = House(house.store, folder)  # another process, that goes on while the root key changes
    for key in keys:
        other.keyring.sign(key, DIGEST)
    assert house.change.change(actor="act_1") == 2
    assert house.generations() == {2}
    assert (folder / "root.key").read_text() != ROOT.hex() + "\n"
    assert sorted(path.name for path in folder.iterdir()) == ["root.json", "root.key"]
    assert RootRecord.read(folder / "root.json") == RootRecord.of(RootKey.load(folder / "root.key"), generation=2)
    for process in (house, other, House(house.store, folder)):
        for key in keys:
            process.keyring.sign(key, DIGEST)
        assert process.protection.reveal(protected, context="c") == b"name"
    other.make()
    assert house.generations() == {2}
    assert other.change.change(actor="act_1") == 3
    assert house.generations() == {3}
    house.keyring.sign(keys[0], DIGEST)


def test_it_is_on_record(house: House) -> None:
    house.make()
    with house.store.reading() as view:
        before, _ = ground.audit_head(view)
    house.change.change(actor="act_1")
    with house.store.reading() as view:
        told = [(one.event.tag, one.event.actor) for one in ground.events(view, after=before)]
    assert told == [
        ("root_key:change:begun", "act_1"),
        ("key:rekey:done", "act_1"),
        ("data_key:rekey:done", "act_1"),
        ("data_key:rekey:done", "act_1"),
        ("root_key:change:done", "act_1"),
    ]


def test_the_old_root_key_opens_nothing_any_more(house: House) -> None:
    key = house.make()
    house.change.change(actor="act_1")
    old = Keyring(house.store, SoftwareDevice(RootKeys.of(RootKey(ROOT))))
    with pytest.raises(KeystoreUnavailable):
        old.sign(key, DIGEST)


class Crash(Exception):
    """The process dies here."""


def crash_in(house: House, step: str) -> None:
    """Let the change of the root key break off just before `step`."""

    class Breaking(RootChange):
        """A change that breaks off."""

    def die(*_: object, **__: object) -> None:
        raise Crash

    setattr(Breaking, step, die)
    change = Breaking(store=house.store, keyring=house.keyring, roots=house.roots, source=house.source)
    with pytest.raises(Crash):
        change.change(actor="act_1")


def crash_in_moving(house: House) -> None:
    """Let the change break off just before the new root key comes into the place of the old one."""

    class Breaking(FileSource):
        """A file that is not moved."""

        @override
        def move(self) -> None:
            raise Crash

    source = Breaking(house.source.path, house.source.record)
    change = RootChange(store=house.store, keyring=house.keyring, roots=house.roots, source=source)
    with pytest.raises(Crash):
        change.change(actor="act_1")


@pytest.mark.parametrize("step", ["begin", "put_under_newest", "move", "finish"])
def test_a_change_that_broke_off_is_finished(house: House, folder: Path, step: str) -> None:
    keys = [house.make() for _ in range(2)]
    protected = house.protection.protect(b"name", context="c")
    if step == "move":
        crash_in_moving(house)
    else:
        crash_in(house, step)
    after = House(house.store, folder)
    for key in keys:
        after.keyring.sign(key, DIGEST)  # meanwhile everything goes on
    keys.append(after.make())
    assert after.change.change(actor="act_1") == 2
    assert after.generations() == {2}
    last = House(house.store, folder)
    for key in keys:
        last.keyring.sign(key, DIGEST)
    assert last.protection.reveal(protected, context="c") == b"name"


def test_a_crash_between_the_record_and_the_file(house: House, folder: Path) -> None:
    RootRecord.of(RootKey(ROOT)).expecting(RootKey(bytes(32))).write(folder / "root.json")
    key = house.make()
    assert House(house.store, folder).change.change(actor="act_1") == 2
    House(house.store, folder).keyring.sign(key, DIGEST)


def test_an_instance_without_a_record_gets_one(house: House, folder: Path) -> None:
    (folder / "root.json").unlink()
    assert House(house.store, folder).change.change(actor="act_1") == 2
    assert RootRecord.read(folder / "root.json") is not None


def test_a_foreign_root_key_changes_nothing(house: House, folder: Path) -> None:
    key = house.make()
    (folder / "root.key").unlink()
    write_secret(folder / "root.key", bytes(32))
    with pytest.raises(RootMismatch):
        house.change.change(actor="act_1")
    assert house.generations() == {1}
    house.keyring.sign(key, DIGEST)


def test_more_keys_than_one_transaction_takes(sqlite_store: Store, folder: Path) -> None:
    house = House(sqlite_store, folder)
    first = house.make()
    with sqlite_store.reading() as view:
        kept = repository.require(view, first.handle.partition(":")[2])
    wrapped = house.roots
    with sqlite_store.transaction() as tx:
        for number in range(BATCH + 5):
            name = f"key_{number}"
            sealed = data_keys.seal_secret(wrapped, b"x", context=binding(name, kept.purpose, kept.algorithm))
            repository.add(tx, replace(kept, id=name, ring=name, wrapped=sealed))
        tx.record(AuditEvent(tag="test:keys:done", actor="test", subject="keys"))
    house.change.change(actor="act_1")
    assert house.generations() == {2}


class Slow(SoftwareDevice):
    """A device of a process that wraps under the old root key for ever, as no process of ours does."""

    @override
    def rekey(self, key: StoredKey) -> bytes:
        return key.wrapped or b""


def test_the_old_root_key_stays_while_anything_stands_under_it(house: House, folder: Path) -> None:
    key = house.make()
    keyring = Keyring(house.store, Slow(house.roots))
    change = RootChange(store=house.store, keyring=keyring, roots=house.roots, source=house.source)
    with pytest.raises(LostRace):
        change.change(actor="act_1")
    assert (folder / "root.key").read_text() == ROOT.hex() + "\n"
    House(house.store, folder).keyring.sign(key, DIGEST)
    assert House(house.store, folder).change.change(actor="act_1") == 2


# --- in the environment, under the key of a token --------------------------------------------------------------------


def test_a_new_root_key_in_the_environment(store: Store, tmp_path: Path) -> None:
    other, record = bytes(range(32, 64)), tmp_path / "root.json"

    def house_with(digits: str, coming: str = "") -> tuple[Keyring, RootChange]:
        source = EnvironmentSource(digits, record, coming=coming)
        roots = RootKeys(source.read(), reload=source.read)
        keyring = Keyring(store, SoftwareDevice(roots))
        return keyring, RootChange(store=store, keyring=keyring, roots=roots, source=source)

    running, _ = house_with(ROOT.hex(), other.hex())
    with store.transaction() as tx:
        key = running.generate(tx, KeyPurpose.AUDIT, KEYS["sm2"])
        running.activate(tx, key)
    _, alone = house_with(ROOT.hex())
    with pytest.raises(NextRootMissing):
        alone.change(actor="act_1")
    _, change = house_with(ROOT.hex(), other.hex())
    assert change.change(actor="act_1") == 2
    running.sign(key, DIGEST)
    for keyring, _ in (house_with(ROOT.hex(), other.hex()), house_with(other.hex())):
        keyring.sign(key, DIGEST)
    with pytest.raises(RootMismatch):
        house_with(ROOT.hex())
    _, again = house_with(other.hex(), other.hex())
    with pytest.raises(NextRootMissing):
        again.change(actor="act_1")


def test_a_new_root_key_under_a_tokens_key(store: Store, tmp_path: Path) -> None:
    library = softhsm(tmp_path)
    device = token_device(library, new_token(library))
    record = tmp_path / "root.json"
    RootRecord.of(RootKey(ROOT)).write(record)
    source = TokenSource(device, label="root", wrapped=tmp_path / "root.token", record=record)
    source.keep(RootKey(ROOT))
    roots = RootKeys(source.read(), reload=source.read)
    keyring = Keyring(store, SoftwareDevice(roots))
    with store.transaction() as tx:
        key = keyring.generate(tx, KeyPurpose.AUDIT, KEYS["sm2"])
        keyring.activate(tx, key)
    assert RootChange(store=store, keyring=keyring, roots=roots, source=source).change(actor="act_1") == 2
    assert not source.next.exists()
    again = TokenSource(device, label="root", wrapped=tmp_path / "root.token", record=record)
    assert {generation: root.secret == ROOT for generation, root in again.read().items()} == {2: False}
    Keyring(store, SoftwareDevice(RootKeys(again.read()))).sign(key, DIGEST)
    device.close()


# --- new data keys ---------------------------------------------------------------------------------------------------


def envelope(house: House, key: KeyReference) -> bytes:
    """Return the envelope of a key."""
    with house.store.reading() as view:
        return house.keyring.kept(view, key).wrapped or b""


def test_a_key_gets_a_new_data_key(house: House) -> None:
    first, second = house.make(), house.make()
    house.keyring.sign(first, DIGEST)
    before, other = envelope(house, first), envelope(house, second)
    rewrapping = Rewrapping(store=house.store, keyring=house.keyring)
    assert rewrapping.rewrap(actor="act_1", keys=[first.handle.partition(":")[2]]) == 1
    after = envelope(house, first)
    assert after[1:49] != before[1:49]
    assert after[49:] != before[49:]
    assert envelope(house, second) == other
    assert rewrapping.rewrap(actor="act_1") == 2
    for key in (first, second):
        house.keyring.sign(key, DIGEST)


def test_a_key_of_the_first_form_is_brought_up(house: House) -> None:
    key = house.make()
    with house.store.reading() as view:
        kept = house.keyring.kept(view, key)
    context = stored(kept).context
    secret = data_keys.open_secret(house.roots, kept.wrapped or b"", context=context)
    old = seal_envelope(RootKey(ROOT).derive("private keys"), secret, context=context)
    with house.store.transaction() as tx:
        assert repository.rewrap(tx, kept, old)
        tx.record(AuditEvent(tag="test:old:done", actor="test", subject=key.handle))
    house.keyring.sign(key, DIGEST)
    assert Rewrapping(store=house.store, keyring=house.keyring).rewrap(actor="act_1") == 1
    assert envelope(house, key)[:1] == b"\x02"
    house.keyring.sign(key, DIGEST)


def test_an_envelope_that_somebody_else_has_changed_is_left_alone(house: House) -> None:
    key = house.make()
    rewrapping = Rewrapping(store=house.store, keyring=house.keyring)
    seen = rewrapping.wrapped()
    rewrapping.rewrap(actor="act_1")
    newest = envelope(house, key)
    change: Callable[..., bytes] = lambda device, one: device.rewrap(one)  # noqa: E731 - as the caller hands it in
    assert rewrapping.replace(seen, change, tag="key:rewrap:done", actor="act_1") == 0
    assert envelope(house, key) == newest

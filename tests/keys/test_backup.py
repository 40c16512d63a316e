"""Backup and restoring: what is restored signs, and what was changed, is foreign or outdated changes nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from keys import repository
from keys.backup import Backup, Keeper, Restored, encode
from keys.data_keys import RootKeys, StoredProtection, establish
from keys.errors import BackupMalformed, BackupOutdated, BackupUntrusted, KeystoreUnavailable
from keys.keyring import Keyring
from keys.lifecycle import KeyEvent, KeyState
from keys.rekeying import Rewrapping
from keys.software import SoftwareDevice
from keys.tables import DataKeyRow, KeyRow
from keys.wrapping import RootKey
from tests.builders import PKI
from trust import repository as ground
from trust.audit import check
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS, signature_algorithm
from trust.events import canonical
from trust.profiles import AUDIT, Name
from trust.signing import KeyPurpose, KeyReference, Signer
from trust.store import Store

ROOT = bytes(range(32))
DIGEST = bytes(range(32))


class House:
    """An instance's keys with everything that a backup needs."""

    def __init__(self, store: Store, roots: RootKeys | None = None) -> None:
        self.store = store
        self.roots = roots or RootKeys.of(RootKey(ROOT))
        self.keyring = Keyring(store, SoftwareDevice(self.roots))
        self.keeper = Keeper(store=store, roots=self.roots)
        self.protection = StoredProtection(store, self.roots)

    def make(self, purpose: KeyPurpose = KeyPurpose.SEAL_OWNER) -> KeyReference:
        """Make a key and take it into use."""
        with self.store.transaction() as tx:
            key = self.keyring.generate(tx, purpose, KEYS["sm2"])
            self.keyring.activate(tx, key)
        return key

    def found(self, pki: PKI) -> tuple[Signer, Certificate]:
        """Make the data keys and the audit key."""
        with self.store.transaction() as tx:
            establish(tx, self.roots)
        key = self.make(KeyPurpose.AUDIT)
        certificate = pki.issue(AUDIT, key=key, subject=Name(common_name="audit")).certificate
        return Signer(self.keyring, key), certificate

    def state(self) -> tuple[object, ...]:
        """Return everything that restoring may change."""
        with self.store.reading() as view:
            return repository.all_keys(view), repository.data_keys(view), ground.audit_head(view)

    def kept(self, key: KeyReference) -> repository.KeptKey:
        """Return the record of a key."""
        with self.store.reading() as view:
            return self.keyring.kept(view, key)


@pytest.fixture
def house(store: Store) -> House:
    """Open an instance without keys."""
    return House(store)


@pytest.fixture
def credential(house: House, sm2_pki: PKI) -> tuple[Signer, Certificate]:
    """Make the audit key."""
    return house.found(sm2_pki)


def backup(house: House, credential: tuple[Signer, Certificate]) -> bytes:
    """Make a backup."""
    return house.keeper.backup(credential=credential, certificates=[credential[1]]).encoded


def empty(house: House) -> None:
    """Lose every key, as with the disk."""
    with house.store.writer.begin() as connection:
        for table in (KeyRow, DataKeyRow):
            connection.execute(delete(table))


def test_what_is_restored_signs(house: House, credential: tuple[Signer, Certificate]) -> None:
    keys = [house.make() for _ in range(3)]
    protected = house.protection.protect(b"name", context="c")
    made = backup(house, credential)
    before = [house.kept(key) for key in keys]
    empty(house)
    after = House(house.store)
    assert after.keeper.restore(made, actor="act_1") == Restored(added=4, mended=0, kept=0)
    for key, was in zip(keys, before, strict=True):
        signature = Signer(after.keyring, key).sign(b"message")
        key.public_key.verify(signature, b"message", signature_algorithm(key.algorithm.signature_oid))
        assert replace(after.kept(key), uses=0) == was
    assert after.protection.reveal(protected, context="c") == b"name"
    with house.store.reading() as view:
        told = [one.event for one in ground.events(view) if one.event.tag == "key:restore:done"]
    assert [(one.actor, one.facts["added"]) for one in told] == [("act_1", 4)]


def test_restoring_where_nothing_is_lost_changes_no_key(house: House, credential: tuple[Signer, Certificate]) -> None:
    house.make()
    made = backup(house, credential)
    before = house.state()[:2]
    assert house.keeper.restore(made, actor="act_1") == Restored(added=0, mended=0, kept=2)
    assert house.state()[:2] == before


@pytest.mark.parametrize("wrapped", [None, b"", b"\x02" + bytes(100)], ids=["missing", "empty", "changed"])
def test_a_broken_envelope_is_mended(
    house: House, credential: tuple[Signer, Certificate], wrapped: bytes | None
) -> None:
    key = house.make()
    made = backup(house, credential)
    with house.store.writer.begin() as connection:
        name = key.handle.partition(":")[2]
        connection.execute(update(KeyRow).where(col(KeyRow.id) == name).values(wrapped=wrapped))
    with pytest.raises(KeystoreUnavailable):
        house.keyring.sign(key, DIGEST)
    assert house.keeper.restore(made, actor="act_1") == Restored(added=0, mended=1, kept=1)
    house.keyring.sign(key, DIGEST)


def test_a_key_that_was_destroyed_since_stays_destroyed(house: House, credential: tuple[Signer, Certificate]) -> None:
    key = house.make()
    made = backup(house, credential)
    with house.store.transaction() as tx:
        house.keyring.move(tx, key, KeyEvent.DESTROY)
    assert house.keeper.restore(made, actor="act_1").kept == 2
    assert (house.kept(key).state, house.kept(key).wrapped) == (KeyState.DESTROYED, None)


def test_a_newer_envelope_stays(house: House, credential: tuple[Signer, Certificate]) -> None:
    key = house.make()
    made = backup(house, credential)
    Rewrapping(store=house.store, keyring=house.keyring).rewrap(actor="act_1")
    before = house.kept(key).wrapped
    assert house.keeper.restore(made, actor="act_1").kept == 2
    assert house.kept(key).wrapped == before


def test_no_secret_is_in_a_backup(house: House, credential: tuple[Signer, Certificate]) -> None:
    key = house.make()
    house.keyring.sign(key, DIGEST)
    made = backup(house, credential)
    (device,) = house.keyring.devices
    assert isinstance(device, SoftwareDevice)
    for one in device.unwrapped.values():
        secret = one.private.secret
        assert not any(form in made for form in (secret, secret.hex().encode(), encode(secret).encode()))
    assert not any(form in made for form in (ROOT, ROOT.hex().encode(), encode(ROOT).encode()))


# --- what is refused -------------------------------------------------------------------------------------------------


def refuse(house: House, made: bytes, error: type[Exception]) -> str:
    """Expect that restoring raises `error` and changes nothing; return what it says."""
    before = house.state()
    with pytest.raises(error) as refused:
        house.keeper.restore(made, actor="act_1")
    assert house.state() == before
    return str(refused.value)


def changed(made: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Return a backup with something changed in it, and its digests as they must be then."""
    told = json.loads(made)
    change(told)
    read = Backup(
        content=told["content"],
        mac=bytes.fromhex(told["mac"]),
        signature=bytes.fromhex(told["signature"]),
        certificate=Backup.read(made).certificate,
    )
    return read.encoded


def put(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    """Return a change of one place."""

    def change(told: dict[str, Any]) -> None:
        place: Any = told["content"]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        put("made_at", value="2000-01-01T00:00:00.000000+00:00"),
        put("keys", 0, "state", value="destroyed"),
        put("keys", 0, "purpose", value="certification"),
        put("keys", 0, "id", value="key_other"),
        put("keys", 0, "uses", value=7),
        put("keys", 0, "use_limit", value=1),
        put("keys", 0, "wrapped", value=None),
        put("keys", value=[]),
        put("data_keys", value=[]),
        put("data_keys", 0, "wrapped", value=None),
        put("certificates", value=[]),
    ],
)
def test_a_backup_that_was_changed(
    house: House, credential: tuple[Signer, Certificate], change: Callable[[dict[str, Any]], None]
) -> None:
    house.make()
    made = changed(backup(house, credential), change)
    assert "changed since it was made" in refuse(house, made, BackupUntrusted)


@pytest.mark.parametrize("name", ["mac", "signature", "certificate", "digests"])
def test_every_proof_counts(house: House, credential: tuple[Signer, Certificate], name: str) -> None:
    house.make()
    told = json.loads(backup(house, credential))
    value = told[name]
    told[name] = value[1:] if name == "digests" else value[:-8] + ("00000000" if name != "certificate" else "AAAAAAA=")
    refuse(house, canonical(told), BackupMalformed if name == "digests" else BackupUntrusted)


@pytest.mark.usefixtures("credential")
def test_whoever_has_the_root_key_alone_makes_no_backup(house: House, sm2_pki: PKI) -> None:
    """The audit key's signature is looked at as well, and must be by a key of the backup for this purpose."""
    house.make()
    stranger = (sm2_pki.signer.signer, sm2_pki.signer.certificate)
    assert "not its audit key" in refuse(house, backup(house, stranger), BackupUntrusted)


@pytest.mark.parametrize("which", ["signature", "certificate"])
def test_a_signature_that_does_not_hold(house: House, credential: tuple[Signer, Certificate], which: str) -> None:
    """Whoever has the root key, and not the audit key, can compute the first proof alone."""
    made = Backup.read(backup(house, credential))
    forged = (
        replace(made, signature=made.signature[:-1] + b"\0")
        if which == "signature"
        else replace(made, certificate=b"none")
    )
    forged = replace(forged, mac=house.keeper.mac(forged, 1))
    assert "signature does not hold" in refuse(house, forged.encoded, BackupUntrusted)


def test_a_backup_under_another_root_key(house: House, credential: tuple[Signer, Certificate]) -> None:
    made = backup(house, credential)
    stranger = House(house.store, RootKeys.of(RootKey(bytes(32))))
    assert "not this keystore's" in refuse(stranger, made, BackupUntrusted)


@pytest.mark.parametrize("generation", ["1", 0, None, 2])
def test_generations_that_cannot_be(house: House, credential: tuple[Signer, Certificate], generation: object) -> None:
    made = changed(backup(house, credential), put("generation", value=generation))
    refuse(house, made, BackupOutdated if generation == 0 else BackupUntrusted)


def test_a_backup_from_before_the_root_key_changed(house: House, credential: tuple[Signer, Certificate]) -> None:
    made = backup(house, credential)
    later = House(house.store, RootKeys({1: RootKey(ROOT), 2: RootKey(bytes(32))}))
    assert "keys.backup_outdated" in refuse(later, made, BackupOutdated)


def test_a_backup_of_another_instance_with_the_same_root_key(
    house: House, credential: tuple[Signer, Certificate], sm2_pki: PKI
) -> None:
    # As when two instances were founded with one file: their data keys differ, and so do their keys.
    made = backup(house, credential)
    empty(house)
    house.found(sm2_pki)
    assert "its data keys are others" in refuse(house, made, BackupUntrusted)


def test_a_key_of_the_same_name_that_is_another(house: House, credential: tuple[Signer, Certificate]) -> None:
    first, second = house.make(), house.make()
    made = backup(house, credential)
    with house.store.writer.begin() as connection:
        name = first.handle.partition(":")[2]
        connection.execute(update(KeyRow).where(col(KeyRow.id) == name).values(public_key=second.public_key.spki))
    assert "a key of the same name" in refuse(house, made, BackupUntrusted)


@pytest.mark.parametrize("made", [b"", b"{}", b"[]", b"null", b"\xff", b'{"form":1}', b"[" * 100_000])
def test_what_is_no_backup(house: House, made: bytes) -> None:
    refuse(house, made, BackupMalformed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("form", 2),
        ("form", "1"),
        ("content", []),
        ("content", {}),
        ("mac", "zz"),
        ("mac", 1),
        ("signature", None),
        ("certificate", "?"),
        ("digests", []),
        ("more", 1),
    ],
)
def test_a_backup_with_a_wrong_field(
    house: House, credential: tuple[Signer, Certificate], name: str, value: object
) -> None:
    told = json.loads(backup(house, credential))
    refuse(house, canonical({**told, name: value}), BackupMalformed)


def test_one_content_has_one_file(house: House, credential: tuple[Signer, Certificate]) -> None:
    made = backup(house, credential)
    assert Backup.read(made).encoded == made
    refuse(house, json.dumps(json.loads(made), indent=1).encode(), BackupMalformed)
    refuse(house, made + b"\n", BackupMalformed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("purpose", "none"),
        ("state", "none"),
        ("public_key", "?"),
        ("wrapped", 1),
        ("created_at", "yesterday"),
        ("signs_until", "tomorrow"),
        ("more", 1),
        ("id", ...),
    ],
)
def test_a_key_in_a_backup_that_is_none(
    house: House, credential: tuple[Signer, Certificate], name: str, value: object
) -> None:
    """Whoever has both keys may still be mistaken."""
    made = Backup.read(backup(house, credential))
    content = json.loads(canonical(made.content))
    if value is ...:
        del content["keys"][0][name]
    else:
        content["keys"][0][name] = value
    with pytest.raises(BackupMalformed):
        _ = replace(made, content=content).keys


@pytest.mark.parametrize("one", [{}, {"name": "x"}, {"name": "x", "wrapped": "?"}, None])
def test_a_data_key_in_a_backup_that_is_none(house: House, credential: tuple[Signer, Certificate], one: object) -> None:
    made = Backup.read(backup(house, credential))
    with pytest.raises(BackupMalformed):
        _ = replace(made, content={**made.content, "data_keys": [one]}).data_keys


def test_the_trail_is_whole_after_restoring(house: House, credential: tuple[Signer, Certificate]) -> None:
    made = backup(house, credential)
    house.keeper.restore(made, actor="act_1")
    with house.store.reading() as view:
        assert check(view, trusted=()).broken_at is None

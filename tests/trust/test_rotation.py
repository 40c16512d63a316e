"""Rotation of the service's own keys: the new version takes over, the old one ends, and what it signed stays signed."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from keys import repository as key_repository
from keys.data_keys import RootKeys
from keys.keyring import Keyring
from keys.lifecycle import KeyState
from keys.software import SoftwareDevice
from keys.wrapping import RootKey
from tests.fakes.clock import SettableClock
from tests.fakes.faulty import Faults, FaultyCustody
from trust import repository
from trust.audit import AuditTrail
from trust.authority import Authorities
from trust.events import AuditEvent
from trust.founding import LATER, NotFounded, Role, ServiceKeys, complete, found
from trust.repository import ServiceKey
from trust.rotation import OVERLAP, Rotation
from trust.signing import KeyReference, SigningUnavailable
from trust.store import LostRace, Store, Transaction
from trust.tables import ServiceKeyRow

OPERATOR = "某省政务服务"
MESSAGE = b"message"


class Founded:
    """A founded instance, as one process has it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.keyring = Keyring(store, SoftwareDevice(RootKeys.of(RootKey(bytes(range(32))))))
        self.faults = Faults()
        self.custody = FaultyCustody(self.keyring, self.faults)
        self.authorities = Authorities(store, self.custody, address="https://ca.example")
        self.rotation = Rotation(store=store, custody=self.custody, authorities=self.authorities)

    def keys(self) -> ServiceKeys:
        """Read the keys of the service."""
        with self.store.reading() as view:
            return ServiceKeys(self.custody, self.authorities, view)

    def state(self, key: KeyReference) -> KeyState:
        """Return where a key stands."""
        with self.store.reading() as view:
            return self.keyring.kept(view, key).state

    def versions(self, role: Role) -> list[ServiceKey]:
        """Return every version of a role's key."""
        with self.store.reading() as view:
            return [one for one in repository.service_keys(view) if one.role == role.value]


def found_in(store: Store) -> Founded:
    """Found an instance in a database."""
    made = Founded(store)
    found(store, made.custody, made.authorities, operator=OPERATOR)
    return made


@pytest.fixture(scope="module")
def founded_database(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Found an instance on SQLite: to be copied, which takes no time."""
    path = tmp_path_factory.mktemp("founded") / "trust.db"
    shutil.copyfile(empty_database, path)
    store = Store(f"sqlite:///{path}", clock=SettableClock(), journal=AuditTrail())
    found_in(store)
    store.close()
    return path


@pytest.fixture
def founded_on_sqlite(founded_database: Path, tmp_path: Path, clock: SettableClock) -> Iterator[Founded]:
    """Return a founded instance on SQLite."""
    shutil.copyfile(founded_database, tmp_path / "trust.db")
    store = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=clock, journal=AuditTrail())
    yield Founded(store)
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def founded(request: pytest.FixtureRequest) -> Founded:
    """Return a founded instance on each database in turn."""
    if request.param == "postgres":
        return found_in(request.getfixturevalue("postgres_store"))
    made: Founded = request.getfixturevalue("founded_on_sqlite")
    return made


@pytest.mark.parametrize("role", list(Role))
def test_a_new_version_takes_over(founded_on_sqlite: Founded, clock: SettableClock, role: Role) -> None:
    founded = founded_on_sqlite
    keys = founded.keys()
    old_signer, old = keys.credential(role)
    made = founded.rotation.rotate(role, actor="act_1")
    assert (made.version, made.role) == (2, role.value)
    assert made.certificate.public_key != old.public_key
    assert made.certificate.subject == old.subject
    assert made.certificate.issuer == old.issuer
    assert keys.certificate(role) == old  # this process has not noticed yet,
    old.verify_message(old_signer.sign(MESSAGE), MESSAGE)  # and signs with what it has
    assert keys.refresh()
    assert not keys.refresh()
    signer, certificate = keys.credential(role)
    assert certificate == made.certificate
    certificate.verify_message(signer.sign(MESSAGE), MESSAGE)
    assert keys.certificates(role) == (old, made.certificate)
    assert founded.state(old_signer.key) is KeyState.RETIRING
    clock.advance(OVERLAP)
    with pytest.raises(SigningUnavailable):
        old_signer.sign(MESSAGE)
    assert founded.keyring.retire_due() == (old_signer.key.handle,)
    assert founded.state(made.key) is KeyState.ACTIVE


def test_versions_are_on_record(founded: Founded) -> None:
    for _ in range(2):
        founded.rotation.rotate(Role.AUDIT, actor="act_1")
    versions = founded.versions(Role.AUDIT)
    assert [one.version for one in versions] == [1, 2, 3]
    with founded.store.reading() as view:
        kept = [founded.keyring.kept(view, one.key) for one in versions]
        events = [one.event for one in repository.events(view) if one.event.tag == "service_key:rotate:done"]
    assert [(one.ring, one.ring_version) for one in kept] == [("audit", 1), ("audit", 2), ("audit", 3)]
    assert [one.state for one in kept] == [KeyState.RETIRING, KeyState.RETIRING, KeyState.ACTIVE]
    assert [(one.actor, one.subject, one.facts["version"]) for one in events] == [
        ("act_1", versions[1].key.handle, 2),
        ("act_1", versions[2].key.handle, 3),
    ]


def test_a_compromised_key_signs_nothing_at_once(founded: Founded) -> None:
    keys = founded.keys()
    old = keys.signer(Role.LICENCE_CLAIM)
    made = founded.rotation.rotate(Role.LICENCE_CLAIM, actor="act_1", overlap=timedelta(0))
    assert founded.state(old.key) is KeyState.RETIRED
    founded.authorities.store.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined] # the clock of the tests
    with pytest.raises(SigningUnavailable):
        old.sign(MESSAGE)
    assert keys.certificate(Role.LICENCE_CLAIM) == made.certificate  # the refusal made this process look again


def test_refusals_read_the_keys_anew_now_and_then(founded: Founded, clock: SettableClock) -> None:
    keys = founded.keys()
    old = keys.signer(Role.LICENCE_CLAIM)
    founded.rotation.rotate(Role.LICENCE_CLAIM, actor="act_1", overlap=timedelta(0))
    with pytest.raises(SigningUnavailable):
        old.sign(MESSAGE)
    assert keys.signer(Role.LICENCE_CLAIM).key == old.key  # they were read this very moment
    clock.advance(timedelta(seconds=5))
    with pytest.raises(SigningUnavailable):
        old.sign(MESSAGE)
    assert keys.signer(Role.LICENCE_CLAIM).key != old.key


def test_a_rotation_that_breaks_off_changes_nothing(founded: Founded) -> None:
    keys = founded.keys()
    founded.faults.fail("sign:certification", SigningUnavailable())
    with pytest.raises(SigningUnavailable):
        founded.rotation.rotate(Role.AUDIT, actor="act_1")
    assert not keys.refresh()
    certificate = keys.certificate(Role.AUDIT)
    certificate.verify_message(keys.signer(Role.AUDIT).sign(MESSAGE), MESSAGE)
    assert founded.rotation.rotate(Role.AUDIT, actor="act_1").version == 2
    with founded.store.reading() as view:
        ring = sorted(key_repository.all_keys(view, ring="audit"), key=lambda one: one.ring_version)
    # The one in between never signed, and nobody can take it into use any more.
    assert [one.state for one in ring] == [KeyState.RETIRING, KeyState.RETIRED, KeyState.ACTIVE]


def test_what_belongs_to_a_rotation_happens_with_it_or_not_at_all(founded: Founded) -> None:
    def further(tx: Transaction) -> None:
        tx.record(AuditEvent(tag="test:use:done", actor="test", subject="test"))

    def refused(tx: Transaction) -> None:
        further(tx)
        raise LostRace

    founded.faults.fail("sign:certification", SigningUnavailable())
    for also, error in ((further, SigningUnavailable), (refused, LostRace)):
        with pytest.raises(error):
            founded.rotation.rotate(Role.AUDIT, actor="act_1", further=also)
    assert [one.version for one in founded.versions(Role.AUDIT)] == [1]
    founded.rotation.rotate(Role.AUDIT, actor="act_1", further=further)
    with founded.store.reading() as view:
        tags = [one.event.tag for one in repository.events(view)]
    assert (tags.count("test:use:done"), tags.count("service_key:rotate:done")) == (1, 1)


def test_of_two_rotations_at_once_one_wins(founded: Founded) -> None:
    other = Founded(founded.store)
    founded.faults.meanwhile("sign:certification", lambda: other.rotation.rotate(Role.AUDIT, actor="act_2"))
    with pytest.raises(LostRace):
        founded.rotation.rotate(Role.AUDIT, actor="act_1")
    assert [one.version for one in founded.versions(Role.AUDIT)] == [1, 2]


def test_nothing_to_rotate(store: Store) -> None:
    with pytest.raises(NotFounded):
        Founded(store).rotation.rotate(Role.AUDIT, actor="act_1")


# --- instances of before ---------------------------------------------------------------------------------------------


def forget(founded: Founded, role: Role) -> None:
    """Make an instance one that was founded before there was such a role."""
    with founded.store.writer.begin() as connection:
        table = ServiceKeyRow.__table__  # type: ignore[attr-defined] # set by SQLModel
        connection.execute(table.delete().where(table.c.role == role.value))


@pytest.mark.parametrize("role", sorted(LATER))
def test_an_instance_of_before_is_completed(founded: Founded, role: Role) -> None:
    forget(founded, role)
    keys = founded.keys()
    with pytest.raises(NotFounded):
        keys.signer(role)
    assert keys.certificates(role) == ()
    assert complete(founded.store, founded.custody, founded.authorities) == (role,)
    assert keys.refresh()
    assert keys.certificate(role).organisation == OPERATOR
    keys.certificate(role).verify_message(keys.signer(role).sign(MESSAGE), MESSAGE)
    assert complete(founded.store, founded.custody, founded.authorities) == ()


@pytest.mark.parametrize("role", sorted(set(Role) - LATER))
def test_a_ceremony_that_broke_off_is_not_completed_by_itself(founded_on_sqlite: Founded, role: Role) -> None:
    founded = founded_on_sqlite
    forget(founded, role)
    with pytest.raises(NotFounded):
        founded.keys()
    with pytest.raises(NotFounded):
        complete(founded.store, founded.custody, founded.authorities)


def test_nothing_is_completed_where_nothing_was_founded(sqlite_store: Store) -> None:
    empty = Founded(sqlite_store)
    with pytest.raises(NotFounded):
        complete(empty.store, empty.custody, empty.authorities)

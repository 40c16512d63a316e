"""The custody process and its clients, over real sockets: the answers are those of in process, and none is secret."""

import os
import pickle
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from keys import data_keys, repository, shares
from keys.administration import ShareCollection
from keys.data_keys import BLIND_INDEX, PERSONAL_DATA, RootKeys, StoredProtection, generation_of, open_secret
from keys.devices import StoredKey
from keys.errors import (
    KeystoreExists,
    KeystoreSealed,
    KeystoreUnavailable,
    RootMismatch,
    SharesMalformed,
    SharesMixed,
    SharesRepeated,
)
from keys.process import DATA_KEYS_REMEMBERED, KEYS_REMEMBERED, CustodyService, perform
from keys.remote import CustodyClient, RemoteDevice, RemoteProtection, understood
from keys.serving import starts_sealed
from keys.software import SoftwareDevice
from keys.tables import DataKeyRow
from keys.unsealing import RootRecord
from keys.wire import FrameMalformed, Message, Operation, Outcome, pack, pack_key, receive
from keys.wrapping import EnvelopeProtection, RootKey, seal_envelope
from tests.keys.custody import HARDENING, Custody, custody, folder_of_sockets
from tests.keys.devices import stored
from tests.keys.test_software import SealedMeanwhile
from trust.crypto.algorithms import KEYS
from trust.crypto.sm2 import SignatureMismatch
from trust.crypto.sm2_encryption import DecryptionFailed, encrypt
from trust.events import AuditEvent
from trust.protection import ProtectionUnavailable
from trust.signing import SigningUnavailable
from trust.store import Store

FAMILIES = pytest.mark.parametrize("family", list(KEYS))


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder for sockets."""
    with folder_of_sockets() as made:
        yield made


@pytest.fixture
def root() -> RootKey:
    """Return a root key."""
    return RootKey(bytes(range(50, 82)))


@pytest.fixture
def running(folder: Path, root: RootKey) -> Iterator[Custody]:
    """Run a custody process."""
    with custody(folder, root) as made:
        yield made


def made(device: RemoteDevice | SoftwareDevice, family: str = "sm2", name: str = "key_1") -> StoredKey:
    """Make a key."""
    context = f"key {name} document {family}"
    return stored(device.generate(KEYS[family], context=context), KEYS[family], context=context)


def check(key: StoredKey, device: RemoteDevice | SoftwareDevice, message: bytes = b"message") -> None:
    """Sign and raise `SignatureMismatch` where the signature does not hold."""
    public = key.public_key
    value = public.signature_value(device.sign(key, public.digest(message)))
    public.verify(value, message, public.own_algorithm)


@FAMILIES
def test_keys_of_every_algorithm_are_made_and_sign(running: Custody, family: str) -> None:
    key = made(running.device, family)
    assert key.public_key.algorithm is KEYS[family]
    check(key, running.device)
    check(key, running.device)


def test_the_keys_are_those_of_the_device_in_process(running: Custody, root: RootKey) -> None:
    local = SoftwareDevice(RootKeys.of(root))
    assert running.device.scheme == local.scheme
    there, here = made(running.device), made(local, name="key_2")
    check(there, local)
    check(here, running.device)


def test_what_is_enciphered_to_a_key_is_deciphered_there(running: Custody) -> None:
    key = made(running.device)
    assert key.public_key.sm2 is not None
    for plain in (b"x", bytes(1000)):
        assert running.device.decrypt(key, encrypt(key.public_key.sm2, plain)) == plain
    with pytest.raises(DecryptionFailed):
        running.device.decrypt(made(running.device, name="key_2"), encrypt(key.public_key.sm2, b"secret"))


def test_a_record_that_was_changed_opens_no_more(running: Custody) -> None:
    key = made(running.device)
    for wrong in (
        replace(key, id="key_2", context="key key_2 document sm2"),
        replace(key, context="key key_1 certification sm2"),
        replace(key, wrapped=bytes(len(key.wrapped or b""))),
        replace(key, wrapped=None),
        replace(key, public_key=made(running.device, name="key_3").public_key),
    ):
        with pytest.raises(KeystoreUnavailable):
            running.device.sign(wrong, bytes(32))
    check(key, running.device)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_only_a_digest_is_signed(running: Custody, length: int) -> None:
    with pytest.raises(SigningUnavailable):
        running.device.sign(made(running.device), bytes(length))


def test_envelopes_are_put_under_new_data_keys_and_new_root_keys(running: Custody, root: RootKey) -> None:
    key = made(running.device)
    roots = RootKeys({1: root, 2: RootKey(bytes(32))})
    again = replace(key, wrapped=running.device.rewrap(key))
    assert again.wrapped != key.wrapped
    assert running.device.generation(again.wrapped or b"") == 1
    check(again, running.device)
    running.roots.unseal(roots.roots)
    under_new = replace(key, wrapped=running.device.rekey(key))
    assert running.device.generation(under_new.wrapped or b"") == 2
    check(under_new, running.device)
    secret = open_secret(roots, under_new.wrapped or b"", context=key.context)
    assert secret == open_secret(roots, key.wrapped or b"", context=key.context)


def test_forgetting_takes_a_key_out_of_memory_there(running: Custody) -> None:
    key, other = made(running.device), made(running.device, name="key_2")
    device = running.process.service.device
    for act in (running.device.forget, running.device.destroy):
        check(key, running.device)
        check(other, running.device)
        assert device.unwrapped.keys() == {"key_1", "key_2"}
        act(key)
        assert device.unwrapped.keys() == {"key_2"}
        assert len(running.process.service.known) == 1
    check(key, running.device)


def test_memory_holds_so_many_keys_and_no_more(root: RootKey) -> None:
    service = CustodyService(SoftwareDevice(RootKeys.of(root)), HARDENING)
    key = made(service.device)
    service.sign(pack_key(key), bytes(32))
    for number in range(KEYS_REMEMBERED):
        service.key(pack_key(replace(key, id=f"key_{number + 2}")))
    assert len(service.known) == KEYS_REMEMBERED
    assert not service.device.unwrapped


def test_a_key_that_is_asked_for_stays_when_others_go(root: RootKey) -> None:
    service = CustodyService(SoftwareDevice(RootKeys.of(root)), HARDENING)
    key = made(service.device)
    service.sign(pack_key(key), bytes(32))
    for number in range(KEYS_REMEMBERED - 1):
        service.key(pack_key(replace(key, id=f"key_{number + 2}")))
    service.sign(pack_key(key), bytes(32))
    service.key(pack_key(replace(key, id="key_0")))
    assert key.id in service.device.unwrapped
    assert pack_key(key) in service.known


def test_memory_holds_few_data_keys(root: RootKey) -> None:
    service = CustodyService(SoftwareDevice(RootKeys.of(root)), HARDENING)
    for _ in range(DATA_KEYS_REMEMBERED + 1):
        (wrapped,) = service.make_data_key(PERSONAL_DATA.encode())
        (protected,) = service.protect(wrapped, b"c", b"plain")
        assert service.reveal(wrapped, b"c", protected) == (b"plain",)
    assert len(service.data_keys) == 1


def test_a_data_key_that_is_opened_while_the_process_is_sealed_does_not_stay(root: RootKey) -> None:
    roots = SealedMeanwhile.of(root)
    service = CustodyService(SoftwareDevice(roots), HARDENING)
    with pytest.raises(KeystoreSealed):
        service.protect(b"", b"c", b"plain")
    assert not service.data_keys


def test_ready_says_how_it_stands(running: Custody) -> None:
    assert running.device.name == "software, in a custody process"
    told = "unsealed, root key of generation 1; no core dumps, no tracing; memory locked"
    assert running.device.ready() == told
    running.desk.seal()
    with pytest.raises(KeystoreSealed):
        running.device.ready()


def test_threads_get_their_own_answers(running: Custody) -> None:
    keys = [made(running.device, name=f"key_{number}") for number in range(4)]

    def work(number: int) -> None:
        key = keys[number % 4]
        for turn in range(20):
            check(key, running.device, f"{number} {turn}".encode())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(running.device.client.idle) <= 8


def test_a_process_that_forked_asks_on_connections_of_its_own(running: Custody) -> None:
    key = made(running.device)
    check(key, running.device)
    client = running.device.client
    before = set(client.idle)
    client.process = -1  # as in a child, where the number of the process is another
    check(key, running.device)
    assert client.process == os.getpid()
    assert not before & set(client.idle)
    for connection in before:
        connection.close()


# --- sealing ----------------------------------------------------------------------------------------------------------


def test_sealed_means_that_nothing_is_signed_at_once(running: Custody) -> None:
    key = made(running.device)
    check(key, running.device)
    running.desk.seal()
    service = running.process.service
    assert not service.device.unwrapped
    assert not service.data_keys
    assert not service.known
    with pytest.raises(KeystoreSealed):
        running.device.sign(key, bytes(32))
    with pytest.raises(KeystoreSealed):
        made(running.device)
    assert not service.device.unwrapped
    assert running.desk.report().state == "sealed"


def divided(folder: Path, root: RootKey, *, threshold: int = 3) -> list[str]:
    """Divide a root key among five, and write its record."""
    replace(RootRecord.of(root), threshold=threshold, shares=5).write(folder / "root.json")
    return [share.words for share in shares.divide(root, threshold=threshold, holders=list("ABCDE"))]


def test_shares_unseal_one_by_one(folder: Path, root: RootKey) -> None:
    key = made(SoftwareDevice(RootKeys.of(root)))
    words = divided(folder, root)
    with custody(folder, None) as sealed:
        with pytest.raises(KeystoreSealed):
            sealed.device.sign(key, bytes(32))
        assert sealed.desk.bring(words[4]) == (1, 3)
        assert sealed.desk.report().waiting == 1
        assert sealed.desk.bring(words[0].upper()) == (2, 3)
        with pytest.raises(KeystoreSealed):
            sealed.device.sign(key, bytes(32))
        assert sealed.desk.bring(words[2]) == (3, 3)
        check(key, sealed.device)
        assert sealed.desk.report().waiting == 0
        with pytest.raises(KeystoreExists):
            sealed.desk.bring(words[1])


def test_a_share_that_is_none_costs_nothing(folder: Path, root: RootKey) -> None:
    words = divided(folder, root)
    with custody(folder, None) as sealed:
        sealed.desk.bring(words[0])
        for wrong in ("", "no share at all", words[1].replace(words[1].split()[5], "academic", 1), "ä" * 50):
            with pytest.raises(SharesMalformed):
                sealed.desk.bring(wrong)
        with pytest.raises(SharesRepeated):
            sealed.desk.bring(words[0])
        assert sealed.desk.report().waiting == 1
        assert sealed.desk.bring(words[1]) == (2, 3)


def test_shares_of_another_root_key_are_told_and_all_wiped(folder: Path, root: RootKey) -> None:
    others = [share.words for share in shares.divide(RootKey(bytes(32)), threshold=3, holders=list("ABCDE"))]
    words = divided(folder, root)
    with custody(folder, None) as sealed:
        sealed.desk.bring(words[0])
        with pytest.raises(SharesMixed):
            sealed.desk.bring(others[1])
        assert sealed.desk.report().waiting == 0
        for share in others[:2]:
            sealed.desk.bring(share)
        with pytest.raises(RootMismatch):
            sealed.desk.bring(others[2])
        assert sealed.desk.report() == replace(sealed.desk.report(), state="sealed", waiting=0)
        assert [sealed.desk.bring(share) for share in words[:3]] == [(1, 3), (2, 3), (3, 3)]


def test_shares_are_wiped_when_the_next_one_does_not_come(folder: Path, root: RootKey) -> None:
    words = divided(folder, root)
    service = CustodyService(SoftwareDevice(RootKeys({})), HARDENING)
    collection = ShareCollection(service, folder / "root.json", patience=0.05)
    collection.bring(words[0].encode())
    (buffer,) = collection.waiting
    assert collection.timer is not None
    collection.timer.join()
    assert collection.there == 0
    assert buffer.closed
    collection.bring(words[1].encode())
    collection.bring(words[2].encode())
    assert collection.there == 2
    collection.bring(words[3].encode())
    assert not service.roots.is_sealed
    assert collection.there == 0


def test_shares_are_not_copied(root: RootKey, folder: Path) -> None:
    service = CustodyService(SoftwareDevice(RootKeys.of(root)), HARDENING)
    secret = (service, ShareCollection(service, folder), CustodyClient(folder), RemoteDevice(CustodyClient(folder)))
    for one in secret:
        with pytest.raises(TypeError, match="not copied"):
            pickle.dumps(one)


def test_only_a_divided_root_key_without_its_file_starts_sealed(folder: Path, root: RootKey) -> None:
    record, file = folder / "root.json", folder / "root.key"
    assert not starts_sealed(record, file)
    RootRecord.of(root).write(record)
    assert not starts_sealed(record, file)
    divided(folder, root)
    assert starts_sealed(record, file)
    file.touch()
    assert not starts_sealed(record, file)


def test_administrators_see_what_was_asked_and_refused(running: Custody) -> None:
    assert running.desk.report().seen == "nothing yet"
    check(made(running.device), running.device)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.connect(str(running.place.service))
        stranger.sendall(b"rubbish rubbish rubbish")
        assert stranger.recv(1) == b""
    report = running.desk.report()
    assert report.seen == "connections 2, refused_frame 1"
    assert report.state == "unsealed, root key of generation 1"
    assert report.memory == HARDENING.told


# --- data keys --------------------------------------------------------------------------------------------------------


@pytest.fixture
def protection(running: Custody, sqlite_store: Store) -> RemoteProtection:
    """Return the protection of personal data by the process, with data keys that it made."""
    protection = RemoteProtection(sqlite_store, running.device.client)
    with sqlite_store.transaction() as tx:
        protection.establish(tx)
    return protection


def test_personal_data_is_protected_as_it_is_in_process(
    protection: RemoteProtection, sqlite_store: Store, root: RootKey
) -> None:
    local = StoredProtection(sqlite_store, RootKeys.of(root))
    for one, other in ((protection, local), (local, protection)):
        assert other.reveal(one.protect("李雷".encode(), context="person 1"), context="person 1").decode() == "李雷"
        assert one.index("李雷", kind="name") == other.index("李雷", kind="name")
    assert protection.index("李雷", kind="name") != protection.index("李雷", kind="number")
    with pytest.raises(ProtectionUnavailable):
        protection.reveal(protection.protect(b"x", context="person 1"), context="person 2")


@pytest.mark.parametrize("length", [0, 32 << 10, (32 << 10) + 1, 65_536, 3 << 20])
def test_what_is_longer_than_any_message_is_protected_too(
    protection: RemoteProtection, sqlite_store: Store, root: RootKey, length: int
) -> None:
    plain, local = os.urandom(length), StoredProtection(sqlite_store, RootKeys.of(root))
    for one, other in ((protection, local), (local, protection)):
        protected = one.protect(plain, context="evidence 1")
        assert other.reveal(protected, context="evidence 1") == one.reveal(protected, context="evidence 1") == plain
        for wrong in (protected[:-1], protected[:20], protected[:2], protected[:-1] + bytes((protected[-1] ^ 1,))):
            with pytest.raises(ProtectionUnavailable):
                other.reveal(wrong, context="evidence 1")
        with pytest.raises(ProtectionUnavailable):
            other.reveal(protected, context="evidence 2")


def test_the_key_of_a_long_value_is_no_value(protection: RemoteProtection) -> None:
    protected = protection.protect(bytes(100_000), context="evidence 1")
    key = protected[3 : 3 + int.from_bytes(protected[1:3], "big")]
    for context in ("evidence 1", "evidence 2"):
        with pytest.raises(ProtectionUnavailable):
            protection.reveal(key, context=context)
    short = protection.protect(b"short", context="key of evidence 1")
    with pytest.raises(ProtectionUnavailable):  # a value is no key, even where its context says that it is one
        protection.reveal(b"\x02" + len(short).to_bytes(2, "big") + short + protected[-50:], context="evidence 1")


def test_long_values_do_not_nest(root: RootKey) -> None:
    nested = b""
    for _ in range(20_000):
        nested = b"\x02" + len(nested).to_bytes(2, "big") + nested
    with pytest.raises(ProtectionUnavailable):
        EnvelopeProtection.derived(root).reveal(nested, context="c")


def test_a_long_value_of_before_is_not_to_be_read_through_the_process(protection: RemoteProtection) -> None:
    with pytest.raises(ProtectionUnavailable):
        protection.reveal(seal_envelope(bytes(16), bytes(70_000), context="c"), context="c")


def test_data_keys_are_made_once_and_on_record(protection: RemoteProtection, sqlite_store: Store) -> None:
    with sqlite_store.reading() as view:
        before = repository.data_keys(view)
    assert before.keys() == {PERSONAL_DATA, BLIND_INDEX}
    with sqlite_store.transaction() as tx:
        protection.establish(tx)
        assert not tx.events
    with sqlite_store.reading() as view:
        assert before == repository.data_keys(view)


def test_an_instance_without_data_keys_says_so(running: Custody, sqlite_store: Store) -> None:
    with pytest.raises(ProtectionUnavailable):
        RemoteProtection(sqlite_store, running.device.client).protect(b"x", context="person 1")


def test_data_keys_that_derive_from_the_root_still_serve(running: Custody, sqlite_store: Store, root: RootKey) -> None:
    with sqlite_store.writer.begin() as connection:
        for name in (PERSONAL_DATA, BLIND_INDEX):
            row = {"name": name, "wrapped": None, "created_at": sqlite_store.clock.now(), "version": 1}
            connection.execute(DataKeyRow.__table__.insert().values(**row))  # type: ignore[attr-defined]
    remote = RemoteProtection(sqlite_store, running.device.client)
    local = StoredProtection(sqlite_store, RootKeys.of(root))
    assert local.reveal(remote.protect(b"x", context="c"), context="c") == b"x"
    assert remote.index("x", kind="k") == local.index("x", kind="k")


def test_sealed_personal_data_is_not_read(protection: RemoteProtection, running: Custody) -> None:
    protected = protection.protect(b"x", context="c")
    running.desk.seal()
    for act in (
        lambda: protection.reveal(protected, context="c"),
        lambda: protection.protect(b"x", context="c"),
        lambda: protection.index("x", kind="k"),
    ):
        with pytest.raises(KeystoreSealed):
            act()


def test_data_keys_under_a_new_root_key_are_read_anew(
    protection: RemoteProtection, running: Custody, sqlite_store: Store, root: RootKey
) -> None:
    protected, found = protection.protect(b"x", context="c"), protection.index("x", kind="k")
    roots = RootKeys({1: root, 2: RootKey(bytes(32))})
    with sqlite_store.transaction() as tx:
        for name, wrapped in repository.data_keys(tx).items():
            repository.put_data_key(tx, name, data_keys.rekey_data_key(roots, wrapped, context=name))
        tx.record(AuditEvent(tag="data_key:rekey:done", actor="test", subject="data keys"))
    running.process.service.seal()  # as after a new start, when the old root key is gone
    running.roots.unseal({2: RootKey(bytes(32))})
    assert protection.reveal(protected, context="c") == b"x"
    assert protection.index("x", kind="k") == found


def test_a_protection_is_not_copied(protection: RemoteProtection) -> None:
    with pytest.raises(TypeError, match="not copied"):
        pickle.dumps(protection)


# --- what is asked wrongly --------------------------------------------------------------------------------------------


def asked(running: Custody, kind: int, *fields: bytes, path: Path | None = None) -> Message | None:
    """Ask outside the client, and return the answer or None where the connection is closed."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(str(path or running.place.service))
        connection.sendall(pack(1, kind, fields))
        return receive(connection)


OPERATIONS: list[tuple[Operation, int]] = [
    (Operation.STATUS, 0),
    (Operation.GENERATE, 2),
    (Operation.SIGN, 2),
    (Operation.DECRYPT, 2),
    (Operation.ENVELOPE, 2),
    (Operation.ACCEPT, 3),
    (Operation.FORGET, 1),
    (Operation.REWRAP, 1),
    (Operation.REKEY, 1),
    (Operation.MAKE_DATA_KEY, 1),
    (Operation.PROTECT, 3),
    (Operation.REVEAL, 3),
    (Operation.INDEX, 3),
]


@pytest.mark.parametrize(("operation", "count"), OPERATIONS, ids=[one.name for one, _ in OPERATIONS])
def test_another_number_of_fields_ends_the_connection(running: Custody, operation: Operation, count: int) -> None:
    assert asked(running, operation, *[b""] * (count + 1)) is None
    if count:
        assert asked(running, operation, *[b""] * (count - 1)) is None


@pytest.mark.parametrize("kind", [0, 14, 63, 255, Operation.REPORT, Operation.UNSEAL, Operation.SEAL])
def test_who_serves_cannot_ask_what_administrators_ask(running: Custody, kind: int) -> None:
    for fields in ((), (b"",)):
        assert asked(running, kind, *fields) is None
    assert not running.roots.is_sealed


@pytest.mark.parametrize("operation", [Operation.SIGN, Operation.REVEAL, Operation.GENERATE])
def test_administrators_use_no_key(running: Custody, operation: Operation) -> None:
    fields = [b""] * dict(OPERATIONS)[operation]
    assert asked(running, operation, *fields, path=running.place.administration) is None


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Operation.GENERATE, (b"rot13", b"key key_1 document sm2")),
        (Operation.GENERATE, (b"\xff", b"key key_1 document sm2")),
        (Operation.GENERATE, (b"sm2", b"\xff")),
        (Operation.SIGN, (b"no key", bytes(32))),
        (Operation.MAKE_DATA_KEY, (b"another",)),
        (Operation.MAKE_DATA_KEY, (b"\xff",)),
        (Operation.PROTECT, (b"", b"\xff", b"x")),
        (Operation.INDEX, (b"", b"kind", b"\xff")),
    ],
)
def test_a_field_that_is_none_ends_the_connection(running: Custody, kind: int, fields: tuple[bytes, ...]) -> None:
    assert asked(running, kind, *fields) is None


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (Operation.DECRYPT, (b"K", b"no ciphertext"), b"crypto.ciphertext_malformed"),
        (Operation.ENVELOPE, (b"no point", b"key key_2 decryption sm2"), b"crypto.key_malformed"),
        (Operation.PROTECT, (b"no envelope", b"c", b"x"), b"keys.keystore_unavailable"),
        (Operation.REVEAL, (b"", b"c", b"x"), b"protection.unavailable"),
    ],
)
def test_what_cannot_be_done_is_answered_with_its_code(
    running: Custody, kind: int, fields: tuple[bytes, ...], code: bytes
) -> None:
    key = pack_key(made(running.device))
    answer = asked(running, kind, *(key if field == b"K" else field for field in fields))
    assert answer is not None
    assert (answer.kind, answer.fields[0]) == (Outcome.FAILED, code)


def test_what_breaks_inside_is_told_by_its_kind_alone(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> tuple[bytes, ...]:
        raise ZeroDivisionError("a secret")

    answer = perform({1: (0, broken)}, Message(5, 1, ()))
    assert answer == Message(5, Outcome.FAILED, (b"keys.signing_unavailable", b"{}"))
    assert [record.getMessage() for record in caplog.records] == ["operation 1 broke: ZeroDivisionError"]
    assert "a secret" not in caplog.text


def test_an_error_comes_back_as_it_was() -> None:
    told = understood((b"keys.keystore_unavailable", b'{"cure":"look"}'))
    assert isinstance(told, KeystoreUnavailable)
    assert told.details == {"cure": "look"}


@pytest.mark.parametrize(
    "fields",
    [
        (),
        (b"keys.sealed",),
        (b"no.such_code", b"{}"),
        (b"keys.keystore_unavailable", b"{}"),
        (b"keys.sealed", b'{"cure":"x"}'),
        (b"keys.sealed", b"[]"),
        (b"keys.sealed", b"no json"),
        (b"\xff", b"{}"),
        (b"keys.sealed", b"{}", b""),
    ],
)
def test_an_error_that_we_do_not_know_is_unavailable(fields: tuple[bytes, ...]) -> None:
    assert isinstance(understood(fields), SigningUnavailable)


# --- what the other side may do wrong ---------------------------------------------------------------------------------


@pytest.fixture
def peer(folder: Path) -> Iterator[Callable[[Callable[[socket.socket], None]], CustodyClient]]:
    """Return what makes a client of a peer that behaves as it is told, connection after connection."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(str(folder / "s"))
    listening.listen()
    threads: list[threading.Thread] = []
    clients: list[CustodyClient] = []

    def start(*behaviours: Callable[[socket.socket], None]) -> CustodyClient:
        def run() -> None:
            for behave in behaviours:
                connection, _ = listening.accept()
                with connection:
                    behave(connection)

        threads.append(threading.Thread(target=run))
        threads[0].start()
        clients.append(CustodyClient(folder / "s", patience=0.2))
        return clients[0]

    yield start
    for client in clients:
        client.close()
    for thread in threads:
        thread.join()
    listening.close()


def answering(*answers: Callable[[Message], bytes]) -> Callable[[socket.socket], None]:
    """Return a behaviour: one answer after the other, then the end."""

    def behave(connection: socket.socket) -> None:
        for answer in answers:
            request = receive(connection)
            if request is None:
                return
            connection.sendall(answer(request))

    return behave


def right(request: Message) -> bytes:
    """Answer rightly."""
    return pack(request.number, Outcome.DONE, (b"device", b"memory"))


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: pack(request.number + 1, Outcome.DONE, (b"a signature to another request",)),
        lambda request: pack(request.number - 1, Outcome.DONE, (b"a signature to another request",)),
    ],
    ids=["later", "earlier"],
)
def test_an_answer_to_another_request_is_never_taken(
    peer: Callable[..., CustodyClient], answer: Callable[[Message], bytes]
) -> None:
    client = peer(answering(answer), answering(right))
    with pytest.raises(SigningUnavailable):
        client.ask(Operation.STATUS)
    assert not client.idle
    assert client.ask(Operation.STATUS) == (b"device", b"memory")


@pytest.mark.parametrize(
    "answer",
    [lambda _: b"rubbish rubbish rubbish", lambda request: right(request) + b"\0", lambda request: right(request)[:-1]],
)
def test_rubbish_is_unavailable(peer: Callable[..., CustodyClient], answer: Callable[[Message], bytes]) -> None:
    client = peer(answering(answer))
    with pytest.raises(SigningUnavailable):
        client.ask(Operation.STATUS)
    assert not client.idle


def test_silence_is_unavailable_in_time(peer: Callable[..., CustodyClient]) -> None:
    release = threading.Event()
    client = peer(lambda _: (release.wait(), None)[1])
    with pytest.raises(SigningUnavailable):
        client.ask(Operation.STATUS)
    release.set()
    assert not client.idle


def test_a_connection_that_was_closed_meanwhile_is_replaced(peer: Callable[..., CustodyClient]) -> None:
    client = peer(answering(right), answering(right, right))
    for _ in range(3):
        assert client.ask(Operation.STATUS) == (b"device", b"memory")


def test_a_new_connection_that_is_closed_is_unavailable(peer: Callable[..., CustodyClient]) -> None:
    client = peer(lambda _: None)
    with pytest.raises(SigningUnavailable):
        client.ask(Operation.STATUS)


def test_where_nobody_listens_it_is_unavailable_at_once(folder: Path) -> None:
    device = RemoteDevice(CustodyClient(folder / "nobody"))
    key = made(SoftwareDevice(RootKeys.of(RootKey(bytes(32)))))
    with pytest.raises(SigningUnavailable):
        device.sign(key, bytes(32))
    device.forget(key)  # nobody is there who could remember it
    with pytest.raises(SigningUnavailable):
        device.destroy(key)


def test_a_path_that_no_socket_can_have_is_said(folder: Path, root: RootKey) -> None:
    with pytest.raises(KeystoreUnavailable, match="TRUST_CUSTODY_SOCKET"):
        custody(folder / ("x" * 120), root).__enter__()


def test_a_request_too_long_for_a_frame_is_refused_before_it_is_sent(running: Custody) -> None:
    with pytest.raises(FrameMalformed):
        running.device.client.ask(Operation.PROTECT, b"", b"c", bytes(1 << 16))


def test_the_client_remembers_how_a_key_is_packed_for_this_very_record(running: Custody) -> None:
    key = made(running.device)
    other = made(running.device, name="key_2")
    changed = replace(key, public_key=other.public_key, wrapped=other.wrapped)
    check(key, running.device)
    with pytest.raises(KeystoreUnavailable):
        running.device.sign(changed, bytes(32))
    check(key, running.device)
    for number in range(2000):
        running.device.pack(replace(key, id=f"key_{number}"))
    assert len(running.device.packed) <= 1024


def test_no_answer_holds_a_secret(running: Custody, root: RootKey) -> None:
    """Everything that crosses the socket is looked through for the root key, data keys and private scalars."""
    key = made(running.device)
    secret = open_secret(running.roots, key.wrapped or b"", context=key.context)
    scalar = secret[7:39]
    service = running.process.service
    packed = pack_key(key)
    answers = [
        service.answer(Message(1, kind, fields))
        for kind, fields in (
            (Operation.STATUS, ()),
            (Operation.GENERATE, (b"sm2", b"key key_9 document sm2")),
            (Operation.SIGN, (packed, bytes(32))),
            (Operation.REWRAP, (packed,)),
            (Operation.REKEY, (packed,)),
            (Operation.MAKE_DATA_KEY, (PERSONAL_DATA.encode(),)),
            (Operation.PROTECT, (b"", b"c", b"x")),
        )
    ]
    data_key = data_keys.open_data_key(running.roots, None, context=PERSONAL_DATA)
    for answer in answers:
        assert answer.kind == Outcome.DONE
        for hidden in (root.secret, scalar, data_key):
            assert hidden not in answer.encoded()
    assert generation_of(key.wrapped or b"") == 1


def test_a_signature_is_never_that_of_another_key(running: Custody) -> None:
    one, other = made(running.device), made(running.device, name="key_2")
    raw = running.device.sign(one, one.public_key.digest(b"message"))
    value = other.public_key.signature_value(raw)
    with pytest.raises(SignatureMismatch):
        other.public_key.verify(value, b"message", other.public_key.own_algorithm)

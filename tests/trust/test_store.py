"""The store: nothing changes without its audit event, nothing half, and nobody overwrites another's change unseen."""

import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import bindparam, create_engine, delete, event, text, update
from sqlalchemy import select as select_columns
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.pool import QueuePool
from sqlmodel import col, select

from tests.fakes.clock import NOW, SettableClock
from trust import repository
from trust.audit import AuditTrail
from trust.errors import Conflict, TrustError, Unavailable
from trust.events import AuditEvent
from trust.store import LostRace, NestedTransaction, SilentWrite, Store, StoreUnavailable, Transaction
from trust.tables import AuditEventRow, AuthorityRow, CertificateRow, CounterRow, RequestRow

EVENT = AuditEvent(tag="test:change:done", actor="actor", subject="subject")
Answer = TypeVar("Answer")


def elsewhere(work: Callable[[], Answer]) -> Answer:
    """Return what `work` returns in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(timeout=20)


def run(store: Store, work: Callable[[Transaction], None]) -> None:
    """Do `work` in a transaction of its own."""
    with store.transaction() as tx:
        work(tx)


def counter(name: str, value: int = 1) -> CounterRow:
    """Return a row of the plainest table."""
    return CounterRow(name=name, value=value)


def names(store: Store) -> list[str]:
    """Return the names of all counters."""
    with store.reading() as view:
        return [row.name for row in view.exec(select(CounterRow).order_by(col(CounterRow.name)))]


def tags(store: Store) -> list[str]:
    """Return the tags of all events."""
    with store.reading() as view:
        return [row.tag for row in view.exec(select(AuditEventRow).order_by(col(AuditEventRow.sequence)))]


def put(store: Store, *rows: CounterRow | AuthorityRow | CertificateRow) -> None:
    """Put rows into the store, the way it wants it."""
    with store.transaction() as tx:
        for row in rows:
            tx.add(row)
            tx.flush()
        tx.record(EVENT)


def test_a_change_is_committed_with_its_events(store: Store) -> None:
    with store.transaction() as tx:
        tx.add(counter("a"))
        tx.record(EVENT)
        tx.record(AuditEvent(tag="test:second:done", actor="actor", subject="subject"))
    assert (names(store), tags(store)) == (["a"], ["test:change:done", "test:second:done"])


def test_an_event_needs_no_change(store: Store) -> None:
    with store.transaction() as tx:
        tx.record(EVENT)
    assert tags(store) == ["test:change:done"]


def test_a_look_needs_no_event(store: Store) -> None:
    put(store, counter("a"))
    with store.transaction() as tx:
        assert tx.get(CounterRow, "a") is not None
        assert tx.first(select(CounterRow)) is not None
        assert tx.get(CounterRow, "b") is None
        assert tx.first(select(RequestRow)) is None
    assert len(tags(store)) == 1


def add_row(tx: Transaction) -> None:
    tx.add(counter("b"))


def add_and_flush(tx: Transaction) -> None:
    tx.add(counter("b"))
    tx.flush()


def alter_row(tx: Transaction) -> None:
    row = tx.get(CounterRow, "a")
    assert row is not None
    row.value = 99


def alter_and_look(tx: Transaction) -> None:
    alter_row(tx)
    tx.exec(select(CounterRow))  # flushes


def delete_row(tx: Transaction) -> None:
    tx.session.delete(tx.get(CounterRow, "a"))


def change_by_statement(tx: Transaction) -> None:
    assert tx.change(update(CounterRow).values(value=99)) == 1


def delete_by_statement(tx: Transaction) -> None:
    assert tx.change(delete(CounterRow)) == 1


def take_number(tx: Transaction) -> None:
    repository.next_number(tx, "a")


def change_past_the_door(tx: Transaction) -> None:
    tx.session.execute(text("UPDATE counter SET value = 99"))


@pytest.mark.parametrize(
    "change",
    [
        add_row,
        add_and_flush,
        alter_row,
        alter_and_look,
        delete_row,
        change_by_statement,
        delete_by_statement,
        take_number,
        change_past_the_door,
    ],
)
def test_a_silent_write_is_refused(store: Store, change: Callable[[Transaction], None]) -> None:
    put(store, counter("a", 5))
    with pytest.raises(SilentWrite), store.transaction() as tx:
        change(tx)
    with store.reading() as view:
        assert [(row.name, row.value) for row in view.exec(select(CounterRow))] == [("a", 5)]
    assert len(tags(store)) == 1
    assert not issubclass(SilentWrite, TrustError)  # our own mistake is not told as anybody else's


class Broken(Exception):
    """Something went wrong."""


def test_an_exception_leaves_nothing(store: Store) -> None:
    def breaks(tx: Transaction) -> None:
        tx.add(counter("a"))
        tx.flush()
        repository.next_number(tx, "b")
        tx.record(EVENT)
        raise Broken

    with pytest.raises(Broken):
        run(store, breaks)
    assert (names(store), tags(store)) == ([], [])
    put(store, counter("a"))  # and holds no lock
    assert names(store) == ["a"]


class BrokenTrail(AuditTrail):
    """A journal that fails after it has written."""

    def append(self, tx: Transaction, events: object) -> None:  # type: ignore[explicit-override]
        super().append(tx, [EVENT])
        tx.flush()
        raise Broken(events)


def test_a_journal_that_fails_leaves_nothing(store: Store) -> None:
    store.journal = BrokenTrail()
    with pytest.raises(Broken):
        put(store, counter("a"))
    assert (names(store), tags(store)) == ([], [])


def test_a_transaction_inside_another_is_refused(store: Store) -> None:
    def nests(tx: Transaction) -> None:
        tx.add(counter("a"))
        tx.record(EVENT)
        put(store, counter("b"))

    with pytest.raises(NestedTransaction):
        run(store, nests)
    assert names(store) == []
    put(store, counter("a"))
    assert names(store) == ["a"]
    assert not issubclass(NestedTransaction, TrustError)


def test_a_look_inside_a_transaction_sees_what_was_before(store: Store) -> None:
    with store.transaction() as tx:
        tx.add(counter("a"))
        tx.flush()
        tx.record(EVENT)
        assert names(store) == []
    assert names(store) == ["a"]


def test_two_stores_do_not_hinder_each_other(sqlite_store: Store, postgres_store: Store) -> None:
    with sqlite_store.transaction() as first, postgres_store.transaction() as second:
        for tx in (first, second):
            tx.add(counter("a"))
            tx.record(EVENT)
    assert names(sqlite_store) == names(postgres_store) == ["a"]


def test_time_is_read_once(store: Store, clock: SettableClock) -> None:
    with store.transaction() as tx:
        clock.advance(timedelta(hours=1))
        assert tx.now == NOW
        tx.record(EVENT)
    with store.reading() as view:
        clock.advance(timedelta(hours=1))
        assert view.now == NOW + timedelta(hours=1)
        (event,) = repository.events(view)
        assert event.at == NOW


def test_a_reading_changes_nothing(store: Store) -> None:
    put(store, counter("a"))
    with store.reading() as view, pytest.raises((DBAPIError, TrustError)):
        view.session.execute(text("INSERT INTO counter (name, value) VALUES ('b', 1)"))
    with store.reading() as view, pytest.raises((DBAPIError, TrustError)):
        view.session.execute(text("DELETE FROM counter"))
    assert names(store) == ["a"]
    put(store, counter("c"))  # and the connection is not spoiled
    assert names(store) == ["a", "c"]


def test_a_question_of_no_sense_is_not_told_as_a_database_that_is_down(postgres_store: Store) -> None:
    with pytest.raises(ProgrammingError), postgres_store.reading() as view:
        view.session.execute(text("SELECT nonsense"))


def test_a_reading_sees_one_moment(store: Store) -> None:
    put(store, counter("a"))
    with store.reading() as view:
        before = len(view.exec(select(CounterRow)))
        elsewhere(lambda: put(store, counter("b")))
        assert len(view.exec(select(CounterRow))) == before
    assert names(store) == ["a", "b"]


# --- races -----------------------------------------------------------------------------------------------------------


def living(store: Store) -> None:
    """Put a row with a version into the store."""
    authority = AuthorityRow(name="ca", key_handle="x", key_purpose="certification", certificate=b"x")
    certificate = CertificateRow(
        fingerprint="f", issuer="ca", serial="1", der=b"x", key_handle="x", not_after=NOW, version=1
    )
    put(store, authority, certificate)


def revoke(tx: Transaction, reason: int) -> None:
    """Change the row with a version."""
    row = tx.get(CertificateRow, "f")
    assert row is not None
    row.revocation_reason = reason
    tx.record(EVENT)


def test_the_version_counts_changes(store: Store) -> None:
    living(store)
    for reason in (1, 2):
        with store.transaction() as tx:
            revoke(tx, reason)
    with store.reading() as view:
        row = view.get(CertificateRow, "f")
        assert row is not None
        assert (row.version, row.revocation_reason) == (3, 2)


@pytest.mark.parametrize("flush", [False, True], ids=["at the end", "in the midst"])
def test_the_slower_of_two_writers_loses(postgres_store: Store, flush: bool) -> None:  # noqa: FBT001
    # SQLite lets writers in one after the other, so that only PostgreSQL can show this.
    def overtaken(tx: Transaction) -> None:
        revoke(tx, 1)
        elsewhere(lambda: run(postgres_store, lambda other: revoke(other, 2)))
        if flush:
            tx.flush()

    living(postgres_store)
    with pytest.raises(LostRace):
        run(postgres_store, overtaken)
    with postgres_store.reading() as view:
        row = view.get(CertificateRow, "f")
        assert row is not None
        assert row.revocation_reason == 2
    assert issubclass(LostRace, Conflict)


def test_what_was_seen_and_let_go_is_changed_as_it_was_seen(postgres_store: Store) -> None:
    def overtaken(tx: Transaction) -> None:
        assert tx.get(CertificateRow, "f") is not None  # nobody holds the row after this line
        gc.collect()
        elsewhere(lambda: run(postgres_store, lambda other: revoke(other, 2)))
        revoke(tx, 1)

    living(postgres_store)
    with pytest.raises(LostRace):
        run(postgres_store, overtaken)


@pytest.mark.parametrize("flush", [False, True], ids=["at the end", "in the midst"])
def test_who_adds_what_is_there_already_loses(store: Store, flush: bool) -> None:  # noqa: FBT001
    def adds(tx: Transaction) -> None:
        tx.add(counter("a", 6))
        tx.record(EVENT)
        if flush:
            tx.flush()

    put(store, counter("a", 5))
    with pytest.raises(LostRace):
        run(store, adds)
    with store.reading() as view:
        assert [row.value for row in view.exec(select(CounterRow))] == [5]


def test_foreign_keys_are_enforced(store: Store) -> None:
    orphan = CertificateRow(fingerprint="f", issuer="none", serial="1", der=b"", key_handle="", not_after=NOW)

    def adds(tx: Transaction) -> None:
        tx.add(orphan)
        tx.record(EVENT)

    with pytest.raises(LostRace):
        run(store, adds)


def test_many_writers_queue(store: Store) -> None:
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        for step in range(5):
            put(store, counter(f"{number}-{step}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(names(store)) == 20
    with store.reading() as view:
        sequences = [event.sequence for event in repository.events(view)]
    assert sequences == list(range(1, 21))


# --- when the database is not there ----------------------------------------------------------------------------------


def test_of_two_that_wait_for_each_other_one_loses(postgres_store: Store) -> None:
    """What counts on an authorisation and on the one above it may meet others in another order."""
    put(postgres_store, counter("a"), counter("b"))
    both = threading.Barrier(2, timeout=20)

    def take(first: str, second: str) -> object:
        def change(tx: Transaction, name: str) -> None:
            tx.change(update(CounterRow).where(col(CounterRow.name) == name).values(value=CounterRow.value + 1))

        try:
            with postgres_store.transaction() as tx:
                change(tx, first)
                both.wait()
                change(tx, second)
                tx.record(EVENT)
        except TrustError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(take, *order) for order in (("a", "b"), ("b", "a"))]
        assert {one.result(30) for one in found} == {None, LostRace}
    with postgres_store.reading() as view:
        assert [row.value for row in view.exec(select(CounterRow))] == [2, 2]


@contextmanager
def closed(url: str) -> Iterator[Store]:
    """Open a store that cannot be reached."""
    store = Store(url, clock=SettableClock(), journal=AuditTrail())
    yield store
    store.close()


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2"]
)
def test_a_database_that_does_not_answer(url: str) -> None:
    with closed(url) as store:
        with pytest.raises(StoreUnavailable), store.reading() as view:
            view.exec(select(CounterRow))
        with pytest.raises(StoreUnavailable), store.transaction() as tx:
            tx.exec(select(CounterRow))
        with pytest.raises(StoreUnavailable), store.transaction() as tx:
            tx.record(EVENT)
    assert issubclass(StoreUnavailable, Unavailable)


def test_a_database_whose_machine_is_gone_is_given_up(postgres_store: Store) -> None:
    operators = postgres_store.writer.url.update_query_dict({"tcp_user_timeout": "7000", "connect_timeout": "2"})
    expected = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
    for url, told in (
        (postgres_store.writer.url, {"tcp_user_timeout": "60000", "connect_timeout": "10"}),
        (operators, {"tcp_user_timeout": "7000", "connect_timeout": "2"}),
    ):
        with closed(url.render_as_string(hide_password=False)) as store, store.writer.connect() as connection:
            in_force = connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
        assert (expected | told).items() <= in_force.items()


def test_a_store_of_which_every_connection_is_at_work(sqlite_store: Store) -> None:
    narrow = create_engine(sqlite_store.writer.url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    sqlite_store.reader.dispose()
    sqlite_store.reader = narrow
    ask = sqlite_store.question(select_columns(col(CounterRow.value)).where(col(CounterRow.name) == bindparam("name")))
    with narrow.connect():
        with pytest.raises(StoreUnavailable), sqlite_store.reading():
            pytest.fail("there was a connection")
        with pytest.raises(StoreUnavailable):
            ask(name="a")
    assert ask(name="a") is None


def test_values_stay_out_of_error_messages(store: Store) -> None:
    with store.reading() as view, pytest.raises(DBAPIError) as refused:
        view.session.execute(text("SELECT nothing FROM counter WHERE name = :name"), {"name": "personal data"})
    assert "personal data" not in str(refused.value)


def test_sqlite_is_durable_and_strict(sqlite_store: Store) -> None:
    for engine, read_only in ((sqlite_store.writer, 0), (sqlite_store.reader, 1)):
        with engine.connect() as connection:
            found = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
            ]
        assert found == ["wal", 2, 1, 30_000, read_only]


def test_sqlite_is_told_how_its_rows_are_spread(sqlite_store: Store) -> None:
    with sqlite_store.transaction() as tx:
        for number in range(50):
            tx.add(RequestRow(actor="one", key=f"key {number}", fingerprint="", result="", at=NOW))
        tx.record(EVENT)
    sqlite_store.take_stock()
    with sqlite_store.reading() as view:
        told = view.rows(text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'request'"))
    # So many rows, so many of one actor, one of one actor and key.
    assert [one.stat for one in told] == ["50 50 1"]


def test_postgresql_looks_at_its_rows_by_itself(postgres_store: Store) -> None:
    asked: list[str] = []
    event.listen(postgres_store.writer, "before_cursor_execute", lambda *told: asked.append(str(told[2])))
    postgres_store.take_stock()
    assert asked == []

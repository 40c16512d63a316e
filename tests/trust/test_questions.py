"""Questions that are asked very often: they see what is committed, keep their connections, and survive a lost one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy import select as select_columns
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlmodel import col
from typing_extensions import override

from trust.events import AuditEvent
from trust.questions import MOST_CONNECTIONS, Question
from trust.store import NestedTransaction, Store, StoreUnavailable
from trust.tables import CounterRow

STATEMENT = select_columns(col(CounterRow.name), col(CounterRow.value)).where(
    col(CounterRow.name) == bindparam("name"), col(CounterRow.value) >= bindparam("least")
)


def put(store: Store, name: str, value: int) -> None:
    """Put a row into the plainest table."""
    with store.transaction() as tx:
        tx.add(CounterRow(name=name, value=value))
        tx.record(AuditEvent(tag="test:change:done", actor="actor", subject="subject"))


def test_it_answers_with_what_is_committed(store: Store) -> None:
    ask = store.question(STATEMENT)
    assert ask(name="a", least=0) is None
    put(store, "a", 1)
    assert ask(name="a", least=0) == ("a", 1)
    assert ask(least=1, name="a") == ("a", 1)  # by name, in any order
    assert ask(name="a", least=2) is None
    with store.transaction() as tx:
        tx.add(CounterRow(name="b", value=2))
        tx.record(AuditEvent(tag="test:change:done", actor="actor", subject="subject"))
        tx.flush()
        assert ask(name="b", least=0) is None  # not yet
    assert ask(name="b", least=0) == ("b", 2)


def test_what_is_asked_for_is_never_part_of_the_question(store: Store) -> None:
    put(store, "a", 1)
    assert store.question(STATEMENT)(name="' OR 1=1 --", least=0) is None


def test_threads_share_it(store: Store) -> None:
    put(store, "a", 1)
    ask = store.question(STATEMENT)
    barrier = threading.Barrier(4)

    def many(_: int) -> set[object]:
        barrier.wait(20)
        return {ask(name="a", least=0) for _ in range(50)}

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(many, range(4))) == [{("a", 1)}] * 4
    (question,) = store.questions
    assert 1 <= len(question.idle) <= 4  # one for each that asked at once


class Crowded(Question):
    """A question that nobody has answered before as many as may have come."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.reader, STATEMENT)
        self.lock = threading.Lock()
        self.here = self.most = 0
        self.full = threading.Event()

    @override
    def read(self, connection: DBAPIConnection, values: object) -> tuple[object, ...] | None:
        with self.lock:
            self.here += 1
            self.most = max(self.most, self.here)
            if self.here == MOST_CONNECTIONS:
                self.full.set()
        assert self.full.wait(20)
        found = super().read(connection, values)
        with self.lock:
            self.here -= 1
        return found


def test_a_crowd_takes_no_more_connections_than_a_question_has(store: Store) -> None:
    put(store, "a", 1)
    question = Crowded(store)
    crowd = 4 * MOST_CONNECTIONS
    with ThreadPoolExecutor(crowd) as pool:
        assert set(pool.map(lambda _: question.ask(name="a", least=0), range(crowd))) == {("a", 1)}
    assert question.most == len(question.idle) == MOST_CONNECTIONS
    question.close()


def test_a_connection_that_was_lost_is_replaced(store: Store) -> None:
    put(store, "a", 1)
    ask = store.question(STATEMENT)
    ask(name="a", least=0)
    (question,) = store.questions
    question.idle[0].close()
    assert ask(name="a", least=0) == ("a", 1)
    assert len(question.idle) == 1


def test_a_database_that_does_not_answer(store: Store) -> None:
    ask = store.question(STATEMENT)
    ask(name="a", least=0)
    with store.writer.begin() as connection:
        connection.execute(text("ALTER TABLE counter RENAME TO other"))
    try:
        with pytest.raises(StoreUnavailable):
            ask(name="a", least=0)
        (question,) = store.questions
        assert not question.idle
    finally:
        with store.writer.begin() as connection:
            connection.execute(text("ALTER TABLE other RENAME TO counter"))
    assert ask(name="a", least=0) is None


def test_closing_a_store_closes_its_questions(store: Store) -> None:
    ask = store.question(STATEMENT)
    ask(name="a", least=0)
    (question,) = store.questions
    (kept,) = question.idle
    store.close()
    assert not question.idle
    with pytest.raises(question.error):
        kept.cursor()


def test_what_must_not_be_done_in_a_transaction(store: Store) -> None:
    store.require_no_transaction()
    with store.transaction(), pytest.raises(NestedTransaction):
        store.require_no_transaction()
    with store.transaction(), ThreadPoolExecutor(1) as pool:
        pool.submit(store.require_no_transaction).result(20)  # another thread's is its own affair
    store.require_no_transaction()

"""Changes that are kept until the flush and go together: none is lost, none is silent, each touches its one row."""

import pytest
from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import col, select

from trust.events import AuditEvent
from trust.store import LostRace, SilentWrite, Store, Transaction
from trust.tables import CounterRow

EVENT = AuditEvent(tag="test:change:done", actor="actor", subject="subject")
NEW = insert(CounterRow)
RAISED = update(CounterRow).where(col(CounterRow.name) == bindparam("which")).values(value=bindparam("to"))
GONE = delete(CounterRow).where(col(CounterRow.name) == bindparam("which"))


def row(name: str, value: int = 1) -> dict[str, str | int]:
    return {"name": name, "value": value}


def counters(store: Store) -> dict[str, int]:
    with store.reading() as view:
        return {one.name: one.value for one in view.exec(select(CounterRow))}


def put(tx: Transaction, *names: str) -> None:
    for name in names:
        tx.later(NEW, row(name))
    tx.record(EVENT)


@pytest.fixture
def two(store: Store) -> Store:
    """Return a store with two counters."""
    with store.transaction() as tx:
        put(tx, "a", "b")
    return store


def test_what_is_kept_for_later_is_committed(two: Store) -> None:
    assert counters(two) == {"a": 1, "b": 1}
    with two.transaction() as tx:
        tx.later(RAISED, {"which": "a", "to": 2})
        tx.later(RAISED, {"which": "b", "to": 3})
        tx.record(EVENT)
    assert counters(two) == {"a": 2, "b": 3}


def test_a_flush_sends_it_at_once(two: Store) -> None:
    with two.transaction() as tx:
        tx.later(RAISED, {"which": "a", "to": 2})
        assert [one.value for one in tx.rows(select(CounterRow).where(col(CounterRow.name) == "a"))] == [1]
        tx.flush()
        assert [one.value for one in tx.rows(select(CounterRow).where(col(CounterRow.name) == "a"))] == [2]
        tx.record(EVENT)
    assert counters(two)["a"] == 2


def test_it_is_not_silent(two: Store) -> None:
    with pytest.raises(SilentWrite), two.transaction() as tx:
        tx.later(RAISED, {"which": "a", "to": 2})
    assert counters(two) == {"a": 1, "b": 1}


@pytest.mark.parametrize("statement", [RAISED, GONE])
def test_a_row_that_is_not_there_any_more_is_a_lost_race(two: Store, statement: object) -> None:
    told = {"to": 2} if statement is RAISED else {}

    def twice(tx: Transaction) -> None:
        for name in ("a", "nothing"):
            tx.later(statement, {"which": name, **told})  # type: ignore[arg-type] # one of the two above
        tx.record(EVENT)

    with pytest.raises(LostRace), two.transaction() as tx:
        twice(tx)
    assert counters(two) == {"a": 1, "b": 1}


def test_a_key_that_is_taken_is_a_lost_race(two: Store) -> None:
    with pytest.raises(LostRace), two.transaction() as tx:
        put(tx, "c", "a")
    assert counters(two) == {"a": 1, "b": 1}


def test_progress_tells_whether_anything_happened(two: Store) -> None:
    with two.transaction() as tx:
        seen = [tx.progress]
        tx.rows(select(CounterRow))
        assert tx.progress == seen[0]
        for act in (
            lambda: tx.later(RAISED, {"which": "a", "to": 2}),
            lambda: tx.record(EVENT),
            lambda: tx.add(CounterRow(name="c", value=1)),
            lambda: tx.change(update(CounterRow).where(col(CounterRow.name) == "b").values(value=5)),
            lambda: tx.change_many(RAISED, [{"which": "b", "to": 6}]),
        ):
            act()
            assert tx.progress not in seen
            seen.append(tx.progress)

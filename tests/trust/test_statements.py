"""Statements that are written once: they say and do what SQLAlchemy's would, and fail as they would."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlmodel import col

from trust.events import AuditEvent
from trust.rows import Row
from trust.statements import Written
from trust.store import LostRace, SilentWrite, Store
from trust.tables import AuditEventRow, CounterRow, RequestRow

EVENT = AuditEvent(tag="test:change:done", actor="actor", subject="subject", facts={"名": True, "none": None})
COUNTERS = Row.metadata.tables[CounterRow.__tablename__]
REQUESTS = Row.metadata.tables[RequestRow.__tablename__]
EVENTS = Row.metadata.tables[AuditEventRow.__tablename__]
NEW = Written(insert(COUNTERS))
RAISE = Written(update(COUNTERS).where(COUNTERS.c.name == bindparam("which")).values(value=COUNTERS.c.value + 1))
GONE = Written(delete(COUNTERS).where(COUNTERS.c.name == bindparam("which")))
MADE = Written(text("INSERT INTO counter (name, value) VALUES (:name, 1) RETURNING value"))
LARGE = Written(select(COUNTERS).where(COUNTERS.c.value >= bindparam("least"), COUNTERS.c.name != "hidden"))
ALL_EVENTS = Written(select(EVENTS).order_by(EVENTS.c.sequence))
PERSONAL = "张三丰"
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def put(store: Store, **counters: int) -> None:
    with store.transaction() as tx:
        rows = [{"name": name, "value": value} for name, value in counters.items()]
        assert tx.change_many(NEW, rows) in {len(rows), -1}
        tx.record(EVENT)


def found(store: Store, *, least: int = 0) -> dict[str, int]:
    with store.reading() as view:
        return {row.name: row.value for row in view.rows(LARGE, least=least)}


def test_rows_come_with_the_names_of_their_columns(store: Store) -> None:
    put(store, a=1, b=2, hidden=3)
    assert found(store) == {"a": 1, "b": 2}  # what is fixed in a statement stays fixed
    assert found(store, least=2) == {"b": 2}
    with store.reading() as view:
        ((name, value),) = view.rows(LARGE, least=2)
    assert (name, value) == ("b", 2)


def test_changes_touch_what_they_name(store: Store) -> None:
    put(store, a=1, b=2)
    with store.transaction() as tx:
        assert tx.change_many(RAISE, [{"which": "a"}]) == 1
        assert tx.change_many(RAISE, [{"which": "nobody"}]) == 0
        assert tx.change_many(GONE, [{"which": "a"}, {"which": "b"}, {"which": "nobody"}]) == 2
        tx.change_many(NEW, [{"name": "c", "value": 9}])
        tx.record(EVENT)
    assert found(store) == {"c": 9}


def test_words_of_sql_return_a_value(store: Store) -> None:
    with store.transaction() as tx:
        assert [tx.change_returning(MADE, name=name) for name in ("a", "b")] == [1, 1]
        tx.record(EVENT)
    with pytest.raises(LostRace), store.transaction() as tx:
        tx.change_returning(MADE, name="a")
    with pytest.raises(IntegrityError), store.writer.connect() as connection, connection.begin():
        MADE.value(connection, {"name": "a"})
    with pytest.raises(SilentWrite), store.transaction() as tx:
        tx.change_returning(MADE, name="c")
    assert found(store) == {"a": 1, "b": 1}


def test_values_are_converted_by_the_types_of_their_columns(store: Store) -> None:
    put(store, a=1)
    with store.reading() as view:
        ours, theirs = view.rows(ALL_EVENTS), view.rows(select(EVENTS).order_by(EVENTS.c.sequence))
    assert [tuple(row) for row in ours] == [tuple(row) for row in theirs]
    assert ours[-1].facts == EVENT.facts
    assert isinstance(ours[-1].digest, bytes)


def test_it_is_not_silent(store: Store) -> None:
    with pytest.raises(SilentWrite), store.transaction() as tx:
        tx.change_many(NEW, [{"name": "a", "value": 1}])
    assert found(store) == {}


def test_a_key_that_is_taken_is_told_as_everywhere(store: Store) -> None:
    put(store, a=1)
    with pytest.raises(LostRace), store.transaction() as tx:
        tx.change_many(NEW, [{"name": "a", "value": 2}])
    with pytest.raises(IntegrityError), store.writer.connect() as connection, connection.begin():
        NEW.change(connection, [{"name": "a", "value": 2}])
    assert found(store) == {"a": 1}


def test_a_fault_tells_no_values(postgres_store: Store) -> None:
    nowhere = Table("nowhere", MetaData(), Column("name", String), schema="pg_catalog")
    wrong = Written(select(nowhere.c.name).where(nowhere.c.name == bindparam("name")))
    put(postgres_store, a=1)
    engine = postgres_store.writer
    with pytest.raises(ProgrammingError) as told, engine.connect() as connection, connection.begin():
        wrong.rows(connection, {"name": PERSONAL})
    assert PERSONAL not in str(told.value)


MADE_BY_PYTHON = Table("made", MetaData(), Column("id", Integer, primary_key=True), Column("n", Integer, default=3))
CHANGED_BY_PYTHON = Table(
    "changed", MetaData(), Column("id", Integer), Column("at", DateTime, onupdate=lambda: FIRST_DAY)
)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (select(COUNTERS).where(col(CounterRow.name).in_(bindparam("names", expanding=True))), {"names": ["a"]}),
        (select(COUNTERS).where(COUNTERS.c.name.in_(["a", "b"])), {}),
        (insert(MADE_BY_PYTHON), {"id": 1}),
        (update(CHANGED_BY_PYTHON).where(CHANGED_BY_PYTHON.c.id == bindparam("which")), {"which": 1, "id": 2}),
    ],
    ids=["list", "fixed list", "default", "onupdate"],
)
def test_what_has_no_fixed_text_is_refused(store: Store, statement: Update, told: dict[str, object]) -> None:
    with store.reading() as view, pytest.raises(ValueError, match="a statement"):
        Written(statement).form(view.connection, told)

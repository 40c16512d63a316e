"""The migration to the outbox: what was there stays, the ledger is found by its seal, and back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text

from api import migrations
from tests.fakes.carrier import PlannedCarrier
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.outbox import Outbox, put
from trust.store import Store

BEFORE, AFTER = "0005", "0006"
LEDGER = "ix_stamping_seal_id"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty database."""
    made = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()


def indices(engine: Engine) -> set[str | None]:
    """Return the indices of the ledger."""
    return {one["name"] for one in inspect(engine).get_indexes("stamping")}


def plan(engine: Engine) -> str:
    """Return how the database reads a page of the ledger of one seal."""
    asked = "EXPLAIN QUERY PLAN SELECT * FROM stamping WHERE seal = 'a' AND id < 'b' ORDER BY id DESC LIMIT 100"
    with engine.connect() as connection:
        return " ".join(str(row) for row in connection.execute(text(asked)))


def test_what_was_there_stays_and_messages_can_be_sent(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    with store.writer.begin() as connection:
        connection.execute(text("INSERT INTO counter (name, value) VALUES ('seal code 330100', 7)"))
    command.upgrade(config, AFTER)
    with store.transaction() as tx:
        put(tx, "topic", subject="seal_1", payload={"task": "207"})
    assert Outbox(store, "topic").deliver(PlannedCarrier()) == 1
    with store.writer.connect() as connection:
        kept = connection.execute(text("SELECT name, value FROM counter ORDER BY name")).all()
    assert [tuple(row) for row in kept] == [("outbox", 1), ("seal code 330100", 7)]


def test_a_page_of_the_ledger_is_found_without_sorting(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    command.upgrade(config, AFTER)
    assert LEDGER in plan(store.writer)
    assert "TEMP B-TREE" not in plan(store.writer)


def test_it_goes_back(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, AFTER)
    command.downgrade(config, BEFORE)
    assert "outbox_message" not in inspect(store.writer).get_table_names()
    assert LEDGER not in indices(store.writer)
    command.upgrade(config, AFTER)
    assert LEDGER in indices(store.writer)

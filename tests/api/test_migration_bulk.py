"""The migration to bulk jobs: what was there stays, jobs can be kept afterwards, and back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text

from api import migrations
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0008", "0009"
TABLES = {"bulk_job", "bulk_piece", "bulk_chunk"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty database."""
    made = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()


def test_what_was_there_stays_and_the_tables_come_and_go(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    assert TABLES.isdisjoint(inspect(store.writer).get_table_names())
    with store.writer.begin() as connection:
        connection.execute(text("INSERT INTO counter (name, value) VALUES ('licence status 1', 7)"))
    command.upgrade(config, AFTER)
    assert set(inspect(store.writer).get_table_names()) >= TABLES
    command.downgrade(config, BEFORE)
    assert TABLES.isdisjoint(inspect(store.writer).get_table_names())
    command.upgrade(config, AFTER)
    with store.writer.connect() as connection:
        assert connection.execute(text("SELECT value FROM counter WHERE name = 'licence status 1'")).scalar() == 7

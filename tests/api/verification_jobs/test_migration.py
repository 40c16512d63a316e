"""The migration to verification jobs: what was there stays, and back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text

from api import migrations
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0011", "0012"
TABLES = {"verification_job", "verification_piece"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty database."""
    made = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()


def test_what_was_there_stays_and_it_goes_back(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    with store.writer.begin() as connection:
        connection.execute(text("INSERT INTO counter (name, value) VALUES ('seal code 330100', 7)"))
    for _ in range(2):
        command.upgrade(config, AFTER)
        assert set(inspect(store.writer).get_table_names()) >= TABLES
        command.downgrade(config, BEFORE)
        assert not set(inspect(store.writer).get_table_names()) & TABLES
    with store.writer.connect() as connection:
        kept = connection.execute(text("SELECT name, value FROM counter")).all()
    assert [tuple(row) for row in kept] == [("seal code 330100", 7)]

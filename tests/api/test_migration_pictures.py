"""The migration to pictures: what was there stays, unused ones are found without looking at all, and back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text

from api import migrations
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0012", "0013"
TABLE = "licence_picture"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty database."""
    made = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()


def test_it_goes_forward_and_back(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    with store.writer.begin() as connection:
        connection.execute(text("INSERT INTO counter (name, value) VALUES ('seal code 330100', 7)"))
    command.upgrade(config, AFTER)
    with store.writer.connect() as connection:
        asked = f"EXPLAIN QUERY PLAN DELETE FROM {TABLE} WHERE used_at IS NULL AND uploaded_at < '2026'"  # noqa: S608
        plan = " ".join(str(row) for row in connection.execute(text(asked)))
        kept = connection.execute(text("SELECT name, value FROM counter")).all()
    assert "ix_licence_picture_unused" in plan
    assert [tuple(row) for row in kept] == [("seal code 330100", 7)]
    command.downgrade(config, BEFORE)
    assert TABLE not in inspect(store.writer).get_table_names()
    command.upgrade(config, AFTER)
    assert TABLE in inspect(store.writer).get_table_names()

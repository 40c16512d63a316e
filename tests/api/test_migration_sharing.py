"""The migration to sharing: what was there stays, grants and consents can be kept, and back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text

from api import migrations
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0010", "0011"
TABLES = {"sharing_grant", "licence_consent", "licence_use", "licence_copy", "licence_download"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty database."""
    made = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()


def test_what_was_there_stays(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    with store.writer.begin() as connection:
        connection.execute(text("INSERT INTO counter (name, value) VALUES ('seal code 330100', 7)"))
    command.upgrade(config, AFTER)
    assert set(inspect(store.writer).get_table_names()) >= TABLES
    with store.writer.connect() as connection:
        kept = connection.execute(text("SELECT name, value FROM counter")).all()
    assert [tuple(row) for row in kept] == [("seal code 330100", 7)]


def test_the_uses_of_a_holder_are_found_without_sorting(store: Store) -> None:
    command.upgrade(migrations.configuration(store.writer), AFTER)
    asked = "EXPLAIN QUERY PLAN SELECT * FROM licence_use WHERE holder = 'a' AND id < 'b' ORDER BY id DESC LIMIT 50"
    with store.writer.connect() as connection:
        plan = " ".join(str(row) for row in connection.execute(text(asked)))
    assert "ix_licence_use_holder_id" in plan
    assert "TEMP B-TREE" not in plan


def test_it_goes_back(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, AFTER)
    command.downgrade(config, BEFORE)
    assert not set(inspect(store.writer).get_table_names()) & TABLES
    command.upgrade(config, AFTER)
    assert set(inspect(store.writer).get_table_names()) >= TABLES

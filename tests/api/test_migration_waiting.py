"""The migration by which unused files are forgotten: what was there stays, and going back finds nothing forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect, text

from api import migrations

BEFORE, AFTER = "0027", "0028"
ADDED = {
    "licence_scan": {"asked_at", "forgotten_at"},
    "seal_evidence": {"forgotten_at"},
    "bulk_job": {"moved_at"},
    "bulk_chunk": {"last_line", "issued", "refused"},
}
ORGANISATION = (
    "INSERT INTO organisation (version, id, state, last_actor, registered_at, name, credit_code) "
    "VALUES (1, 'O1', 'active', 'a', '2026-01-01 00:00:00', '某局', '11330100002500018W')"
)
SCAN = (
    "INSERT INTO licence_scan (version, id, issuer, media_type, size, digest, blob, uploaded_by, uploaded_at) "
    "VALUES (1, :id, 'O1', 'image/png', 1, '', '', 'a', '2026-01-01 00:00:00')"
)
LETTER = (
    "INSERT INTO seal_evidence (version, id, organisation, kind, media_type, size, digest, blob, uploaded_by, "
    "uploaded_at) VALUES (1, :id, 'O1', 'other', 'image/png', 1, '', '', 'a', '2026-01-01 00:00:00')"
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Return an empty database."""
    made = create_engine(f"sqlite:///{tmp_path / 'trust.db'}")
    yield made
    made.dispose()


def columns(engine: Engine, table: str) -> set[str]:
    """Return the columns of a table."""
    return {one["name"] for one in inspect(engine).get_columns(table)}


def test_what_was_there_stays_and_what_was_forgotten_does_not_come_back(engine: Engine) -> None:
    config = migrations.configuration(engine)
    command.upgrade(config, BEFORE)
    with engine.begin() as connection:
        connection.execute(text(ORGANISATION))
        for name in ("kept", "gone"):
            connection.execute(text(SCAN), {"id": name})
            connection.execute(text(LETTER), {"id": name})
    command.upgrade(config, AFTER)
    assert all(added <= columns(engine, table) for table, added in ADDED.items())
    with engine.begin() as connection:
        for table in ("licence_scan", "seal_evidence"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 2  # noqa: S608 - as above
            connection.execute(text(f"UPDATE {table} SET forgotten_at = uploaded_at WHERE id = 'gone'"))  # noqa: S608 - as above
    command.downgrade(config, BEFORE)
    assert not any(added & columns(engine, table) for table, added in ADDED.items())
    with engine.connect() as connection:
        for table in ("licence_scan", "seal_evidence"):
            assert connection.execute(text(f"SELECT id FROM {table}")).scalars().all() == ["kept"]  # noqa: S608 - as above

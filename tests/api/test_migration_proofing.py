"""The migration to proofings: whoever was proven is proven afterwards, by a row of their own, and back again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, make_url, text

from api import migrations
from identity.levels import Level
from identity.proofing import repository as proofings
from identity.proofing.proofing import Method, Source
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0015", "0016"
PROVEN_AT = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
PERSON = (
    "INSERT INTO person (version, id, state, last_actor, registered_at, protected, number_index, assurance_level, "
    "assurance_source, assurance_by, assurance_at) VALUES (1, :id, :state, 'r', '2026-01-01 00:00:00', :protected, "
    ":id, :level, :source, :by, :at)"
)
ORGANISATION = (
    "INSERT INTO organisation (version, id, state, last_actor, registered_at, name, credit_code, assurance_level, "
    "assurance_source, assurance_by, assurance_at) VALUES (1, 'O1', 'active', 'r', '2026-01-01 00:00:00', "
    "'云州市某某局', '11330199MB0A00018X', 3, 'counter', 'second', '2026-01-01 08:00:00')"
)
NOBODY = {"level": None, "source": None, "by": None, "at": None}
PEOPLE = (
    {"id": "P1", "state": "active", "level": 3, "source": "ceremony", "by": "操作员", "at": "2026-01-01 08:00:00"},
    {"id": "P2", "state": "frozen", "level": 3, "source": "counter", "by": "second", "at": "2026-01-01 08:00:00"},
    {"id": "P3", "state": "registered", **NOBODY},
)


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty database on SQLite."""
    made = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """Return an empty schema on PostgreSQL."""
    schema = f"proofing_{uuid4().hex}"
    administrator = create_engine(postgres_url)
    with administrator.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(postgres_url).update_query_dict({"options": f"-csearch_path={schema}"})
    made = Store(url.render_as_string(hide_password=False), clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()
    with administrator.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    administrator.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Return a database of each kind in turn, with subjects of before, and what refers to one of them."""
    found: Store = request.getfixturevalue(f"{request.param}_store")
    command.upgrade(migrations.configuration(found.writer), BEFORE)
    with found.writer.begin() as connection:
        for one in PEOPLE:
            connection.execute(text(PERSON), {**one, "protected": b"enciphered"})
        connection.execute(text(ORGANISATION))
        connection.execute(text("UPDATE organisation SET legal_representative = 'P2'"))
    return found


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    """Return what a statement selects."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_whoever_was_proven_is_proven_afterwards(store: Store) -> None:
    command.upgrade(migrations.configuration(store.writer), AFTER)
    with store.reading() as view:
        found = {name: proofings.assurance_of(view, name) for name in ("P1", "P2", "P3", "O1")}
        (made,) = proofings.of_subject(view, "P1")
        (of_organisation,) = proofings.of_subject(view, "O1")
    told = {name: None if one is None else (one.level, one.source, one.by, one.at) for name, one in found.items()}
    assert told == {
        "P1": (3, "ceremony", "操作员", PROVEN_AT),
        "P2": (3, "counter", "second", PROVEN_AT),
        "P3": None,
        "O1": (3, "counter", "second", PROVEN_AT),
    }
    assert (made.method, made.level, made.expires_at) == (
        Method.CEREMONY,
        Level.HIGH,
        PROVEN_AT + timedelta(days=1825),
    )
    assert made.sources == {Source.DOCUMENT_SEEN, Source.FACE_IN_PERSON}
    assert of_organisation.sources == {Source.REGISTRATION_SEEN, Source.REPRESENTATIVE_PRESENT}
    assert rows(store.writer, "SELECT id, legal_representative FROM organisation") == [("O1", "P2")]


def test_going_back_leaves_everybody_as_before(store: Store) -> None:
    asked = (
        "SELECT id, assurance_level, assurance_source, assurance_by, assurance_at FROM person "
        "UNION ALL SELECT id, assurance_level, assurance_source, assurance_by, assurance_at FROM organisation "
        "ORDER BY 1"
    )
    before = [row[:4] for row in rows(store.writer, asked)]
    command.upgrade(migrations.configuration(store.writer), AFTER)
    command.downgrade(migrations.configuration(store.writer), BEFORE)
    after = rows(store.writer, asked)
    assert [row[:4] for row in after] == before
    assert [str(row[4])[:19] for row in after] == [*["2026-01-01 08:00:00"] * 3, "None"]

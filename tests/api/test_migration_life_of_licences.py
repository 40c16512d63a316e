"""The migration to the whole life of licences: what an instance of before has is there afterwards, and back again."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from api import migrations
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0006", "0007"
ORGANISATION = (
    "INSERT INTO organisation (version, id, state, last_actor, registered_at, name, credit_code) "
    "VALUES (1, 'O1', 'active', 'r', '2026-01-01 00:00:00', '云州市某某局', '11330199MB0A00018X')"
)
SEAL = (
    "INSERT INTO seal (version, id, state, last_actor, owner, kind, name, applied_at) "
    "VALUES (1, 'seal_1', 'active', 'a', 'O1', 'business', '云州市某某局业务专用章', '2026-01-01 00:00:00')"
)
KIND = (
    "INSERT INTO licence_type (version, id, state, last_actor, code, name, issuer, template, holder_kind, data_schema) "
    "VALUES (1, 'type_1', 'published', 'a', '11100000MB0127170X001', '许可证', 'O1', 'food_permit', 'O', '{}')"
)
LICENCE = (
    "INSERT INTO licence (version, id, state, last_actor, type, identifier, digest, number, holder, seal, "
    "status_index, protected, prepared_at, issued_on) "
    "VALUES (1, :id, :state, 'a', 'type_1', :id, :id, :id, 'O2', 'seal_1', :place, :protected, "
    "'2026-01-01 00:00:00', '2026-01-01')"
)
STEP = (
    "INSERT INTO licence_event (id, licence, sequence, event, state, actor, at, reason) "
    "VALUES (:id, :licence, :sequence, 'release', 'in_force', 'a', :at, '')"
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
    schema = f"licences_{uuid4().hex}"
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
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return a database of each kind in turn, with two licences of before."""
    store: Store = request.getfixturevalue(f"{request.param}_store")
    found = store.writer
    command.upgrade(migrations.configuration(found), BEFORE)
    with found.begin() as connection:
        for statement in (ORGANISATION, SEAL, KIND):
            connection.execute(text(statement))
        for place, state in enumerate(("in_force", "revoked"), start=1):
            told = {"id": f"lic_{place}", "state": state, "place": place, "protected": b"cipher"}
            connection.execute(text(LICENCE), told)
        for number in (1, 2):
            step = {"id": f"le_{number}", "licence": "lic_1", "sequence": number, "at": f"2026-01-0{number} 00:00:00"}
            connection.execute(text(STEP), step)
        connection.execute(text(STEP), {"id": "le_3", "licence": "lic_2", "sequence": 1, "at": "2026-01-01 00:00:00"})
    return found


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    """Return what a statement selects."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_what_there_was_is_the_first_of_its_chain(engine: Engine) -> None:
    command.upgrade(migrations.configuration(engine), AFTER)
    told = "SELECT id, state, chain, edition, origin, issuer, type_version, level, steps, protected FROM licence"
    assert [(*row[:-1], bytes(row[-1])) for row in rows(engine, f"{told} ORDER BY id")] == [  # type: ignore[call-overload] # octets
        ("lic_1", "in_force", "lic_1", 1, "issue", "O1", 1, "B-T", 2, b"cipher"),
        ("lic_2", "revoked", "lic_2", 1, "issue", "O1", 1, "B-T", 1, b"cipher"),
    ]
    (since,) = rows(engine, "SELECT entered_at FROM licence WHERE id = 'lic_1'")
    assert str(since[0]).startswith("2026-01-02 00:00:00")
    assert rows(engine, "SELECT ground, request FROM licence_event") == [(None, None)] * 3
    assert rows(engine, "SELECT time_stamp_due, predecessor, successor FROM licence") == [(None, None, None)] * 2


def test_the_database_keeps_editions_and_successors_apart(engine: Engine) -> None:
    command.upgrade(migrations.configuration(engine), AFTER)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE licence SET chain = 'lic_1' WHERE id = 'lic_2'"))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE licence SET predecessor = 'lic_0'"))
    with engine.begin() as connection:  # one that came to nothing does not count
        connection.execute(text("UPDATE licence SET state = 'void' WHERE id = 'lic_2'"))
        connection.execute(text("UPDATE licence SET predecessor = 'lic_0'"))


def test_going_back_keeps_what_that_version_understands(engine: Engine) -> None:
    command.upgrade(migrations.configuration(engine), AFTER)
    with engine.begin() as connection:
        connection.execute(text("UPDATE licence SET state = 'superseded' WHERE id = 'lic_1'"))
        connection.execute(text("UPDATE licence_event SET state = 'withdrawn' WHERE id = 'le_2'"))
    command.downgrade(migrations.configuration(engine), BEFORE)
    assert rows(engine, "SELECT state FROM licence") == [("revoked",)] * 2
    assert rows(engine, "SELECT state FROM licence_event WHERE id = 'le_2'") == [("revoked",)]
    command.upgrade(migrations.configuration(engine), AFTER)
    assert rows(engine, "SELECT edition FROM licence") == [(1,), (1,)]

"""The migration to the whole life of seals: what an instance of before has is there afterwards, and back again."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from api import migrations
from seal import repository
from seal.image.designs import SealDesign
from seal.lifecycle import SealState
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0003", "0004"
ORGANISATION = (
    "INSERT INTO organisation (version, id, state, last_actor, registered_at, name, credit_code) "
    "VALUES (1, 'O1', 'active', 'r', '2026-01-01 00:00:00', '云州市某某局', '11330199MB0A00018X')"
)
SEAL = (
    "INSERT INTO seal (version, id, state, last_actor, owner, kind, name, rim, row, diameter_mm, applied_at) "
    "VALUES (1, :id, :state, 'a', 'O1', :kind, '云州市某某局业务专用章', '云州市某某局', :row, 38, "
    "'2026-01-01 00:00:00')"
)
STEP = (
    "INSERT INTO seal_event (id, seal, sequence, event, state, actor, at, reason) "
    "VALUES (:id, 'seal_1', :sequence, :event, :state, 'a', :at, '')"
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
    schema = f"seals_{uuid4().hex}"
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
    """Return a database of each kind in turn, with a seal of before that was suspended."""
    store: Store = request.getfixturevalue(f"{request.param}_store")
    found = store.writer
    command.upgrade(migrations.configuration(found), BEFORE)
    columns = {"id": "seal_1", "state": "suspended", "kind": "statutory_name", "row": ""}
    with found.begin() as connection:
        connection.execute(text(ORGANISATION))
        connection.execute(text(SEAL), columns)
        for number, (event, state) in enumerate((("apply", "applied"), ("suspend", "suspended")), start=1):
            told = {"id": f"se_{number}", "sequence": number, "event": event, "state": state}
            connection.execute(text(STEP), told | {"at": f"2026-01-0{number} 00:00:00"})
    return found


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    """Return what a statement selects."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_a_seal_of_before_comes_along(engine: Engine) -> None:
    migrations.upgrade(engine)
    store = Store(engine.url.render_as_string(hide_password=False), clock=SettableClock(), journal=AuditTrail())
    with store.reading() as view:
        seal = repository.get(view, "seal_1")
        history = repository.history(view, "seal_1")
    store.close()
    assert seal is not None
    assert seal.design == SealDesign(name="云州市某某局", diameter_mm=38)
    assert (seal.state, seal.likeness, seal.supersedes, seal.ground) == (SealState.SUSPENDED, None, None, None)
    assert seal.entered_at.isoformat().startswith("2026-01-02T00:00")
    assert [(one.state, one.ground, one.changes) for one in history] == [
        (SealState.APPLIED, None, {}),
        (SealState.SUSPENDED, None, {}),
    ]


def test_the_database_still_lets_an_organisation_have_one_statutory_name_seal(engine: Engine) -> None:
    command.upgrade(migrations.configuration(engine), AFTER)
    second = (
        "INSERT INTO seal (version, id, state, last_actor, owner, kind, name, applied_at, supersedes) "
        "VALUES (1, :id, :state, 'a', 'O1', 'statutory_name', 'x', '2026-01-01 00:00:00', :supersedes)"
    )
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(second), {"id": "seal_2", "state": "applied", "supersedes": None})
    with engine.begin() as connection:
        connection.execute(text(second), {"id": "seal_3", "state": "issued", "supersedes": "seal_1"})
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE seal SET state = 'active' WHERE id = 'seal_3'"))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(second), {"id": "seal_4", "state": "applied", "supersedes": "seal_1"})
    with engine.begin() as connection:
        connection.execute(text("UPDATE seal SET state = 'superseded' WHERE id = 'seal_1'"))
        connection.execute(text("UPDATE seal SET state = 'active' WHERE id = 'seal_3'"))


def test_going_back_keeps_the_seals(engine: Engine) -> None:
    command.upgrade(migrations.configuration(engine), AFTER)
    with engine.begin() as connection:
        connection.execute(text("UPDATE seal SET state = 'superseded'"))
        connection.execute(text("UPDATE seal_event SET state = 'destroyed' WHERE sequence = 2"))
    command.downgrade(migrations.configuration(engine), BEFORE)
    assert rows(engine, "SELECT state, rim, row, diameter_mm FROM seal") == [("cancelled", "云州市某某局", "", 38)]
    assert rows(engine, "SELECT state FROM seal_event ORDER BY sequence") == [("applied",), ("cancelled",)]

"""The migration to versions of types: what was a type becomes its first version, on both databases, and back again."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from api import migrations
from api.demo import cast
from licence.lifecycle import TypeState
from licence.types.particulars import HolderCategory
from licence.types.repository import TypeRepository
from licence.types.validity import AsRecorded, Lasting, Unit
from tests.fakes.clock import SettableClock
from trust.audit import AuditTrail
from trust.store import Store

BEFORE, AFTER = "0007", "0008"
MOVED = {"state", "last_actor", "name", "template", "holder_kind", "data_schema", "lifetime_days"}


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return an empty database of each kind in turn."""
    if request.param == "sqlite":
        made = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
        yield made
        made.close()
        return
    url: str = request.getfixturevalue("postgres_url")
    schema = f"types_{uuid4().hex}"
    administrator = create_engine(url)
    with administrator.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    made = Store(own.render_as_string(hide_password=False), clock=SettableClock(), journal=AuditTrail())
    yield made
    made.close()
    with administrator.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    administrator.dispose()


def put_types(engine: Engine) -> None:
    """Put an authority and types of before into the tables."""
    columns = {one["name"]: one for one in inspect(engine).get_columns("organisation")}
    with engine.begin() as connection:
        told: dict[str, Any] = {"id": "O1", "version": 1, "state": "proven", "last_actor": "a"}
        for name, one in columns.items():
            if name not in told and not one["nullable"]:
                plain = one["type"].python_type
                told[name] = "2026-01-01 00:00:00+00:00" if "date" in plain.__name__ else plain()
        names = ", ".join(told)
        connection.execute(text(f"INSERT INTO organisation ({names}) VALUES (:{', :'.join(told)})"), told)  # noqa: S608
        for name, state, kind, days in (
            ("a", "published", "O", 1825),
            ("b", "draft", "P", None),
            ("c", "retired", "O", None),
        ):
            row = {
                "version": 3,
                "id": f"type_{name}",
                "state": state,
                "last_actor": "wang",
                "code": f"{cast.DEFINER}00{'abc'.index(name)}",
                "name": f"证{name}",
                "issuer": "O1",
                "template": "food_permit",
                "holder_kind": kind,
                "data_schema": json.dumps(cast.FOOD_SCHEMA),
                "lifetime_days": days,
            }
            names = ", ".join(row)
            connection.execute(text(f"INSERT INTO licence_type ({names}) VALUES (:{', :'.join(row)})"), row)  # noqa: S608


def columns(engine: Engine) -> set[str]:
    """Return the columns of the types' table."""
    return {one["name"] for one in inspect(engine).get_columns("licence_type")}


def test_what_was_a_type_becomes_its_first_version(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    put_types(store.writer)
    command.upgrade(config, AFTER)
    assert not MOVED & columns(store.writer)
    command.upgrade(config, "head")  # what reads a type knows it as it is today
    with store.reading() as view:
        ((published,), (draft,), (retired,)) = TypeRepository().all(view)
    assert (published.id, published.version, published.state) == ("type_a", 1, TypeState.PUBLISHED)
    assert (published.name, published.template, published.last_actor) == ("证a", "food_permit", "wang")
    assert published.effective_from == retired.effective_from == date(1970, 1, 1)
    assert published.schema == cast.FOOD_SCHEMA
    assert list(published.schema["properties"]) == list(cast.FOOD_SCHEMA["properties"])
    assert [(one.authority, one.seal) for one in published.issuing] == [("O1", None)]
    assert published.particulars.validity == Lasting(count=1825, unit=Unit.DAYS)
    assert published.particulars.holders == {HolderCategory.LEGAL_PERSON, HolderCategory.OTHER_ORGANISATION}
    assert (draft.state, draft.effective_from) == (TypeState.DRAFT, None)
    assert draft.particulars.validity == AsRecorded(open_end=True)
    assert draft.particulars.holders == {HolderCategory.NATURAL_PERSON}
    assert retired.state is TypeState.RETIRED


def test_going_back_keeps_what_could_be_said_before(store: Store) -> None:
    config = migrations.configuration(store.writer)
    command.upgrade(config, BEFORE)
    put_types(store.writer)
    command.upgrade(config, AFTER)
    with store.writer.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO licence_type_version SELECT version, 'type_a.2', type, 2, 'draft', last_actor, NULL,"
                " 'other', issuing, particulars, data_schema FROM licence_type_version WHERE id = 'type_a.1'"
            )
        )
    command.downgrade(config, BEFORE)
    assert columns(store.writer) >= MOVED
    assert "licence_type_version" not in inspect(store.writer).get_table_names()
    with store.writer.connect() as connection:
        rows = connection.execute(
            text("SELECT id, state, name, template, holder_kind, lifetime_days FROM licence_type ORDER BY id")
        )
        assert [tuple(row) for row in rows] == [
            ("type_a", "published", "证a", "food_permit", "O", 1825),
            ("type_b", "draft", "证b", "food_permit", "P", None),
            ("type_c", "retired", "证c", "food_permit", "O", None),
        ]
    command.upgrade(config, AFTER)

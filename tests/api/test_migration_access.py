"""What the change of access does to rows of before: the key of each business system is its first one, duties stay."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, make_url, text

from api import migrations
from identity.jose import thumbprint

JWK = {
    "crv": "P-256",
    "kty": "EC",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
"""RFC 7515, A.3."""

ORGANISATION = (
    "INSERT INTO organisation (version, id, state, last_actor, registered_at, name, credit_code) "
    "VALUES (1, 'O1', 'active', 'a', '2026-01-01 00:00:00', '某局', '11330100002500018W')"
)
CLIENT = (
    "INSERT INTO client (version, id, name, organisation, public_jwk, state, last_actor) "
    "VALUES (1, 'client_1', '综合业务系统', 'O1', :jwk, 'active', 'security')"
)
GRANT = (
    'INSERT INTO "grant" (id, holder, duty, organisation, granted_by, granted_at) '
    "VALUES ('grant_1', 'client_1', 'business_system', 'O1', 'security', '2026-01-01 00:00:00')"
)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """Return an empty SQLite database."""
    engine = create_engine(f"sqlite:///{tmp_path / 'access.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Engine]:
    """Return an empty schema on PostgreSQL."""
    schema = f"access_{uuid4().hex}"
    administrator = create_engine(postgres_url)
    with administrator.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine = create_engine(make_url(postgres_url).update_query_dict({"options": f"-csearch_path={schema}"}))
    yield engine
    engine.dispose()
    with administrator.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    administrator.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def before(request: pytest.FixtureRequest) -> Engine:
    """Return a database of before with an organisation, its business system, and the system's duty."""
    engine: Engine = request.getfixturevalue(request.param)
    command.upgrade(migrations.configuration(engine), "0019")
    with engine.begin() as connection:
        connection.execute(text(ORGANISATION))
        connection.execute(text(CLIENT), {"jwk": json.dumps(JWK)})
        connection.execute(text(GRANT))
    return engine


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_the_key_of_before_is_the_first_one(before: Engine) -> None:
    command.upgrade(migrations.configuration(before), "0020")
    ((client, kid, jwk, state, version),) = rows(before, "SELECT client, kid, jwk, state, version FROM client_key")
    assert (client, kid, state, version) == ("client_1", thumbprint(JWK), "active", 1)
    assert (json.loads(jwk) if isinstance(jwk, str) else jwk) == JWK
    asked = "SELECT description, contact, requests_per_minute, requests_per_day, stampings_per_day FROM client"
    assert rows(before, asked) == [("", None, None, None, None)]
    assert rows(before, 'SELECT duty, valid_until FROM "grant"') == [("business_system", None)]


def test_going_back_keeps_a_key_and_forgets_what_has_an_end(before: Engine) -> None:
    command.upgrade(migrations.configuration(before), "0020")
    with before.begin() as connection:
        temporary = GRANT.replace("grant_1", "grant_2").replace("business_system", "auditor")
        connection.execute(text(temporary))
        connection.execute(text("UPDATE \"grant\" SET valid_until = '2027-01-01 00:00:00' WHERE id = 'grant_2'"))
    command.downgrade(migrations.configuration(before), "0019")
    ((jwk,),) = rows(before, "SELECT public_jwk FROM client")
    assert (json.loads(jwk) if isinstance(jwk, str) else jwk) == JWK
    assert rows(before, 'SELECT id FROM "grant"') == [("grant_1",)]

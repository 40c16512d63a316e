"""Migrations: from nothing to the newest on both databases, back again, and no table that they do not know."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, inspect, make_url, select, text

from api import migrations
from api.migrations import removal
from identity.tables import AccountRow
from tests.builders import PKI
from tests.fakes.clock import SettableClock
from trust import repository
from trust.audit import AuditTrail
from trust.events import AuditEvent
from trust.rows import METADATA
from trust.store import Store

VERSIONS = "alembic_version"


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """Return an empty database on SQLite, opened as the service opens it."""
    store = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=SettableClock(), journal=AuditTrail())
    yield store.writer
    store.close()


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """Return an empty schema on PostgreSQL."""
    schema = f"migrations_{uuid4().hex}"
    administrator = create_engine(postgres_url)
    with administrator.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(postgres_url).update_query_dict({"options": f"-csearch_path={schema}"})
    store = Store(url.render_as_string(hide_password=False), clock=SettableClock(), journal=AuditTrail())
    yield store.writer
    store.close()
    with administrator.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    administrator.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return an empty database of each kind in turn."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


def test_there_is_one_head() -> None:
    script = ScriptDirectory.from_config(migrations.configuration())
    assert [migrations.head()] == script.get_heads()
    assert [one.down_revision or "base" for one in script.walk_revisions()][-1:] == ["base"]


def test_upgrading_makes_every_table(engine: Engine, tables: MetaData) -> None:
    assert migrations.current(engine) is None
    migrations.upgrade(engine)
    assert migrations.head() == migrations.current(engine)
    assert set(tables.tables) | {VERSIONS} == set(inspect(engine).get_table_names())


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    migrations.upgrade(engine)
    migrations.upgrade(engine)
    assert migrations.head() == migrations.current(engine)


def test_the_tables_are_those_of_the_program(engine: Engine, tables: MetaData) -> None:
    migrations.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables) == []


def test_what_the_migrations_make_is_what_the_tests_use(engine: Engine, tables: MetaData) -> None:
    """Compare names of constraints and indices, which Alembic passes over in part."""
    migrations.upgrade(engine)
    made = inspect(engine)
    for name, table in tables.tables.items():
        assert {one.name for one in table.indexes} <= {one["name"] for one in made.get_indexes(name)}, name
        uniques = {one["name"] for one in made.get_unique_constraints(name)}
        keys = {one["name"] for one in made.get_foreign_keys(name)}
        named = {one.name for one in table.constraints if one.name and str(one.name)[:2] in ("uq", "fk")}
        assert named == uniques | keys, name
        assert [column.name for column in table.primary_key.columns] == made.get_pk_constraint(name)[
            "constrained_columns"
        ], name


def test_downgrading_takes_every_table_away(engine: Engine) -> None:
    migrations.upgrade(engine)
    command.downgrade(migrations.configuration(engine), "base")
    assert {VERSIONS} == set(inspect(engine).get_table_names())
    assert migrations.current(engine) is None
    migrations.upgrade(engine)
    assert migrations.head() == migrations.current(engine)


def test_the_trail_begins_with_the_first_migration(engine: Engine) -> None:
    migrations.upgrade(engine)
    store = Store(engine.url.render_as_string(hide_password=False), clock=SettableClock(), journal=AuditTrail())
    with store.reading() as view:
        assert repository.audit_head(view) == (0, repository.GENESIS)
    with store.transaction() as tx:
        tx.record(AuditEvent(tag="test:begin:done", actor="test", subject="test"))
    with store.reading() as view:
        assert repository.audit_head(view)[0] == 1
    store.close()


def test_a_migration_that_fails_leaves_nothing(sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE licence_event (id INTEGER)")
        )  # made last, so that everything else is made
    with pytest.raises(Exception, match="licence_event"):
        migrations.upgrade(sqlite_engine)
    assert {"licence_event"} == set(inspect(sqlite_engine).get_table_names()) - {VERSIONS}
    assert migrations.current(sqlite_engine) is None


def test_a_new_migration_is_written_from_the_tables(engine: Engine, tmp_path: Path) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE licence_event"))
    config = migrations.configuration(engine)
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{migrations.FOLDER / 'versions'}\n{tmp_path}")
    command.revision(config, "more", autogenerate=True, version_path=tmp_path)
    (written,) = tmp_path.glob("*.py")
    assert re.search(r"sa\.Column\('at', UTCDateTime\(\)", written.read_text())
    assert "AutoString" not in written.read_text()  # how SQLModel calls it is its own affair
    command.upgrade(config, "head")
    assert "licence_event" in inspect(engine).get_table_names()


def test_autogenerate_finds_nothing_to_do(engine: Engine) -> None:
    migrations.upgrade(engine)
    command.check(migrations.configuration(engine))


# --- what instances of before have -----------------------------------------------------------------------------------


BEFORE = (
    "INSERT INTO key (version, id, purpose, algorithm, state, public_key, wrapped, created_at) "
    "VALUES (1, :id, 'audit', 'sm2', :state, :octets, :octets, '2026-01-01 00:00:00')"
)
AUTHORITY = "INSERT INTO authority (name, key_handle, key_purpose, certificate) VALUES ('ca', :key, 'x', :der)"
SERVICE_KEY = (
    "INSERT INTO service_key (role, key_handle, key_purpose, certificate, issuer) VALUES (:role, :key, 'x', :der, 'ca')"
)


@pytest.fixture
def before(engine: Engine, sm2_pki: PKI) -> Engine:
    """Return a database of the first migration with an authority, a key of the service and two others."""
    command.upgrade(migrations.configuration(engine), "0001")
    certificate = {"der": sm2_pki.root.certificate.der}
    with engine.begin() as connection:
        for name, state in (("key_1", "active"), ("key_2", "active"), ("key_3", "active"), ("key_4", "destroyed")):
            connection.execute(text(BEFORE), {"id": name, "state": state, "octets": name.encode()})
        connection.execute(text(AUTHORITY), {"key": "software:key_1", **certificate})
        connection.execute(text(SERVICE_KEY), {"role": "audit", "key": "software:key_2", **certificate})
    return engine


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    """Return what a statement selects."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_keys_of_before_are_the_first_versions_of_their_rings(before: Engine) -> None:
    command.upgrade(migrations.configuration(before), "0002")
    asked = "SELECT id, ring, ring_version, state, scheme, location, uses, use_limit, signs_until FROM key ORDER BY id"
    assert rows(before, asked) == [
        ("key_1", "ca", 1, "active", "software", "", 0, None, None),
        ("key_2", "audit", 1, "active", "software", "", 0, None, None),
        ("key_3", "key_3", 1, "active", "software", "", 0, None, None),
        ("key_4", "key_4", 1, "destroyed", "software", "", 0, None, None),
    ]
    assert rows(before, "SELECT role, version, key_handle, issuer FROM service_key") == [
        ("audit", 1, "software:key_2", "ca")
    ]
    assert rows(before, "SELECT name, wrapped FROM data_key ORDER BY name") == [
        ("blind index", None),
        ("personal data", None),
    ]


def test_a_new_instance_has_no_data_keys_yet(engine: Engine) -> None:
    migrations.upgrade(engine)
    assert rows(engine, "SELECT * FROM data_key") == []


def test_going_back_keeps_the_newest_versions(before: Engine, sm2_pki: PKI) -> None:
    command.upgrade(migrations.configuration(before), "0002")
    with before.begin() as connection:
        newer = SERVICE_KEY.replace("(role,", "(version, role,").replace("(:role,", "(2, :role,")
        certificate = {"der": sm2_pki.root.certificate.der}
        connection.execute(text(newer), {"role": "audit", "key": "software:key_3", **certificate})
    command.downgrade(migrations.configuration(before), "0001")
    assert rows(before, "SELECT role, key_handle, issuer FROM service_key") == [("audit", "software:key_3", "ca")]
    assert [one for one, *_ in rows(before, "SELECT id FROM key ORDER BY id")] == ["key_1", "key_2", "key_3", "key_4"]


# --- to sign-on

ACCOUNTS = METADATA.tables[AccountRow.__tablename__]
PERSON = (
    "INSERT INTO person (version, id, state, last_actor, registered_at, protected, number_index) "
    "VALUES (1, :id, 'active', 'somebody', '2026-11-01 08:00:00+00', :protected, :id)"
)
ACCOUNT = "INSERT INTO account (version, id, person, username, password_hash) VALUES (1, :id, :id, :username, 'hash')"
OF_THEN = (ACCOUNTS.c.id, ACCOUNTS.c.username, ACCOUNTS.c.password_hash, ACCOUNTS.c.activated_at)
SESSION = (
    "INSERT INTO token (digest, holder, is_client, expires_at) "
    "VALUES ('digest', 'one', :is_client, '2026-11-22 16:00:00+00')"
)


def test_who_had_an_account_keeps_it_and_logs_in_again(engine: Engine) -> None:
    """The first authenticator may be enrolled from the change on; who has not chosen a password yet waits as before."""
    config = migrations.configuration(engine)
    command.upgrade(config, "0013")
    with engine.begin() as connection:
        for name, username in (("one", "wang.xiaoming"), ("two", None)):
            connection.execute(text(PERSON), {"id": name, "protected": b"enciphered"})
            connection.execute(text(ACCOUNT), {"id": name, "username": username})
        connection.execute(text(SESSION), {"is_client": False})
    command.upgrade(config, "0014")
    with engine.connect() as connection:
        kept = {one.id: one for one in connection.execute(select(*OF_THEN))}
        sessions = connection.execute(text("SELECT count(*) FROM token")).scalar()
        begun = (
            connection.execute(text("SELECT id FROM account WHERE activated_at <= CURRENT_TIMESTAMP")).scalars().all()
        )
    assert (kept["one"].username, kept["one"].password_hash, sessions) == ("wang.xiaoming", "hash", 0)
    assert kept["one"].activated_at.tzinfo is not None  # read as the program reads it
    assert (kept["two"].activated_at, begun) == (None, ["one"])
    command.downgrade(config, "0013")
    command.upgrade(config, "0014")
    with engine.connect() as connection:
        assert {one.username for one in connection.execute(select(*OF_THEN))} == {"wang.xiaoming", None}


OPENED = (
    "INSERT INTO token (digest, id, holder, is_client, begun_at, expires_at, level, factors, agent) VALUES "
    "('digest', 'ses_1', 'one', :is_client, '2026-11-22 08:00:00+00', '2026-11-22 16:00:00+00', 1, 'password', '')"
)


def test_sessions_that_are_open_are_taken_to_be_used_when_they_began(engine: Engine) -> None:
    config = migrations.configuration(engine)
    command.upgrade(config, "0020")
    with engine.begin() as connection:
        connection.execute(text(PERSON), {"id": "one", "protected": b"enciphered"})
        connection.execute(text(ACCOUNT), {"id": "one", "username": "wang.xiaoming"})
        connection.execute(text(OPENED), {"is_client": False})
    for _ in range(2):
        command.upgrade(config, "0021")
        assert rows(engine, "SELECT id, holder FROM token WHERE used_at = begun_at") == [("ses_1", "one")]
        account = "SELECT username, password_hash, sessions_void_before FROM account"
        assert rows(engine, account) == [("wang.xiaoming", "hash", None)]
        command.downgrade(config, "0020")
    assert rows(engine, "SELECT id, holder FROM token") == [("ses_1", "one")]


def test_our_tables_are_removed_with_everything_in_them_and_no_others(engine: Engine) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parcels (id INTEGER)"))
    assert removal.others(engine) == {"parcels"}
    assert removal.ours(engine) == set(inspect(engine).get_table_names()) - {"parcels"}
    removal.remove(engine)
    assert set(inspect(engine).get_table_names()) == {"parcels"}
    assert not removal.ours(engine)
    assert migrations.current(engine) is None

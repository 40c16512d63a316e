"""`trust remove-demonstration`: what is made up goes, and nothing else ever does."""

import io
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, inspect, make_url, text
from typing_extensions import override

from api import cli, migrations
from api.ceremony import hold_ceremony
from api.demo import cast
from tests.api.builders import copied, settings_for
from tests.api.commands import Run, on_instance
from tests.fakes.clock import SettableClock
from tests.licence.builders import kept_on_postgres
from trust.audit import AuditTrail
from trust.rows import METADATA
from trust.store import Store

NAME = cast.founders().operator
COMMAND = "remove-demonstration"
IN_USE = "the instance is in use"


@pytest.fixture
def folder(founded_folder: Path, tmp_path: Path) -> Path:
    """Return a demonstration's folder, with its database in a file."""
    return copied(founded_folder, tmp_path / "instance")


@pytest.fixture
def trust(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs commands on it."""
    return on_instance(folder, monkeypatch, capsys)


@pytest.fixture
def on_postgresql(folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Bring the demonstration's rows to a PostgreSQL database of its own."""
    name = f"removed_{uuid4().hex}"
    administrator = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    engine = create_engine(url)
    migrations.upgrade(engine)
    statements = kept_on_postgres(folder, url, METADATA)
    with engine.begin() as connection:
        connection.exec_driver_sql(statements)
        for one in tables_of(engine):
            if one.startswith("kept_"):
                connection.exec_driver_sql(f"DROP TABLE {one}")
    (folder / "trust.db").unlink()
    monkeypatch.setenv("TRUST_DATABASE_URL", url)
    yield engine
    engine.dispose()
    with administrator.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    administrator.dispose()


def tables_of(engine: Engine) -> set[str]:
    """Return what stands in a database."""
    return set(inspect(engine).get_table_names())


def serving(url: str) -> Store:
    """Return a store that has asked its database something, as that of a process that serves."""
    store = Store(url, clock=SettableClock(), journal=AuditTrail())
    with store.reading() as view:
        view.rows(text("SELECT count(*) FROM counter"))
    return store


def test_a_demonstration_goes_once_somebody_has_typed_its_name(trust: Run, folder: Path) -> None:
    kept = trust(COMMAND, told="y\n")
    assert (kept.code, (folder / "trust.db").exists()) == (1, True)
    assert kept.err == f"the operator is called {NAME}: nothing was removed\n"
    gone = trust(COMMAND, told=f"{NAME}\n")
    assert (gone.code, folder.exists()) == (0, False)
    assert gone.out.endswith(f"removed: {NAME}\n")


def test_what_goes_is_said_before_anybody_agrees(trust: Run, folder: Path) -> None:
    (folder / "blobs").mkdir(exist_ok=True)
    told = trust(COMMAND, "--operator", "somebody else").out.splitlines()
    assert told == [
        f"{NAME} is a demonstration. This removes for good, and no backup is made:",
        f"  the {len(METADATA.tables) + 1} tables of this service in sqlite:///{folder / 'trust.db'}",
        told[2],
        f"  {folder / 'keys'} with everything in it",
        f"  {folder / 'blobs'} with everything in it",
    ]
    assert told[2].startswith("  with 0 × licence, 0 × seal, ")


def test_what_is_no_demonstration_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "instance"
    founders = cast.founders().model_copy(update={"operator": "云州市政务服务和数据管理局"})
    hold_ceremony(settings_for(folder), founders, SettableClock())
    answer = on_instance(folder, monkeypatch, capsys)(COMMAND, "--operator", founders.operator)
    assert (answer.code, answer.out, (folder / "trust.db").exists()) == (1, "", True)
    assert "no demonstration" in answer.err


def test_what_others_have_put_beside_it_stays(trust: Run, folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    database = create_engine(f"sqlite:///{folder / 'trust.db'}")
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE parcels (id INTEGER)"))
    database.dispose()
    gone = trust(COMMAND, "--operator", NAME)
    assert gone.code == 0
    assert f"{folder / 'notes.txt'} stays: it is not of this service." in gone.out.splitlines()
    assert "table parcels stays: it is not of this service." in gone.out.splitlines()
    assert {one.name for one in folder.iterdir()} == {"notes.txt", "trust.db"}
    assert tables_of(database) == {"parcels"}
    database.dispose()


def test_a_root_key_that_is_kept_elsewhere_stays(
    trust: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = (folder / "keys" / "root.key").rename(tmp_path / "root.key")
    monkeypatch.setenv("TRUST_ROOT_KEY_FILE", str(key))
    gone = trust(COMMAND, "--operator", NAME)
    assert (gone.code, folder.exists(), key.exists()) == (0, False, True)
    assert f"The root key in {key} stays: it is yours to destroy." in gone.out.splitlines()


def test_what_is_in_use_stays(trust: Run, folder: Path) -> None:
    with closing(serving(f"sqlite:///{folder / 'trust.db'}")):
        answer = trust(COMMAND, "--operator", NAME)
    assert (answer.code, answer.out, (folder / "trust.db").exists()) == (1, "", True)
    assert answer.err.startswith(IN_USE)


@pytest.mark.usefixtures("trust")
def test_what_is_started_while_somebody_types_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[Store] = []

    class Slow(io.StringIO):
        """Somebody who takes his time."""

        @override
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override] # of bytes, to typeshed
            started.append(serving(f"sqlite:///{folder / 'trust.db'}"))
            return super().readline(-1 if size is None else size)

    monkeypatch.setattr(sys, "stdin", Slow(f"{NAME}\n"))
    monkeypatch.setattr(sys, "argv", ["trust", COMMAND])
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    assert IN_USE in capsys.readouterr().err
    assert [(folder / one).exists() for one in ("trust.db", "keys/root.key")] == [True, True]
    for one in started:
        one.close()


def test_on_postgresql_only_our_tables_go_and_only_where_nobody_uses_them(
    trust: Run, folder: Path, on_postgresql: Engine
) -> None:
    with on_postgresql.begin() as connection:  # another program's, which stays connected all the time
        connection.execute(text("CREATE TABLE parcels (id INTEGER)"))
    with closing(serving(on_postgresql.url.render_as_string(hide_password=False))):
        kept = trust(COMMAND, "--operator", NAME)
    assert (kept.code, kept.out) == (1, "")
    assert kept.err.startswith(IN_USE)
    assert len(tables_of(on_postgresql)) == len(METADATA.tables) + 2
    gone = trust(COMMAND, "--operator", NAME)
    assert (gone.code, folder.exists()) == (0, False)
    assert "table parcels stays: it is not of this service." in gone.out.splitlines()
    assert tables_of(on_postgresql) == {"parcels"}

"""A process of an instance begins where there is one, of its own version; its database is changed while none works."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import uvicorn
from alembic import command
from sqlalchemy import text
from structlog.testing import capture_logs

from api import migrations
from api.foundation import Foundation
from api.settings import Settings
from api.starting import DatabaseAhead, DatabaseBehind, founded, open_to_work, require_stopped
from api.wiring import Instance
from keys.errors import KeystoreUnavailable
from tests.api.builders import copied, settings_for
from tests.api.commands import Run, on_instance
from trust.founding import NotFounded
from trust.store import StoreUnavailable

BEFORE = "0001"
"""The first migration: of most tables nothing is there."""


@pytest.fixture
def settings(founded_folder: Path, tmp_path: Path) -> Settings:
    """Return the settings of an instance of the test's own."""
    return settings_for(copied(founded_folder, tmp_path / "instance"))


@pytest.fixture
def trust(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs commands on it."""
    return on_instance(settings.data_dir, monkeypatch, capsys)


@pytest.fixture
def at_work(settings: Settings) -> Iterator[Instance]:
    """Return the instance as a process that works on it has it."""
    opened = open_to_work(settings)
    with opened.base.store.reading() as view:
        view.rows(text("SELECT count(*) FROM counter"))
    yield opened
    opened.base.store.close()


def set_back(settings: Settings) -> None:
    """Leave the database as an earlier version did."""
    with closing(Foundation.open(settings).store) as store:
        command.downgrade(migrations.configuration(store.writer), BEFORE)


def set_beyond(settings: Settings) -> None:
    """Leave the database as a later version might."""
    with closing(Foundation.open(settings).store) as store, store.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def test_an_instance_of_this_version_is_opened(at_work: Instance) -> None:
    assert at_work.service_keys.versions


def test_a_process_does_not_begin_on_a_database_of_an_earlier_version(settings: Settings) -> None:
    set_back(settings)
    with pytest.raises(DatabaseBehind) as refused:
        open_to_work(settings)
    assert refused.value.details == {"at": BEFORE, "head": migrations.head()}


def test_a_process_does_not_begin_on_a_database_of_a_later_version(settings: Settings) -> None:
    set_beyond(settings)
    with pytest.raises(DatabaseAhead):
        open_to_work(settings)


@pytest.mark.parametrize("told", [("serve",), ("bulk", "work")])
def test_the_commands_that_work_say_so(trust: Run, settings: Settings, told: tuple[str, ...]) -> None:
    set_beyond(settings)
    answer = trust(*told)
    assert answer.code == 1
    assert "instance.database_ahead" in answer.err


def test_a_root_key_that_is_gone_is_no_missing_instance(settings: Settings) -> None:
    settings.root_key.unlink()  # its record says that there is an instance
    with pytest.raises(KeystoreUnavailable):
        founded(settings)


def test_where_nothing_is_nothing_is_opened_and_nothing_made(tmp_path: Path) -> None:
    with pytest.raises(NotFounded):
        open_to_work(settings_for(tmp_path / "nowhere"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_setting_is_in_the_log(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUST_AGREED_ROTATION", "true")
    with capture_logs() as logs:
        open_to_work(settings).base.store.close()
    assert {"setting": "TRUST_AGREED_ROTATION", "meant": "TRUST_AGREED_ROTATIONS"}.items() <= logs[0].items()


def test_who_asked_is_believed_of_the_proxies_that_are_named(trust: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, object] = {}
    monkeypatch.setattr(uvicorn, "run", lambda *_, **options: told.update(options))
    monkeypatch.setenv("TRUST_PROXIES", "10.0.0.5")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # what the server would read by itself
    assert trust("serve").code == 0
    assert told["forwarded_allow_ips"] == "10.0.0.5"
    assert told["timeout_keep_alive"] == 75  # nginx keeps its own for 60


def test_a_database_is_migrated_once_nobody_works_on_it(trust: Run, settings: Settings) -> None:
    set_back(settings)
    with closing(Foundation.open(settings).store) as store:
        with store.reading() as view:
            view.rows(text("SELECT count(*) FROM alembic_version"))
        answer = trust("migrate")
        assert answer.code == 1
        assert "instance.in_use" in answer.err
        assert migrations.current(store.writer) == BEFORE
    answer = trust("migrate")
    assert (answer.code, answer.out) == (0, f"migrated from {BEFORE} to {migrations.head()}\n")


def test_a_database_of_a_later_version_is_left_alone(trust: Run, settings: Settings) -> None:
    set_beyond(settings)
    answer = trust("migrate")
    assert answer.code == 1
    assert "instance.database_ahead" in answer.err


def test_a_database_that_does_not_answer_is_told(settings: Settings) -> None:
    away = settings.model_copy(update={"database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none"})
    with pytest.raises(StoreUnavailable):
        require_stopped(away)

"""`trust doctor` from inside: each thing is looked at, whatever the others say."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command

from api import migrations
from api.doctor import MACHINE, diagnose, look_at_custody
from api.foundation import Foundation
from api.settings import Settings
from api.wiring import Instance
from api.words import WORDS
from tests.api.builders import copied, settings_for
from trust.crypto.selftest import SelfTestFailed


def test_a_machine_without_an_instance_is_looked_at_all_the_same(tmp_path: Path) -> None:
    found = {one.name: one for one in diagnose(settings_for(tmp_path / "nowhere"))}
    assert {"cryptography", "typefaces", "browser", "instance"} == set(found)
    assert found["cryptography"].ok
    assert "OpenSSL" in found["cryptography"].told
    assert found["cryptography"].told.startswith("SM2 keys in ")
    assert ", verification by " in found["cryptography"].told
    assert found["cryptography"].told.endswith("reference, gmssl")
    assert found["typefaces"].ok
    assert not found["browser"].needed
    assert (found["instance"].ok, found["instance"].needed) == (False, True)
    assert "trust init" in found["instance"].told


def test_looking_makes_nothing(tmp_path: Path) -> None:
    list(diagnose(settings_for(tmp_path / "nowhere")))
    assert list(tmp_path.iterdir()) == []


def test_an_instance_is_looked_at_part_by_part(founded_folder: Path, tmp_path: Path) -> None:
    settings = settings_for(copied(founded_folder, tmp_path / "instance"))
    names = [one.name for one in diagnose(settings)]
    parts = ["database", "signature", "certificates", "time", "disk", "workers", "notices"]
    assert names[-9:] == ["migrations", "custody", *parts]


def failing(error: Exception) -> Callable[[Settings], str]:
    def look(_: Settings) -> str:
        raise error

    return look


@pytest.mark.parametrize(
    "error", [SelfTestFailed(test="sm2"), RuntimeError("no such library"), OSError("no such file")]
)
def test_what_fails_keeps_nothing_else_from_being_looked_at(tmp_path: Path, error: Exception) -> None:
    broken = tuple((name, needed, failing(error)) for name, needed, _ in MACHINE)
    found = list(diagnose(settings_for(tmp_path / "nowhere"), broken))
    assert [one.ok for one in found] == [False] * 4
    assert all(one.told for one in found)


def test_a_database_that_is_none_is_told(founded_folder: Path, tmp_path: Path) -> None:
    settings = settings_for(copied(founded_folder, tmp_path / "instance"))
    for path in settings.data_dir.glob("trust.db*"):
        path.unlink()
    (settings.data_dir / "trust.db").write_bytes(b"this is no database" * 1000)
    found = {one.name: one for one in diagnose(settings)}
    assert not found["instance"].ok
    assert "database" in found["instance"].told


def test_a_postgresql_without_our_tables_is_told(founded_folder: Path, tmp_path: Path, postgres_url: str) -> None:
    settings = settings_for(copied(founded_folder, tmp_path / "instance"), database_url=postgres_url)
    found = {one.name: one for one in diagnose(settings)}
    assert "TRUST_DATABASE_URL" in found["instance"].told


def test_a_machine_without_a_browser_is_told_and_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = {one.name: one for one in diagnose(settings_for(tmp_path / "nowhere"))}
    assert (found["browser"].ok, found["browser"].needed) == (False, False)
    assert "apt install chromium" in found["browser"].told


def test_where_the_root_key_comes_from_is_told(founded_folder: Path, tmp_path: Path) -> None:
    settings = settings_for(copied(founded_folder, tmp_path / "instance"))
    told = {one.name: one.told for one in diagnose(settings)}["custody"]
    assert told == "software, in-process: unsealed, root key of generation 1; root key from: file"
    secret = settings.root_key.read_text()
    settings.root_key.unlink()
    elsewhere = settings_for(settings.data_dir, root_secret=secret)
    told = {one.name: one.told for one in diagnose(elsewhere)}["custody"]
    assert told.endswith("root key from: environment")
    lost = {one.name: one for one in diagnose(settings)}["instance"]
    assert not lost.ok
    assert "TRUST_ROOT_KEY_FILE" in lost.told  # an instance is there: its record says so


def test_a_custody_that_is_sealed_is_told(founded_folder: Path, tmp_path: Path) -> None:
    opened = Instance.open(settings_for(copied(founded_folder, tmp_path / "instance")))
    opened.base.roots.seal()
    found = look_at_custody(opened)
    opened.base.store.close()
    assert (found.ok, found.told) == (False, " ".join(WORDS["keys.sealed"]))


def test_a_database_of_an_earlier_version_is_told(founded_folder: Path, tmp_path: Path) -> None:
    settings = settings_for(copied(founded_folder, tmp_path / "instance"))
    store = Foundation.open(settings).store
    command.downgrade(migrations.configuration(store.writer), "0001")
    store.close()
    told = {one.name: one for one in diagnose(settings)}["instance"]
    assert (told.ok, told.told) == (
        False,
        f"0001 in the database, {migrations.head()} in the program: run `trust migrate`",
    )

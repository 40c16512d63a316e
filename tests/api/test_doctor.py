"""`trust doctor` from inside: each thing is looked at, whatever the others say."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

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
    assert {"cryptography", "typefaces", "browser", "settings", "instance"} == set(found)
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
    assert [one.ok for one in found] == [False] * (len(MACHINE) + 1)
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
    assert not told.ok
    assert f"stands at 0001, the program at {migrations.head()}" in told.told
    assert "trust migrate" in told.told


def test_a_database_of_another_version_that_still_opens_is_told(founded_folder: Path, tmp_path: Path) -> None:
    settings = settings_for(copied(founded_folder, tmp_path / "instance"))
    with closing(Foundation.open(settings).store) as store, store.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    told = {one.name: one for one in diagnose(settings)}["migrations"]
    assert not told.ok
    assert "Run the version that migrated it" in told.told


def test_what_is_named_like_a_setting_and_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUST_PUBIC_URL", "https://trust.example")
    monkeypatch.setenv("TRUST_ZZZ", "1")
    found = {one.name: one for one in diagnose(settings_for(tmp_path / "nowhere"))}["settings"]
    assert (found.ok, found.needed) == (False, False)
    assert "TRUST_PUBIC_URL is no setting: is TRUST_PUBLIC_URL meant?" in found.told
    assert "TRUST_ZZZ is no setting" in found.told
    assert "trust.example" not in found.told  # its value may be a secret

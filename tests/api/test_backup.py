"""`trust backup`: a copy made while the instance serves is the instance again; what is lost is found, and named."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.backup import MANIFEST, REFERENCES, BackupFailed, BackupInside, lost_files, make_backup, referred
from api.migrations.every_table import METADATA
from api.settings import Settings
from api.wiring import Instance
from tests.api.builders import Furnished, copied, settings_for
from tests.api.commands import Run, on_instance
from trust.blobs import PROGRESS
from trust.events import AuditEvent

ELSEWHERE = {("audit_event", "facts"), ("licence_use", "handed_out")}
"""Columns that tell of files as well, and need none: the trail, and what was handed out once."""


@pytest.fixture
def settings(furnished_folder: Furnished, tmp_path: Path) -> Settings:
    """Return the settings of an instance of the test's own."""
    return settings_for(copied(furnished_folder.folder, tmp_path / "instance"))


@pytest.fixture
def instance(settings: Settings) -> Iterator[Instance]:
    """Return the instance, at work."""
    opened = Instance.open(settings)
    yield opened
    opened.base.store.close()


@pytest.fixture
def trust(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs commands on it."""
    return on_instance(settings.data_dir, monkeypatch, capsys)


def on_disk(settings: Settings) -> dict[str, Path]:
    """Return the files of an instance by their names."""
    return {one.name: one for one in settings.blobs.glob("??/??/*")}


def put_back(folder: Path, settings: Settings) -> Instance:
    """Put the root key beside a copy, and open it."""
    shutil.copy(settings.root_key, folder / "keys" / "root.key")
    return Instance.open(settings_for(folder))


def test_a_copy_of_a_working_instance_is_one_itself(
    instance: Instance, furnished_folder: Furnished, tmp_path: Path
) -> None:
    settings, target = instance.base.settings, tmp_path / "copy"
    with instance.base.store.transaction() as tx:  # somebody is writing meanwhile
        tx.record(AuditEvent(tag="test:write:done", actor="somebody", subject="not yet"))
        made = make_backup(settings, target)
    assert (made.files, made.new, made.has_database) == (len(on_disk(settings)), len(on_disk(settings)), True)
    again = put_back(target, settings)
    with again.base.store.reading() as view:
        assert view.rows(sa.text("SELECT count(*) FROM audit_event"))[0][0] == made.sequence
    assert list(lost_files(again)) == []
    assert again.licences.file(furnished_folder.officer, furnished_folder.licence) == furnished_folder.licence_pdf
    again.base.store.close()


def test_no_copy_holds_the_root_key(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    (settings.data_dir / "keys" / "sdf").mkdir()
    (settings.data_dir / "keys" / "sdf" / "1").write_text("claimed")
    (settings.blobs / PROGRESS).write_text("256")
    make_backup(settings, target)
    secret = settings.root_key.read_text().strip().encode()
    held = [one for one in target.rglob("*") if one.is_file()]
    assert not any(secret in one.read_bytes() or bytes.fromhex(secret.decode()) in one.read_bytes() for one in held)
    names = {one.relative_to(target).as_posix() for one in held}
    assert {"trust.db", "keys/root.json", "keys/sdf/1", f"blobs/{PROGRESS}", MANIFEST} <= names
    assert all(one.stat().st_mode & 0o077 == 0 for one in held)


def test_a_copy_is_renewed_by_what_is_new(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    first = make_backup(settings, target)
    assert make_backup(settings, target).new == 0
    kept = sorted((target / "blobs").glob("??/??/*"))
    kept[0].unlink()
    kept[1].write_bytes(b"in clear")  # as an earlier version had it
    renewed = make_backup(settings, target)
    assert (renewed.files, renewed.new) == (first.files, 2)
    told = json.loads((target / MANIFEST).read_text())
    assert (told["type"], told["files"], told["audit"]["sequence"]) == (
        "xinyin.backup",
        first.files,
        renewed.sequence,
    )


def test_a_copy_that_breaks_off_is_none(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    make_backup(settings, target)
    (target / "trust.db").unlink()
    (target / "trust.db").mkdir()  # nothing can take its name
    with pytest.raises(BackupFailed):
        make_backup(settings, target)
    assert not (target / MANIFEST).exists()
    assert not [one for one in target.iterdir() if one.name.startswith(".")]


def test_a_file_that_goes_meanwhile_is_left_out(settings: Settings, tmp_path: Path) -> None:
    gone = settings.blobs / "00" / "00" / ("0" * 64)
    gone.parent.mkdir(parents=True)
    gone.symlink_to(tmp_path / "nowhere")  # its name is listed, and opening it finds nothing
    assert make_backup(settings, tmp_path / "copy").files == len(on_disk(settings)) - 1


@pytest.mark.parametrize("place", ["", "copy", ".."])
def test_a_copy_is_not_made_where_it_would_be_lost_too(settings: Settings, place: str) -> None:
    with pytest.raises(BackupInside):
        make_backup(settings, settings.data_dir / place)


@pytest.mark.usefixtures("postgres_store")
def test_the_database_of_a_server_is_its_own_affair(
    postgres_schema: str, settings: Settings, trust: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUST_DATABASE_URL", postgres_schema)
    answer = trust("backup", "make", tmp_path / "copy")
    assert (answer.code, answer.err) == (0, "")
    assert "pg_dump it before, never after" in answer.out
    assert not (tmp_path / "copy" / "trust.db").exists()
    assert len(list((tmp_path / "copy" / "blobs").glob("??/??/*"))) == len(on_disk(settings))


def test_what_is_lost_is_named(trust: Run, settings: Settings, tmp_path: Path) -> None:
    answer = trust("backup", "make", tmp_path / "copy")
    assert answer.code == 0
    assert "the root key is not in it" in answer.out
    answer = trust("backup", "check")
    assert (answer.code, answer.out) == (0, "every file is there, and as it was written\n")
    with Instance.open(settings).base.store.reading() as view:
        licence, stamping = min(referred(view, "licence")), min(referred(view, "stamping") - referred(view, "licence"))
    on_disk(settings)[licence].unlink()
    on_disk(settings)[stamping].write_bytes(b"XYB1 something else")
    answer = trust("backup", "check")
    assert answer.code == 1
    assert set(answer.out.splitlines()) == {f"lost: {licence} of licence", f"lost: {stamping} of stamping"}


def test_a_drawing_that_a_seal_needs_is_looked_for(instance: Instance) -> None:
    picture = "ab" * 32
    design = {"name": "云州", "shape": "picture", "picture": {"digest": picture, "width_mm": 40, "height_mm": 40}}
    seals = METADATA.tables["seal"]
    with instance.base.store.writer.begin() as connection:
        connection.execute(sa.update(seals).values(design=design))
    found = {(one.table, one.file) for one in lost_files(instance)}
    assert ("seal", picture) in found


def test_every_column_that_refers_to_a_file_is_known(instance: Instance) -> None:
    files, seen = on_disk(instance.base.settings), set()
    with instance.base.store.reading() as view:
        for table in METADATA.sorted_tables:
            for column in table.columns:
                for (value,) in view.rows(sa.select(column)):
                    if any(name in str(value) for name in files):
                        seen.add((table.name, column.name))
                        break
    known = {(table, column) for table, columns in REFERENCES.items() for column in columns}
    assert seen <= known | ELSEWHERE
    assert {("licence", "file"), ("stamping", "result")} <= seen

"""`trust types`: the catalogue as files, and the ready types that come with the service."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.demo import cast
from api.wiring import Instance
from licence.lifecycle import TypeState
from tests.api.builders import Furnished, copied, settings_for
from tests.api.commands import Run, on_instance


@pytest.fixture
def instance(furnished_folder: Furnished, tmp_path: Path) -> Iterator[Instance]:
    """Return an instance of the test's own with an authority that has a type."""
    opened = Instance.open(settings_for(copied(furnished_folder.folder, tmp_path / "instance")))
    yield opened
    opened.base.store.close()


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], instance: Instance) -> Run:
    """Return what runs a command on the instance."""
    return on_instance(instance.base.settings.data_dir, monkeypatch, capsys)


def test_a_type_goes_out_as_a_file_and_comes_in_as_a_draft(
    trust: Run, instance: Instance, furnished_folder: Furnished, tmp_path: Path
) -> None:
    file = tmp_path / "type.zip"
    code, out, _ = trust("types", "export", cast.BUSINESS_TYPE, "--out", file)
    assert (code, f"version 1 of {cast.BUSINESS_TYPE}" in out) == (0, True)
    assert file.read_bytes() == instance.catalogue.export(cast.BUSINESS_TYPE, 1)
    code, out, _ = trust("types", "import", file, "--issuer", furnished_folder.authority, "--actor", "wang")
    assert (code, "version 2 is drafted" in out) == (0, True)
    newest = instance.catalogue.newest(cast.BUSINESS_TYPE)
    assert (newest.version, newest.state, newest.last_actor) == (2, TypeState.DRAFT, "operator:wang")
    code, out, _ = trust("types", "list", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert (code, [(one["code"], one["version"], one["state"]) for one in told]) == (
        0,
        [(cast.BUSINESS_TYPE, 1, "published"), (cast.BUSINESS_TYPE, 2, "draft")],
    )
    listed = trust("types", "list").out
    assert ("草案 draft" in listed, "已发布 published" in listed, "None" in listed) == (True, True, False)


def test_ready_types_are_installed_as_drafts(trust: Run, instance: Instance, furnished_folder: Furnished) -> None:
    assert "real_estate: " in trust("types", "ready").out
    authority = furnished_folder.authority
    assert trust("types", "install", "food_permit", "--issuer", authority).code == 0
    assert instance.catalogue.newest(cast.FOOD_TYPE).state is TypeState.DRAFT
    assert trust("types", "install", "nothing", "--issuer", authority).code == 2
    assert trust("types", "install", "--issuer", authority).code == 0
    assert len(instance.catalogue.all()) == 5


def test_what_is_no_file_of_a_type_is_refused(
    trust: Run, instance: Instance, furnished_folder: Furnished, tmp_path: Path
) -> None:
    wrong, large = tmp_path / "wrong.zip", tmp_path / "large.zip"
    wrong.write_bytes(b"PK")
    with large.open("wb") as file:
        file.truncate(1 << 30)
    for path in (wrong, large):
        code, _, err = trust("types", "import", path, "--issuer", furnished_folder.authority)
        assert (code, "licence.type_file_malformed" in err) == (1, True)
    assert len(instance.catalogue.all()) == 1

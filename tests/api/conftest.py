"""Fixtures of the API: folders of instances, made once per process, and instances that answer on copies of them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import logs
from api.demo.documents import foreign_documents
from tests.api.builders import Furnished, Service, copied, found, furnish, lay_out, served
from tests.fakes.clock import SettableClock


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no setting of this machine reach a test."""
    for name in [name for name in os.environ if name.startswith("TRUST_")]:  # noqa: TID251 - to take them out
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def logs_as_in_service() -> None:
    """Let logs be written as the service writes them, to where this test can read them."""
    logs.configure()


@pytest.fixture(scope="session")
def founded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a founded instance. Copy it; change nothing in it."""
    folder = tmp_path_factory.mktemp("founded") / "instance"
    found(folder)
    return folder


@pytest.fixture(scope="session")
def furnished_folder(founded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """Return a founded instance with a seal, a licence and a stamped document. Copy its folder likewise."""
    folder = copied(founded_folder, tmp_path_factory.mktemp("furnished") / "instance")
    return furnish(folder, foreign_documents()["several-pages.pdf"])


@pytest.fixture(scope="session")
def evidence_folder(furnished_folder: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as the story leaves one: files to verify, anchors, and material beside them. Change nothing."""
    folder = tmp_path_factory.mktemp("evidence")
    lay_out(furnished_folder, folder)
    return folder


@pytest.fixture(scope="module")
def shared(founded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return a founded instance that answers, for the tests of one module that do not disturb each other."""
    with served(copied(founded_folder, tmp_path_factory.mktemp("shared") / "instance")) as service:
        yield service


@pytest.fixture
def service(founded_folder: Path, tmp_path: Path, clock: SettableClock) -> Iterator[Service]:
    """Return a founded instance of the test's own that answers, at the moment that the test sets."""
    with served(copied(founded_folder, tmp_path / "instance"), clock) as one:
        yield one


@pytest.fixture
def furnished(furnished_folder: Furnished, tmp_path: Path, clock: SettableClock) -> Iterator[Service]:
    """Return an instance of the test's own with a seal and a licence; `furnished_folder` says their names."""
    with served(copied(furnished_folder.folder, tmp_path / "instance"), clock) as one:
        yield one


@pytest.fixture(scope="module")
def shared_furnished(furnished_folder: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return an instance with a seal and a licence, for the tests of one module that do not disturb each other."""
    with served(copied(furnished_folder.folder, tmp_path_factory.mktemp("shared") / "instance")) as one:
        yield one

"""Fixtures: an instance with a type whose licences want four eyes, copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.clock import SettableClock
from tests.licence.builders import Desk
from tests.licence.life.strict import publish_strict_type
from tests.seal.houses import House


@pytest.fixture(scope="session")
def strict_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an instance that has that type published."""
    folder = tmp_path_factory.mktemp("strict") / "instance"
    shutil.copytree(template, folder)
    house = House.copied(folder, folder.with_name("work"), SettableClock())
    publish_strict_type(Desk(house))
    house.store.close()
    return folder.with_name("work")


@pytest.fixture
def strict(strict_template: Path, tmp_path: Path, clock: SettableClock) -> Iterator[Desk]:
    """Open a copy of it."""
    house = House.copied(strict_template, tmp_path / "strict", clock)
    yield Desk(house)
    house.store.close()

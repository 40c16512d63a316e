"""Fixtures of sharing: a square on a desk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from licence.records import Licence
from tests.fakes.clock import SettableClock
from tests.licence.builders import Desk
from tests.licence.sharing.square import Square
from tests.seal.houses import House

ISSUED: Final = 100
"""Numbers up to which the square's template has issued licences."""


@pytest.fixture(scope="session")
def square_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder of an instance with a licence in force, and its name: issuing one takes longest of all."""
    folder = tmp_path_factory.mktemp("square") / "instance"
    house = House.copied(template, folder, SettableClock())
    licence = Desk(house).issue().id
    house.store.close()
    return folder, licence


@pytest.fixture
def square(square_template: tuple[Path, str], tmp_path: Path, clock: SettableClock) -> Iterator[Square]:
    """Return a square of the test's own, on SQLite."""
    house = House.copied(square_template[0], tmp_path / "instance", clock)
    yield Square(Desk(house, count=ISSUED))
    house.store.close()


@pytest.fixture
def any_square(any_desk: Desk) -> Square:
    """Return a square on each database in turn."""
    return Square(any_desk)


@pytest.fixture
def licence(square: Square, square_template: tuple[Path, str]) -> Licence:
    """Return a licence in force."""
    return square.desk.kept(square_template[1])


@pytest.fixture(scope="session")
def finished_licence(
    square_template: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Licence, bytes]:
    """Return a licence in force with its file."""
    house = House.copied(square_template[0], tmp_path_factory.mktemp("finished") / "instance", SettableClock())
    licence = Desk(house).kept(square_template[1])
    assert licence.file is not None
    pdf = house.blobs.get(licence.file)
    house.store.close()
    return licence, pdf


@pytest.fixture(scope="session")
def shared_square(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Square:
    """Return a square for tests that change nothing."""
    house = House.copied(template, tmp_path_factory.mktemp("shared-square") / "instance", SettableClock())
    return Square(Desk(house))

"""Fixtures: an instance that issues residence permits, copied for each test, on either database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from tests.fakes.clock import SettableClock
from tests.licence.builders import Desk, opened_on_postgres
from tests.licence.pictures.housing import Housing, publish_residence_type
from tests.seal.houses import House


@pytest.fixture(scope="session")
def residence_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an instance that has the type published."""
    folder = tmp_path_factory.mktemp("residence") / "instance"
    shutil.copytree(template, folder)
    house = House.copied(folder, folder.with_name("work"), SettableClock())
    publish_residence_type(Desk(house))
    house.store.close()
    return folder.with_name("work")


@pytest.fixture
def housing(residence_template: Path, tmp_path: Path, clock: SettableClock) -> Iterator[Housing]:
    """Open a copy of it on SQLite."""
    house = House.copied(residence_template, tmp_path / "residence", clock)
    yield Housing(Desk(house))
    house.store.close()


@pytest.fixture
def postgres_housing(
    residence_template: Path, tmp_path: Path, clock: SettableClock, postgres_schema: str, tables: MetaData
) -> Iterator[Housing]:
    """Open a copy of it on PostgreSQL."""
    house = opened_on_postgres(residence_template, tmp_path / "residence", postgres_schema, tables, clock)
    yield Housing(Desk(house))
    house.store.close()


@pytest.fixture(params=["housing", "postgres_housing"])
def any_housing(request: pytest.FixtureRequest) -> Housing:
    """Return it on each database in turn."""
    found: Housing = request.getfixturevalue(request.param)
    return found

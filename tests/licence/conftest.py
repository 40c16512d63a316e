"""Fixtures of licences: a founded instance with published types and a seal, copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from tests.fakes.clock import SettableClock
from tests.licence.builders import Desk, opened_on_postgres
from tests.seal.houses import House, build_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an instance with people, an active seal and published licence types."""
    folder = tmp_path_factory.mktemp("template") / "instance"
    build_template(folder).store.close()
    return folder


@pytest.fixture
def desk(template: Path, tmp_path: Path, clock: SettableClock) -> Iterator[Desk]:
    """Open a copy of the template on SQLite."""
    house = House.copied(template, tmp_path / "instance", clock)
    yield Desk(house)
    house.store.close()


@pytest.fixture
def postgres_desk(
    template: Path, tmp_path: Path, clock: SettableClock, postgres_schema: str, tables: MetaData
) -> Iterator[Desk]:
    """Open a copy of the template on PostgreSQL."""
    house = opened_on_postgres(template, tmp_path / "instance", postgres_schema, tables, clock)
    yield Desk(house)
    house.store.close()


@pytest.fixture(params=["desk", "postgres_desk"])
def any_desk(request: pytest.FixtureRequest) -> Desk:
    """Return a desk on each database in turn."""
    found: Desk = request.getfixturevalue(request.param)
    return found

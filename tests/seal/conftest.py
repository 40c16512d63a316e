"""Fixtures of the tests of seals: a founded instance, copied for each test."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text, update
from sqlmodel import col

from api.settings import Settings
from seal.ledger.entries import StampingState
from seal.tables import StampingRow
from tests.builders import PKI
from tests.fakes.clock import SettableClock
from tests.seal.holders import Holder
from tests.seal.houses import House, build_template
from tests.seal.kits import Bench
from tests.seal.structures import World


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an instance with people, an active seal and published licence types."""
    folder = tmp_path_factory.mktemp("template") / "instance"
    build_template(folder).store.close()
    return folder


@pytest.fixture
def house(template: Path, tmp_path: Path, clock: SettableClock) -> Iterator[House]:
    """Open a copy of the template."""
    opened = House.copied(template, tmp_path / "instance", clock)
    yield opened
    opened.store.close()


@pytest.fixture(scope="session")
def postgres_settings(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Found an instance on PostgreSQL, in a schema of its own, and return where it is."""
    schema = f"seal_{uuid4().hex}"
    url = make_url(postgres_url)
    own = url.update_query_dict({"options": f"-csearch_path={schema} -clock_timeout=10s"})
    administrator = create_engine(url)
    with administrator.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    folder = tmp_path_factory.mktemp("postgres_instance") / "instance"
    founded = build_template(folder, database_url=own.render_as_string(hide_password=False))
    founded.store.close()
    yield founded.settings
    with administrator.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    administrator.dispose()


@pytest.fixture
def postgres_house(postgres_settings: Settings, clock: SettableClock) -> Iterator[House]:
    """Open the instance on PostgreSQL. What tests put into it stays: each makes seals and authorisations of its own.

    Stampings that another test left unfinished are taken out of the way, or this one would recover them too.
    """
    opened = House(postgres_settings, clock)
    is_open = col(StampingRow.state) == StampingState.PREPARED.value
    with opened.store.writer.begin() as connection:
        connection.execute(update(StampingRow).where(is_open).values(state=StampingState.VOID.value))
    yield opened
    opened.store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def either_house(request: pytest.FixtureRequest) -> House:
    """Return an instance on each database in turn."""
    found: House = request.getfixturevalue("house" if request.param == "sqlite" else "postgres_house")
    return found


@pytest.fixture
def holder(house: House) -> Holder:
    """Return somebody who may stamp, on SQLite."""
    return Holder(house)


@pytest.fixture
def either(either_house: House) -> Holder:
    """Return somebody who may stamp, on each database in turn."""
    return Holder(either_house)


@pytest.fixture(scope="session")
def world(sm2_pki: PKI) -> World:
    """Make a maker, an owner and a time-stamp authority under the SM2 PKI. Shared: change nothing in it."""
    return World.of(sm2_pki)


@pytest.fixture
def bench(sm2_pki: PKI, p256_pki: PKI) -> Bench:
    """Make a seal with its keys."""
    return Bench.of(sm2_pki, p256_pki)

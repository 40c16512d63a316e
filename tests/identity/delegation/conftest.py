"""A founded instance with an office, for the whole run: each test registers parties of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from tests.conftest import put_head
from tests.fakes.clock import SettableClock
from tests.fakes.custody import MemoryCustody
from tests.identity.builders import Office
from tests.identity.delegation.parties import House
from trust.audit import AuditTrail
from trust.authority import Authorities
from trust.founding import ServiceKeys, found
from trust.store import Store


@pytest.fixture(scope="session")
def founded(tables: MetaData, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Found an instance."""
    path: Path = tmp_path_factory.mktemp("delegation") / "trust.db"
    clock = SettableClock()
    store = Store(f"sqlite:///{path}", clock=clock, journal=AuditTrail())
    tables.create_all(store.writer)
    put_head(store)
    custody = MemoryCustody()
    authorities = Authorities(store, custody, address="https://ca.example")
    found(store, custody, authorities, operator="某省政务服务")
    with store.reading() as view:
        keys = ServiceKeys(custody, authorities, view)
    yield House(office=Office(store, clock), custody=custody, authorities=authorities, keys=keys)
    store.close()


@pytest.fixture
def house(founded: House) -> House:
    """Return the instance with its clock and its keys as they should be."""
    founded.reset()
    return founded

"""Fixtures of identity: an office on SQLite, and one on PostgreSQL."""

import pytest

from tests.fakes.clock import SettableClock
from tests.identity.builders import Office
from trust.store import Store


@pytest.fixture
def office(sqlite_store: Store, clock: SettableClock) -> Office:
    """Return an office on SQLite."""
    return Office(sqlite_store, clock)


@pytest.fixture
def postgres_office(postgres_store: Store, clock: SettableClock) -> Office:
    """Return an office on PostgreSQL."""
    return Office(postgres_store, clock)

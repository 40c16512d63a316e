"""Fixtures of proving: a desk on SQLite, and one on PostgreSQL."""

import pytest

from tests.identity.builders import Office
from tests.identity.proving.desk import Desk


@pytest.fixture
def desk(office: Office) -> Desk:
    """Return a desk on SQLite."""
    return Desk(office)


@pytest.fixture
def postgres_desk(postgres_office: Office) -> Desk:
    """Return a desk on PostgreSQL."""
    return Desk(postgres_office)

"""Fixtures of the life of subjects: a registry on SQLite, and one on PostgreSQL."""

import pytest

from tests.identity.builders import Office
from tests.identity.subjects.builders import Registry


@pytest.fixture
def registry(office: Office) -> Registry:
    """Return a registry on SQLite."""
    return Registry(office)


@pytest.fixture
def postgres_registry(postgres_office: Office) -> Registry:
    """Return a registry on PostgreSQL."""
    return Registry(postgres_office)

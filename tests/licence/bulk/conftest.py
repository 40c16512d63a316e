"""Fixtures of bulk jobs: the desk of tests/licence/conftest.py with the services around jobs."""

import pytest

from tests.licence.builders import Desk
from tests.licence.bulk.rig import Rig


@pytest.fixture
def rig(desk: Desk) -> Rig:
    """Return the services over a desk on SQLite."""
    return Rig(desk)


@pytest.fixture
def any_rig(any_desk: Desk) -> Rig:
    """Return the services over a desk on each database in turn."""
    return Rig(any_desk)

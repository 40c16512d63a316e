"""Fixtures of sign-on: who takes part in the tests of one module."""

import pytest

from tests.api.builders import Service
from tests.api.sign_on import Human, SignOn, System
from tests.fakes.clock import NOW


@pytest.fixture(scope="module")
def sign_on(shared: Service) -> SignOn:
    """Return who registers those who take part."""
    return SignOn(shared)


@pytest.fixture(scope="module")
def system(sign_on: SignOn) -> System:
    """Register a business system."""
    return sign_on.system()


@pytest.fixture(scope="module")
def human(sign_on: SignOn) -> Human:
    """Register a person with an account."""
    return sign_on.human()


@pytest.fixture
def begin_at_the_same_moment(shared: Service) -> None:
    """Set the clock of the module's instance back."""
    shared.clock.moment = NOW

"""What every clock owes to those who ask it."""

from datetime import timedelta

import pytest

from tests.fakes.clock import SettableClock
from trust.clock import Clock, SystemClock


@pytest.mark.parametrize("clock", [SystemClock(), SettableClock()], ids=["system", "settable"])
def test_a_moment_is_in_utc_and_time_does_not_run_backwards(clock: Clock) -> None:
    first, second = clock.now(), clock.now()
    assert first.utcoffset() == timedelta(0)
    assert first <= second

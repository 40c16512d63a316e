"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["NOW", "SettableClock"]

NOW: Final = datetime(2026, 11, 22, 4, 5, 6, 123456, tzinfo=UTC)
"""The moment at which every test happens, unless it says otherwise. The wall clock plays no part."""


class SettableClock:
    """Tells the moment that the test has set."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment
        self.steady = timedelta(hours=1)

    def now(self) -> datetime:
        return self.moment

    def elapsed(self) -> timedelta:
        return self.steady

    def set(self, moment: datetime) -> None:
        """Let it be `moment` from now on: time passes until then, or the clock is set back."""
        self.steady += max(moment - self.moment, timedelta())
        self.moment = moment

    def advance(self, by: timedelta) -> None:
        """Let time pass, or go back when `by` is negative."""
        self.set(self.moment + by)

    def jump(self, by: timedelta) -> None:
        """Set the clock forward or back by hand, while no time passes."""
        self.moment += by

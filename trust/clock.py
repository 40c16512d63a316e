"""Time, asked for in one place so that a test can set it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

__all__ = ["Clock", "SystemClock"]

STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A clock that nobody sets, and that on Linux goes on while the machine sleeps, as the clock on the wall does."""


class Clock(Protocol):
    """Tells the time. Trusted for: being right to the second, since signatures and licences state it."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def elapsed(self) -> timedelta:
        """Return the time since a moment of no meaning, by a clock that nobody can set: it never goes back or jumps."""
        ...


class SystemClock:
    """The clock of the machine, which the operator keeps by NTP."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that may

    def elapsed(self) -> timedelta:
        """Return the time since the machine started."""
        return timedelta(microseconds=time.clock_gettime_ns(STEADY) // 1000)

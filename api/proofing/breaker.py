"""A circuit breaker 熔断: who does not answer is left alone for a while, and then asked by one caller alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Final

from identity.proofing.errors import ProviderAnswerRefused, ProviderUnavailable
from trust.clock import Clock

__all__ = ["FAILURES", "REST", "Breaker", "BreakerState"]

FAILURES: Final = 5
"""Failures in a row after which nobody asks any more."""

REST: Final = timedelta(seconds=30)
"""For how long."""


class BreakerState(StrEnum):
    """Whether the provider is asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """One caller tries whether it answers again."""


class Breaker:
    """Watches one provider. Safe to share between threads; time is that of a clock that nobody can set."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = threading.Lock()
        self.failures = 0
        self.rests_until: timedelta | None = None
        self.is_trying = False

    @property
    def state(self) -> BreakerState:
        """Whether the provider is asked now."""
        if self.rests_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self.clock.elapsed() < self.rests_until else BreakerState.HALF_OPEN

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Let a caller ask, and watch what comes of it. Raise `ProviderUnavailable` at once while nobody asks."""
        is_trial = self.enter()
        try:
            yield
        except (ProviderUnavailable, ProviderAnswerRefused):
            self.failed()
            raise
        except BaseException:
            self.left(is_trial=is_trial)
            raise
        self.succeeded()

    def enter(self) -> bool:
        """Let a caller in, and tell whether it is the one who tries. Raise `ProviderUnavailable`."""
        with self.lock:
            state = self.state
            if state is BreakerState.OPEN or (state is BreakerState.HALF_OPEN and self.is_trying):
                raise ProviderUnavailable(seconds=self.seconds)
            self.is_trying = state is BreakerState.HALF_OPEN
            return self.is_trying

    @property
    def seconds(self) -> int:
        """After how many seconds it is worth while to ask again."""
        rest = timedelta() if self.rests_until is None else self.rests_until - self.clock.elapsed()
        return max(1, -int(-rest.total_seconds() // 1))

    def failed(self) -> None:
        """Count a failure; one who tries and fails sends everybody back to rest."""
        with self.lock:
            self.failures += 1
            if self.is_trying or self.failures >= FAILURES:
                self.rests_until = self.clock.elapsed() + REST
            self.is_trying = False

    def succeeded(self) -> None:
        """Begin to count from nothing again."""
        with self.lock:
            self.failures, self.rests_until, self.is_trying = 0, None, False

    def left(self, *, is_trial: bool) -> None:
        """Let another one try, where the one who tried learned nothing of the provider."""
        with self.lock:
            self.is_trying = self.is_trying and not is_trial

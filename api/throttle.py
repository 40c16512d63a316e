"""Limits on how often one address may ask, where nobody has to log in first."""

import time
from dataclasses import dataclass, field

from fastapi import Request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.problems import TooManyRequests

__all__ = ["Throttle"]


@dataclass
class Throttle:
    """Counts requests by address in this process."""

    rate: str
    name: str
    limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    def __post_init__(self) -> None:
        self.rule = parse(self.rate)

    def count(self, request: Request, *, times: int = 1) -> None:
        """Count a request, for as many as it stands for, or raise `TooManyRequests`."""
        self.count_for("nowhere" if request.client is None else request.client.host, times=times)

    def count_for(self, who: str, *, times: int = 1) -> None:
        """Count a request of somebody who is known by another name than an address, or raise `TooManyRequests`.

        One that stands for more than are allowed at all is refused each time: there is no moment to wait for.
        """
        if not self.limiter.hit(self.rule, self.name, who, cost=times):
            window = self.limiter.get_window_stats(self.rule, self.name, who)
            raise TooManyRequests(seconds=max(1, int(window.reset_time - time.time()) + 1))

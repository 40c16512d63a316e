"""Limits on how often one address may ask, where nobody has to log in first."""

import time
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from fastapi import Request
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from api.counting import Counts
from api.problems import TooManyRequests

__all__ = ["Throttle", "where"]

OWN_BITS: Final = 64
"""Of an address of IPv6: whoever is given one is given all that differ in these alone (RFC 4291, 2.5.4)."""

KEPT_NETWORKS: Final = 1024


@dataclass
class Throttle:
    """Counts requests by address in this process."""

    rate: str
    name: str
    limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(Counts()))

    def __post_init__(self) -> None:
        self.rule = parse(self.rate)

    def count(self, request: Request, *, times: int = 1) -> None:
        """Count a request, for as many as it stands for, or raise `TooManyRequests`."""
        self.count_for(where(request), times=times)

    def count_for(self, who: str, *, times: int = 1) -> None:
        """Count a request of somebody who is known by another name than an address, or raise `TooManyRequests`.

        One that stands for more than are allowed at all is refused each time: there is no moment to wait for.
        """
        if not self.limiter.hit(self.rule, self.name, who, cost=times):
            window = self.limiter.get_window_stats(self.rule, self.name, who)
            raise TooManyRequests(seconds=max(1, int(window.reset_time - time.time()) + 1))


def where(request: Request) -> str:
    """Return where a request comes from, as it is counted."""
    return "nowhere" if request.client is None else network_of(request.client.host)


@lru_cache(KEPT_NETWORKS)
def network_of(host: str) -> str:
    """Return where somebody asks from: an address, of IPv6 the network that one household or machine has for itself."""
    try:
        address = ip_address(host)
    except ValueError:  # the name that a test or a socket has
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> OWN_BITS << OWN_BITS)}/{OWN_BITS}"

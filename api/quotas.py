"""Quotas 配额: how much each business system may ask, and what is told of it in every answer.

Counted in memory by each process that serves: with several of them, or after a start, a system may ask that much of
each. What the table says of a system is read again every ten seconds.

RateLimit and RateLimit-Policy are those of draft-ietf-httpapi-ratelimit-headers (two fields, one item for each policy:
q the quota, w its window in seconds, r what remains, t the seconds until more).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute, parse
from limits.strategies import SlidingWindowCounterRateLimiter

from api.counting import Counts
from api.permissions import Permission
from api.problems import QuotaExceeded
from identity.business_systems import Quotas

__all__ = ["RATE_LIMIT", "RATE_LIMIT_POLICY", "ClientQuotas", "Counted", "header_fields"]

RATE_LIMIT: Final = b"ratelimit"
RATE_LIMIT_POLICY: Final = b"ratelimit-policy"
REMEMBERED: Final = 10.0
"""Seconds for which the quotas of a business system are remembered."""

MOST_REMEMBERED: Final = 10_000
STAMPING: Final = frozenset({Permission.SEAL_STAMP})


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One policy after a request was counted."""

    name: str
    quota: int
    window: int
    remaining: int
    seconds: int

    @property
    def policy(self) -> str:
        """The policy as the header field tells it."""
        return f'"{self.name}";q={self.quota};w={self.window}'

    @property
    def state(self) -> str:
        """What is left of it, as the header field tells it."""
        return f'"{self.name}";r={self.remaining};t={self.seconds}'


def header_fields(counted: tuple[Counted, ...]) -> list[tuple[bytes, bytes]]:
    """Return the two header fields of an answer."""
    return [
        (RATE_LIMIT_POLICY, ", ".join(one.policy for one in counted).encode()),
        (RATE_LIMIT, ", ".join(one.state for one in counted).encode()),
    ]


class ClientQuotas:
    """Counts the requests of business systems in this process. Shared between threads."""

    def __init__(self, read: Callable[[str], Quotas], rates: Mapping[str, str]) -> None:
        self.read = read
        self.usual = {name: parse(rate) for name, rate in rates.items()}
        """By `minute`, `day` and `stampings`: what the settings say for all."""

        self.limiter = SlidingWindowCounterRateLimiter(Counts())
        self.known: dict[str, tuple[float, Quotas]] = {}

    def count(self, client: str, permission: Permission) -> tuple[Counted, ...]:
        """Count a request and return what is left, or raise `QuotaExceeded` with the time to wait.

        A request that one policy refuses is counted by none.
        """
        rules = self.rules(client, permission)
        for name, rule in rules.items():
            if not self.limiter.test(rule, name, client):
                raise QuotaExceeded(seconds=max(1, self.seconds(rule, name, client)))
        for name, rule in rules.items():
            self.limiter.hit(rule, name, client)
        return self.counted(client, rules)

    def counted(self, client: str, rules: Mapping[str, RateLimitItem]) -> tuple[Counted, ...]:
        """Return how some policies stand."""
        return tuple(
            Counted(
                name=name,
                quota=rule.amount,
                window=rule.get_expiry(),
                remaining=self.limiter.get_window_stats(rule, name, client).remaining,
                seconds=self.seconds(rule, name, client),
            )
            for name, rule in rules.items()
        )

    def seconds(self, rule: RateLimitItem, name: str, client: str) -> int:
        """Return in how many seconds more may be asked."""
        return max(0, round(self.limiter.get_window_stats(rule, name, client).reset_time - time.time()))

    def standing(self, client: str, permission: Permission) -> tuple[Counted, ...]:
        """Return how the policies stand that a request would be counted by."""
        return self.counted(client, self.rules(client, permission))

    def rules(self, client: str, permission: Permission) -> dict[str, RateLimitItem]:
        """Return the policies for a request of a business system."""
        quotas = self.quotas(client)
        rules = {
            "minute": own(RateLimitItemPerMinute, quotas.requests_per_minute) or self.usual["minute"],
            "day": own(RateLimitItemPerDay, quotas.requests_per_day) or self.usual["day"],
        }
        if permission in STAMPING:
            rules["stampings"] = own(RateLimitItemPerDay, quotas.stampings_per_day) or self.usual["stampings"]
        return rules

    def knows(self, client: str) -> bool:
        """Tell whether counting needs no look into the database."""
        found = self.known.get(client)
        return found is not None and time.monotonic() - found[0] < REMEMBERED

    def forget(self, client: str) -> None:
        """Forget what is remembered of a business system: its quotas were changed here, and count at once."""
        self.known.pop(client, None)

    def quotas(self, client: str) -> Quotas:
        """Return what the table says of a business system, at most ten seconds old."""
        now, found = time.monotonic(), self.known.get(client)
        if found is not None and now - found[0] < REMEMBERED:
            return found[1]
        if len(self.known) >= MOST_REMEMBERED:
            self.known.clear()
        quotas = self.read(client)
        self.known[client] = now, quotas
        return quotas


def own(kind: type[RateLimitItem], amount: int | None) -> RateLimitItem | None:
    """Return the policy that a business system has of its own, if it has one."""
    return None if amount is None else kind(amount)

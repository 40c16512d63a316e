"""Counting failures to log in, so that guessing is slow, and nobody can lock others out by it.

Failures are counted by a username and where they come from: one count for devices that the account is known to be used
on, each by itself, and one for everything else together. Whoever guesses fills the second count and has to wait; the
owner, on a known device, does not notice (OWASP, device cookies). Usernames that nobody has are counted just the same:
who is refused learns nothing from it. An attempt counts before the password is looked at, so that a thousand at once
are no more than one after the other.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from identity.authentication.repository import AuthenticationRepository, Tried
from trust.errors import Denied
from trust.protection import DataProtection
from trust.store import Transaction

__all__ = ["Attempts", "KnownDevices", "TooManyAttempts"]

FREE: Final = 10
"""Failures that cost nothing but themselves."""

WINDOW: Final = timedelta(minutes=15)
"""After so long without a failure counting begins anew."""

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)
MOST_DOUBLINGS: Final = 10
PREFIX: Final = "xd_"
NONCE_BYTES: Final = 16
DEVICE_LIFETIME: Final = timedelta(days=180)
TOKEN_PARTS: Final = 3
HOLDER_DIGITS: Final = 16
"""Of the keyed hash of a username: enough that no two accounts share their devices."""


class TooManyAttempts(Denied):
    """Too many attempts to log in under this name; `seconds` tells when the next one is looked at."""

    code = "identity.too_many_attempts"
    detail_names: ClassVar[tuple[str, ...]] = ("seconds",)


@dataclass(frozen=True)
class KnownDevices:
    """Says which devices an account was used on: a token that each device keeps, and nothing is kept of it here."""

    protection: DataProtection

    def token(self, username: str, *, now: datetime) -> str:
        """Return a token for a device from which somebody has just logged in."""
        until = int((now + DEVICE_LIFETIME).timestamp())
        body = f"{secrets.token_urlsafe(NONCE_BYTES)}.{until}.{self.holder(username)}"
        return f"{PREFIX}{body}.{self.mark(body)}"

    def holder(self, username: str) -> str:
        """Return what stands for an account in its tokens, which tells nobody else which it is."""
        return self.protection.index(username, kind="device holder")[:HOLDER_DIGITS]

    def mark(self, body: str) -> str:
        """Return what nobody else can write under a token."""
        return self.protection.index(body, kind="known device")

    def holder_of(self, token: str, *, now: datetime) -> str:
        """Return what stands for the account on whose device a token is kept, or nothing: none of ours, or too old."""
        body, _, mark = token.removeprefix(PREFIX).rpartition(".")
        parts = body.split(".")
        if not token.startswith(PREFIX) or len(parts) != TOKEN_PARTS or not parts[1].isascii():
            return ""
        _, until, holder = parts
        if not until.isdecimal() or int(until) <= now.timestamp():
            return ""
        return holder if secrets.compare_digest(self.mark(body).encode(), mark.encode()) else ""

    def is_known(self, username: str, token: str, *, now: datetime) -> bool:
        """Tell whether a token was given to a device for this username, and is not too old."""
        return secrets.compare_digest(self.holder(username).encode(), self.holder_of(token, now=now).encode())


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Counts attempts to log in."""

    repository: AuthenticationRepository
    protection: DataProtection
    devices: KnownDevices

    def origin(self, username: str, device: str, *, now: datetime) -> str:
        """Return the device that somebody comes from, if the account is known there; else nothing."""
        return device if self.devices.is_known(username, device, now=now) else ""

    def key(self, username: str, origin: str) -> str:
        """Return under which name attempts are counted."""
        return self.protection.index(f"{username}\n{origin}", kind="attempts")

    def count(self, tx: Transaction, key: str) -> None:
        """Count an attempt, which is taken for a failure until it is none. Raise `TooManyAttempts`.

        What is refused is not counted: waiting is the whole price.
        """
        known = self.repository.attempts(tx, key)
        if known is not None and known.blocked_until is not None and known.blocked_until > tx.now:
            raise TooManyAttempts(seconds=int((known.blocked_until - tx.now).total_seconds()) + 1)
        failures = 1 if known is None else known.failures + 1
        wait = wait_after(failures)
        blocked = tx.now + wait if wait else None
        tried = Tried(failures=failures, blocked_until=blocked, forgotten_at=tx.now + wait + WINDOW)
        put = self.repository.begin_attempts if known is None else self.repository.go_on_with_attempts
        put(tx, key, tried)

    def succeeded(self, tx: Transaction, key: str) -> None:
        """Begin to count from nothing again."""
        self.repository.forget_attempts(tx, key)


def wait_after(failures: int) -> timedelta:
    """Return how long nothing is looked at after so many failures: not at all, then twice as long each time."""
    if failures < FREE:
        return timedelta()
    doubled: int = 2 ** min(failures - FREE, MOST_DOUBLINGS)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)

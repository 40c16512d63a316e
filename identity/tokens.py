"""Secrets that their bearers get to see once: sessions of persons, access tokens of business systems, codes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from typing_extensions import override

from identity.binding import UNBOUND, Binding
from identity.levels import Factor, Level
from trust.crypto.sm3 import sm3

__all__ = [
    "ACTIVATION_LIFETIME",
    "ACTIVATION_PREFIX",
    "SECRET_BYTES",
    "SESSION_LIFETIME",
    "SESSION_PREFIX",
    "TOKEN_LIFETIME",
    "TOKEN_PREFIX",
    "IssuedToken",
    "Session",
    "digest_of",
]

SESSION_LIFETIME: Final = timedelta(hours=8)
TOKEN_LIFETIME: Final = timedelta(minutes=15)
ACTIVATION_LIFETIME: Final = timedelta(days=7)
SECRET_BYTES: Final = 32
SESSION_PREFIX: Final = "xs_"
TOKEN_PREFIX: Final = "xc_"  # noqa: S105 - not a secret, what secrets begin with
ACTIVATION_PREFIX: Final = "xa_"
"""The prefixes let a leaked secret be recognised by whoever finds it, and by secret scanners."""


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A secret that its bearer gets to see once. It shows itself without it."""

    secret: str
    holder: str
    expires_at: datetime
    level: Level = Level.NONE
    """Of a session: how much is proven."""

    bound: Binding = UNBOUND

    @override
    def __repr__(self) -> str:
        return f"IssuedToken(holder={self.holder!r})"


def digest_of(secret: str) -> str:
    """Return the name under which the database knows a secret. 256 random bits need no salt."""
    return sm3(secret.encode()).hex()


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of a person, as its owner sees it: without its secret."""

    id: str
    begun_at: datetime
    expires_at: datetime
    used_at: datetime
    """When it was used last, to the minute."""

    level: Level
    shown: Level
    """What its factors prove; the level is that of the proofing where that is lower."""

    factors: frozenset[Factor]
    agent: str
    """What the browser or program calls itself."""

    bound: Binding = UNBOUND

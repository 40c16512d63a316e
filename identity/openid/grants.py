"""What a login at a business system comes to: the grant that every token of it hangs on, and the tokens."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from identity.levels import Factor, Level
from identity.openid.scopes import Scope

__all__ = [
    "ACCESS_LIFETIME",
    "CODE_LIFETIME",
    "GRANT_LIFETIME",
    "REFRESH_LIFETIME",
    "Acting",
    "Consent",
    "Grant",
    "Participant",
    "Token",
    "TokenKind",
]

CODE_LIFETIME: Final = timedelta(seconds=60)
ACCESS_LIFETIME: Final = timedelta(minutes=10)
REFRESH_LIFETIME: Final = timedelta(days=30)
"""Of each refresh token; the next one lives as long again, until the grant ends."""

GRANT_LIFETIME: Final = timedelta(days=90)
"""After so long a person logs in again, however often tokens were refreshed."""


class TokenKind(StrEnum):
    """What a secret of a grant is good for."""

    CODE = "code"
    ACCESS = "access"
    REFRESH = "refresh"

    @property
    def prefix(self) -> str:
        """What secrets of this kind begin with, so that who finds one knows what was lost."""
        return {TokenKind.CODE: "xk_", TokenKind.ACCESS: "xo_", TokenKind.REFRESH: "xr_"}[self]

    @property
    def lifetime(self) -> timedelta:
        """How long it holds."""
        return {
            TokenKind.CODE: CODE_LIFETIME,
            TokenKind.ACCESS: ACCESS_LIFETIME,
            TokenKind.REFRESH: REFRESH_LIFETIME,
        }[self]


@dataclass(frozen=True, kw_only=True)
class Acting:
    """For which organisation a person acts, as what, and by which delegation where it is by one."""

    organisation: str
    standing: str
    delegation: str | None = None


@dataclass(frozen=True, kw_only=True)
class Grant:
    """That a person has logged in to a business system."""

    id: str
    client: str
    person: str
    session: str
    scopes: frozenset[Scope]
    nonce: str | None = None
    redirect_uri: str = ""
    challenge: str = field(default="", repr=False)
    key: str = ""
    """Thumbprint of the key that the code is bound to (RFC 9449, 10); empty: of none."""

    resource: str | None = None
    """What its access tokens are for (RFC 8707); None: for what this service tells."""

    level: Level
    factors: frozenset[Factor]
    authenticated_at: datetime
    acting: Acting | None = None
    begun_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Token:
    """A code, an access token or a refresh token, without its secret."""

    grant: Grant
    kind: TokenKind
    scopes: frozenset[Scope]
    """Of a refreshed token they may be fewer than the grant's (RFC 6749, 6)."""

    begun_at: datetime
    expires_at: datetime
    used_at: datetime | None
    key: str = ""
    """Thumbprint of the key that it is bound to (RFC 9449); empty: of none."""

    resource: str | None = None
    """What an access token is for; None: for what this service tells."""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What a person lets a business system know, until it is withdrawn."""

    id: str
    person: str
    client: str
    client_name: str = ""
    scopes: frozenset[Scope]
    given_at: datetime


@dataclass(frozen=True, kw_only=True)
class Participant:
    """A business system that takes part in a session."""

    session: str
    client: str
    person: str
    sid: str
    """What the business system knows the session by."""

    organisation: str | None = None

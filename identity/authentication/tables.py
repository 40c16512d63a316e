"""Tables of authentication: with what persons come back, what they were asked, and how often somebody failed."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = ["AttemptsRow", "AuthenticatorRow", "ChallengeRow"]


class AuthenticatorRow(LivingRow, table=True):
    """Something with which a person comes back. What it holds is enciphered."""

    __tablename__ = "authenticator"

    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    kind: str
    name: str
    lookup: str | None = Field(default=None, unique=True)
    """Keyed hash of what a browser or a certificate calls itself; none for what is never looked for by itself."""

    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_at: datetime
    used_at: datetime | None = None


class ChallengeRow(Row, table=True):
    """A question that was asked, to be answered once and soon."""

    __tablename__ = "challenge"

    digest: str = Field(primary_key=True)
    kind: str
    person: str | None = Field(default=None, foreign_key="person.id")
    """Whom it was asked; None: whoever answers."""

    expires_at: datetime = Field(index=True)


class AttemptsRow(LivingRow, table=True):
    """How often somebody failed, by a keyed hash of what they tried and from where."""

    __tablename__ = "attempts"

    key: str = Field(primary_key=True)
    failures: int
    blocked_until: datetime | None = None
    forgotten_at: datetime = Field(index=True)

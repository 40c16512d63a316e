"""Tables of proofing: what was proven, what is being proven by a provider, and upper bounds after a recovery."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = ["LevelCapRow", "ProofingOrderRow", "ProofingRow"]


class ProofingRow(LivingRow, table=True):
    """A proofing of a person or an organisation. It holds no personal data."""

    __tablename__ = "proofing"
    __table_args__ = (UniqueConstraint("provider", "transaction"),)

    id: str = Field(primary_key=True)
    subject: str = Field(index=True)
    method: str
    sources: str
    """Separated by spaces."""

    level: int
    officers: list[str] = Field(sa_column=Column(JSON, nullable=False))
    provider: str = ""
    transaction: str | None = None
    evidence: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime
    expires_at: datetime
    state: str


class LevelCapRow(Row, table=True):
    """The level that a person has at most until a moment, whatever was proven."""

    __tablename__ = "level_cap"

    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    level: int
    until: datetime
    reason: str


class ProofingOrderRow(LivingRow, table=True):
    """A question to a provider of proofing. What tells of the person is enciphered."""

    __tablename__ = "proofing_order"
    __table_args__ = (UniqueConstraint("provider", "transaction"),)

    id: str = Field(primary_key=True)
    applicant: str = Field(index=True)
    """The person; or, where somebody recovers an account, a keyed hash of the number that was told."""

    origin: str = ""
    """Where a recovery was asked for, as a keyed hash of the network; empty: by a person in a session."""

    purpose: str
    method: str
    provider: str
    nonce: str
    transaction: str | None = None
    state: str
    begun_at: datetime
    expires_at: datetime
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

"""Tables of trust transfer: linked accounts, logins that are under way, peers, tickets."""

from datetime import datetime

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = ["ArrivalRow", "LinkRow", "PeerRow", "TicketRow"]


class LinkRow(LivingRow, table=True):
    """An account at another platform that belongs to a person here. Its name is enciphered, and found by its hash."""

    __tablename__ = "account_link"
    __table_args__ = (UniqueConstraint("platform", "subject_index"), UniqueConstraint("platform", "person"))

    id: str = Field(primary_key=True)
    platform: str
    subject_index: str
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    person: str = Field(foreign_key="person.id", index=True)
    how: str
    level: int
    linked_at: datetime
    used_at: datetime


class ArrivalRow(Row, table=True):
    """A login at another platform that is under way, by the hash of what the browser holds."""

    __tablename__ = "arrival"

    digest: str = Field(primary_key=True)
    platform: str
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    person: str | None = Field(default=None, foreign_key="person.id")
    expires_at: datetime = Field(index=True)


class PeerRow(LivingRow, table=True):
    """What was agreed with a platform beside, which is a client."""

    __tablename__ = "peer"

    client: str = Field(primary_key=True, foreign_key="client.id")
    return_addresses: list[str] = Field(sa_column=Column(JSON, nullable=False))
    claims: list[str] = Field(sa_column=Column(JSON, nullable=False))
    max_level: int
    known_as: str
    token_address: str
    user_address: str
    accounts_address: str
    approved_by: str
    approved_at: datetime
    ended_at: datetime | None = None


class TicketRow(LivingRow, table=True):
    """A ticket 票据 by the hash of its secret. One that was spent stays as long as the token that was given for it."""

    __tablename__ = "ticket"

    digest: str = Field(primary_key=True)
    id: str = Field(unique=True)
    peer: str
    person: str = Field(foreign_key="person.id")
    session: str
    level: int
    purpose: str
    organisation: str | None = None
    expires_at: datetime = Field(index=True)
    spent_at: datetime | None = None
    token_digest: str | None = Field(default=None, index=True)

"""Tables of identity: subjects, accounts, grants, sessions, clients."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = ["AccountRow", "AssertionRow", "ClientRow", "GrantRow", "OrganisationRow", "PersonRow", "TokenRow"]


class SubjectColumns(LivingRow):
    """What the tables of persons and organisations have in common."""

    __abstract__ = True

    id: str = Field(primary_key=True)
    state: str
    last_actor: str
    registered_at: datetime
    assurance_level: int | None = None
    assurance_source: str | None = None
    assurance_by: str | None = None
    assurance_at: datetime | None = None


class PersonRow(SubjectColumns, table=True):
    """A natural person. Name and number are enciphered; the number is found again by its keyed hash."""

    __tablename__ = "person"

    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    number_index: str = Field(unique=True)


class OrganisationRow(SubjectColumns, table=True):
    """A legal person or other organisation. What stands here is public by law."""

    __tablename__ = "organisation"

    name: str
    credit_code: str = Field(unique=True)
    legal_representative: str | None = Field(default=None, foreign_key="person.id")


class AccountRow(LivingRow, table=True):
    """A person's way in: a username and a password, or an activation code that waits to be used."""

    __tablename__ = "account"

    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", unique=True)
    username: str | None = Field(default=None, unique=True)
    password_hash: str | None = None
    activation_hash: str | None = Field(default=None, unique=True)
    activation_until: datetime | None = None
    activated_at: datetime | None = None


class GrantRow(Row, table=True):
    """A duty that a person or a client holds. An empty organisation means the whole instance."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("holder", "duty", "organisation"),)

    id: str = Field(primary_key=True)
    holder: str = Field(index=True)
    duty: str
    organisation: str = ""
    granted_by: str
    granted_at: datetime


class TokenRow(Row, table=True):
    """A session of a person or an access token of a client, by the hash of its secret."""

    __tablename__ = "token"
    __table_args__ = (Index(None, "holder"),)

    digest: str = Field(primary_key=True)
    id: str = Field(unique=True)
    holder: str
    is_client: bool
    begun_at: datetime
    expires_at: datetime
    level: int
    factors: str
    """With what the person came back, separated by spaces; empty for clients."""

    agent: str


class ClientRow(LivingRow, table=True):
    """A business system and the public key that it signs its assertions with."""

    __tablename__ = "client"

    id: str = Field(primary_key=True)
    name: str
    organisation: str = Field(foreign_key="organisation.id", index=True)
    public_jwk: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str
    last_actor: str


class AssertionRow(Row, table=True):
    """An assertion that was used, kept until it expires, so that nobody uses it twice."""

    __tablename__ = "assertion"

    client: str = Field(primary_key=True)
    jti: str = Field(primary_key=True)
    expires_at: datetime = Field(index=True)

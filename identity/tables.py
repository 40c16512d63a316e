"""Tables of identity: subjects, accounts, grants, sessions, clients."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = [
    "AccountRow",
    "AssertionRow",
    "ClientKeyRow",
    "ClientRow",
    "GrantRow",
    "IdentityDocumentRow",
    "KeyProofRow",
    "OrganisationRow",
    "PersonRow",
    "TokenRow",
]


class SubjectColumns(LivingRow):
    """What the tables of persons and organisations have in common."""

    __abstract__ = True

    id: str = Field(primary_key=True)
    state: str
    last_actor: str
    registered_at: datetime


class PersonRow(SubjectColumns, table=True):
    """A natural person. Name and document are enciphered; the document is found again by its keyed hash."""

    __tablename__ = "person"
    __table_args__ = (Index(None, "registered_at"), Index("ix_person_state_registered_at", "state", "registered_at"))

    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    number_index: str = Field(unique=True)
    """Of the document by which the person is known; the person's own identifier where there is none any more."""

    merged_into: str | None = Field(default=None, index=True)


class IdentityDocumentRow(Row, table=True):
    """An identity document of a person, whichever they show, the one by which they are known among them.

    Rows of before this table bear the person's identifier as their own, and the person's enciphered data.
    """

    __tablename__ = "identity_document"

    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    lookup: str = Field(unique=True)
    added_at: datetime
    ended_at: datetime | None = None


class OrganisationRow(SubjectColumns, table=True):
    """A legal person or other organisation. What stands here is public by law."""

    __tablename__ = "organisation"
    __table_args__ = (
        Index(None, "registered_at"),
        Index("ix_organisation_state_registered_at", "state", "registered_at"),
    )

    name: str
    credit_code: str = Field(unique=True)
    legal_representative: str | None = Field(default=None, foreign_key="person.id", index=True)


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
    sessions_void_before: datetime | None = None
    """Nothing counts that was begun before: the sessions are gone, and what outlives them asks for this."""
    frozen_by: str | None = None
    """Who froze the account 冻结账号; None: it is not frozen."""


class GrantRow(Row, table=True):
    """A duty that a person or a client holds. An empty organisation means the whole instance."""

    __tablename__ = "grant"
    __table_args__ = (
        UniqueConstraint("holder", "duty", "organisation"),
        Index("ix_grant_duty_id", "duty", "id"),
        Index("ix_grant_organisation_id", "organisation", "id"),
    )

    id: str = Field(primary_key=True)
    holder: str = Field(index=True)
    duty: str
    organisation: str = ""
    granted_by: str
    granted_at: datetime
    valid_until: datetime | None = None
    """When it ends by itself 临时授权; None: when it is taken back."""


class TokenRow(Row, table=True):
    """A session of a person or an access token of a client, by the hash of its secret."""

    __tablename__ = "token"
    __table_args__ = (Index(None, "holder"), Index(None, "expires_at"))

    digest: str = Field(primary_key=True)
    id: str = Field(unique=True)
    holder: str
    is_client: bool
    begun_at: datetime
    expires_at: datetime
    used_at: datetime
    """When it was used last, to the minute."""

    level: int
    factors: str
    """With what the person came back, separated by spaces; empty for clients."""

    agent: str
    key: str | None = None
    """Thumbprint of the key that it is bound to (RFC 9449, 6); None: to none."""

    device: str | None = None
    """Digest of the secret of the browser that it is bound to; None: to none."""


class KeyProofRow(Row, table=True):
    """A proof of a key that was used, kept until it is too old, so that nobody uses it twice."""

    __tablename__ = "key_proof"

    digest: str = Field(primary_key=True)
    expires_at: datetime = Field(index=True)


class ClientRow(LivingRow, table=True):
    """A business system. Whom to call about it is enciphered."""

    __tablename__ = "client"

    id: str = Field(primary_key=True)
    name: str
    organisation: str = Field(foreign_key="organisation.id", index=True)
    state: str
    last_actor: str
    description: str = ""
    contact: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    requests_per_minute: int | None = None
    requests_per_day: int | None = None
    stampings_per_day: int | None = None
    """How often it may ask, and have something stamped; None: as the settings say."""


class ClientKeyRow(LivingRow, table=True):
    """A public key that a business system signs its assertions with."""

    __tablename__ = "client_key"

    client: str = Field(foreign_key="client.id", primary_key=True)
    kid: str = Field(primary_key=True)
    jwk: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str
    added_at: datetime
    retired_at: datetime | None = None


class AssertionRow(Row, table=True):
    """An assertion that was used, kept until it expires, so that nobody uses it twice."""

    __tablename__ = "assertion"

    client: str = Field(primary_key=True)
    jti: str = Field(primary_key=True)
    expires_at: datetime = Field(index=True)

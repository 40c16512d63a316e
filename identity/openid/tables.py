"""Tables of the OpenID Provider: registrations, logins that are on their way, what was granted, consents, keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = [
    "OpenIDClientRow",
    "OpenIDConsentRow",
    "OpenIDGrantRow",
    "OpenIDKeyRow",
    "OpenIDParticipantRow",
    "OpenIDRequestRow",
    "OpenIDTokenRow",
]


class OpenIDClientRow(LivingRow, table=True):
    """What was approved for a business system."""

    __tablename__ = "openid_client"

    client: str = Field(primary_key=True, foreign_key="client.id")
    registered: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    proposed_by: str
    approved_by: str
    approved_at: datetime


class OpenIDRequestRow(Row, table=True):
    """A login that a business system has asked for, by the hash of the secret that goes through the browser."""

    __tablename__ = "openid_request"

    digest: str = Field(primary_key=True)
    client: str = Field(foreign_key="client.id")
    parameters: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    is_pushed: bool
    asked_at: datetime
    expires_at: datetime = Field(index=True)


class OpenIDGrantRow(LivingRow, table=True):
    """That a person has logged in to a business system: what every token of this login hangs on."""

    __tablename__ = "openid_grant"

    id: str = Field(primary_key=True)
    client: str = Field(foreign_key="client.id", index=True)
    person: str = Field(foreign_key="person.id", index=True)
    session: str = Field(index=True)
    scope: str
    nonce: str | None = None
    redirect_uri: str
    challenge: str
    key: str | None = None
    """Thumbprint of the key that the code is bound to (RFC 9449, 10); None: to none."""

    resource: str | None = None
    """What the access tokens are for (RFC 8707), as asked for with the login; None: for what this service tells."""

    level: int
    factors: str
    authenticated_at: datetime
    organisation: str | None = Field(default=None, foreign_key="organisation.id")
    standing: str | None = None
    delegation: str | None = None
    begun_at: datetime
    expires_at: datetime = Field(index=True)
    ended_at: datetime | None = None


class OpenIDTokenRow(Row, table=True):
    """A code, an access token or a refresh token, by the hash of its secret."""

    __tablename__ = "openid_token"

    digest: str = Field(primary_key=True)
    grant: str = Field(foreign_key="openid_grant.id", index=True)
    kind: str
    scope: str
    begun_at: datetime
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None
    key: str | None = None
    """Thumbprint of the key that the token is bound to (RFC 9449, 5); None: to none."""

    resource: str | None = None
    """What an access token is for (RFC 8707); None: for what this service tells of the person."""


class OpenIDConsentRow(LivingRow, table=True):
    """What a person lets a business system know."""

    __tablename__ = "openid_consent"
    __table_args__ = (UniqueConstraint("person", "client"),)

    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id")
    client: str = Field(foreign_key="client.id")
    scope: str
    given_at: datetime


class OpenIDParticipantRow(LivingRow, table=True):
    """That a business system takes part in a session, and is to be told when it ends."""

    __tablename__ = "openid_participant"

    session: str = Field(primary_key=True)
    client: str = Field(primary_key=True, foreign_key="client.id")
    person: str = Field(foreign_key="person.id")
    sid: str = Field(unique=True)
    organisation: str | None = None
    """For which organisation the person chose to act there; None: for nobody but himself or herself."""


class OpenIDKeyRow(LivingRow, table=True):
    """A key that signs ID tokens and logout tokens."""

    __tablename__ = "openid_key"

    kid: str = Field(primary_key=True)
    algorithm: str
    state: str
    slot: str | None = Field(default=None, unique=True)
    """Algorithm and state of the next and of the current key: there is one of each."""

    handle: str
    spki: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: datetime
    retired_at: datetime | None = None

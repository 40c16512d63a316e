"""Tables of seals, their history, their authorisations, and the ledger of stampings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = ["AuthorisationRow", "SealEventRow", "SealRow", "StampingRow"]


STATUTORY_IN_LIFE = text("kind = 'statutory_name' AND state NOT IN ('withdrawn', 'rejected', 'cancelled')")


class SealRow(LivingRow, table=True):
    """An electronic seal, from application on."""

    __tablename__ = "seal"
    __table_args__ = (
        # The database decides, so that two applications at the same time cannot both be the only one.
        Index(
            "uq_seal_statutory_name",
            "owner",
            unique=True,
            sqlite_where=STATUTORY_IN_LIFE,
            postgresql_where=STATUTORY_IN_LIFE,
        ),
    )

    id: str = Field(primary_key=True)
    state: str = Field(index=True)
    last_actor: str
    owner: str = Field(foreign_key="organisation.id", index=True)
    kind: str
    name: str
    rim: str
    row: str
    diameter_mm: int
    applied_at: datetime
    code: str | None = Field(default=None, unique=True)
    owner_key: str | None = None
    owner_public_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    owner_certificate: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    document_key: str | None = None
    document_public_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    document_certificate: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    seal: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    filing_number: str | None = Field(default=None, unique=True)
    valid_until: datetime | None = None
    lost_at: datetime | None = None


class SealEventRow(Row, table=True):
    """One step in the life of a seal. Nothing here is ever changed."""

    __tablename__ = "seal_event"
    __table_args__ = (UniqueConstraint("seal", "sequence"),)

    id: str = Field(primary_key=True)
    seal: str = Field(foreign_key="seal.id", index=True)
    sequence: int
    event: str
    state: str
    actor: str
    at: datetime
    reason: str
    lost_at: datetime | None = None


class AuthorisationRow(LivingRow, table=True):
    """The owner's permission for a person or a client to stamp: for what, until when, how often."""

    __tablename__ = "seal_authorisation"

    id: str = Field(primary_key=True)
    seal: str = Field(foreign_key="seal.id", index=True)
    holder: str = Field(index=True)
    purpose: str
    document_kinds: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    valid_until: datetime
    times: int | None = None
    used: int = 0
    granted_by: str
    granted_at: datetime
    withdrawn_at: datetime | None = None


class StampingRow(LivingRow, table=True):
    """One stamping: the intent before the key is used, and what came of it."""

    __tablename__ = "stamping"

    id: str = Field(primary_key=True)
    seal: str = Field(foreign_key="seal.id", index=True)
    authorisation: str = Field(foreign_key="seal_authorisation.id", index=True)
    actor: str = Field(index=True)
    at: datetime = Field(index=True)
    purpose: str
    document_kind: str
    document_hash: str = Field(index=True)
    state: str = Field(index=True)
    result: str | None = None

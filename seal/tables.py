"""Tables of seals, their history, their authorisations, and the ledger of stampings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = [
    "ApprovalRow",
    "AuthorisationRow",
    "EvidenceRow",
    "SealDestructionRow",
    "SealEventRow",
    "SealRow",
    "StampingRow",
]


ONE_STATUTORY = text(
    "kind = 'statutory_name' AND (state IN ('active', 'suspended', 'resuming', 'cancelling') "
    "OR (supersedes IS NULL AND state IN ('applied', 'returned', 'approved', 'made', 'filed', 'issued')))"
)
"""Until its owner accepts it, a seal that is to replace another does not count beside that one."""

ONE_SUCCESSOR = text("supersedes IS NOT NULL AND state NOT IN ('withdrawn', 'rejected', 'cancelled', 'invalidated')")


class SealRow(LivingRow, table=True):
    """An electronic seal, from application on."""

    __tablename__ = "seal"
    __table_args__ = (
        # The database decides, so that two applications at the same time cannot both be the only one.
        Index(
            "uq_seal_statutory_name",
            "owner",
            unique=True,
            sqlite_where=ONE_STATUTORY,
            postgresql_where=ONE_STATUTORY,
        ),
        Index(
            "uq_seal_supersedes",
            "supersedes",
            unique=True,
            sqlite_where=ONE_SUCCESSOR,
            postgresql_where=ONE_SUCCESSOR,
        ),
        Index("ix_seal_state_valid_until", "state", "valid_until"),
        # All that a search looks at, in the order in which it answers: no row, which holds certificates and the seal
        # itself, is read but those of the page.
        Index("ix_seal_listed", "id", "state", "kind", "owner", "name", "code", "filing_number"),
    )

    id: str = Field(primary_key=True)
    state: str
    last_actor: str
    owner: str = Field(foreign_key="organisation.id", index=True)
    kind: str
    name: str = Field(index=True)
    design: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    likeness: str | None = None
    bearer: str | None = None
    applied_at: datetime
    entered_at: datetime | None = None
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
    supersedes: str | None = None
    superseded_by: str | None = None
    ground: str | None = None


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
    ground: str | None = None
    changes: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class EvidenceRow(LivingRow, table=True):
    """A document that somebody put forward: uploaded first, then attached to one step of a seal's life."""

    __tablename__ = "seal_evidence"

    id: str = Field(primary_key=True)
    organisation: str = Field(foreign_key="organisation.id")
    kind: str
    media_type: str
    size: int
    digest: str
    blob: str
    uploaded_by: str
    uploaded_at: datetime
    seal: str | None = Field(default=None, foreign_key="seal.id", index=True)
    step: int | None = None
    forgotten_at: datetime | None = None
    """When no step had used it for too long: the row goes as soon as its octets are gone."""


class SealDestructionRow(Row, table=True):
    """The proof that one key of a seal is gone. Nothing here is ever changed."""

    __tablename__ = "seal_destruction"

    seal: str = Field(primary_key=True, foreign_key="seal.id")
    key: str = Field(primary_key=True)
    at: datetime
    statement: bytes
    signature: bytes
    certificate: bytes


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
    valid_from: datetime | None = None
    needs_approval: bool | None = None
    operations: list[Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    parent: str | None = Field(default=None, index=True)
    level: int | None = None
    session: str | None = None
    statement: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class StampingRow(LivingRow, table=True):
    """One stamping: the intent before the key is used, and what came of it."""

    __tablename__ = "stamping"
    __table_args__ = (Index("ix_stamping_seal_id", "seal", "id"), Index("ix_stamping_state_at", "state", "at"))

    id: str = Field(primary_key=True)
    seal: str = Field(foreign_key="seal.id", index=True)
    authorisation: str = Field(index=True)
    """The identifier of an authorisation, or of a mandate."""

    actor: str = Field(index=True)
    at: datetime = Field(index=True)
    purpose: str
    document_kind: str
    document_hash: str = Field(index=True)
    state: str
    result: str | None = None
    operation: str | None = None
    parent: str | None = None
    approval: str | None = None
    batch: str | None = Field(default=None, index=True)
    reference: str | None = None
    property_info: str | None = None
    signed_at: datetime | None = None
    signature: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    time_stamp: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    ended_at: datetime | None = None
    level: int | None = None
    evidence: str | None = None


class ApprovalRow(LivingRow, table=True):
    """A stamping that somebody asks the owner to approve before it happens 用印审批."""

    __tablename__ = "stamping_approval"
    __table_args__ = (Index("ix_stamping_approval_seal_state", "seal", "state"),)

    id: str = Field(primary_key=True)
    seal: str = Field(foreign_key="seal.id")
    state: str
    requester: str
    operation: str
    document_hash: str
    parameters: str
    purpose: str
    document_kind: str
    reason: str
    reference: str = ""
    asked: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str | None = None
    stamping: str | None = None

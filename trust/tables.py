"""Tables of the ground floor: the audit trail, counters, certificates issued, requests answered."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import declared_attr
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = [
    "AuditCheckpointRow",
    "AuditEventRow",
    "AuditHeadRow",
    "AuthorityRow",
    "CertificateRow",
    "CertificationRequestRow",
    "CounterRow",
    "OutboxRow",
    "OutsideCertificateRow",
    "OutsideListRow",
    "RequestRow",
    "ResponderRow",
    "RevocationListRow",
    "ServiceKeyRow",
]

IS_REVOKED: Final = "revoked_at IS NOT NULL"


class AuditEventRow(Row, table=True):
    """One event of the trail. Its hash covers the one before it, so none can be changed, moved or taken out."""

    __tablename__ = "audit_event"
    __table_args__ = (
        # Searched and counted by each of these, in the order of time.
        Index(None, "at"),
        Index(None, "tag", "at"),
        Index(None, "actor", "at"),
        Index(None, "subject", "at"),
    )

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    tag: str
    actor: str
    subject: str
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class AuditHeadRow(Row, table=True):
    """The end of the trail: a single row that writers queue for."""

    __tablename__ = "audit_head"

    id: int = Field(default=1, primary_key=True)
    sequence: int
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class AuditCheckpointRow(Row, table=True):
    """A signed statement of where the trail stood at a moment."""

    __tablename__ = "audit_checkpoint"

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    certificate: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CounterRow(Row, table=True):
    """A counter that never gives the same number twice."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True)
    value: int


class RequestRow(Row, table=True):
    """A request that was answered: its repetition gets the same answer, and nothing happens twice."""

    __tablename__ = "request"

    actor: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    result: str
    at: datetime


class AuthorityRow(Row, table=True):
    """A certification authority of this instance: its own certificate and the handle of its key."""

    __tablename__ = "authority"

    name: str = Field(primary_key=True)
    key_handle: str
    key_purpose: str
    certificate: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    issuer: str | None = Field(default=None, foreign_key="authority.name")
    line: str | None = Field(default=None, index=True)
    """The first generation of the authority, which it succeeds; None where it is the first itself."""

    generation: int | None = None


class ServiceKeyRow(Row, table=True):
    """A version of a key of the service itself with its certificate: the seal maker's, the time-stamp authorities'."""

    __tablename__ = "service_key"

    role: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key_handle: str
    key_purpose: str
    certificate: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    issuer: str = Field(foreign_key="authority.name")


class CertificateRow(LivingRow, table=True):
    """A certificate that one of our authorities issued, and whether it was revoked."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("issuer", "serial"),
        # Of what was revoked alone: that is asked for every minute, among a million that were not.
        Index(
            "ix_certificate_revoked",
            "issuer",
            "shard",
            sqlite_where=text(IS_REVOKED),
            postgresql_where=text(IS_REVOKED),
        ),
    )

    fingerprint: str = Field(primary_key=True)
    issuer: str = Field(foreign_key="authority.name", index=True)
    shard: int | None = None
    """The shard of the revocation list that it names; None where it names the complete list, as all did at first."""

    serial: str
    der: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    key_handle: str
    not_after: datetime
    revoked_at: datetime | None = None
    revocation_reason: int | None = None
    invalid_since: datetime | None = None


class RevocationListRow(Row, table=True):
    """The newest CRL of an authority, complete or one shard.

    Its number is its version: of two writers over one list only one wins.
    """

    __tablename__ = "revocation_list"

    issuer: str = Field(primary_key=True, foreign_key="authority.name")
    shard: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int
    entries: int
    """How many it names. Nothing revoked is ever taken off, so that it lacks something when more are revoked."""

    der: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    this_update: datetime
    next_update: datetime

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy calls it with the class
        return {"version_id_col": cls.__table__.c.number, "version_id_generator": False}  # type: ignore[attr-defined] # set by the metaclass


class ResponderRow(Row, table=True):
    """The key that answers for an authority by OCSP, with its certificate of a month."""

    __tablename__ = "responder"

    authority: str = Field(primary_key=True, foreign_key="authority.name")
    key_handle: str
    key_purpose: str
    certificate: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CertificationRequestRow(LivingRow, table=True):
    """A request (PKCS#10) of a key in our custody to an authority outside, and the certificate that came of it."""

    __tablename__ = "certification_request"

    id: str = Field(primary_key=True)
    key_handle: str = Field(index=True)
    key_purpose: str
    profile: str
    der: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: datetime
    certificate: str | None = Field(default=None, foreign_key="outside_certificate.fingerprint")


class OutsideCertificateRow(LivingRow, table=True):
    """A certificate of an authority outside: an anchor that is trusted, an authority below it, or a key of ours."""

    __tablename__ = "outside_certificate"

    fingerprint: str = Field(primary_key=True)
    role: str
    purposes: str
    """What an anchor is trusted for, with commas in between; else nothing."""

    der: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    not_after: datetime
    added_at: datetime
    withdrawn_at: datetime | None = None


class OutsideListRow(LivingRow, table=True):
    """The newest CRL of an authority outside that was brought in as a file."""

    __tablename__ = "outside_list"

    scope: str = Field(primary_key=True)
    """SM3 over the issuer's name and what the list tells of."""

    der: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    this_update: datetime
    next_update: datetime


class OutboxRow(LivingRow, table=True):
    """A message that leaves after the commit of the change that it tells of, and what came of sending it."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_waiting", "state", "topic", "subject", "number"),)

    id: str = Field(primary_key=True)
    number: int = Field(unique=True)
    """Its place among all messages: those of one subject leave in this order."""

    topic: str
    subject: str = Field(index=True)
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime
    state: str
    attempts: int = 0
    due_at: datetime
    claim: str | None = None
    """Of the process that is sending it, until `claimed_until`."""

    claimed_until: datetime | None = None
    answer: str = ""
    receipt: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    settled_at: datetime | None = None

"""Tables of the ground floor: the audit trail, counters, certificates issued, requests answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlalchemy.orm import declared_attr
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = [
    "AuditCheckpointRow",
    "AuditEventRow",
    "AuditHeadRow",
    "AuthorityRow",
    "CertificateRow",
    "CounterRow",
    "RequestRow",
    "RevocationListRow",
    "ServiceKeyRow",
]


class AuditEventRow(Row, table=True):
    """One event of the trail. Its hash covers the one before it, so none can be changed, moved or taken out."""

    __tablename__ = "audit_event"

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    tag: str = Field(index=True)
    actor: str = Field(index=True)
    subject: str = Field(index=True)
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


class ServiceKeyRow(Row, table=True):
    """A key of the service itself with its certificate: the seal maker's, the time-stamp authorities', and others."""

    __tablename__ = "service_key"

    role: str = Field(primary_key=True)
    key_handle: str
    key_purpose: str
    certificate: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    issuer: str = Field(foreign_key="authority.name")


class CertificateRow(LivingRow, table=True):
    """A certificate that one of our authorities issued, and whether it was revoked."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("issuer", "serial"),)

    fingerprint: str = Field(primary_key=True)
    issuer: str = Field(foreign_key="authority.name", index=True)
    serial: str
    der: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    key_handle: str
    not_after: datetime
    revoked_at: datetime | None = None
    revocation_reason: int | None = None


class RevocationListRow(Row, table=True):
    """The newest CRL of an authority. Its number is its version: of two writers over one list only one wins."""

    __tablename__ = "revocation_list"

    issuer: str = Field(primary_key=True, foreign_key="authority.name")
    number: int
    der: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    next_update: datetime

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy calls it with the class
        return {"version_id_col": cls.__table__.c.number, "version_id_generator": False}  # type: ignore[attr-defined] # set by the metaclass

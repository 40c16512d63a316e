"""Tables of licences, their history, requests for review and scans."""

from datetime import date, datetime

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = [
    "LicenceEventRow",
    "LicenceRequestRow",
    "LicenceRow",
    "LicenceScanRow",
]

STAMP_AWAITED = text("time_stamp_due IS NOT NULL")
ONE_SUCCESSOR = text("predecessor IS NOT NULL AND state <> 'void'")


class LicenceRow(LivingRow, table=True):
    """A licence. Its data is enciphered."""

    __tablename__ = "licence"
    __table_args__ = (
        UniqueConstraint("type", "status_index"),
        Index("ix_licence_issuer_id", "issuer", "id"),
        Index("ix_licence_issuer_last_day", "issuer", "last_day"),
        Index("ix_licence_state_issuer_id", "state", "issuer", "id"),
        Index("ix_licence_type_state_id", "type", "state", "id"),
        Index("ix_licence_holder_id", "holder", "id"),
        Index("ix_licence_issuer_type_id", "issuer", "type", "id"),
        Index("ix_licence_issuer_type_state_id", "issuer", "type", "state", "id"),
        Index("ix_licence_number_type", "number", "type"),
        Index(
            "ix_licence_time_stamp_due",
            "time_stamp_due",
            sqlite_where=STAMP_AWAITED,
            postgresql_where=STAMP_AWAITED,
        ),
        Index("ix_licence_stamp_awaited", "issuer", "id", sqlite_where=STAMP_AWAITED, postgresql_where=STAMP_AWAITED),
        # The database decides, so that two at the same time cannot both be the next.
        Index("uq_licence_chain_edition", "chain", "edition", unique=True),
        Index(
            "uq_licence_predecessor",
            "predecessor",
            unique=True,
            sqlite_where=ONE_SUCCESSOR,
            postgresql_where=ONE_SUCCESSOR,
        ),
    )

    id: str = Field(primary_key=True)
    state: str
    last_actor: str
    type: str = Field(foreign_key="licence_type.id")
    issuer: str | None = None
    chain: str | None = None
    edition: int | None = None
    origin: str | None = None
    predecessor: str | None = None
    successor: str | None = None
    entered_at: datetime | None = None
    steps: int | None = None
    type_version: int | None = None
    first_day: date | None = None
    paper_issued_on: date | None = None
    level: str | None = None
    time_stamp_due: datetime | None = None
    former_file: str | None = None
    identifier: str = Field(unique=True)
    digest: str = Field(unique=True)
    number: str
    holder: str
    seal: str = Field(foreign_key="seal.id", index=True)
    status_index: int
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    prepared_at: datetime
    issued_on: date
    last_day: date | None = None
    stamping: str | None = Field(default=None, foreign_key="stamping.id", unique=True)
    file: str | None = Field(default=None, index=True)
    claim: str | None = None


class LicenceEventRow(Row, table=True):
    """One step in the life of a licence. Nothing here is ever changed."""

    __tablename__ = "licence_event"
    __table_args__ = (UniqueConstraint("licence", "sequence"),)

    id: str = Field(primary_key=True)
    licence: str = Field(foreign_key="licence.id", index=True)
    sequence: int
    event: str
    state: str
    actor: str
    at: datetime
    reason: str
    ground: str | None = None
    request: str | None = None


class LicenceRequestRow(LivingRow, table=True):
    """A step that one person asks for and another decides on. What would be issued stands enciphered."""

    __tablename__ = "licence_request"
    __table_args__ = (Index("ix_licence_request_issuer_state_id", "issuer", "state", "id"),)

    id: str = Field(primary_key=True)
    state: str
    issuer: str = Field(foreign_key="organisation.id")
    type: str = Field(foreign_key="licence_type.id")
    licence: str | None = Field(default=None, foreign_key="licence.id")
    event: str
    requester: str
    reason: str
    ground: str | None = None
    digest: str
    protected: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str | None = None
    result: str | None = None


class LicenceScanRow(LivingRow, table=True):
    """A picture of a paper licence, kept enciphered, and the licence that was made from it once there is one."""

    __tablename__ = "licence_scan"

    id: str = Field(primary_key=True)
    issuer: str = Field(foreign_key="organisation.id")
    media_type: str
    size: int
    digest: str
    blob: str
    uploaded_by: str
    uploaded_at: datetime
    licence: str | None = Field(default=None, foreign_key="licence.id", index=True)
    asked_at: datetime | None = None
    """When a licence was last asked for that is to be made from it."""

    forgotten_at: datetime | None = None
    """When nothing had been made from it for too long: the row goes as soon as its octets are gone."""

"""Tables of licence types, licences and their history."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = ["LicenceEventRow", "LicenceRow", "LicenceTypeRow"]


class LicenceTypeRow(LivingRow, table=True):
    """A type of the catalogue."""

    __tablename__ = "licence_type"

    id: str = Field(primary_key=True)
    state: str = Field(index=True)
    last_actor: str
    code: str = Field(unique=True)
    name: str
    issuer: str = Field(foreign_key="organisation.id", index=True)
    template: str
    holder_kind: str
    data_schema: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    lifetime_days: int | None = None


class LicenceRow(LivingRow, table=True):
    """A licence. Its data is enciphered."""

    __tablename__ = "licence"
    __table_args__ = (UniqueConstraint("type", "status_index"),)

    id: str = Field(primary_key=True)
    state: str = Field(index=True)
    last_actor: str
    type: str = Field(foreign_key="licence_type.id", index=True)
    identifier: str = Field(unique=True)
    digest: str = Field(unique=True)
    number: str = Field(index=True)
    holder: str = Field(index=True)
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

"""Tables of licence types and of their versions."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from trust.rows import LivingRow

__all__ = ["LicenceTypeRow", "LicenceTypeVersionRow"]


class LicenceTypeRow(LivingRow, table=True):
    """A type of the catalogue: what all its versions share."""

    __tablename__ = "licence_type"

    id: str = Field(primary_key=True)
    code: str = Field(unique=True)
    issuer: str = Field(foreign_key="organisation.id", index=True)


class LicenceTypeVersionRow(LivingRow, table=True):
    """One version of a type. Once it is published, only its state changes."""

    __tablename__ = "licence_type_version"
    __table_args__ = (UniqueConstraint("type", "number"),)

    id: str = Field(primary_key=True)
    type: str = Field(foreign_key="licence_type.id")
    number: int
    state: str
    last_actor: str
    remark: str = ""
    effective_from: date | None = None
    template: str
    issuing: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    particulars: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    data_schema: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))

"""The tables of mandates, and of what was done by them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = ["MandateRow", "MandateUseRow"]


class MandateRow(LivingRow, table=True):
    """A mandate: who lets whom act, within which bounds, and where it stands."""

    __tablename__ = "mandate"

    id: str = Field(primary_key=True)
    delegator_kind: str
    delegator: str = Field(index=True)
    delegate_kind: str
    delegate: str = Field(index=True)
    matters: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    seals: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    licence_types: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    document_kinds: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    operations: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    purposes: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    not_before: datetime
    not_after: datetime
    times: int | None = None
    used: int = 0
    depth: int
    parent: str | None = Field(default=None, foreign_key="mandate.id", index=True)
    state: str
    last_actor: str
    given_by: str
    given_level: int
    given_session: str
    given_at: datetime
    accepted_at: datetime | None = None
    statement: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class MandateUseRow(Row, table=True):
    """That a thing was done by a mandate, or that many are to be: the uses are given back where nothing comes of it."""

    __tablename__ = "mandate_use"

    thing: str = Field(primary_key=True)
    mandate: str = Field(foreign_key="mandate.id")
    count: int = 1
    within: str | None = None
    """The thing that had taken the use beforehand, with others."""

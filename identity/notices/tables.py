"""The table of what persons were told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from trust.rows import Row

__all__ = ["PersonNoticeRow"]


class PersonNoticeRow(Row, table=True):
    """Something that a person was told of their account. It holds no personal data."""

    __tablename__ = "person_notice"

    id: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    kind: str
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime

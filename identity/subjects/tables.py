"""Tables of the life of subjects. What was changed, why and on what evidence is enciphered."""

from datetime import date, datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from trust.rows import Row

__all__ = ["DataAccessRow", "SubjectChangeRow"]


class SubjectChangeRow(Row, table=True):
    """A change of a subject."""

    __tablename__ = "subject_change"

    id: str = Field(primary_key=True)
    subject: str = Field(index=True)
    kind: str
    effective_on: date
    at: datetime
    proposed_by: str
    approved_by: str
    proposal: str
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DataAccessRow(Row, table=True):
    """That somebody looked at a person's data in clear."""

    __tablename__ = "data_access"

    id: str = Field(primary_key=True)
    subject: str = Field(index=True)
    at: datetime
    reader: str
    duty: str
    organisation: str | None = None
    purpose: str
    fields: str
    """Separated by spaces."""

    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The reference of the case."""

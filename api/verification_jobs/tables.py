"""Tables of verification jobs. A file and what was found in it stand enciphered, and are erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary
from sqlmodel import Field

from trust.rows import Row

__all__ = ["VerificationJobRow", "VerificationPieceRow"]


class VerificationJobRow(Row, table=True):
    """A job. Several processes look for work in it at once, so that each changes it by a condition."""

    __tablename__ = "verification_job"

    id: str = Field(primary_key=True)
    digest: str = Field(unique=True)
    """A keyed hash of the secret that leads to the job: whoever reads this table can ask for no verdict."""

    state: str = Field(index=True)
    size: int
    asked: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    """What was asked beside the file, enciphered: its name, its password."""

    result: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    fault: str
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    attempts: int
    owner: str | None = None
    until: datetime | None = None
    made_at: datetime
    ended_at: datetime | None = None
    expires_at: datetime = Field(index=True)


class VerificationPieceRow(Row, table=True):
    """A piece of a file, enciphered, until the file is judged."""

    __tablename__ = "verification_piece"

    job: str = Field(foreign_key="verification_job.id", primary_key=True)
    part: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

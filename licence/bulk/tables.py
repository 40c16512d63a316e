"""Tables of bulk jobs. What came from a holder stands enciphered, and goes when the job's time is over."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary
from sqlmodel import Field

from trust.rows import Row

__all__ = ["BulkChunkRow", "BulkJobRow", "BulkPieceRow"]


class BulkJobRow(Row, table=True):
    """A job. Several processes count in it at once, so that each changes it by a condition and not by its version."""

    __tablename__ = "bulk_job"

    id: str = Field(primary_key=True)
    state: str = Field(index=True)
    kind: str
    type: str = Field(foreign_key="licence_type.id", index=True)
    issuer: str = Field(foreign_key="organisation.id", index=True)
    seal: str = Field(foreign_key="seal.id")
    requested_by: str
    requested_at: datetime
    proceeds: bool
    started_by: str | None = None
    started_at: datetime | None = None
    moved_at: datetime | None = None
    """When it last came from one state into another: how long it waits for a person counts from then."""

    ended_at: datetime | None = Field(default=None, index=True)
    removed_at: datetime | None = None
    upload: str
    size: int
    format: str
    encoding: str
    selection: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    mapping: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    reason: str
    fault: str
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    rows: int
    good: int
    bad: int
    issued: int
    refused: int
    changes: int
    owner: str | None = None
    until: datetime | None = None


class BulkPieceRow(Row, table=True):
    """A piece of an uploaded file, enciphered, until the file is read."""

    __tablename__ = "bulk_piece"

    job: str = Field(foreign_key="bulk_job.id", primary_key=True)
    place: int = Field(primary_key=True)
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class BulkChunkRow(Row, table=True):
    """Some rows of a job, worked on together by one process at a time, and what came of each."""

    __tablename__ = "bulk_chunk"
    __table_args__ = (Index("ix_bulk_chunk_job_state_place", "job", "state", "place"),)

    job: str = Field(foreign_key="bulk_job.id", primary_key=True)
    place: int = Field(primary_key=True)
    state: str
    rows: int
    protected: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    outcomes: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    attempts: int
    owner: str | None = None
    until: datetime | None = None
    due_at: datetime | None = None
    last_line: int | None = None
    """The line of the last of its rows."""

    issued: int | None = None
    refused: int | None = None
    """What is known of its rows, counted, so that what is asked for is found without deciphering the others."""

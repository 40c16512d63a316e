"""Tables of synchronised accounts: what platforms told us of, and what we told them."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from trust.rows import LivingRow

__all__ = ["FollowingRow", "RemoteAccountRow", "SyncedAccountRow"]


class SyncedAccountRow(LivingRow, table=True):
    """An account as a platform told us of it, enciphered; found by keyed hashes of its names there."""

    __tablename__ = "synced_account"
    __table_args__ = (
        UniqueConstraint("source", "external_index"),
        UniqueConstraint("source", "username_index"),
        UniqueConstraint("source", "person"),
    )

    id: str = Field(primary_key=True)
    source: str
    external_index: str | None = None
    username_index: str
    person: str = Field(foreign_key="person.id", index=True)
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str
    is_origin: bool
    created_at: datetime
    changed_at: datetime


class RemoteAccountRow(LivingRow, table=True):
    """An account at another platform that we told it of: under which name it has it, and what it was told last."""

    __tablename__ = "remote_account"

    target: str = Field(primary_key=True)
    person: str = Field(primary_key=True, foreign_key="person.id")
    remote: str
    told: str
    told_at: datetime


class FollowingRow(LivingRow, table=True):
    """How far in the audit trail the changes for a target were looked through."""

    __tablename__ = "following"

    target: str = Field(primary_key=True)
    sequence: int

"""The table of proposals. What exactly is proposed is enciphered: it may hold personal data."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from trust.rows import LivingRow

__all__ = ["ProposalRow"]


class ProposalRow(LivingRow, table=True):
    """A proposal and what became of it."""

    __tablename__ = "proposal"

    id: str = Field(primary_key=True)
    kind: str
    subject: str = Field(index=True)
    organisation: str | None = None
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    reason: str
    state: str = Field(index=True)
    open_key: str | None = Field(default=None, unique=True)
    """Kind and subject while the proposal is open and its kind allows one at a time."""

    proposed_by: str = Field(index=True)
    proposed_at: datetime
    expires_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    remark: str

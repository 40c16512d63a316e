"""The table of keys: public halves, and private halves wrapped."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from trust.rows import LivingRow

__all__ = ["KeyRow"]


class KeyRow(LivingRow, table=True):
    """A key in software custody."""

    __tablename__ = "key"

    id: str = Field(primary_key=True)
    purpose: str
    algorithm: str
    state: str
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    wrapped: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    created_at: datetime

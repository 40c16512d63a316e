"""The table of live codes."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from trust.rows import LivingRow

__all__ = ["LiveCodeRow"]


class LiveCodeRow(LivingRow, table=True):
    """A code that a holder shows. The secret in it is known by a keyed hash alone; the purpose is enciphered."""

    __tablename__ = "live_code"

    id: str = Field(primary_key=True)
    digest: str = Field(unique=True)
    licence: str = Field(foreign_key="licence.id", index=True)
    holder: str
    maker: str
    protected: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    made_at: datetime
    expires_at: datetime = Field(index=True)
    checked_at: datetime | None = None
    checker: str | None = None

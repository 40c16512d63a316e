"""The tables of keys: public halves, private halves wrapped, data keys wrapped, and what became of destroyed keys."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = ["DataKeyRow", "DestructionRow", "KeyRow"]


class KeyRow(LivingRow, table=True):
    """A key in custody."""

    __tablename__ = "key"
    __table_args__ = (UniqueConstraint("ring", "ring_version"),)

    id: str = Field(primary_key=True)
    ring: str
    ring_version: int
    purpose: str
    algorithm: str
    state: str
    scheme: str
    location: str
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    wrapped: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    uses: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    use_limit: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    signs_until: datetime | None = None
    created_at: datetime


class DataKeyRow(LivingRow, table=True):
    """A key that enciphers data, itself enciphered under the root key. Without `wrapped` it derives from the root."""

    __tablename__ = "data_key"

    name: str = Field(primary_key=True)
    wrapped: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    created_at: datetime


class DestructionRow(Row, table=True):
    """The signed proof that a key was destroyed; while it is being destroyed, who does it, unsigned."""

    __tablename__ = "key_destruction"

    key: str = Field(primary_key=True)
    at: datetime
    statement: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    certificate: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

"""The table of pictures."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field

from trust.rows import LivingRow

__all__ = ["LicencePictureRow"]

UNUSED = text("used_at IS NULL")


class LicencePictureRow(LivingRow, table=True):
    """A picture, enciphered. It stands here and not in the blob store, which forgets nothing: an unused one is gone."""

    __tablename__ = "licence_picture"
    __table_args__ = (Index("ix_licence_picture_unused", "uploaded_at", sqlite_where=UNUSED, postgresql_where=UNUSED),)

    id: str = Field(primary_key=True)
    issuer: str = Field(foreign_key="organisation.id")
    media_type: str
    width: int
    height: int
    digest: str
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    uploaded_by: str
    uploaded_at: datetime
    used_at: datetime | None = None

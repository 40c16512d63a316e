"""Reads and writes the table of pictures. They are enciphered on their way in and revealed on their way out."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import col, select

from licence.pictures.entries import LicencePicture
from licence.pictures.tables import LicencePictureRow
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["PictureRepository"]


def context_of(name: str) -> str:
    """Return what the cipher of a picture is bound to."""
    return f"licence picture {name}"


class PictureRepository:
    """The table of pictures."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    def add(self, tx: Transaction, picture: LicencePicture) -> None:
        """Keep a new picture."""
        tx.add(
            LicencePictureRow(
                id=picture.id,
                issuer=picture.issuer,
                media_type=picture.media_type,
                width=picture.width,
                height=picture.height,
                digest=picture.digest,
                protected=self.protection.protect(picture.content, context=context_of(picture.id)),
                uploaded_by=picture.uploaded_by,
                uploaded_at=picture.uploaded_at,
            )
        )

    def get(self, view: Reading, name: str) -> LicencePicture | None:
        """Return the picture `name`, if there is one."""
        row = view.get(LicencePictureRow, name)
        return None if row is None else self.to_picture(row)

    def use(self, tx: Transaction, name: str) -> bool:
        """Write down that a licence shows a picture, and tell whether it is still there.

        Where somebody forgets it at that moment, one loses the race.
        """
        row = tx.get(LicencePictureRow, name)
        if row is not None and row.used_at is None:
            row.used_at = tx.now
        return row is not None

    def forget(self, tx: Transaction, *, before: datetime) -> int:
        """Delete the pictures that came before a moment and that no licence shows; return how many."""
        return tx.change(sa.delete(LicencePictureRow).where(*unused(before)))

    def has_unused(self, view: Reading, *, before: datetime) -> bool:
        """Tell whether a picture came before a moment that no licence shows."""
        return view.first(select(LicencePictureRow.id).where(*unused(before)).limit(1)) is not None

    def to_picture(self, row: LicencePictureRow) -> LicencePicture:
        """Return the value of a row."""
        return LicencePicture(
            id=row.id,
            issuer=row.issuer,
            media_type=row.media_type,
            width=row.width,
            height=row.height,
            digest=row.digest,
            content=self.protection.reveal(row.protected, context=context_of(row.id)),
            uploaded_by=row.uploaded_by,
            uploaded_at=row.uploaded_at.astimezone(UTC),
            used_at=None if row.used_at is None else row.used_at.astimezone(UTC),
        )


def unused(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a picture came before a moment and that no licence shows it."""
    return col(LicencePictureRow.used_at).is_(None), col(LicencePictureRow.uploaded_at) < before

"""Reads and writes the table of scans of paper licences. Rows go in and come out as frozen values."""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import col, select

from licence.tables import LicenceScanRow
from trust.blobs import BlobId
from trust.store import Reading, Transaction
from trust.unused_files import UnusedFile

__all__ = ["Scan", "UnusedScans", "add", "attach", "get", "hold", "of_licence"]


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A picture of a paper licence."""

    id: str
    issuer: str
    """The authority whose licence it shows."""

    media_type: str
    size: int
    digest: str
    """SM3 of the picture, in hexadecimal digits."""

    blob: BlobId
    """Where it is kept enciphered."""

    uploaded_by: str
    uploaded_at: datetime
    licence: str | None = None
    """The licence that was made from it."""


def add(tx: Transaction, scan: Scan) -> None:
    """Keep a new scan."""
    tx.add(
        LicenceScanRow(
            id=scan.id,
            issuer=scan.issuer,
            media_type=scan.media_type,
            size=scan.size,
            digest=scan.digest,
            blob=scan.blob,
            uploaded_by=scan.uploaded_by,
            uploaded_at=scan.uploaded_at,
        )
    )


def get(view: Reading, name: str) -> Scan | None:
    """Return the scan `name`, if there is one and it was not forgotten."""
    row = view.get(LicenceScanRow, name)
    return None if row is None or row.forgotten_at is not None else to_scan(row)


def of_licence(view: Reading, licence: str) -> Scan | None:
    """Return the scan that a licence was made from, if it was."""
    row = view.first(select(LicenceScanRow).where(col(LicenceScanRow.licence) == licence))
    return None if row is None else to_scan(row)


def hold(tx: Transaction, name: str) -> None:
    """Write that a licence was asked for that is to be made from a scan: its time begins anew."""
    row = tx.get(LicenceScanRow, name)
    if row is not None:
        row.asked_at = tx.now


def attach(tx: Transaction, name: str, *, licence: str) -> None:
    """Write which licence was made from a scan. Of two who do that at once one loses the race."""
    row = tx.get(LicenceScanRow, name)
    if row is not None:
        row.licence = licence


class UnusedScans:
    """The scans that no licence was made from."""

    forgets = "licence_scan:forget:done"
    removes = "licence_scan:remove:done"

    def due(self, view: Reading, *, before: datetime, most: int) -> tuple[UnusedFile, ...]:
        """Return scans that nobody has asked a licence from since a moment."""
        found = select(LicenceScanRow).where(*unused(before)).order_by(col(LicenceScanRow.id))
        return tuple(to_unused(row) for row in view.exec(found.limit(most)))

    def mark(self, tx: Transaction, name: str, *, before: datetime) -> bool:
        """Mark a scan as forgotten where still nothing was made from it, and tell whether that was so."""
        mine = sa.update(LicenceScanRow).where(col(LicenceScanRow.id) == name, *unused(before))
        return tx.change(mine.values(forgotten_at=tx.now, version=col(LicenceScanRow.version) + 1)) == 1

    def marked(self, view: Reading, *, most: int) -> tuple[UnusedFile, ...]:
        """Return scans that are marked."""
        found = select(LicenceScanRow).where(col(LicenceScanRow.licence).is_(None))
        wanted = found.where(col(LicenceScanRow.forgotten_at).is_not(None)).order_by(col(LicenceScanRow.id))
        return tuple(to_unused(row) for row in view.exec(wanted.limit(most)))

    def delete(self, tx: Transaction, name: str) -> bool:
        """Delete the row of a scan that is marked, and tell whether it was there."""
        marked = col(LicenceScanRow.forgotten_at).is_not(None)
        return tx.change(sa.delete(LicenceScanRow).where(col(LicenceScanRow.id) == name, marked)) == 1


def unused(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that nothing was made from a scan, nor asked for since a moment, and it is not marked."""
    since = sa.func.coalesce(col(LicenceScanRow.asked_at), col(LicenceScanRow.uploaded_at))
    return col(LicenceScanRow.licence).is_(None), col(LicenceScanRow.forgotten_at).is_(None), since < before


def to_unused(row: LicenceScanRow) -> UnusedFile:
    """Return what is told of a scan that is forgotten."""
    return UnusedFile(id=row.id, digest=row.digest, blob=BlobId(row.blob))


def to_scan(row: LicenceScanRow) -> Scan:
    """Return the value of a row."""
    return Scan(
        id=row.id,
        issuer=row.issuer,
        media_type=row.media_type,
        size=row.size,
        digest=row.digest,
        blob=BlobId(row.blob),
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at.astimezone(UTC),
        licence=row.licence,
    )

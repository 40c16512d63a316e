"""Reads and writes the table of scans of paper licences. Rows go in and come out as frozen values."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, select

from licence.tables import LicenceScanRow
from trust.blobs import BlobId
from trust.store import Reading, Transaction

__all__ = ["Scan", "add", "attach", "get", "of_licence"]


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
    """Return the scan `name`, if there is one."""
    row = view.get(LicenceScanRow, name)
    return None if row is None else to_scan(row)


def of_licence(view: Reading, licence: str) -> Scan | None:
    """Return the scan that a licence was made from, if it was."""
    row = view.first(select(LicenceScanRow).where(col(LicenceScanRow.licence) == licence))
    return None if row is None else to_scan(row)


def attach(tx: Transaction, name: str, *, licence: str) -> None:
    """Write which licence was made from a scan. Of two who do that at once one loses the race."""
    row = tx.get(LicenceScanRow, name)
    if row is not None:
        row.licence = licence


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

"""Reads and writes the tables of annotated copies and of temporary addresses."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from licence.sharing.entries import Copy, Download
from licence.sharing.tables import LicenceCopyRow, LicenceDownloadRow
from licence.verification import CopyStanding
from trust.blobs import BlobId
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["FileRepository", "maybe", "protect", "reveal", "utc"]


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC."""
    return moment.astimezone(UTC)


def maybe(moment: datetime | None) -> datetime | None:
    """Return `moment` in UTC, if it is one."""
    return None if moment is None else utc(moment)


def protect(protection: DataProtection, plain: Mapping[str, Any], *, context: str) -> bytes:
    """Return members enciphered."""
    return protection.protect(json.dumps(dict(plain), ensure_ascii=False).encode(), context=context)


def reveal(protection: DataProtection, protected: bytes, *, context: str) -> dict[str, Any]:
    """Return members that were enciphered."""
    found: dict[str, Any] = json.loads(protection.reveal(protected, context=context))
    return found


def to_download(row: LicenceDownloadRow) -> Download:
    """Return the value of a row."""
    return Download(
        digest=row.digest,
        licence=row.licence,
        client=row.client,
        grant=row.grant,
        consent=row.consent,
        purpose=row.purpose,
        copy_of_licence=row.copy_of_licence,
        made_at=utc(row.made_at),
        expires_at=utc(row.expires_at),
        left=row.left,
    )


def standing_of(copy: Copy) -> CopyStanding:
    """Return what verification tells of a copy."""
    return CopyStanding(
        copy=copy.id,
        licence=copy.licence,
        user=copy.user,
        cause=copy.cause,
        made_at=copy.made_at,
        valid_until=copy.valid_until,
    )


class FileRepository:
    """The tables of what was handed out as files."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    # --- copies

    def add_copy(self, tx: Transaction, copy: Copy) -> None:
        """Keep a copy that is to be made."""
        tx.add(
            LicenceCopyRow(
                id=copy.id,
                licence=copy.licence,
                client=copy.client,
                grant=copy.grant,
                consent=copy.consent,
                purpose=copy.purpose,
                protected=protect(
                    self.protection, {"user": copy.user, "cause": copy.cause}, context=f"licence copy {copy.id}"
                ),
                valid_until=copy.valid_until,
                made_at=copy.made_at,
            )
        )

    def give_address(self, tx: Transaction, name: str, address: str) -> str:
        """Write the address in the QR code of a copy, unless it has one; return the one that it has then."""
        row = tx.get(LicenceCopyRow, name)
        assert row is not None  # noqa: S101 - it was put on record before
        row.address = row.address or address
        return row.address

    def finish_copy(self, tx: Transaction, copy: Copy) -> None:
        """Write what a copy was sealed with, and where its file is."""
        row = tx.get(LicenceCopyRow, copy.id)
        if row is not None:
            row.stamping, row.file = copy.stamping, copy.file

    def copy(self, view: Reading, name: str) -> Copy | None:
        """Return the copy `name`, if there is one."""
        row = view.get(LicenceCopyRow, name)
        return None if row is None else self.to_copy(row)

    def copy_by_stamping(self, view: Reading, stamping: str) -> Copy | None:
        """Return the copy that a stamping sealed, if it sealed one."""
        row = view.first(select(LicenceCopyRow).where(col(LicenceCopyRow.stamping) == stamping))
        return None if row is None else self.to_copy(row)

    def standing(self, view: Reading, stamping: str) -> CopyStanding | None:
        """Return what verification tells of the copy that a stamping sealed, if it sealed one."""
        found = self.copy_by_stamping(view, stamping)
        return None if found is None else standing_of(found)

    def standing_named(self, view: Reading, name: str) -> CopyStanding | None:
        """Return what verification tells of a copy by its identifier, if it was finished."""
        found = self.copy(view, name)
        return None if found is None or found.file is None else standing_of(found)

    def copies(self, view: Reading, licence: str, *, client: str, limit: int = 100) -> tuple[Copy, ...]:
        """Return the finished copies of a licence that a client had made, newest first."""
        row = LicenceCopyRow
        mine = select(row).where(col(row.licence) == licence, col(row.client) == client, col(row.file).is_not(None))
        return tuple(self.to_copy(one) for one in view.exec(mine.order_by(col(row.id).desc()).limit(limit)))

    def to_copy(self, row: LicenceCopyRow) -> Copy:
        """Return the value of a row."""
        plain = reveal(self.protection, row.protected, context=f"licence copy {row.id}")
        return Copy(
            id=row.id,
            licence=row.licence,
            client=row.client,
            grant=row.grant,
            consent=row.consent,
            purpose=row.purpose,
            user=plain["user"],
            cause=plain["cause"],
            valid_until=utc(row.valid_until),
            made_at=utc(row.made_at),
            address=row.address,
            stamping=row.stamping,
            file=None if row.file is None else BlobId(row.file),
        )

    # --- temporary addresses

    def add_download(self, tx: Transaction, download: Download) -> None:
        """Keep a temporary address, and forget those that have ended."""
        tx.change(sa.delete(LicenceDownloadRow).where(col(LicenceDownloadRow.expires_at) < tx.now))
        tx.add(
            LicenceDownloadRow(
                digest=download.digest,
                licence=download.licence,
                client=download.client,
                grant=download.grant,
                consent=download.consent,
                purpose=download.purpose,
                copy_of_licence=download.copy_of_licence,
                made_at=download.made_at,
                expires_at=download.expires_at,
                left=download.left,
            )
        )

    def download(self, view: Reading, digest: str) -> Download | None:
        """Return the address with this digest, if there is one."""
        row = view.get(LicenceDownloadRow, digest)
        return None if row is None else to_download(row)

    def use_download(self, tx: Transaction, digest: str) -> bool:
        """Count a download; tell whether the address still led there. The database decides."""
        row = LicenceDownloadRow
        statement = sa.update(row).where(col(row.digest) == digest, col(row.expires_at) > tx.now, col(row.left) > 0)
        counted = statement.values(left=col(row.left) - 1).execution_options(synchronize_session=False)
        return tx.change(counted) == 1

"""Reads and writes the table of evidence. Rows go in and come out as frozen values."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import col, select

from seal.evidence import Evidence, EvidenceKind, MediaType
from seal.tables import EvidenceRow
from trust.blobs import BlobId
from trust.store import Reading, Transaction
from trust.unused_files import UnusedFile

__all__ = ["UnusedEvidence", "add", "attach", "get", "of_seal"]


def add(tx: Transaction, evidence: Evidence) -> None:
    """Keep a new document."""
    tx.add(
        EvidenceRow(
            id=evidence.id,
            organisation=evidence.organisation,
            kind=evidence.kind,
            media_type=evidence.media_type,
            size=evidence.size,
            digest=evidence.digest,
            blob=evidence.blob,
            uploaded_by=evidence.uploaded_by,
            uploaded_at=evidence.uploaded_at,
        )
    )


def to_evidence(row: EvidenceRow) -> Evidence:
    """Return the value of a row."""
    return Evidence(
        id=row.id,
        organisation=row.organisation,
        kind=EvidenceKind(row.kind),
        media_type=MediaType(row.media_type),
        size=row.size,
        digest=row.digest,
        blob=BlobId(row.blob),
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at.astimezone(UTC),
        seal=row.seal,
        step=row.step,
    )


def get(view: Reading, name: str) -> Evidence | None:
    """Return the document `name`, if there is one and it was not forgotten."""
    row = view.get(EvidenceRow, name)
    return None if row is None or row.forgotten_at is not None else to_evidence(row)


def attach(tx: Transaction, name: str, *, seal: str, step: int) -> None:
    """Write to which step of which seal a document belongs. Of two who do that at once one loses the race."""
    row = tx.get(EvidenceRow, name)
    if row is not None:
        row.seal, row.step = seal, step


def of_seal(view: Reading, seal: str) -> tuple[Evidence, ...]:
    """Return the documents of a seal, by step."""
    statement = select(EvidenceRow).where(col(EvidenceRow.seal) == seal)
    rows = view.exec(statement.order_by(col(EvidenceRow.step), col(EvidenceRow.kind), col(EvidenceRow.id)))
    return tuple(to_evidence(row) for row in rows)


class UnusedEvidence:
    """The documents that no step has used."""

    forgets = "seal:evidence:forget"
    removes = "seal:evidence:remove"

    def due(self, view: Reading, *, before: datetime, most: int) -> tuple[UnusedFile, ...]:
        """Return documents that came before a moment and belong to no step."""
        found = select(EvidenceRow).where(*unused(before)).order_by(col(EvidenceRow.id))
        return tuple(to_unused(row) for row in view.exec(found.limit(most)))

    def mark(self, tx: Transaction, name: str, *, before: datetime) -> bool:
        """Mark a document as forgotten where it still belongs to no step, and tell whether that was so."""
        mine = sa.update(EvidenceRow).where(col(EvidenceRow.id) == name, *unused(before))
        return tx.change(mine.values(forgotten_at=tx.now, version=col(EvidenceRow.version) + 1)) == 1

    def marked(self, view: Reading, *, most: int) -> tuple[UnusedFile, ...]:
        """Return documents that are marked."""
        found = select(EvidenceRow).where(col(EvidenceRow.seal).is_(None), col(EvidenceRow.forgotten_at).is_not(None))
        return tuple(to_unused(row) for row in view.exec(found.order_by(col(EvidenceRow.id)).limit(most)))

    def delete(self, tx: Transaction, name: str) -> bool:
        """Delete the row of a document that is marked, and tell whether it was there."""
        marked = col(EvidenceRow.forgotten_at).is_not(None)
        return tx.change(sa.delete(EvidenceRow).where(col(EvidenceRow.id) == name, marked)) == 1


def unused(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a document came before a moment, belongs to no step, and is not marked."""
    none = col(EvidenceRow.seal).is_(None), col(EvidenceRow.forgotten_at).is_(None)
    return (*none, col(EvidenceRow.uploaded_at) < before)


def to_unused(row: EvidenceRow) -> UnusedFile:
    """Return what is told of a document that is forgotten."""
    return UnusedFile(id=row.id, digest=row.digest, blob=BlobId(row.blob))

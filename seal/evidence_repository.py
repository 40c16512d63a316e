"""Reads and writes the table of evidence. Rows go in and come out as frozen values."""

from datetime import UTC

from sqlmodel import col, select

from seal.evidence import Evidence, EvidenceKind, MediaType
from seal.tables import EvidenceRow
from trust.blobs import BlobId
from trust.store import Reading, Transaction

__all__ = ["add", "attach", "get", "of_seal"]


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
    """Return the document `name`, if there is one."""
    row = view.get(EvidenceRow, name)
    return None if row is None else to_evidence(row)


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

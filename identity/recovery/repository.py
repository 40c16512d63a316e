"""Reads and writes recoveries."""

from datetime import UTC

from sqlalchemy import delete
from sqlmodel import col, select

from identity.recovery.recovery import Recovery, RecoveryState
from identity.recovery.tables import RecoveryRow
from trust.store import Reading, Transaction

__all__ = ["add", "by_digest", "erase", "find", "of_person", "put"]


def add(tx: Transaction, recovery: Recovery) -> None:
    """Keep a new recovery."""
    tx.add(
        RecoveryRow(
            id=recovery.id,
            person=recovery.person,
            digest=recovery.digest,
            proofing_order=recovery.proofing_order,
            state=recovery.state,
            begun_at=recovery.begun_at,
            ready_at=recovery.ready_at,
            ends_at=recovery.ends_at,
        )
    )


def find(view: Reading, name: str) -> Recovery | None:
    """Return a recovery, if there is one."""
    row = view.get(RecoveryRow, name)
    return None if row is None else to_recovery(row)


def by_digest(view: Reading, digest: str) -> Recovery | None:
    """Return the recovery whose secret has this digest, if there is one."""
    row = view.first(select(RecoveryRow).where(col(RecoveryRow.digest) == digest))
    return None if row is None else to_recovery(row)


def of_person(view: Reading, person: str, *, limit: int) -> tuple[Recovery, ...]:
    """Return the recoveries of a person's account, the newest first."""
    asked = select(RecoveryRow).where(col(RecoveryRow.person) == person)
    rows = view.exec(asked.order_by(col(RecoveryRow.begun_at).desc(), col(RecoveryRow.id).desc()).limit(limit))
    return tuple(to_recovery(row) for row in rows)


def put(tx: Transaction, recovery: Recovery) -> None:
    """Write how a recovery stands."""
    row = tx.get(RecoveryRow, recovery.id)
    if row is not None:
        row.state, row.ready_at, row.ends_at = recovery.state, recovery.ready_at, recovery.ends_at


def erase(tx: Transaction, person: str) -> int:
    """Forget the recoveries of a person's account."""
    return tx.change(delete(RecoveryRow).where(col(RecoveryRow.person) == person))


def to_recovery(row: RecoveryRow) -> Recovery:
    """Return the value of a row."""
    return Recovery(
        id=row.id,
        person=row.person,
        digest=row.digest,
        proofing_order=row.proofing_order,
        state=RecoveryState(row.state),
        begun_at=row.begun_at.astimezone(UTC),
        ready_at=None if row.ready_at is None else row.ready_at.astimezone(UTC),
        ends_at=row.ends_at.astimezone(UTC),
    )

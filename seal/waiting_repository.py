"""What of seals waits, changes and ends soon, for those whom it concerns; and how often seals were used."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func
from sqlmodel import col, select

from seal.ledger.approval_repository import ApprovalState
from seal.ledger.entries import StampingState
from seal.lifecycle import SealState
from seal.tables import ApprovalRow, SealEventRow, SealRow, StampingRow
from trust.identifiers import first_id
from trust.store import Reading
from trust.waiting import Queue, Waits

__all__ = ["approvals", "count_stampings", "decided_approvals", "ending", "moved"]

PREFIX: Final = "stamp"


def approvals(view: Reading, owners: Collection[str], *, but_by: str, limit: int) -> Queue:
    """Return the requests to use seals of these owners that can still be decided, by others than who asked."""
    wanted = (
        col(SealRow.owner).in_(sorted(owners)),
        col(ApprovalRow.state) == ApprovalState.REQUESTED.value,
        col(ApprovalRow.expires_at) >= view.now,
        col(ApprovalRow.requester) != but_by,
    )
    joined = col(ApprovalRow.seal) == col(SealRow.id)
    total = view.first(select(func.count()).select_from(ApprovalRow).join(SealRow, joined).where(*wanted)) or 0
    row = ApprovalRow
    columns: Select[Any] = select(  # type: ignore[call-overload] # SQLModel knows of four columns at most
        row.id, row.seal, row.requester, row.state, row.requested_at, row.expires_at, SealRow.name
    ).join(SealRow, joined)
    found = view.rows(columns.where(*wanted).order_by(col(row.expires_at), col(row.id)).limit(limit))
    return Queue.of(
        (
            Waits(
                id=one.id,
                since=one.requested_at,
                name=one.name,
                within=one.seal,
                by=one.requester,
                state=one.state,
                deadline=one.expires_at,
            )
            for one in found
        ),
        total=total,
    )


def decided_approvals(view: Reading, requester: str, *, since: datetime, limit: int) -> tuple[Waits, ...]:
    """Return the requests of somebody that others have decided since a moment, the newest decision first."""
    row = ApprovalRow
    columns: Select[Any] = select(  # type: ignore[call-overload] # as above
        row.id, row.seal, row.decided_by, row.decided_at, row.state, SealRow.name
    ).join(SealRow, col(row.seal) == col(SealRow.id))
    decided = columns.where(
        col(row.requester) == requester, col(row.decided_by) != requester, col(row.decided_at) >= since
    )
    found = view.rows(decided.order_by(col(row.decided_at).desc()).limit(limit))
    return tuple(
        Waits(id=one.id, since=one.decided_at, name=one.name, within=one.seal, by=one.decided_by, state=one.state)
        for one in found
    )


def of_owners(owners: Collection[str] | None) -> tuple[Any, ...]:
    """Return the condition that a seal belongs to one of some owners; None is everybody."""
    return () if owners is None else (col(SealRow.owner).in_(sorted(owners)),)


def ending(view: Reading, owners: Collection[str] | None, *, before: datetime, limit: int) -> Queue:
    """Return the seals in use that end before a moment, or have ended, the first to end first."""
    wanted = (
        col(SealRow.state) == SealState.ACTIVE.value,
        col(SealRow.valid_until) < before,
        *of_owners(owners),
    )
    total = view.first(select(func.count()).select_from(SealRow).where(*wanted)) or 0
    rows = view.exec(select(SealRow).where(*wanted).order_by(col(SealRow.valid_until), col(SealRow.id)).limit(limit))
    return Queue.of(
        (
            Waits(
                id=row.id,
                since=row.entered_at or row.applied_at,
                name=row.name,
                within=row.owner,
                state=row.state,
                deadline=row.valid_until,
            )
            for row in rows
        ),
        total=total,
    )


def moved(view: Reading, owners: Collection[str], *, since: datetime, but_by: str, limit: int) -> tuple[Waits, ...]:
    """Return the steps that others have taken with seals of these owners since a moment, the newest first."""
    row = SealEventRow
    columns: Select[Any] = select(  # type: ignore[call-overload] # as above
        row.seal, row.at, row.actor, row.state, SealRow.name
    ).join(SealRow, col(row.seal) == col(SealRow.id))
    by_others = columns.where(col(SealRow.owner).in_(sorted(owners)), col(row.at) >= since, col(row.actor) != but_by)
    found = view.rows(by_others.order_by(col(row.at).desc(), col(row.sequence).desc()).limit(limit))
    return tuple(Waits(id=one.seal, since=one.at, name=one.name, by=one.actor, state=one.state) for one in found)


def count_stampings(view: Reading, owners: Collection[str] | None, *, since: datetime, until: datetime) -> int:
    """Return how often seals were used from one moment on and before another; of some owners, or of all."""
    done = col(StampingRow.state) == StampingState.DONE.value
    if owners is None:
        asked = select(func.count()).select_from(StampingRow)
        counted = asked.where(done, col(StampingRow.at) >= since, col(StampingRow.at) < until)
        return view.first(counted) or 0
    # A line is named by its moment, and found by its seal and its name.
    asked = select(func.count()).select_from(StampingRow).join(SealRow, col(StampingRow.seal) == col(SealRow.id))
    within = asked.where(
        col(StampingRow.id) >= first_id(PREFIX, at=since), col(StampingRow.id) < first_id(PREFIX, at=until)
    )
    return view.first(within.where(done, *of_owners(owners))) or 0

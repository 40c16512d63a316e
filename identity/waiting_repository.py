"""What of delegations and proposals waits, and what others have decided about what somebody proposed."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func
from sqlmodel import col, select

from identity.delegation.mandates import OFFERED_FOR, MandateState
from identity.delegation.tables import MandateRow
from identity.four_eyes.tables import ProposalRow
from trust.store import Reading
from trust.waiting import Queue, Waits

__all__ = ["decided_proposals", "offered"]

LOOKED_AT: Final = 1000
"""Offers to one person among which the most urgent are looked for."""


def offered(view: Reading, delegate: str, *, limit: int) -> Queue:
    """Return the mandates that somebody may still take or decline, the first whose time is over first.

    An offer is over with what it offers, or when nobody has accepted it for as long as offers stand.
    """
    row = MandateRow
    wanted = (
        col(row.delegate) == delegate,
        col(row.state) == MandateState.OFFERED.value,
        col(row.not_after) >= view.now,
        col(row.given_at) >= view.now - OFFERED_FOR,
    )
    columns: Select[Any] = select(  # type: ignore[call-overload] # SQLModel knows of four columns at most
        row.id, row.delegator, row.given_by, row.given_at, row.state, row.not_after
    )
    found = view.rows(columns.where(*wanted).order_by(col(row.given_at), col(row.id)).limit(LOOKED_AT))
    total = view.first(select(func.count()).select_from(row).where(*wanted)) or 0
    waits = [
        Waits(
            id=one.id,
            since=one.given_at,
            within=one.delegator,
            by=one.given_by,
            state=one.state,
            deadline=min(one.not_after, one.given_at + OFFERED_FOR),
        )
        for one in found
    ]
    waits.sort(key=lambda one: (one.deadline or one.since, one.id))
    return Queue.of(waits[:limit], total=total)


def decided_proposals(view: Reading, person: str, *, since: datetime, limit: int) -> tuple[Waits, ...]:
    """Return what somebody proposed and others have decided since a moment, the newest decision first.

    `name` is the kind of what was proposed.
    """
    row = ProposalRow
    columns: Select[Any] = select(  # type: ignore[call-overload] # as above
        row.id, row.kind, row.subject, row.state, row.decided_by, row.decided_at
    ).where(col(row.proposed_by) == person, col(row.decided_by) != person, col(row.decided_at) >= since)
    found = view.rows(columns.order_by(col(row.decided_at).desc()).limit(limit))
    return tuple(
        Waits(id=one.id, since=one.decided_at, name=one.kind, within=one.subject, by=one.decided_by, state=one.state)
        for one in found
    )

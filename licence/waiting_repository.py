"""What of licences and their types waits for those whom it concerns; and how many licences were issued."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_
from sqlmodel import col, select

from licence.bulk.lifecycle import JobState
from licence.bulk.tables import BulkJobRow
from licence.lifecycle import LicenceState, TypeState
from licence.records import AWAITING
from licence.repository import STANDING
from licence.request_repository import RequestState
from licence.sharing.entries import GrantState
from licence.sharing.tables import SharingGrantRow
from licence.tables import LicenceRequestRow, LicenceRow
from licence.types.tables import LicenceTypeRow, LicenceTypeVersionRow
from trust.audit_repository import EventSearch, search
from trust.identifiers import first_id, moment_of
from trust.store import Reading
from trust.waiting import Queue, Waits

__all__ = ["count_issued", "decided_requests", "grants", "jobs", "late_time_stamps", "requests", "type_versions"]

PREFIX: Final = "lic"
NEAR: Final = timedelta(days=1)
"""What awaits a time-stamp from the beginning is tried again within less."""

ISSUED: Final = tuple(sorted(set(LicenceState) - {LicenceState.PREPARED, LicenceState.VOID}))
"""The states of what was issued, whatever became of it."""


def count(view: Reading, table: Any, *wanted: Any) -> int:  # noqa: ANN401 - a table and conditions of SQLAlchemy
    """Return how many rows of a table fit all conditions."""
    return view.first(select(func.count()).select_from(table).where(*wanted)) or 0


def requests(view: Reading, issuers: Collection[str], *, but_by: str, limit: int) -> Queue:
    """Return the steps that others ask a reviewer of these authorities to agree to, the first to end first."""
    row = LicenceRequestRow
    wanted = (
        col(row.issuer).in_(sorted(issuers)),
        col(row.state) == RequestState.REQUESTED.value,
        col(row.expires_at) >= view.now,
        col(row.requester) != but_by,
    )
    columns: Select[Any] = select(  # type: ignore[call-overload] # SQLModel knows of four columns at most
        row.id, row.type, row.event, row.requester, row.requested_at, row.expires_at
    ).where(*wanted)
    found = view.rows(columns.order_by(col(row.expires_at), col(row.id)).limit(limit))
    return Queue.of(
        (
            Waits(
                id=one.id,
                since=one.requested_at,
                within=one.type,
                by=one.requester,
                state=one.event,
                deadline=one.expires_at,
            )
            for one in found
        ),
        total=count(view, row, *wanted),
    )


def decided_requests(
    view: Reading, issuers: Collection[str], requester: str, *, since: datetime, limit: int
) -> tuple[Waits, ...]:
    """Return the requests of somebody that others have decided since a moment, the newest decision first."""
    row = LicenceRequestRow
    decided = sorted(one.value for one in (RequestState.DONE, RequestState.REFUSED, RequestState.APPROVED))
    columns: Select[Any] = select(  # type: ignore[call-overload] # as above
        row.id, row.type, row.state, row.decided_by, row.decided_at
    ).where(
        col(row.issuer).in_(sorted(issuers)),
        col(row.state).in_(decided),
        col(row.requester) == requester,
        col(row.decided_at) >= since,
    )
    found = view.rows(columns.order_by(col(row.decided_at).desc()).limit(limit))
    return tuple(
        Waits(id=one.id, since=one.decided_at, within=one.type, by=one.decided_by, state=one.state) for one in found
    )


def type_versions(view: Reading, issuers: Collection[str], state: TypeState, *, but_by: str, limit: int) -> Queue:
    """Return the versions of types of these authorities that wait for the step after `state`, by another person."""
    row = LicenceTypeVersionRow
    joined = col(row.type) == col(LicenceTypeRow.id)
    wanted = (
        col(LicenceTypeRow.issuer).in_(sorted(issuers)),
        col(row.state) == state.value,
        col(row.last_actor) != but_by,
    )
    total = view.first(select(func.count()).select_from(row).join(LicenceTypeRow, joined).where(*wanted)) or 0
    columns: Select[Any] = select(  # type: ignore[call-overload] # as above
        row.id, row.type, row.number, row.state, row.last_actor, row.particulars, LicenceTypeRow.code
    ).join(LicenceTypeRow, joined)
    found = view.rows(columns.where(*wanted).order_by(col(row.id)).limit(limit))
    return Queue.of(
        (
            Waits(
                id=one.type,
                since=entered(view, one.type),
                name=str(one.particulars.get("name") or one.code),
                name_en=str(one.particulars.get("name_en", "")),
                within=str(one.number),
                by=one.last_actor,
                state=one.state,
            )
            for one in found
        ),
        total=total,
    )


def entered(view: Reading, kind: str) -> datetime:
    """Return when the last step was taken with a type: its rows do not tell, the trail does."""
    found = search(view, EventSearch(subject=kind), limit=1)
    return found[0].at if found else moment_of(kind)


def grants(view: Reading, issuers: Collection[str], *, but_by: str, limit: int) -> Queue:
    """Return what others propose to share, for the reviewers of these authorities, oldest first."""
    row = SharingGrantRow
    wanted = (
        col(row.issuer).in_(sorted(issuers)),
        col(row.state) == GrantState.PROPOSED.value,
        col(row.proposed_by) != but_by,
    )
    columns: Select[Any] = select(  # type: ignore[call-overload] # as above
        row.id, row.matter, row.client, row.proposed_by, row.proposed_at, row.state
    )
    found = view.rows(columns.where(*wanted).order_by(col(row.proposed_at), col(row.id)).limit(limit))
    return Queue.of(
        (
            Waits(
                id=one.id,
                since=one.proposed_at,
                name=one.matter,
                within=one.client,
                by=one.proposed_by,
                state=one.state,
            )
            for one in found
        ),
        total=count(view, row, *wanted),
    )


def jobs(
    view: Reading,
    state: JobState,
    *,
    officers_of: Collection[str],
    reviewers_of: Collection[str],
    by: str,
    limit: int,
) -> Queue:
    """Return the bulk jobs in a state in which somebody must decide, oldest first.

    All jobs of the authorities of which `by` is an officer, and of those of which it is a reviewer the jobs of others.
    """
    row = BulkJobRow
    wanted = (
        col(row.state) == state.value,
        or_(
            col(row.issuer).in_(sorted(officers_of)),
            and_(col(row.issuer).in_(sorted(reviewers_of)), col(row.requested_by) != by),
        ),
    )
    columns: Select[Any] = select(  # type: ignore[call-overload] # as above
        row.id, row.type, row.rows, row.state, row.requested_by, row.requested_at
    )
    found = view.rows(columns.where(*wanted).order_by(col(row.requested_at), col(row.id)).limit(limit))
    return Queue.of(
        (
            Waits(id=one.id, since=one.requested_at, within=one.type, by=one.requested_by, state=one.state)
            for one in found
        ),
        total=count(view, row, *wanted),
    )


def late_time_stamps(view: Reading, issuers: Collection[str] | None) -> Queue:
    """Return how many licences wait for the time-stamp of their file, with the oldest of them.

    They wait for the one that they were to have from the beginning, or for a further one before the last one ends.
    """
    row = LicenceRow
    of_issuers = () if issuers is None else (col(row.issuer).in_(sorted(issuers)),)
    is_awaiting = col(row.level).in_(sorted(AWAITING))
    is_overdue = and_(col(row.time_stamp_due) <= view.now, col(row.state).in_(STANDING))
    is_near = col(row.time_stamp_due) <= view.now + NEAR  # what lies years ahead is not looked at
    wanted = (is_near, or_(is_awaiting, is_overdue), *of_issuers)
    columns: Any = select(  # type: ignore[call-overload] # as above
        row.id, row.type, row.prepared_at, row.time_stamp_due, row.level
    ).where(*wanted)
    found = view.rows(columns.order_by(col(row.id)).limit(1))
    waits = (
        Waits(id=one.id, since=one.prepared_at if one.level in AWAITING else one.time_stamp_due, within=one.type)
        for one in found
    )
    return Queue.of(waits, total=count(view, row, *wanted))


def count_issued(view: Reading, issuers: Collection[str], *, since: datetime, until: datetime) -> int:
    """Return how many licences these authorities issued from one moment on and before another.

    A licence is named by the moment at which it was prepared: an index over state, issuer and name has all of it.
    """
    row = LicenceRow
    return count(
        view,
        row,
        col(row.state).in_(ISSUED),
        col(row.issuer).in_(sorted(issuers)),
        col(row.id) >= first_id(PREFIX, at=since),
        col(row.id) < first_id(PREFIX, at=until),
    )

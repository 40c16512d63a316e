"""Reads and writes the table of requests for review. What would be issued is enciphered on its way in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import col, select

from licence.grounds import Ground
from licence.lifecycle import LicenceEvent
from licence.tables import LicenceRequestRow
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["RequestRepository", "RequestState", "ReviewRequest"]


class RequestState(StrEnum):
    """Where a request for review stands. That it has expired is told by the clock, and never stored."""

    REQUESTED = "requested"  # 待复核
    APPROVED = "approved"  # 已同意，执行中
    DONE = "done"  # 已执行
    REFUSED = "refused"  # 不同意
    WITHDRAWN = "withdrawn"  # 已撤回


@dataclass(frozen=True, kw_only=True)
class ReviewRequest:
    """A step in the life of a licence that one person asks for and another decides on."""

    id: str
    state: RequestState
    issuer: str
    type: str
    licence: str | None
    """The licence that it is about; None where one is to be issued for the first time."""

    event: LicenceEvent
    requester: str
    reason: str
    ground: Ground | None
    digest: str
    """SM3 over everything that is asked for, in hexadecimal digits: what is agreed to is exactly that."""

    payload: Mapping[str, Any] = field(repr=False)
    """What is asked for. Of an order to issue, all of it; nothing any more once that is decided on."""

    requested_at: datetime
    expires_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
    """What the reviewer wrote."""

    result: str | None = None
    """The licence that came of it."""

    version: int = field(default=1, repr=False, compare=False)


class RequestRepository:
    """The table of requests for review."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    def add(self, tx: Transaction, request: ReviewRequest) -> None:
        """Keep a new request."""
        plain = json.dumps(dict(request.payload), ensure_ascii=False).encode()
        tx.add(
            LicenceRequestRow(
                id=request.id,
                state=request.state.value,
                issuer=request.issuer,
                type=request.type,
                licence=request.licence,
                event=request.event.value,
                requester=request.requester,
                reason=request.reason,
                ground=None if request.ground is None else request.ground.value,
                digest=request.digest,
                protected=self.protection.protect(plain, context=context_of(request.id)),
                requested_at=request.requested_at,
                expires_at=request.expires_at,
            )
        )
        tx.flush()

    def put(self, tx: Transaction, request: ReviewRequest) -> None:
        """Write what was decided, and what came of it. Two decisions at once are a lost race."""
        row = tx.get(LicenceRequestRow, request.id)
        if row is not None:
            row.state, row.expires_at = request.state.value, request.expires_at
            row.decided_by, row.decided_at, row.decision = request.decided_by, request.decided_at, request.decision
            row.result = request.result
            if not request.payload:
                row.protected = None

    def get(self, view: Reading, name: str) -> ReviewRequest | None:
        """Return the request `name`, if there is one."""
        row = view.get(LicenceRequestRow, name)
        return None if row is None else self.to_request(row)

    def queue(
        self, view: Reading, issuer: str, *, state: RequestState, requester: str | None, after: str | None, limit: int
    ) -> tuple[ReviewRequest, ...]:
        """Return the requests to an authority in a state, oldest first, from after the request `after` on.

        Those of one requester, or of all.
        """
        row = LicenceRequestRow
        statement = select(row).where(col(row.issuer) == issuer, col(row.state) == state.value)
        if requester is not None:
            statement = statement.where(col(row.requester) == requester)
        if after is not None:
            statement = statement.where(col(row.id) > after)
        return tuple(map(self.to_request, view.exec(statement.order_by(col(row.id)).limit(limit))))

    def over(self, view: Reading, *, before: datetime) -> tuple[str, ...]:
        """Return the requests whose time ended before a moment, and that still tell what was asked for."""
        row = LicenceRequestRow
        open_states = (RequestState.REQUESTED.value, RequestState.APPROVED.value)
        statement = select(row.id).where(
            col(row.state).in_(open_states), col(row.expires_at) < before, col(row.protected).is_not(None)
        )
        return tuple(view.exec(statement))

    def to_request(self, row: LicenceRequestRow) -> ReviewRequest:
        """Return the value of a row."""
        protected = row.protected
        payload = {} if protected is None else json.loads(self.protection.reveal(protected, context=context_of(row.id)))
        return ReviewRequest(
            id=row.id,
            state=RequestState(row.state),
            issuer=row.issuer,
            type=row.type,
            licence=row.licence,
            event=LicenceEvent(row.event),
            requester=row.requester,
            reason=row.reason,
            ground=None if row.ground is None else Ground(row.ground),
            digest=row.digest,
            payload=payload,
            requested_at=row.requested_at.astimezone(UTC),
            expires_at=row.expires_at.astimezone(UTC),
            decided_by=row.decided_by,
            decided_at=None if row.decided_at is None else row.decided_at.astimezone(UTC),
            decision=row.decision or "",
            result=row.result,
            version=row.version,
        )


def context_of(request: str) -> str:
    """Return what the enciphered payload of a request is bound to."""
    return f"licence request {request}"

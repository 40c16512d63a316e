"""Reads and writes the table of approvals. Rows go in and come out as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from seal.ledger.entries import Operation, Purpose
from seal.tables import ApprovalRow
from trust.store import Reading, Transaction

__all__ = ["Approval", "ApprovalState", "Order", "add", "decide", "get", "queue", "release", "spend"]


class ApprovalState(StrEnum):
    """Where a request for approval stands. That it has expired is told by the clock, and never stored."""

    REQUESTED = "requested"  # 待审批
    APPROVED = "approved"  # 已同意
    REFUSED = "refused"  # 不同意
    WITHDRAWN = "withdrawn"  # 已撤回


class Order(StrEnum):
    """Which of several requests stands first."""

    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One use of a seal that its owner is asked to approve before it happens 用印审批."""

    id: str
    seal: str
    state: ApprovalState
    requester: str
    operation: Operation
    document_hash: str
    """SM3 of what is to be stamped, in hexadecimal digits: of the file as it is handed in, or the digest itself."""

    parameters: str
    """The digest of everything else that decides what the result says."""

    purpose: Purpose
    reason: str
    reference: str = ""
    """What the document is called."""

    asked: Mapping[str, Any] = field(default_factory=dict)
    """The order of a document as it was sent, so that it can be looked at, and sent again."""

    requested_at: datetime
    expires_at: datetime
    """Until when it can be decided or, once it is approved, be used."""

    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
    """What the approver wrote."""

    stamping: str | None = None
    """What it was spent on."""


def to_approval(row: ApprovalRow) -> Approval:
    """Return the value of a row."""
    return Approval(
        id=row.id,
        seal=row.seal,
        state=ApprovalState(row.state),
        requester=row.requester,
        operation=Operation(row.operation),
        document_hash=row.document_hash,
        parameters=row.parameters,
        purpose=Purpose(purpose=row.purpose, document_kind=row.document_kind),
        reason=row.reason,
        reference=row.reference,
        asked=row.asked,
        requested_at=row.requested_at.astimezone(UTC),
        expires_at=row.expires_at.astimezone(UTC),
        decided_by=row.decided_by,
        decided_at=None if row.decided_at is None else row.decided_at.astimezone(UTC),
        decision=row.decision or "",
        stamping=row.stamping,
    )


def add(tx: Transaction, approval: Approval) -> None:
    """Keep a request for approval."""
    tx.add(
        ApprovalRow(
            id=approval.id,
            seal=approval.seal,
            state=approval.state.value,
            requester=approval.requester,
            operation=approval.operation.value,
            document_hash=approval.document_hash,
            parameters=approval.parameters,
            purpose=approval.purpose.purpose,
            document_kind=approval.purpose.document_kind,
            reason=approval.reason,
            reference=approval.reference,
            asked=dict(approval.asked),
            requested_at=approval.requested_at,
            expires_at=approval.expires_at,
        )
    )


def get(view: Reading, name: str) -> Approval | None:
    """Return the request `name`, if there is one."""
    row = view.get(ApprovalRow, name)
    return None if row is None else to_approval(row)


def decide(tx: Transaction, approval: Approval) -> None:
    """Write what was decided. Two decisions at once are a lost race."""
    row = tx.get(ApprovalRow, approval.id)
    if row is not None:
        row.state, row.expires_at = approval.state.value, approval.expires_at
        row.decided_by, row.decided_at, row.decision = approval.decided_by, approval.decided_at, approval.decision


def queue(
    view: Reading,
    seal: str,
    *,
    requester: str | None = None,
    state: ApprovalState | None = None,
    order: Order = Order.OLDEST,
    after: str = "",
    limit: int = 100,
) -> tuple[Approval, ...]:
    """Return the requests for a seal in an order: those that follow the request `after` in it, at most `limit` of them.

    Who looks for those that are requested looks for those that can still be decided, and who looks for those that are
    approved for those that can still be used: what nobody decided or used in time would stand before them for ever.
    """
    name = col(ApprovalRow.id)
    statement = select(ApprovalRow).where(col(ApprovalRow.seal) == seal)
    if after:
        statement = statement.where(name > after if order is Order.OLDEST else name < after)
    if requester is not None:
        statement = statement.where(col(ApprovalRow.requester) == requester)
    if state is not None:
        statement = statement.where(col(ApprovalRow.state) == state.value)
    if state in {ApprovalState.REQUESTED, ApprovalState.APPROVED}:
        statement = statement.where(col(ApprovalRow.expires_at) >= view.now)
    if state is ApprovalState.APPROVED:
        statement = statement.where(col(ApprovalRow.stamping).is_(None))
    first = name if order is Order.OLDEST else name.desc()
    return tuple(to_approval(row) for row in view.exec(statement.order_by(first).limit(limit)))


def spend(tx: Transaction, name: str, stamping: str) -> bool:
    """Spend an approval on a stamping; tell whether it was still there.

    The database decides, so that it is used once.
    """
    statement = update(ApprovalRow).where(
        col(ApprovalRow.id) == name,
        col(ApprovalRow.state) == ApprovalState.APPROVED.value,
        col(ApprovalRow.stamping).is_(None),
    )
    return tx.change(statement.values(stamping=stamping).execution_options(synchronize_session=False)) == 1


def release(tx: Transaction, name: str, stamping: str) -> None:
    """Let an approval be used again that was spent on a stamping of which nothing came, unless it was used since."""
    mine = update(ApprovalRow).where(col(ApprovalRow.id) == name, col(ApprovalRow.stamping) == stamping)
    tx.change(mine.values(stamping=None).execution_options(synchronize_session=False))

"""Reads and writes the outbox. Rows go in and come out as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, update
from sqlmodel import col, func, select

from trust.store import Reading, Transaction
from trust.tables import OutboxRow

__all__ = [
    "Message",
    "MessageState",
    "Waiting",
    "add_message",
    "due",
    "forget",
    "has_old",
    "hold_back",
    "is_overtaken",
    "message",
    "messages",
    "put_message",
    "release",
    "topics_due",
    "waiting",
]


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"  # 待送达
    DELIVERED = "delivered"  # 已送达
    REFUSED = "refused"  # 对方拒收
    SET_ASIDE = "set_aside"  # 人工搁置


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message that leaves after the commit of the change that it tells of."""

    id: str
    """Under which the receiver knows a repetition."""

    number: int
    """Its place among all messages."""

    topic: str
    subject: str
    """What it tells of. The messages of one subject leave in their order."""

    payload: Mapping[str, Any]
    created_at: datetime
    state: MessageState
    attempts: int = 0
    due_at: datetime
    claim: str | None = None
    """Of the process that is sending it, until `claimed_until`."""

    claimed_until: datetime | None = None
    answer: str = ""
    """What came of the last attempt, or why a person set it aside."""

    receipt: bytes | None = field(default=None, repr=False)
    """What the receiver signed, as it came."""

    settled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What has not been delivered."""

    waiting: int
    since: datetime | None
    """When the oldest that waits was written."""

    refused: int


def utc(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC, where there is one."""
    return None if moment is None else moment.astimezone(UTC)


def to_message(row: OutboxRow) -> Message:
    """Return the value of a row."""
    return Message(
        id=row.id,
        number=row.number,
        topic=row.topic,
        subject=row.subject,
        payload=row.payload,
        created_at=row.created_at.astimezone(UTC),
        state=MessageState(row.state),
        attempts=row.attempts,
        due_at=row.due_at.astimezone(UTC),
        claim=row.claim,
        claimed_until=utc(row.claimed_until),
        answer=row.answer,
        receipt=row.receipt,
        settled_at=utc(row.settled_at),
    )


def add_message(tx: Transaction, message: Message) -> None:
    """Put a message into the outbox."""
    tx.add(
        OutboxRow(
            id=message.id,
            number=message.number,
            topic=message.topic,
            subject=message.subject,
            payload=dict(message.payload),
            created_at=message.created_at,
            state=message.state,
            due_at=message.due_at,
        )
    )


def put_message(tx: Transaction, message: Message) -> None:
    """Write what has come of a message."""
    row = tx.get(OutboxRow, message.id)
    if row is not None:
        row.state, row.attempts, row.due_at = message.state, message.attempts, message.due_at
        row.claim, row.claimed_until = message.claim, message.claimed_until
        row.answer, row.receipt, row.settled_at = message.answer, message.receipt, message.settled_at


def message(view: Reading, name: str) -> Message | None:
    """Return the message `name`, if there is one."""
    row = view.get(OutboxRow, name)
    return None if row is None else to_message(row)


def messages(
    view: Reading, topic: str, *, state: MessageState | None = None, before: int | None = None, limit: int
) -> tuple[Message, ...]:
    """Return the messages of a topic, newest first: those before the number `before`, at most `limit` of them."""
    statement = select(OutboxRow).where(col(OutboxRow.topic) == topic)
    if state is not None:
        statement = statement.where(col(OutboxRow.state) == state.value)
    if before is not None:
        statement = statement.where(col(OutboxRow.number) < before)
    rows = view.exec(statement.order_by(col(OutboxRow.number).desc()).limit(limit))
    return tuple(to_message(row) for row in rows)


def due(view: Reading, topic: str, *, limit: int) -> tuple[Message, ...]:
    """Return the messages of a topic that may be sent now, of each subject the oldest that waits and no other.

    Those that were tried least come first, so that one that always fails does not keep the others from their turn. In
    a transaction they are held until the commit; what another process holds is passed over.
    """
    waits = (col(OutboxRow.topic) == topic) & (col(OutboxRow.state) == MessageState.WAITING.value)
    # By one pass over an index: asking of each whether there is an earlier one takes a database without statistics
    # minutes where many wait.
    oldest = select(func.min(OutboxRow.number)).where(waits).group_by(col(OutboxRow.subject))
    is_free = col(OutboxRow.claim).is_(None) | (col(OutboxRow.claimed_until) <= view.now)
    statement = (
        select(OutboxRow)
        .where(waits, col(OutboxRow.due_at) <= view.now, is_free, col(OutboxRow.number).in_(oldest))
        .order_by(col(OutboxRow.attempts), col(OutboxRow.number))
        .limit(limit)
    )
    if isinstance(view, Transaction):
        statement = statement.with_for_update(skip_locked=True, of=OutboxRow)
    return tuple(to_message(row) for row in view.exec(statement))


def topics_due(view: Reading, *, beginning: str) -> tuple[str, ...]:
    """Return the topics that begin so and have messages that may be sent now, by their names."""
    waits = col(OutboxRow.state) == MessageState.WAITING.value
    named = col(OutboxRow.topic).startswith(beginning, autoescape=True)
    asked = select(OutboxRow.topic).where(waits, named, col(OutboxRow.due_at) <= view.now)
    return tuple(view.exec(asked.distinct().order_by(OutboxRow.topic)))


def release(tx: Transaction, *, claim: str | None) -> int:
    """Give back what is under a claim and was not sent; return how many messages that were."""
    change = update(OutboxRow).where(col(OutboxRow.claim) == claim)
    values = {"claim": None, "claimed_until": None, "version": OutboxRow.version + 1}
    return tx.change(change.values(values).execution_options(synchronize_session=False))


def hold_back(tx: Transaction, topic: str, *, until: datetime) -> int:
    """Send nothing of a topic that waits and is not on its way before `until`; return how many messages that were."""
    change = update(OutboxRow).where(
        col(OutboxRow.topic) == topic,
        col(OutboxRow.state) == MessageState.WAITING.value,
        col(OutboxRow.claim).is_(None),
        col(OutboxRow.due_at) < until,
    )
    values = {"due_at": until, "version": OutboxRow.version + 1}
    return tx.change(change.values(values).execution_options(synchronize_session=False))


def old(view: Reading, beginning: str, *, waits: timedelta, kept: timedelta) -> ColumnElement[bool]:
    """Return what holds of the messages of topics that begin so and that waited, or were settled, for so long."""
    is_named = col(OutboxRow.topic).startswith(beginning, autoescape=True)
    is_free = col(OutboxRow.claim).is_(None) | (col(OutboxRow.claimed_until) <= view.now)
    is_waiting = col(OutboxRow.state) == MessageState.WAITING.value
    is_settled = col(OutboxRow.state).in_([one.value for one in MessageState if one is not MessageState.WAITING])
    return is_named & or_(
        is_waiting & is_free & (col(OutboxRow.created_at) <= view.now - waits),
        is_settled & (col(OutboxRow.settled_at) <= view.now - kept),
    )


def has_old(view: Reading, beginning: str, *, waits: timedelta, kept: timedelta) -> bool:
    """Tell whether there is anything that `forget` would forget."""
    asked = select(OutboxRow.id).where(old(view, beginning, waits=waits, kept=kept))
    return view.first(asked.limit(1)) is not None


def forget(tx: Transaction, beginning: str, *, waits: timedelta, kept: timedelta) -> int:
    """Forget the messages of topics that begin so and that are old; return how many that were."""
    return tx.change(delete(OutboxRow).where(old(tx, beginning, waits=waits, kept=kept)))


def is_overtaken(tx: Transaction, message: Message) -> bool:
    """Tell whether a later message of the same subject was delivered, or is on its way; none sets out meanwhile."""
    statement = select(OutboxRow).where(
        col(OutboxRow.topic) == message.topic,
        col(OutboxRow.subject) == message.subject,
        col(OutboxRow.number) > message.number,
    )
    later = [to_message(row) for row in tx.exec(statement.with_for_update())]
    return any(
        one.state is MessageState.DELIVERED or (one.claimed_until is not None and tx.now < one.claimed_until)
        for one in later
    )


def waiting(view: Reading, topic: str) -> Waiting:
    """Return how many messages of a topic wait, since when, and how many were refused."""
    statement = (
        select(OutboxRow.state, func.count(), func.min(OutboxRow.created_at))
        .where(col(OutboxRow.topic) == topic)
        .where(col(OutboxRow.state).in_((MessageState.WAITING.value, MessageState.REFUSED.value)))
        .group_by(OutboxRow.state)
    )
    found = {state: (count, since) for state, count, since in view.rows(statement)}
    count, since = found.get(MessageState.WAITING.value, (0, None))
    return Waiting(waiting=count, since=utc(since), refused=found.get(MessageState.REFUSED.value, (0, None))[0])

"""Reads and writes the tables of the ground floor. Rows go in and come out as frozen values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import bindparam, insert, text, update
from sqlmodel import col, select

from trust.certificates import Certificate, certificate_of
from trust.crypto.sm3 import DIGEST_LENGTH
from trust.events import AuditEvent, Checkpoint, RecordedEvent
from trust.rows import Row
from trust.signing import KeyHandle, KeyPurpose, KeyReference
from trust.statements import Written
from trust.store import Reading, Transaction
from trust.tables import (
    AuditCheckpointRow,
    AuditEventRow,
    AuditHeadRow,
    CounterRow,
    RequestRow,
    ServiceKeyRow,
)

__all__ = [
    "GENESIS",
    "AnsweredRequest",
    "ServiceKey",
    "add_checkpoint",
    "add_event",
    "add_request",
    "add_service_key",
    "audit_head",
    "checkpoint_from",
    "checkpoints",
    "events",
    "events_about",
    "events_at",
    "first_events",
    "last_number",
    "newest_event",
    "next_number",
    "put_audit_head",
    "replace_request",
    "request",
    "service_keys",
    "take_audit_head",
]

GENESIS: Final = bytes(DIGEST_LENGTH)
"""What the first event's hash covers in place of a predecessor; the first migration puts it at the head."""

HEAD: Final = 1
BATCH: Final = 1000


@dataclass(frozen=True, kw_only=True)
class ServiceKey:
    """A key of the service itself: what it is for, its certificate, and which of our authorities issued that."""

    role: str
    version: int = 1
    key: KeyReference
    certificate: Certificate
    issuer: str


@dataclass(frozen=True, kw_only=True)
class AnsweredRequest:
    """A request that was answered before: what it asked, and the thing that came of it."""

    fingerprint: str
    result: str


EVENTS: Final = Row.metadata.tables[AuditEventRow.__tablename__]
HEADS: Final = Row.metadata.tables[AuditHeadRow.__tablename__]
REQUESTS: Final = Row.metadata.tables[RequestRow.__tablename__]
COUNTERS: Final = Row.metadata.tables[CounterRow.__tablename__]

# Statements of every change, written once: through the session each costs several times as much.
NEW_EVENT: Final = Written(insert(EVENTS))
NEW_REQUEST: Final = Written(insert(REQUESTS))
TAKE_HEAD: Final = Written(select(HEADS.c.sequence, HEADS.c.digest).with_for_update())
PUT_HEAD: Final = Written(
    update(HEADS).where(HEADS.c.id == HEAD).values(sequence=bindparam("reached"), digest=bindparam("hash"))
)
REQUEST: Final = Written(
    select(REQUESTS.c.fingerprint, REQUESTS.c.result).where(
        REQUESTS.c.actor == bindparam("by"), REQUESTS.c.key == bindparam("under")
    )
)
LAST_NUMBER: Final = Written(select(COUNTERS.c.value).where(COUNTERS.c.name == bindparam("name")))


def audit_head(view: Reading) -> tuple[int, bytes]:
    """Return the sequence number and the hash of the last event."""
    row = view.first(select(AuditHeadRow))
    return (row.sequence, row.digest) if row else (0, GENESIS)


def take_audit_head(tx: Transaction) -> tuple[int, bytes]:
    """Return the head and hold it until the commit, so that two writers cannot follow the same event."""
    row = next(iter(tx.rows(TAKE_HEAD)), None)
    return (row.sequence, row.digest) if row else (0, GENESIS)


def put_audit_head(tx: Transaction, sequence: int, digest: bytes) -> None:
    """Move the head to the last event."""
    tx.change_many(PUT_HEAD, [{"reached": sequence, "hash": digest}])


def add_event(tx: Transaction, recorded: RecordedEvent) -> None:
    """Put an event into the trail."""
    event = recorded.event
    row = {
        "sequence": recorded.sequence,
        "at": recorded.at,
        "tag": event.tag,
        "actor": event.actor,
        "subject": event.subject,
        "facts": dict(event.facts),
        "digest": recorded.digest,
    }
    tx.later(NEW_EVENT, row)


def to_event(row: AuditEventRow) -> RecordedEvent:
    """Return the value of a row."""
    event = AuditEvent(tag=row.tag, actor=row.actor, subject=row.subject, facts=row.facts)
    return RecordedEvent(sequence=row.sequence, at=aware(row.at), event=event, digest=row.digest)


def events(view: Reading, *, after: int = 0, limit: int | None = None) -> Iterator[RecordedEvent]:
    """Yield the events after the sequence number `after` in their order, at most `limit` of them."""
    left = limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        statement = (
            select(AuditEventRow).where(col(AuditEventRow.sequence) > after).order_by(col(AuditEventRow.sequence))
        )
        rows = view.exec(statement.limit(size))
        for row in rows:
            yield to_event(row)
        if len(rows) < size:
            return
        after = rows[-1].sequence
        left = None if left is None else left - len(rows)


def newest_event(view: Reading, tag: str) -> RecordedEvent | None:
    """Return the newest event with a tag, if there is one."""
    statement = select(AuditEventRow).where(col(AuditEventRow.tag) == tag).order_by(col(AuditEventRow.sequence).desc())
    row = view.first(statement.limit(1))
    return None if row is None else to_event(row)


def first_events(view: Reading, tag: str, *, limit: int) -> tuple[RecordedEvent, ...]:
    """Return the first events with a tag, in their order, at most `limit` of them."""
    row = AuditEventRow
    statement = select(row).where(col(row.tag) == tag).order_by(col(row.at), col(row.sequence)).limit(limit)
    return tuple(map(to_event, view.exec(statement)))


def events_at(view: Reading, *, subject: str, at: datetime) -> tuple[RecordedEvent, ...]:
    """Return the events about a subject that one transaction, or several at the same moment, have recorded."""
    statement = select(AuditEventRow).where(col(AuditEventRow.subject) == subject, col(AuditEventRow.at) == at)
    return tuple(to_event(row) for row in view.exec(statement.order_by(col(AuditEventRow.sequence))))


def events_about(view: Reading, *, subject: str, tags: Sequence[str]) -> tuple[RecordedEvent, ...]:
    """Return the events about a subject with one of these tags, in their order."""
    statement = select(AuditEventRow).where(col(AuditEventRow.subject) == subject, col(AuditEventRow.tag).in_(tags))
    return tuple(to_event(row) for row in view.exec(statement.order_by(col(AuditEventRow.sequence))))


def add_checkpoint(tx: Transaction, statement: Checkpoint) -> None:
    """Keep a checkpoint."""
    tx.add(
        AuditCheckpointRow(
            sequence=statement.sequence,
            at=statement.at,
            digest=statement.digest,
            signature=statement.signature,
            certificate=statement.certificate,
        )
    )


def checkpoints(view: Reading) -> Iterator[Checkpoint]:
    """Yield every checkpoint in the order of the trail."""
    for row in view.exec(select(AuditCheckpointRow).order_by(col(AuditCheckpointRow.sequence))):
        yield to_checkpoint(row)


def to_checkpoint(row: AuditCheckpointRow) -> Checkpoint:
    """Return the value of a row."""
    return Checkpoint(
        sequence=row.sequence,
        at=aware(row.at),
        digest=row.digest,
        signature=row.signature,
        certificate=row.certificate,
    )


def checkpoint_from(view: Reading, sequence: int) -> Checkpoint | None:
    """Return the first checkpoint that covers the event at `sequence`, if there is one."""
    later = select(AuditCheckpointRow).where(col(AuditCheckpointRow.sequence) >= sequence)
    row = view.first(later.order_by(col(AuditCheckpointRow.sequence)).limit(1))
    return None if row is None else to_checkpoint(row)


NEXT_NUMBER: Final = Written(
    text(
        "INSERT INTO counter (name, value) VALUES (:name, 1) "
        "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
    )
)


def next_number(tx: Transaction, name: str) -> int:
    """Return the next number of the counter `name`, from 1 on. A transaction that fails leaves no gap."""
    return int(tx.change_returning(NEXT_NUMBER, name=name))


def last_number(view: Reading, name: str) -> int:
    """Return the last number that the counter `name` has given; 0: none yet."""
    return sum(value for (value,) in view.rows(LAST_NUMBER, name=name))


def aware(moment: datetime) -> datetime:
    """Return `moment` in UTC; SQLite gives it back that way already, PostgreSQL in the session's zone."""
    return moment.astimezone(UTC)


def add_service_key(tx: Transaction, service_key: ServiceKey) -> None:
    """Keep a key of the service itself."""
    tx.add(
        ServiceKeyRow(
            role=service_key.role,
            version=service_key.version,
            key_handle=service_key.key.handle,
            key_purpose=service_key.key.purpose,
            certificate=service_key.certificate.der,
            issuer=service_key.issuer,
        )
    )


def service_keys(view: Reading) -> tuple[ServiceKey, ...]:
    """Return every key of the service itself, by role, the oldest version of each first."""
    return tuple(
        ServiceKey(
            role=row.role,
            version=row.version,
            key=reference(row.key_handle, row.key_purpose, row.certificate),
            certificate=certificate_of(row.certificate),
            issuer=row.issuer,
        )
        for row in view.exec(select(ServiceKeyRow).order_by(col(ServiceKeyRow.role), col(ServiceKeyRow.version)))
    )


def reference(handle: str, purpose: str, certificate: bytes) -> KeyReference:
    """Return a key by its handle, with the public half that its certificate holds."""
    public_key = certificate_of(certificate).public_key
    return KeyReference(handle=KeyHandle(handle), public_key=public_key, purpose=KeyPurpose(purpose))


def request(view: Reading, *, actor: str, key: str) -> AnsweredRequest | None:
    """Return the request that `actor` made under the idempotency key `key`, if it did."""
    row = next(iter(view.rows(REQUEST, by=actor, under=key)), None)
    return None if row is None else AnsweredRequest(fingerprint=row.fingerprint, result=row.result)


def add_request(tx: Transaction, *, actor: str, key: str, fingerprint: str, result: str) -> None:
    """Remember a request with what came of it."""
    row = {"actor": actor, "key": key, "fingerprint": fingerprint, "result": result, "at": tx.now}
    tx.later(NEW_REQUEST, row)


def replace_request(tx: Transaction, *, actor: str, key: str, before: str, result: str) -> bool:
    """Let a request point at something else than `before`; tell whether that was what it pointed at."""
    is_known = (col(RequestRow.actor) == actor) & (col(RequestRow.key) == key) & (col(RequestRow.result) == before)
    return tx.change(update(RequestRow).where(is_known).values(result=result, at=tx.now)) == 1

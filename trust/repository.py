"""Reads and writes the tables of the ground floor. Rows go in and come out as frozen values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text, update
from sqlmodel import col, select

from trust.certificates import Certificate
from trust.crypto.sm3 import DIGEST_LENGTH
from trust.events import AuditEvent, Checkpoint, RecordedEvent
from trust.revocation import Revocation, RevocationList
from trust.signing import KeyHandle, KeyPurpose, KeyReference
from trust.store import Reading, Transaction
from trust.tables import (
    AuditCheckpointRow,
    AuditEventRow,
    AuditHeadRow,
    AuthorityRow,
    CertificateRow,
    RequestRow,
    RevocationListRow,
    ServiceKeyRow,
)

__all__ = [
    "GENESIS",
    "AnsweredRequest",
    "Authority",
    "ServiceKey",
    "add_authority",
    "add_certificate",
    "add_checkpoint",
    "add_event",
    "add_request",
    "add_service_key",
    "audit_head",
    "authorities",
    "authority",
    "checkpoints",
    "events",
    "next_number",
    "put_audit_head",
    "put_revocation_list",
    "replace_request",
    "request",
    "revocation_list",
    "revocations",
    "revoke_certificate",
    "service_keys",
    "take_audit_head",
]

GENESIS: Final = bytes(DIGEST_LENGTH)
"""What the first event's hash covers in place of a predecessor; the first migration puts it at the head."""

HEAD: Final = 1
BATCH: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certification authority: its certificate, its key, and who certified it (None: itself)."""

    name: str
    certificate: Certificate
    key: KeyReference
    issuer: str | None


@dataclass(frozen=True, kw_only=True)
class ServiceKey:
    """A key of the service itself: what it is for, its certificate, and which of our authorities issued that."""

    role: str
    key: KeyReference
    certificate: Certificate
    issuer: str


@dataclass(frozen=True, kw_only=True)
class AnsweredRequest:
    """A request that was answered before: what it asked, and the thing that came of it."""

    fingerprint: str
    result: str


def audit_head(view: Reading) -> tuple[int, bytes]:
    """Return the sequence number and the hash of the last event."""
    row = view.first(select(AuditHeadRow))
    return (row.sequence, row.digest) if row else (0, GENESIS)


def take_audit_head(tx: Transaction) -> tuple[int, bytes]:
    """Return the head and hold it until the commit, so that two writers cannot follow the same event."""
    row = tx.first(select(AuditHeadRow).with_for_update())
    return (row.sequence, row.digest) if row else (0, GENESIS)


def put_audit_head(tx: Transaction, sequence: int, digest: bytes) -> None:
    """Move the head to the last event."""
    tx.change(update(AuditHeadRow).where(col(AuditHeadRow.id) == HEAD).values(sequence=sequence, digest=digest))


def add_event(tx: Transaction, recorded: RecordedEvent) -> None:
    """Put an event into the trail."""
    event = recorded.event
    tx.add(
        AuditEventRow(
            sequence=recorded.sequence,
            at=recorded.at,
            tag=event.tag,
            actor=event.actor,
            subject=event.subject,
            facts=dict(event.facts),
            digest=recorded.digest,
        )
    )


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
            event = AuditEvent(tag=row.tag, actor=row.actor, subject=row.subject, facts=row.facts)
            yield RecordedEvent(sequence=row.sequence, at=aware(row.at), event=event, digest=row.digest)
        if len(rows) < size:
            return
        after = rows[-1].sequence
        left = None if left is None else left - len(rows)


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
        yield Checkpoint(
            sequence=row.sequence,
            at=aware(row.at),
            digest=row.digest,
            signature=row.signature,
            certificate=row.certificate,
        )


NEXT_NUMBER: Final = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def next_number(tx: Transaction, name: str) -> int:
    """Return the next number of the counter `name`, from 1 on. A transaction that fails leaves no gap."""
    return int(tx.change_returning(NEXT_NUMBER, name=name))


def aware(moment: datetime) -> datetime:
    """Return `moment` in UTC; SQLite gives it back that way already, PostgreSQL in the session's zone."""
    return moment.astimezone(UTC)


def add_authority(
    tx: Transaction, name: str, certificate: Certificate, *, key: KeyReference, issuer: str | None
) -> None:
    """Keep a new certification authority."""
    tx.add(
        AuthorityRow(
            name=name,
            key_handle=key.handle,
            key_purpose=key.purpose,
            certificate=certificate.der,
            issuer=issuer,
        )
    )


def to_authority(row: AuthorityRow) -> Authority:
    """Return the value of a row."""
    key = reference(row.key_handle, row.key_purpose, row.certificate)
    return Authority(name=row.name, certificate=Certificate(row.certificate), key=key, issuer=row.issuer)


def authority(view: Reading, name: str) -> Authority | None:
    """Return the certification authority `name`, if there is one."""
    row = view.get(AuthorityRow, name)
    return None if row is None else to_authority(row)


def authorities(view: Reading) -> tuple[Authority, ...]:
    """Return every certification authority, by name."""
    return tuple(to_authority(row) for row in view.exec(select(AuthorityRow).order_by(col(AuthorityRow.name))))


def add_service_key(tx: Transaction, service_key: ServiceKey) -> None:
    """Keep a key of the service itself."""
    tx.add(
        ServiceKeyRow(
            role=service_key.role,
            key_handle=service_key.key.handle,
            key_purpose=service_key.key.purpose,
            certificate=service_key.certificate.der,
            issuer=service_key.issuer,
        )
    )


def service_keys(view: Reading) -> tuple[ServiceKey, ...]:
    """Return every key of the service itself, by role."""
    return tuple(
        ServiceKey(
            role=row.role,
            key=reference(row.key_handle, row.key_purpose, row.certificate),
            certificate=Certificate(row.certificate),
            issuer=row.issuer,
        )
        for row in view.exec(select(ServiceKeyRow).order_by(col(ServiceKeyRow.role)))
    )


def reference(handle: str, purpose: str, certificate: bytes) -> KeyReference:
    """Return a key by its handle, with the public half that its certificate holds."""
    public_key = Certificate(certificate).public_key
    return KeyReference(handle=KeyHandle(handle), public_key=public_key, purpose=KeyPurpose(purpose))


def add_certificate(tx: Transaction, certificate: Certificate, *, issuer: str, key: KeyReference) -> None:
    """Keep a certificate that one of our authorities issued."""
    tx.add(
        CertificateRow(
            fingerprint=certificate.fingerprint,
            issuer=issuer,
            serial=f"{certificate.serial:x}",
            der=certificate.der,
            key_handle=key.handle,
            not_after=certificate.not_after,
        )
    )


def revoke_certificate(tx: Transaction, certificate: Certificate, *, at: datetime, reason: int) -> bool:
    """Mark a certificate as revoked and tell whether it is one of ours; one that is revoked keeps its first date."""
    row = tx.get(CertificateRow, certificate.fingerprint)
    if row is not None and row.revoked_at is None:
        row.revoked_at, row.revocation_reason = at, reason
    return row is not None


def revocations(view: Reading, issuer: str) -> tuple[Revocation, ...]:
    """Return what belongs on the CRL of an authority."""
    statement = select(CertificateRow).where(
        col(CertificateRow.issuer) == issuer, col(CertificateRow.revoked_at).is_not(None)
    )
    return tuple(
        Revocation(serial=int(row.serial, 16), at=aware(row.revoked_at), reason=row.revocation_reason)
        for row in view.exec(statement.order_by(col(CertificateRow.serial)))
        if row.revoked_at is not None
    )


def put_revocation_list(tx: Transaction, issuer: str, made: RevocationList, *, number: int) -> None:
    """Keep a CRL as the newest of its authority, unless a newer one is there already."""
    next_update = made.next_update or made.this_update
    row = tx.get(RevocationListRow, issuer)
    if row is None:
        tx.add(RevocationListRow(issuer=issuer, number=number, der=made.der, next_update=next_update))
    elif row.number < number:
        row.number, row.der, row.next_update = number, made.der, next_update


def revocation_list(view: Reading, issuer: str) -> RevocationList | None:
    """Return the newest CRL of an authority, if it has published one."""
    row = view.get(RevocationListRow, issuer)
    return None if row is None else RevocationList(row.der)


def request(view: Reading, *, actor: str, key: str) -> AnsweredRequest | None:
    """Return the request that `actor` made under the idempotency key `key`, if it did."""
    row = view.get(RequestRow, (actor, key))
    return None if row is None else AnsweredRequest(fingerprint=row.fingerprint, result=row.result)


def add_request(tx: Transaction, *, actor: str, key: str, fingerprint: str, result: str) -> None:
    """Remember a request with what came of it."""
    tx.add(RequestRow(actor=actor, key=key, fingerprint=fingerprint, result=result, at=tx.now))


def replace_request(tx: Transaction, *, actor: str, key: str, before: str, result: str) -> bool:
    """Let a request point at something else than `before`; tell whether that was what it pointed at."""
    is_known = (col(RequestRow.actor) == actor) & (col(RequestRow.key) == key) & (col(RequestRow.result) == before)
    return tx.change(update(RequestRow).where(is_known).values(result=result, at=tx.now)) == 1

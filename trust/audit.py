"""The audit trail: every change leaves an event, each event's hash covers the one before, checkpoints are signed.

An auditor with the trail and one checkpoint that was kept elsewhere can prove that nothing before it was changed,
moved or taken out. The hash of an event is SM3 over the hash before it and the event in canonical JSON.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from trust import repository
from trust.certificates import Certificate
from trust.errors import TrustError
from trust.events import AuditEvent, Checkpoint, Fact, RecordedEvent, digest_of
from trust.signing import Signer
from trust.store import Reading, Store, Transaction

__all__ = ["AuditReport", "AuditTrail", "check", "make_checkpoint"]


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """What a check of the trail found. `broken_at` is the first sequence number that does not hold, if any."""

    events: int
    checkpoints: int
    broken_at: int | None = None
    reason: str = ""


class AuditTrail:
    """The journal that every transaction of the store ends with."""

    def append(self, tx: Transaction, events: Sequence[AuditEvent]) -> None:
        """Append `events` to the trail. Writers queue here, for as long as their commit takes."""
        sequence, previous = repository.take_audit_head(tx)
        for event in events:
            sequence += 1
            previous = digest_of(previous, sequence, tx.now, event)
            repository.add_event(tx, RecordedEvent(sequence=sequence, at=tx.now, event=event, digest=previous))
        repository.put_audit_head(tx, sequence, previous)


def make_checkpoint(store: Store, signer: Signer, certificate: Certificate) -> Checkpoint:
    """Sign where the trail stands now, and keep the statement. The key must be one for audit checkpoints."""
    with store.reading() as view:
        sequence, digest = repository.audit_head(view)
        unsigned = Checkpoint(sequence=sequence, at=view.now, digest=digest, certificate=certificate.der)
    signed = replace(unsigned, signature=signer.sign(unsigned.signed))
    with store.transaction() as tx:
        repository.add_checkpoint(tx, signed)
        facts: dict[str, Fact] = {"sequence": sequence, "digest": digest.hex()}
        tx.record(AuditEvent(tag="audit:checkpoint:done", actor="system", subject="audit", facts=facts))
    return signed


def check(view: Reading, *, trusted: Collection[Certificate], kept: Iterable[Checkpoint] = ()) -> AuditReport:
    """Recompute the whole trail and verify every checkpoint, those that were `kept` elsewhere too, as an auditor would.

    `trusted` are the certificates of the keys for checkpoints. They must not come from the database that is checked:
    whoever can write it can compute every hash, and bring a certificate of his own.
    """
    digests: dict[int, bytes] = {0: repository.GENESIS}
    events = 0
    for recorded in repository.events(view):
        if recorded.sequence != events + 1:
            return AuditReport(events=events, checkpoints=0, broken_at=events + 1, reason="an event is missing")
        expected = digest_of(digests[events], recorded.sequence, recorded.at, recorded.event)
        if recorded.digest != expected:
            return AuditReport(events=events, checkpoints=0, broken_at=recorded.sequence, reason="an event was changed")
        events += 1
        digests[events] = expected
    if repository.audit_head(view) != (events, digests[events]):
        return AuditReport(events=events, checkpoints=0, broken_at=events + 1, reason="the end was cut off")
    statements = chain(repository.checkpoints(view), kept)
    return check_checkpoints(statements, digests, events, frozenset(one.der for one in trusted))


def check_checkpoints(
    checkpoints: Iterable[Checkpoint], digests: Mapping[int, bytes], events: int, trusted: frozenset[bytes]
) -> AuditReport:
    """Compare each checkpoint with the trail, and verify its signature with the key of its trusted certificate."""
    checked = 0
    for statement in checkpoints:
        broken = AuditReport(events=events, checkpoints=checked, broken_at=statement.sequence)
        if digests.get(statement.sequence) != statement.digest:
            return replace(broken, reason="the trail is not the one that was signed")
        if statement.certificate not in trusted:
            return replace(broken, reason="a checkpoint was signed with a key that is not for checkpoints")
        try:
            Certificate(statement.certificate).verify_message(statement.signature, statement.signed)
        except TrustError:
            return replace(broken, reason="a checkpoint's signature does not hold")
        checked += 1
    return AuditReport(events=events, checkpoints=checked)

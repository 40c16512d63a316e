"""Proofs that events stand in the audit trail: they, all that follows up to a signed checkpoint, and the checkpoint.

Whoever has a proof and the certificate of the key for checkpoints needs neither the database nor us: each event's hash
covers the one before, and the last one is what the checkpoint signs. Between the events that are proven stand others,
so that a proof is for those who may read the trail.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from trust import repository
from trust.certificates import Certificate
from trust.crypto.sm3 import DIGEST_LENGTH
from trust.errors import Conflict, Invalid, TrustError, Untrusted
from trust.events import AuditEvent, Checkpoint, Fact, RecordedEvent, digest_of, timestamp
from trust.store import Reading

__all__ = [
    "ChainProof",
    "NotCheckpointed",
    "ProofBroken",
    "ProofMalformed",
    "checkpoint_of",
    "members",
    "prove_events",
    "text_of",
    "told_checkpoint",
]

EVENT_MEMBERS: Final = frozenset({"sequence", "at", "tag", "actor", "subject", "facts", "digest"})
CHECKPOINT_MEMBERS: Final = frozenset({"sequence", "at", "digest", "signature", "certificate"})


class NotCheckpointed(Conflict):
    """No checkpoint covers what is to be proven yet."""

    code = "audit.not_checkpointed"


class ProofMalformed(Invalid):
    """What was given is no proof of this kind; `member` names what is not as it must be."""

    code = "audit.proof_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("member",)


class ProofBroken(Untrusted):
    """The proof proves nothing; `reason` says what does not hold."""

    code = "audit.proof_broken"
    detail_names: ClassVar[tuple[str, ...]] = ("reason",)


@dataclass(frozen=True, kw_only=True)
class ChainProof:
    """A piece of the trail, and the checkpoint at its end."""

    before: bytes
    """The hash that the first event follows."""

    events: tuple[RecordedEvent, ...]
    checkpoint: Checkpoint

    def verify(self, trusted: Collection[Certificate]) -> None:
        """Return if the chain is whole and a trusted key for checkpoints has signed its end. Raise `ProofBroken`.

        1. The events follow each other, and each hash covers the one before.
        2. The checkpoint is of the last event, and has its hash.
        3. Its certificate is one of `trusted`, which come from elsewhere than the proof.
        4. Its signature holds.
        """
        if not self.events:
            raise ProofBroken(reason="there is no event")
        digest, sequence = self.before, self.events[0].sequence
        for recorded in self.events:  # 1.
            if recorded.sequence != sequence:
                raise ProofBroken(reason=f"event {sequence} is missing")
            digest, sequence = digest_of(digest, recorded.sequence, recorded.at, recorded.event), sequence + 1
            if recorded.digest != digest:
                raise ProofBroken(reason=f"event {recorded.sequence} was changed")
        if (self.checkpoint.sequence, self.checkpoint.digest) != (sequence - 1, digest):  # 2.
            raise ProofBroken(reason="the checkpoint is of another place")
        if self.checkpoint.certificate not in {one.der for one in trusted}:  # 3.
            raise ProofBroken(reason="the checkpoint was signed with a key that is not trusted")
        try:  # 4.
            Certificate(self.checkpoint.certificate).verify_message(self.checkpoint.signature, self.checkpoint.signed)
        except TrustError:
            raise ProofBroken(reason="the checkpoint's signature does not hold") from None

    def to_json(self) -> dict[str, Any]:
        """Return the proof as JSON holds it."""
        return {
            "before": self.before.hex(),
            "events": [
                {
                    "sequence": one.sequence,
                    "at": timestamp(one.at),
                    "tag": one.event.tag,
                    "actor": one.event.actor,
                    "subject": one.event.subject,
                    "facts": dict(one.event.facts),
                    "digest": one.digest.hex(),
                }
                for one in self.events
            ],
            "checkpoint": told_checkpoint(self.checkpoint),
        }

    @classmethod
    def from_json(cls, told: object) -> "ChainProof":
        """Read a proof. Raise `ProofMalformed`."""
        outer = members(told, frozenset({"before", "events", "checkpoint"}), "chain")
        if not isinstance(outer["events"], list):
            raise ProofMalformed(member="events")
        return cls(
            before=digest_in(outer, "before"),
            events=tuple(event_of(one) for one in outer["events"]),
            checkpoint=checkpoint_of(outer["checkpoint"]),
        )


def prove_events(view: Reading, *, first: int, last: int) -> ChainProof:
    """Return the proof of the events from `first` to `last`. Raise `NotCheckpointed`."""
    statement = repository.checkpoint_from(view, last)
    if statement is None:
        raise NotCheckpointed
    before = repository.GENESIS
    for one in repository.events(view, after=first - 2, limit=1) if first > 1 else ():
        before = one.digest
    events = tuple(repository.events(view, after=first - 1, limit=statement.sequence - first + 1))
    return ChainProof(before=before, events=events, checkpoint=statement)


def told_checkpoint(statement: Checkpoint) -> dict[str, Any]:
    """Return a checkpoint as JSON holds it."""
    return {
        "sequence": statement.sequence,
        "at": timestamp(statement.at),
        "digest": statement.digest.hex(),
        "signature": b64encode(statement.signature).decode(),
        "certificate": b64encode(statement.certificate).decode(),
    }


# --- reading ---------------------------------------------------------------------------------------------------------


def event_of(told: object) -> RecordedEvent:
    """Read an event."""
    read = members(told, EVENT_MEMBERS, "event")
    facts: Mapping[str, Fact] = members(read["facts"], None, "facts")
    for name, value in facts.items():
        if not is_text(name) or not (is_text(value) or isinstance(value, int | None)):
            raise ProofMalformed(member="facts")
    return RecordedEvent(
        sequence=number_in(read, "sequence"),
        at=moment_in(read, "at"),
        event=AuditEvent(
            tag=text_of(read, "tag"), actor=text_of(read, "actor"), subject=text_of(read, "subject"), facts=facts
        ),
        digest=digest_in(read, "digest"),
    )


def checkpoint_of(told: object) -> Checkpoint:
    """Read a checkpoint. Raise `ProofMalformed`."""
    statement = members(told, CHECKPOINT_MEMBERS, "checkpoint")
    return Checkpoint(
        sequence=number_in(statement, "sequence"),
        at=moment_in(statement, "at"),
        digest=digest_in(statement, "digest"),
        signature=octets_in(statement, "signature"),
        certificate=octets_in(statement, "certificate"),
    )


def members(told: object, names: frozenset[str] | None, member: str) -> dict[str, Any]:
    """Return a JSON object that has exactly these members, or any where none are named."""
    if not isinstance(told, dict) or (names is not None and set(told) != names):
        raise ProofMalformed(member=member)
    return told


def text_of(told: Mapping[str, Any], name: str) -> str:
    """Return a member that is a text which can be encoded."""
    value = told[name]
    if not is_text(value):
        raise ProofMalformed(member=name)
    return str(value)


def is_text(value: object) -> bool:
    """Tell whether something is a text that can be encoded."""
    return isinstance(value, str) and not any("\ud800" <= one <= "\udfff" for one in value)


def number_in(told: Mapping[str, Any], name: str) -> int:
    """Return a member that is a whole number from 0 on."""
    value = told[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ProofMalformed(member=name)
    return value


def moment_in(told: Mapping[str, Any], name: str) -> datetime:
    """Return a member that is a moment, written as the trail writes it."""
    value = text_of(told, name)
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None or timestamp(moment) != value:
            raise ProofMalformed(member=name)
    except (ValueError, OverflowError):
        raise ProofMalformed(member=name) from None
    return moment


def digest_in(told: Mapping[str, Any], name: str) -> bytes:
    """Return a member that is a hash in hexadecimal digits."""
    try:
        value = bytes.fromhex(text_of(told, name))
    except ValueError:
        raise ProofMalformed(member=name) from None
    if len(value) != DIGEST_LENGTH:
        raise ProofMalformed(member=name)
    return value


def octets_in(told: Mapping[str, Any], name: str) -> bytes:
    """Return a member that is in Base64."""
    try:
        return b64decode(text_of(told, name), validate=True)
    except ValueError:
        raise ProofMalformed(member=name) from None

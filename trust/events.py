"""What the audit trail records: who did what to which thing, when, and the facts that explain it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from trust.crypto.sm3 import sm3

__all__ = ["AuditEvent", "Checkpoint", "Fact", "RecordedEvent", "canonical", "digest_of"]

Fact = str | int | bool | None

CHECKPOINT_PREFIX: Final = b"xinyin audit checkpoint v1\n"
"""Goes before what is signed, so that a checkpoint's signature can never pass for another kind of signature."""


@dataclass(frozen=True, kw_only=True)
class AuditEvent:
    """One thing that happened.

    `tag` is domain:event:result, such as `seal:make:done` or `seal:stamp:refused`. `actor` and `subject` are our own
    opaque identifiers. `facts` hold digests, states, reasons and codes: never a secret, never personal data.
    """

    tag: str
    actor: str
    subject: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """An event with its place in the trail and its hash."""

    sequence: int
    at: datetime
    event: AuditEvent
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A signed statement: at this sequence number the trail had this hash."""

    sequence: int
    at: datetime
    digest: bytes
    signature: bytes = b""
    certificate: bytes = b""

    @property
    def signed(self) -> bytes:
        """The bytes under the signature."""
        content = {"sequence": self.sequence, "at": timestamp(self.at), "digest": self.digest.hex()}
        return CHECKPOINT_PREFIX + canonical(content)


def canonical(value: object) -> bytes:
    """Return `value` as JSON with sorted keys, no spaces and no escapes, in UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def timestamp(moment: datetime) -> str:
    """Return `moment` in UTC to the microsecond, always in the same form."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def digest_of(previous: bytes, sequence: int, at: datetime, event: AuditEvent) -> bytes:
    """Return the hash of an event that stands at `sequence` after the hash `previous`."""
    content = {
        "sequence": sequence,
        "at": timestamp(at),
        "tag": event.tag,
        "actor": event.actor,
        "subject": event.subject,
        "facts": dict(event.facts),
    }
    return sm3(previous, canonical(content))

"""What a reader of the audit trail is told of each event: what is on record, and whether that still holds.

An event holds where its hash covers what it says and the hash of the event before. It is sealed where a signed
checkpoint stands after it, of the trail as it is. Whether every link in between holds, the check of the whole trail
says (`trust.audit.check`), and a proof shows to others (`trust.audit_export`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trust import audit_repository, repository
from trust.certificates import Certificate
from trust.errors import TrustError
from trust.events import Checkpoint, RecordedEvent, digest_of
from trust.store import Reading

__all__ = ["ExaminedEvent", "Integrity", "examine"]


class Integrity(StrEnum):
    """What became of an event since it was recorded."""

    SEALED = "sealed"  # 已签封
    """As it was recorded, and a signed checkpoint follows."""

    CHAINED = "chained"  # 已入链
    """As it was recorded; the next checkpoint is not signed yet."""

    BROKEN = "broken"  # 不完整
    """Not as it was recorded, or the event before it is not, or the checkpoint after it is not of this trail."""


@dataclass(frozen=True, kw_only=True)
class ExaminedEvent:
    """An event with what a look at it has shown."""

    recorded: RecordedEvent
    integrity: Integrity
    checkpoint: int | None
    """The sequence number of the first checkpoint that covers it."""


def examine(
    view: Reading, found: Sequence[RecordedEvent], *, trusted: Collection[Certificate]
) -> tuple[ExaminedEvent, ...]:
    """Return events with their integrity. `trusted` are the certificates for checkpoints, and not of this database.

    1. The event before it is there, and the hash covers that one's hash and all that the event says.
    2. The first checkpoint that covers it has the hash of the trail at its place, by a trusted key, whose signature
       holds.
    """
    before = audit_repository.hashes(view, [one.sequence - 1 for one in found])
    judged: dict[int, bool] = {}
    examined = []
    for one in found:
        previous = before.get(one.sequence - 1)
        holds = previous is not None and digest_of(previous, one.sequence, one.at, one.event) == one.digest  # 1.
        statement = repository.checkpoint_from(view, one.sequence)
        if statement is not None:
            if statement.sequence not in judged:
                judged[statement.sequence] = is_of_this_trail(view, statement, trusted)
            holds = holds and judged[statement.sequence]  # 2.
        sealed = Integrity.CHAINED if statement is None else Integrity.SEALED
        examined.append(
            ExaminedEvent(
                recorded=one,
                integrity=sealed if holds else Integrity.BROKEN,
                checkpoint=None if statement is None else statement.sequence,
            )
        )
    return tuple(examined)


def is_of_this_trail(view: Reading, statement: Checkpoint, trusted: Collection[Certificate]) -> bool:
    """Tell whether a checkpoint is one of the trail as it is, by a trusted key."""
    at = audit_repository.hashes(view, [statement.sequence])
    if at.get(statement.sequence) != statement.digest or statement.certificate not in {one.der for one in trusted}:
        return False
    try:
        Certificate(statement.certificate).verify_message(statement.signature, statement.signed)
    except TrustError:
        return False
    return True

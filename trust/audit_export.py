"""Events of the audit trail as a file that proves them: for those who ask the auditor, and have no access here.

The file holds the events that were asked for by number, the whole piece of the trail around them, and the signed
checkpoint after it. Whoever has the certificate for checkpoints verifies it offline (`trust audit verify-export`).
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from trust.audit_proof import ChainProof, ProofBroken, ProofMalformed, members, prove_events
from trust.certificates import Certificate
from trust.errors import Invalid
from trust.events import RecordedEvent
from trust.store import Reading

__all__ = ["MOST_EVENTS", "AuditExport", "ExportEmpty", "ExportTooLarge", "export"]

TYPE: Final = "xinyin.audit-export"
VERSION: Final = 1
MEMBERS: Final = frozenset({"type", "version", "events", "chain"})
MOST_EVENTS: Final = 20_000
"""Events between the first one of an export and its checkpoint: some ten megabytes."""


class ExportEmpty(Invalid):
    """Nothing of the trail is as it was asked for."""

    code = "audit.export_empty"


class ExportTooLarge(Invalid):
    """What was asked for lies too far apart in the trail: a proof holds all that stands in between."""

    code = "audit.export_too_large"
    detail_names: ClassVar[tuple[str, ...]] = ("most",)


@dataclass(frozen=True, kw_only=True)
class AuditExport:
    """Events, and the proof of them."""

    events: tuple[int, ...]
    """The sequence numbers of the events that were asked for, in their order."""

    chain: ChainProof

    def verify(self, trusted: Collection[Certificate]) -> tuple[RecordedEvent, ...]:
        """Return the events that were asked for, as they stood in the trail. Raise `ProofBroken`.

        `trusted` are the certificates of the keys for checkpoints, and come from elsewhere than the file.

        1. The chain is whole and signed (`ChainProof.verify`).
        2. It holds each of the events.
        """
        self.chain.verify(trusted)  # 1.
        there = {one.sequence: one for one in self.chain.events}
        for sequence in self.events:  # 2.
            if sequence not in there:
                raise ProofBroken(reason=f"event {sequence} is missing")
        return tuple(there[sequence] for sequence in self.events)

    def to_json(self) -> bytes:
        """Return the export as a file."""
        told = {"type": TYPE, "version": VERSION, "events": list(self.events), "chain": self.chain.to_json()}
        return json.dumps(told, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, encoded: bytes) -> "AuditExport":
        """Read an export. Raise `ProofMalformed`."""
        try:
            parsed = json.loads(encoded)
        except (ValueError, RecursionError):
            raise ProofMalformed(member="JSON") from None
        told = members(parsed, MEMBERS, "export")
        if (told["type"], told["version"]) != (TYPE, VERSION):
            raise ProofMalformed(member="type")
        numbers = told["events"]
        if not isinstance(numbers, list) or not numbers:
            raise ProofMalformed(member="events")
        if any(not isinstance(one, int) or isinstance(one, bool) or one < 1 for one in numbers):
            raise ProofMalformed(member="events")
        if numbers != sorted(set(numbers)):
            raise ProofMalformed(member="events")
        return cls(events=tuple(numbers), chain=ChainProof.from_json(told["chain"]))


def export(view: Reading, sequences: Sequence[int]) -> AuditExport:
    """Return the proof of some events. Raise `ExportEmpty`, `ExportTooLarge`, `NotCheckpointed`."""
    numbers = sorted(set(sequences))
    if not numbers:
        raise ExportEmpty
    if numbers[-1] - numbers[0] >= MOST_EVENTS:
        raise ExportTooLarge(most=MOST_EVENTS)
    chain = prove_events(view, first=numbers[0], last=numbers[-1])
    return AuditExport(events=tuple(numbers), chain=chain)

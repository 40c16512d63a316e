"""Proof of a line of the ledger 用印存证: the line, and the events of the audit trail that say the same of it.

A line stands in a table that whoever runs the database could change; the events of its intent and of its end stand in
the trail, whose chain a signed checkpoint closes. Whoever has the proof and the certificate for checkpoints verifies
it offline: `StampingProof.verify` uses neither the database nor a key.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from seal.errors import StampingUnknown
from seal.ledger import stamping_repository
from seal.ledger.entries import Operation, Stamping, StampingState, digest_of_batch
from trust import repository
from trust.asn1 import der
from trust.audit_proof import ChainProof, NotCheckpointed, ProofBroken, ProofMalformed, members, prove_events, text_of
from trust.blobs import BlobId
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.events import Fact, RecordedEvent, timestamp
from trust.store import Reading

__all__ = ["ProvenStamping", "StampingProof", "prove"]

TYPE: Final = "xinyin.stamping-proof"
VERSION: Final = 1
MEMBERS: Final = frozenset({"type", "version", "stamping", "lines", "chain"})
LINE_MEMBERS: Final = frozenset(
    {
        "id",
        "seal",
        "authorisation",
        "parent",
        "actor",
        "at",
        "purpose",
        "document_kind",
        "operation",
        "document_hash",
        "approval",
        "batch",
        "reference",
        "property_info",
        "state",
        "ended_at",
        "result",
        "signature",
    }
)
OPTIONAL: Final = frozenset({"parent", "approval", "batch", "ended_at", "result", "signature"})
INTENTS: Final = frozenset({"seal:stamp:prepared", "seal:stamp_batch:prepared"})
ENDS: Final[Mapping[str, StampingState]] = {
    "seal:stamp:done": StampingState.DONE,
    "seal:stamp:void": StampingState.VOID,
    "seal:stamp_batch:done": StampingState.DONE,
    "seal:stamp_batch:void": StampingState.VOID,
}


@dataclass(frozen=True, kw_only=True)
class ProvenStamping:
    """What a proof proves."""

    stamping: Stamping
    intended_at: datetime
    ended_at: datetime
    sealed_at: datetime
    """When the checkpoint was signed after which nothing of it could be changed unnoticed."""


@dataclass(frozen=True, kw_only=True)
class StampingProof:
    """A line of the ledger with the piece of the trail that proves it."""

    stamping: str
    """The identifier of the line."""

    lines: tuple[Stamping, ...]
    """The line, or all lines of the call in which it was one of many, since the trail has one hash over them."""

    chain: ChainProof

    def verify(self, trusted: Collection[Certificate]) -> ProvenStamping:
        """Return what is proven. Raise `ProofBroken`.

        `trusted` are the certificates of the keys for checkpoints, and come from elsewhere than the proof.

        1. The chain is whole and signed (`ChainProof.verify`).
        2. Its first event is the intent, and says of the line what the line says.
        3. One later event says how it ended, and says what the line says.
        """
        self.chain.verify(trusted)  # 1.
        line = next((one for one in self.lines if one.id == self.stamping), None)
        if line is None:
            raise ProofBroken(reason="the line is not among its lines")
        if line.batch is None and (line.reference or line.property_info):
            raise ProofBroken(reason="the trail says nothing of its reference")
        intent, *later = self.chain.events
        require_same(intent, line, told_of_intent(self.lines, line), tags=INTENTS)  # 2.
        if intent.at != line.at:
            raise ProofBroken(reason="at is not what the trail says")
        name, value = ("stamping", line.id) if line.batch is None else ("batch", line.batch)
        ends = [one for one in later if one.event.tag in ENDS and one.event.facts.get(name) == value]
        if len(ends) != 1:
            raise ProofBroken(reason="the trail does not say how it ended")
        (end,) = ends
        require_same(end, line, told_of_end(self.lines, line), tags=frozenset(ENDS))  # 3.
        if ENDS[end.event.tag] is not line.state:
            raise ProofBroken(reason="state is not what the trail says")
        if line.ended_at not in (None, end.at):
            raise ProofBroken(reason="ended_at is not what the trail says")
        return ProvenStamping(stamping=line, intended_at=intent.at, ended_at=end.at, sealed_at=self.chain.checkpoint.at)

    def to_json(self) -> bytes:
        """Return the proof as a file."""
        told = {
            "type": TYPE,
            "version": VERSION,
            "stamping": self.stamping,
            "lines": [line_json(one) for one in self.lines],
            "chain": self.chain.to_json(),
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, encoded: bytes) -> "StampingProof":
        """Read a proof. Raise `ProofMalformed`."""
        try:
            parsed = json.loads(encoded)
        except (ValueError, RecursionError):
            raise ProofMalformed(member="JSON") from None
        told = members(parsed, MEMBERS, "proof")
        if (told["type"], told["version"]) != (TYPE, VERSION):
            raise ProofMalformed(member="type")
        if not isinstance(told["lines"], list):
            raise ProofMalformed(member="lines")
        lines = tuple(line_of(one) for one in told["lines"])
        return cls(stamping=text_of(told, "stamping"), lines=lines, chain=ChainProof.from_json(told["chain"]))


def prove(view: Reading, name: str) -> StampingProof:
    """Return the proof of a line of the ledger.

    Raise `StampingUnknown`; `NotCheckpointed` where it has not ended, or no checkpoint was signed since.
    """
    line = stamping_repository.stamping(view, name)
    if line is None:
        raise StampingUnknown
    lines = (line,) if line.batch is None else stamping_repository.batch(view, line.batch)
    key, value = ("stamping", line.id) if line.batch is None else ("batch", line.batch)
    intents = [
        one
        for one in repository.events_at(view, subject=line.seal, at=line.at)
        if one.event.tag in INTENTS and one.event.facts.get(key) == value
    ]
    end = next((one for one in ends_of(view, line) if one.event.facts.get(key) == value), None)
    if not intents or end is None:
        raise NotCheckpointed
    chain = prove_events(view, first=intents[0].sequence, last=end.sequence)
    return StampingProof(stamping=name, lines=tuple(map(as_said, lines)), chain=chain)


def as_said(line: Stamping) -> Stamping:
    """Return a line without what the trail says nothing of."""
    line = replace(line, time_stamp=None, signed_at=None, level=None, evidence="")
    return line if line.batch is not None else replace(line, reference="", property_info="")


def ends_of(view: Reading, line: Stamping) -> tuple[RecordedEvent, ...]:
    """Return the events that say how stampings with the seal of a line ended, at the moment at which it did."""
    if line.ended_at is not None:
        found = repository.events_at(view, subject=line.seal, at=line.ended_at)
    else:  # written before lines told when they ended
        found = repository.events_about(view, subject=line.seal, tags=tuple(ENDS))
    return tuple(one for one in found if one.event.tag in ENDS)


def told_of_intent(lines: tuple[Stamping, ...], line: Stamping) -> dict[str, Fact]:
    """Return what the trail must say of the intent, if the lines are as they were."""
    told: dict[str, Fact] = {
        "authorisation": line.authorisation,
        "purpose": line.purpose,
        "document_kind": line.document_kind,
        "operation": line.operation.value,
        "within": line.parent,
        "approval": line.approval,
    }
    if line.batch is None:
        return {**told, "stamping": line.id, "document_hash": line.document_hash}
    return {**told, "batch": line.batch, "count": len(lines), "lines": digest_of_batch(lines)}


def told_of_end(lines: tuple[Stamping, ...], line: Stamping) -> dict[str, Fact]:
    """Return what the trail must say of the end."""
    if line.batch is None:
        result = line.result or ("" if line.signature is None else sm3(line.signature).hex())
        return {"stamping": line.id, **({"result": result} if line.state is StampingState.DONE else {})}
    told: dict[str, Fact] = {"batch": line.batch, "count": len(lines)}
    if line.state is StampingState.DONE:
        told["signatures"] = sm3(*map(whole_signature, lines)).hex()
    return told


def whole_signature(line: Stamping) -> bytes:
    """Return the signature of a line, which is one in DER, so that none can lend an octet to its neighbour."""
    try:
        return der.parse(line.signature or b"").raw
    except der.Malformed:
        raise ProofBroken(reason="a signature of the call is none") from None


def require_same(recorded: RecordedEvent, line: Stamping, told: Mapping[str, Fact], *, tags: Collection[str]) -> None:
    """Return if an event is one of `tags` about this line, and says this and nothing else. Raise `ProofBroken`."""
    event = recorded.event
    if event.tag not in tags or event.tag.startswith("seal:stamp_batch:") != (line.batch is not None):
        raise ProofBroken(reason="the chain does not begin with the intent")
    faults = {"seal": event.subject != line.seal, "actor": event.actor != line.actor}
    # What was written before there were such facts lacks them, and the line says then what was the rule.
    usual: dict[str, Fact] = {"operation": Operation.DOCUMENT.value, "within": None, "approval": None}
    said = {**{name: value for name, value in usual.items() if name in told}, **event.facts}
    faults |= {name: said.get(name) != told.get(name) for name in {*said, *told}}
    for name in sorted(faults):
        if faults[name]:
            raise ProofBroken(reason=f"{name} is not what the trail says")


def line_json(line: Stamping) -> dict[str, Any]:
    """Return a line as JSON holds it."""
    told: dict[str, Any] = {name: getattr(line, name) for name in sorted(LINE_MEMBERS)}
    told |= {
        "at": timestamp(line.at),
        "ended_at": None if line.ended_at is None else timestamp(line.ended_at),
        "signature": None if line.signature is None else line.signature.hex(),
    }
    return told


def line_of(told: object) -> Stamping:
    """Read a line."""
    read = members(told, LINE_MEMBERS, "line")
    text = {name: text_of(read, name) for name in LINE_MEMBERS - OPTIONAL}
    maybe = {name: None if read[name] is None else text_of(read, name) for name in OPTIONAL}
    try:
        return Stamping(
            id=text["id"],
            seal=text["seal"],
            authorisation=text["authorisation"],
            parent=maybe["parent"],
            actor=text["actor"],
            at=datetime.fromisoformat(text["at"]),
            purpose=text["purpose"],
            document_kind=text["document_kind"],
            operation=Operation(text["operation"]),
            document_hash=text["document_hash"],
            approval=maybe["approval"],
            batch=maybe["batch"],
            reference=text["reference"],
            property_info=text["property_info"],
            state=StampingState(text["state"]),
            ended_at=None if maybe["ended_at"] is None else datetime.fromisoformat(maybe["ended_at"]),
            result=None if maybe["result"] is None else BlobId(maybe["result"]),
            signature=None if maybe["signature"] is None else bytes.fromhex(maybe["signature"]),
        )
    except ValueError:
        raise ProofMalformed(member="line") from None

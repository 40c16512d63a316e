"""Proofs of uses of a seal, as somebody reads them who has the certificate for checkpoints and nothing else."""

from dataclasses import replace
from functools import cache
from typing import Final

from seal.ledger.entries import Operation, Stamping, StampingState, digest_of_batch
from seal.ledger.proof import StampingProof
from tests.builders import Party
from tests.fakes.clock import NOW
from tests.fuzz import seeds
from tests.fuzz.harness import AnyHarness, Harness
from trust.audit_proof import ChainProof
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.events import AuditEvent, Checkpoint, Fact, RecordedEvent, digest_of
from trust.profiles import AUDIT
from trust.repository import GENESIS

__all__ = ["HARNESSES"]

LINE: Final = Stamping(
    id="stamp_1",
    seal="seal_1",
    authorisation="auth_1",
    actor="client_1",
    at=NOW,
    purpose="document.stamp",
    document_kind="通知",
    document_hash="5f" * 32,
    state=StampingState.VOID,
    ended_at=NOW,
)
MANY: Final = tuple(
    replace(
        LINE,
        id=f"stamp_{number}",
        operation=Operation.DIGEST,
        batch="batch_1",
        reference=f"第{number}号",
        state=StampingState.DONE,
        signature=bytes.fromhex("3006020101020102"),
    )
    for number in range(3)
)


@cache
def auditor() -> Party:
    """Return the key for checkpoints."""
    return seeds.pki().issue(AUDIT)


def chain_of(*told: tuple[str, dict[str, Fact]]) -> ChainProof:
    """Return a piece of a trail that begins with these events."""
    events, digest = list[RecordedEvent](), GENESIS
    later: dict[str, Fact] = {"number": 1}
    for sequence, (tag, facts) in enumerate((*told, ("test:count:done", later)), 1):
        event = AuditEvent(tag=tag, actor=LINE.actor, subject=LINE.seal, facts=facts)
        digest = digest_of(digest, sequence, NOW, event)
        events.append(RecordedEvent(sequence=sequence, at=NOW, event=event, digest=digest))
    unsigned = Checkpoint(sequence=len(events), at=NOW, digest=digest, certificate=auditor().certificate.der)
    statement = replace(unsigned, signature=auditor().signer.sign(unsigned.signed))
    return ChainProof(before=GENESIS, events=tuple(events), checkpoint=statement)


@cache
def proofs() -> tuple[bytes, ...]:
    """Return proofs of a use by itself, and of one among many."""
    usual: dict[str, Fact] = {
        "authorisation": LINE.authorisation,
        "purpose": LINE.purpose,
        "document_kind": LINE.document_kind,
    }
    single = chain_of(
        ("seal:stamp:prepared", {**usual, "stamping": LINE.id, "document_hash": LINE.document_hash}),
        ("seal:stamp:void", {"stamping": LINE.id}),
    )
    batch: dict[str, Fact] = {"batch": "batch_1", "count": len(MANY)}
    signatures = sm3(*(one.signature or b"" for one in MANY)).hex()
    many = chain_of(
        ("seal:stamp_batch:prepared", {**usual, **batch, "operation": "digest", "lines": digest_of_batch(MANY)}),
        ("seal:stamp_batch:done", {**batch, "signatures": signatures}),
    )
    return (
        StampingProof(stamping=LINE.id, lines=(LINE,), chain=single).to_json(),
        *(StampingProof(stamping=one.id, lines=MANY, chain=many).to_json() for one in MANY),
    )


def proven(_octets: bytes, proof: StampingProof) -> bytes | None:
    """Return what a proof proves."""
    try:
        return repr(proof.verify([auditor().certificate])).encode()
    except TrustError:
        return None


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness[StampingProof](name="stamping proof", seeds=proofs, read=StampingProof.from_json, proves=proven),
)
"""Every harness of this file."""

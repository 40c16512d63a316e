"""Proofs from the audit trail: a whole one holds, and one that was changed in a single thing does not."""

import copy
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import PKI, Party
from trust.audit import make_checkpoint
from trust.audit_proof import ChainProof, NotCheckpointed, ProofBroken, ProofMalformed, prove_events
from trust.events import AuditEvent, Fact
from trust.profiles import AUDIT
from trust.repository import GENESIS
from trust.store import Store

Told = dict[str, Any]


def record(store: Store, *numbers: int) -> None:
    """Record one event per number."""
    for number in numbers:
        with store.transaction() as tx:
            facts: dict[str, Fact] = {"number": number, "text": "中", "yes": True, "none": None}
            tx.record(AuditEvent(tag="test:count:done", actor="甲", subject=f"{number}", facts=facts))


@pytest.fixture
def auditor(sm2_pki: PKI) -> Party:
    """Make the key and the certificate for checkpoints."""
    return sm2_pki.issue(AUDIT)


def lay_out(store: Store, auditor: Party) -> Store:
    """Make a trail of five events and a checkpoint, and one event with another checkpoint."""
    record(store, 1, 2, 3, 4, 5)
    make_checkpoint(store, auditor.signer, auditor.certificate)
    record(store, 7)
    make_checkpoint(store, auditor.signer, auditor.certificate)
    return store


@pytest.fixture
def trail(sqlite_store: Store, auditor: Party) -> Store:
    """Return a trail."""
    return lay_out(sqlite_store, auditor)


def proof_of(store: Store, first: int, last: int) -> ChainProof:
    """Return a proof."""
    with store.reading() as view:
        return prove_events(view, first=first, last=last)


def through_a_file(proof: ChainProof) -> ChainProof:
    """Write a proof, and read it again."""
    return ChainProof.from_json(json.loads(json.dumps(proof.to_json())))


def test_a_piece_up_to_the_next_checkpoint_is_proven(store: Store, auditor: Party) -> None:
    proof = proof_of(lay_out(store, auditor), 2, 3)
    assert [one.sequence for one in proof.events] == [2, 3, 4, 5]
    assert proof.checkpoint.sequence == 5
    proof.verify([auditor.certificate])
    again = through_a_file(proof)
    assert again == proof
    again.verify([auditor.certificate])


def test_the_first_event_follows_the_beginning(trail: Store, auditor: Party) -> None:
    proof = proof_of(trail, 1, 5)
    assert proof.before == GENESIS
    proof.verify([auditor.certificate])


def test_what_follows_a_checkpoint_is_proven_by_the_next(trail: Store, auditor: Party) -> None:
    proof = proof_of(trail, 5, 6)
    assert ([one.sequence for one in proof.events], proof.checkpoint.sequence) == ([5, 6, 7], 7)
    proof.verify([auditor.certificate])


def test_what_no_checkpoint_covers_is_not_proven(trail: Store) -> None:
    with pytest.raises(NotCheckpointed) as caught:
        proof_of(trail, 7, 8)
    assert caught.value.code == "audit.not_checkpointed"


def put(*path: str | int, value: object) -> Callable[[Told], None]:
    """Return what puts a value into a place of a proof."""

    def change(told: Told) -> None:
        place: Any = told
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def swap(told: Told) -> None:
    """Let two events change places."""
    events = told["events"]
    events[0], events[1] = events[1], events[0]


CHANGED = {
    "the hash before": (put("before", value="00" * 32), "event 2 was changed"),
    "a sequence": (put("events", 1, "sequence", value=9), "event 3 is missing"),
    "a moment": (put("events", 1, "at", value="2026-11-22T04:05:07.000000+00:00"), "event 3 was changed"),
    "a tag": (put("events", 1, "tag", value="test:count:refused"), "event 3 was changed"),
    "an actor": (put("events", 1, "actor", value="乙"), "event 3 was changed"),
    "a subject": (put("events", 1, "subject", value="4"), "event 3 was changed"),
    "a fact": (put("events", 1, "facts", "number", value=4), "event 3 was changed"),
    "one fact more": (put("events", 1, "facts", "more", value=""), "event 3 was changed"),
    "a hash": (put("events", 1, "digest", value="00" * 32), "event 3 was changed"),
    "the order": (swap, "event 3 was changed"),
    "an event taken out": (lambda told: told["events"].pop(1), "event 3 is missing"),
    "the first event taken out": (lambda told: told["events"].pop(0), "event 3 was changed"),
    "the last event taken out": (lambda told: told["events"].pop(), "the checkpoint is of another place"),
    "no events": (put("events", value=[]), "there is no event"),
    "the checkpoint's place": (put("checkpoint", "sequence", value=4), "the checkpoint is of another place"),
    "the checkpoint's hash": (put("checkpoint", "digest", value="00" * 32), "the checkpoint is of another place"),
    "the checkpoint's moment": (
        put("checkpoint", "at", value="2026-11-22T04:05:07.000000+00:00"),
        "the checkpoint's signature does not hold",
    ),
    "the signature": (
        put("checkpoint", "signature", value=b64encode(bytes(70)).decode()),
        "the checkpoint's signature does not hold",
    ),
    "the certificate": (
        put("checkpoint", "certificate", value="MAA="),
        "the checkpoint was signed with a key that is not trusted",
    ),
}


@pytest.mark.parametrize("case", CHANGED)
def test_a_proof_that_was_changed_proves_nothing(trail: Store, auditor: Party, case: str) -> None:
    change, reason = CHANGED[case]
    told = copy.deepcopy(proof_of(trail, 2, 3).to_json())
    change(told)
    with pytest.raises(ProofBroken) as caught:
        ChainProof.from_json(told).verify([auditor.certificate])
    assert caught.value.code == "audit.proof_broken"
    assert caught.value.details == {"reason": reason}


def test_a_forger_with_a_key_of_his_own_proves_nothing(trail: Store, sm2_pki: PKI, auditor: Party) -> None:
    forger = sm2_pki.issue(AUDIT)
    record(trail, 9)
    make_checkpoint(trail, forger.signer, forger.certificate)
    proof = proof_of(trail, 8, 9)
    with pytest.raises(ProofBroken) as caught:
        proof.verify([auditor.certificate])
    assert caught.value.details == {"reason": "the checkpoint was signed with a key that is not trusted"}
    proof.verify([auditor.certificate, forger.certificate])


def drop(*path: str | int) -> Callable[[Told], None]:
    """Return what takes a member out of a proof."""

    def change(told: Told) -> None:
        place: Any = told
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


HALF = "\ud800"
MALFORMED = {
    "no hash before": (drop("before"), "chain"),
    "something more": (put("more", value=1), "chain"),
    "events that are no list": (put("events", value={}), "events"),
    "an event that is no object": (put("events", 0, value=1), "event"),
    "an event without a tag": (drop("events", 0, "tag"), "event"),
    "facts that are no object": (put("events", 0, "facts", value=[]), "facts"),
    "a fact that is a list": (put("events", 0, "facts", "number", value=[]), "facts"),
    "a fact that is no whole number": (put("events", 0, "facts", "number", value=1.5), "facts"),
    "half a character in a fact": (put("events", 0, "facts", "text", value=HALF), "facts"),
    "half a character in a fact's name": (put("events", 0, "facts", HALF, value=1), "facts"),
    "half a character in an actor": (put("events", 0, "actor", value=HALF), "actor"),
    "an actor that is a number": (put("events", 0, "actor", value=1), "actor"),
    "a sequence that is a text": (put("events", 0, "sequence", value="2"), "sequence"),
    "a sequence that is true": (put("events", 0, "sequence", value=True), "sequence"),
    "a sequence below nothing": (put("events", 0, "sequence", value=-1), "sequence"),
    "a moment without a zone": (put("events", 0, "at", value="2026-11-22T04:05:06.123456"), "at"),
    "a moment in another form": (put("events", 0, "at", value="2026-11-22 04:05:06.123456+00:00"), "at"),
    "a moment beyond the calendar": (put("events", 0, "at", value="0001-01-01T00:00:00+09:00"), "at"),
    "no moment": (put("events", 0, "at", value="now"), "at"),
    "a hash that is none": (put("events", 0, "digest", value="zz"), "digest"),
    "a hash that is short": (put("events", 0, "digest", value="00"), "digest"),
    "no checkpoint": (put("checkpoint", value=None), "checkpoint"),
    "a signature that is none": (put("checkpoint", "signature", value="??"), "signature"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_proof_is_refused(trail: Store, case: str) -> None:
    change, member = MALFORMED[case]
    told = copy.deepcopy(proof_of(trail, 2, 3).to_json())
    change(told)
    with pytest.raises(ProofMalformed) as caught:
        ChainProof.from_json(told)
    assert caught.value.code == "audit.proof_malformed"
    assert caught.value.details == {"member": member}


def test_nothing_but_an_object_is_a_proof() -> None:
    things: tuple[object, ...] = (None, [], "text", 1)
    for told in things:
        with pytest.raises(ProofMalformed):
            ChainProof.from_json(told)

"""Proof of a line of the ledger: it holds offline, and nothing in it can be changed."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from identity.duties import Actor
from seal.errors import StampingUnknown
from seal.ledger.entries import Operation, Stamping, StampingState
from seal.ledger.proof import StampingProof, prove
from seal.stamping.digest_stampings import StampDigests
from seal.stamping.digests import DigestItem
from tests.fakes.clock import NOW, SettableClock
from tests.fakes.faulty import Crash
from tests.seal.houses import NOTICE, House
from trust.audit import make_checkpoint
from trust.audit_proof import NotCheckpointed, ProofBroken, ProofMalformed, prove_events
from trust.certificates import Certificate
from trust.founding import Role
from trust.signing import SigningUnavailable

Told = dict[str, Any]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Used:
    """A house whose seal was used: for a document, for three digests in one call, and once in vain."""

    house: House
    document: str
    digests: tuple[str, ...]
    void: str

    @property
    def trusted(self) -> list[Certificate]:
        """The certificates for checkpoints."""
        return list(self.house.service_keys.certificates(Role.AUDIT))

    def proof(self, name: str) -> StampingProof:
        """Return the proof of a line."""
        with self.house.store.reading() as view:
            return prove(view, name)


def checkpoint(house: House) -> None:
    """Sign where the trail stands."""
    make_checkpoint(house.store, *house.service_keys.credential(Role.AUDIT))


def digests_of(house: House, *references: str) -> StampDigests:
    """Return the command to seal digests."""
    items = tuple(
        DigestItem(digest=number.to_bytes(32), reference=reference, property_info=f"file {number}")
        for number, reference in enumerate(references)
    )
    return StampDigests(seal=house.seal, items=items, purpose=NOTICE, request_key=house.next_key())


def permit(house: House) -> Actor:
    """Authorise the business system to stamp notices, and their digests."""
    holder = house.authority.client
    house.authorise(house.seal, holder, operations=frozenset(Operation), document_kinds=())
    return holder


@pytest.fixture(scope="module")
def used(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Used]:
    """Use a seal, and sign a checkpoint."""
    clock = SettableClock()
    house = House.copied(template, tmp_path_factory.mktemp("proofs") / "instance", clock)
    holder = permit(house)
    clock.advance(MINUTE)
    document = house.stampings.stamp(holder, house.stamp_command())[0].id
    clock.advance(MINUTE)
    found = house.digests.stamp(holder, digests_of(house, "甲一", "甲二", "甲三"))
    house.faults.fail("sign:seal_owner", SigningUnavailable())
    clock.advance(MINUTE)
    with pytest.raises(SigningUnavailable):
        house.stampings.stamp(holder, house.stamp_command())
    checkpoint(house)
    void = next(one.id for one in lines(house) if one.state is StampingState.VOID)
    yield Used(house, document, tuple(one.stamping.id for one in found), void)
    house.store.close()


def lines(house: House) -> tuple[Stamping, ...]:
    """Return the ledger."""
    return house.stampings.ledger(house.authority.owner, house.seal)


def test_a_use_is_proven(used: Used) -> None:
    proven = used.proof(used.document).verify(used.trusted)
    line = next(one for one in lines(used.house) if one.id == used.document)
    assert (proven.stamping.id, proven.stamping.result) == (line.id, line.result)
    assert (proven.intended_at, proven.ended_at) == (NOW + MINUTE, NOW + MINUTE)
    assert proven.sealed_at == NOW + 3 * MINUTE


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_use_of_a_call_with_many_is_proven(used: Used, place: int) -> None:
    proof = StampingProof.from_json(used.proof(used.digests[place]).to_json())
    line = proof.verify(used.trusted).stamping
    assert (line.id, line.document_hash, line.reference) == (
        used.digests[place],
        f"{place:064x}",
        "甲一甲二甲三"[2 * place : 2 * place + 2],
    )
    assert len(proof.lines) == 3


def test_that_nothing_came_of_it_is_proven_as_well(used: Used) -> None:
    proven = used.proof(used.void).verify(used.trusted)
    assert proven.stamping.state is StampingState.VOID


def test_a_proof_is_a_file(used: Used) -> None:
    proof = used.proof(used.document)
    again = StampingProof.from_json(proof.to_json())
    assert again == proof
    assert again.to_json() == proof.to_json()


def test_what_the_trail_does_not_say_is_not_in_it(used: Used) -> None:
    (line,) = used.proof(used.document).lines
    assert (line.signature, line.time_stamp, line.signed_at, line.reference) == (None, None, None, "")


def test_there_is_no_proof_of_what_is_not_there(used: Used) -> None:
    with pytest.raises(StampingUnknown):
        used.proof("stamp_none")


def test_what_is_under_way_is_not_proven_yet(house: House) -> None:
    holder = permit(house)
    house.faults.fail("sign:seal_owner", Crash())
    with pytest.raises(Crash):
        house.stampings.stamp(holder, house.stamp_command())
    checkpoint(house)
    (line,) = lines(house)
    with house.store.reading() as view, pytest.raises(NotCheckpointed):
        prove(view, line.id)


def test_what_no_checkpoint_follows_is_not_proven_yet(house: House) -> None:
    line, _ = house.stampings.stamp(permit(house), house.stamp_command())
    with house.store.reading() as view, pytest.raises(NotCheckpointed):
        prove(view, line.id)
    checkpoint(house)
    with house.store.reading() as view:
        prove(view, line.id).verify(house.service_keys.certificates(Role.AUDIT))


def test_a_line_that_was_changed_in_the_database_is_not_proven(house: House) -> None:
    line, _ = house.stampings.stamp(permit(house), house.stamp_command())
    checkpoint(house)
    with house.store.writer.begin() as connection:
        connection.exec_driver_sql(f"UPDATE stamping SET document_hash = '{'0' * 64}' WHERE id = '{line.id}'")  # noqa: S608
    with house.store.reading() as view, pytest.raises(ProofBroken) as caught:
        prove(view, line.id).verify(house.service_keys.certificates(Role.AUDIT))
    assert caught.value.details == {"reason": "document_hash is not what the trail says"}


def put(*path: str | int, value: object) -> Callable[[Told], None]:
    """Return what puts a value into a place of a proof."""

    def change(told: Told) -> None:
        place: Any = told
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def says(name: str) -> str:
    """Return the reason why a line with another `name` proves nothing."""
    return f"{name} is not what the trail says"


LATER = "2026-11-22T05:00:00.000000+00:00"
OF_DOCUMENT = {
    "another line": (put("stamping", value="stamp_none"), "the line is not among its lines"),
    "no lines": (put("lines", value=[]), "the line is not among its lines"),
    "seal": (put("lines", 0, "seal", value="seal_none"), says("seal")),
    "authorisation": (put("lines", 0, "authorisation", value="auth_none"), says("authorisation")),
    "parent": (put("lines", 0, "parent", value="auth_none"), says("within")),
    "actor": (put("lines", 0, "actor", value="client_none"), says("actor")),
    "at": (put("lines", 0, "at", value=LATER), says("at")),
    "a moment without a zone": (put("lines", 0, "at", value="2026-11-22T04:06:06.123456"), says("at")),
    "purpose": (put("lines", 0, "purpose", value="document.sign"), says("purpose")),
    "document_kind": (put("lines", 0, "document_kind", value="contract"), says("document_kind")),
    "operation": (put("lines", 0, "operation", value="digest"), says("operation")),
    "document_hash": (put("lines", 0, "document_hash", value="00" * 32), says("document_hash")),
    "approval": (put("lines", 0, "approval", value="approval_none"), says("approval")),
    "reference": (put("lines", 0, "reference", value="乙"), "the trail says nothing of its reference"),
    "property_info": (put("lines", 0, "property_info", value="乙"), "the trail says nothing of its reference"),
    "batch": (put("lines", 0, "batch", value="batch_none"), "the chain does not begin with the intent"),
    "state": (put("lines", 0, "state", value="void"), says("result")),
    "ended_at": (put("lines", 0, "ended_at", value=LATER), says("ended_at")),
    "result": (put("lines", 0, "result", value="00" * 32), says("result")),
    "no result": (put("lines", 0, "result", value=None), says("result")),
    "a fact of the trail": (put("chain", "events", 0, "facts", "purpose", value="x"), "event {first} was changed"),
}


@pytest.mark.parametrize("case", OF_DOCUMENT)
def test_a_proof_that_was_changed_proves_nothing(used: Used, case: str) -> None:
    change, reason = OF_DOCUMENT[case]
    proof = used.proof(used.document)
    told = json.loads(proof.to_json())
    change(told)
    with pytest.raises(ProofBroken) as caught:
        StampingProof.from_json(json.dumps(told).encode()).verify(used.trusted)
    assert caught.value.details == {"reason": reason.format(first=proof.chain.events[0].sequence)}


def lend(told: Told) -> None:
    """Let a signature lend its last octet to the next."""
    first, second = told["lines"][0], told["lines"][1]
    first["signature"], second["signature"] = first["signature"][:-2], first["signature"][-2:] + second["signature"]


def exchange(told: Told) -> None:
    """Let two lines change places."""
    told["lines"][0], told["lines"][1] = told["lines"][1], told["lines"][0]


OF_BATCH = {
    "its hash": (put("lines", 1, "document_hash", value="00" * 32), says("lines")),
    "its reference": (put("lines", 1, "reference", value="乙"), says("lines")),
    "what it protects": (put("lines", 1, "property_info", value="乙"), says("lines")),
    "another's hash": (put("lines", 0, "document_hash", value="11" * 32), says("lines")),
    "a line taken out": (lambda told: told["lines"].pop(0), says("count")),
    "a line twice": (lambda told: told["lines"].append(copy.deepcopy(told["lines"][0])), says("count")),
    "its call": (put("lines", 1, "batch", value="batch_none"), says("batch")),
    "no call": (put("lines", 1, "batch", value=None), "the trail says nothing of its reference"),
    "its state": (put("lines", 1, "state", value="void"), says("signatures")),
    "the order": (exchange, says("signatures")),
    "no signature": (put("lines", 1, "signature", value=None), "a signature of the call is none"),
    "a borrowed octet": (lend, "a signature of the call is none"),
}


@pytest.mark.parametrize("case", OF_BATCH)
def test_a_proof_of_one_of_many_that_was_changed_proves_nothing(used: Used, case: str) -> None:
    change, reason = OF_BATCH[case]
    told = json.loads(used.proof(used.digests[1]).to_json())
    change(told)
    with pytest.raises(ProofBroken) as caught:
        StampingProof.from_json(json.dumps(told).encode()).verify(used.trusted)
    assert caught.value.details == {"reason": reason}


def test_a_chain_of_something_else_proves_nothing(used: Used) -> None:
    told = json.loads(used.proof(used.document).to_json())
    others = json.loads(used.proof(used.digests[0]).to_json())
    told["chain"] = others["chain"]
    with pytest.raises(ProofBroken) as caught:
        StampingProof.from_json(json.dumps(told).encode()).verify(used.trusted)
    assert caught.value.details == {"reason": "the chain does not begin with the intent"}


def test_a_chain_that_ends_before_the_use_did_proves_nothing(house: House) -> None:
    holder = permit(house)
    house.faults.meanwhile("sign:seal_owner", lambda: checkpoint(house))
    line, _ = house.stampings.stamp(holder, house.stamp_command())
    checkpoint(house)
    with house.store.reading() as view:
        whole = prove(view, line.id)
        first = whole.chain.events[0].sequence
        short = replace(whole, chain=prove_events(view, first=first, last=first))
    trusted = house.service_keys.certificates(Role.AUDIT)
    assert whole.verify(trusted).stamping.id == line.id
    with pytest.raises(ProofBroken) as caught:
        short.verify(trusted)
    assert caught.value.details == {"reason": "the trail does not say how it ended"}


def test_what_came_to_nothing_is_not_under_way(used: Used) -> None:
    proof = used.proof(used.void)
    (line,) = proof.lines
    with pytest.raises(ProofBroken) as caught:
        replace(proof, lines=(replace(line, state=StampingState.PREPARED),)).verify(used.trusted)
    assert caught.value.details == {"reason": "state is not what the trail says"}


def test_a_line_of_before_that_does_not_tell_when_it_ended_is_proven(house: House) -> None:
    line, _ = house.stampings.stamp(permit(house), house.stamp_command())
    checkpoint(house)
    with house.store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE stamping SET ended_at = NULL, operation = NULL")
    with house.store.reading() as view:
        proven = prove(view, line.id).verify(house.service_keys.certificates(Role.AUDIT))
    assert (proven.stamping.ended_at, proven.ended_at) == (None, NOW)


def test_a_chain_that_begins_late_proves_nothing(used: Used) -> None:
    proof = used.proof(used.document)
    told = json.loads(proof.to_json())
    told["chain"]["before"] = told["chain"]["events"].pop(0)["digest"]
    with pytest.raises(ProofBroken):
        StampingProof.from_json(json.dumps(told).encode()).verify(used.trusted)


def test_it_proves_nothing_to_who_trusts_nobody(used: Used) -> None:
    with pytest.raises(ProofBroken):
        used.proof(used.document).verify([])


MALFORMED = {
    "another type": (put("type", value="xinyin.trust-list"), "type"),
    "another version": (put("version", value=2), "type"),
    "something more": (put("more", value=1), "proof"),
    "lines that are no list": (put("lines", value={}), "lines"),
    "a line that is no object": (put("lines", 0, value=1), "line"),
    "a line with something more": (put("lines", 0, "more", value=1), "line"),
    "a purpose that is no text": (put("lines", 0, "purpose", value=None), "purpose"),
    "an approval that is no text": (put("lines", 0, "approval", value=1), "approval"),
    "a moment that is none": (put("lines", 0, "at", value="now"), "line"),
    "an end that is none": (put("lines", 0, "ended_at", value="now"), "line"),
    "a state that nobody knows": (put("lines", 0, "state", value="lost"), "line"),
    "an operation that nobody knows": (put("lines", 0, "operation", value="copy"), "line"),
    "a signature that is none": (put("lines", 0, "signature", value="zz"), "line"),
    "a name that is no text": (put("stamping", value=1), "stamping"),
    "no chain": (put("chain", value=None), "chain"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_proof_is_refused(used: Used, case: str) -> None:
    change, member = MALFORMED[case]
    told = json.loads(used.proof(used.document).to_json())
    change(told)
    with pytest.raises(ProofMalformed) as caught:
        StampingProof.from_json(json.dumps(told).encode())
    assert caught.value.details == {"member": member}


@pytest.mark.parametrize("encoded", [b"", b"{", b"\xff", b"[" * 100_000], ids=["nothing", "half", "no text", "deep"])
def test_what_is_no_json_is_refused(encoded: bytes) -> None:
    with pytest.raises(ProofMalformed) as caught:
        StampingProof.from_json(encoded)
    assert caught.value.details == {"member": "JSON"}

"""Sealing digests: one or many, on record before the key is used, verified before they are released, never twice."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from seal.data.reading import read_seal_signature
from seal.errors import (
    AuthorisationExhausted,
    NotAuthorised,
    OwnWorkRefused,
    StampingRequestInvalid,
    StampingUnderWay,
    StampingUnknown,
)
from seal.ledger import stamping_repository
from seal.ledger.entries import Operation, Stamping, StampingState, digest_of_batch
from seal.stamping.digest_stampings import AT_ONCE, JUDGED_FOR, DigestStampingService, SealedDigest, StampDigests
from seal.stamping.digests import MOST_HEADS, MOST_ITEMS, DigestItem, Timing
from seal.stamping.intents import LEFT_BEHIND
from seal.verification.signatures import judge_seal_signature
from tests.fakes.clock import NOW
from tests.fakes.faulty import Crash
from tests.seal.holders import Holder
from tests.seal.houses import NOTICE, House, at_once
from trust.crypto import backends
from trust.crypto.sm2 import SM2Digest
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.requests import RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.timestamping import TimeStamper, TimeStampingUnavailable
from trust.verdict import Outcome

PREPARED, DONE, VOID = StampingState.PREPARED, StampingState.DONE, StampingState.VOID
DIGESTS = frozenset({Operation.DIGEST})
MANY = 2 * AT_ONCE + 1
SECOND = NOW.replace(microsecond=0)
"""The second in which everything happens: a seal signature tells no more."""


class Client:
    """A business system that may have digests sealed."""

    def __init__(self, house: House, **authorisation: Any) -> None:  # noqa: ANN401 - a command's fields
        self.holder = Holder(house, **{"operations": DIGESTS, **authorisation})
        self.house = house

    def order(self, count: int = 1, **changes: Any) -> StampDigests:  # noqa: ANN401 - a command's fields
        items = tuple(
            DigestItem(digest=secrets.token_bytes(32), property_info=f"notice-{n}.pdf", reference=f"A-{n}")
            for n in range(count)
        )
        terms = {"seal": self.holder.seal, "items": items, "purpose": NOTICE, "request_key": self.house.next_key()}
        return StampDigests(**{**terms, **changes})

    def stamp(self, order: StampDigests) -> tuple[SealedDigest, ...]:
        return self.house.digests.stamp(self.holder.actor, order)

    def lines(self) -> list[Stamping]:
        with self.house.store.reading() as view:
            found = stamping_repository.stampings(view, seal=self.holder.seal, limit=MOST_ITEMS)
        return sorted(found, key=lambda one: one.id)


@pytest.fixture
def client(house: House) -> Client:
    return Client(house)


@pytest.fixture
def either_client(either_house: House) -> Client:
    return Client(either_house)


def refused(client: Client, error: type[TrustError], order: StampDigests) -> TrustError:
    """Expect a refusal that leaves no trace, and uses no key."""
    house = client.house
    head, states, used = house.head(), client.holder.states, client.holder.used
    house.faults.passed.clear()
    with pytest.raises(error) as told:
        client.stamp(order)
    assert (house.head(), client.holder.states, client.holder.used) == (head, states, used)
    assert "sign:seal_owner" not in house.faults.passed
    return told.value


# --- what comes of it


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("timing", list(Timing))
def test_a_stranger_finds_the_signatures_good(client: Client, count: int, timing: Timing) -> None:
    house, order = client.house, client.order(count, timing=timing)
    sealed = client.stamp(order)
    with house.store.reading() as view:
        evidence = house.authorities.evidence(view)
    assert len(sealed) == count
    for item, one in zip(order.items, sealed, strict=True):
        judged = judge_seal_signature(one.encoded, evidence, now=NOW, document_hash=item.digest)
        assert judged.report.verdict.outcome is Outcome.PASSED
        assert (judged.report.proven_time is not None) is (timing is Timing.PROVEN)
        read = read_seal_signature(one.encoded)
        assert (read.data_hash, read.property_info, read.signed_at) == (item.digest, item.property_info, SECOND)
        other = judge_seal_signature(one.encoded, evidence, now=NOW, document_hash=bytes(32))
        assert other.report.verdict.outcome is Outcome.FAILED


def test_the_ledger_and_the_trail_tell_of_one(either_client: Client) -> None:
    order = either_client.order()
    (sealed,) = either_client.stamp(order)
    (line,) = either_client.lines()
    assert replace(sealed.stamping, ended_at=NOW) == line
    assert (line.state, line.operation, line.document_hash) == (DONE, Operation.DIGEST, order.items[0].digest.hex())
    assert (line.reference, line.property_info, line.signed_at, line.batch) == ("A-0", "notice-0.pdf", SECOND, None)
    intent, done = (
        one for one in either_client.house.events(after=either_client.holder.before) if one.tag.startswith("seal:stamp")
    )
    assert intent.tag == "seal:stamp:prepared"
    assert intent.facts == {
        "stamping": line.id,
        "authorisation": either_client.holder.authorisation.id,
        "purpose": NOTICE.purpose,
        "document_kind": NOTICE.document_kind,
        "operation": "digest",
        "document_hash": line.document_hash,
    }
    assert (done.tag, done.facts) == (
        "seal:stamp:done",
        {"stamping": line.id, "result": sm3(line.signature or b"").hex()},
    )


def test_a_batch_is_in_order_and_on_record_as_one(either_client: Client) -> None:
    order = either_client.order(MANY)
    sealed = either_client.stamp(order)
    lines = either_client.lines()
    assert [one.stamping.id for one in sealed] == [line.id for line in lines]
    assert [line.reference for line in lines] == [item.reference for item in order.items]
    assert [line.document_hash for line in lines] == [item.digest.hex() for item in order.items]
    assert {line.state for line in lines} == {DONE}
    assert all(one.id < other.id for one, other in pairwise(lines))
    (batch,) = {line.batch for line in lines}
    intent, done = (
        one
        for one in either_client.house.events(after=either_client.holder.before)
        if one.tag.startswith("seal:stamp_batch")
    )
    facts = {
        "authorisation": either_client.holder.authorisation.id,
        "purpose": NOTICE.purpose,
        "document_kind": NOTICE.document_kind,
        "operation": "digest",
        "batch": batch,
        "count": MANY,
        "lines": digest_of_batch(lines),
    }
    assert (intent.tag, intent.facts) == ("seal:stamp_batch:prepared", facts)
    signatures = sm3(*(line.signature or b"" for line in lines)).hex()
    assert (done.tag, done.facts) == (
        "seal:stamp_batch:done",
        {"batch": batch, "count": MANY, "signatures": signatures},
    )
    assert either_client.holder.used == MANY


def test_what_a_batch_holds_is_proven_by_its_event(client: Client) -> None:
    client.stamp(client.order(3))
    first, *others = client.lines()
    whole = digest_of_batch([first, *others])
    assert digest_of_batch([*others, first]) == whole
    for changes in (
        {"document_hash": "00" * 32},
        {"reference": "B"},
        {"property_info": "other.pdf"},
        {"id": "stamp_x"},
    ):
        assert digest_of_batch([replace(first, **changes), *others]) != whole  # type: ignore[arg-type] # its fields
    assert digest_of_batch(others) != whole


def test_another_implementation_verifies(client: Client) -> None:
    assert backends.second_opinion().name != backends.in_use().signs
    assert client.house.digests.second.name != backends.in_use().signs


# --- what is asked


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("digest", {"digest": b""}),
        ("digest", {"digest": bytes(31)}),
        ("digest", {"digest": bytes(33)}),
        ("property_info", {"property_info": ""}),
        ("property_info", {"property_info": "x" * 256}),
        ("property_info", {"property_info": "通知.pdf"}),
        ("property_info", {"property_info": "a\nb"}),
        ("reference", {"reference": "x" * 129}),
        ("reference", {"reference": "a\x00"}),
    ],
)
def test_what_cannot_be_sealed(client: Client, field: str, changes: dict[str, Any]) -> None:
    order = client.order(2)
    order = replace(order, items=(order.items[0], replace(order.items[1], **changes)))
    assert refused(client, StampingRequestInvalid, order).details == {"field": field, "number": 2}


@pytest.mark.parametrize("count", [0, MOST_ITEMS + 1])
def test_how_many_at_once(client: Client, count: int) -> None:
    error = refused(client, StampingRequestInvalid, replace(client.order(), items=client.order().items * count))
    assert error.details == {"field": "items", "number": count}


def test_who_may_stamp_documents_alone_seals_no_digest(house: House) -> None:
    client = Client(house, operations=frozenset({Operation.DOCUMENT, Operation.MESSAGE}))
    refused(client, NotAuthorised, client.order())


def test_a_batch_counts_as_a_whole_or_not_at_all(either_house: House) -> None:
    client = Client(either_house, times=4)
    client.stamp(client.order(2))
    error = refused(client, AuthorisationExhausted, client.order(3))
    assert error.details == {"authorisation": client.holder.authorisation.id, "times": 4}
    client.stamp(client.order(2))
    assert client.holder.used == 4
    refused(client, AuthorisationExhausted, client.order(1))


# --- repetitions


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("timing", list(Timing))
def test_a_repeated_request_gets_the_same_signatures(either_client: Client, count: int, timing: Timing) -> None:
    order = either_client.order(count, timing=timing)
    first = either_client.stamp(order)
    head = either_client.house.head()
    either_client.house.clock.advance(timedelta(days=1))
    either_client.holder.suspend()
    head = either_client.house.head()
    again = either_client.stamp(order)
    assert [one.encoded for one in again] == [one.encoded for one in first]
    assert [one.stamping.id for one in again] == [one.stamping.id for one in first]
    assert (either_client.house.head(), either_client.holder.used) == (head, count)


@pytest.mark.parametrize(
    "changes",
    [
        lambda one: {"items": one.items[:1]},
        lambda one: {"items": tuple(reversed(one.items))},
        lambda one: {"items": (replace(one.items[0], reference="B"), *one.items[1:])},
        lambda one: {"items": (replace(one.items[0], property_info="B"), *one.items[1:])},
        lambda _: {"timing": Timing.PROVEN},
        lambda _: {"reason": "另一个事由"},
        lambda _: {"purpose": replace(NOTICE, document_kind="reply")},
        lambda _: {"approval": "approval_1"},
        lambda _: {"seal": "seal_other"},
    ],
)
def test_a_key_is_for_one_request(client: Client, changes: Callable[[StampDigests], dict[str, Any]]) -> None:
    order = client.order(2)
    client.stamp(order)
    refused(client, RequestKeyReused, replace(order, **changes(order)))


def test_a_sealed_digest_is_found_again_by_who_may_see_it(client: Client) -> None:
    house = client.house
    (sealed,) = client.stamp(client.order())
    find = house.digests.find
    for one in (client.holder.actor, house.authority.owner):
        assert find(one, sealed.stamping.id).encoded == sealed.encoded
    for one in (house.staff("other").owner, house.staff("other").client, house.authority.applicant):
        with pytest.raises(StampingUnknown):
            find(one, sealed.stamping.id)
    document, _ = Holder(house).stamp()
    for name in ("stamp_nothing", document.id):
        with pytest.raises(StampingUnknown):
            find(house.authority.owner, name)


def test_what_was_changed_in_the_database_is_not_given_out(client: Client) -> None:
    order = client.order(2)
    one, other = client.stamp(order)
    with client.house.store.writer.begin() as connection:
        swap = "UPDATE stamping SET signature = ? WHERE id = ?"
        connection.exec_driver_sql(swap, (other.stamping.signature, one.stamping.id))
    with pytest.raises(OwnWorkRefused) as told:
        client.stamp(order)
    assert told.value.details == {"check": "seal_signature.value"}


# --- when something fails


@pytest.mark.parametrize("count", [1, MANY])
@pytest.mark.parametrize(
    ("point", "error"),
    [
        ("sign:seal_owner", SigningUnavailable()),
        ("signed:seal_owner", RuntimeError("a mistake of ours")),
        ("stamp:tsa-sm2", TimeStampingUnavailable()),
    ],
)
def test_what_fails_is_voided_counts_for_nothing_and_can_be_repeated(
    either_house: House, count: int, point: str, error: Exception
) -> None:
    client = Client(either_house, times=count)
    order = client.order(count, timing=Timing.PROVEN)
    either_house.faults.fail(point, error)
    with pytest.raises(type(error)) as told:
        client.stamp(order)
    assert told.value is error
    assert ({line.state for line in client.lines()}, client.holder.used) == ({VOID}, 0)
    again = client.stamp(order)
    assert (len(again), client.holder.used) == (count, count)
    assert client.stamp(order) == tuple(replace(one, stamping=replace(one.stamping, ended_at=NOW)) for one in again)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("point", "is_left"),
    [
        ("commit:seal:stamp:prepared", False),
        ("sign:seal_owner", True),
        ("signed:seal_owner", True),
        ("stamped:tsa-sm2", True),
        ("commit:seal:stamp:done", True),
    ],
)
def test_a_crash_leaves_an_intent_that_is_voided_later(
    either_house: House,
    count: int,
    point: str,
    is_left: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    client = Client(either_house, times=count)
    order = client.order(count, timing=Timing.PROVEN)
    point = point.replace("seal:stamp:", "seal:stamp_batch:") if count > 1 else point
    either_house.faults.fail(point, Crash())
    with pytest.raises(Crash):
        client.stamp(order)
    left = count if is_left else 0
    house = client.house = client.holder.house = either_house.reopened()
    try:
        assert (client.holder.states, client.holder.used) == ([PREPARED] * left, left)
        if left:
            with pytest.raises(StampingUnderWay):
                client.stamp(order)
            house.clock.advance(LEFT_BEHIND)
            assert house.stampings.recover() == 0
            house.clock.advance(timedelta(microseconds=1))
            assert house.stampings.recover() == left
            assert house.stampings.recover() == 0
            assert (client.holder.states, client.holder.used) == ([VOID] * left, 0)
        assert len(client.stamp(order)) == count
        assert client.holder.used == count
    finally:
        house.store.close()


def test_who_was_given_up_for_dead_cannot_conclude(either_client: Client) -> None:
    house, order = either_client.house, either_client.order(2)

    def overtaken() -> None:
        house.clock.advance(LEFT_BEHIND + timedelta(microseconds=1))
        assert house.stampings.recover() == 2

    house.faults.meanwhile("signed:seal_owner", overtaken)
    with pytest.raises(LostRace):
        either_client.stamp(order)
    assert (either_client.holder.states, either_client.holder.used) == ([VOID, VOID], 0)
    assert len(either_client.stamp(order)) == 2


def test_a_revoked_certificate_is_seen_when_the_seal_is_judged_again(client: Client) -> None:
    house = client.house
    client.stamp(client.order())
    seal, _ = house.seals.find(house.authority.owner, client.holder.seal)
    assert seal.owner_key is not None
    assert seal.owner_key.certificate is not None
    with house.store.transaction() as tx:
        house.authorities.revoke(tx, seal.owner_key.certificate, reason=1, actor="system")
    house.authorities.publish_revoked()
    house.clock.advance(JUDGED_FOR)
    with pytest.raises(OwnWorkRefused) as told:
        client.stamp(client.order())
    assert told.value.details == {"check": "certificate.revocation"}
    assert client.holder.states == [DONE, VOID]


# --- at the same time


def test_fifty_at_once_against_a_limit_of_twenty_give_exactly_twenty(either_house: House) -> None:
    client = Client(either_house, times=20)
    results = at_once(*[partial(client.stamp, client.order()) for _ in range(50)])
    refusals = [type(one) for one in results if isinstance(one, BaseException)]
    assert (set(refusals), len(refusals)) == ({AuthorisationExhausted}, 30)
    assert (client.holder.used, client.holder.states, client.holder.stamped) == (20, [DONE] * 20, 20)


def test_one_request_that_comes_several_times_at_once_is_done_once(either_client: Client) -> None:
    order = either_client.order()
    results = at_once(*[partial(either_client.stamp, order) for _ in range(5)])
    refusals = {type(one) for one in results if isinstance(one, BaseException)}
    assert refusals <= {LostRace, StampingUnderWay}
    assert (either_client.holder.states, either_client.holder.stamped) == ([DONE], 1)


class Garbling:
    """A time-stamp authority whose second token is none."""

    def __init__(self, inner: TimeStamper) -> None:
        self.inner, self.asked = inner, 0

    def stamp(self, message: bytes) -> bytes:
        self.asked += 1
        return self.inner.stamp(b"something else" if self.asked > 1 else message)


def test_every_time_stamp_is_judged_before_it_is_released(client: Client) -> None:
    house = client.house
    service = DigestStampingService(
        store=house.store,
        intents=house.stampings.intents,
        custody=house.custody,
        authorities=house.authorities,
        stamper=Garbling(house.stampers.seal),
    )
    with pytest.raises(OwnWorkRefused) as told:
        service.stamp(client.holder.actor, client.order(2, timing=Timing.PROVEN))
    assert told.value.details == {"check": "seal_signature.time_stamp"}
    assert client.holder.states == [VOID, VOID]


def test_a_seal_is_kept_in_memory_so_many_times_and_no_more(house: House) -> None:
    client = Client(house)
    house.digests.stamp(client.holder.actor, client.order())
    signer = house.digests.signers[client.holder.seal]
    for length in range(1, 2 * MOST_HEADS):
        item = DigestItem(digest=bytes(32), property_info="a" * length)
        tbs = signer.tbs(item, SECOND, None)
        assert signer.e(tbs, item, SECOND, None) == SM2Digest(sm3(signer.z, tbs))
    assert len(signer.heads) <= MOST_HEADS

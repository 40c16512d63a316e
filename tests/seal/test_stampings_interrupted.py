"""Stampings that are repeated, that fail, that are cut off by a crash, and that happen at the same time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from seal.errors import (
    AuthorisationExhausted,
    StampingUnderWay,
)
from seal.ledger.entries import StampingState
from seal.stamping.orders import Level
from seal.stamping.places import AtPoint
from seal.stamping.stampings import LEFT_BEHIND, Purpose
from tests.fakes.faulty import Crash
from tests.seal.holders import Holder, refused_before_any_key
from tests.seal.houses import CENTRE, House, at_once
from tests.trust.pdf.paper import paper
from trust.blobs import BlobMissing, BlobStoreUnavailable
from trust.errors import TrustError
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.timestamping import TimeStampingUnavailable

PREPARED, DONE, VOID = StampingState.PREPARED, StampingState.DONE, StampingState.VOID
INSTANT = timedelta(microseconds=1)


# --- repetitions


def test_a_repeated_request_gets_the_same_file_and_nothing_happens_twice(either: Holder) -> None:
    command = either.command()
    first = either.stamp(command)
    head = either.house.head()
    either.house.clock.advance(timedelta(days=1))
    assert either.stamp(command) == first
    assert (either.house.head(), either.states, either.used, either.stamped) == (head, [DONE], 1, 1)


def test_a_repetition_is_answered_though_nothing_can_be_stamped_any_more(house: House) -> None:
    holder = Holder(house, times=1)
    command = holder.command()
    first = holder.stamp(command)
    holder.suspend()
    assert holder.stamp(command) == first


@pytest.mark.parametrize(
    "changes",
    [
        {"pdf": paper(trailer=b"/A 1")},
        {"order": replace(CENTRE, places=(AtPoint(page=1, x_mm=150.5, y_mm=240),))},
        {"order": replace(CENTRE, level=Level.B_B)},
        {"approval": "approval_nothing"},
        {"purpose": Purpose(purpose="document.stamp", document_kind="contract")},
        {"order": replace(CENTRE, reason="另一个事由")},
        {"seal": "seal_other"},
    ],
)
def test_a_key_is_for_one_request(holder: Holder, changes: dict[str, Any]) -> None:
    command = holder.command()
    holder.stamp(command)
    refused_before_any_key(holder, replace(command, **changes), RequestKeyReused)


@pytest.mark.parametrize("key", ["", " ", "键", "a" * 129, "a\nb"])
def test_a_key_that_is_none(holder: Holder, key: str) -> None:
    refused_before_any_key(holder, holder.command(request_key=key), RequestKeyMalformed)


def test_every_actor_has_keys_of_its_own(holder: Holder) -> None:
    house, other = holder.house, holder.house.staff("other").client
    house.authorise(holder.seal, other)
    command = holder.command()
    mine, theirs = holder.stamp(command)[0], house.stampings.stamp(other, command)[0]
    assert mine.id != theirs.id


def test_a_file_that_was_changed_in_the_store_is_not_given_out(holder: Holder) -> None:
    house, command = holder.house, holder.command()
    stamping, _ = holder.stamp(command)
    assert stamping.result is not None
    path = house.settings.blobs / stamping.result[:2] / stamping.result[2:4] / stamping.result
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BlobMissing):
        holder.stamp(command)
    path.unlink()
    with pytest.raises(BlobMissing):
        holder.stamp(command)
    assert holder.states == [DONE]


# --- when something does not answer


@pytest.mark.parametrize(
    ("point", "error"),
    [
        ("sign:seal_owner", SigningUnavailable()),
        ("stamp:tsa-sm2", TimeStampingUnavailable()),
        ("sign:document", SigningUnavailable()),
        ("stamp:tsa-p256", TimeStampingUnavailable()),
        ("put", BlobStoreUnavailable()),
        ("kept", RuntimeError("a mistake of ours")),
    ],
)
def test_what_fails_is_voided_counts_for_nothing_and_can_be_repeated(
    either_house: House, point: str, error: Exception
) -> None:
    holder = Holder(either_house, times=1)
    command = holder.command()
    either_house.faults.fail(point, error)
    with pytest.raises(type(error)) as failed:
        holder.stamp(command)
    assert failed.value is error
    assert (holder.states, holder.used) == ([VOID], 0)
    assert holder.tags == ["seal:stamp:prepared", "seal:stamp:void"]
    either_house.clock.advance(timedelta(seconds=1))
    again, pdf = holder.stamp(command)
    assert (again.state, holder.states, holder.used) == (DONE, [VOID, DONE], 1)
    assert holder.stamp(command) == (again, pdf)


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("commit:seal:stamp:prepared", []),
        ("sign:seal_owner", [PREPARED]),
        ("signed:seal_owner", [PREPARED]),
        ("stamped:tsa-sm2", [PREPARED]),
        ("signed:document", [PREPARED]),
        ("stamped:tsa-p256", [PREPARED]),
        ("put", [PREPARED]),
        ("kept", [PREPARED]),
        ("commit:seal:stamp:done", [PREPARED]),
    ],
)
def test_a_crash_leaves_an_intent_that_is_voided_later(
    either_house: House, point: str, left: list[StampingState]
) -> None:
    holder = Holder(either_house, times=1)
    command = holder.command()
    either_house.faults.fail(point, Crash())
    with pytest.raises(Crash):
        holder.stamp(command)
    house = holder.house = either_house.reopened()
    try:
        assert (holder.states, holder.used) == (left, len(left))
        if left:
            with pytest.raises(StampingUnderWay):
                holder.stamp(command)
            house.clock.advance(LEFT_BEHIND)
            assert house.stampings.recover() == 0
            house.clock.advance(INSTANT)
            assert house.stampings.recover() == 1
            assert house.stampings.recover() == 0
            assert holder.tags == ["seal:stamp:prepared", "seal:stamp:void"]
            assert holder.used == 0
        stamping, _ = holder.stamp(command)
        assert (stamping.state, holder.used) == (DONE, 1)
        assert holder.states == [VOID] * len(left) + [DONE]
    finally:
        house.store.close()


def test_recovery_touches_nothing_that_has_ended(holder: Holder) -> None:
    house = holder.house
    holder.stamp()
    house.faults.fail("stamp:tsa-sm2", TimeStampingUnavailable())
    with pytest.raises(TimeStampingUnavailable):
        holder.stamp()
    house.clock.advance(timedelta(days=1))
    head = house.head()
    assert house.stampings.recover() == 0
    assert house.head() == head


def test_who_was_given_up_for_dead_cannot_conclude(either: Holder) -> None:
    house, command = either.house, either.command()

    def overtaken() -> None:
        house.clock.advance(LEFT_BEHIND + INSTANT)
        assert house.stampings.recover() == 1

    house.faults.meanwhile("kept", overtaken)
    with pytest.raises(LostRace):
        either.stamp(command)
    assert (either.states, either.used) == ([VOID], 0)
    assert either.tags == ["seal:stamp:prepared", "seal:stamp:void"]
    assert either.stamp(command)[0].state is DONE


def test_what_failed_is_told_though_it_was_voided_meanwhile(either: Holder) -> None:
    house, error = either.house, BlobStoreUnavailable()

    def overtaken() -> None:
        house.clock.advance(LEFT_BEHIND + INSTANT)
        house.stampings.recover()
        raise error

    house.faults.meanwhile("put", overtaken)
    with pytest.raises(BlobStoreUnavailable):
        either.stamp()
    assert (either.states, either.used) == ([VOID], 0)


# --- two at once


def test_two_cannot_take_the_last_stamping(either_house: House) -> None:
    holder = Holder(either_house, times=1)
    results = at_once(*[partial(holder.stamp, holder.command()) for _ in range(3)])
    refused = [one for one in results if isinstance(one, TrustError)]
    assert [type(one) for one in refused] == [AuthorisationExhausted] * 2
    assert (holder.states, holder.used, holder.stamped) == ([DONE], 1, 1)


def test_one_request_that_comes_twice_at_once_is_done_once(either: Holder) -> None:
    command = either.command()
    results = at_once(*(lambda: either.stamp(command) for _ in range(3)))
    refused = {type(one) for one in results if isinstance(one, TrustError)}
    assert refused <= {LostRace, StampingUnderWay}
    assert (either.states, either.used, either.stamped) == ([DONE], 1, 1)


def test_an_attempt_after_a_failure_is_made_once(either: Holder) -> None:
    house, command = either.house, either.command()
    house.faults.fail("stamp:tsa-sm2", TimeStampingUnavailable())
    with pytest.raises(TimeStampingUnavailable):
        either.stamp(command)
    house.faults.passed.clear()
    results = at_once(*(lambda: either.stamp(command) for _ in range(3)))
    refused = {type(one) for one in results if isinstance(one, TrustError)}
    assert refused <= {LostRace, StampingUnderWay}
    assert (sorted(either.states), either.used, either.stamped) == ([DONE, VOID], 1, 1)


def test_a_seal_that_is_suspended_while_an_intent_is_written_waits_for_it(postgres_house: House) -> None:
    # SQLite lets writers in one after the other, so that only PostgreSQL can show this.
    holder = Holder(postgres_house)
    with ThreadPoolExecutor(1) as pool:
        waiting: list[Any] = []

        def meanwhile() -> None:
            waiting.append(pool.submit(holder.suspend))
            with pytest.raises(TimeoutError):
                waiting[0].result(timeout=0.3)

        postgres_house.faults.meanwhile("commit:seal:stamp:prepared", meanwhile)
        holder.stamp()
        waiting[0].result(timeout=10)
    assert holder.tags.index("seal:stamp:prepared") < holder.tags.index("seal:suspend:done")

"""Decisions: each is in the trail when `record` returns, those at the same time share a transaction."""

import asyncio
from collections.abc import Sequence

import pytest
from typing_extensions import override

from api.decisions import Decisions
from trust import repository
from trust.attribution import Attribution, acting
from trust.events import AuditEvent
from trust.store import Store, StoreUnavailable


class Counting(Decisions):
    """Counts its transactions, and breaks where it is told to."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.sizes: list[int] = []
        self.broken = False

    @override
    def append(self, events: Sequence[AuditEvent]) -> None:
        self.sizes.append(len(events))
        if self.broken:
            raise StoreUnavailable
        super().append(events)


def event(number: int) -> AuditEvent:
    return AuditEvent(tag="access:check:allowed", actor=f"P{number}", subject=f"P{number}")


def actors(store: Store) -> list[str]:
    with store.reading() as view:
        return [one.event.actor for one in repository.events(view)]


def test_a_decision_is_in_the_trail_when_it_is_recorded(sqlite_store: Store) -> None:
    asyncio.run(Decisions(sqlite_store).record(event(1)))
    assert actors(sqlite_store) == ["P1"]


def test_those_at_the_same_time_share_a_transaction(sqlite_store: Store) -> None:
    decisions = Counting(sqlite_store)

    async def all_at_once() -> None:
        await asyncio.gather(*(decisions.record(event(number)) for number in range(20)))

    asyncio.run(all_at_once())
    assert actors(sqlite_store) == [f"P{number}" for number in range(20)]
    assert decisions.sizes == [20]  # none had begun when the first was written
    asyncio.run(decisions.record(event(20)))
    assert decisions.sizes == [20, 1]


def test_what_comes_during_a_transaction_is_written_after_it(sqlite_store: Store) -> None:
    decisions = Counting(sqlite_store)

    async def one_after_the_other() -> None:
        first = asyncio.ensure_future(decisions.record(event(1)))
        await asyncio.sleep(0)  # it waits
        await asyncio.sleep(0)  # it is being written
        await asyncio.gather(decisions.record(event(2)), decisions.record(event(3)))
        await first

    asyncio.run(one_after_the_other())
    assert (decisions.sizes, sorted(actors(sqlite_store))) == ([1, 2], ["P1", "P2", "P3"])


def test_what_cannot_be_recorded_is_answered_by_nobody(sqlite_store: Store) -> None:
    decisions = Counting(sqlite_store)
    decisions.broken = True

    async def all_at_once() -> list[object]:
        return list(await asyncio.gather(*(decisions.record(event(n)) for n in range(3)), return_exceptions=True))

    assert [type(one) for one in asyncio.run(all_at_once())] == [StoreUnavailable] * 3
    decisions.broken = False
    asyncio.run(decisions.record(event(9)))
    assert actors(sqlite_store) == ["P9"]


def test_a_request_that_is_broken_off_holds_nobody_up(sqlite_store: Store) -> None:
    decisions = Counting(sqlite_store)

    async def one_leaves() -> None:
        first, second = (asyncio.ensure_future(decisions.record(event(number))) for number in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await second
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(one_leaves())
    assert actors(sqlite_store) == ["P0", "P1"]


def test_decisions_of_many_are_not_attributed_to_one(sqlite_store: Store) -> None:
    async def of_somebody() -> None:
        with acting(Attribution(actor="P1", session="ses_1", level=1, permission="self")):
            await Decisions(sqlite_store).record(event(1))

    asyncio.run(of_somebody())
    with sqlite_store.reading() as view:
        assert [one.event.facts for one in repository.events(view)] == [{}]

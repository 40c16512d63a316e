"""Watching jobs: one look for all who listen, news at once, signs of life, and an end."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from api.bulk_watch import BulkWatch
from licence.bulk.jobs import BulkJob, JobKind
from licence.bulk.lifecycle import JobState
from tests.fakes.clock import NOW

JOB: Final = BulkJob(
    id="bulk_1",
    state=JobState.RUNNING,
    kind=JobKind.ISSUE,
    type="type_1",
    issuer="O1",
    seal="seal_1",
    requested_by="client_1",
    requested_at=NOW,
    proceeds=False,
    changes=5,
)
DONE: Final = replace(JOB, state=JobState.FINISHED, changes=7)


class Table:
    """What the database says, and how often it was asked."""

    def __init__(self, *answers: BulkJob | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[frozenset[str]] = []

    def look(self, names: frozenset[str]) -> Mapping[str, BulkJob]:
        self.asked.append(names)
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(told, Exception):
            raise told
        return {told.id: told} if told.id in names else {}


def watch(table: Table, *, heartbeat: float = 5.0, longest: float = 5.0) -> BulkWatch:
    return BulkWatch(table.look, pause=0.01, heartbeat=heartbeat, longest=longest)


async def told(one: BulkWatch, job: BulkJob = JOB, *, seen: int = -1) -> list[int | None]:
    """Return the numbers of what a listener is told, and None for each sign of life."""
    return [None if found is None else found.changes async for found in one.changes(job, seen=seen)]


def test_a_listener_is_told_of_every_change_until_the_end() -> None:
    table = Table(JOB, replace(JOB, changes=6), DONE)
    assert asyncio.run(told(watch(table))) == [5, 6, 7]


def test_what_was_seen_is_not_told_again() -> None:
    table = Table(JOB, DONE)
    assert asyncio.run(told(watch(table), seen=5)) == [7]
    assert asyncio.run(told(watch(Table(DONE)), DONE, seen=7)) == []


def test_a_thousand_listeners_share_one_look_and_no_thread() -> None:
    table = Table(*[JOB] * 20, DONE)

    async def all_told() -> list[list[int | None]]:
        one = watch(table)
        found = await asyncio.gather(*(told(one) for _ in range(1000)))
        assert one.listeners == {}
        assert one.latest == {}
        return found

    assert asyncio.run(all_told()) == [[5, 7]] * 1000
    assert set(table.asked) == {frozenset({JOB.id})}
    assert len(table.asked) <= 25


def test_silence_is_broken_by_signs_of_life_and_ends() -> None:
    found = asyncio.run(told(watch(Table(JOB), heartbeat=0.02, longest=0.1)))
    assert found[0] == 5
    assert set(found[1:]) == {None}
    assert 2 <= len(found) <= 8


def test_a_database_that_does_not_answer_delays_the_news() -> None:
    table = Table(RuntimeError("down"), DONE)
    assert asyncio.run(told(watch(table))) == [5, 7]


def test_who_goes_is_looked_for_no_more() -> None:
    table = Table(JOB)

    async def leave() -> None:
        one = watch(table)
        stream = one.changes(JOB, seen=-1)
        assert (await anext(stream)) == JOB
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await stream.aclose()
        assert one.listeners == {}
        looks = len(table.asked)
        await asyncio.sleep(0.05)
        assert len(table.asked) <= looks + 1

    asyncio.run(leave())

"""Decisions about who is let in, put into the audit trail before they are answered.

Those of requests at the same time share one transaction, so that reading stays fast.
"""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Sequence
from contextvars import Context
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

from trust.events import AuditEvent
from trust.store import Store

__all__ = ["Decisions"]

Waiting = tuple[AuditEvent, "Future[None]"]


class Desk:
    """What waits in one event loop to be written."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.work: asyncio.Task[None] | None = None


class Decisions:
    """Writes decisions. While one transaction is under way, the next ones gather for the one after it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.desks: WeakKeyDictionary[AbstractEventLoop, Desk] = WeakKeyDictionary()

    async def record(self, event: AuditEvent) -> None:
        """Return once an event is in the trail. Raise what the store raises: then nothing may be answered."""
        loop = asyncio.get_running_loop()
        desk = self.desks.setdefault(loop, Desk())
        done: Future[None] = loop.create_future()
        desk.waiting.append((event, done))
        if desk.work is None:
            # In a context of its own: these events belong to many, and none of them to whoever came first.
            desk.work = loop.create_task(self.write_all(desk), context=Context())
        await done

    async def write_all(self, desk: Desk) -> None:
        """Write until nothing waits any more."""
        try:
            while desk.waiting:
                batch, desk.waiting = desk.waiting, []
                await self.write(batch)
        finally:
            desk.work = None

    async def write(self, batch: Sequence[Waiting]) -> None:
        """Write some decisions in one transaction, and tell those who wait for it."""
        try:
            await run_in_threadpool(self.append, [event for event, _ in batch])
        except Exception as error:  # noqa: BLE001 - told to every request that waits, each of which raises it
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
            return
        for _, done in batch:
            if not done.done():  # a request that was broken off waits no more
                done.set_result(None)

    def append(self, events: Sequence[AuditEvent]) -> None:
        """Append events to the trail."""
        with self.store.transaction() as tx:
            for event in events:
                tx.record(event)

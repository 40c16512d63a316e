"""Watching bulk jobs: everybody who listens to any of them shares one look into the database, and no thread.

What a listener is told is the whole state of a job, and the number of the event is that of the job's last change. So
whoever lost the connection goes on from the last number seen: what was missed is in the next event.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import Final

from starlette.concurrency import run_in_threadpool

from api.logs import logger
from licence.bulk.jobs import BulkJob

__all__ = ["BulkWatch"]

PAUSE: Final = 0.5
"""Seconds between two looks, while anybody listens."""

HEARTBEAT: Final = 15.0
"""Seconds of silence after which a sign of life is sent, so that nothing on the way closes the connection."""

LONGEST: Final = 300.0
"""Seconds after which a listener is sent away, to come back with credentials that are looked at anew."""

Look = Callable[[frozenset[str]], Mapping[str, BulkJob]]
"""Returns the jobs of some names, in one question."""


class BulkWatch:
    """The jobs that somebody listens to."""

    def __init__(
        self, look: Look, *, pause: float = PAUSE, heartbeat: float = HEARTBEAT, longest: float = LONGEST
    ) -> None:
        self.look = look
        self.pause, self.heartbeat, self.longest = pause, heartbeat, longest
        self.listeners: Counter[str] = Counter()
        self.latest: dict[str, BulkJob] = {}
        self.news = asyncio.Condition()
        self.looking: asyncio.Task[None] | None = None

    async def changes(self, job: BulkJob, *, seen: int) -> AsyncGenerator[BulkJob | None, None]:
        """Yield a job whenever it is another than `seen`, and None where a sign of life is due; end with the job."""
        clock = asyncio.get_running_loop()
        end = clock.time() + self.longest
        self.listeners[job.id] += 1
        current = job
        try:
            while True:
                if current.changes != seen:
                    seen = current.changes
                    yield current
                if current.has_ended or clock.time() >= end:
                    return
                self.begin()
                if await self.wait(job.id, seen):
                    current = self.latest[job.id]
                else:
                    yield None
        finally:
            self.listeners[job.id] -= 1
            if not self.listeners[job.id]:
                del self.listeners[job.id]
                self.latest.pop(job.id, None)

    async def wait(self, name: str, seen: int) -> bool:
        """Wait for news of a job; tell whether there were any in the time after which a sign of life is due."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(self.heartbeat, self.longest)), self.news:
                await self.news.wait_for(lambda: name in self.latest and self.latest[name].changes != seen)
                return True
        return False

    def begin(self) -> None:
        """See to it that somebody looks."""
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self.look_on())

    async def look_on(self) -> None:
        """Look at every job that somebody listens to, until nobody does."""
        while self.listeners:
            try:
                found = await run_in_threadpool(self.look, frozenset(self.listeners))
            except Exception:  # noqa: BLE001 - listeners wait for the next look
                logger().warning("bulk watch failed", exc_info=True)
            else:
                async with self.news:
                    self.latest.update(found)
                    self.news.notify_all()
            await asyncio.sleep(self.pause)

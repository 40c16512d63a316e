"""Watching what changes: everybody who listens to any of it shares one look into the database, and no thread.

What a listener is told is the whole of how something stands, and the number of the event is that of its last change.
So whoever lost the connection goes on from the last number seen: what was missed is in the next event.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Final, Generic, Protocol, TypeVar

from starlette.concurrency import run_in_threadpool

from api.logs import logger

__all__ = ["Watch", "Watched", "as_events", "number_of"]

PAUSE: Final = 0.5
"""Seconds between two looks, while anybody listens."""

HEARTBEAT: Final = 15.0
"""Seconds of silence after which a sign of life is sent, so that nothing on the way closes the connection."""

LONGEST: Final = 300.0
"""Seconds after which a listener is sent away, to come back with credentials that are looked at anew."""


class Watched(Protocol):
    """Something that changes until it has ended."""

    @property
    def id(self) -> str:
        """What it is called."""
        ...

    @property
    def changes(self) -> int:
        """Another number after each change."""
        ...

    @property
    def has_ended(self) -> bool:
        """Whether it changes no more."""
        ...


Told = TypeVar("Told", bound=Watched)


class Watch(Generic[Told]):
    """Things of one kind that somebody listens to. `look` returns those of some names, in one question."""

    def __init__(
        self,
        look: Callable[[frozenset[str]], Mapping[str, Told]],
        *,
        pause: float = PAUSE,
        heartbeat: float = HEARTBEAT,
        longest: float = LONGEST,
    ) -> None:
        self.look = look
        self.pause, self.heartbeat, self.longest = pause, heartbeat, longest
        self.listeners: Counter[str] = Counter()
        self.latest: dict[str, Told] = {}
        self.news = asyncio.Condition()
        self.looking: asyncio.Task[None] | None = None

    async def changes(self, first: Told, *, seen: int) -> AsyncGenerator[Told | None, None]:
        """Yield a thing whenever it is another than `seen`, and None where a sign of life is due; end with it."""
        clock = asyncio.get_running_loop()
        end = clock.time() + self.longest
        self.listeners[first.id] += 1
        current = first
        try:
            while True:
                if current.changes != seen:
                    seen = current.changes
                    yield current
                if current.has_ended or clock.time() >= end:
                    return
                self.begin()
                if await self.wait(first.id, seen):
                    current = self.latest[first.id]
                else:
                    yield None
        finally:
            self.listeners[first.id] -= 1
            if not self.listeners[first.id]:
                del self.listeners[first.id]
                self.latest.pop(first.id, None)

    async def wait(self, name: str, seen: int) -> bool:
        """Wait for news of a thing; tell whether there were any in the time after which a sign of life is due."""
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
        """Look at everything that somebody listens to, until nobody does."""
        while self.listeners:
            try:
                found = await run_in_threadpool(self.look, frozenset(self.listeners))
            except Exception:  # noqa: BLE001 - listeners wait for the next look
                logger().warning("watch failed", exc_info=True)
            else:
                async with self.news:
                    self.latest.update(found)
                    self.news.notify_all()
            await asyncio.sleep(self.pause)


async def as_events(changes: AsyncIterator[Told | None], tell: Callable[[Told], tuple[str, str]]) -> AsyncIterator[str]:
    """Yield changes as server-sent events (HTML Living Standard, 9.2); `tell` gives the name and the data of one."""
    yield "retry: 2000\n\n"
    async for one in changes:
        if one is None:
            yield ": still here\n\n"
            continue
        name, data = tell(one)
        yield f"id: {one.changes}\nevent: {name}\ndata: {data}\n\n"


def number_of(last_event_id: str) -> int:
    """Return the number of the last event that a listener has seen; one that no event has where it has seen none."""
    return int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else -1

"""Many small changes in one commit: who comes while another's commit is under way shares the next one.

A commit waits for the disk, whatever is in it. Who comes alone begins at once; whoever comes meanwhile goes together
afterwards. Where others are known to be on their way (`present`), a commit waits for them a little. Each part stands by
itself: one that fails takes no other along.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, Final, Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from trust.store import LostRace, Store, StoreUnavailable, Transaction, lost_races, unavailable_when_down

__all__ = ["GroupCommit"]

Answer = TypeVar("Answer")

LARGEST: Final = 64
"""Parts of one commit: all of them wait for the slowest."""

PATIENCE: Final = 0.005
"""Seconds that a commit waits for those who are on their way: about as long as a disk takes for one."""


class Entangled(Exception):
    """One part failed after it had changed something: nothing of the others may be committed with that."""


class Part(Generic[Answer]):
    """One change, and what came of it."""

    def __init__(self, change: Callable[[Transaction], Answer]) -> None:
        self.change = change
        self.context = copy_context()
        self.done = False
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self.sleep = threading.Lock()
        """Held until the part is done, or until its thread is to commit."""

        self.sleep.acquire()


class GroupCommit:
    """Commits what several threads change in one transaction. Safe to share between threads; one for each store."""

    def __init__(self, store: Store, *, patience: float = PATIENCE) -> None:
        self.store = store
        self.patience = patience
        self.waiting: deque[Part[Any]] = deque()
        self.lock = threading.Lock()
        self.arrived = threading.Condition(self.lock)
        self.is_busy = False
        self.expected = 0

    @contextmanager
    def present(self) -> Iterator[None]:
        """Say that whoever does what is in this block will soon come with another part: it is worth waiting for."""
        with self.lock:
            self.expected += 1
        try:
            yield
        finally:
            with self.lock:
                self.expected -= 1
                self.arrived.notify()

    def run(self, change: Callable[[Transaction], Answer]) -> Answer:
        """Return what `change` returns, once it is committed. Raise what it raises, or what the commit raises.

        `change` may run twice: where parts of one commit are in each other's way, each is tried once more by itself.
        """
        part = Part(change)
        with self.lock:
            self.waiting.append(part)
            commits, self.is_busy = not self.is_busy, True
            self.arrived.notify()
        if not commits:
            part.sleep.acquire()
        if not part.done:
            self.lead()
        if part.error is not None:
            raise part.error
        return part.answer  # type: ignore[return-value] # without an error it is what the change returned

    def lead(self) -> None:
        """Commit those who wait, wake them, and let the first of those who came meanwhile commit the next."""
        with self.lock:
            self.gather()
            parts = [self.waiting.popleft() for _ in range(min(len(self.waiting), LARGEST))]
        try:
            self.commit(parts)
        finally:
            with self.lock:
                self.is_busy = bool(self.waiting)
                if self.is_busy:
                    self.waiting[0].sleep.release()
            for part in parts:
                part.sleep.release()

    def gather(self) -> None:
        """Wait until everybody who is present waits for this commit, but not for long."""
        end = time.monotonic() + self.patience
        while len(self.waiting) < min(self.expected, LARGEST):
            left = end - time.monotonic()
            if left <= 0 or not self.arrived.wait(left):
                return

    def commit(self, parts: list[Part[Any]]) -> None:
        """Commit parts together; where they are in each other's way, each by itself."""
        try:
            self.together(parts)
        except (LostRace, Entangled) as error:
            for part in parts:
                if len(parts) > 1:
                    self.commit([part])
                else:
                    part.error, part.done = error.__cause__ or error, True
        except BaseException as error:
            for part in parts:
                part.error, part.done = error, True
            if not isinstance(error, Exception):
                raise

    def together(self, parts: list[Part[Any]]) -> None:
        """Run every part in one transaction, and commit. Raise `Entangled` where one failed halfway."""
        with self.store.transaction() as tx:
            for part in parts:
                part.error, before = None, tx.progress
                try:
                    with unavailable_when_down(), lost_races():
                        part.answer = part.context.run(part.change, tx)
                except Exception as error:
                    # After an error of its own the database does nothing more for anybody in this transaction.
                    if tx.progress != before or isinstance(error, LostRace | StoreUnavailable | SQLAlchemyError):
                        raise Entangled from error
                    part.error = error  # raised where the part came from; it has changed nothing
        for part in parts:
            part.done = True

"""The runner: threads that work jobs off, outlive a mistake, and stop when they are told."""

import threading
import time
from typing import Any

from api.bulk_runner import BulkRunner

PATIENCE = 30.0


class Worker:
    """A worker that does what a test planned, and then nothing."""

    def __init__(self, *plan: int | Exception) -> None:
        self.plan = list(plan)
        self.rounds = 0
        self.idle = threading.Event()

    def round(self) -> int:
        self.rounds += 1
        if not self.plan:
            self.idle.set()
            return 0
        told = self.plan.pop(0)
        if isinstance(told, Exception):
            raise told
        return told


class Jobs:
    """Hands out workers."""

    def __init__(self, *workers: Worker) -> None:
        self.left = list(workers)

    def worker(self) -> Worker:
        return self.left.pop(0)


def runner(*workers: Worker) -> BulkRunner:
    jobs: Any = Jobs(*workers)
    return BulkRunner(jobs, threads=len(workers), pause=0.01)


def test_every_thread_has_a_worker_and_works_until_nothing_is_left() -> None:
    workers = Worker(1, 1, 1), Worker(1)
    running = runner(*workers)
    running.start()
    assert all(one.idle.wait(PATIENCE) for one in workers)
    running.stop()
    assert [one.plan for one in workers] == [[], []]
    assert not any(thread.is_alive() for thread in running.threads)


def test_a_mistake_is_logged_and_ends_no_thread() -> None:
    worker = Worker(RuntimeError("a mistake"))
    running = runner(worker)
    assert running.round(worker) is None
    assert running.round(worker) == 0


def test_stopping_does_not_wait_for_the_pause() -> None:
    worker = Worker(RuntimeError("a mistake"))
    running = runner(worker)
    running.start()
    while worker.rounds == 0:
        time.sleep(0.01)
    started = time.monotonic()
    running.stop()
    assert time.monotonic() - started < PATIENCE / 10


def test_what_was_never_started_is_stopped_too() -> None:
    runner(Worker()).stop()

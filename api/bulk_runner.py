"""The runner: threads that work on jobs, in the processes that serve or in one of their own (`trust bulk work`).

Any number of them, in any processes, share the jobs: each piece of work is claimed in the database first.
"""

import threading
from typing import Final, Protocol

from api.logs import logger

__all__ = ["BulkRunner", "JobWorker", "Jobs"]

PAUSE: Final = 1.0
"""Seconds between two looks for work where there was none: one question to the database each."""

AFTER_FAILURE: Final = 5.0
"""Seconds before a worker tries again that met a mistake of ours, or a database that does not answer."""


class JobWorker(Protocol):
    """Works on jobs, in one thread."""

    def round(self) -> int:
        """Do what is to be done now; return how many pieces of work that were."""
        ...


class Jobs(Protocol):
    """What there is to work on."""

    def worker(self) -> JobWorker:
        """Return a worker for a thread."""
        ...


class BulkRunner:
    """Threads that work on jobs until they are stopped."""

    def __init__(self, jobs: Jobs, *, threads: int, pause: float = PAUSE, name: str = "bulk") -> None:
        self.jobs = jobs
        self.pause = pause
        self.name = name
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self.run, args=(jobs.worker(),), name=f"{name} {number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Stop after the pieces of work that are under way."""
        self.stopping.set()
        for thread in self.threads:
            if thread.is_alive():
                thread.join()

    def run(self, worker: JobWorker) -> None:
        """Work as long as there is work, and look for more after each pause."""
        while not self.stopping.is_set():
            done = self.round(worker)
            if not done:
                self.stopping.wait(AFTER_FAILURE if done is None else self.pause)

    def round(self, worker: JobWorker) -> int | None:
        """Do one round; return how many pieces of work were done, or None where it failed, which is logged."""
        try:
            return worker.round()
        except Exception:  # noqa: BLE001 - whatever goes wrong must not end the thread
            logger().warning(f"{self.name} work failed", exc_info=True)
            return None

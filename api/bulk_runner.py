"""The runner: threads that work on bulk jobs, in the processes that serve or in one of their own (`trust bulk work`).

Any number of them, in any processes, share the jobs: each piece of work is claimed in the database first.
"""

import threading
from typing import Final

from api.bulk_wiring import BulkJobs
from api.logs import logger
from licence.bulk.worker import BulkWorker

__all__ = ["BulkRunner"]

PAUSE: Final = 1.0
"""Seconds between two looks for work where there was none: one question to the database each."""

AFTER_FAILURE: Final = 5.0
"""Seconds before a worker tries again that met a mistake of ours, or a database that does not answer."""


class BulkRunner:
    """Threads that work on jobs until they are stopped."""

    def __init__(self, jobs: BulkJobs, *, threads: int, pause: float = PAUSE) -> None:
        self.jobs = jobs
        self.pause = pause
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self.run, args=(jobs.worker(),), name=f"bulk {number}", daemon=True)
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

    def run(self, worker: BulkWorker) -> None:
        """Work as long as there is work, and look for more after each pause."""
        while not self.stopping.is_set():
            done = self.round(worker)
            if not done:
                self.stopping.wait(AFTER_FAILURE if done is None else self.pause)

    def round(self, worker: BulkWorker) -> int | None:
        """Do one round; return how many pieces of work were done, or None where it failed, which is logged."""
        try:
            return worker.round()
        except Exception:  # noqa: BLE001 - whatever goes wrong must not end the thread
            logger().warning("bulk work failed", exc_info=True)
            return None

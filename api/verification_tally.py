"""How often the public verified what, and with which outcome: counted in memory, on record every hour.

Of a single verification nothing is kept: neither the file, nor its digest, nor who asked. What supervision needs are
figures (电子监察), and these stand in the audit trail.
"""

import threading
from collections import Counter
from enum import StrEnum

from trust.events import AuditEvent
from trust.store import Store
from trust.verdict import Outcome

__all__ = ["Asked", "Tally"]


class Asked(StrEnum):
    """What is verified."""

    CLAIM = "claim"
    IDENTIFIER = "identifier"
    FILE = "file"
    REPORT = "report"


class Tally:
    """Counts the verifications of this process. Safe to share between threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counted: Counter[str] = Counter()

    def count(self, asked: Asked, outcome: Outcome) -> None:
        """Count a verification."""
        with self.lock:
            self.counted[f"{asked.value}_{outcome.value}"] += 1

    def waiting(self) -> int:
        """Return how many verifications are counted and not on record yet."""
        with self.lock:
            return self.counted.total()

    def flush(self, store: Store) -> int:
        """Put what was counted since the last time on record; return how many those were.

        What cannot be put on record now is counted on.
        """
        with self.lock:
            taken, self.counted = self.counted, Counter()
        if not taken:
            return 0
        try:
            with store.transaction() as tx:
                facts = dict(sorted(taken.items()))
                tx.record(
                    AuditEvent(tag="verification:count:done", actor="anybody", subject="verification", facts=facts)
                )
        except BaseException:
            with self.lock:
                self.counted += taken
            raise
        return taken.total()

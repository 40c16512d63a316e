"""The ledger of time-stamps: how many tokens were made, a hash over all of them, and the latest moment they state.

One event a minute stands for all tokens of that minute, so that the audit trail does not grow by every token that a
stranger asks for. The event is committed before the first token of its minute leaves the house. What it says is also
the mark that outlives a restart: the clock of the next process may not be behind it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from trust import repository
from trust.crypto.sm3 import DIGEST_LENGTH, sm3
from trust.events import AuditEvent, Fact, timestamp
from trust.store import Reading, Store

__all__ = ["CONFIRMED", "TimeLedger", "confirm_clock", "newest_confirmation", "newest_mark"]

PAUSE: Final = timedelta(minutes=1)

ISSUED: Final = "time_stamp:issue:done"
CONFIRMED: Final = "time_stamp:clock:confirmed"
REFUSED: Final = "time_stamp:clock:refused"

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before every token."""


@dataclass
class Page:
    """What one authority issued since its last entry."""

    tokens: int = 0
    digest: bytes = bytes(DIGEST_LENGTH)
    """SM3 over the digest before it and the token's, token by token. It goes on from entry to entry of a process."""

    latest: datetime = EPOCH
    written: datetime | None = None

    def add(self, token: bytes, at: datetime) -> None:
        """Count one token."""
        self.tokens += 1
        self.digest = sm3(self.digest, sm3(token))
        self.latest = max(self.latest, at)

    def is_due(self) -> bool:
        """Tell whether an entry must be made before the token that was counted last may leave."""
        return self.written is None or self.latest - self.written >= PAUSE


@dataclass
class TimeLedger:
    """The ledger of all time-stamp authorities in this process. Safe to share between threads."""

    store: Store
    pages: dict[str, Page] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lock = Lock()

    def issued(self, authority: str, token: bytes, at: datetime) -> None:
        """Count a token that is about to leave. Raise `StoreUnavailable` where it cannot be put on record."""
        with self.lock:
            page = self.pages.setdefault(authority, Page())
            page.add(token, at)
            if page.is_due():
                self.write(authority, page)

    def flush(self) -> int:
        """Make an entry for every authority that issued since its last one, and return for how many tokens."""
        with self.lock:
            left = {name: page for name, page in self.pages.items() if page.tokens}
            count = sum(page.tokens for page in left.values())
            for name, page in left.items():
                self.write(name, page)
            return count

    def write(self, authority: str, page: Page) -> None:
        """Make the entry of one authority."""
        facts: dict[str, Fact] = {
            "tokens": page.tokens,
            "digest": page.digest.hex(),
            "latest": timestamp(page.latest),
        }
        with self.store.transaction() as tx:
            tx.record(AuditEvent(tag=ISSUED, actor="system", subject=authority, facts=facts))
        page.tokens, page.written = 0, page.latest


def newest_confirmation(view: Reading) -> int:
    """Return the sequence number of the newest confirmation of the clock; 0 where there is none."""
    found = repository.newest_event(view, CONFIRMED)
    return 0 if found is None else found.sequence


def newest_mark(view: Reading) -> datetime | None:
    """Return the latest moment that a recorded token states, unless an operator has set the clock right since."""
    found = repository.newest_event(view, ISSUED)
    if found is None or found.sequence < newest_confirmation(view):
        return None
    return datetime.fromisoformat(str(found.event.facts["latest"]))


def confirm_clock(store: Store, *, actor: str, reason: str) -> None:
    """Put on record that the clock is right as it stands now, whatever it showed before."""
    with store.transaction() as tx:
        tx.record(AuditEvent(tag=CONFIRMED, actor=actor, subject="clock", facts={"reason": reason}))

"""What administrators ask of the custody process, on a socket of their own: its state, unsealing by shares, sealing.

Each holder of a share brings it alone, from a terminal of his own. Shares wait in locked memory until there are enough
of them, and are wiped when they have been used, when they turn out not to fit, or when the next one does not come.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from typing_extensions import override

from keys import shares
from keys.errors import KeystoreExists, RootMismatch, SharesMixed, SharesTooFew
from keys.memory import SecretBuffer
from keys.process import CustodyService, Fields, perform, text
from keys.unsealing import RootRecord, identify
from keys.wire import Message, Operation
from trust.errors import TrustError

__all__ = ["Administration", "Progress", "ShareCollection"]

PATIENCE: Final = 600.0
"""Seconds that shares wait for the next one."""


@dataclass(frozen=True)
class Progress:
    """How many shares are there, and how many it takes. All of them: the custody is unsealed."""

    there: int
    needed: int


class ShareCollection:
    """Shares that were brought, until there are enough. Safe to share between threads."""

    def __init__(self, service: CustodyService, record: Path, *, patience: float = PATIENCE) -> None:
        self.service, self.record, self.patience = service, record, patience
        self.lock = threading.Lock()
        self.waiting: list[SecretBuffer] = []
        self.timer: threading.Timer | None = None

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("shares are not copied")

    def bring(self, share: bytes) -> Progress:
        """Take a share. With the last one that it takes, unseal.

        Raise `KeystoreExists` for a custody that is unsealed, `SharesMalformed` or `SharesRepeated` for this share
        alone, and `SharesMixed` or `RootMismatch` for all of them, which are then wiped.
        """
        with self.lock:
            if not self.service.roots.is_sealed:
                raise KeystoreExists
            self.waiting.append(SecretBuffer(share))
            try:
                progress = self.try_to_unseal()
            except (SharesMixed, RootMismatch):
                self.wipe()
                raise
            except TrustError:
                self.waiting.pop().wipe()
                raise
            self.restart_timer()
            return progress

    def try_to_unseal(self) -> Progress:
        """Unseal if there are enough shares, and tell how far they go."""
        try:
            root = shares.combine([text(share.reveal()) for share in self.waiting])
        except SharesTooFew as few:
            return Progress(int(few.details["there"]), int(few.details["needed"]))
        self.service.roots.unseal(identify([root], RootRecord.read(self.record)))
        count = len(self.waiting)
        self.wipe()
        return Progress(count, count)

    def restart_timer(self) -> None:
        """Count the time to the next share anew."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.waiting:
            self.timer = threading.Timer(self.patience, self.give_up)
            self.timer.daemon = True
            self.timer.start()

    def give_up(self) -> None:
        """Wipe the shares, since the next one did not come."""
        with self.lock:
            self.wipe()

    def wipe(self) -> None:
        """Wipe every share. Who holds the lock calls it."""
        while self.waiting:
            self.waiting.pop().wipe()

    @property
    def there(self) -> int:
        """How many shares wait."""
        return len(self.waiting)


class Administration:
    """Answers the requests of administrators."""

    def __init__(
        self, service: CustodyService, collection: ShareCollection, counts: Callable[[], Mapping[str, int]] = Counter
    ) -> None:
        self.service, self.collection, self.counts = service, collection, counts
        self.operations: Mapping[int, tuple[int, Callable[..., Fields]]] = {
            Operation.REPORT: (0, self.report),
            Operation.UNSEAL: (1, self.unseal),
            Operation.SEAL: (0, self.seal),
        }

    def answer(self, request: Message) -> Message:
        """Do what a request asks. Raise `FrameMalformed` for one that asks nothing we know."""
        return perform(self.operations, request)

    def report(self) -> Fields:
        """Return the state, what protects the memory, the shares that wait, and what the service's socket saw."""
        sealed = self.service.roots.is_sealed
        state = "sealed" if sealed else self.service.device.ready()
        seen = ", ".join(f"{name} {count}" for name, count in sorted(self.counts().items())) or "nothing yet"
        told = (state, self.service.hardening.told, str(self.collection.there), seen)
        return tuple(one.encode() for one in told)

    def unseal(self, share: bytes) -> Fields:
        """Take a share."""
        progress = self.collection.bring(share)
        return (str(progress.there).encode(), str(progress.needed).encode())

    def seal(self) -> Fields:
        """Take the root key and everything under it out of memory. The process goes on, and waits for shares."""
        self.service.seal()
        return ()

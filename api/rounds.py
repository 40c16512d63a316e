"""Rounds: what a process does again and again beside its requests, each kind in a thread of its own.

The silence of whoever is spoken with so delays nothing else. Every process has one of each kind; the database sees to
it that no two do the same.
"""

import threading
from abc import ABC, abstractmethod
from typing import Final

from typing_extensions import override

from api.logs import logger
from trust.outbox import Carrier, Outbox

__all__ = ["PAUSE", "Delivering", "Rounds"]

PAUSE: Final = 5.0
"""Seconds between two looks into an outbox, each one question to the database: how long what is new stays untold."""


class Rounds(ABC):
    """A thread that makes rounds until it is stopped."""

    def __init__(self, *, name: str, pause: float = PAUSE) -> None:
        self.pause = pause
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name=name, daemon=True)

    def start(self) -> None:
        """Begin: the first round is made after the first pause."""
        self.thread.start()

    def stop(self) -> None:
        """Stop once the round that is being made has come to an end, as it does after the piece of work in hand."""
        self.stopping.set()
        if self.thread.is_alive():
            self.thread.join()

    def run(self) -> None:
        """Make a round after each pause."""
        while not self.stopping.wait(self.pause):
            self.round()

    @abstractmethod
    def round(self) -> object:
        """Do everything once. What goes wrong is logged, ends no thread, and has its next turn."""


class Delivering(Rounds):
    """Delivers what waits in one outbox; without somebody to bring it to there is no thread, and all of it waits."""

    def __init__(self, outbox: Outbox | None, carrier: Carrier | None, *, name: str, pause: float = PAUSE) -> None:
        super().__init__(name=name, pause=pause)
        self.outbox = outbox
        self.carrier = carrier

    @override
    def start(self) -> None:
        """Begin, where there is somebody to bring it to."""
        if self.carrier is not None:
            super().start()

    @override
    def round(self) -> int:
        """Deliver what is due, and return how many messages got an answer."""
        if self.outbox is None or self.carrier is None:
            return 0
        name = self.thread.name
        try:
            delivered = self.outbox.deliver(self.carrier, until=self.stopping.is_set)
        except Exception:  # noqa: BLE001 - whatever goes wrong must not end the thread
            logger().warning(f"{name}: not delivered", exc_info=True)
            return 0
        if delivered:
            logger().info(f"{name}: delivered", count=delivered)
        return delivered

"""The courier: takes notices to the platform above, in a thread of its own, so that its silence delays nothing else.

Every process has one; the outbox sees to it that no two send the same. Without a platform in the settings notices wait,
visibly, and leave in their order once there is one.
"""

import threading
from typing import Final

from api.logs import logger
from api.wiring import Instance
from trust.outbox import Carrier

__all__ = ["Courier"]

PAUSE: Final = 5.0
"""Seconds between two looks into the outbox, each one question to the database: how long a loss may stay untold."""


class Courier:
    """A thread that delivers notices until it is stopped."""

    def __init__(self, instance: Instance, *, pause: float = PAUSE) -> None:
        self.outbox = instance.notices
        self.carrier: Carrier | None = instance.upper_platform
        self.pause = pause
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin, where there is a platform above."""
        if self.carrier is not None:
            self.thread.start()

    def stop(self) -> None:
        """Stop after the message that is on its way."""
        self.stopping.set()
        if self.thread.is_alive():
            self.thread.join()

    def run(self) -> None:
        """Make a round, and one more after each pause."""
        self.round()
        while not self.stopping.wait(self.pause):
            self.round()

    def round(self) -> int:
        """Deliver what is due, and return how many that were. What goes wrong is logged, and has its next turn."""
        if self.carrier is None:
            return 0
        try:
            delivered = self.outbox.deliver(self.carrier, until=self.stopping.is_set)
        except Exception:  # noqa: BLE001 - whatever goes wrong must not end the thread
            logger().warning("notices failed", exc_info=True)
            return 0
        if delivered:
            logger().info("notices delivered", count=delivered)
        return delivered

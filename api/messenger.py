"""The messenger: tells other platforms of changed persons, in a thread of its own, so that silence delays nothing.

Every process has one; the outbox sees to it that no two tell the same. A platform that does not answer keeps no other
from its turn.
"""

import threading
from typing import Final

from api.federation_wiring import Federation, Route
from api.logs import logger

__all__ = ["Messenger"]

PAUSE: Final = 5.0
"""Seconds between two looks: how long a change may stay untold."""


class Messenger:
    """A thread that tells of changes until it is stopped."""

    def __init__(self, federation: Federation, *, pause: float = PAUSE) -> None:
        self.federation = federation
        self.pause = pause
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name="messenger", daemon=True)

    def start(self) -> None:
        """Begin: platforms may be agreed with at any time."""
        self.thread.start()

    def stop(self) -> None:
        """Stop after the message that is on its way."""
        self.stopping.set()
        self.thread.join()

    def run(self) -> None:
        """Make a round after each pause."""
        while not self.stopping.wait(self.pause):
            self.round()

    def round(self) -> int:
        """Tell every platform what is due, and return how many messages got an answer."""
        try:
            routes = self.federation.told()
        except Exception:  # noqa: BLE001 - whatever goes wrong must not end the thread
            logger().warning("platforms unknown", exc_info=True)
            return 0
        return sum(self.tell(one) for one in routes if not self.stopping.is_set())

    def tell(self, route: Route) -> int:
        """Tell one platform. What goes wrong is logged, and has its next turn."""
        name = route.carrier.destination.name
        try:
            route.following.round()
            answered = route.following.outbox.deliver(route.carrier, until=self.stopping.is_set)
        except Exception:  # noqa: BLE001 - as above
            logger().warning("accounts not told", platform=name, exc_info=True)
            return 0
        if answered:
            logger().info("accounts told", platform=name, count=answered)
        return answered

"""The messenger: tells other platforms of changed persons, in a thread of its own, so that silence delays nothing.

Every process has one; the outbox sees to it that no two tell the same. A platform that does not answer keeps no other
from its turn.
"""

from typing_extensions import override

from api.federation_wiring import Federation, Route
from api.logs import logger
from api.rounds import PAUSE, Rounds

__all__ = ["Messenger"]


class Messenger(Rounds):
    """Tells of changes until it is stopped: platforms may be agreed with at any time."""

    def __init__(self, federation: Federation, *, pause: float = PAUSE) -> None:
        super().__init__(name="messenger", pause=pause)
        self.federation = federation

    @override
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

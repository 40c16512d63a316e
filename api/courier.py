"""The courier: takes notices to the platform above, in a thread of its own, so that its silence delays nothing else.

Every process has one; the outbox sees to it that no two send the same. Without a platform in the settings notices wait,
visibly, and leave in their order once there is one.
"""

from typing_extensions import override

from api.rounds import PAUSE, Delivering
from api.wiring import Instance

__all__ = ["Courier"]


class Courier(Delivering):
    """Delivers notices until it is stopped; what waited for the process to begin, at once."""

    def __init__(self, instance: Instance, *, pause: float = PAUSE) -> None:
        super().__init__(instance.notices, instance.upper_platform, name="courier", pause=pause)

    @override
    def run(self) -> None:
        self.round()
        super().run()

"""Watching live codes 亮证码: a phone that shows one is told when somebody checks it."""

from api.watching import Watch
from licence.live.codes import SeenCode

__all__ = ["LiveWatch"]


class LiveWatch(Watch[SeenCode]):
    """The codes that somebody listens to."""

"""Counts of requests, kept in memory for as long as a window of time lasts.

The memory of the library that counts (limits) starts a thread every hundredth of a second in which something is
counted, and never forgets the name of an address that asked once: strangers choose theirs. This one looks at two
names whenever it counts, lets go of those whose window is over, and keeps so many at most.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from limits.storage import MovingWindowSupport, SlidingWindowCounterSupport, Storage
from limits.storage.base import TimestampedSlidingWindow
from typing_extensions import override

__all__ = ["Counts"]

MOST_NAMES: Final = 100_000
"""Names that are counted at once, of about five hundred octets each: beyond that the one that was counted
longest ago is forgotten."""

LOOKED_AT: Final = 2
"""Names that are looked at whenever something is counted: one more than may come, so that what is over goes."""


@dataclass
class Window:
    """What was counted under one name."""

    end: float = 0.0
    """When it is over, in seconds since 1970."""

    number: int = 0
    moments: deque[float] = field(default_factory=deque)


class Counts(Storage, MovingWindowSupport, SlidingWindowCounterSupport, TimestampedSlidingWindow):
    """Counts by name, in this process. Shared between threads."""

    def __init__(self, *, most: int = MOST_NAMES, watch: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.most = most
        self.watch = watch
        self.windows: OrderedDict[str, Window] = OrderedDict()
        """By name, the one that was counted last at the end."""

        self.turns: deque[str] = deque()
        """Names in the order in which they are looked at, round and round; some may be gone."""

        self.lock = threading.RLock()

    @property
    @override
    def base_exceptions(self) -> type[Exception]:
        """What the library may wrap: nothing here fails in a way of its own."""
        return OSError

    def window(self, key: str, now: float) -> Window:
        """Return what was counted under a name that is counted now, and let go of names whose window is over."""
        for _ in range(min(LOOKED_AT, len(self.turns))):
            name = self.turns.popleft()
            found = self.windows.get(name)
            if found is not None and found.end > now:
                self.turns.append(name)
            elif found is not None:
                del self.windows[name]
        window = self.windows.get(key)
        if window is None:
            window = self.windows[key] = Window()
            self.turns.append(key)
        elif window.end <= now:
            window = self.windows[key] = Window()
        self.windows.move_to_end(key)
        if len(self.windows) > self.most:
            self.windows.popitem(last=False)
            if len(self.turns) > 2 * self.most:
                self.turns = deque(self.windows)
        return window

    # --- so many in a window that begins with the first

    @override
    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count on, and return how many there are now."""
        return self.counted(key, expiry, amount, self.watch())

    def counted(self, key: str, expiry: float, amount: int, now: float) -> int:
        """Count on at a moment, and return how many there are then."""
        with self.lock:
            window = self.window(key, now)
            if window.number == 0:
                window.end = now + expiry
            window.number += amount
            return window.number

    @override
    def get(self, key: str) -> int:
        """Return how many were counted."""
        return self.number(key, self.watch())

    def number(self, key: str, now: float) -> int:
        """Return how many were counted, as of a moment."""
        with self.lock:
            found = self.windows.get(key)
            return 0 if found is None or found.end <= now else found.number

    @override
    def get_expiry(self, key: str) -> float:
        """Return when a window is over."""
        with self.lock:
            found = self.windows.get(key)
            return self.watch() if found is None else found.end

    @override
    def check(self) -> bool:
        """Tell that there is memory."""
        return True

    @override
    def reset(self) -> int:
        """Forget everything, and return how many names there were."""
        with self.lock:
            number = len(self.windows)
            self.windows.clear()
            self.turns.clear()
            return number

    @override
    def clear(self, key: str) -> None:
        """Forget a name."""
        with self.lock:
            self.windows.pop(key, None)

    # --- the window of the last seconds, whenever they are

    @override
    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count where no more than the limit then were counted in the last `expiry` seconds; tell whether it was."""
        now = self.watch()
        with self.lock:
            window = self.window(key, now)
            self.forget_before(window, now - expiry)
            if len(window.moments) + amount > limit:
                return False
            window.moments.extend([now] * amount)
            window.end = now + expiry
            return True

    @override
    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return the first moment that still counts, and how many there are."""
        now = self.watch()
        with self.lock:
            found = self.windows.get(key, Window())
            self.forget_before(found, now - expiry)
            return (found.moments[0] if found.moments else now), len(found.moments)

    @staticmethod
    def forget_before(window: Window, moment: float) -> None:
        """Forget what was counted before a moment."""
        while window.moments and window.moments[0] < moment:
            window.moments.popleft()

    # --- the same, told from two windows that follow each other

    @override
    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count where the weighted number of this window and the last one stays within the limit."""
        now = self.watch()
        with self.lock:
            before, left, current, _ = self.two_windows(key, expiry, now)
            if int(before * left / expiry + current) + amount > limit:
                return False
            self.counted(self.sliding_window_keys(key, expiry, now)[1], 2 * expiry, amount, now)
            return True

    @override
    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Return what was counted in the last window and the seconds that it still counts, and the same of this one."""
        return self.two_windows(key, expiry, self.watch())

    def two_windows(self, key: str, expiry: int, now: float) -> tuple[int, float, int, float]:
        """Return the same as of a moment."""
        with self.lock:
            previous, current = self.sliding_window_keys(key, expiry, now)
            rest = expiry - now % expiry
            before = self.number(previous, now)
            return before, rest if before else 0.0, self.number(current, now), rest + expiry

    @override
    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget a name."""
        for one in self.sliding_window_keys(key, expiry, self.watch()):
            self.clear(one)

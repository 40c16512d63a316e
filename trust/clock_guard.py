"""A guard over the clock 时钟守卫: whoever states the time for others must notice when his own clock is wrong.

The clock on the wall is compared with one that nobody can set, with the latest moment that was ever stated, and, where
the operator asks for it, with what the kernel says of its synchronisation. While one of them disagrees no time is told.
The clock comes right again by itself when it is set right; where the new time is the right one, an operator says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import ClassVar, Final

from trust.clock import Clock
from trust.events import AuditEvent
from trust.kernel_clock import KernelClockState
from trust.store import Store
from trust.time_ledger import REFUSED, newest_confirmation, newest_mark
from trust.timestamping import TimeStampingUnavailable

__all__ = ["ClockGuard", "ClockTrouble", "ClockUntrusted", "SynchronisationCheck"]

LOOK_PAUSE: Final = timedelta(seconds=1)
"""How long to wait before asking the database again whether an operator has confirmed the clock."""


class ClockTrouble(StrEnum):
    """What is wrong with the clock."""

    WENT_BACK = "it is behind a moment that was stated before"
    JUMPED = "it was set by hand, or jumped"
    NOT_SYNCHRONISED = "nothing keeps it in step, or its error may be too large"


class ClockUntrusted(TimeStampingUnavailable):
    """The clock cannot be trusted now, and so no time is stated."""

    code = "time_stamping.clock_untrusted"
    detail_names: ClassVar[tuple[str, ...]] = ("reason",)


@dataclass(frozen=True, kw_only=True)
class SynchronisationCheck:
    """The demand that something keeps the clock in step, and that its error has a bound."""

    read: Callable[[], KernelClockState]
    maximum_error: timedelta

    def holds(self) -> bool:
        """Tell whether the kernel says so."""
        try:
            state = self.read()
        except OSError:
            return False
        return state.synchronised and state.maximum_error <= self.maximum_error


@dataclass
class ClockGuard:
    """Tells the time, or raises `ClockUntrusted`. Safe to share between threads.

    `maximum_step` is how far the clock may be moved in all, since the guard began, before it says that it jumped: small
    steps of NTP and a leap second pass.
    """

    clock: Clock
    store: Store
    maximum_step: timedelta
    synchronisation: SynchronisationCheck | None = None

    def __post_init__(self) -> None:
        self.lock = Lock()
        self.begun: tuple[datetime, timedelta] | None = None
        self.latest: datetime | None = None
        self.confirmed = 0
        self.trouble: ClockTrouble | None = None
        self.looked: timedelta | None = None

    def now(self) -> datetime:
        """Return the present moment, never one before a moment that was returned before."""
        with self.lock:
            now, elapsed = self.clock.now(), self.clock.elapsed()
            if self.begun is None:
                with self.store.reading() as view:
                    self.latest, self.confirmed = newest_mark(view), newest_confirmation(view)
                self.begun = now, elapsed
            trouble = self.find_trouble(now, elapsed)
            if trouble not in (None, ClockTrouble.NOT_SYNCHRONISED) and self.is_confirmed(elapsed):
                self.begun, self.latest = (now, elapsed), None
                trouble = self.find_trouble(now, elapsed)
            self.note(trouble)
            if trouble is not None:
                raise ClockUntrusted(reason=trouble.value)
            self.latest = now
            return now

    def find_trouble(self, now: datetime, elapsed: timedelta) -> ClockTrouble | None:
        """Return what is wrong with the clock, if anything is."""
        began, steady = self.begun or (now, elapsed)
        if abs((now - began) - (elapsed - steady)) > self.maximum_step:
            return ClockTrouble.JUMPED
        if self.latest is not None and now < self.latest:
            return ClockTrouble.WENT_BACK
        if self.synchronisation is not None and not self.synchronisation.holds():
            return ClockTrouble.NOT_SYNCHRONISED
        return None

    def is_confirmed(self, elapsed: timedelta) -> bool:
        """Tell whether an operator has confirmed the clock since the last look, which is taken once a second."""
        if self.looked is not None and elapsed - self.looked < LOOK_PAUSE:
            return False
        self.looked = elapsed
        with self.store.reading() as view:
            newest = newest_confirmation(view)
        is_new, self.confirmed = newest > self.confirmed, newest
        return is_new

    def note(self, trouble: ClockTrouble | None) -> None:
        """Put the beginning of a trouble on record, once."""
        if trouble is not None and trouble is not self.trouble:
            with self.store.transaction() as tx:
                facts = {"reason": trouble.name.lower()}
                tx.record(AuditEvent(tag=REFUSED, actor="system", subject="clock", facts=facts))
        self.trouble = trouble

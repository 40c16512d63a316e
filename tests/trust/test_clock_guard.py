"""The guard over the clock: when time is told, and when it is not."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.fakes.clock import NOW, SettableClock
from trust import repository
from trust.clock_guard import LOOK_PAUSE, ClockGuard, ClockTrouble, ClockUntrusted, SynchronisationCheck
from trust.errors import Unavailable
from trust.kernel_clock import KernelClockState
from trust.store import Store
from trust.time_ledger import REFUSED, TimeLedger, confirm_clock
from trust.timestamping import TimeStampingUnavailable

SECOND = timedelta(seconds=1)
STEP = 2 * SECOND


def guard_of(store: Store, clock: SettableClock, synchronisation: SynchronisationCheck | None = None) -> ClockGuard:
    """Return a guard that lets the clock be moved by two seconds."""
    return ClockGuard(clock=clock, store=store, maximum_step=STEP, synchronisation=synchronisation)


def refusals(store: Store) -> list[str]:
    """Return the reasons of every refusal on record."""
    with store.reading() as view:
        return [str(one.event.facts["reason"]) for one in repository.events(view) if one.event.tag == REFUSED]


def refused(guard: ClockGuard) -> ClockTrouble:
    """Return why the guard tells no time."""
    with pytest.raises(ClockUntrusted) as caught:
        guard.now()
    return ClockTrouble(str(caught.value.details["reason"]))


def confirm(store: Store, clock: SettableClock) -> None:
    """Say that the clock is right, and let pass what the guard waits between two looks."""
    confirm_clock(store, actor="operator", reason="compared with a receiver")
    clock.advance(LOOK_PAUSE)


def test_time_goes_on(store: Store, clock: SettableClock) -> None:
    guard = guard_of(store, clock)
    for passed in (0, 0, 1, 60, 86400 * 30):
        clock.advance(passed * SECOND)
        assert guard.now() == clock.now()
    assert refusals(store) == []


@pytest.mark.parametrize("step", [-STEP, STEP], ids=["back", "forward"])
def test_small_steps_pass_and_larger_ones_do_not(sqlite_store: Store, clock: SettableClock, step: timedelta) -> None:
    guard = guard_of(sqlite_store, clock)
    guard.now()
    clock.jump(step)
    clock.advance(3 * SECOND)  # it is past what was stated before
    assert guard.now() == clock.now()
    clock.jump(step / 1000)
    assert refused(guard) is ClockTrouble.JUMPED
    assert refusals(sqlite_store) == ["jumped"]


def test_steps_add_up(sqlite_store: Store, clock: SettableClock) -> None:
    guard = guard_of(sqlite_store, clock)
    for _ in range(2):
        guard.now()
        clock.jump(SECOND)
    guard.now()
    clock.jump(SECOND)
    assert refused(guard) is ClockTrouble.JUMPED


def test_it_tells_no_moment_before_one_that_it_told(sqlite_store: Store, clock: SettableClock) -> None:
    guard = guard_of(sqlite_store, clock)
    guard.now()
    clock.jump(-SECOND)
    assert refused(guard) is ClockTrouble.WENT_BACK
    clock.advance(SECOND)
    assert guard.now() == NOW
    assert refusals(sqlite_store) == ["went_back"]


def test_a_clock_that_is_set_right_again_is_trusted_again(sqlite_store: Store, clock: SettableClock) -> None:
    guard = guard_of(sqlite_store, clock)
    guard.now()
    clock.jump(timedelta(days=365))
    assert refused(guard) is ClockTrouble.JUMPED
    clock.jump(-timedelta(days=365))
    assert guard.now() == NOW


def test_a_trouble_is_put_on_record_once_each_time(sqlite_store: Store, clock: SettableClock) -> None:
    guard = guard_of(sqlite_store, clock)
    guard.now()
    for _ in range(2):
        clock.jump(timedelta(hours=1))
        for _ in range(3):
            refused(guard)
        clock.jump(-timedelta(hours=1))
        guard.now()
    assert refusals(sqlite_store) == ["jumped", "jumped"]


@pytest.mark.parametrize("hours", [-1, 1])
def test_an_operator_confirms_the_clock(store: Store, clock: SettableClock, hours: int) -> None:
    guard = guard_of(store, clock)
    TimeLedger(store).issued("tsa-sm2", b"token", guard.now())
    clock.jump(timedelta(hours=hours))
    assert refused(guard) is ClockTrouble.JUMPED
    confirm(store, clock)
    assert guard.now() == clock.now() == NOW + timedelta(hours=hours) + LOOK_PAUSE
    # It holds for what happened before, and not for what comes after.
    clock.jump(timedelta(hours=1))
    assert refused(guard) is ClockTrouble.JUMPED
    clock.advance(LOOK_PAUSE)
    assert refused(guard) is ClockTrouble.JUMPED


def test_a_confirmation_from_before_the_process_counts_for_nothing(sqlite_store: Store, clock: SettableClock) -> None:
    confirm(sqlite_store, clock)
    guard = guard_of(sqlite_store, clock)
    guard.now()
    clock.jump(timedelta(hours=1))
    clock.advance(LOOK_PAUSE)
    assert refused(guard) is ClockTrouble.JUMPED


def test_the_database_is_asked_for_confirmations_once_a_second(sqlite_store: Store, clock: SettableClock) -> None:
    guard = guard_of(sqlite_store, clock)
    guard.now()
    clock.jump(timedelta(hours=1))
    refused(guard)
    confirm_clock(sqlite_store, actor="operator", reason="right now")
    assert refused(guard) is ClockTrouble.JUMPED
    clock.advance(LOOK_PAUSE)
    guard.now()


def test_what_was_stated_outlives_a_restart(store: Store, clock: SettableClock) -> None:
    TimeLedger(store).issued("tsa-sm2", b"token", guard_of(store, clock).now())
    clock.jump(-timedelta(minutes=1))
    again = guard_of(store, clock)
    assert refused(again) is ClockTrouble.WENT_BACK
    clock.advance(timedelta(minutes=1))
    assert again.now() == NOW
    clock.jump(-timedelta(minutes=1))
    confirm(store, clock)
    third = guard_of(store, clock)
    assert third.now() == clock.now()


def kernel(synchronised: bool, error: timedelta) -> Callable[[], KernelClockState]:  # noqa: FBT001
    """Return a kernel that says so."""
    return lambda: KernelClockState(synchronised=synchronised, maximum_error=error)


def silent() -> KernelClockState:
    """Be a kernel that does not say."""
    raise OSError


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (kernel(synchronised=True, error=SECOND), True),
        (kernel(synchronised=True, error=SECOND + timedelta(microseconds=1)), False),
        (kernel(synchronised=False, error=timedelta()), False),
        (silent, False),
    ],
    ids=["in step", "too far off", "out of step", "does not say"],
)
def test_what_the_kernel_says(
    sqlite_store: Store,
    clock: SettableClock,
    read: Callable[[], KernelClockState],
    told: bool,  # noqa: FBT001
) -> None:
    guard = guard_of(sqlite_store, clock, SynchronisationCheck(read=read, maximum_error=SECOND))
    if told:
        assert guard.now() == NOW
    else:
        assert refused(guard) is ClockTrouble.NOT_SYNCHRONISED
        confirm(sqlite_store, clock)  # no word of an operator's keeps a clock in step
        assert refused(guard) is ClockTrouble.NOT_SYNCHRONISED


def test_whoever_needs_the_time_has_to_wait() -> None:
    assert issubclass(ClockUntrusted, TimeStampingUnavailable)
    assert issubclass(TimeStampingUnavailable, Unavailable)

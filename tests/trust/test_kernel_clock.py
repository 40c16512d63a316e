"""What the kernel of this very machine says of its clock."""

import ctypes
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from trust.kernel_clock import KernelClockState, Timex, read_kernel_clock


class OtherSystem:
    """A C library without the question."""


class Denying:
    """A kernel that does not answer."""

    def adjtimex(self, _told: object) -> int:
        ctypes.set_errno(1)
        return -1


class Answering:
    """A kernel that says how its clock stands."""

    def __init__(self, status: int, error: int) -> None:
        self.status, self.error = status, error

    def adjtimex(self, told: "ctypes._Pointer[Timex]") -> int:
        timex = ctypes.cast(told, ctypes.POINTER(Timex)).contents
        timex.status, timex.maxerror = self.status, self.error
        return 0


@pytest.mark.parametrize("library", [OtherSystem, Denying])
def test_a_system_that_does_not_say(library: Callable[[], object]) -> None:
    with pytest.raises(OSError, match=r"adjtimex|Operation not permitted"):
        read_kernel_clock(library)


@pytest.mark.parametrize(("status", "synchronised"), [(0, True), (0x0040, False), (0x2001, True), (0x2041, False)])
def test_what_the_bits_say(status: int, synchronised: bool) -> None:  # noqa: FBT001
    state = read_kernel_clock(lambda: Answering(status, 1500))
    assert state == KernelClockState(synchronised=synchronised, maximum_error=timedelta(microseconds=1500))


@pytest.mark.skipif(sys.platform != "linux", reason="adjtimex is Linux")
def test_it_says_something_that_can_be() -> None:
    state = read_kernel_clock()
    assert (
        timedelta() <= state.maximum_error <= timedelta(seconds=17)
    )  # NTP_PHASE_LIMIT, where the kernel stops counting
    assert state.synchronised in (True, False)


def test_there_is_room_for_all_that_the_kernel_writes() -> None:
    assert ctypes.sizeof(Timex) >= 208  # struct timex of 64-bit Linux

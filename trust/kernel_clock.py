"""What the kernel knows of its clock: whether something keeps it in step, and how wrong it may be (adjtimex(2)).

NTP programs tell the kernel when they are in step; without word from them its bound on the error grows by the second.
"""

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol, cast

__all__ = ["KernelClock", "KernelClockState", "read_kernel_clock"]

UNSYNCHRONISED: Final = 0x0040
"""STA_UNSYNC in `status`."""


class Timex(ctypes.Structure):
    """`struct timex` of Linux, as far as it is read; the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("room", ctypes.c_long * 32),
    )


@dataclass(frozen=True, kw_only=True)
class KernelClockState:
    """What the kernel says of its clock."""

    synchronised: bool
    maximum_error: timedelta


KernelClock = Callable[[], KernelClockState]
"""What asks the kernel. Raises `OSError` where it does not say."""


class SystemLibrary(Protocol):
    """The C library of the system, where it can be asked."""

    adjtimex: Callable[[Any], int]


def system_library() -> SystemLibrary:
    """Return the C library."""
    return cast("SystemLibrary", ctypes.CDLL(None, use_errno=True))


def read_kernel_clock(open_library: Callable[[], object] = system_library) -> KernelClockState:
    """Ask the kernel, changing nothing. Raise `OSError` where it does not say, or is none that can be asked."""
    library = cast("SystemLibrary", open_library())
    if not hasattr(library, "adjtimex"):
        raise OSError("this system has no adjtimex")
    told = Timex(modes=0)
    if library.adjtimex(ctypes.byref(told)) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return KernelClockState(
        synchronised=not told.status & UNSYNCHRONISED, maximum_error=timedelta(microseconds=told.maxerror)
    )

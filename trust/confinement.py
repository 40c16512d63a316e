"""Confining a process of Linux for good: no files, no network, no other programs, no code but what is loaded.

What a confined process still may is written out (seccomp, an allow list): compute, ask for memory and for the time,
speak over the connections that it has, end. Everything else is answered with EACCES, so that a library that asks for
more gets an error of its own language and not the end of the process.
"""

import ctypes
import errno
import platform
import signal
from collections.abc import Mapping
from typing import Final

__all__ = ["NotConfined", "confine", "is_confinable", "let_die_with_parent", "refuse_threads"]

# <linux/prctl.h>, <linux/seccomp.h>, <linux/filter.h>, <linux/audit.h>; none of them in Python's library.
PR_SET_PDEATHSIG: Final = 1
PR_SET_NO_NEW_PRIVS: Final = 38
PR_SET_SECCOMP: Final = 22
SECCOMP_MODE_FILTER: Final = 2
KILL: Final = 0x8000_0000
REFUSE: Final = 0x0005_0000 | errno.EACCES
NO_SUCH_CALL: Final = 0x0005_0000 | errno.ENOSYS
ALLOW: Final = 0x7FFF_0000
LOAD: Final = 0x20
"""BPF_LD | BPF_W | BPF_ABS: load the word at an offset of the call's description."""

EQUAL: Final = 0x15
"""BPF_JMP | BPF_JEQ | BPF_K."""

AT_LEAST: Final = 0x35
"""BPF_JMP | BPF_JGE | BPF_K."""

ANY_BIT: Final = 0x45
"""BPF_JMP | BPF_JSET | BPF_K."""

RETURN: Final = 0x06
"""BPF_RET | BPF_K."""

NUMBER_AT, ARCHITECTURE_AT, FLAGS_AT, PROTECTION_AT = 0, 4, 16, 32
"""Where the number of a call stands, its architecture, and the low halves of its first and its third argument (little
endian)."""

CLONE: Final[Mapping[str, int]] = {"x86_64": 56, "aarch64": 220}
CLONE3: Final = 435
CLONE_THREAD: Final = 0x1_0000
PROT_EXEC: Final = 4
X32_BIT: Final = 0x4000_0000
"""Set in the numbers of a second interface that x86-64 kernels have; none of its calls is allowed."""

ARCHITECTURES: Final[Mapping[str, int]] = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}

ALLOWED: Final[Mapping[str, tuple[int, int]]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "lseek": (8, 62),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "writev": (20, 66),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "setitimer": (38, 103),
    "getpid": (39, 172),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "exit": (60, 93),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "times": (100, 153),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "ppoll": (271, 73),
    "getrandom": (318, 278),
}
"""Calls that stay, by their numbers on x86-64 and on 64-bit ARM."""

NOT_FOR_CODE: Final[Mapping[str, tuple[int, int]]] = {"mmap": (9, 222), "mprotect": (10, 226)}
"""Calls that stay unless they ask for memory whose content can be run."""


class NotConfined(Exception):
    """The kernel does not confine this process, or we do not know how to ask it on this machine."""


class Instruction(ctypes.Structure):
    """One step of a filter (struct sock_filter)."""

    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint))


class Filter(ctypes.Structure):
    """A filter (struct sock_fprog)."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(Instruction)))


def is_confinable(machine: str = platform.machine()) -> bool:
    """Tell whether we know how to ask for confinement on a machine of this kind."""
    return platform.system() == "Linux" and machine in ARCHITECTURES


def filter_for(machine: str) -> list[tuple[int, int, int, int]]:
    """Return the steps of the filter: each a code, how far to jump where it holds and where not, and a number."""
    place = list(ARCHITECTURES).index(machine)
    plain = [numbers[place] for numbers in ALLOWED.values()]
    no_code = [numbers[place] for numbers in NOT_FOR_CODE.values()]
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_AT),
        (AT_LEAST, len(plain) + len(no_code), 0, X32_BIT),
    ]
    # What lies behind the list: [refuse, look for code (two steps), refuse, allow].
    left = len(plain) + len(no_code)
    for number in no_code:
        left -= 1
        steps.append((EQUAL, left + 1, 0, number))
    for number in plain:
        left -= 1
        steps.append((EQUAL, left + 4, 0, number))
    steps += [
        (RETURN, 0, 0, REFUSE),
        (LOAD, 0, 0, PROTECTION_AT),
        (ANY_BIT, 0, 1, PROT_EXEC),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    return steps


def no_threads_for(machine: str) -> list[tuple[int, int, int, int]]:
    """Return the steps of a filter that answers whoever starts a thread that there is no such call, as `filter_for`.

    A process may still be forked: the C library falls back from clone3, whose flags no filter can see, to clone.
    """
    return [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_AT),
        (EQUAL, 3, 0, CLONE3),
        (EQUAL, 0, 3, CLONE[machine]),
        (LOAD, 0, 0, FLAGS_AT),
        (ANY_BIT, 0, 1, CLONE_THREAD),
        (RETURN, 0, 0, NO_SUCH_CALL),
        (RETURN, 0, 0, ALLOW),
    ]


def refuse_threads() -> None:  # pragma: no cover - for good, as `confine`
    """Let this process, and whatever it forks, start no thread. Raise `NotConfined`.

    A library that works in threads where it can finds that this machine has none and works without: what it keeps then
    survives a fork, which threads do not.
    """
    machine = platform.machine()
    if not is_confinable(machine):
        raise NotConfined(machine)
    install(no_threads_for(machine))


def confine() -> None:  # pragma: no cover - for good: only a process that ends afterwards can be confined
    """Confine this process, and whatever it could start, until it ends. Raise `NotConfined`."""
    machine = platform.machine()
    if not is_confinable(machine):
        raise NotConfined(machine)
    install(filter_for(machine))


def install(steps: list[tuple[int, int, int, int]]) -> None:  # pragma: no cover - for good, as `confine`
    """Put a filter over this process. Raise `NotConfined`."""
    instructions = (Instruction * len(steps))(*(Instruction(*one) for one in steps))
    library = libc()
    if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise NotConfined(errno.errorcode[ctypes.get_errno()])
    asked = Filter(len(steps), instructions)
    if library.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(asked), 0, 0) != 0:
        raise NotConfined(errno.errorcode[ctypes.get_errno()])


def let_die_with_parent() -> None:  # pragma: no cover - likewise
    """Ask the kernel to end this process when the one that started it ends."""
    if libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise NotConfined(errno.errorcode[ctypes.get_errno()])


def libc() -> ctypes.CDLL:  # pragma: no cover - what the two above call
    """Return the C library of this process, with the prototypes that are used here."""
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    return library

"""What keeps secrets in memory from reaching a disk: no core dumps, no tracing, no swap, and memory that is wiped.

`harden` protects a whole process that holds keys, as the custody process does at its start. `SecretBuffer` holds one
secret that is needed only for a while, such as a PIN or a share, outside Python's own memory, which nobody can wipe.

What this cannot do: against the administrator of the machine, who may read the memory of every process, only a
cryptographic device helps.
"""

import ctypes
import mmap
import os
import resource
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NoReturn, Self

from typing_extensions import override

__all__ = ["Hardening", "SecretBuffer", "harden", "lock_allowed"]

# <sys/prctl.h>, <sys/mman.h>, <linux/capability.h>; none of them in Python's library.
PR_SET_DUMPABLE: Final = 4
PR_GET_DUMPABLE: Final = 3
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4
MADV_DONTDUMP: Final = 16
MADV_WIPEONFORK: Final = 18
CAP_IPC_LOCK: Final = 14

STATUS: Final = Path("/proc/self/status")


@cache
def libc() -> ctypes.CDLL:
    """Return the C library of this process, with the prototypes that are used here."""
    library = ctypes.CDLL(None, use_errno=True)
    library.mlock.argtypes = library.munlock.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    library.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    library.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    return library


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """What could be had of the machine. Each part that could not is told in `told`, for the operator to mend."""

    dumps_off: bool
    """The kernel writes no core of this process, and lets no process of the same user trace it or read its memory."""

    memory_locked: bool
    """Nothing of this process is swapped to a disk."""

    @property
    def told(self) -> str:
        """The state in words."""
        dumps = "no core dumps, no tracing" if self.dumps_off else "core dumps and tracing possible"
        memory = "memory locked" if self.memory_locked else "memory may be swapped (raise LimitMEMLOCK to infinity)"
        return f"{dumps}; {memory}"


def harden() -> Hardening:
    """Forbid core dumps and tracing of this process, and lock all of its memory where the machine allows.

    Memory is locked as it is first used (MCL_ONFAULT), so that the stacks of threads cost what they use. It is locked
    only where the limit is infinite or the process may pass it: below a limit, later allocations would fail instead.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    call = libc()
    call.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    dumps_off = call.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 and resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    locked = lock_allowed(STATUS, resource.getrlimit(resource.RLIMIT_MEMLOCK)[0])
    if locked:
        locked = call.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0
    return Hardening(dumps_off=dumps_off, memory_locked=locked)


def lock_allowed(status: Path, limit: int) -> bool:
    """Tell whether a process may lock without end: its `limit` is infinite, or its `status` shows CAP_IPC_LOCK."""
    if limit == resource.RLIM_INFINITY:
        return True
    for line in status.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "CapEff":
            return bool(int(value, 16) >> CAP_IPC_LOCK & 1)
    return False


class SecretBuffer:
    """A secret in a page of its own: locked against swapping where allowed, in no core, wiped for a forked child.

    It is wiped by `wipe`, at the end of a `with`, and when it is let go.
    """

    def __init__(self, secret: bytes | bytearray) -> None:
        self.length, self.process, self.is_wiped = len(secret), os.getpid(), False
        # Private, since a shared page would be shared with forked children instead of wiped for them.
        self.pages = mmap.mmap(-1, max(self.length, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        anchor = ctypes.c_char.from_buffer(self.pages)
        self.address = ctypes.addressof(anchor)
        del anchor  # it would keep the pages from being closed
        call = libc()
        self.locked = call.mlock(self.address, len(self.pages)) == 0
        for advice in (MADV_DONTDUMP, MADV_WIPEONFORK):
            call.madvise(self.address, len(self.pages), advice)
        self.pages[: self.length] = bytes(secret)

    @override
    def __repr__(self) -> str:
        return "SecretBuffer(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def __del__(self) -> None:
        self.wipe()

    @property
    def closed(self) -> bool:
        """Whether the secret is gone, or never came here."""
        return not hasattr(self, "pages") or self.pages.closed

    def reveal(self) -> bytes:
        """Return the secret, for a function that takes nothing but bytes.

        Raise `ValueError` once it was wiped, also in a forked child, for whom the kernel has wiped it: what is left
        there are zeros, and nothing may be enciphered under those.
        """
        if os.getpid() != self.process:
            raise ValueError("a secret does not follow into a forked process")
        octets = self.pages[: self.length]
        if self.is_wiped:  # asked afterwards: other threads run while it is wiped, and these octets may be zeros by now
            raise ValueError("a secret that was wiped is closed")
        return octets

    def wipe(self) -> None:
        """Overwrite the secret and give its page back. A second time does nothing."""
        if self.closed:
            return
        self.is_wiped = True
        ctypes.memset(self.address, 0, len(self.pages))
        libc().munlock(self.address, len(self.pages))
        self.pages.close()

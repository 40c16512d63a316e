"""Making durable what was written: a folder's names, or everything on a file system at once.

Of many files, each synced by itself (fsync(2)), every one waits for the disk again, and once more for the folder of its
name. Linux makes all of a file system durable in one wait (syncfs(2)), and promises of it what it promises of fsync on
each of its files. Whatever others have written there is waited for as well. Only from 5.8 on does it tell of a write
that failed, and not of every kind of file system: elsewhere each file is synced by itself.
"""

import ctypes
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

__all__ = ["FileSystem", "Sync", "file_system", "kind_of", "sync_folder", "tells_of_failures"]

TELLING: Final = (5, 8)
"""The first release of Linux whose syncfs tells of writes that failed since the descriptor was opened."""

KINDS: Final = frozenset({"ext4", "xfs"})
"""File systems on disks of the machine that keep note of writes that failed. One that lies over another, as in
containers, may not hear of them; one on a network answers in its own way."""

MOUNTS: Final = Path("/proc/self/mountinfo")
RELEASE: Final = re.compile(r"([0-9]+)\.([0-9]+)")

Sync = Callable[[], None]


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable. Raise `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FileSystem:
    """Syncs whole file systems by syncfs(2). Safe to share between threads."""

    def __init__(self, function: Any) -> None:  # noqa: ANN401 - a function of ctypes has no type of its own
        function.restype, function.argtypes = ctypes.c_int, (ctypes.c_int,)
        self.function = function

    @contextmanager
    def holding(self, folder: Path) -> Iterator[Sync]:
        """Return what makes all durable that was written on the file system of `folder`, names and contents.

        To be asked for before anything is written: it raises `OSError` for every write that failed since.
        """
        descriptor = os.open(folder, os.O_RDONLY)

        def sync() -> None:
            if self.function(descriptor) != 0:
                error = ctypes.get_errno()
                raise OSError(error, os.strerror(error))

        try:
            yield sync
        finally:
            os.close(descriptor)


def tells_of_failures(system: str, release: str) -> bool:
    """Tell whether syncfs of an operating system can be relied on: its name and release as `platform` tells them."""
    found = RELEASE.match(release)
    return system == "linux" and found is not None and (int(found[1]), int(found[2])) >= TELLING


def kind_of(folder: Path, mounts: str) -> str:
    """Return the kind of file system on which a folder stands, out of what proc(5) tells of mounts; "" for unknown."""
    device = folder.stat().st_dev
    told = f"{os.major(device)}:{os.minor(device)}"
    fields = next((line.split() for line in mounts.splitlines() if line.split()[2:3] == [told]), [])
    return fields[fields.index("-") + 1] if "-" in fields else ""


@lru_cache(maxsize=16)
def file_system(folder: Path, mounts: Path = MOUNTS) -> FileSystem | None:
    """Return what syncs the whole file system of a folder, if something does that can be relied on."""
    if not tells_of_failures(sys.platform, platform.release()):
        return None
    try:
        kind = kind_of(folder, mounts.read_text())
    except OSError:
        return None
    if kind not in KINDS:
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    return None if function is None else FileSystem(function)

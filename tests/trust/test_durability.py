"""Making durable what was written: on which machines a whole file system can be synced, and what it tells."""

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from trust.durability import FileSystem, file_system, kind_of, sync_folder, tells_of_failures


class Function:
    """A function of libc, which notes the folder that it was called for."""

    def __init__(self, fault: int = 0) -> None:
        self.fault = fault
        self.called: list[int] = []
        self.restype: Any = None
        self.argtypes: Any = None

    def __call__(self, descriptor: int) -> int:
        self.called.append(os.fstat(descriptor).st_ino)
        ctypes.set_errno(self.fault)
        return -1 if self.fault else 0


@pytest.mark.parametrize(
    ("system", "release", "expected"),
    [
        ("linux", "5.8.0-1-amd64", True),
        ("linux", "5.10", True),
        ("linux", "6.18.44-fc-v769", True),
        ("linux", "5.7.19", False),
        ("linux", "4.19.0", False),
        ("linux", "unknown", False),
        ("darwin", "24.1.0", False),
    ],
)
def test_where_it_can_be_relied_on(system: str, release: str, *, expected: bool) -> None:
    """Before 5.8, syncfs said that all was well whatever became of a write (syncfs(2))."""
    assert tells_of_failures(system, release) is expected


def test_the_folder_is_open_before_anything_is_written(tmp_path: Path) -> None:
    """An error is told to those who had the file system open when it happened."""
    function = Function()
    with FileSystem(function).holding(tmp_path) as sync:
        assert function.called == []
        sync()
        sync()
    assert function.called == [tmp_path.stat().st_ino] * 2
    assert (function.restype, function.argtypes) == (ctypes.c_int, (ctypes.c_int,))


def test_a_failure_is_told(tmp_path: Path) -> None:
    with (
        FileSystem(Function(errno.EIO)).holding(tmp_path) as sync,
        pytest.raises(OSError, match=os.strerror(errno.EIO)),
    ):
        sync()


@pytest.mark.parametrize("act", [sync_folder, lambda path: FileSystem(Function()).holding(path).__enter__()])
def test_a_folder_that_is_not_there(tmp_path: Path, act: Callable[[Path], object]) -> None:
    with pytest.raises(FileNotFoundError):
        act(tmp_path / "none")


MOUNTED = "36 35 {device} / {folder} rw,noatime shared:1 - {kind} /dev/root rw"


@pytest.mark.parametrize("kind", ["ext4", "overlay", "nfs4"])
def test_what_kind_of_file_system_it_is(tmp_path: Path, kind: str) -> None:
    device = tmp_path.stat().st_dev
    told = f"{os.major(device)}:{os.minor(device)}"
    lines = [
        MOUNTED.format(device="0:0", folder="/proc", kind="proc"),
        MOUNTED.format(device=told, folder="/", kind=kind),
    ]
    assert kind_of(tmp_path, "\n".join(lines)) == kind
    assert kind_of(tmp_path, lines[0]) == ""
    assert kind_of(tmp_path, f"36 35 {told} / / rw\n\n") == ""


def test_none_can_be_relied_on_of_which_nothing_is_known(tmp_path: Path) -> None:
    assert file_system(tmp_path, tmp_path / "none") is None
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTED.format(device="0:0", folder="/", kind="ext4"))
    assert file_system(tmp_path, mounts) is None


def test_a_file_is_durable_on_whatever_this_machine_has() -> None:
    with TemporaryDirectory(dir="/var/tmp") as name:  # on a disk, where other temporary folders may be in memory
        folder = Path(name)
        found = file_system(folder)
        assert file_system(folder) is found
        if found is None:
            found = FileSystem(ctypes.CDLL(None, use_errno=True).syncfs)
        with found.holding(folder) as sync:
            (folder / "file").write_text("content")
            sync()

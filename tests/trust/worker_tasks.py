"""Functions that the tests have called in workers: good ones, and ones that do what a worker was taken over to do."""

import mmap
import os
import resource
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum
from pathlib import Path

from trust.errors import Invalid, TrustError
from trust.pdf.intake import PDFLimitExceeded, PDFLocked

__all__ = [
    "Colour",
    "Paint",
    "Rank",
    "Values",
    "allocate",
    "attempts",
    "before",
    "crash",
    "deep",
    "environment",
    "fails",
    "files",
    "leave",
    "lies",
    "number",
    "others",
    "refuse",
    "same",
    "secret_of_the_file",
    "sleep",
    "spin",
    "twice",
]

KEPT: list[bytes] = []


class Colour(StrEnum):
    """A word of a closed set."""

    RED = "red"
    BLUE = "blue"


class Rank(IntEnum):
    """A number of a closed set."""

    FIRST = 1


@dataclass(frozen=True)
class Paint:
    """A value that checks itself."""

    colour: Colour
    litres: float

    def __post_init__(self) -> None:
        if self.litres <= 0:
            raise ValueError("no paint")


@dataclass(frozen=True, kw_only=True)
class Values:
    """One field of every kind that travels."""

    text: str = "章 𠮷"
    count: int = -(1 << 70)
    is_true: bool = True
    octets: bytes = b"\0\xff"
    moment: datetime = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    day: date = date(2026, 11, 22)
    lapse: timedelta = timedelta(days=2, microseconds=1)
    rank: Rank = Rank.FIRST
    paint: Paint | None = None
    either: str | int | bool | Paint | None = None
    many: tuple[Paint, ...] = ()
    few: tuple[int, bytes] = (7, b"seven")
    colours: frozenset[Colour] = frozenset({Colour.RED})
    facts: Mapping[str, str | int | bool | None] | None = None


def same(values: Values) -> Values:
    """Return what came."""
    return values


def twice(octets: bytes, /, *, more: bytes = b"") -> tuple[bytes, bytes]:
    """Return the octets themselves, and octets that are new."""
    return octets, octets + more


def number() -> int:
    """Return the number of this process."""
    return os.getpid()


def refuse(limit: str) -> None:
    """Refuse as a parser does."""
    if limit:
        raise PDFLimitExceeded(limit=limit, allowed=7)
    raise PDFLocked


def secret_of_the_file(octets: bytes) -> None:
    """Make a mistake that speaks of the file."""
    raise KeyError(octets.decode())


def spin(seconds: float) -> int:
    """Compute for so long."""
    end, count = time.process_time() + seconds, 0
    while time.process_time() < end:
        count += 1
    return count


def sleep(seconds: float) -> None:
    """Do nothing for so long."""
    time.sleep(seconds)


def allocate(octets: int) -> int:
    """Use so much memory."""
    return len(bytearray(octets))


def deep(levels: int) -> int:
    """Call itself so often."""
    return levels and deep(levels - 1)


def crash() -> None:
    """Break the process as a library written in C would."""
    os._exit(11)


def before() -> None:
    """Leave something before any worker is forked."""
    KEPT.append(b"before")


def leave(octets: bytes) -> int:
    """Leave something behind in the process; return how much is there."""
    KEPT.append(octets)
    return len(KEPT)


def environment() -> tuple[str, ...]:
    """Return the names in the environment."""
    return tuple(os.environ)  # noqa: TID251 - what the test asks


def others() -> tuple[str, ...]:
    """Return the packages of the house that are loaded."""
    return tuple(sorted({name.partition(".")[0] for name in sys.modules}))


ATTEMPTS: Mapping[str, Callable[[], object]] = {
    "read a file": lambda: Path("/etc/passwd").read_bytes(),
    "write a file": lambda: Path("/tmp/taken-over").write_bytes(b"x"),  # noqa: S108 - it must not come about
    "list a folder": lambda: os.listdir("/"),  # noqa: PTH208 - the call itself
    "remove a file": lambda: os.unlink("/tmp/nothing"),  # noqa: PTH108, S108 - likewise
    "connect": lambda: socket.socket(socket.AF_INET),
    "connect to a socket of this machine": lambda: socket.socket(socket.AF_UNIX),
    "start a program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - likewise
    "fork": os.fork,
    "end another process": lambda: os.kill(os.getppid(), 9),
    "lift a limit": lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, 1)),
    "load more": lambda: __import__("this"),
    "load code into memory": lambda: mmap.mmap(-1, 4096, prot=7),
    "look at processes": lambda: os.getpriority(os.PRIO_PROCESS, os.getppid()),
}


def attempts() -> Mapping[str, str]:
    """Try what a worker has no business with; return what came of each."""
    found = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
            found[name] = "done"
        except OSError as error:
            found[name] = type(error).__name__
        except ImportError:
            found[name] = "ImportError"
    return found


def files() -> int:
    """Return how many descriptors are open."""
    found = 0
    for one in range(64):
        try:
            os.lseek(one, 0, os.SEEK_CUR)
            found += 1
        except OSError as error:
            found += error.errno != 9  # EBADF
    return found


def lies() -> int:
    """Claim to return a number, and return none."""
    return "seven"  # type: ignore[return-value] # that is the lie


class Unheard(Invalid):
    """An error that only the worker knows."""

    code = "test.unheard"


def fails(kind: int) -> None:
    """Raise what should never come out of a function."""
    if kind == 0:
        raise MemoryError
    if kind == 1:
        raise TrustError
    raise RuntimeError("文件里的秘密")

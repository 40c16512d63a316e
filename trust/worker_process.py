"""The far side of a pool of workers: one process that has everything loaded, and the workers that it forks.

The first process is started afresh, with no environment of its starter's, no open file but its connection, and no
thread. It loads what workers need, and from then on forks a worker whenever it is asked to. It never touches a foreign
file. A worker inherits what is loaded and nothing else: it is limited (processor time, memory, files), confined
(trust/confinement.py), answers as many requests as it may, and ends. Whoever takes it over has the octets of one file.
"""

import contextlib
import gc
import json
import math
import os
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any, Final

from trust.confinement import confine, let_die_with_parent, refuse_threads
from trust.crypto import backends, selftest
from trust.crypto.backends import BackendChoice
from trust.errors import TrustError
from trust.worker_messages import call_of, pack, unpack
from trust.worker_shapes import Octets

__all__ = ["Limits", "Order", "Outcome", "answer", "loaded", "main", "receive", "send"]

LENGTH: Final = struct.Struct(">Q")
NUMBER: Final = struct.Struct(">q")
FORK, WAIT = b"F", b"W"
LONGEST_REQUEST: Final = 64 << 20
"""Of the JSON of a request. It comes from the process that trusts us, and is bounded by memory alone."""

OUT_OF_MEMORY: Final = 3
"""What a worker ends with that has no memory left even to say so."""

FILES: Final = 16
"""Open files of a worker: its connection and the null device."""


class Outcome:
    """How a worker's message begins."""

    DONE = "done"
    ERROR = "error"
    EXHAUSTED = "exhausted"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one call may take."""

    cpu_seconds: float
    memory: int
    """Octets beside what is loaded."""

    tasks: int = 1
    """Calls that a worker answers before it ends. With more than one, whoever takes it over sees the next files."""

    def __post_init__(self) -> None:
        if self.cpu_seconds <= 0 or self.memory <= 0 or self.tasks < 1:
            raise ValueError("limits are more than nothing")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the first process is to load, and the limits of the workers that it forks."""

    preload: tuple[str, ...]
    """Modules; `module:function` is a module with a function that readies it, such as by reading files."""

    limits: Limits
    backend: BackendChoice = BackendChoice.AUTO
    """Who computes SM2 there: as in the process that reads the answers."""

    def to_json(self) -> bytes:
        """Return the order as it is sent."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, told: bytes) -> "Order":
        """Read an order that `to_json` wrote."""
        values = json.loads(told)
        return cls(
            preload=tuple(values["preload"]),
            limits=Limits(**values["limits"]),
            backend=BackendChoice(values["backend"]),
        )


def send(connection: socket.socket, message: bytes) -> None:
    """Send a message behind its length."""
    connection.sendall(LENGTH.pack(len(message)))
    connection.sendall(message)


def receive(connection: socket.socket, *, longest: int, until: float | None = None) -> bytes:
    """Return the next message, by the moment `until` of the monotonic clock.

    Raise `EOFError` where the other side has ended, `ValueError` for a message that is too long, and `TimeoutError`.
    """
    (length,) = LENGTH.unpack(read_exactly(connection, LENGTH.size, until))
    if length > longest:
        raise ValueError("a message that is too long")
    return read_exactly(connection, length, until)


def read_exactly(connection: socket.socket, length: int, until: float | None) -> bytes:
    """Return so many octets, or raise `EOFError` or `TimeoutError`."""
    parts, missing = [], length
    while missing:
        if until is not None:
            connection.settimeout(max(until - time.monotonic(), 0.001))
        part = connection.recv(min(missing, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


# --- a worker ---------------------------------------------------------------------------------------------------------


def function_named(name: str) -> Callable[..., Any]:
    """Return a function of a module that is loaded."""
    module, _, path = name.partition(":")
    found: Any = sys.modules[module]
    for part in path.split("."):
        found = getattr(found, part)
    function: Callable[..., Any] = found
    return function


def answer(request: bytes) -> tuple[str, bytes]:
    """Do what a request asks; return how that went, and the message that tells it."""
    try:
        (name, arguments), beside = unpack(request, longest=LONGEST_REQUEST)
        call = call_of(function_named(name))
        result = call.invoke(arguments, beside)
        back = Octets(asked=beside.own)
        return Outcome.DONE, pack([Outcome.DONE, call.result.write(result, back)], back)
    except TrustError as error:
        return Outcome.ERROR, told(Outcome.ERROR, error.code, error.details)
    except (MemoryError, RecursionError):
        return Outcome.EXHAUSTED, told(Outcome.EXHAUSTED, "memory")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and without what it says
        return Outcome.FAILED, told(Outcome.FAILED, *where(error))


def told(*what: object) -> bytes:
    """Return a message without octets."""
    return pack(list(what), Octets())


def where(error: BaseException) -> tuple[str, str]:
    """Return the kind of the first exception and the line that raised it: what it says may be of the file."""
    while error.__cause__ is not None:
        error = error.__cause__
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = "" if last is None else f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}"
    return type(error).__name__, place


def loaded() -> int:
    """Return the octets of address space that this process has."""
    with open("/proc/self/statm", encoding="ascii") as state:  # noqa: PTH123 - a path is an import more
        return int(state.read().split()[0]) * resource.getpagesize()


def limit(limits: Limits) -> None:  # pragma: no cover - for good: only a process that ends afterwards can be limited
    """Limit this process for the rest of its life."""
    seconds = math.ceil(limits.cpu_seconds * limits.tasks) + 1
    for which, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, loaded() + limits.memory),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(which, (most, most))


def serve(connection: socket.socket, limits: Limits) -> None:  # pragma: no cover - runs in a process that is confined
    """Answer requests, each within its processor time, until there were enough or the other side ends."""
    limit(limits)
    confine()
    for _ in range(limits.tasks):
        try:
            request = receive(connection, longest=1 << 40)
        except EOFError:
            return
        # The kernel ends a process whose time is over, whatever it is doing; the hard limit stands behind it.
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
        outcome, message = answer(request)
        send(connection, message)
        if outcome in (Outcome.EXHAUSTED, Outcome.FAILED):
            return  # what it left behind, nobody knows


# --- the first process ------------------------------------------------------------------------------------------------


def fork(control: socket.socket, connection: int, limits: Limits) -> int:  # pragma: no cover - as `serve`
    """Fork a worker that serves a connection; return its number."""
    starter = os.getpid()
    child = os.fork()
    if child:
        os.close(connection)
        return child
    try:
        let_die_with_parent()
        if os.getppid() == starter:
            control.close()
            os.dup2(1, 2)  # what a library prints of a file has no place in a log
            serve(socket.socket(fileno=connection), limits)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:
        pass  # the other side has gone
    finally:
        os._exit(0)


def obey(control: socket.socket, limits: Limits) -> None:  # pragma: no cover - as `serve`
    """Fork and bury workers as the other side asks, until it ends."""
    while True:
        asked, descriptors, _, _ = socket.recv_fds(control, 1 + NUMBER.size, 1)
        if asked[:1] == FORK:
            done = fork(control, descriptors[0], limits)
        elif asked[:1] == WAIT:
            (worker,) = NUMBER.unpack(asked[1:])
            done = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
        else:
            return
        control.sendall(NUMBER.pack(done))


def main() -> None:  # pragma: no cover - as `serve`
    """Load what is ordered, and fork workers."""
    control = socket.socket(fileno=int(sys.argv[1]))
    order = Order.from_json(receive(control, longest=1 << 20))
    os.umask(0o077)
    os.chdir("/")
    refuse_threads()  # before a library asks how many it may have
    gc.disable()  # what is loaded stays; to look for garbage meanwhile takes a fifth of the time
    for name in order.preload:
        module, _, function = name.partition(":")
        loaded_module = import_module(module)
        if function:
            getattr(loaded_module, function)()
    selftest.run(libraries=(backends.use(order.backend).verifies,))  # opens the library, which a worker cannot
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208 - as above
        raise SystemExit("a thread was started while loading, and would be missing in a worker")
    gc.collect()
    gc.freeze()  # what is loaded is never looked at again, so that its pages stay shared
    gc.enable()
    with contextlib.suppress(OSError):  # the other side has gone
        obey(control, order.limits)


if __name__ == "__main__":  # pragma: no cover - as `serve`
    main()

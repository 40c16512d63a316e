"""A pool of confined workers, each forked for one file and gone after it.

Those who call wait in a line of bounded length. A worker that runs out of what it may use is ended by the kernel, or by
the pool when its time on the wall is over; its caller is told, and nobody else notices. What a worker answers is read
by the declared type of the function, and by nothing that the answer says of itself.
"""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, TypeVar

from trust.confinement import is_confinable
from trust.crypto.backends import BackendChoice
from trust.errors import TrustError, leaves
from trust.worker_messages import Call, call_of, pack, unpack
from trust.worker_process import FORK, NUMBER, OUT_OF_MEMORY, WAIT, Limits, Order, Outcome, receive, send
from trust.worker_shapes import Malformed, Octets
from trust.workers import WorkerBusy, WorkerExhausted, WorkerFailed, WorkerUnavailable, error_of

__all__ = ["WorkerPool"]

LOG: Final = logging.getLogger(__name__)

LONGEST_ANSWER: Final = 80 << 20
"""Octets of an answer: the largest file that is accepted, with what is put into it."""

LONGEST_HEADER: Final = 2 << 20
"""Of it the JSON, which takes much more than its length while it is read."""

LINE_PER_PROCESS: Final = 16
"""Calls that may wait for each process; for more it is better to try again than to hold on."""

START_SECONDS: Final = 60
"""How long loading may take on a slow machine."""

CAUSES: Final = {-signal.SIGPROF: "processor_time", -signal.SIGXCPU: "processor_time", OUT_OF_MEMORY: "memory"}
"""What a worker ran out of, by how it ended."""

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


@dataclass(kw_only=True)
class Worker:
    """A worker and the connection to it."""

    number: int
    connection: socket.socket
    tasks: int


class Starter:
    """The process that forks workers, and the conversation with it, one question at a time."""

    def __init__(self, order: Order) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", "trust.worker_process", str(theirs.fileno())],
                env={"PYTHONPATH": os.pathsep.join(one for one in sys.path if one), "LANG": "C.UTF-8"},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # what a terminal tells its foreground is not for it
            )
        ours.settimeout(START_SECONDS)
        self.control, self.lock, self.order = ours, threading.Lock(), order
        send(ours, order.to_json())

    def ask(self, question: bytes, descriptors: tuple[int, ...] = ()) -> int:
        """Return the answer to a question. Raise `OSError` or `EOFError` where there is nobody to answer."""
        with self.lock:
            socket.send_fds(self.control, [question], descriptors)
            told = self.control.recv(NUMBER.size, socket.MSG_WAITALL)
        if len(told) != NUMBER.size:
            raise EOFError
        number: int = NUMBER.unpack(told)[0]
        return number

    def fork(self) -> Worker:
        """Return a new worker."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                number = self.ask(FORK, (theirs.fileno(),))
            except BaseException:
                ours.close()
                raise
        return Worker(number=number, connection=ours, tasks=self.order.limits.tasks)

    def end(self, worker: Worker) -> int:
        """End a worker, and return how it ended: by itself, or by a signal, which is told as a negative number."""
        worker.connection.close()
        # Until it is waited for, its number belongs to nobody else.
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.number, signal.SIGKILL)
        return self.ask(WAIT + NUMBER.pack(worker.number))

    def close(self) -> None:
        """End the process; the kernel ends its workers."""
        self.process.kill()
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)  # whoever waits for an answer hears that there will be none
        with self.lock:  # and has gone: else the next starter's socket would get the number under which they listen
            self.control.close()
        self.process.wait()


class WorkerPool:
    """Calls functions in workers."""

    def __init__(
        self,
        *,
        processes: int,
        limits: Limits,
        wall_seconds: float,
        preload: tuple[str, ...] = (),
        backend: BackendChoice = BackendChoice.AUTO,
        line: int = 0,
    ) -> None:
        if processes < 1:
            raise ValueError("a pool has one process at least")
        self.processes, self.limits, self.wall_seconds = processes, limits, wall_seconds
        self.line = line or LINE_PER_PROCESS * processes
        self.order = Order(preload=preload, limits=limits, backend=backend)
        self.condition = threading.Condition()
        self.spare: deque[Worker] = deque()
        self.spent: deque[Worker] = deque()
        self.busy = self.waiting = 0
        self.closed = False
        self.starter: Starter | None = None
        self.keeper: threading.Thread | None = None
        self.starting = threading.Lock()

    # --- the life of the pool

    def start(self) -> None:
        """Start loading, if nobody has; workers are there as soon as that is done. Raise `WorkerUnavailable`."""
        with self.starting:
            if self.closed or not is_confinable():
                raise WorkerUnavailable
            if self.starter is None:
                try:
                    self.starter = Starter(self.order)
                except OSError:  # pragma: no cover - a machine that starts no process
                    LOG.exception("no process for workers")
                    raise WorkerUnavailable from None
            if self.keeper is None:
                self.keeper = threading.Thread(target=self.keep, name="workers", daemon=True)
                self.keeper.start()

    def keep(self) -> None:
        """Bury who is spent, and have a spare worker for each process; until the pool is closed."""
        while True:
            with self.condition:
                self.condition.wait_for(lambda: self.closed or self.spent or self.is_short)
                if self.closed:
                    return
                worker = self.spent.popleft() if self.spent else None
            try:
                if worker is not None:
                    self.end(worker)
                else:
                    self.put(self.forked())
            except WorkerUnavailable:
                time.sleep(1)  # and try again: the next call may come in an hour

    @property
    def is_short(self) -> bool:
        """Whether fewer workers wait than will be asked for; one that will come back needs nobody in its place."""
        will_come_back = self.busy if self.limits.tasks > 1 else 0
        return len(self.spare) + will_come_back < self.processes

    def put(self, worker: Worker) -> None:
        """Let a worker wait for work."""
        with self.condition:
            self.spare.append(worker)
            self.condition.notify_all()

    def forked(self) -> Worker:
        """Return a new worker, from a new starter where the old one is gone. Raise `WorkerUnavailable`."""
        self.start()
        starter = self.starter
        try:
            if starter is None:
                raise WorkerUnavailable
            return starter.fork()
        except (OSError, EOFError):
            self.give_up(starter)
            raise WorkerUnavailable from None

    def end(self, worker: Worker) -> int | None:
        """End a worker; return how it ended, or None where nobody is left to know."""
        starter = self.starter
        try:
            return None if starter is None else starter.end(worker)
        except (OSError, EOFError):
            self.give_up(starter)
            return None

    def give_up(self, starter: Starter | None) -> None:
        """Let a starter go that does not answer, with every worker that it forked."""
        with self.starting:
            if starter is None or self.starter is not starter:
                return
            LOG.error("the process that starts workers has ended")
            self.starter = None
            with self.condition:
                for one in (*self.spare, *self.spent):
                    one.connection.close()
                self.spare.clear()
                self.spent.clear()
            starter.close()

    def ready(self) -> str:
        """Say where foreign files are read, when there is a worker. Raise `WorkerUnavailable`."""
        self.start()
        starter = self.starter
        if starter is not None and starter.process.poll() is not None:
            self.give_up(starter)
        with self.condition:
            is_there = self.starter is not None and (self.spare or self.busy)
        if not is_there:
            self.put(self.forked())
        return (
            f"foreign files are read by {self.processes} confined processes: "
            f"{self.limits.cpu_seconds:g} s, {self.limits.memory >> 20} MiB for each file"
        )

    def close(self) -> None:
        """End every worker. Calls under way are told that their worker broke."""
        with self.starting, self.condition:
            self.closed = True
            self.condition.notify_all()
        if self.keeper is not None:
            self.keeper.join()
        while self.spare or self.spent:
            self.end((self.spare or self.spent).pop())
        with self.starting:
            if self.starter is not None:
                self.starter.close()
                self.starter = None

    # --- a call

    def run(self, function: Callable[Asked, Answer], /, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        """Return what `function` returns in a worker.

        Raise what it raises of our errors, `WorkerExhausted`, `WorkerBusy`, `WorkerUnavailable`, or `WorkerFailed` for
        a mistake of ours.
        """
        call = call_of(function)
        beside = Octets()
        message = pack([call.name, call.write(beside, *args, **kwargs)], beside)
        with self.turn():
            worker = self.take()
            try:
                told, back = unpack(self.converse(worker, message), longest=LONGEST_HEADER, asked=beside.own)
                result, broken = self.understand(call, told, back)
            except BaseException as error:
                cause = self.end(worker)
                if isinstance(error, TimeoutError):
                    raise WorkerExhausted(limit="time") from None
                if isinstance(error, (EOFError, OSError)):
                    if cause is None:  # the starter ended, and with it whoever worked: no fault of this file
                        raise WorkerUnavailable from None
                    raise WorkerExhausted(limit=CAUSES.get(cause, "crash")) from None
                if isinstance(error, (Malformed, ValueError)):
                    LOG.error("a worker answered what %s cannot return: %s", call.name, error)  # noqa: TRY400 - no news
                    raise WorkerExhausted(limit="answer") from None
                raise
            worker.tasks -= 1
            self.give_back(worker, is_spent=broken or not worker.tasks)
        if isinstance(result, Exception):
            raise result
        answer: Answer = result
        return answer

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait in the line for one's turn. Raise `WorkerBusy`."""
        with self.condition:
            if self.waiting >= self.line:
                raise WorkerBusy(seconds=self.patience)
            self.waiting += 1
            try:
                if not self.condition.wait_for(lambda: self.busy < self.processes, timeout=self.wall_seconds):
                    raise WorkerBusy(seconds=self.patience)
            finally:
                self.waiting -= 1
            self.busy += 1
        try:
            yield
        finally:
            with self.condition:
                self.busy -= 1
                self.condition.notify_all()

    @property
    def patience(self) -> int:
        """Seconds after which the worst that may be under way is over."""
        return max(1, int(self.wall_seconds))

    def take(self) -> Worker:
        """Return a worker that waits, or a new one. Raise `WorkerUnavailable`."""
        self.start()
        with self.condition:
            if self.spare:
                worker = self.spare.pop()
                self.condition.notify_all()
                return worker
        return self.forked()

    def give_back(self, worker: Worker, *, is_spent: bool) -> None:
        """Let a worker wait for the next call, or be buried."""
        with self.condition:
            (self.spent if is_spent else self.spare).append(worker)
            self.condition.notify_all()

    def converse(self, worker: Worker, message: bytes) -> bytes:
        """Return what a worker answers in time. Raise `TimeoutError`, `EOFError` or `OSError`."""
        connection, end = worker.connection, time.monotonic() + self.wall_seconds
        connection.settimeout(self.wall_seconds)
        send(connection, message)
        return receive(connection, longest=LONGEST_ANSWER, until=end)

    def understand(self, call: Call, told: Any, beside: Octets) -> tuple[Any, bool]:  # noqa: ANN401 - JSON
        """Return what a worker's message says: a result or an error, and whether the worker has to go.

        Raise `Malformed` for one that says nothing which the function could return.
        """
        match told:
            case [Outcome.DONE, result]:
                return call.result.read(result, beside), False
            case [Outcome.ERROR, code, details]:
                error: TrustError | None = error_of(code, details, {kind.code: kind for kind in leaves()})
                if error is not None:
                    return error, False
            case [Outcome.EXHAUSTED, "memory"]:
                return WorkerExhausted(limit="memory"), True
            case [Outcome.FAILED, str(kind), str(place)]:
                return WorkerFailed(f"{kind} at {place} in {call.name}"), True
            case _:
                pass
        raise Malformed("no answer")

"""The pool with real processes: each limit, what a worker may not do, and that neighbours do not notice."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.trust import worker_tasks
from tests.trust.worker_tasks import Colour, Paint, Values
from trust.confinement import is_confinable
from trust.pdf.intake import PDFLimitExceeded, PDFLocked
from trust.worker_pool import WorkerPool
from trust.worker_process import Limits
from trust.workers import IN_PROCESS, WorkerBusy, WorkerExhausted, WorkerFailed, Workers, WorkerUnavailable

MIB = 1 << 20
TASKS = "tests.trust.worker_tasks"

pytestmark = pytest.mark.skipif(not is_confinable(), reason="workers need Linux on x86-64 or 64-bit ARM")


def pool_of(**changes: Any) -> WorkerPool:  # noqa: ANN401 - any setting
    limits = Limits(cpu_seconds=changes.pop("cpu_seconds", 0.5), memory=64 * MIB, tasks=changes.pop("tasks", 1))
    return WorkerPool(**{"processes": 2, "limits": limits, "wall_seconds": 20, "preload": (TASKS,), **changes})


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Return a pool for the tests that do not disturb each other: two processes, one file for each worker."""
    found = pool_of()
    yield found
    found.close()


def limit_of(pool: WorkerPool, function: Callable[..., object], *args: object) -> object:
    with pytest.raises(WorkerExhausted) as caught:
        pool.run(function, *args)
    return caught.value.details["limit"]


# --- calls


@pytest.mark.parametrize("place", ["here", "apart"])
def test_values_come_back_from_both(pool: WorkerPool, place: str) -> None:
    workers: Workers = IN_PROCESS if place == "here" else pool
    value = Values(paint=Paint(Colour.BLUE, 2), facts={"a": 1})
    octets = os.urandom(200_000)
    workers.start()
    assert workers.run(worker_tasks.same, value) == value
    assert workers.run(worker_tasks.twice, octets, more=b"+") == (octets, octets + b"+")
    assert workers.run(worker_tasks.twice, octets)[0] is octets
    with pytest.raises(PDFLimitExceeded) as caught:
        workers.run(worker_tasks.refuse, "pages")
    assert caught.value.details == {"limit": "pages", "allowed": 7}
    with pytest.raises(PDFLocked):
        workers.run(worker_tasks.refuse, "")


def test_what_a_module_readies_every_worker_has() -> None:
    pool = pool_of(preload=(f"{TASKS}:before",))
    try:
        assert [pool.run(worker_tasks.leave, b"mine") for _ in range(2)] == [2, 2]
    finally:
        pool.close()


def test_here_is_here_and_apart_is_apart(pool: WorkerPool) -> None:
    assert IN_PROCESS.run(worker_tasks.number) == os.getpid()
    assert pool.run(worker_tasks.number) != os.getpid()
    assert "in this process" in IN_PROCESS.ready()
    assert pool.ready() == "foreign files are read by 2 confined processes: 0.5 s, 64 MiB for each file"
    IN_PROCESS.close()


def test_a_worker_reads_one_file_and_ends(pool: WorkerPool) -> None:
    assert len({pool.run(worker_tasks.number) for _ in range(5)}) == 5
    assert [pool.run(worker_tasks.leave, b"file") for _ in range(5)] == [1] * 5


def test_a_worker_for_known_people_reads_several(request: pytest.FixtureRequest) -> None:
    pool = pool_of(processes=1, tasks=3)
    request.addfinalizer(pool.close)
    numbers = [pool.run(worker_tasks.number) for _ in range(6)]
    assert numbers[:3] == numbers[:1] * 3
    assert numbers[3:] == numbers[3:4] * 3
    assert numbers[0] != numbers[3]


def test_each_of_several_files_has_all_of_the_time(request: pytest.FixtureRequest) -> None:
    pool = pool_of(processes=1, tasks=10)
    request.addfinalizer(pool.close)
    for _ in range(4):
        assert pool.run(worker_tasks.spin, 0.3)
    assert limit_of(pool, worker_tasks.spin, 5.0) == "processor_time"


# --- limits


def test_processor_time(pool: WorkerPool) -> None:
    started = time.monotonic()
    assert limit_of(pool, worker_tasks.spin, 60.0) == "processor_time"
    assert time.monotonic() - started < 10


def test_time_on_the_wall(request: pytest.FixtureRequest) -> None:
    pool = pool_of(wall_seconds=1.5)
    request.addfinalizer(pool.close)
    assert pool.run(worker_tasks.deep, 3) == 0
    started = time.monotonic()
    assert limit_of(pool, worker_tasks.sleep, 60.0) == "time"
    assert time.monotonic() - started < 10


def test_memory(pool: WorkerPool) -> None:
    assert pool.run(worker_tasks.allocate, 16 * MIB) == 16 * MIB
    assert limit_of(pool, worker_tasks.allocate, 100 * MIB) == "memory"
    assert limit_of(pool, worker_tasks.deep, 100_000) == "memory"


def test_a_worker_that_breaks(pool: WorkerPool) -> None:
    assert limit_of(pool, worker_tasks.crash) == "crash"
    assert pool.run(worker_tasks.deep, 3) == 0


def test_neighbours_go_on_while_one_file_burns(pool: WorkerPool) -> None:
    with ThreadPoolExecutor(1) as other:
        burning = other.submit(limit_of, pool, worker_tasks.spin, 60.0)
        assert [pool.run(worker_tasks.deep, 3) for _ in range(10)] == [0] * 10
        assert burning.result() == "processor_time"


# --- what comes back


def test_an_answer_of_another_type_is_none(pool: WorkerPool, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert limit_of(pool, worker_tasks.lies) == "answer"
    assert "answered what tests.trust.worker_tasks:lies cannot return" in caplog.text


def test_a_mistake_of_ours_is_none_of_the_file(pool: WorkerPool) -> None:
    with pytest.raises(WorkerFailed, match=r"KeyError at .*worker_tasks\.py:\d+ in .*secret_of_the_file") as caught:
        pool.run(worker_tasks.secret_of_the_file, b"secret-words")
    assert "secret-words" not in str(caught.value)


def test_an_error_that_has_no_code_is_no_answer(pool: WorkerPool) -> None:
    assert limit_of(pool, worker_tasks.fails, 1) == "answer"


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        ["done"],
        ["done", "7"],
        ["done", 7, 8],
        ["error", "pdf.locked"],
        ["error", "pdf.locked", {"more": 1}],
        ["error", "pdf.locked", []],
        ["error", "pdf.limit_exceeded", {"limit": "x", "allowed": [1]}],
        ["error", "pdf.limit_exceeded", {"limit": "x"}],
        ["error", "no.such_error", {}],
        ["error", 7, {}],
        ["exhausted", "patience"],
        ["failed", "KeyError"],
        ["failed", 7, "x"],
        ["else", 7],
    ],
)
def test_whatever_a_worker_says(pool: WorkerPool, told: object) -> None:
    from trust.worker_messages import call_of
    from trust.worker_shapes import Malformed, Octets

    with pytest.raises(Malformed):
        pool.understand(call_of(worker_tasks.number), told, Octets())


# --- what a worker may not do


def test_a_worker_has_nothing_but_its_file(pool: WorkerPool) -> None:
    found = pool.run(worker_tasks.attempts)
    assert found == dict.fromkeys(worker_tasks.ATTEMPTS, "PermissionError") | {"load more": found["load more"]}
    assert found["load more"] in ("PermissionError", "ImportError")
    assert not Path("/tmp/taken-over").exists()  # noqa: S108 - what an attempt would have made


def test_a_worker_inherits_nothing(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUST_ROOT_SECRET", "5a" * 32)
    fresh = pool_of()
    try:
        assert set(fresh.run(worker_tasks.environment)) <= {"PYTHONPATH", "LANG", "LC_CTYPE"}
    finally:
        fresh.close()
    assert set(pool.run(worker_tasks.others)).isdisjoint({"api", "keys", "identity", "licence", "sqlalchemy"})
    assert pool.run(worker_tasks.files) == 4  # the null device three times, and its connection


# --- the line


def test_a_line_that_is_full(request: pytest.FixtureRequest) -> None:
    pool = pool_of(processes=1, line=2, cpu_seconds=5)
    request.addfinalizer(pool.close)
    pool.run(worker_tasks.deep, 3)
    with ThreadPoolExecutor(8) as callers:
        found = list(callers.map(lambda _: outcome_of(pool, 0.5), range(8)))
    assert 1 <= found.count("busy") <= 7
    assert found.count("done") == 8 - found.count("busy")
    assert pool.run(worker_tasks.deep, 3) == 0


def outcome_of(pool: WorkerPool, seconds: float) -> str:
    try:
        pool.run(worker_tasks.sleep, seconds)
    except WorkerBusy as error:
        assert error.details == {"seconds": 20}  # noqa: PT017 - in a thread
        return "busy"
    return "done"


def test_nobody_waits_longer_than_the_worst_takes(request: pytest.FixtureRequest) -> None:
    pool = pool_of(processes=1, wall_seconds=1)
    request.addfinalizer(pool.close)
    pool.run(worker_tasks.deep, 3)
    inside, release = threading.Event(), threading.Event()

    def hold() -> None:
        with pool.turn():
            inside.set()
            release.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(20)
    with pytest.raises(WorkerBusy) as caught:
        pool.run(worker_tasks.deep, 3)
    release.set()
    holder.join()
    assert caught.value.details == {"seconds": 1}


# --- the life of the pool


def test_a_pool_whose_starter_was_ended_starts_anew(request: pytest.FixtureRequest) -> None:
    pool = pool_of()
    request.addfinalizer(pool.close)
    first = pool.run(worker_tasks.number)
    starter = pool.starter
    assert starter is not None
    os.kill(starter.process.pid, signal.SIGKILL)
    starter.process.wait()
    assert "2 confined processes" in pool.ready()
    assert pool.run(worker_tasks.number) != first


class Heard:
    """A connection that tells whether somebody listened when it was closed: its number may be another's by then."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.listening = self.closed_on_a_listener = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.connection, name)

    def recv(self, size: int, flags: int) -> bytes:
        self.listening = True
        try:
            return self.connection.recv(size, flags)
        finally:
            self.listening = False

    def close(self) -> None:
        self.closed_on_a_listener = self.listening
        self.connection.close()


def test_who_waits_for_a_starter_hears_that_it_was_let_go(request: pytest.FixtureRequest) -> None:
    pool = pool_of()
    request.addfinalizer(pool.close)
    pool.run(worker_tasks.number)
    starter = pool.starter
    assert starter is not None
    heard: Any = Heard(starter.control)
    with starter.lock:  # while it answers nobody: who keeps the pool may be asking it for a worker
        os.kill(starter.process.pid, signal.SIGSTOP)
        starter.control = heard
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(starter.fork)
        while not heard.listening:
            assert not waiting.done()
            time.sleep(0.01)
        starter.close()
        assert isinstance(waiting.exception(timeout=10), OSError | EOFError)
    assert not heard.closed_on_a_listener


def test_who_works_when_the_starter_ends_is_not_at_fault(request: pytest.FixtureRequest) -> None:
    pool = pool_of()
    request.addfinalizer(pool.close)
    pool.run(worker_tasks.deep, 3)
    starter = pool.starter
    assert starter is not None
    with ThreadPoolExecutor(1) as other:
        under_way = other.submit(pool.run, worker_tasks.sleep, 10.0)
        while not pool.busy:
            time.sleep(0.01)
        time.sleep(0.2)
        os.kill(starter.process.pid, signal.SIGKILL)
        with pytest.raises(WorkerUnavailable):
            under_way.result()


def test_workers_end_with_their_pool() -> None:
    pool = pool_of()
    worker = pool.run(worker_tasks.number)
    starter = pool.starter
    assert starter is not None
    pool.close()
    pool.close()
    assert starter.process.returncode == -signal.SIGKILL
    assert not Path(f"/proc/{worker}").exists()
    with pytest.raises(WorkerUnavailable):
        pool.run(worker_tasks.number)
    with pytest.raises(WorkerUnavailable):
        pool.ready()


def test_a_pool_that_cannot_load() -> None:
    pool = pool_of(preload=("no.such_module",))
    with pytest.raises(WorkerUnavailable):
        pool.run(worker_tasks.number)
    pool.close()


def test_a_pool_of_nobody() -> None:
    with pytest.raises(ValueError, match="one process"):
        pool_of(processes=0)


def test_a_pool_that_nobody_asked_has_started_nothing() -> None:
    pool = pool_of()
    assert pool.starter is None
    pool.close()

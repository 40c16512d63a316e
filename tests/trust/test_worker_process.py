"""What a worker does with one request; the process around it is tested through the pool."""

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.trust import worker_tasks
from tests.trust.worker_tasks import Unheard
from trust.crypto.backends import BackendChoice
from trust.worker_messages import HEAD, call_of, pack, unpack
from trust.worker_process import Limits, Order, Outcome, answer, loaded, receive, send
from trust.worker_shapes import Octets

MIB = 1 << 20


def asked(function: Callable[..., object], *args: object, **kwargs: object) -> bytes:
    call, beside = call_of(function), Octets()
    return pack([call.name, call.write(beside, *args, **kwargs)], beside)


def told(request: bytes) -> tuple[str, Any]:
    outcome, message = answer(request)
    return outcome, unpack(message, longest=MIB)[0]


def test_a_result() -> None:
    assert told(asked(worker_tasks.deep, 3)) == (Outcome.DONE, ["done", 0])
    assert told(asked(worker_tasks.twice, b"ab", more=b"c")) == (Outcome.DONE, ["done", [-1, 0]])


def test_an_error_of_ours_with_its_details() -> None:
    wanted = ["error", "pdf.limit_exceeded", {"limit": "pages", "allowed": 7}]
    assert told(asked(worker_tasks.refuse, "pages")) == (Outcome.ERROR, wanted)
    assert told(asked(worker_tasks.refuse, ""))[1] == ["error", "pdf.locked", {}]
    assert Unheard.code == "test.unheard"


def test_memory_or_stack_that_is_used_up() -> None:
    assert told(asked(worker_tasks.fails, 0)) == (Outcome.EXHAUSTED, ["exhausted", "memory"])
    assert told(asked(worker_tasks.deep, 100_000)) == (Outcome.EXHAUSTED, ["exhausted", "memory"])


def test_a_mistake_is_told_without_what_it_says() -> None:
    outcome, (how, kind, place) = told(asked(worker_tasks.secret_of_the_file, b"secret"))
    assert (outcome, how, kind) == (Outcome.FAILED, "failed", "KeyError")
    assert "worker_tasks.py:" in place
    assert "secret" not in repr(told(asked(worker_tasks.fails, 2)))
    assert told(asked(worker_tasks.lies))[0] == Outcome.DONE  # whether that is a number, the other side looks


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        HEAD.pack(2) + b"[]",
        pack(["os:system", {"command": "true"}], Octets()),
        pack(["tests.trust.worker_tasks:missing", {}], Octets()),
        pack(["not.loaded:at_all", {}], Octets()),
        pack(["tests.trust.worker_tasks:deep", {"levels": "3"}], Octets()),
        pack(["tests.trust.worker_tasks:deep", {"stairs": 3}], Octets()),
        pack(["tests.trust.worker_tasks:deep", {}], Octets()),
    ],
)
def test_a_request_that_cannot_be_done(request_: bytes) -> None:
    assert told(request_)[0] == Outcome.FAILED


@pytest.mark.parametrize("wrong", [{"cpu_seconds": 0}, {"memory": 0}, {"tasks": 0}])
def test_limits_that_are_none(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        Limits(**{"cpu_seconds": 1, "memory": 1, **wrong})


def test_what_is_loaded_counts() -> None:
    assert 16 * MIB < loaded() < 1 << 40


def test_an_order_travels() -> None:
    order = Order(
        preload=("json", "zlib"), limits=Limits(cpu_seconds=0.5, memory=7, tasks=3), backend=BackendChoice.LIBCRYPTO
    )
    assert Order.from_json(order.to_json()) == order


def test_messages_on_a_connection() -> None:
    here, there = socket.socketpair()
    with here, there:
        send(here, b"ab")
        send(here, b"")
        assert (receive(there, longest=2), receive(there, longest=2)) == (b"ab", b"")
        send(here, b"abc")
        with pytest.raises(ValueError, match="too long"):
            receive(there, longest=2)


def test_a_connection_that_ends_or_is_silent() -> None:
    here, there = socket.socketpair()
    with there:
        with here:
            here.sendall(struct.pack(">Q", 5) + b"ab")
            with pytest.raises(TimeoutError):
                receive(there, longest=9, until=time.monotonic() + 0.02)
            here.sendall(struct.pack(">Q", 5) + b"ab")
        with pytest.raises(EOFError):
            receive(there, longest=9)

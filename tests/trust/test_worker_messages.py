"""Messages to a worker and back: calls by name, and what is no message."""

import json
from collections.abc import Callable

import pytest

from tests.trust import worker_tasks
from tests.trust.worker_tasks import Values, same, twice
from trust.worker_messages import HEAD, call_of, pack, unpack
from trust.worker_shapes import Malformed, Octets

KIB = 1 << 10


def sent(function: Callable[..., object], *args: object, **kwargs: object) -> object:
    """Return what a function returns when its call has travelled."""
    call, beside = call_of(function), Octets()
    message = pack([call.name, call.write(beside, *args, **kwargs)], beside)
    (name, arguments), there = unpack(message, longest=KIB)
    assert name == f"tests.trust.worker_tasks:{function.__name__}"
    return call.invoke(arguments, there)


def test_arguments_arrive_by_their_names() -> None:
    assert sent(same, Values()) == Values()
    assert sent(same, values=Values()) == Values()
    assert sent(twice, b"ab", more=b"c") == (b"ab", b"abc")
    assert sent(twice, b"ab") == (b"ab", b"ab")


def test_arguments_that_the_function_has_not() -> None:
    for function, args, kwargs in ((same, [], {}), (same, [Values(), 7], {}), (twice, [b""], {"less": b""})):
        with pytest.raises(TypeError):
            sent(function, *args, **kwargs)


def everything(*values: int) -> None: ...


def untyped(value):  # type: ignore[no-untyped-def] # noqa: ANN001 - that is the point
    return value


@pytest.mark.parametrize("function", [everything, untyped])
def test_a_function_that_does_not_say_what_it_takes(function: Callable[..., object]) -> None:
    with pytest.raises((TypeError, KeyError)):
        call_of(function)


def test_octets_stand_beside() -> None:
    beside = Octets((b"a" * KIB, b"", b"b"))
    message = pack({"x": 1}, beside)
    told, found = unpack(message, longest=KIB)
    assert told == {"x": 1}
    assert found.own == [b"a" * KIB, b"", b"b"]


def framed(header: bytes, octets: bytes = b"") -> bytes:
    return HEAD.pack(len(header)) + header + octets


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0\0",
        HEAD.pack(9),
        framed(b""),
        framed(b"[1,[]"),
        framed(b"[1]"),
        framed(b"7"),
        framed(b"[1,7]"),
        framed(b'[1,["3"]]', b"abc"),
        framed(b"[1,[true]]", b"a"),
        framed(b"[1,[-1,1]]"),
        framed(b"[1,[1]]"),
        framed(b"[1,[]]", b"a"),
        framed(b"[1,[1]]", b"ab"),
        framed(b"[NaN,[]]"),
        framed(b"[-Infinity,[]]"),
        framed(b"[\xff,[]]"),
        framed(b"[" * 900),
        framed(b"[" + b"9" * 900 + b",[]]")[:-1],
    ],
)
def test_what_is_no_message(message: bytes) -> None:
    with pytest.raises(Malformed):
        unpack(message, longest=KIB)


def test_nesting_without_end() -> None:
    with pytest.raises(Malformed):
        unpack(framed(b"[" * 500_000 + b"]" * 500_000), longest=1 << 20)


def test_json_longer_than_permitted() -> None:
    fits = framed(json.dumps(["x" * (KIB - 7), []], separators=(",", ":")).encode())
    assert len(fits) == KIB + HEAD.size
    assert unpack(fits, longest=KIB)[0]
    with pytest.raises(Malformed):
        unpack(fits, longest=KIB - 1)


def test_the_tasks_of_the_tests_are_listed() -> None:
    assert set(worker_tasks.__all__) <= set(vars(worker_tasks))

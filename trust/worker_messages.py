"""Messages between this process and a worker: a call with its arguments, and what came of it.

A message is JSON with the octets beside it. What stands in it is told by the function that is called: the types of its
parameters and of what it returns (trust/worker_shapes.py).
"""

import json
import struct
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import Parameter, signature
from itertools import pairwise
from typing import Any, Final

from trust.worker_shapes import Malformed, Octets, shape_of

__all__ = ["Call", "call_of", "pack", "unpack"]

HEAD: Final = struct.Struct(">I")


class Call:
    """A function that a worker calls: the shapes of its arguments and of what it returns."""

    def __init__(self, function: Callable[..., Any]) -> None:
        hints = typing.get_type_hints(function)
        self.function = function
        self.name = f"{function.__module__}:{function.__qualname__}"
        self.signature = signature(function)
        if any(one.kind in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL) for one in self.parameters):
            raise TypeError(f"{self.name} takes any number of arguments")
        self.arguments = {one.name: shape_of(hints[one.name]) for one in self.parameters}
        self.result = shape_of(hints["return"])

    @property
    def parameters(self) -> Sequence[Parameter]:
        """The parameters of the function."""
        return tuple(self.signature.parameters.values())

    def write(self, beside: Octets, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - the arguments
        """Return the arguments by their names, as JSON."""
        bound = self.signature.bind(*args, **kwargs).arguments
        return {name: self.arguments[name].write(value, beside) for name, value in bound.items()}

    def invoke(self, told: Mapping[str, Any], beside: Octets) -> Any:  # noqa: ANN401 - what the function returns
        """Call the function with arguments that `write` wrote."""
        values = {name: self.arguments[name].read(one, beside) for name, one in told.items()}
        positional = [
            values.pop(one.name)
            for one in self.parameters
            if one.kind is Parameter.POSITIONAL_ONLY and one.name in values
        ]
        return self.function(*positional, **values)


@cache
def call_of(function: Callable[..., Any]) -> Call:
    """Return the call of a function. Raise `TypeError` where what it takes or returns does not travel."""
    return Call(function)


def pack(told: object, beside: Octets) -> bytes:
    """Return a message: JSON, and the octets beside it."""
    header = json.dumps([told, [len(one) for one in beside.own]], separators=(",", ":")).encode()
    return b"".join((HEAD.pack(len(header)), header, *beside.own))


def refused(constant: str) -> None:
    """Refuse the numbers that are none, which JSON has not and Python's reader takes."""
    raise ValueError(constant)


def unpack(message: bytes, *, longest: int, asked: Sequence[bytes] = ()) -> tuple[Any, Octets]:
    """Return the JSON of a message and the octets beside it, or raise `Malformed`.

    `longest` is how long its JSON may be; of that kind a message takes a hundred times its length in memory.
    """
    (length,) = HEAD.unpack_from(message) if len(message) >= HEAD.size else (len(message),)
    start = HEAD.size + length
    if length > longest or start > len(message):
        raise Malformed("a header that is too long")
    try:
        told, lengths = json.loads(message[HEAD.size : start], parse_constant=refused)
        ends = [start]
        for one in lengths:
            if type(one) is not int or one < 0:
                raise Malformed("octets of no length")
            ends.append(ends[-1] + one)
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed("no header") from error
    if ends[-1] != len(message):
        raise Malformed("octets that nobody told of")
    own = [message[first:last] for first, last in pairwise(ends)]
    return told, Octets(own, asked)

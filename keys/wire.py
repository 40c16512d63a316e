"""The messages between the custody process and those who ask it. docs/custody-protocol.md is the whole of it.

    message = number (8 octets) ‖ operation or outcome (1) ‖ field ‖ field ‖ …
    field   = length (2 octets) ‖ octets

All numbers are unsigned, the highest octet first. A message is one packet of a SOCK_SEQPACKET socket, which keeps
packets apart and whole. Each has one encoding alone, and what is not wholly used up by its fields is refused: there is
nothing to be lenient about.
"""

import socket
import struct
from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from keys.devices import StoredKey
from trust.crypto.algorithms import KEYS
from trust.crypto.public_keys import PublicKey
from trust.errors import Invalid

__all__ = ["MAX_FRAME", "FrameMalformed", "Message", "Operation", "Outcome", "pack_key", "receive", "unpack_key"]

MAX_FRAME: Final = 1 << 16
"""Octets of a message at the most."""

HEAD: Final = struct.Struct(">QB")
FIELD: Final = struct.Struct(">H")
KEY_FIELDS: Final = 6


class FrameMalformed(Invalid):
    """The octets are no message of the custody's protocol."""

    code = "keys.frame_malformed"


class Operation(IntEnum):
    """What one may ask. On the socket of the service the first group, on the administrators' socket the second."""

    STATUS = 1
    GENERATE = 2
    SIGN = 3
    DECRYPT = 4
    ENVELOPE = 5
    ACCEPT = 6
    FORGET = 7
    REWRAP = 8
    REKEY = 9
    MAKE_DATA_KEY = 10
    PROTECT = 11
    REVEAL = 12
    INDEX = 13

    REPORT = 64
    UNSEAL = 65
    SEAL = 66


class Outcome(IntEnum):
    """How an answer begins."""

    DONE = 0
    FAILED = 1


class Message(NamedTuple):
    """A request or an answer."""

    number: int
    """The answer to a request has its number."""

    kind: int
    fields: tuple[bytes, ...]

    def encoded(self) -> bytes:
        """Return the packet. Raise `FrameMalformed` for a message that is too long."""
        return pack(self.number, self.kind, self.fields)


def pack(number: int, kind: int, fields: Sequence[bytes]) -> bytes:
    """Return a message as a packet. Raise `FrameMalformed` for one that is too long."""
    try:
        packet = HEAD.pack(number, kind) + b"".join([FIELD.pack(len(field)) + field for field in fields])
    except struct.error:
        raise FrameMalformed from None
    if len(packet) > MAX_FRAME:
        raise FrameMalformed
    return packet


def unpack(packet: bytes) -> Message:
    """Read a packet, or raise `FrameMalformed`."""
    if not HEAD.size <= len(packet) <= MAX_FRAME:
        raise FrameMalformed
    number, kind = HEAD.unpack_from(packet)
    return Message(number, kind, split(packet, HEAD.size))


def split(octets: bytes, start: int = 0) -> tuple[bytes, ...]:
    """Return the fields that fill `octets` from `start` on, or raise `FrameMalformed`."""
    fields = []
    end = len(octets)
    while start < end:
        if start + FIELD.size > end:
            raise FrameMalformed
        (length,) = FIELD.unpack_from(octets, start)
        start += FIELD.size + length
        if start > end:
            raise FrameMalformed
        fields.append(octets[start - length : start])
    return tuple(fields)


def receive(connection: socket.socket) -> Message | None:
    """Wait for a message; return None where the other side has closed.

    Raise `FrameMalformed` for anything else, and `OSError` as the socket does.
    """
    packet = connection.recv(MAX_FRAME + 1)  # one more, so that a longer one is seen to be too long
    return unpack(packet) if packet else None


def pack_key(key: StoredKey) -> bytes:
    """Return a key as a field."""
    fields = (
        key.id.encode(),
        key.context.encode(),
        key.algorithm.encode(),
        key.public_key.spki,
        key.wrapped or b"",
        key.location.encode(),
    )
    return b"".join([FIELD.pack(len(field)) + field for field in fields])


def unpack_key(field: bytes) -> StoredKey:
    """Read a key, or raise `FrameMalformed`."""
    fields = split(field)
    if len(fields) != KEY_FIELDS:
        raise FrameMalformed
    name, context, algorithm, spki, wrapped, location = fields
    try:
        key = StoredKey(
            id=name.decode(),
            context=context.decode(),
            algorithm=algorithm.decode(),
            public_key=PublicKey(spki),
            wrapped=wrapped or None,
            location=location.decode(),
        )
    except UnicodeDecodeError:
        raise FrameMalformed from None
    if key.algorithm not in KEYS:
        raise FrameMalformed
    return key

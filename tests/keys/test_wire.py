"""Messages: one encoding for every message, and each field that is not as it must be refused."""

import re
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.devices import StoredKey
from keys.wire import MAX_FRAME, FrameMalformed, Message, Operation, pack, pack_key, receive, split, unpack, unpack_key
from trust.crypto.public_keys import PublicKey

KEY = StoredKey(
    id="key_1",
    context="key key_1 document sm2",
    algorithm="sm2",
    public_key=PublicKey(b"spki"),
    wrapped=b"wrapped",
    location="",
)
PACKET = bytes.fromhex("0000000000000007030003") + b"abc" + bytes.fromhex("0004") + b"defg"


def test_a_message_is_as_the_document_says() -> None:
    assert pack(7, Operation.SIGN, (b"abc", b"defg")) == PACKET
    assert unpack(PACKET) == Message(7, Operation.SIGN, (b"abc", b"defg"))


def test_the_document_names_every_operation() -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "custody-protocol.md").read_text()
    told = re.findall(r"^\| (\d+) \| ([a-z ]+?)(?: \(admin\.sock\))? \|", text, re.MULTILINE)
    assert [(int(number), name.replace(" ", "_").upper()) for number, name in told] == [
        (one.value, one.name) for one in Operation
    ]


@given(st.integers(0, 2**64 - 1), st.integers(0, 255), st.lists(st.binary(max_size=300), max_size=8).map(tuple))
def test_what_is_packed_is_unpacked(number: int, kind: int, fields: tuple[bytes, ...]) -> None:
    assert unpack(pack(number, kind, fields)) == Message(number, kind, fields)


@given(st.binary(max_size=200))
def test_what_unpacks_packs_to_the_same_octets(octets: bytes) -> None:
    try:
        message = unpack(octets)
    except FrameMalformed:
        return
    assert message.encoded() == octets


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        PACKET[:8],
        PACKET[:10],
        PACKET[:-1],
        PACKET + b"\0",
        PACKET[:9] + b"\0\x04" + PACKET[11:],
        PACKET[:14] + b"\0\x05" + PACKET[16:],
        PACKET[:9] + (b"\xff\xff" + bytes(0xFFFF)) + b"\0\x01x",
    ],
)
def test_a_packet_with_one_thing_wrong_is_refused(packet: bytes) -> None:
    with pytest.raises(FrameMalformed):
        unpack(packet)


def test_a_message_that_is_too_long_is_not_packed() -> None:
    half = bytes(40_000)
    with pytest.raises(FrameMalformed):
        pack(1, Operation.PROTECT, (bytes(MAX_FRAME),))
    with pytest.raises(FrameMalformed):
        pack(1, Operation.PROTECT, (half, half))
    whole = bytes(MAX_FRAME - 9 - 2)
    assert unpack(pack(1, Operation.PROTECT, (whole,))).fields == (whole,)


def pair() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a connection."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def test_messages_are_kept_apart_and_whole() -> None:
    ours, theirs = pair()
    long = pack(1, Operation.REVEAL, (bytes(60_000),))
    with ours, theirs:
        for packet in (PACKET, long, PACKET):
            theirs.sendall(packet)
        assert [receive(ours) for _ in range(3)] == [unpack(PACKET), unpack(long), unpack(PACKET)]


@pytest.mark.parametrize("packet", [PACKET[:3], PACKET[:-1], PACKET + b"\0", bytes(MAX_FRAME + 1), bytes(100_000)])
def test_a_packet_that_is_no_message_is_refused(packet: bytes) -> None:
    ours, theirs = pair()
    with ours, theirs:
        theirs.sendall(packet)
        with pytest.raises(FrameMalformed):
            receive(ours)


def test_an_end_is_an_end() -> None:
    ours, theirs = pair()
    with ours:
        theirs.close()
        assert receive(ours) is None


@pytest.mark.parametrize("key", [KEY, replace(KEY, wrapped=None, location="signing/1")])
def test_a_key_travels_whole(key: StoredKey) -> None:
    assert unpack_key(pack_key(key)) == key


def joined(*fields: bytes) -> bytes:
    """Return fields as they stand in a frame."""
    return pack(0, 0, fields)[9:]


@pytest.mark.parametrize(
    "field",
    [
        b"",
        b"\0",
        pack_key(KEY)[:-1],
        pack_key(KEY) + b"\0\0",
        joined(*split(pack_key(KEY))[:5]),
        *(
            joined(*(b"\xff" if place == wrong else field for place, field in enumerate(split(pack_key(KEY)))))
            for wrong in (0, 1, 2, 5)
        ),
        pack_key(replace(KEY, algorithm="rot13")),
        pack_key(replace(KEY, algorithm="")),
    ],
)
def test_a_key_with_one_thing_wrong_is_refused(field: bytes) -> None:
    with pytest.raises(FrameMalformed) as caught:
        unpack_key(field)
    assert caught.value.code == "keys.frame_malformed"

"""BER with open lengths and octet strings in pieces, turned into definite lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.asn1 import der
from trust.asn1.ber import definite

END = b"\0\0"


def open_ended(tag: int, *parts: bytes) -> bytes:
    """Return an element whose length is left open."""
    return bytes((tag, 0x80)) + b"".join(parts) + END


PIECES = der.octet_string(b"ab"), der.octet_string(b"c")


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (der.sequence(der.integer(1)), der.sequence(der.integer(1))),
        (open_ended(0x30, der.integer(1)), der.sequence(der.integer(1))),
        (open_ended(0x30), der.sequence()),
        (open_ended(0x30, open_ended(0xA0, der.null())), der.sequence(der.context(0, der.null()))),
        (open_ended(0x24, *PIECES), der.octet_string(b"abc")),
        (der.tlv(0x24, *PIECES), der.octet_string(b"abc")),
        (open_ended(0x24, open_ended(0x24, *PIECES), PIECES[0]), der.octet_string(b"abcab")),
        (b"\x30\x81\x02\x05\0", der.sequence(der.null())),  # a length in more octets than it needs
        (b"\x30\x84\0\0\0\x02\x05\0", der.sequence(der.null())),
        (der.octet_string(bytes(300)), der.octet_string(bytes(300))),
        (open_ended(0x30, der.octet_string(END * 3)), der.sequence(der.octet_string(END * 3))),
    ],
)
def test_what_it_comes_to(encoded: bytes, expected: bytes) -> None:
    assert definite(encoded) == expected
    assert definite(expected) == expected


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x30",
        END,
        b"\x30\x80",
        b"\x30\x80\0",
        b"\x30\x80\x05\0",
        b"\x04\x80\x61" + END,  # primitive, and open
        b"\x1f\x81\x01\0",
        b"\x30\x85\0\0\0\0\0",
        b"\x30\x82\0",
        b"\x30\x02\x05",
        b"\x30\x01\x05\0",
        der.null() + der.null(),
        der.null() + b"\0",
        open_ended(0x24, der.integer(1)),
        open_ended(0x30, b"\x30\x80\x05\0"),
        b"\x30\x80" * 40 + END * 40,
        der.sequence(END),
    ],
)
def test_what_is_malformed(encoded: bytes) -> None:
    with pytest.raises(der.Malformed):
        definite(encoded)


@given(st.binary(max_size=100))
def test_no_octets_do_more_than_be_malformed(encoded: bytes) -> None:
    try:
        converted = definite(encoded)
    except der.Malformed:
        return
    assert definite(converted) == converted

"""BER as ITU-T X.690 clause 8 has it, turned into definite lengths, for messages that are not signed as they stand.

Programs that write large messages as they go leave lengths open and cut octet strings into pieces. Whatever is signed
is never read so: its bytes count as they came.
"""

from typing import Final

from trust.asn1.der import (
    END_OF_CONTENTS,
    HIGH_TAG,
    LONG_FORM,
    MAX_DEPTH,
    MAX_LENGTH_OCTETS,
    Malformed,
    Tag,
    parse,
    tlv,
)

__all__ = ["definite"]

CONSTRUCTED: Final = 0x20
OCTET_STRING_IN_PIECES: Final = Tag.OCTET_STRING | CONSTRUCTED
END: Final = b"\0\0"


def definite(encoded: bytes) -> bytes:
    """Return the one element that `encoded` is, with definite lengths and whole octet strings, or raise `Malformed`."""
    converted, end = convert(encoded, 0, len(encoded), 0)
    if end != len(encoded):
        raise Malformed(expected="nothing after the element", offset=end)
    return converted


def fail(start: int, expected: str = "a BER element") -> Malformed:
    """Return the error that says what should have stood at `start`."""
    return Malformed(expected=expected, offset=start)


def header(source: bytes, start: int, limit: int) -> tuple[int, int | None]:
    """Return where the contents of the element at `start` begin, and where they end; None where that is left open."""
    if limit - start < 2 or source[start] == END_OF_CONTENTS or source[start] & HIGH_TAG == HIGH_TAG:  # noqa: PLR2004
        raise fail(start)
    length, position = source[start + 1], start + 2
    if length == LONG_FORM:  # indefinite, for constructed elements alone (X.690, 8.1.3.2)
        if not source[start] & CONSTRUCTED:
            raise fail(start)
        return position, None
    if length > LONG_FORM:
        count = length & 0x7F
        if count > MAX_LENGTH_OCTETS or position + count > limit:
            raise fail(start)
        length = int.from_bytes(source[position : position + count], "big")
        position += count
    if position + length > limit:
        raise fail(start)
    return position, position + length


def convert(source: bytes, start: int, limit: int, depth: int) -> tuple[bytes, int]:
    """Return the element at `start` in definite form, and where it ends."""
    if depth > MAX_DEPTH:
        raise fail(start, "a shallower structure")
    tag = source[start] if start < limit else END_OF_CONTENTS
    position, end = header(source, start, limit)
    if end is not None and not tag & CONSTRUCTED:
        return tlv(tag, source[position:end]), end
    parts = []
    while position != end:
        if end is None and source[position : position + 2] == END:
            position = end = position + 2
            break
        part, position = convert(source, position, limit if end is None else end, depth + 1)
        parts.append(part)
    if tag == OCTET_STRING_IN_PIECES:
        return tlv(Tag.OCTET_STRING, *(parse(part).octets() for part in parts)), position
    return tlv(tag, *parts), position

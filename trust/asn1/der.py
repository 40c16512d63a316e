"""DER as ITU-T X.690 clause 10 and 11 have it: a small writer, and a reader that refuses everything else.

Seals, certificates and licences are read byte for byte, and signatures are checked over the bytes as they came. A
reader that let two encodings of one value pass would let somebody change a signed thing without breaking it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import ClassVar, NamedTuple

from trust.errors import Invalid

__all__ = [
    "Element",
    "Malformed",
    "Tag",
    "bit_string",
    "boolean",
    "context",
    "generalized_time",
    "ia5_string",
    "integer",
    "null",
    "octet_string",
    "oid",
    "parse",
    "printable_string",
    "sequence",
    "set_of",
    "tlv",
    "utc_time",
    "utf8_string",
]

KEPT_MOMENTS = 256
"""Moments that are kept as they are written: a signature tells its own several times, a batch the same in each."""

MAX_DEPTH = 32
"""Nesting that no structure of our standards comes near; a deeper one is an attack on the reader."""

LONG_FORM = 0x80
MAX_LENGTH_OCTETS = 4
"""Lengths of up to 4 GiB; a longer one cannot be meant."""

HIGH_TAG = 0x1F
"""The tag bits that announce a tag of several octets (X.690, 8.1.2.4). No standard of ours has one."""

SHORT_OID = 32
"""Octets of an object identifier that is kept when it has been read."""

MAX_ARC_OCTETS = 64
"""Octets of one arc of an object identifier. The longest that exist stand for UUIDs and have 19."""

END_OF_CONTENTS = 0x00
"""Ends an indefinite length (X.690, 8.1.5), which DER does not have."""

PRINTABLE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
"""The characters of a PrintableString (X.680, 41.4)."""


class Malformed(Invalid):
    """The bytes are not the DER structure that they should be."""

    code = "asn1.malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("expected", "offset")


class Tag:
    """The identifier octets of the universal types in use."""

    BOOLEAN = 0x01
    INTEGER = 0x02
    BIT_STRING = 0x03
    OCTET_STRING = 0x04
    NULL = 0x05
    OID = 0x06
    ENUMERATED = 0x0A
    UTF8_STRING = 0x0C
    PRINTABLE_STRING = 0x13
    IA5_STRING = 0x16
    UTC_TIME = 0x17
    GENERALIZED_TIME = 0x18
    SEQUENCE = 0x30
    SET = 0x31


# --- writing ---------------------------------------------------------------------------------------------------------


def length_octets(length: int) -> bytes:
    """Return the length octets, in the shortest form."""
    if length < LONG_FORM:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((LONG_FORM | len(octets),)) + octets


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return an element with the given identifier octet around the concatenation of `parts`."""
    body = b"".join(parts)
    length = len(body)
    return bytes((tag, length)) + body if length < LONG_FORM else bytes((tag,)) + length_octets(length) + body


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE of complete elements."""
    return tlv(Tag.SEQUENCE, *parts)


def set_of(parts: Iterable[bytes], *, tag: int = Tag.SET) -> bytes:
    """Return a SET OF in the order that X.690, 11.6 prescribes."""
    return tlv(tag, *sorted(parts))


def context(number: int, *parts: bytes, constructed: bool = True) -> bytes:
    """Return a context-specific element: explicit around whole elements, or implicit around a body."""
    return tlv((0xA0 if constructed else 0x80) | number, *parts)


def integer(value: int) -> bytes:
    """Return an INTEGER, in the fewest octets (X.690, 8.3.2)."""
    magnitude = value if value >= 0 else ~value
    return tlv(Tag.INTEGER, value.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True))


def boolean(*, value: bool) -> bytes:
    """Return a BOOLEAN."""
    return tlv(Tag.BOOLEAN, b"\xff" if value else b"\x00")


def null() -> bytes:
    """Return a NULL."""
    return tlv(Tag.NULL)


@lru_cache(maxsize=256)
def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = bytearray()
    for arc in (first * 40 + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(arc & 0x7F | 0x80)
        body += bytes(reversed(digits))
    return tlv(Tag.OID, bytes(body))


def octet_string(value: bytes) -> bytes:
    """Return an OCTET STRING."""
    return tlv(Tag.OCTET_STRING, value)


def bit_string(value: bytes, *, unused: int = 0) -> bytes:
    """Return a BIT STRING with `unused` bits at its end."""
    return tlv(Tag.BIT_STRING, bytes((unused,)), value)


def utf8_string(value: str) -> bytes:
    """Return a UTF8String."""
    return tlv(Tag.UTF8_STRING, value.encode())


def printable_string(value: str) -> bytes:
    """Return a PrintableString. Raise `ValueError` for a character outside of its alphabet."""
    if not set(value) <= PRINTABLE:
        raise ValueError("not a PrintableString")
    return tlv(Tag.PRINTABLE_STRING, value.encode("ascii"))


def ia5_string(value: str) -> bytes:
    """Return an IA5String."""
    return tlv(Tag.IA5_STRING, value.encode("ascii"))


def generalized_time(moment: datetime) -> bytes:
    """Return a GeneralizedTime in UTC, to the second, as X.690, 11.7 and GB/T 38540 write it."""
    return time_of_second(moment.replace(microsecond=0))


@lru_cache(KEPT_MOMENTS)
def time_of_second(moment: datetime) -> bytes:
    """Return the GeneralizedTime of a whole second."""
    moment = moment.astimezone(UTC)
    return tlv(Tag.GENERALIZED_TIME, f"{moment.year:04}{moment:%m%d%H%M%SZ}".encode())  # %Y has three digits for 999


UTC_TIME_YEARS = range(1950, 2050)
"""The years that the two digits of a UTCTime stand for (RFC 5280, 4.1.2.5.1)."""


def utc_time(moment: datetime) -> bytes:
    """Return a UTCTime. Raise `ValueError` for a year that it cannot tell."""
    moment = moment.astimezone(UTC)
    if moment.year not in UTC_TIME_YEARS:
        raise ValueError("a UTCTime is for the years 1950 to 2049")
    return tlv(Tag.UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())


def x509_time(moment: datetime) -> bytes:
    """Return a Time as RFC 5280, 4.1.2.5 wants it: UTCTime through 2049, GeneralizedTime from 2050 on."""
    if moment.astimezone(UTC).year in UTC_TIME_YEARS:
        return utc_time(moment)
    return generalized_time(moment)


# --- reading ---------------------------------------------------------------------------------------------------------


class Element(NamedTuple):
    """One element: its identifier octet, and where it stands in `source`."""

    source: bytes
    start: int
    body_start: int
    end: int
    depth: int = 0

    @property
    def tag(self) -> int:
        """The identifier octet."""
        return self.source[self.start]

    @property
    def raw(self) -> bytes:
        """The whole element as it came."""
        return self.source[self.start : self.end]

    @property
    def body(self) -> bytes:
        """The contents octets."""
        return self.source[self.body_start : self.end]

    def fail(self, expected: str) -> Malformed:
        """Return the error that says what should have stood here."""
        return Malformed(expected=expected, offset=self.start)

    def expect(self, tag: int, expected: str) -> "Element":
        """Return this element if it has the identifier octet `tag`, else raise `Malformed`."""
        if self.tag != tag:
            raise self.fail(expected)
        return self

    def children(self, expected: str = "a sequence") -> tuple["Element", ...]:
        """Return the elements inside this constructed one."""
        if not self.tag & 0x20:
            raise self.fail(expected)
        if self.depth >= MAX_DEPTH:
            raise self.fail("a shallower structure")
        found = []
        source, _, position, limit, depth = self
        depth += 1
        while position < limit:
            child = read(source, position, limit, depth)
            found.append(child)
            position = child[3]
        return tuple(found)

    def sequence(self, expected: str = "a SEQUENCE") -> tuple["Element", ...]:
        """Return the elements of this SEQUENCE."""
        return self.expect(Tag.SEQUENCE, expected).children(expected)

    def integer(self, expected: str = "an INTEGER") -> int:
        """Return the value of this INTEGER, whose octets must be the fewest possible (X.690, 8.3.2)."""
        body = self.expect(Tag.INTEGER, expected).body
        if not body or (len(body) > 1 and body[0] in (0x00, 0xFF) and (body[0] ^ body[1]) < LONG_FORM):
            raise self.fail(expected)
        return int.from_bytes(body, "big", signed=True)

    def boolean(self, expected: str = "a BOOLEAN") -> bool:
        """Return the value of this BOOLEAN, 00 or FF (X.690, 11.1)."""
        body = self.expect(Tag.BOOLEAN, expected).body
        if body not in (b"\x00", b"\xff"):
            raise self.fail(expected)
        return body == b"\xff"

    def octets(self, expected: str = "an OCTET STRING") -> bytes:
        """Return the contents of this OCTET STRING."""
        return self.expect(Tag.OCTET_STRING, expected).body

    def bits(self, expected: str = "a BIT STRING of whole octets") -> bytes:
        """Return the octets of this BIT STRING, which must have no unused bits."""
        body = self.expect(Tag.BIT_STRING, expected).body
        if not body or body[0] != 0:
            raise self.fail(expected)
        return body[1:]

    def oid(self, expected: str = "an OBJECT IDENTIFIER") -> str:
        """Return this OBJECT IDENTIFIER in dotted form."""
        body = self.expect(Tag.OID, expected).body
        found = known_dotted(body) if len(body) <= SHORT_OID else dotted(body)
        if found is None:
            raise self.fail(expected)
        return found

    def text(self, tag: int, expected: str = "a string") -> str:
        """Return the text of this string, which must have the identifier octet `tag`."""
        body = self.expect(tag, expected).body
        try:
            return body.decode("utf-8" if tag == Tag.UTF8_STRING else "ascii")
        except UnicodeDecodeError:
            raise self.fail(expected) from None

    def time(self, expected: str = "a time") -> datetime:
        """Return this GeneralizedTime or UTCTime, which must be in UTC and to the second (X.690, 11.7 and 11.8)."""
        lengths = {Tag.GENERALIZED_TIME: 15, Tag.UTC_TIME: 13}
        body = self.body
        # Digits and a great Z, nothing else: a second encoding of one moment would be a second fingerprint.
        if len(body) != lengths.get(self.tag, -1) or not body[:-1].isdigit() or body[-1:] != b"Z":
            raise self.fail(expected)
        year = int(body[:-11])
        month, day, hour, minute, second = (int(body[place : place + 2]) for place in range(-11, -1, 2))
        if self.tag == Tag.UTC_TIME:
            year += 1900
            year += 0 if year in UTC_TIME_YEARS else 100
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            raise self.fail(expected) from None


def read(source: bytes, start: int, limit: int, depth: int) -> Element:
    """Return the element at `start`, which must end at or before `limit`."""
    if limit - start < 2:  # noqa: PLR2004 - a tag and a length
        raise no_element(start)
    tag, length = source[start], source[start + 1]
    if tag == END_OF_CONTENTS or tag & HIGH_TAG == HIGH_TAG:
        raise no_element(start)
    position = start + 2
    if length >= LONG_FORM:
        count = length & 0x7F
        if not 0 < count <= MAX_LENGTH_OCTETS or position + count > limit:
            raise no_element(start)
        length = int.from_bytes(source[position : position + count], "big")
        if length < LONG_FORM or length >> (8 * (count - 1)) == 0:  # not the shortest form (X.690, 10.1)
            raise no_element(start)
        position += count
    if position + length > limit:
        raise no_element(start)
    # As `Element(…)` does it, without a call in Python: nothing else is made so often.
    return tuple.__new__(Element, (source, start, position, position + length, depth))


def no_element(start: int) -> Malformed:
    """Return the error for what is no element at all."""
    return Malformed(expected="a DER element", offset=start)


def dotted(body: bytes) -> str | None:
    """Return an OBJECT IDENTIFIER in dotted form, or None for contents octets that are none (X.690, 8.19)."""
    if not body or body[-1] & 0x80:
        return None
    arcs: list[int] = []
    value, length = 0, 0
    for octet in body:
        if length == 0 and octet == LONG_FORM:  # a leading zero digit: not the shortest form (X.690, 8.19.2)
            return None
        if length == MAX_ARC_OCTETS:
            return None
        value, length = value << 7 | octet & 0x7F, length + 1
        if not octet & 0x80:
            arcs.append(value)
            value, length = 0, 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


known_dotted = lru_cache(maxsize=1_024)(dotted)
"""The same few stand in everything that is signed."""


def parse(data: bytes) -> Element:
    """Return the one element that `data` is, or raise `Malformed` when it is not exactly one."""
    element = read(data, 0, len(data), 0)
    if element.end != len(data):
        raise Malformed(expected="nothing after the element", offset=element.end)
    return element

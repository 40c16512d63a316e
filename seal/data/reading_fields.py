"""The fields of seals and seal signatures as vendors write them: texts, numbers, times, values, extensions.

Each function reads one kind of field, notes what it tolerates, and raises `Malformed` with the field's name for the
rest.
"""

import re
from datetime import UTC, datetime
from typing import Final

from seal.data.asn1 import SealExtension
from seal.data.deviations import Deviation, Met
from trust.asn1.der import Element, Tag
from trust.errors import TrustError
from trust.timestamping import stated_time

__all__ = [
    "EXPLICIT_0",
    "Notes",
    "exactly",
    "extensions_of",
    "inside",
    "moment",
    "number",
    "stamp_of",
    "text",
    "time_v1",
    "value_of",
]

MAX_EXTENSIONS: Final = 100
"""Of a seal or a signature. Real ones have one."""

MAX_NUMBER_BITS: Final = 64
"""Of a version, a type or a size. Python refuses to write out a number of thousands of digits, into whatever report."""

EXPLICIT_0: Final = 0xA0
IMPLICIT_0: Final = 0x80

LOOSE_TIME: Final = re.compile(rb"(\d{14})(\.\d+)?Z?")
"""A GeneralizedTime with a fraction of a second, or without its Z."""

DIRECT_SIGNATURE_LENGTH: Final = 64
"""r ‖ s: one real vendor writes signatures so, instead of in DER."""

TIME_IN_DIGITS: Final = re.compile(rb"\d{14}Z")
TIME_IN_TEXT: Final = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?")
"""How V1 signatures write a time. Python alone would take any character between date and time for a separator."""


class Notes:
    """Deviations from the standard that were met and tolerated."""

    def __init__(self) -> None:
        self.found: dict[Met, None] = {}

    def add(self, deviation: Deviation, field: str) -> None:
        """Note a deviation, once for each field."""
        self.found[Met(deviation, field)] = None


def text(element: Element, tag: int, field: str, notes: Notes) -> str:
    """Return the text of a string, whatever string type a vendor chose for it."""
    if element.tag == tag:
        return element.text(tag, field)
    if element.tag in (Tag.UTF8_STRING, Tag.IA5_STRING, Tag.PRINTABLE_STRING):
        notes.add(Deviation.STRING_TYPE, field)
        return element.text(element.tag, field)
    raise element.fail(field)


def number(element: Element, field: str) -> int:
    """Return a number of a size that numbers have."""
    value = element.integer(field)
    if value.bit_length() > MAX_NUMBER_BITS:
        raise element.fail(field)
    return value


def moment(element: Element, field: str, notes: Notes, *, usual: int = Tag.GENERALIZED_TIME) -> datetime:
    """Return a time: GeneralizedTime in V4 and V5, UTCTime in V1, and whatever of the two a vendor wrote instead."""
    if element.tag != usual and element.tag in (Tag.GENERALIZED_TIME, Tag.UTC_TIME):
        notes.add(Deviation.TIME_TYPE, field)
    if element.tag == Tag.GENERALIZED_TIME and len(element.body) != 15:  # noqa: PLR2004 - YYYYMMDDhhmmssZ
        loose = LOOSE_TIME.fullmatch(element.body)
        if loose is None:
            raise element.fail(field)
        notes.add(Deviation.TIME_FORM, field)
        try:
            return datetime.strptime(loose[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            raise element.fail(field) from None
    return element.time(field)


def inside(element: Element, expected: str) -> Element:
    """Return the one element inside an explicit tag."""
    children = element.children(expected)
    if len(children) != 1:
        raise element.fail(expected)
    return children[0]


def stamp_of(members: tuple[Element, ...], place: int, notes: Notes) -> bytes | None:
    """Return the time-stamp at `place`, if there is one: EXPLICIT [0], IMPLICIT [0] or untagged."""
    if len(members) <= place:
        return None
    element = members[place]
    if element.tag == EXPLICIT_0:
        return inside(element, "timeStamp").bits("timeStamp")
    notes.add(Deviation.TIME_STAMP_TAG, "timeStamp")
    if element.tag == IMPLICIT_0:
        if not element.body or element.body[0] != 0:
            raise element.fail("timeStamp")
        return element.body[1:]
    return element.octets("timeStamp") if element.tag == Tag.OCTET_STRING else element.bits("timeStamp")


def value_of(element: Element, field: str, notes: Notes) -> bytes:
    """Return a signature value as it stands, in DER or as r ‖ s."""
    value = element.bits(field)
    if len(value) == DIRECT_SIGNATURE_LENGTH:
        notes.add(Deviation.VALUE_FORM, field)
    return value


def exactly(element: Element, expected: str, *counts: int) -> tuple[Element, ...]:
    """Return the members of a SEQUENCE that must have one of `counts` members."""
    members = element.sequence(expected)
    if len(members) not in counts:
        raise element.fail(expected)
    return members


def extensions_of(element: Element, field: str, notes: Notes) -> tuple[SealExtension, ...]:
    """Read ExtensionDatas."""
    members = element.sequence("ExtensionDatas")
    if len(members) > MAX_EXTENSIONS:
        raise element.fail(f"extDatas of at most {MAX_EXTENSIONS}")
    return tuple(extension_of(one, field, notes) for one in members)


def extension_of(element: Element, field: str, notes: Notes) -> SealExtension:
    """Read ExtData. Not critical is the default, and is not written in DER; real tax seals write it."""
    identifier, *flags, value = exactly(element, "ExtData", 2, 3)
    critical = any(flag.boolean("critical") for flag in flags)
    if flags and not critical:
        notes.add(Deviation.CRITICAL_FALSE, field)
    return SealExtension(oid=identifier.oid("extnID"), critical=critical, value=value.octets("extnValue"))


def time_v1(element: Element, notes: Notes) -> datetime | None:
    """Return the time of V1, where timeInfo is a BIT STRING: a time in text, or what a time-stamp token states.

    The token lies inside of what is signed, and thus proves nothing of the signature: its time is a claim.
    """
    body = element.bits("timeInfo")
    found = time_in_text(body)
    if found is not None:
        notes.add(Deviation.TIME_TEXT, "timeInfo")
        return found
    try:
        found = stated_time(body)
    except (TrustError, ValueError):
        notes.add(Deviation.TIME_NONE, "timeInfo")
        return None
    notes.add(Deviation.TIME_TOKEN, "timeInfo")
    return found.replace(microsecond=0)


def time_in_text(body: bytes) -> datetime | None:
    """Return the moment that a text tells, or None where it is none, or the calendar or UTC has no such moment."""
    try:
        if TIME_IN_DIGITS.fullmatch(body):
            return datetime.strptime(body.decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
        if not TIME_IN_TEXT.fullmatch(body):
            return None
        found = datetime.fromisoformat(body.decode("ascii"))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None

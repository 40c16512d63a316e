"""Reading seals and seal signatures of every version, tolerantly as far as real vendors' files ask for it.

Each deviation from the standard that is tolerated is named. Signatures are checked over the bytes as they came, so
that reading keeps them and never encodes anything anew.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from seal.asn1 import (
    HEADER_ID,
    CertificateListType,
    ElectronicSeal,
    SealMalformed,
    SealPicture,
    SealSignature,
    SealVersion,
)
from trust.asn1 import der
from trust.asn1.der import Element, Malformed, Tag

__all__ = ["read_seal", "read_seal_signature"]

MAX_LISTED: Final = 100
"""Signers that a seal may list. Real ones list one; a hundred thousand would keep a verifier busy."""

MAX_NUMBER_BITS: Final = 64
"""Of a version, a type or a size. Python refuses to write out a number of thousands of digits, into whatever report."""

EXPLICIT_0: Final = 0xA0
IMPLICIT_0: Final = 0x80

LOOSE_TIME: Final = re.compile(rb"(\d{14})(\.\d+)?Z?")
"""A GeneralizedTime with a fraction of a second, or without its Z."""

TIME_IN_TEXT: Final = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?")
"""How V1 signatures write a time. Python alone would take any character between date and time for a separator."""


class Notes:
    """Deviations from the standard that were met and tolerated."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, deviation: str) -> None:
        """Note a deviation, once."""
        if deviation not in self.found:
            self.found.append(deviation)


def text(element: Element, tag: int, field: str, notes: Notes) -> str:
    """Return the text of a string, whatever string type a vendor chose for it."""
    if element.tag == tag:
        return element.text(tag, field)
    if element.tag in (Tag.UTF8_STRING, Tag.IA5_STRING, Tag.PRINTABLE_STRING):
        notes.add(f"{field} is another string type than the standard says")
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
        notes.add(f"{field} is another type of time than the standard says")
    if element.tag == Tag.GENERALIZED_TIME and len(element.body) != 15:  # noqa: PLR2004 - YYYYMMDDhhmmssZ
        loose = LOOSE_TIME.fullmatch(element.body)
        if loose is None:
            raise element.fail(field)
        notes.add(f"{field} is not written as YYYYMMDDhhmmssZ")
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
    notes.add("timeStamp is not tagged [0] EXPLICIT")
    if element.tag == IMPLICIT_0:
        if not element.body or element.body[0] != 0:
            raise element.fail("timeStamp")
        return element.body[1:]
    return element.octets("timeStamp") if element.tag == Tag.OCTET_STRING else element.bits("timeStamp")


def read_seal(encoded: bytes) -> ElectronicSeal:
    """Read an SESeal of any version. Raise `SealMalformed`."""
    try:
        return seal_of(der.parse(encoded))
    except Malformed as error:
        raise SealMalformed(**error.details) from None


def read_seal_signature(encoded: bytes) -> SealSignature:
    """Read an SES_Signature of any version; zero octets after it are padding, as in a PDF. Raise `SealMalformed`."""
    try:
        element = der.read(encoded, 0, len(encoded), 0)
        if encoded[element.end :].strip(b"\0"):
            raise Malformed(expected="nothing after the signature", offset=element.end)
        return signature_of(element)
    except Malformed as error:
        raise SealMalformed(**error.details) from None


def exactly(element: Element, expected: str, *counts: int) -> tuple[Element, ...]:
    """Return the members of a SEQUENCE that must have one of `counts` members."""
    members = element.sequence(expected)
    if len(members) not in counts:
        raise element.fail(expected)
    return members


def seal_of(element: Element) -> ElectronicSeal:
    """Read an SESeal: two members in V1, four in V4, four or five in V5."""
    notes = Notes()
    members = exactly(element, "SESeal", 2, 4, 5)
    info = members[0]
    is_v1 = len(members) == 2  # noqa: PLR2004 - SEQUENCE { esealInfo, signInfo }
    signing = exactly(members[1], "SES_SignInfo", 3) if is_v1 else members[1:4]
    certificate, algorithm, value = signing
    header, identifier, property_, picture, *extensions = exactly(info, "SES_SealInfo", 4, 5)
    header_id, version, vendor = exactly(header, "SES_Header", 3)
    if text(header_id, Tag.IA5_STRING, "ID", notes) != HEADER_ID:
        raise header_id.fail("ES")
    told = number(version, "version")
    known = SealVersion.GMT0031_2014 if is_v1 else version_of(version)
    if is_v1 and told != known:
        notes.add(f"version {told} on a seal of the shape of GM/T 0031-2014")
    if len(members) == 5 and known is not SealVersion.GMT0031_2025:  # noqa: PLR2004 - with timeStamp
        raise element.fail("SESeal without timeStamp")
    return ElectronicSeal(
        raw=element.raw,
        version=known,
        vendor=text(vendor, Tag.IA5_STRING, "Vid", notes),
        identifier=text(identifier, Tag.IA5_STRING, "esID", notes),
        **property_of(property_, notes, is_v1=is_v1),
        picture=picture_of(picture, notes),
        extensions=tuple(one for each in extensions for one in extensions_of(each)),
        maker_certificate=certificate.octets("cert"),
        algorithm=algorithm.oid("signAlgID"),
        signed=der.sequence(info.raw, certificate.raw, algorithm.raw) if is_v1 else info.raw,
        signature=value.bits("signedValue"),
        time_stamp=stamp_of(members, 4, notes),
        deviations=tuple(notes.found),
    )


def version_of(element: Element) -> SealVersion:
    """Return the version of a seal of the shape of V4 and V5."""
    try:
        version = SealVersion(element.integer("version"))
    except ValueError:
        raise element.fail("version 4 or 5") from None
    if version is SealVersion.GMT0031_2014:
        raise element.fail("version 4 or 5")
    return version


def property_of(element: Element, notes: Notes, *, is_v1: bool) -> dict[str, Any]:
    """Read SES_ESPropertyInfo. V1 has no certListType, and lists certificates."""
    members = list(exactly(element, "SES_ESPropertyInfo", 6 if is_v1 else 7))
    type_, name = number(members[0], "type"), text(members[1], Tag.UTF8_STRING, "name", notes)
    list_type = CertificateListType.CERTIFICATES
    if not is_v1:
        try:
            list_type = CertificateListType(members.pop(2).integer("certListType"))
        except ValueError:
            raise element.fail("certListType 1 or 2") from None
    listed = members[2].sequence("certList")
    if not 0 < len(listed) <= MAX_LISTED:
        raise members[2].fail(f"certList of 1 to {MAX_LISTED} signers")
    usual = Tag.UTC_TIME if is_v1 else Tag.GENERALIZED_TIME
    created_at, valid_from, valid_until = (
        moment(member, field, notes, usual=usual)
        for member, field in zip(members[3:], ("createDate", "validStart", "validEnd"), strict=True)
    )
    return {
        "type": type_,
        "name": name,
        "list_type": list_type,
        "listed": tuple(listed_signer(one, list_type, notes) for one in listed),
        "created_at": created_at,
        "valid_from": valid_from,
        "valid_until": valid_until,
    }


def listed_signer(element: Element, list_type: CertificateListType, notes: Notes) -> bytes:
    """Return a certificate or a digest of certList."""
    if list_type is CertificateListType.DIGESTS:
        _, value = exactly(element, "CertDigestObj", 2)
        return value.octets("value")
    if element.tag == Tag.IA5_STRING:  # seen in V1 seals of one vendor
        notes.add("a certificate of certList is an IA5String")
        return element.body
    return element.octets("Cert")


def picture_of(element: Element, notes: Notes) -> SealPicture:
    """Read SES_ESPictrueInfo."""
    type_, data, width, height = exactly(element, "SES_ESPictrueInfo", 4)
    return SealPicture(
        type=text(type_, Tag.IA5_STRING, "type of the picture", notes),
        data=data.octets("data of the picture"),
        width_mm=number(width, "width"),
        height_mm=number(height, "height"),
    )


def extensions_of(element: Element) -> tuple[str, ...]:
    """Return the identifiers of ExtensionDatas, which stands untagged in real files, or under [0]."""
    list_ = inside(element, "extDatas") if element.tag == EXPLICIT_0 else element
    return tuple(exactly(one, "ExtData", 2, 3)[0].oid("extnID") for one in list_.sequence("ExtensionDatas"))


def signature_of(element: Element) -> SealSignature:
    """Read an SES_Signature: two members in V1, four or five in V4 and V5."""
    members = exactly(element, "SES_Signature", 2, 4, 5)
    is_v1 = len(members) == 2  # noqa: PLR2004 - SEQUENCE { toSign, signature }
    notes = Notes()
    tbs = exactly(members[0], "TBS_Sign", 7) if is_v1 else exactly(members[0], "TBS_Sign", 5, 6)
    seal = seal_of(tbs[1])
    if tbs[0].integer("version") != seal.version:
        notes.add("the version of the signature is not that of its seal")
    certificate, algorithm = (tbs[5], tbs[6]) if is_v1 else (members[1], members[2])
    if not is_v1 and len(tbs) == 6:  # noqa: PLR2004 - with extDatas
        extensions_of(tbs[5])
    return SealSignature(
        raw=element.raw,
        seal=seal,
        signed_at=time_v1(tbs[2], notes) if is_v1 else moment(tbs[2], "timeInfo", notes),
        data_hash=tbs[3].bits("dataHash"),
        property_info=text(tbs[4], Tag.IA5_STRING, "propertyInfo", notes),
        certificate=certificate.octets("cert"),
        algorithm=algorithm.oid("signatureAlgID"),
        signed=members[0].raw,
        signature=members[1].bits("signature") if is_v1 else members[3].bits("signature"),
        time_stamp=None if is_v1 else stamp_of(members, 4, notes),
        deviations=(*notes.found, *seal.deviations),
    )


def time_v1(element: Element, notes: Notes) -> datetime | None:
    """Return the time of V1, where timeInfo is a BIT STRING: a time in text, or a token, which is not read here."""
    body = element.bits("timeInfo")
    found = time_in_text(body) if TIME_IN_TEXT.fullmatch(body) else None
    notes.add("timeInfo holds a time in text" if found else "timeInfo holds no time in text")
    return found


def time_in_text(body: bytes) -> datetime | None:
    """Return the moment that a text tells, or None where the calendar or UTC has no such moment."""
    try:
        found = datetime.fromisoformat(body.decode("ascii"))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None

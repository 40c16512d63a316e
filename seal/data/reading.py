"""Reading seals and seal signatures of every version, tolerantly as far as real vendors' files ask for it.

Each deviation from the standard that is tolerated is named (seal/data/deviations.py). Signatures are checked over the
bytes as they came, so that reading keeps them and never encodes anything anew.
"""

import re
from typing import Any, Final

from seal.data.asn1 import (
    DIGEST_NAME,
    HEADER_ID,
    CertificateListType,
    ElectronicSeal,
    SealExtension,
    SealMalformed,
    SealPicture,
    SealSignature,
    SealVersion,
)
from seal.data.deviations import Deviation
from seal.data.reading_fields import (
    EXPLICIT_0,
    Notes,
    exactly,
    extensions_of,
    inside,
    moment,
    number,
    stamp_of,
    text,
    time_v1,
    value_of,
)
from trust.asn1 import der
from trust.asn1.der import Element, Malformed, Tag

__all__ = ["read_seal", "read_seal_signature"]

MAX_LISTED: Final = 100
"""Signers that a seal may list. Real ones list one; a hundred thousand would keep a verifier busy."""

SEAL_CODE: Final = re.compile(r"[0-9]{14}")
"""How government practice numbers seals: an area of six digits and eight more."""

PICTURE_TYPES: Final = frozenset({"GIF", "BMP", "JPG", "PNG", "SVG"})
"""SES_ESPictrueInfo.type. Real files also say png, and ofd."""

NUMBERS_OF_FIRST_SHAPE: Final = frozenset({1, 2, 3, 11})
"""Versions on seals of the shape of GM/T 0031-2014. Its text speaks of 1.1, written 11."""


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
    if is_v1 and told not in NUMBERS_OF_FIRST_SHAPE:
        raise version.fail("version 1")
    if is_v1 and told != known:
        notes.add(Deviation.VERSION_OF_SHAPE, "version")
    if len(members) == 5 and known is not SealVersion.GMT0031_2025:  # noqa: PLR2004 - with timeStamp
        raise element.fail("SESeal without timeStamp")
    return ElectronicSeal(
        raw=element.raw,
        version=known,
        vendor=text(vendor, Tag.IA5_STRING, "Vid", notes),
        identifier=identifier_of(identifier, notes),
        **property_of(property_, notes, is_v1=is_v1),
        picture=picture_of(picture, notes),
        extensions=tuple(one for each in extensions for one in extensions_of_seal(each, known, notes)),
        maker_certificate=certificate.octets("cert"),
        algorithm=algorithm.oid("signAlgID"),
        signed=der.sequence(info.raw, certificate.raw, algorithm.raw) if is_v1 else info.raw,
        signature=value_of(value, "signedValue", notes),
        time_stamp=stamp_of(members, 4, notes),
        deviations=tuple(notes.found),
    )


def identifier_of(element: Element, notes: Notes) -> str:
    """Read esID: in government practice a seal code, with others a UUID, a name, whatever."""
    found = text(element, Tag.IA5_STRING, "esID", notes)
    if SEAL_CODE.fullmatch(found) is None:
        notes.add(Deviation.IDENTIFIER_FORM, "esID")
    return found


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
        name, value = exactly(element, "CertDigestObj", 2)
        if text(name, Tag.PRINTABLE_STRING, "CertDigestObj.type", notes) != DIGEST_NAME:
            notes.add(Deviation.DIGEST_NAME, "CertDigestObj.type")
        return value.octets("value")
    if element.tag == Tag.IA5_STRING:  # seen in V1 seals of one vendor
        notes.add(Deviation.CERTIFICATE_TYPE, "certList")
        return element.body
    return element.octets("Cert")


def picture_of(element: Element, notes: Notes) -> SealPicture:
    """Read SES_ESPictrueInfo."""
    kind, data, width, height = exactly(element, "SES_ESPictrueInfo", 4)
    type_ = text(kind, Tag.IA5_STRING, "picture.type", notes)
    if type_ not in PICTURE_TYPES:
        notes.add(Deviation.PICTURE_TYPE, "picture.type")
    return SealPicture(
        type=type_,
        data=data.octets("data of the picture"),
        width_mm=number(width, "width"),
        height_mm=number(height, "height"),
    )


def extensions_of_seal(element: Element, version: SealVersion, notes: Notes) -> tuple[SealExtension, ...]:
    """Read extDatas of SES_SealInfo, which stands untagged in real files; the text of 2014 prints a tag."""
    if element.tag != EXPLICIT_0:
        return extensions_of(element, "extDatas", notes)
    if version is not SealVersion.GMT0031_2014:
        notes.add(Deviation.EXTENSIONS_TAG, "extDatas")
    return extensions_of(inside(element, "extDatas"), "extDatas", notes)


def extensions_of_signature(element: Element, notes: Notes) -> tuple[SealExtension, ...]:
    """Read extDatas [0] EXPLICIT of TBS_Sign."""
    if element.tag == EXPLICIT_0:
        return extensions_of(inside(element, "extDatas"), "TBS_Sign.extDatas", notes)
    notes.add(Deviation.EXTENSIONS_TAG, "TBS_Sign.extDatas")
    return extensions_of(element, "TBS_Sign.extDatas", notes)


def signature_of(element: Element) -> SealSignature:
    """Read an SES_Signature: two members in V1, four or five in V4 and V5."""
    members = exactly(element, "SES_Signature", 2, 4, 5)
    is_v1 = len(members) == 2  # noqa: PLR2004 - SEQUENCE { toSign, signature }
    notes = Notes()
    tbs = exactly(members[0], "TBS_Sign", 7) if is_v1 else exactly(members[0], "TBS_Sign", 5, 6)
    seal = seal_of(tbs[1])
    if tbs[0].integer("version") != seal.version:
        notes.add(Deviation.VERSIONS_DIFFER, "TBS_Sign.version")
    certificate, algorithm = (tbs[5], tbs[6]) if is_v1 else (members[1], members[2])
    extensions = () if is_v1 else tuple(one for each in tbs[5:] for one in extensions_of_signature(each, notes))
    return SealSignature(
        raw=element.raw,
        seal=seal,
        signed_at=time_v1(tbs[2], notes) if is_v1 else moment(tbs[2], "timeInfo", notes),
        data_hash=tbs[3].bits("dataHash"),
        property_info=property_info_of(tbs[4], notes),
        certificate=certificate.octets("cert"),
        algorithm=algorithm.oid("signatureAlgID"),
        signed=members[0].raw,
        signature=value_of(members[1] if is_v1 else members[3], "signature", notes),
        time_stamp=None if is_v1 else stamp_of(members, 4, notes),
        extensions=extensions,
        deviations=(*notes.found, *seal.deviations),
    )


def property_info_of(element: Element, notes: Notes) -> str:
    """Read propertyInfo: a place, or a map of properties, as the component OESV4 passes it on."""
    found = text(element, Tag.IA5_STRING, "propertyInfo", notes)
    if found.strip().startswith("{"):
        notes.add(Deviation.PROPERTY_MAP, "propertyInfo")
    return found

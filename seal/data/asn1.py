"""Secure electronic seals and seal signatures in ASN.1: GM/T 0031-2014 (V1), GB/T 38540-2020 (V4), GM/T 0031-2025 (V5).

What they hold, and writing V4 and V5, strictly. Reading, which is tolerant, is in seal/data/reading.py. The standards'
own spelling is kept (`SES_ESPictrueInfo`).

    SESeal        ::= SEQUENCE { eSealInfo SES_SealInfo, cert OCTET STRING, signAlgID OID, signedValue BIT STRING,
                                 timeStamp [0] BIT STRING OPTIONAL }                                    -- V5 alone
    SES_Signature ::= SEQUENCE { toSign TBS_Sign, cert OCTET STRING, signatureAlgID OID, signature BIT STRING,
                                 timeStamp [0] BIT STRING OPTIONAL }

The letter of the standards on the tag of timeStamp and of TBS_Sign.extDatas was not at hand: EXPLICIT is written, as
all files seen do (docs/divergences.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import ClassVar, Final, assert_never

from seal.data.deviations import Met
from trust.asn1 import der
from trust.asn1.der import Malformed
from trust.errors import Invalid

__all__ = [
    "DIGEST_NAME",
    "KNOWN_EXTENSIONS",
    "CertificateListType",
    "ElectronicSeal",
    "SealExtension",
    "SealMalformed",
    "SealPicture",
    "SealSignature",
    "SealVersion",
    "seal_info",
    "sealed",
    "signature_over",
    "to_be_signed",
]

SM2_WITH_SM3: Final = "1.2.156.10197.1.501"
HEADER_ID: Final = "ES"
HASH_LENGTH: Final = 32
KEPT_VERSIONS: Final = 64
"""Seals whose version is kept: one signs thousands of times."""

KNOWN_EXTENSIONS: Final[Mapping[str, str]] = {
    "1.2.156.10197.6.7.2.2.1": "tax seal version",
    "1.3.6.1.5.5.7.1.4": "audit identity",
    "1.3.6.1.4.1.54706.1": "vendor",
}
"""Extensions that real seals and signatures have, and that limit nothing: 2.1 in every seal of the tax authorities; two
numbers in a TBS_Sign of a province; a vendor's domain, marked critical, in its seals of V1."""

DIGEST_NAME: Final = "SM3"
"""CertDigestObj.type. The standard's word for it was not at hand (docs/divergences.md)."""


class SealMalformed(Invalid):
    """The bytes are not an electronic seal or an electronic seal signature."""

    code = "seal.malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("expected", "offset")


class SealVersion(IntEnum):
    """The version in the header, by standard."""

    GMT0031_2014 = 1
    GBT38540_2020 = 4
    GMT0031_2025 = 5


class CertificateListType(IntEnum):
    """What a seal lists of its signers (SES_ESPropertyInfo.certListType)."""

    CERTIFICATES = 1
    DIGESTS = 2


@dataclass(frozen=True, kw_only=True)
class SealPicture:
    """SES_ESPictrueInfo: the image, and its size in millimetres."""

    type: str
    data: bytes
    width_mm: int
    height_mm: int


WRITTEN: Final = (SealVersion.GBT38540_2020, SealVersion.GMT0031_2025)
"""The versions that are written; the first one is read alone."""


@dataclass(frozen=True, kw_only=True)
class SealExtension:
    """ExtData: what a vendor adds to a seal or to a seal signature."""

    oid: str
    value: bytes
    critical: bool = False


@dataclass(frozen=True, kw_only=True)
class ElectronicSeal:
    """SESeal."""

    raw: bytes
    version: SealVersion
    vendor: str
    identifier: str
    """esID: in government practice the 14-digit seal code."""

    type: int
    name: str
    list_type: CertificateListType
    listed: tuple[bytes, ...]
    """Certificates in DER, or their digests, as `list_type` says."""

    created_at: datetime
    valid_from: datetime
    valid_until: datetime
    picture: SealPicture
    extensions: tuple[SealExtension, ...]
    maker_certificate: bytes
    algorithm: str
    signed: bytes
    """The bytes under the maker's signature: SES_SealInfo in V4 and V5, with certificate and algorithm in V1."""

    signature: bytes
    time_stamp: bytes | None = None
    deviations: tuple[Met, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SealSignature:
    """SES_Signature."""

    raw: bytes
    seal: ElectronicSeal
    signed_at: datetime | None
    """timeInfo. None where V1 holds neither a time nor a token there. A claim, in a token too."""

    data_hash: bytes
    property_info: str
    certificate: bytes
    algorithm: str
    signed: bytes
    """TBS_Sign, the bytes under the signer's signature."""

    signature: bytes
    time_stamp: bytes | None = None
    extensions: tuple[SealExtension, ...] = ()
    deviations: tuple[Met, ...] = ()
    """Those of the signature first, then those of its seal."""


# --- writing, V4 and V5 ----------------------------------------------------------------------------------------------


def seal_info(
    *,
    version: SealVersion = SealVersion.GBT38540_2020,
    identifier: str,
    vendor: str,
    type_: int,
    name: str,
    listed: tuple[bytes, ...],
    list_type: CertificateListType = CertificateListType.CERTIFICATES,
    created_at: datetime,
    valid_from: datetime,
    valid_until: datetime,
    picture: SealPicture,
    extensions: tuple[SealExtension, ...] = (),
) -> bytes:
    """Return SES_SealInfo, which the maker signs (GB/T 38540-2020, 6.1 and 6.2; GM/T 0031-2025).

    `listed` holds the signers' certificates in DER, or their SM3 hashes, as `list_type` says. Raise `ValueError` for
    the version of 2014, and for a seal that names no signer.
    """
    if version not in WRITTEN or not listed:
        raise ValueError("a seal of version 4 or 5 that names its signers")
    return der.sequence(
        der.sequence(der.ia5_string(HEADER_ID), der.integer(version), der.ia5_string(vendor)),
        der.ia5_string(identifier),
        der.sequence(
            der.integer(type_),
            der.utf8_string(name),
            der.integer(list_type),
            der.sequence(*(listed_as(list_type, one) for one in listed)),
            der.generalized_time(created_at),
            der.generalized_time(valid_from),
            der.generalized_time(valid_until),
        ),
        der.sequence(
            der.ia5_string(picture.type),
            der.octet_string(picture.data),
            der.integer(picture.width_mm),
            der.integer(picture.height_mm),
        ),
        extension_datas(extensions) if extensions else b"",
    )


def listed_as(list_type: CertificateListType, signer: bytes) -> bytes:
    """Return one member of certList: Cert, or CertDigestObj."""
    value = der.octet_string(signer)
    match list_type:
        case CertificateListType.CERTIFICATES:
            return value
        case CertificateListType.DIGESTS:
            return der.sequence(der.printable_string(DIGEST_NAME), value)
        case _:
            assert_never(list_type)


def extension_datas(extensions: tuple[SealExtension, ...]) -> bytes:
    """Return ExtensionDatas; what is not critical does not say so, since that is the default (X.690, 11.5)."""
    return der.sequence(
        *(
            der.sequence(
                der.oid(one.oid), der.boolean(value=True) if one.critical else b"", der.octet_string(one.value)
            )
            for one in extensions
        )
    )


def sealed(info: bytes, *, maker_certificate: bytes, signature: bytes, time_stamp: bytes | None = None) -> bytes:
    """Return SESeal: `info` with the maker's certificate and signature (GB/T 38540-2020, 6.1).

    `time_stamp` is over the signature value. Seals of GM/T 0031-2025 alone can hold one: raise `ValueError` for others.
    """
    if time_stamp is not None and version_in(der.parse(info)) is not SealVersion.GMT0031_2025:
        raise ValueError("seals hold time-stamps from GM/T 0031-2025 on")
    return der.sequence(
        info,
        der.octet_string(maker_certificate),
        der.oid(SM2_WITH_SM3),
        der.bit_string(signature),
        stamped_with(time_stamp),
    )


def stamped_with(token: bytes | None) -> bytes:
    """Return timeStamp [0] EXPLICIT, or nothing."""
    return b"" if token is None else der.context(0, der.bit_string(token))


def version_in(info: der.Element) -> SealVersion:
    """Return the version in the header of an SES_SealInfo of the shape of V4 and V5. Raise `Malformed`."""
    header = info.children("SES_SealInfo")[:1]
    members = [member for one in header for member in one.sequence("SES_Header")]
    if len(members) != 3:  # noqa: PLR2004 - ID, version, Vid
        raise info.fail("SES_Header")
    told = members[1].integer("version")
    if told not in WRITTEN:
        raise members[1].fail("version 4 or 5")
    return SealVersion(told)


@lru_cache(KEPT_VERSIONS)
def version_of(seal: bytes) -> SealVersion:
    """Return the version of a seal, or raise `SealMalformed` where it is not 4 or 5."""
    try:
        element = der.parse(seal)
        members = element.sequence("SESeal")
        if not members:
            raise element.fail("SESeal")
        return version_in(members[0])
    except Malformed as error:
        raise SealMalformed(**error.details) from None


def to_be_signed(
    *,
    seal: bytes,
    signed_at: datetime,
    data_hash: bytes,
    property_info: str,
    extensions: tuple[SealExtension, ...] = (),
) -> bytes:
    """Return TBS_Sign, which the seal's owner signs (GB/T 38540-2020, 7.1 and 7.2).

    Its version is that of the seal. Raise `SealMalformed` for a seal that is not of version 4 or 5, and `ValueError`
    for a hash that is none of SM3.
    """
    if len(data_hash) != HASH_LENGTH:
        raise ValueError("a hash of SM3 has 32 octets")
    return der.sequence(
        der.integer(version_of(seal)),
        seal,
        der.generalized_time(signed_at),
        der.bit_string(data_hash),
        der.ia5_string(property_info),
        der.context(0, extension_datas(extensions)) if extensions else b"",
    )


def signature_over(tbs: bytes, *, certificate: bytes, signature: bytes, time_stamp: bytes | None = None) -> bytes:
    """Return SES_Signature: `tbs` with the signer's certificate, signature and time-stamp."""
    return der.sequence(
        tbs,
        der.octet_string(certificate),
        der.oid(SM2_WITH_SM3),
        der.bit_string(signature),
        stamped_with(time_stamp),
    )

"""Secure electronic seals and seal signatures in ASN.1: GM/T 0031-2014 (V1), GB/T 38540-2020 (V4), GM/T 0031-2025 (V5).

What they hold, and writing V4. Reading is in seal/reading.py. The standards' own spelling is kept
(`SES_ESPictrueInfo`).

    SESeal        ::= SEQUENCE { eSealInfo SES_SealInfo, cert OCTET STRING, signAlgID OID, signedValue BIT STRING,
                                 timeStamp [0] BIT STRING OPTIONAL }                                    -- V5 alone
    SES_Signature ::= SEQUENCE { toSign TBS_Sign, cert OCTET STRING, signatureAlgID OID, signature BIT STRING,
                                 timeStamp [0] BIT STRING OPTIONAL }
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar, Final

from trust.asn1 import der
from trust.errors import Invalid

__all__ = [
    "CertificateListType",
    "ElectronicSeal",
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
    extensions: tuple[str, ...]
    maker_certificate: bytes
    algorithm: str
    signed: bytes
    """The bytes under the maker's signature: SES_SealInfo in V4 and V5, with certificate and algorithm in V1."""

    signature: bytes
    time_stamp: bytes | None = None
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SealSignature:
    """SES_Signature."""

    raw: bytes
    seal: ElectronicSeal
    signed_at: datetime | None
    """timeInfo. None where V1 holds something else than a time there."""

    data_hash: bytes
    property_info: str
    certificate: bytes
    algorithm: str
    signed: bytes
    """TBS_Sign, the bytes under the signer's signature."""

    signature: bytes
    time_stamp: bytes | None = None
    deviations: tuple[str, ...] = ()


# --- writing, V4 -----------------------------------------------------------------------------------------------------


def seal_info(
    *,
    identifier: str,
    vendor: str,
    type_: int,
    name: str,
    certificates: tuple[bytes, ...],
    created_at: datetime,
    valid_from: datetime,
    valid_until: datetime,
    picture: SealPicture,
) -> bytes:
    """Return SES_SealInfo, which the maker signs (GB/T 38540-2020, 6.1 and 6.2)."""
    return der.sequence(
        der.sequence(der.ia5_string(HEADER_ID), der.integer(SealVersion.GBT38540_2020), der.ia5_string(vendor)),
        der.ia5_string(identifier),
        der.sequence(
            der.integer(type_),
            der.utf8_string(name),
            der.integer(CertificateListType.CERTIFICATES),
            der.sequence(*(der.octet_string(certificate) for certificate in certificates)),
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
    )


def sealed(info: bytes, *, maker_certificate: bytes, signature: bytes) -> bytes:
    """Return SESeal: `info` with the maker's certificate and signature (GB/T 38540-2020, 6.1)."""
    return der.sequence(info, der.octet_string(maker_certificate), der.oid(SM2_WITH_SM3), der.bit_string(signature))


def to_be_signed(*, seal: bytes, signed_at: datetime, data_hash: bytes, property_info: str) -> bytes:
    """Return TBS_Sign, which the seal's owner signs (GB/T 38540-2020, 7.1 and 7.2)."""
    return der.sequence(
        der.integer(SealVersion.GBT38540_2020),
        seal,
        der.generalized_time(signed_at),
        der.bit_string(data_hash),
        der.ia5_string(property_info),
    )


def signature_over(tbs: bytes, *, certificate: bytes, signature: bytes, time_stamp: bytes | None = None) -> bytes:
    """Return SES_Signature: `tbs` with the signer's certificate, signature and time-stamp.

    The standard's text on the tag of timeStamp was not at hand; EXPLICIT is written, as all files seen do.
    """
    stamped = () if time_stamp is None else (der.context(0, der.bit_string(time_stamp)),)
    return der.sequence(tbs, der.octet_string(certificate), der.oid(SM2_WITH_SM3), der.bit_string(signature), *stamped)

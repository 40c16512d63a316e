"""Making an electronic seal 制章: what the maker signs, and the seal that comes of it.

The order is that of GB/T 38540-2020, 6.2, with what GM/T 0031-2025 adds: the maker's certificate is validated first
(`require_maker`), and a time-stamp over the signature value says when the seal was made.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from seal.data.asn1 import CertificateListType, SealExtension, SealPicture, SealVersion, seal_info, sealed
from seal.errors import OwnWorkRefused
from seal.image.drawing import SealDesign, draw
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.paths import Evidence, Purpose, validate
from trust.signing import Signer
from trust.timestamping import TimeStamper

__all__ = ["SealOrder", "make_seal", "require_maker"]

VENDOR: Final = "XINYIN"
"""Vid of the header: the maker's system."""

PICTURE_TYPE: Final = "PNG"
PICTURE_RESOLUTION: Final = 300
"""Dots per inch of the picture inside a seal: every seal signature carries it, so that it must stay small."""


@dataclass(frozen=True, kw_only=True)
class SealOrder:
    """What a seal is to hold."""

    code: str
    name: str
    type: int
    design: SealDesign
    owner_certificate: Certificate
    made_at: datetime
    valid_until: datetime
    version: SealVersion = SealVersion.GBT38540_2020
    """GB/T 38540-2020, or GM/T 0031-2025; the version of 2014 is not made any more."""

    list_type: CertificateListType = CertificateListType.CERTIFICATES
    """Whether the seal names its owner by the certificate or by its SM3 hash, which is shorter and tells less."""

    extensions: tuple[SealExtension, ...] = ()
    picture: bytes | None = field(default=None, repr=False)
    """The file that the design names, if it names one."""


def require_maker(maker_certificate: Certificate, evidence: Evidence, *, at: datetime) -> None:
    """Return if the maker's certificate is good for making seals at the moment `at`: chain, validity, usage, status.

    Raise `OwnWorkRefused`, which names the check (GM/T 0031-2025, generation, step 1).
    """
    for check in validate(maker_certificate, evidence, purpose=Purpose.SEAL_MAKING, at=at).checks:
        if check.finding is not None:
            raise OwnWorkRefused(check=check.name)


def make_seal(
    order: SealOrder, *, maker: Signer, maker_certificate: Certificate, stamper: TimeStamper | None = None
) -> bytes:
    """Return SESeal in DER, signed by the maker, with a time-stamp of `stamper` where the version has room for one.

    Raise `SigningUnavailable` or `TimeStampingUnavailable`.
    """
    info = seal_info(
        version=order.version,
        identifier=order.code,
        vendor=VENDOR,
        type_=order.type,
        name=order.name,
        list_type=order.list_type,
        listed=(signer_of(order),),
        created_at=order.made_at,
        valid_from=order.made_at,
        valid_until=order.valid_until,
        picture=picture_of(order),
        extensions=order.extensions,
    )
    value = maker.sign(info)
    has_room = order.version is SealVersion.GMT0031_2025
    token = stamper.stamp(value) if stamper is not None and has_room else None
    return sealed(info, maker_certificate=maker_certificate.der, signature=value, time_stamp=token)


def signer_of(order: SealOrder) -> bytes:
    """Return how certList names the owner."""
    certificate = order.owner_certificate.der
    return sm3(certificate) if order.list_type is CertificateListType.DIGESTS else certificate


def picture_of(order: SealOrder) -> SealPicture:
    """Return the drawn seal as the picture that readers show."""
    image = draw(order.design, picture=order.picture)
    return SealPicture(
        type=PICTURE_TYPE,
        data=image.png(PICTURE_RESOLUTION),
        width_mm=image.width_mm,
        height_mm=image.height_mm,
    )

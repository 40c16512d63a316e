"""Making an electronic seal 制章 (GB/T 38540-2020, 6.2): what the maker signs, and the seal that comes of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from seal.asn1 import SealPicture, seal_info, sealed
from seal.image import SealDesign, draw
from trust.certificates import Certificate
from trust.signing import Signer

__all__ = ["SealOrder", "make_seal"]

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


def make_seal(order: SealOrder, *, maker: Signer, maker_certificate: Certificate) -> bytes:
    """Return SESeal in DER, signed by the maker."""
    picture = SealPicture(
        type=PICTURE_TYPE,
        data=draw(order.design).png(PICTURE_RESOLUTION),
        width_mm=order.design.diameter_mm,
        height_mm=order.design.diameter_mm,
    )
    info = seal_info(
        identifier=order.code,
        vendor=VENDOR,
        type_=order.type,
        name=order.name,
        certificates=(order.owner_certificate.der,),
        created_at=order.made_at,
        valid_from=order.made_at,
        valid_until=order.valid_until,
        picture=picture,
    )
    return sealed(info, maker_certificate=maker_certificate.der, signature=maker.sign(info))

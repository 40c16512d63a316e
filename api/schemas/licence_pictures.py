"""Shapes of pictures in licences 证照图片."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import View
from licence.pictures.entries import LicencePicture

__all__ = ["PictureView"]


class PictureView(View):
    """A picture that licences of one authority may show."""

    id: str = Field(description="What a field of the data names it by", examples=["pic_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    issuer: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    media_type: str = Field(examples=["image/jpeg"])
    width: int = Field(description="In pixels", examples=[358])
    height: int = Field(description="In pixels", examples=[441])
    size: int = Field(description="Octets of what is kept", examples=[38_112])
    digest: str = Field(description="SM3 of what is kept", examples=["5f" * 32])
    uploaded_at: datetime
    used_at: datetime | None = Field(description="When a licence first showed it; null: none has")

    @classmethod
    def of(cls, picture: LicencePicture) -> "PictureView":
        """Return the view of a picture."""
        return cls(
            id=picture.id,
            issuer=picture.issuer,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size=picture.size,
            digest=picture.digest,
            uploaded_at=picture.uploaded_at,
            used_at=picture.used_at,
        )

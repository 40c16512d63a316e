"""Designs and pictures of seals on the wire."""

import base64

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.texts import Line
from seal.image.designs import (
    LARGEST_DIAMETER,
    LARGEST_PICTURE,
    LONGEST_CODE,
    LONGEST_OVAL_ROW,
    LONGEST_ROW,
    SMALLEST_PICTURE,
    SMALLEST_SIDE,
    Centre,
    OwnerRank,
    SealDesign,
    Shape,
    UploadedPicture,
)
from seal.image.uploads import Upload
from trust.blobs import BlobId

__all__ = ["PictureForm", "PictureFound", "SealDesignForm"]

MOST_NAME = 200
"""Characters of a name that a picture shows; what is drawn has its own limits."""
DIGEST = "5f0c1e7a3b9d2486c0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7"


class PictureForm(Request):
    """A picture that was uploaded before, and how large it is."""

    digest: str = Field(pattern="^[0-9a-f]{64}$", description="As the upload answered", examples=[DIGEST])
    width_mm: int = Field(ge=SMALLEST_PICTURE, le=LARGEST_PICTURE, examples=[42])
    height_mm: int = Field(ge=SMALLEST_PICTURE, le=LARGEST_PICTURE, examples=[42])


class SealDesignForm(Request):
    """What a seal is to show."""

    name: Line = Field(
        min_length=1,
        max_length=MOST_NAME,
        description="The name on the rim, or of the person; of 4 to 30 characters, a person's of 1 to 12",
        examples=["云州市市场监督管理局"],
    )
    shape: Shape = Field(
        default=Shape.ROUND, description="round 圆形, oval 椭圆形, square 方形（个人名章）, picture 上传"
    )
    row: Line = Field(
        default="",
        max_length=LONGEST_OVAL_ROW,
        description="Below the star; in the middle of an oval; what ends a square seal in place of the customary 印",
        examples=["电子证照专用章"],
    )
    second_row: Line = Field(default="", max_length=LONGEST_ROW, description="Below the row of an oval", examples=[""])
    code: Line = Field(default="", max_length=LONGEST_CODE, description="Digits on the lower rim", examples=[""])
    diameter_mm: int = Field(
        default=42,
        ge=SMALLEST_SIDE,
        le=LARGEST_DIAMETER,
        description="Diameter, long axis of an oval (30, 40, 45), or side of a square (18 to 22)",
    )
    centre: Centre = Field(default=Centre.STAR, description="star 五角星, emblem 徽 (the operator's drawing), empty 空")
    rank: OwnerRank | None = Field(
        default=None, description="Rank of the owner, to whose size and centre the seal is then held (国发〔1999〕25号)"
    )
    picture: PictureForm | None = Field(default=None, description="Of the shape picture: what was uploaded")

    def design(self, *, emblem: BlobId | None) -> SealDesign:
        """Return the design, with the operator's `emblem` where one is wanted. Raise what `SealDesign` raises."""
        picture = self.picture
        return SealDesign(
            name=self.name,
            shape=self.shape,
            row=self.row,
            second_row=self.second_row,
            code=self.code,
            diameter_mm=self.diameter_mm,
            centre=self.centre,
            emblem=emblem if self.centre is Centre.EMBLEM else None,
            rank=self.rank,
            picture=None
            if picture is None
            else UploadedPicture(digest=BlobId(picture.digest), width_mm=picture.width_mm, height_mm=picture.height_mm),
        )


class PictureFound(View):
    """A picture that is fit to be a seal, and what was found in it."""

    digest: str = Field(description="Its name in an application", examples=[DIGEST])
    width_mm: int = Field(examples=[42])
    height_mm: int = Field(examples=[42])
    width: int = Field(description="Pixels", examples=[992])
    height: int = Field(description="Pixels", examples=[992])
    dpi: int = Field(examples=[600])
    ink: str = Field(description="The colour that it is printed in", examples=["#d7000f"])
    ink_share: int = Field(description="Thousandths of the picture that are ink", examples=[228])
    other_share: int = Field(description="Thousandths of the ink that had another colour", examples=[0])
    preview: str = Field(description="What is kept of it: PNG in base64", examples=["iVBORw0KGgo…"])

    @classmethod
    def of(cls, upload: Upload) -> "PictureFound":
        """Return the view of a picture."""
        return cls(
            digest=upload.picture.digest,
            width_mm=upload.picture.width_mm,
            height_mm=upload.picture.height_mm,
            width=upload.width,
            height=upload.height,
            dpi=upload.dpi,
            ink="#{:02x}{:02x}{:02x}".format(*upload.ink),
            ink_share=upload.ink_share,
            other_share=upload.other_share,
            preview=base64.b64encode(upload.png).decode("ascii"),
        )

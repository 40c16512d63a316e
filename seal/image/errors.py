"""What can be wrong with the image of a seal beyond the words of a round one, which stand in errors.py.

Below `SealImageInvalid`, which they are all:

SealImageInvalid
├── ImagePartUnwanted       the shape has no place for this part
├── ImageSizeNotOffered     seals of this shape do not come in this size
├── ImageAgainstRank        size or centre are not those of the owner's rank
├── ImagePictureMissing     the design names no file, or another one than was given
├── EmblemMalformed         the operator's emblem is no drawing that can be cut
└── PictureInvalid          an uploaded picture cannot be a seal
    ├── PictureTooLarge     too many octets
    ├── PictureFormat       another kind of file than PNG
    ├── PictureMalformed    no well-formed PNG
    ├── PicturePixels       too many pixels to be decoded
    ├── PictureResolution   too coarse or too fine for its size
    ├── PictureAspect       its pixels would not be square
    ├── PictureOpaque       no transparent ground
    ├── PictureEmpty        hardly any ink, or hardly anything else
    ├── PictureColour       not the red of seals alone
    └── PictureMargins      the seal does not fill its picture
"""

from typing import ClassVar

from seal.errors import SealImageInvalid

__all__ = [
    "EmblemMalformed",
    "ImageAgainstRank",
    "ImagePartUnwanted",
    "ImagePictureMissing",
    "ImageSizeNotOffered",
    "PictureAspect",
    "PictureColour",
    "PictureEmpty",
    "PictureFormat",
    "PictureInvalid",
    "PictureMalformed",
    "PictureMargins",
    "PictureOpaque",
    "PicturePixels",
    "PictureResolution",
    "PictureTooLarge",
]


class ImagePartUnwanted(SealImageInvalid):
    """A seal of this shape has no place for this part."""

    code = "seal.image_part_unwanted"
    detail_names: ClassVar[tuple[str, ...]] = ("shape", "field")


class ImageSizeNotOffered(SealImageInvalid):
    """Seals of this shape do not come in this size."""

    code = "seal.image_size_not_offered"
    detail_names: ClassVar[tuple[str, ...]] = ("shape", "diameter_mm", "offered")


class ImageAgainstRank(SealImageInvalid):
    """Size or centre are not those that the rank of the owner asks for (国发（1999）25号)."""

    code = "seal.image_against_rank"
    detail_names: ClassVar[tuple[str, ...]] = ("rank", "sizes", "centres")


class ImagePictureMissing(SealImageInvalid):
    """The design names no file, none was given with it, or another one than it names."""

    code = "seal.image_picture_missing"


class EmblemMalformed(SealImageInvalid):
    """The operator's emblem is no SVG drawing of closed outlines."""

    code = "seal.emblem_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class PictureInvalid(SealImageInvalid):
    """An uploaded picture cannot be the image of a seal."""


class PictureTooLarge(PictureInvalid):
    """The file has too many octets."""

    code = "seal.picture_too_large"
    detail_names: ClassVar[tuple[str, ...]] = ("octets", "allowed")


class PictureFormat(PictureInvalid):
    """The file is no PNG; `found` says what it seems to be."""

    code = "seal.picture_format"
    detail_names: ClassVar[tuple[str, ...]] = ("found",)


class PictureMalformed(PictureInvalid):
    """The file begins as a PNG and is none."""

    code = "seal.picture_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class PicturePixels(PictureInvalid):
    """The picture has more pixels than a seal can need."""

    code = "seal.picture_pixels"
    detail_names: ClassVar[tuple[str, ...]] = ("width", "height", "allowed")


class PictureResolution(PictureInvalid):
    """The picture has too few or too many pixels for the size that its seal is to have."""

    code = "seal.picture_resolution"
    detail_names: ClassVar[tuple[str, ...]] = ("dpi", "coarsest", "finest")


class PictureAspect(PictureInvalid):
    """Width to height is another in pixels than in millimetres: the seal would be shown distorted."""

    code = "seal.picture_aspect"
    detail_names: ClassVar[tuple[str, ...]] = ("width", "height", "width_mm", "height_mm")


class PictureOpaque(PictureInvalid):
    """The ground of the picture is not transparent."""

    code = "seal.picture_opaque"


class PictureEmpty(PictureInvalid):
    """The picture shows hardly any ink, or hardly anything else; `ink` is its share in thousandths."""

    code = "seal.picture_empty"
    detail_names: ClassVar[tuple[str, ...]] = ("ink", "least", "most")


class PictureColour(PictureInvalid):
    """More of the ink than the edges explain has another colour than the red of seals; `other` in thousandths."""

    code = "seal.picture_colour"
    detail_names: ClassVar[tuple[str, ...]] = ("other", "allowed")


class PictureMargins(PictureInvalid):
    """The seal does not reach the edges of its picture, so that it would be shown smaller than it is said to be."""

    code = "seal.picture_margins"
    detail_names: ClassVar[tuple[str, ...]] = ("width", "height", "least")

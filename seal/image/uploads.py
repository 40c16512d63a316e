"""Pictures of seals that are uploaded (上传印章图片): what makes one fit, and what is kept of it.

Kept is a picture of our own making: the one ink that was found and how much of it each pixel has. Nothing else of the
file survives, neither its metadata nor anything hidden behind its end. The steps of `read_upload`:

1. the file is well-formed PNG, of no more octets and pixels than a seal can need; nothing is decoded before that,
2. width and height in pixels fit the size in millimetres: square pixels, 300 to 1200 dots per inch,
3. its ground is transparent, or white and made transparent on request,
4. there is ink, though not everywhere, and it reaches the edges,
5. the ink is the red of seals, but for what edges and compression leave.
"""

import io
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from typing import Final, assert_never

from PIL import Image, ImageChops, ImageStat

from seal.image.designs import UploadedPicture
from seal.image.errors import (
    ImagePictureMissing,
    PictureAspect,
    PictureColour,
    PictureEmpty,
    PictureMalformed,
    PictureMargins,
    PictureOpaque,
    PictureResolution,
)
from seal.image.paints import Colour, palette_png
from seal.image.png import bare_png
from trust.blobs import BlobId
from trust.crypto.sm3 import sm3

__all__ = ["Ground", "Upload", "read_upload", "require_kept"]

Image.preinit()  # A confined worker, in which pictures are read, can load no decoder later.

MM_PER_INCH = 25.4
COARSEST, FINEST = 300, 1200
"""In dots per inch."""
ASPECT_TOLERANCE: Final = 0.02
"""By which the pixels may differ from squares: half a millimetre on 25."""

SOLID: Final = 128
"""Opacity from which a pixel counts as ink."""
TRACE: Final = 12
"""Opacity, or distance from white, up to which a pixel is ground: scanners and compression leave that much."""
LEAST_INK, MOST_INK = 20, 800
"""Thousandths of the picture that are ink. A round seal has about 350, a square one cut in intaglio (白文) 750."""
LEAST_REACH: Final = 0.95
"""Share of width and height that the ink must reach across."""

RED_HUES: Final = (236, 12)
"""From crimson to vermilion: hue as Pillow counts it, 256 to a turn, beginning before 0 and ending behind it."""
RED_SATURATION: Final = 110
MOST_OTHER: Final = 20
"""Thousandths of the solid ink that may have another colour."""


class Ground(StrEnum):
    """What the ground of an uploaded picture is."""

    TRANSPARENT = "transparent"
    WHITE = "white"
    """To be made transparent."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A picture that is fit to be a seal."""

    png: bytes = field(repr=False)
    """What is kept: a palette of one ink in several opacities."""

    width: int
    height: int
    """In pixels."""

    picture: UploadedPicture
    dpi: int
    ink: Colour
    """The colour that it is printed in: the middle of all that was found."""

    ink_share: int
    """Thousandths of the picture that are ink."""

    other_share: int
    """Thousandths of the ink that had another colour than red."""


def read_upload(file: bytes, *, width_mm: int, height_mm: int, ground: Ground = Ground.TRANSPARENT) -> Upload:
    """Return what a picture holds, once it is fit to be a seal of a size.

    Raise the errors below `PictureInvalid`, or `ImageSizeNotOffered`.
    """
    named = UploadedPicture(digest=BlobId(sm3(file).hex()), width_mm=width_mm, height_mm=height_mm)
    header, bare = bare_png(file)
    dpi = resolution(header.width, header.height, named)
    colours, opacity = separated(decoded(bare), ground)
    solid = opacity.point([255 if alpha >= SOLID else 0 for alpha in range(0x100)])
    ink_share = thousandths(solid)
    if not LEAST_INK <= ink_share <= MOST_INK:
        raise PictureEmpty(ink=ink_share, least=LEAST_INK, most=MOST_INK)
    require_reach(solid)
    other_share = strange(colours, solid)
    if other_share > MOST_OTHER:
        raise PictureColour(other=other_share, allowed=MOST_OTHER)
    ink = middle_colour(colours, solid)
    png = palette_png(opacity, ink, dpi=dpi)
    return Upload(
        png=png,
        width=header.width,
        height=header.height,
        picture=UploadedPicture(digest=BlobId(sm3(png).hex()), width_mm=width_mm, height_mm=height_mm),
        dpi=round(dpi),
        ink=ink,
        ink_share=ink_share,
        other_share=other_share,
    )


def require_kept(kept: bytes, picture: UploadedPicture) -> None:
    """Raise unless `kept` is what `read_upload` kept of a picture of this size.

    A design names its picture by a digest, and anybody can name the digest of any file.
    """
    if read_upload(kept, width_mm=picture.width_mm, height_mm=picture.height_mm).picture != picture:
        raise ImagePictureMissing


def resolution(width: int, height: int, picture: UploadedPicture) -> float:
    """Return the dots per inch of a picture. Raise `PictureAspect` or `PictureResolution`."""
    across, down = width / picture.width_mm * MM_PER_INCH, height / picture.height_mm * MM_PER_INCH
    if abs(across / down - 1) > ASPECT_TOLERANCE:
        raise PictureAspect(width=width, height=height, width_mm=picture.width_mm, height_mm=picture.height_mm)
    # As people count: 496 pixels on 42 mm are 300 dots per inch, though a hair less.
    if not COARSEST <= round(across) <= FINEST:
        raise PictureResolution(dpi=round(across), coarsest=COARSEST, finest=FINEST)
    return across


def decoded(bare: bytes) -> Image.Image:
    """Return the pixels of a well-formed file, or raise `PictureMalformed` where a row has a filter that is none."""
    try:
        with Image.open(io.BytesIO(bare), formats=["PNG"]) as picture:
            picture.load()
            return picture
    except (OSError, SyntaxError, ValueError):
        raise PictureMalformed(fault="pixels") from None


def separated(picture: Image.Image, ground: Ground) -> tuple[Image.Image, Image.Image]:
    """Return the colours of a picture and the opacity of its ink, or raise `PictureOpaque`."""
    whole = eight_bits(picture).convert("RGBA")
    colours, opacity = whole.convert("RGB"), whole.getchannel("A")
    match ground:
        case Ground.TRANSPARENT:
            if not any(opacity.histogram()[: TRACE + 1]):
                raise PictureOpaque
            return colours, clean(opacity)
        case Ground.WHITE:
            paper = Image.new("RGBA", whole.size, "white")
            paper.alpha_composite(whole)
            return parted(paper.convert("RGB"))
        case _:
            assert_never(ground)


def eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture whose channels have eight bits; Pillow leaves grey ones of sixteen as they are."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value / 257).convert("L")


def parted(flat: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Return ink and its opacity of a picture on white: where ink thins out, white shows through.

    The common strength of the ink is taken for wholly opaque, and its colour for what it would be then. Red ink takes
    green from white most of all, and ink of other colours red.
    """
    distance = ImageChops.invert(flat.getchannel("G"))
    other = ImageChops.invert(flat.getchannel("R"))
    distance = ImageChops.lighter(distance, other)
    strongest = full_ink(distance)
    stretched = [min(255, round(value * 255 / strongest)) for value in range(0x100)]
    full = flat.point([255 - stretched[255 - value] for value in range(0x100)] * 3)
    return full, clean(distance.point(stretched))


def full_ink(distance: Image.Image) -> int:
    """Return how far from white the middle of the ink is, which may vary: half of it is as strong or stronger."""
    inks = distance.histogram()[SOLID:]
    stronger = accumulate(reversed(inks))
    return next(0xFF - place for place, count in enumerate(stronger) if count * 2 >= sum(inks))


def clean(opacity: Image.Image) -> Image.Image:
    """Return opacity without the traces that are ground, and whole where hardly anything is missing."""
    return opacity.point([0 if alpha <= TRACE else 255 if alpha >= 255 - TRACE else alpha for alpha in range(0x100)])


def thousandths(mask: Image.Image) -> int:
    """Return how much of a picture a mask of 0 and 255 covers."""
    return round(ImageStat.Stat(mask).mean[0] / 0xFF * 1000)


def require_reach(solid: Image.Image) -> None:
    """Raise `PictureMargins` unless the ink reaches across the picture."""
    left, top, right, bottom = solid.getbbox() or (0, 0, 0, 0)
    reach = ((right - left) / solid.width, (bottom - top) / solid.height)
    if min(reach) < LEAST_REACH:
        across, down = (round(share * 1000) for share in reach)
        raise PictureMargins(width=across, height=down, least=round(LEAST_REACH * 1000))


def strange(colours: Image.Image, solid: Image.Image) -> int:
    """Return the thousandths of the solid ink that are not red."""
    hue, saturation, _ = colours.convert("HSV").split()
    first, last = RED_HUES
    reds = ImageChops.multiply(
        hue.point([255 if value >= first or value <= last else 0 for value in range(0x100)]),
        saturation.point([255 if value >= RED_SATURATION else 0 for value in range(0x100)]),
    )
    inked = solid.histogram()[0xFF]
    return round(ImageChops.subtract(solid, reds).histogram()[0xFF] / inked * 1000)


def middle_colour(colours: Image.Image, solid: Image.Image) -> Colour:
    """Return the median of the colours of the solid ink."""
    red, green, blue = ImageStat.Stat(colours, mask=solid).median
    return round(red), round(green), round(blue)

"""Reading pictures that somebody puts forward: done by a worker, since they are foreign files.

Kept is a JPEG of our own making: the pixels that a viewer would show, upright, on white. Nothing else of the file
survives: no place, no camera, no earlier version in a thumbnail, nothing behind its end.
"""

import io
import warnings
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageOps, TiffImagePlugin
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from licence.pictures.errors import PictureRefused

__all__ = ["LARGEST", "LEAST_SIDE", "MOST_PIXELS", "KeptPicture", "read_picture"]

Image.preinit()  # A confined worker, in which pictures are read, can load no decoder later.

LARGEST: Final = 200 * 1024
"""Octets of a picture, as it comes and as it is kept. The licence that shows it carries them all."""

MOST_PIXELS: Final = 2_000_000
LEAST_SIDE: Final = 120
"""Pixels: 10 mm at 300 dots per inch."""

QUALITIES: Final = (90, 82, 74, 60)
"""How good the JPEG is: the best that is not too large."""

KINDS: Final = ((b"\xff\xd8\xff", JpegImageFile), (b"\x89PNG\r\n\x1a\n", PngImageFile))
EIGHT_BITS: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})
"""Modes that become red, green and blue without loss of what is seen; those of 16 bits do not."""

TAGS: Final = TiffImagePlugin
"""Reads how a camera was held: loaded here, since nothing can be loaded in a worker."""


@dataclass(frozen=True, kw_only=True)
class KeptPicture:
    """What is kept of a picture."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int


def read_picture(content: bytes) -> KeptPicture:
    """Return what is kept of a picture. Raise `PictureRefused` with the rule that it breaks."""
    if not 0 < len(content) <= LARGEST:
        raise PictureRefused(rule="size")
    kind = next((one for start, one in KINDS if content.startswith(start)), None)
    if kind is None:
        raise PictureRefused(rule="type")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = upright(kind(io.BytesIO(content)))
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, Warning, Image.DecompressionBombError):
        raise PictureRefused(rule="content") from None
    return KeptPicture(jpeg=encoded(picture), width=picture.width, height=picture.height)


def upright(picture: Image.Image) -> Image.Image:
    """Return the pixels of a picture as they are to be seen. Raise `PictureRefused`, or whatever a decoder raises."""
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureRefused(rule="pixels")
    if min(picture.size) < LEAST_SIDE:
        raise PictureRefused(rule="small")
    if picture.mode not in EIGHT_BITS:
        raise PictureRefused(rule="content")
    picture.load()
    turned = ImageOps.exif_transpose(picture)
    if not turned.has_transparency_data:
        return turned.convert("RGB")
    paper = Image.new("RGBA", turned.size, "white")
    paper.alpha_composite(turned.convert("RGBA"))
    return paper.convert("RGB")


def encoded(picture: Image.Image) -> bytes:
    """Return a picture as JPEG, as well as the limit lets it be. Raise `PictureRefused`."""
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())  # with nothing beside its pixels
    for quality in QUALITIES:
        target = io.BytesIO()
        bare.save(target, "JPEG", quality=quality, optimize=True)
        if target.tell() <= LARGEST:
            return target.getvalue()
    raise PictureRefused(rule="size")

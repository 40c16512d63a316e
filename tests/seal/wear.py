"""What happens to the picture of a seal on its way: scaled, turned, blurred, compressed, worn."""

import io
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageChops, ImageFilter

from seal.image.designs import SealDesign
from seal.image.drawing import draw
from tests.seal.pictures import opened

__all__ = ["TURNS", "WAYS", "ink", "turned"]


@cache
def ink(design: SealDesign, dpi: int = 300) -> Image.Image:
    """Return the ink of a seal."""
    return opened(draw(design).png(dpi)).convert("RGBA").getchannel("A")


def turned(picture: Image.Image, degrees: float) -> Image.Image:
    """Return a picture turned against the clock, on as much ground as it needs."""
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True)


def compressed(picture: Image.Image, quality: int) -> Image.Image:
    """Return a picture as a JPEG leaves it."""
    file = io.BytesIO()
    ImageChops.invert(picture).save(file, "JPEG", quality=quality)
    return ImageChops.invert(Image.open(file).convert("L"))


def noisy(picture: Image.Image) -> Image.Image:
    """Return a picture whose pixels are up to a quarter lighter or darker, at every one otherwise."""
    state, octets = 1, bytearray()
    for _ in range(picture.width * picture.height):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        octets.append(state >> 16 & 63)
    noise = Image.frombytes("L", picture.size, bytes(octets))
    return ImageChops.add(
        ImageChops.subtract(picture, noise), noise.transpose(Image.Transpose.FLIP_TOP_BOTTOM).point(lambda part: part)
    )


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": lambda picture: picture,
    "a third of the pixels": lambda picture: picture.resize((picture.width // 3, picture.height // 3)),
    "twice the pixels": lambda picture: picture.resize((picture.width * 2, picture.height * 2)),
    "margins": lambda picture: picture.crop((-40, -60, picture.width + 80, picture.height + 10)),
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(2)),
    "compressed": lambda picture: compressed(picture, 30),
    "noisy": noisy,
    "faint": lambda picture: picture.point([round(value * 0.55) for value in range(0x100)]),
}
TURNS = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0)

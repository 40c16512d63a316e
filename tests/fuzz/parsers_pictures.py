"""Parsers of what seals are drawn from: pictures that are uploaded, and operators' emblems."""

import struct
import zlib
from collections.abc import Iterable
from typing import Final

from PIL import Image

from licence.pictures.reading import read_picture
from seal.image.designs import SealDesign, Shape
from seal.image.drawing import draw
from seal.image.emblems import read_emblem
from seal.image.outlines import Path
from seal.image.png import Header, bare_png
from seal.image.uploads import Ground, Upload, read_upload
from tests.fuzz.harness import AnyHarness, Harness
from tests.licence.pictures.housing import photograph
from tests.seal.pictures import encoded, opened, rebuilt

__all__ = ["HARNESSES"]

SIDE: Final = 18
"""Millimetres: small pictures are tried faster."""
DRAWING: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg"><g transform="scale(2)"><path d="M5 1 q4 4 4 8 t-8 0 a4 4 0 0 1 4 -8 z"/>'
    b'<polygon points="5,1 9,9 1,9"/><circle cx="5" cy="5" r="3"/></g></svg>'
)


def pictures() -> Iterable[bytes]:
    """Yield a seal in several kinds of PNG."""
    small = draw(SealDesign(name="张晓明", shape=Shape.SQUARE, diameter_mm=SIDE)).png(300)
    whole = opened(small).convert("RGBA")
    yield small
    yield encoded(whole)
    yield encoded(whole.quantize(16))


def headers() -> Iterable[bytes]:
    """Yield small files of several kinds, an interlaced one among them."""
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield encoded(Image.new(mode, (5, 3)))
    interlaced = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 1)
    yield rebuilt((b"IHDR", interlaced), (b"IDAT", zlib.compress(bytes(5))), (b"IEND", b""))


def on_white(octets: bytes) -> Upload:
    """Read a picture on white ground."""
    return read_upload(octets, width_mm=SIDE, height_mm=SIDE, ground=Ground.WHITE)


def transparent(octets: bytes) -> Upload:
    """Read a picture on transparent ground."""
    return read_upload(octets, width_mm=SIDE, height_mm=SIDE)


def bare(octets: bytes) -> tuple[Header, Image.Image]:
    """Read a file as far as a decoder takes it: what is let through is a picture."""
    header, picture = bare_png(octets)
    return header, opened(picture)


def emblem(octets: bytes) -> Path:
    """Read an operator's drawing."""
    return read_emblem(octets)


def photographs() -> Iterable[bytes]:
    """Yield small photographs of both kinds."""
    for form, mode in (("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P")):
        yield photograph((120, 130), form=form, mode=mode)


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness(name="PNG", seeds=headers, read=bare),
    Harness(name="picture of a seal", seeds=pictures, read=transparent),
    Harness(name="picture of a seal on white", seeds=pictures, read=on_white),
    Harness(name="photograph", seeds=photographs, read=read_picture),
    Harness(name="emblem", seeds=lambda: [DRAWING], read=emblem),
)

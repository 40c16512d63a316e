"""Pictures of seals as people upload them, and PNG files that are built or broken chunk by chunk."""

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache

from PIL import Image

from seal.image.drawing import SealDesign, draw

__all__ = ["INKS", "SIGNATURE", "chunk", "chunks", "encoded", "opened", "rebuilt", "seal_picture"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
INKS = {"red": (255, 0, 0), "paste": (215, 0, 15), "vermilion": (227, 66, 52), "crimson": (200, 16, 46)}


@cache
def seal_picture(dpi: int = 300) -> Image.Image:
    """Return a seal of 42 mm as RGBA."""
    design = SealDesign(name="云州市市场监督管理局", row="电子证照专用章")
    return opened(draw(design).png(dpi)).convert("RGBA")


def opened(png: bytes) -> Image.Image:
    """Return the picture in a file."""
    picture = Image.open(io.BytesIO(png))
    picture.load()
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    """Return a picture as a file."""
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG."""
    position = len(SIGNATURE)
    while position < len(png):
        length, kind = struct.unpack_from(">I4s", png, position)
        yield kind, png[position + 8 : position + 8 + length]
        position += 12 + length


def rebuilt(*parts: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of these chunks."""
    return SIGNATURE + b"".join(chunk(kind, body) for kind, body in parts)

"""PNG files of strangers (ISO/IEC 15948), looked over before anything is decoded.

What comes out holds the picture alone: header, palette, transparency, pixels. No decoder ever sees text, profiles,
animations or what stands behind the end, and none has to unpack more than the header says.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from seal.image.errors import PictureFormat, PictureMalformed, PicturePixels, PictureTooLarge

__all__ = ["LARGEST_FILE", "MOST_PIXELS", "Header", "bare_png"]

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
LARGEST_FILE: Final = 8 << 20
"""In octets."""
LONGEST_SIDE: Final = 3000
MOST_PIXELS: Final = LONGEST_SIDE**2
"""60 mm, the largest seal, at 1200 dots per inch are 2835 pixels."""

OTHERS: Final[Mapping[bytes, str]] = {
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
    b"RIFF": "webp",
    b"%PDF": "pdf",
    b"<svg": "svg",
    b"<?xml": "svg",
    b"\x00\x00\x01\x00": "ico",
    b"PK\x03\x04": "zip",
}
"""How files begin that people take for a picture of a seal."""

DEPTHS: Final[Mapping[int, tuple[int, ...]]] = {
    0: (1, 2, 4, 8, 16),
    2: (8, 16),
    3: (1, 2, 4, 8),
    4: (8, 16),
    6: (8, 16),
}
"""Bits of a sample by colour type."""
CHANNELS: Final[Mapping[int, int]] = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PALETTE: Final = 3
KEPT: Final = (b"PLTE", b"tRNS", b"IDAT")
ANIMATION: Final = b"acTL"
PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The passes of an interlaced picture (Adam7): first column and row, and the steps between them."""
PIECE: Final = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Header:
    """IHDR."""

    width: int
    height: int
    depth: int
    colour_type: int
    interlaced: int

    @classmethod
    def of(cls, body: bytes) -> "Header":
        """Return what a header says, or raise `PictureMalformed` or `PicturePixels`."""
        if len(body) != struct.calcsize(">IIBBBBB"):
            raise PictureMalformed(fault="header")
        width, height, depth, colour_type, compression, filters, interlaced = struct.unpack(">IIBBBBB", body)
        known = depth in DEPTHS.get(colour_type, ()) and (compression, filters) == (0, 0) and interlaced in (0, 1)
        if not known or not min(width, height):
            raise PictureMalformed(fault="header")
        if max(width, height) > LONGEST_SIDE:
            raise PicturePixels(width=width, height=height, allowed=LONGEST_SIDE)
        return cls(width=width, height=height, depth=depth, colour_type=colour_type, interlaced=interlaced)

    @property
    def octets(self) -> int:
        """How many octets the pixels unpack to, with the filter of each row."""
        if not self.interlaced:
            return self.rows(self.width, self.height)
        passes = (
            (-(-(self.width - left) // across), -(-(self.height - top) // down)) for left, top, across, down in PASSES
        )
        return sum(self.rows(width, height) for width, height in passes if width > 0 and height > 0)

    def rows(self, width: int, height: int) -> int:
        """Return how many octets rows of pixels have."""
        return height * (1 + -(-width * self.depth * CHANNELS[self.colour_type] // 8))


def bare_png(file: bytes) -> tuple[Header, bytes]:
    """Return the header of a PNG, and the file without all that is not the picture.

    Raise `PictureTooLarge`, `PictureFormat`, `PictureMalformed` or `PicturePixels`.
    """
    if len(file) > LARGEST_FILE:
        raise PictureTooLarge(octets=len(file), allowed=LARGEST_FILE)
    if not file.startswith(SIGNATURE):
        raise PictureFormat(found=next((name for start, name in OTHERS.items() if file.startswith(start)), "unknown"))
    parts: dict[bytes, list[bytes]] = {}
    for kind, body in chunks(file):
        parts.setdefault(kind, []).append(body)
    if next(iter(parts), b"") != b"IHDR" or len(parts[b"IHDR"]) != 1 or parts.get(b"IEND") != [b""]:
        raise PictureMalformed(fault="order")
    header = Header.of(parts[b"IHDR"][0])
    if ANIMATION in parts:
        raise PictureMalformed(fault="animated")
    if any(len(parts.get(kind, ())) > 1 for kind in (b"PLTE", b"tRNS")):
        raise PictureMalformed(fault="order")
    require_palette(header, parts.get(b"PLTE", [b""])[0], parts.get(b"tRNS", [b""])[0])
    require_pixels(b"".join(parts.get(b"IDAT", ())), header.octets)
    kept = ((kind, b"".join(parts[kind])) for kind in (b"IHDR", *KEPT, b"IEND") if kind in parts)
    return header, SIGNATURE + b"".join(chunk(kind, body) for kind, body in kept)


def chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a file up to its end, or raise `PictureMalformed`."""
    position = len(SIGNATURE)
    while position < len(file):
        if position + 12 > len(file):
            raise PictureMalformed(fault="cut")
        length, kind = struct.unpack_from(">I4s", file, position)
        end = position + 12 + length
        if end > len(file):
            raise PictureMalformed(fault="cut")
        body = file[position + 8 : end - 4]
        if zlib.crc32(kind + body) != int.from_bytes(file[end - 4 : end]):
            raise PictureMalformed(fault="checksum")
        yield kind, body
        position = end
        if kind == b"IEND" and position != len(file):
            raise PictureMalformed(fault="trailing")


def require_palette(header: Header, colours: bytes, opacities: bytes) -> None:
    """Require a palette where pixels point into one, and no more opacities than it has colours."""
    count = len(colours) // 3
    if header.colour_type != PALETTE:
        allowed = {0: 2, 2: 6}.get(header.colour_type, 0)
        if opacities and len(opacities) != allowed:
            raise PictureMalformed(fault="transparency")
        return
    if len(colours) % 3 or not 0 < count <= 1 << header.depth:
        raise PictureMalformed(fault="palette")
    if len(opacities) > count:
        raise PictureMalformed(fault="transparency")


def require_pixels(packed: bytes, expected: int) -> None:
    """Require pixels that unpack to exactly as many octets as the header says; no more is ever unpacked."""
    unpacking = zlib.decompressobj()
    unpacked = 0
    try:
        while unpacked <= expected and not unpacking.eof:
            piece = unpacking.decompress(packed, PIECE)
            packed = unpacking.unconsumed_tail
            unpacked += len(piece)
            if not piece and not packed:
                break
    except zlib.error:
        raise PictureMalformed(fault="pixels") from None
    if unpacked != expected or not unpacking.eof or unpacking.unused_data:
        raise PictureMalformed(fault="pixels")


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk as a file has it."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

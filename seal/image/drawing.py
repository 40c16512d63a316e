"""The seal image (印章图像): what a design shows as pure outlines, or as the picture that was uploaded.

One drawing serves SVG, PDF and PNG, so a seal looks the same in a licence, on a screen and in GB/T 38540 seal data. No
font is needed where it is shown, and the same design always gives the same bytes.
"""

import io
from dataclasses import dataclass, field
from functools import lru_cache
from typing import assert_never

import resvg_py
from PIL import Image

from seal.errors import ImageResolutionOutOfRange
from seal.image import emblems, engraving, squares
from seal.image.designs import Centre, SealDesign, Shape, UploadedPicture
from seal.image.errors import ImagePictureMissing
from seal.image.outlines import Path, moved
from seal.image.ovals import Oval
from seal.image.paints import INK, Raster, operators_of, palette_png, pdf, svg, svg_of
from seal.image.uploads import require_kept
from trust.blobs import BlobId, BlobStore
from trust.crypto.sm3 import sm3

__all__ = ["Centre", "SealDesign", "SealImage", "draw", "drawn"]

COARSEST, FINEST = 72, 1200
"""In dots per inch. The finest raster of the largest seal is 32 MB, which may be held twice while it is made."""
MM_PER_INCH = 25.4


@dataclass(frozen=True, kw_only=True)
class SealImage:
    """A seal as it is seen. It touches the edges from inside; what is not ink is transparent."""

    width_mm: int
    height_mm: int
    svg: str
    """Of outlines one user unit is a millimetre. A picture that was uploaded stands in it as it is."""
    pdf_operators: bytes
    """The content of a Form XObject with the BBox [0 0 width height] in points. It needs no resources, opens no text,
    and leaves the graphics state as it was; how it blends with the page is the caller's ExtGState. A picture is painted
    on white ground, and needs the blend mode Multiply."""

    raster: Raster | None = field(default=None, repr=False)
    """The pixels of a picture that was uploaded, as they came."""

    def png(self, dpi: int = 300) -> bytes:
        """Return the seal as a PNG of round(mm / 25.4 × `dpi`) pixels, or raise `ImageResolutionOutOfRange`.

        Every pixel is the same red and only its opacity differs, as a palette with transparency (tRNS) says it in the
        fewest bytes. Programs that paint palettes without looking at tRNS show a red square: convert it to RGBA there.
        """
        if not COARSEST <= dpi <= FINEST:
            raise ImageResolutionOutOfRange(dpi=dpi, coarsest=COARSEST, finest=FINEST)
        width, height = (round(side / MM_PER_INCH * dpi) for side in (self.width_mm, self.height_mm))
        if self.raster is not None:
            return palette_png(self.raster.resized(width, height), self.raster.ink, dpi=dpi)
        return rasterised(self.svg, width, height, dpi=dpi)


@lru_cache(maxsize=32)
def rasterised(outlines: str, width: int, height: int, *, dpi: int) -> bytes:
    """Return outlines as a PNG of so many pixels.

    A seal is looked at several times while it is applied for, reviewed and made.
    """
    raster = resvg_py.svg_to_bytes(svg_string=outlines, width=width, height=height, dpi=dpi, skip_system_fonts=True)
    with Image.open(io.BytesIO(raster), formats=["PNG"]) as picture:
        return palette_png(picture.getchannel("A"), INK, dpi=dpi)


def drawn(design: SealDesign, blobs: BlobStore) -> SealImage:
    """Return the image of a seal whose file, if its design names one, is kept in `blobs`. Raise `BlobMissing`."""
    return draw(design, picture=None if design.file is None else blobs.get(design.file))


@lru_cache(maxsize=128)
def draw(design: SealDesign, *, picture: bytes | None = None) -> SealImage:
    """Return the image of a seal; the same design always gives the same bytes.

    `picture` is the file that the design names, if it names one: raise `ImagePictureMissing` where it is another or
    none, `EmblemMalformed` where it is to be an emblem and is none.
    """
    require_named(picture, design.file)
    if design.picture is not None and picture is not None:
        return shown(design.picture, picture)
    path = outline(design, emblem=picture)
    width, height = design.width_mm, design.height_mm
    return SealImage(
        width_mm=width, height_mm=height, svg=svg(path, width, height), pdf_operators=pdf(path, width, height)
    )


def require_named(picture: bytes | None, name: BlobId | None) -> None:
    """Require the file that a design names, and none where it names none."""
    if (None if picture is None else sm3(picture).hex()) != name:
        raise ImagePictureMissing


def shown(uploaded: UploadedPicture, png: bytes) -> SealImage:
    """Return an uploaded picture as the image of a seal, once it is proven to be one: anybody can name any file."""
    require_kept(png, uploaded)
    raster = Raster.of(png)
    width, height = uploaded.width_mm, uploaded.height_mm
    return SealImage(
        width_mm=width,
        height_mm=height,
        svg=svg_of(png, width, height),
        pdf_operators=operators_of(raster, width, height),
        raster=raster,
    )


def outline(design: SealDesign, *, emblem: bytes | None = None) -> Path:
    """Return everything a design shows as one path, in millimetres from its centre, y downwards."""
    match design.shape:
        case Shape.ROUND:
            return scaled(joined(*round_parts(design, emblem)), design.diameter_mm / engraving.DIAMETER)
        case Shape.OVAL:
            oval = Oval(design.width_mm, design.height_mm)
            return joined(
                oval.border(),
                *oval.rim(design.name),
                *oval.row(design.row),
                *oval.second_row(design.second_row),
                *oval.code(design.code),
            )
        case Shape.SQUARE:
            text = squares.filled(design.name, design.row)
            return scaled(joined(squares.frame(), *squares.name(text)), design.diameter_mm / squares.SIDE)
        case Shape.PICTURE:  # pragma: no cover - `draw` has shown it
            raise ImagePictureMissing
        case _:
            assert_never(design.shape)


def round_parts(design: SealDesign, emblem: bytes | None) -> tuple[Path, ...]:
    """Return the parts of a round seal, in the measures of `engraving`."""
    return (
        engraving.ring(),
        centre(design.centre, emblem),
        *engraving.rim(design.name, arc=rim_arc(design)),
        *engraving.row(design.row),
        *engraving.code(design.code),
    )


def centre(kind: Centre, emblem: bytes | None) -> Path:
    """Return what stands in the centre."""
    match kind:
        case Centre.STAR:
            return engraving.star()
        case Centre.EMBLEM:
            return emblems.rosette() if emblem is None else emblems.read_emblem(emblem)
        case Centre.EMPTY:
            return ()
        case _:
            assert_never(kind)


def rim_arc(design: SealDesign) -> float:
    """Return the arc that the name may fill, given what lies below it."""
    if design.row:
        return engraving.RIM_ARC_ABOVE_ROW
    return engraving.RIM_ARC_ABOVE_CODE if design.code else engraving.RIM_ARC


def joined(*parts: Path) -> Path:
    """Return several paths as one."""
    return tuple(segment for part in parts for segment in part)


def scaled(path: Path, scale: float) -> Path:
    """Return `path` larger or smaller about the centre of the seal."""
    return moved(path, lambda point: (point[0] * scale, point[1] * scale))

"""Uploaded pictures of seals: each rule with what breaks it alone, and what is kept of a good one."""

import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat
from PIL.PngImagePlugin import PngInfo

from api.worker_wiring import PRELOAD
from seal.errors import ImageResolutionOutOfRange
from seal.image.designs import SealDesign, Shape, UploadedPicture
from seal.image.drawing import SealImage, draw
from seal.image.errors import (
    ImagePictureMissing,
    ImageSizeNotOffered,
    PictureAspect,
    PictureColour,
    PictureEmpty,
    PictureFormat,
    PictureMalformed,
    PictureMargins,
    PictureOpaque,
    PictureResolution,
)
from seal.image.uploads import Ground, Upload, read_upload, require_kept
from tests.seal.pictures import INKS, chunks, encoded, opened, rebuilt, seal_picture
from tests.seal.test_image import pdf_raster
from trust.blobs import BlobId
from trust.confinement import is_confinable
from trust.crypto.sm3 import sm3
from trust.errors import Invalid
from trust.worker_pool import WorkerPool
from trust.worker_process import Limits


def read(picture: Image.Image, **changes: Any) -> Upload:  # noqa: ANN401 - any argument
    return read_upload(encoded(picture), **{"width_mm": 42, "height_mm": 42, **changes})


def on_white(picture: Image.Image) -> Image.Image:
    """Return a picture flattened onto white."""
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture)
    return flat


def inked(colour: tuple[int, int, int]) -> Image.Image:
    """Return the seal in another ink."""
    picture = Image.new("RGBA", seal_picture().size, colour)
    picture.putalpha(seal_picture().getchannel("A"))
    return picture


def ink_of(png: bytes) -> Image.Image:
    return opened(png).convert("RGBA").getchannel("A")


def apart(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures of ink."""
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]


def test_a_good_picture_is_told_and_kept() -> None:
    found = read(seal_picture())
    assert (found.width, found.height, found.dpi) == (496, 496, 300)
    assert (found.ink, found.other_share) == ((215, 0, 15), 0)
    assert 150 < found.ink_share < 300
    assert found.picture == UploadedPicture(digest=BlobId(sm3(found.png).hex()), width_mm=42, height_mm=42)
    assert apart(ink_of(found.png), seal_picture().getchannel("A")) < 1.5
    assert found.png not in repr(found).encode("latin-1", "replace")


def test_what_is_kept_holds_ink_and_nothing_else() -> None:
    told = PngInfo()
    told.add_text("Author", "somebody")
    file = encoded(seal_picture(), pnginfo=told, icc_profile=b"profile", exif=b"Exif\x00\x00GPS")
    kept = read_upload(file, width_mm=42, height_mm=42).png
    assert {kind for kind, _ in chunks(kept)} == {b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT", b"IEND"}
    assert b"somebody" not in kept
    colours = opened(kept).convert("RGBA").getcolors(100) or []
    assert {colour[:3] for _, colour in colours if isinstance(colour, tuple)} == {(215, 0, 15)}


def test_hidden_colours_of_the_ground_do_not_survive() -> None:
    picture = Image.new("RGBA", seal_picture().size, (1, 2, 3, 0))
    picture.alpha_composite(seal_picture())
    assert read(picture).png == read(seal_picture()).png


def test_keeping_what_was_kept_changes_nothing() -> None:
    for picture, ground in (
        (seal_picture(), Ground.TRANSPARENT),
        (seal_picture(600), Ground.TRANSPARENT),
        (on_white(seal_picture().filter(ImageFilter.GaussianBlur(1))), Ground.WHITE),
    ):
        kept = read(picture, ground=ground)
        again = read_upload(kept.png, width_mm=42, height_mm=42)
        assert again.png == kept.png
        require_kept(kept.png, kept.picture)


# Kinds of PNG


def palette_of(picture: Image.Image) -> Image.Image:
    return picture.quantize(64)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(lambda: palette_of(seal_picture()), id="palette"),
        pytest.param(lambda: opened(draw(SealDesign(name="云州市市场监督管理局")).png()), id="palette with tRNS"),
    ],
)
def test_palettes_are_read(picture: Any) -> None:  # noqa: ANN401 - makes a picture
    assert read(picture()).picture.width_mm == 42


def sixteen_bits(picture: Image.Image, *, interlaced: bool = False) -> bytes:
    """Return an RGBA picture as a PNG of sixteen bits, each octet twice; Pillow writes none."""

    def rows(columns: range, lines: range) -> bytes:
        found = b""
        for y in lines:
            pixels = b"".join(
                bytes(part for part in picture.getpixel((x, y)) for _ in range(2))  # type: ignore[union-attr]
                for x in columns
            )
            found += b"\x00" + pixels if pixels else b""
        return found

    width, height = picture.size
    if interlaced:
        passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
        data = b"".join(
            rows(range(left, width, across), range(top, height, down)) for left, top, across, down in passes
        )
    else:
        data = rows(range(width), range(height))
    head = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, interlaced)
    return rebuilt((b"IHDR", head), (b"IDAT", zlib.compress(data)), (b"IEND", b""))


@pytest.mark.parametrize("interlaced", [False, True])
def test_sixteen_bits_and_interlacing_give_the_same_picture(interlaced: bool) -> None:  # noqa: FBT001 - a case
    small = seal_picture().resize((130, 130))
    file = sixteen_bits(small, interlaced=interlaced)
    found = read_upload(file, width_mm=11, height_mm=11)
    assert found.png == read_upload(encoded(small), width_mm=11, height_mm=11).png


def test_a_grey_picture_of_sixteen_bits_is_no_red() -> None:
    grey = on_white(seal_picture()).convert("L").convert("I").point(lambda value: value * 257).convert("I;16")
    with pytest.raises(PictureColour):
        read(grey, ground=Ground.WHITE)


def test_a_row_under_a_filter_that_is_none_is_refused() -> None:
    parts = dict(chunks(encoded(seal_picture())))
    rows = bytearray(zlib.decompress(parts[b"IDAT"]))
    rows[0] = 7
    parts[b"IDAT"] = zlib.compress(rows)
    with pytest.raises(PictureMalformed) as caught:
        read_upload(rebuilt(*parts.items()), width_mm=42, height_mm=42)
    assert caught.value.details == {"fault": "pixels"}


# Size and resolution


@pytest.mark.parametrize("dpi", [300, 600, 1200])
def test_resolutions_that_print_well_are_taken(dpi: int) -> None:
    assert read(seal_picture(dpi)).dpi == dpi


@pytest.mark.parametrize(("side", "dpi"), [(490, 296), (1993, 1205)])
def test_a_resolution_that_does_not_fit_is_refused(side: int, dpi: int) -> None:
    with pytest.raises(PictureResolution) as caught:
        read(seal_picture().resize((side, side)))
    assert caught.value.code == "seal.picture_resolution"
    assert caught.value.details == {"dpi": dpi, "coarsest": 300, "finest": 1200}


def test_a_picture_that_would_be_distorted_is_refused() -> None:
    read(seal_picture().resize((508, 500)))
    with pytest.raises(PictureAspect) as caught:
        read(seal_picture().resize((515, 500)))
    assert caught.value.code == "seal.picture_aspect"
    assert caught.value.details == {"width": 515, "height": 500, "width_mm": 42, "height_mm": 42}


@pytest.mark.parametrize("field", ["width_mm", "height_mm"])
@pytest.mark.parametrize("size", [9, 61])
def test_no_seal_is_that_small_or_large(field: str, size: int) -> None:
    with pytest.raises(ImageSizeNotOffered):
        read(seal_picture(), **{field: size})


# The ground


def test_an_opaque_picture_is_refused_until_its_white_is_said_to_be_ground() -> None:
    flat = on_white(seal_picture())
    with pytest.raises(PictureOpaque) as caught:
        read(flat)
    assert (caught.value.code, caught.value.details) == ("seal.picture_opaque", {})
    found = read(flat, ground=Ground.WHITE)
    assert apart(ink_of(found.png), seal_picture().getchannel("A")) < 2
    assert found.ink == (215, 0, 15)


@pytest.mark.parametrize("quality", [40, 75, 95])
def test_what_compression_leaves_on_white_is_ground(quality: int) -> None:
    found = read(opened(encoded(on_white(seal_picture()), "JPEG", quality=quality)), ground=Ground.WHITE)
    ink = ink_of(found.png)
    assert ink.crop((0, 0, 60, 60)).getbbox() is None
    assert apart(ink, seal_picture().getchannel("A")) < 8


def test_a_transparent_picture_may_be_said_to_be_white() -> None:
    assert apart(ink_of(read(seal_picture(), ground=Ground.WHITE).png), seal_picture().getchannel("A")) < 2


def test_faint_ink_on_white_gets_its_strength_back() -> None:
    faint = Image.blend(on_white(seal_picture()), Image.new("RGB", seal_picture().size, "white"), 0.3)
    assert ink_of(read(faint, ground=Ground.WHITE).png).getextrema()[1] == 255


# The ink


@pytest.mark.parametrize("ink", sorted(INKS))
def test_the_reds_of_seals_are_taken(ink: str) -> None:
    found = read(inked(INKS[ink]))
    assert found.other_share == 0
    assert found.ink == INKS[ink]


@pytest.mark.parametrize(
    "ink", [(0, 0, 0), (0, 0, 255), (0, 128, 0), (255, 140, 0), (128, 0, 128), (255, 180, 180), (120, 100, 100)]
)
def test_other_inks_are_refused(ink: tuple[int, int, int]) -> None:
    with pytest.raises(PictureColour) as caught:
        read(inked(ink))
    assert caught.value.code == "seal.picture_colour"
    assert caught.value.details == {"other": 1000, "allowed": 20}


def test_a_speck_of_another_colour_is_told_and_a_signature_across_is_refused() -> None:
    speck = seal_picture().copy()
    ImageDraw.Draw(speck).ellipse((200, 200, 220, 220), fill=(0, 0, 0, 255))
    assert 0 < read(speck).other_share <= 20
    ImageDraw.Draw(speck).line((100, 100, 400, 400), fill=(0, 0, 160, 255), width=12)
    with pytest.raises(PictureColour) as caught:
        read(speck)
    assert int(caught.value.details["other"]) > 20


@pytest.mark.parametrize(
    ("picture", "ground", "ink"),
    [
        (Image.new("RGBA", (496, 496)), Ground.TRANSPARENT, 0),
        (Image.new("RGB", (496, 496), "white"), Ground.WHITE, 0),
        (Image.new("RGB", (496, 496), (255, 240, 240)), Ground.WHITE, 0),
        (Image.new("RGB", (496, 496), "red"), Ground.WHITE, 1000),
    ],
)
def test_a_picture_of_nothing_or_of_ink_alone_is_refused(picture: Image.Image, ground: Ground, ink: int) -> None:
    with pytest.raises(PictureEmpty) as caught:
        read(picture, ground=ground)
    assert caught.value.code == "seal.picture_empty"
    assert caught.value.details == {"ink": ink, "least": 20, "most": 800}


def test_a_seal_that_leaves_margins_is_refused() -> None:
    wide = Image.new("RGBA", (600, 600))
    wide.paste(seal_picture(), (20, 50))
    with pytest.raises(PictureMargins) as caught:
        read(wide)
    assert caught.value.code == "seal.picture_margins"
    assert caught.value.details == {"width": 827, "height": 827, "least": 950}
    wide = Image.new("RGBA", (510, 510))
    wide.paste(seal_picture(), (7, 7))
    assert read(wide).dpi == 308


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(PictureFormat):
        read_upload(encoded(on_white(seal_picture()), "JPEG"), width_mm=42, height_mm=42)


# As a seal


def uploaded(dpi: int = 300) -> tuple[SealDesign, bytes]:
    found = read(seal_picture(dpi))
    return SealDesign(name="云州市市场监督管理局", shape=Shape.PICTURE, picture=found.picture), found.png


def image() -> SealImage:
    design, png = uploaded()
    return draw(design, picture=png)


def test_an_uploaded_seal_has_its_size_and_its_pixels() -> None:
    found = image()
    assert (found.width_mm, found.height_mm) == (42, 42)
    assert found.raster is not None
    assert (found.raster.width, found.raster.height, found.raster.ink) == (496, 496, (215, 0, 15))
    assert len(found.raster.colours) == 3 * len(found.raster.opacity) == 3 * 496 * 496
    assert found.raster.colours[:6] == bytes((215, 0, 15)) * 2


def test_at_its_own_resolution_an_uploaded_seal_is_what_was_kept() -> None:
    assert ink_of(image().png(300)).tobytes() == ink_of(uploaded()[1]).tobytes()


@pytest.mark.parametrize(("dpi", "pixels"), [(72, 119), (150, 248), (600, 992)])
def test_an_uploaded_seal_is_shown_at_other_resolutions(dpi: int, pixels: int) -> None:
    ink = ink_of(image().png(dpi))
    assert ink.size == (pixels, pixels)
    drawn = seal_picture().getchannel("A").resize(ink.size, Image.Resampling.LANCZOS)
    assert apart(ink, drawn) < 2


@pytest.mark.parametrize("dpi", [71, 1201])
def test_an_uploaded_seal_is_shown_at_no_absurd_resolution(dpi: int) -> None:
    with pytest.raises(ImageResolutionOutOfRange):
        image().png(dpi)


def test_an_uploaded_seal_looks_the_same_in_a_pdf() -> None:
    shown = pdf_raster(image(), 300)
    expected = on_white(seal_picture())
    assert apart(shown.convert("L"), expected.convert("L").resize(shown.size)) < 2


def test_an_uploaded_seal_s_operators_leave_the_graphics_state_and_are_ascii() -> None:
    operators = image().pdf_operators
    assert operators.isascii()
    assert operators.startswith(b"q ")
    assert operators.endswith(b"EI Q\n")


def test_an_uploaded_seal_as_svg_holds_the_picture() -> None:
    text = image().svg
    assert text.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" width="42mm" height="42mm" viewBox="0 0 42 42"><image '
    )
    assert "data:image/png;base64,iVBOR" in text


@pytest.mark.parametrize(
    ("picture", "error"),
    [
        (b"", ImagePictureMissing),
        (b"%PDF-1.7", ImagePictureMissing),
        (None, ImagePictureMissing),
    ],
)
def test_a_design_is_not_drawn_with_another_file(picture: bytes | None, error: type[Invalid]) -> None:
    with pytest.raises(error):
        draw(uploaded()[0], picture=picture)


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (b"%PDF-1.7", PictureFormat),
        (encoded(Image.new("RGBA", (496, 496))), PictureEmpty),
        (encoded(seal_picture()), ImagePictureMissing),  # good, but never looked at and cleaned
    ],
)
def test_a_design_cannot_name_a_file_that_is_no_kept_picture(file: bytes, error: type[Invalid]) -> None:
    named = UploadedPicture(digest=BlobId(sm3(file).hex()), width_mm=42, height_mm=42)
    with pytest.raises(error):
        draw(SealDesign(name="某某", shape=Shape.PICTURE, picture=named), picture=file)


def test_a_kept_picture_cannot_be_named_in_another_size() -> None:
    design, png = uploaded()
    assert design.picture is not None
    named = UploadedPicture(digest=design.picture.digest, width_mm=40, height_mm=40)
    with pytest.raises(ImagePictureMissing):
        draw(SealDesign(name="某某", shape=Shape.PICTURE, picture=named), picture=png)


@pytest.mark.skipif(not is_confinable(), reason="this machine confines no process")
def test_a_confined_worker_reads_pictures() -> None:
    pool = WorkerPool(processes=1, limits=Limits(cpu_seconds=10, memory=512 << 20), wall_seconds=60, preload=PRELOAD)
    try:
        for ground, picture in ((Ground.TRANSPARENT, seal_picture()), (Ground.WHITE, on_white(seal_picture()))):
            file = encoded(picture)
            found = pool.run(read_upload, file, width_mm=42, height_mm=42, ground=ground)
            assert found == read_upload(file, width_mm=42, height_mm=42, ground=ground)
        with pytest.raises(PictureFormat):
            pool.run(read_upload, b"GIF89a", width_mm=42, height_mm=42)
    finally:
        pool.close()

"""PNG files of strangers: what is no picture is refused before anything is decoded, and nothing else is let through."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from seal.image.errors import PictureFormat, PictureInvalid, PictureMalformed, PicturePixels, PictureTooLarge
from seal.image.png import LARGEST_FILE, LONGEST_SIDE, Header, bare_png
from tests.seal.pictures import SIGNATURE, chunk, chunks, encoded, opened, rebuilt, seal_picture

GOOD = encoded(seal_picture())
HEADER = b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 6, 0, 0, 0)
PIXELS = b"IDAT", zlib.compress(bytes(2 * (1 + 8)))
END = b"IEND", b""
SMALL = rebuilt(HEADER, PIXELS, END)


def header(**changes: int) -> tuple[bytes, bytes]:
    fields = {"width": 2, "height": 2, "depth": 8, "colour_type": 6, "compression": 0, "filters": 0, "interlaced": 0}
    return b"IHDR", struct.pack(">IIBBBBB", *{**fields, **changes}.values())


def test_a_small_file_is_read_whole() -> None:
    found, bare = bare_png(SMALL)
    assert found == Header(width=2, height=2, depth=8, colour_type=6, interlaced=0)
    assert bare == SMALL


def test_nothing_but_the_picture_comes_out() -> None:
    told = PngInfo()
    told.add_text("Author", "somebody")
    told.add_itxt("Comment", "<script>", "zh", "注")
    file = encoded(
        seal_picture(), pnginfo=told, dpi=(300, 300), icc_profile=b"profile", exif=Image.Exif().tobytes() + b"GPS"
    )
    kinds = {kind for kind, _ in chunks(file)}
    assert {b"tEXt", b"iTXt", b"iCCP", b"eXIf", b"pHYs"} <= kinds
    bare = bare_png(file)[1]
    assert {kind for kind, _ in chunks(bare)} == {b"IHDR", b"IDAT", b"IEND"}
    assert opened(bare).tobytes() == seal_picture().tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (5, 3), (17, 9), (64, 40)])
def test_every_kind_of_pixel_unpacks_to_what_the_header_says(mode: str, size: tuple[int, int]) -> None:
    file = encoded(Image.new(mode, size))
    assert bare_png(file)[0].width == size[0]


@pytest.mark.parametrize(("width", "height", "octets"), [(1, 1, 4), (8, 8, 15 + 3 * 64), (5, 3, 7 + 3 * 15), (2, 1, 8)])
def test_the_octets_of_an_interlaced_picture(width: int, height: int, octets: int) -> None:
    """Three octets for each pixel, and one for each row of each pass that has any (ISO/IEC 15948, 8.2)."""
    assert Header(width=width, height=height, depth=8, colour_type=2, interlaced=1).octets == octets


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"GIF89a", "gif"),
        (b"BM\x00\x00", "bmp"),
        (b"II*\x00", "tiff"),
        (b"MM\x00*", "tiff"),
        (b"RIFF\x00\x00\x00\x00WEBP", "webp"),
        (b"%PDF-1.7", "pdf"),
        (b"<svg ", "svg"),
        (b"<?xml ", "svg"),
        (b"\x00\x00\x01\x00", "ico"),
        (b"PK\x03\x04", "zip"),
        (b"\x89PNG\r\r\n\x1a\n", "unknown"),
        (b"", "unknown"),
    ],
)
def test_another_kind_of_file_is_named(start: bytes, found: str) -> None:
    with pytest.raises(PictureFormat) as caught:
        bare_png(start + bytes(20))
    assert (caught.value.code, caught.value.details) == ("seal.picture_format", {"found": found})


def test_a_file_of_too_many_octets_is_not_looked_at() -> None:
    assert bare_png(GOOD)
    with pytest.raises(PictureTooLarge) as caught:
        bare_png(bytes(LARGEST_FILE + 1))
    assert caught.value.code == "seal.picture_too_large"
    assert caught.value.details == {"octets": LARGEST_FILE + 1, "allowed": LARGEST_FILE}


@pytest.mark.parametrize(("width", "height"), [(LONGEST_SIDE + 1, 2), (2, LONGEST_SIDE + 1), (0x7FFFFFFF, 0x7FFFFFFF)])
def test_too_many_pixels_are_refused_before_they_are_unpacked(width: int, height: int) -> None:
    with pytest.raises(PicturePixels) as caught:
        bare_png(rebuilt(header(width=width, height=height), PIXELS, END))
    assert caught.value.code == "seal.picture_pixels"
    assert caught.value.details == {"width": width, "height": height, "allowed": LONGEST_SIDE}


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0},
        {"height": 0},
        {"depth": 3},
        {"depth": 1},
        {"colour_type": 1},
        {"colour_type": 7},
        {"compression": 1},
        {"filters": 1},
        {"interlaced": 2},
    ],
)
def test_a_header_that_says_what_cannot_be_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(PictureMalformed) as caught:
        bare_png(rebuilt(header(**change), PIXELS, END))
    assert (caught.value.code, caught.value.details) == ("seal.picture_malformed", {"fault": "header"})


PALETTE = header(depth=2, colour_type=3)
PALETTE_PIXELS = b"IDAT", zlib.compress(bytes(2 * 2))
COLOURS = b"PLTE", bytes(12)


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ((), "order"),
        ((PIXELS, HEADER, END), "order"),
        ((HEADER, HEADER, PIXELS, END), "order"),
        ((HEADER, PIXELS), "order"),
        ((HEADER, PIXELS, (b"IEND", b"x")), "order"),
        (((b"IHDR", b"short"), PIXELS, END), "header"),
        ((HEADER, END), "pixels"),
        ((HEADER, (b"IDAT", b"no zlib"), END), "pixels"),
        ((HEADER, (b"IDAT", zlib.compress(bytes(17))), END), "pixels"),
        ((HEADER, (b"IDAT", zlib.compress(bytes(19))), END), "pixels"),
        ((HEADER, (b"IDAT", zlib.compress(bytes(64 << 20))), END), "pixels"),
        ((HEADER, (b"IDAT", PIXELS[1][:-2]), END), "pixels"),
        ((HEADER, (b"IDAT", PIXELS[1] + b"hidden"), END), "pixels"),
        ((HEADER, (b"acTL", bytes(8)), PIXELS, END), "animated"),
        ((PALETTE, PALETTE_PIXELS, END), "palette"),
        ((PALETTE, (b"PLTE", bytes(13)), PALETTE_PIXELS, END), "palette"),
        ((PALETTE, (b"PLTE", bytes(15)), PALETTE_PIXELS, END), "palette"),
        ((PALETTE, COLOURS, COLOURS, PALETTE_PIXELS, END), "order"),
        ((PALETTE, COLOURS, (b"tRNS", bytes(5)), PALETTE_PIXELS, END), "transparency"),
        ((PALETTE, COLOURS, (b"tRNS", b"a"), (b"tRNS", b"b"), PALETTE_PIXELS, END), "order"),
        ((HEADER, (b"tRNS", bytes(6)), PIXELS, END), "transparency"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(parts: tuple[tuple[bytes, bytes], ...], fault: str) -> None:
    with pytest.raises(PictureMalformed) as caught:
        bare_png(rebuilt(*parts))
    assert caught.value.details == {"fault": fault}


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (SMALL + b"PK\x03\x04 hidden", "trailing"),
        (SMALL + b"\x00", "trailing"),
        (SMALL[:-1], "cut"),
        (SMALL[: len(SIGNATURE) + 7], "cut"),
        (SIGNATURE + struct.pack(">I", 0xFFFFFFFF) + b"IHDR" + bytes(40), "cut"),
        (SMALL.replace(chunk(*END), chunk(*END)[:-1] + b"\x00"), "checksum"),
    ],
)
def test_a_file_that_is_cut_or_goes_on_is_refused(file: bytes, fault: str) -> None:
    with pytest.raises(PictureMalformed) as caught:
        bare_png(file)
    assert caught.value.details == {"fault": fault}


def test_a_palette_with_transparency_is_kept() -> None:
    parts = (PALETTE, COLOURS, (b"tRNS", bytes(4)), PALETTE_PIXELS, END)
    assert bare_png(rebuilt(*parts))[1] == rebuilt(*parts)


def test_pixels_in_several_pieces_are_read_as_one() -> None:
    whole = PIXELS[1]
    file = rebuilt(HEADER, *((b"IDAT", whole[place : place + 1]) for place in range(len(whole))), END)
    assert bare_png(file)[1] == SMALL


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_mutant_is_read_as_a_picture_or_refused(data: st.DataObject) -> None:
    changed = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        _, bare = bare_png(bytes(changed))
    except PictureInvalid:
        return
    assert opened(bare).size == (2, 2)

"""Seal images: what a design refuses, and that SVG, PDF and PNG show the same ink."""

import io
import re
import struct
from dataclasses import replace
from typing import Any, cast

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from seal.errors import (
    ImageCodeMalformed,
    ImageDiameterOutOfRange,
    ImageNameLength,
    ImageResolutionOutOfRange,
    ImageRowLength,
)
from seal.image import engraving, lettering
from seal.image.drawing import Centre, SealDesign, SealImage, draw, rim_arc
from trust.errors import Invalid
from trust.typefaces import CharacterNotCovered

ROW, CODE = "电子证照专用章", "3301020012345"
NINE = SealDesign(name="某市市场监督管理局", row=ROW, code=CODE)
FULLEST = SealDesign(
    name="某某维吾尔自治区某某蒙古自治州某某回族自治县市场监督管理局分", row="行政审批服务业务专用章十", code=CODE + "6"
)
WITH_KAI = SealDesign(name="𠮷某鿫某公司", diameter_mm=60)
RED = (0xD7, 0x00, 0x0F)


def alpha(image: SealImage, dpi: int = 300) -> Image.Image:
    return rgba(image, dpi).getchannel("A")


def rgba(image: SealImage, dpi: int = 300) -> Image.Image:
    return Image.open(io.BytesIO(image.png(dpi))).convert("RGBA")


def coordinates(image: SealImage) -> list[float]:
    data = image.svg.partition(' d="')[2]
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", data)]


def chunks(png: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a PNG by type, several IDAT as one."""
    found: dict[bytes, bytes] = {}
    position = 8
    while position < len(png):
        length, kind = struct.unpack_from(">I4s", png, position)
        found[kind] = found.get(kind, b"") + png[position + 8 : position + 8 + length]
        position += 12 + length
    return found


def pdf_page(image: SealImage) -> bytes:
    """Return a PDF whose page is nothing but the seal as a Form XObject."""
    width, height = (f"{side * 72 / 25.4 - 0.0005:.3f}" for side in (image.width_mm, image.height_mm))
    form = f"/Type /XObject /Subtype /Form /BBox [0 0 {width} {height}] /Length {len(image.pdf_operators)}"
    page = f"/Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R"
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< {page} /Resources << /XObject << /Seal 5 0 R >> >> >>".encode(),
        b"<< /Length 8 >>\nstream\n/Seal Do\nendstream",
        f"<< {form} >>\nstream\n".encode() + image.pdf_operators + b"\nendstream",
    )
    file = b"%PDF-1.7\n"
    offsets = []
    for index, body in enumerate(bodies, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (index, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(file)
    return file + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def pdf_raster(image: SealImage, dpi: int) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf_page(image))
    try:
        picture: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()
    return picture


# What a design refuses


@pytest.mark.parametrize(
    ("fields", "error", "code"),
    [
        ({"name": "某公司"}, ImageNameLength, "seal.image_name_length"),
        ({"name": "  某公司\u3000 "}, ImageNameLength, "seal.image_name_length"),
        ({"name": "某" * 31}, ImageNameLength, "seal.image_name_length"),
        ({"row": "章" * 13}, ImageRowLength, "seal.image_row_length"),
        ({"code": "1" * 15}, ImageCodeMalformed, "seal.image_code_malformed"),
        ({"code": "33010X"}, ImageCodeMalformed, "seal.image_code_malformed"),
        ({"code": "１２３"}, ImageCodeMalformed, "seal.image_code_malformed"),  # noqa: RUF001 - that is the point
        ({"code": "12³"}, ImageCodeMalformed, "seal.image_code_malformed"),
        ({"code": " 123"}, ImageCodeMalformed, "seal.image_code_malformed"),
        ({"diameter_mm": 29}, ImageDiameterOutOfRange, "seal.image_diameter_out_of_range"),
        ({"diameter_mm": 61}, ImageDiameterOutOfRange, "seal.image_diameter_out_of_range"),
    ],
)
def test_a_design_that_breaks_a_rule_is_refused(fields: dict[str, Any], error: type[Invalid], code: str) -> None:
    with pytest.raises(error) as caught:
        replace(NINE, **fields)
    assert caught.value.code == code
    assert set(caught.value.details) == set(error.detail_names)


@pytest.mark.parametrize("field", ["name", "row"])
@pytest.mark.parametrize("character", ["\U0001f600", "\u200b", "\uffa0", "\U000e0100", "\x00", "\u202e"])
def test_characters_without_outline_or_ink_are_refused(field: str, character: str) -> None:
    with pytest.raises(CharacterNotCovered) as caught:
        SealDesign(**cast("dict[str, Any]", {"name": NINE.name, field: f"某某某{character}某"}))
    assert caught.value.details == {
        "field": field,
        "character": character,
        "code_point": f"U+{ord(character):04X}",
    }


@pytest.mark.parametrize("length", [4, 30])
def test_the_limits_themselves_are_allowed(length: int) -> None:
    design = SealDesign(name="某" * length, row="章" * 12, code="1" * 14, diameter_mm=30 if length == 4 else 60)
    assert draw(design).width_mm == design.diameter_mm


def test_white_space_around_and_within_is_evened() -> None:
    assert SealDesign(name=" 某某\u3000\u00a0公司\n", row="\t业务章 ") == SealDesign(name="某某 公司", row="业务章")


# The three forms of a seal


def test_an_empty_centre_has_no_ink() -> None:
    picture = alpha(draw(replace(NINE, centre=Centre.EMPTY)))
    assert picture.crop((170, 170, 326, 316)).getbbox() is None
    assert alpha(draw(NINE)).crop((240, 170, 256, 326)).getbbox() is not None


@pytest.mark.parametrize(
    ("row", "code", "arc"),
    [
        ("", "", engraving.RIM_ARC),
        ("", CODE, engraving.RIM_ARC_ABOVE_CODE),
        (ROW, "", engraving.RIM_ARC_ABOVE_ROW),
        (ROW, CODE, engraving.RIM_ARC_ABOVE_ROW),
    ],
)
def test_the_name_leaves_room_for_what_lies_below(row: str, code: str, arc: float) -> None:
    assert rim_arc(replace(NINE, row=row, code=code)) == arc


@pytest.mark.parametrize(("name", "row", "code"), [("中" * 9, "中中中中中", "8" * 13), ("中" * 24, "", "")])
def test_a_symmetrical_name_gives_symmetrical_ink(name: str, row: str, code: str) -> None:
    picture = alpha(draw(SealDesign(name=name, row=row, code=code)))
    columns = [sum(picture.crop((x, 0, x + 1, picture.height)).histogram()[128:]) for x in range(picture.width)]
    middle = sum(x * count for x, count in enumerate(columns)) / sum(columns)
    assert middle == pytest.approx((picture.width - 1) / 2, abs=0.5)
    mirrored = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert ImageStat.Stat(ImageChops.difference(picture, mirrored)).mean[0] < 0.25 * ImageStat.Stat(picture).mean[0]


@pytest.mark.parametrize("diameter", [30, 45, 60])
def test_all_measures_scale_with_the_diameter(diameter: int) -> None:
    usual, other = coordinates(draw(NINE)), coordinates(draw(replace(NINE, diameter_mm=diameter)))
    assert other == pytest.approx([value * diameter / 42 for value in usual], abs=0.0015)


@pytest.mark.parametrize(("diameter", "dpi", "pixels"), [(42, 300, 496), (42, 600, 992), (45, 300, 531), (30, 72, 85)])
def test_a_png_has_the_size_and_resolution_asked_for(diameter: int, dpi: int, pixels: int) -> None:
    image = draw(replace(NINE, diameter_mm=diameter))
    assert (image.width_mm, image.height_mm) == (diameter, diameter)
    found = chunks(image.png(dpi))
    assert struct.unpack_from(">II", found[b"IHDR"]) == (pixels, pixels)
    per_metre = round(dpi / 0.0254)
    assert struct.unpack(">IIB", found[b"pHYs"]) == (per_metre, per_metre, 1)


def test_a_png_holds_nothing_but_pixels_palette_and_resolution() -> None:
    assert set(chunks(draw(NINE).png())) == {b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT", b"IEND"}


@pytest.mark.parametrize("dpi", [0, 71, 1201])
def test_a_resolution_out_of_range_is_refused(dpi: int) -> None:
    with pytest.raises(ImageResolutionOutOfRange) as caught:
        draw(NINE).png(dpi)
    assert caught.value.details == {"dpi": dpi, "coarsest": 72, "finest": 1200}


@pytest.mark.parametrize("design", [NINE, FULLEST])
def test_a_png_of_42_mm_at_300_dpi_stays_below_40_kb(design: SealDesign) -> None:
    assert len(draw(design).png()) < 40_000


def test_every_pixel_is_the_red_of_seals() -> None:
    red, green, blue, opacity = (channel.getextrema() for channel in rgba(draw(NINE)).split())
    assert (red, green, blue) == tuple((part, part) for part in RED)
    assert opacity == (0, 255)


def test_edges_keep_their_shades() -> None:
    assert len([count for count in alpha(draw(NINE)).histogram() if count]) >= 16


def test_corners_are_transparent_and_the_ring_touches_the_edges() -> None:
    picture = alpha(draw(NINE))
    last = picture.width - 1
    corners = [picture.crop((x, y, x + 60, y + 60)) for x in (0, last - 59) for y in (0, last - 59)]
    assert [corner.getbbox() for corner in corners] == [None] * 4
    assert picture.getbbox() == (0, 0, picture.width, picture.height)
    assert [picture.getpixel(point) for point in ((248, 7), (248, last - 7), (7, 248), (last - 7, 248))] == [255] * 4
    assert picture.getpixel((248, 20)) == 0


def test_the_same_design_gives_the_same_bytes() -> None:
    again = SealDesign(name=NINE.name, row=NINE.row, code=NINE.code)
    first = draw(NINE)
    assert draw(again) is first
    draw.cache_clear()
    lettering.letter.cache_clear()
    second = draw(again)
    assert second is not first
    assert second == first
    assert second.png() == first.png()


def test_the_cache_of_drawings_is_bounded() -> None:
    assert draw.cache_info().maxsize == 128


def test_the_svg_is_outlines_in_millimetres_and_nothing_else() -> None:
    text = draw(replace(NINE, diameter_mm=45)).svg
    assert text.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" width="45mm" height="45mm" viewBox="-22.5 -22.5 45 45">'
    )
    assert set(re.findall(r"<([a-z]+)", text)) == {"svg", "path"}
    assert set(re.findall(r"#[0-9a-f]+", text)) == {"#d7000f"}
    assert text.isascii()


@pytest.mark.parametrize("design", [NINE, FULLEST, WITH_KAI])
def test_pdf_operators_draw_paths_and_restore_the_graphics_state(design: SealDesign) -> None:
    words = draw(design).pdf_operators.decode("ascii").split()
    operators = [word for word in words if not re.fullmatch(r"-?\d+(\.\d+)?", word)]
    assert set(operators) <= {"q", "Q", "rg", "cm", "m", "l", "c", "h", "f"}
    assert (operators[0], operators[-1]) == ("q", "Q")
    assert operators.count("q") == operators.count("Q") == 1
    assert operators.count("m") == operators.count("h")


@pytest.mark.parametrize("design", [NINE, FULLEST, WITH_KAI])
def test_pdf_and_svg_show_the_same_ink(design: SealDesign) -> None:
    image = draw(design)
    dpi = 254
    shown = pdf_raster(image, dpi)
    expected = Image.new("RGB", shown.size, "white")
    picture = rgba(image, dpi)
    assert shown.size == picture.size
    expected.paste(picture, mask=picture)
    difference = ImageChops.difference(shown, expected).getchannel("G")
    assert ImageStat.Stat(difference).mean[0] < 1.5
    assert sum(difference.histogram()[100:]) < 20

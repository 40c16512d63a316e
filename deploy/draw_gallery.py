"""Draws docs/pictures/seals.png and licences.png: every kind of seal, and every licence, that ships with the house.

PYTHONPATH=. .venv/bin/python deploy/draw_gallery.py
"""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pypdfium2
from PIL import Image, ImageChops

from licence.template.rendering import Renderer
from seal.image.designs import Centre, SealDesign, Shape
from seal.image.drawing import draw
from trust import typefaces

PICTURES: Final = Path(__file__).parent.parent / "docs" / "pictures"
TARGET: Final = PICTURES / "seals.png"
LICENCES: Final = PICTURES / "licences.png"
TEMPLATES: Final = Path(__file__).parent.parent / "licence" / "templates"
NAMES: Final = ("business_licence", "food_permit", "real_estate", "hygiene_permit", "residence_permit")
LICENCE_DPI: Final = 72
GAP: Final = 12
LICENCE_SHADES: Final = 160
SEAL_MM: Final = 42
A4_MM: Final = (297, 210)
AT: Final = datetime(2026, 11, 22, tzinfo=UTC)
DPI: Final = 130
COLUMNS: Final = 4
CELL_MM: Final = 53
GAP_MM: Final = 8
SHADES: Final = 24

CODE: Final = "33019900000001"
SEALS: Final = (
    SealDesign(name="云州市市场监督管理局", row="电子证照专用章", code=CODE),
    SealDesign(name="某某省某某市某某新区行政审批服务局", row="行政审批专用章", code=CODE),
    SealDesign(name="某某维吾尔自治区某某蒙古自治州卫生健康委员会办公室", row="业务专用章(1)", code=CODE),
    SealDesign(name="云州市人民政府", centre=Centre.EMBLEM, diameter_mm=45),
    SealDesign(name="云州医院", row="处方专用章", centre=Centre.EMPTY, diameter_mm=38),
    SealDesign(
        name="云州市数字科技有限公司",
        shape=Shape.OVAL,
        row="91330100MA27XY1234",
        second_row="发票专用章",
        diameter_mm=40,
    ),
    SealDesign(
        name="全国统一发票监制章", shape=Shape.OVAL, row="国家税务总局", second_row="云州省税务局", diameter_mm=30
    ),
    SealDesign(
        name="云州中外合资某某有限责任公司", shape=Shape.OVAL, second_row="合同专用章", diameter_mm=45, code=CODE
    ),
    SealDesign(name="张晓明", shape=Shape.SQUARE, diameter_mm=20),
    SealDesign(name="王伟", shape=Shape.SQUARE, diameter_mm=18),
    SealDesign(name="阿卜杜拉·买买提", shape=Shape.SQUARE, diameter_mm=22),
    SealDesign(name="欧阳修远", shape=Shape.SQUARE, diameter_mm=20),
)


def sheet() -> Image.Image:
    """Return all seals on white."""
    width, gap = pixels(CELL_MM), pixels(GAP_MM)
    rows = [SEALS[start : start + COLUMNS] for start in range(0, len(SEALS), COLUMNS)]
    heights = [pixels(max(design.height_mm for design in row)) + gap for row in rows]
    page = Image.new("RGB", (width * COLUMNS, sum(heights) + gap // 2), "white")
    top = gap // 2
    for row, height in zip(rows, heights, strict=True):
        for place, design in enumerate(row):
            with Image.open(io.BytesIO(draw(design).png(DPI))) as file:
                picture = file.convert("RGBA")
            left = place * width + (width - picture.width) // 2
            page.paste(picture, (left, top + (height - gap - picture.height) // 2), picture)
        top += height
    return page


def pixels(length_mm: float) -> int:
    """Return a length in pixels of the sheet."""
    return round(length_mm / 25.4 * DPI)


def licences() -> Image.Image:
    """Return all ready licences with a seal each: those on A4 two in a row, the card below."""
    width, height = (round(length / 25.4 * LICENCE_DPI) for length in A4_MM)
    renderer = Renderer(TEMPLATES, typefaces.FOLDER)
    *pairs, last = [licence(renderer, name) for name in NAMES]
    lower = (len(pairs) // 2) * (height + GAP) + GAP
    page = Image.new("RGB", (2 * width + 3 * GAP, lower + last.height + GAP), "#e9e9ec")
    for number, picture in enumerate(pairs):
        row, column = divmod(number, 2)
        page.paste(picture, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    page.paste(last, ((page.width - last.width) // 2, lower))
    return page


def licence(renderer: Renderer, name: str) -> Image.Image:
    """Return the sample of a template with the seal of its authority on it, as ink lies on paper."""
    sample = json.loads((TEMPLATES / name / "sample.json").read_text(encoding="utf-8"))
    document = pypdfium2.PdfDocument(renderer.render(name, sample, at=AT))
    picture: Image.Image = document[0].render(scale=LICENCE_DPI / 72).to_pil().convert("RGB")
    document.close()
    place = renderer.manifest(name).seal
    seal = SealDesign(name=sample["licence"]["authority"], row="电子证照专用章", diameter_mm=SEAL_MM)
    with Image.open(io.BytesIO(draw(seal).png(LICENCE_DPI))) as file:
        ink = file.convert("RGBA")
    corner = [round(mm / 25.4 * LICENCE_DPI) for mm in (place.centre_x_mm, place.centre_y_mm)]
    layer = Image.new("RGB", picture.size, "white")
    layer.paste(ink, (corner[0] - ink.width // 2, corner[1] - ink.height // 2), ink)
    return ImageChops.multiply(picture, layer)


def main() -> None:
    """Write the sheets."""
    PICTURES.mkdir(exist_ok=True)
    licences().quantize(LICENCE_SHADES, dither=Image.Dither.NONE).save(LICENCES, optimize=True)
    print(f"{LICENCES.name}: {LICENCES.stat().st_size} octets")
    sheet().quantize(SHADES, dither=Image.Dither.NONE).save(TARGET, optimize=True)
    print(f"{TARGET.name}: {TARGET.stat().st_size} octets")


if __name__ == "__main__":
    main()

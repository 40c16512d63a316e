"""Draws docs/pictures/seals.png: every kind of seal that the house draws, side by side and at one scale.

PYTHONPATH=. .venv/bin/python deploy/draw_gallery.py
"""

import io
from pathlib import Path
from typing import Final

from PIL import Image

from seal.image.designs import Centre, SealDesign, Shape
from seal.image.drawing import draw

TARGET: Final = Path(__file__).parent.parent / "docs" / "pictures" / "seals.png"
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


def main() -> None:
    """Write the sheet."""
    TARGET.parent.mkdir(exist_ok=True)
    sheet().quantize(SHADES, dither=Image.Dither.NONE).save(TARGET, optimize=True)
    print(f"{TARGET.name}: {TARGET.stat().st_size} octets")


if __name__ == "__main__":
    main()

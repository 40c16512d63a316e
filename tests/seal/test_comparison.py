"""Telling look-alikes apart: prints of one seal are the same however worn, and one character makes a difference."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from PIL import Image, ImageFilter

from seal.image.comparison import Resemblance, compare, compare_ink
from seal.image.designs import Centre, SealDesign, Shape
from seal.image.drawing import draw
from seal.image.uploads import read_upload
from tests.seal.wear import TURNS, WAYS, ink, turned

ROW = "电子证照专用章"
SEALS = {
    "ten": SealDesign(name="云州市市场监督管理局", row=ROW, code="33019900000001"),
    "emblem": SealDesign(name="云州市人民政府", centre=Centre.EMBLEM, diameter_mm=45),
    "seventeen": SealDesign(name="某某省某某市某某新区行政审批服务局", row=ROW),
    "long": SealDesign(name="内蒙古自治区云州市赛罕区卫生健康委员会办公室", row=ROW),
    "oval": SealDesign(
        name="云州市数字科技有限公司",
        shape=Shape.OVAL,
        row="91330100MA27XY1234",
        second_row="发票专用章",
        diameter_mm=40,
    ),
    "square": SealDesign(name="欧阳修远", shape=Shape.SQUARE, diameter_mm=20),
}
ROUND = ("ten", "emblem", "seventeen", "long")


@pytest.mark.parametrize("seal", SEALS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.no_cover
def test_prints_of_one_seal_are_the_same(seal: str, way: str) -> None:
    picture = ink(SEALS[seal])
    assert compare_ink(picture, WAYS[way](picture)) is Resemblance.SAME


@pytest.mark.parametrize("seal", ROUND)
@pytest.mark.parametrize("degrees", [*TURNS, -1.5, 0.5])
@pytest.mark.no_cover
def test_turned_prints_of_one_seal_are_the_same(seal: str, degrees: float) -> None:
    picture = ink(SEALS[seal])
    assert compare_ink(picture, turned(picture, degrees)) is Resemblance.SAME


@pytest.mark.parametrize("seal", ROUND)
def test_prints_with_thicker_strokes_are_the_same(seal: str) -> None:
    picture = ink(SEALS[seal])
    assert compare_ink(picture, picture.filter(ImageFilter.MaxFilter(3))) is Resemblance.SAME


def changed(name: str, characters: str) -> Iterator[str]:
    """Yield a name with one of its characters exchanged, each in turn for each of some."""
    for place, was in enumerate(name):
        for character in characters:
            if character != was:
                yield name[:place] + character + name[place + 1 :]


@pytest.mark.parametrize(
    "name", [*changed(SEALS["seventeen"].name, "龙"), *list(changed(SEALS["seventeen"].name, "江县"))[::3]]
)
@pytest.mark.no_cover
def test_a_name_of_seventeen_characters_that_differs_in_one_is_similar(name: str) -> None:
    other = replace(SEALS["seventeen"], name=name)
    assert compare_ink(ink(SEALS["seventeen"]), ink(other)) is Resemblance.SIMILAR


@pytest.mark.parametrize("name", list(changed(SEALS["long"].name, "县"))[::2])
def test_a_name_of_twenty_two_characters_that_differs_in_one_is_similar(name: str) -> None:
    other = replace(SEALS["long"], name=name)
    assert compare_ink(ink(SEALS["long"]), ink(other)) is Resemblance.SIMILAR


@pytest.mark.parametrize("place", [0, 4, 9])
def test_a_worn_print_of_a_name_that_differs_in_one_is_similar(place: int) -> None:
    name = SEALS["ten"].name
    other = replace(SEALS["ten"], name=name[:place] + "县" + name[place + 1 :])
    worn = turned(ink(other).filter(ImageFilter.GaussianBlur(2)), 2)
    assert compare_ink(ink(SEALS["ten"]), worn) is Resemblance.SIMILAR


@pytest.mark.parametrize("change", [{"row": "财务专用章"}, {"row": "电子证照专用草"}])
def test_the_same_name_with_another_row_is_similar(change: dict[str, str]) -> None:
    assert compare(draw(SEALS["ten"]), draw(replace(SEALS["ten"], **change))) is Resemblance.SIMILAR  # type: ignore[arg-type]  # texts


@cache
def plain(name: str) -> SealDesign:
    return SealDesign(name=name, row=ROW)


@pytest.mark.parametrize("name", ["云州市卫生健康委员会", "江海市大数据产业有限公司", "东海医院"])
def test_another_name_is_different(name: str) -> None:
    assert compare(draw(SEALS["ten"]), draw(plain(name))) is Resemblance.DIFFERENT


def test_size_and_code_do_not_count() -> None:
    other = replace(SEALS["ten"], diameter_mm=50, code="99999999999999")
    assert compare(draw(SEALS["ten"]), draw(other)) is Resemblance.SAME


def test_an_uploaded_print_is_the_same_as_the_drawn_seal() -> None:
    kept = read_upload(draw(SEALS["ten"]).png(600), width_mm=42, height_mm=42)
    design = SealDesign(name="云州市市场监督管理局", shape=Shape.PICTURE, picture=kept.picture)
    assert compare(draw(SEALS["ten"]), draw(design, picture=kept.png)) is Resemblance.SAME


@pytest.mark.parametrize("ground", [0, 255])
def test_pictures_of_nothing_are_the_same(ground: int) -> None:
    nothing = Image.new("L", (300, 300), ground)
    assert compare_ink(nothing, nothing) is {0: Resemblance.SAME, 255: Resemblance.SIMILAR}[ground]

"""Look-alikes: the same seal is found again however it comes, one that differs in a character too, others are not."""

import time
from functools import cache
from itertools import combinations

import pytest
from PIL import Image

from seal.image.designs import Centre, SealDesign, Shape
from seal.image.drawing import draw
from seal.image.likeness import ALIKE, BITS, DIGITS, Likeness, distance, find_alike, likeness, likeness_of
from seal.image.uploads import read_upload
from tests.seal.wear import TURNS, WAYS, ink, turned

ROW, CODE = "电子证照专用章", "33019900000001"
TEN = "云州市市场监督管理局"
SEVENTEEN = "某某省某某市某某新区行政审批服务局"
LONG = "内蒙古自治区云州市赛罕区卫生健康委员会办公室"
OVAL = SealDesign(
    name="云州市数字科技有限公司", shape=Shape.OVAL, row="91330100MA27XY1234", second_row="发票专用章", diameter_mm=40
)
SQUARE = SealDesign(name="欧阳修远", shape=Shape.SQUARE, diameter_mm=20)
SEALS = {
    "ten": SealDesign(name=TEN, row=ROW, code=CODE),
    "six": SealDesign(name="云州市人民政府", centre=Centre.EMBLEM, diameter_mm=45),
    "seventeen": SealDesign(name=SEVENTEEN, row=ROW),
    "long": SealDesign(name=LONG, row=ROW),
    "oval": OVAL,
    "square": SQUARE,
}
OTHERS = (
    "云州市卫生健康委员会",
    "云州市公安局交通警察支队",
    "云州市城市管理综合执法局",
    "江海市大数据产业有限公司",
    "龙海县人民政府",
    "东海医院",
    "某某省某某市某某新区综合执法管理局",
    "北山省南河市东湖区行政审批服务局",
    "内蒙古自治区云州市新城区人力资源和社会保障局",
    "云州市数字科技有限公司",
)


@cache
def drawn(design: SealDesign) -> Likeness:
    return likeness(draw(design))


@pytest.mark.parametrize("seal", SEALS)
@pytest.mark.parametrize("way", WAYS)
def test_the_same_seal_is_found_however_it_comes(seal: str, way: str) -> None:
    assert distance(drawn(SEALS[seal]), likeness_of(WAYS[way](ink(SEALS[seal])))) <= ALIKE


@pytest.mark.parametrize("seal", ["ten", "six", "seventeen", "long", "oval"])
@pytest.mark.parametrize("degrees", [*TURNS, -1.5, 0.5, 1.5])
def test_a_seal_is_found_when_it_is_turned(seal: str, degrees: float) -> None:
    assert distance(drawn(SEALS[seal]), likeness_of(turned(ink(SEALS[seal]), degrees))) <= ALIKE


def test_the_code_makes_no_difference() -> None:
    assert distance(drawn(SEALS["ten"]), drawn(SealDesign(name=TEN, row=ROW, code="99999999999999"))) <= 5
    assert distance(drawn(SEALS["ten"]), drawn(SealDesign(name=TEN, row=ROW))) <= 5


def test_the_size_makes_no_difference() -> None:
    assert distance(drawn(SEALS["ten"]), drawn(SealDesign(name=TEN, row=ROW, diameter_mm=58))) <= 10


def test_an_uploaded_picture_of_a_drawn_seal_is_the_same() -> None:
    kept = read_upload(draw(SEALS["ten"]).png(600), width_mm=42, height_mm=42)
    design = SealDesign(name=TEN, shape=Shape.PICTURE, picture=kept.picture)
    assert distance(drawn(SEALS["ten"]), likeness(draw(design, picture=kept.png))) <= 20


@pytest.mark.parametrize(("one", "other"), list(combinations((TEN, SEVENTEEN, LONG, *OTHERS), 2)))
def test_seals_of_different_names_are_not_alike(one: str, other: str) -> None:
    assert distance(drawn(SealDesign(name=one, row=ROW)), drawn(SealDesign(name=other, row=ROW))) > ALIKE


@pytest.mark.parametrize("shapes", list(combinations(("ten", "oval", "square"), 2)))
def test_seals_of_different_shapes_are_not_alike(shapes: tuple[str, str]) -> None:
    one, other = (drawn(SEALS[shape]) for shape in shapes)
    assert distance(one, other) > 3 * ALIKE


@pytest.mark.parametrize("place", range(len(SEVENTEEN)))
@pytest.mark.parametrize("character", ["江", "龙"])
@pytest.mark.no_cover
def test_names_that_differ_in_one_character_are_alike(place: int, character: str) -> None:
    name = SEVENTEEN[:place] + character + SEVENTEEN[place + 1 :]
    assert distance(drawn(SEALS["seventeen"]), drawn(SealDesign(name=name, row=ROW))) <= ALIKE


def test_the_same_name_with_another_row_is_alike() -> None:
    assert distance(drawn(SEALS["ten"]), drawn(SealDesign(name=TEN, row="财务专用章", code=CODE))) <= ALIKE


def test_a_likeness_has_its_length_and_a_distance_goes_both_ways() -> None:
    assert len(drawn(SEALS["ten"])) == DIGITS
    assert set(drawn(SEALS["ten"])) <= set("0123456789abcdef")
    one, other = drawn(SEALS["ten"]), drawn(SEALS["long"])
    assert distance(one, other) == distance(other, one)
    assert distance(one, one) == 0


def test_pictures_of_nothing_differ_in_nothing() -> None:
    nothing = Likeness("0" * DIGITS)
    assert distance(nothing, nothing) == 0
    assert likeness_of(Image.new("L", (300, 300))) == nothing
    assert likeness_of(Image.new("L", (300, 300), 255)) == nothing


def test_look_alikes_are_found_among_many_the_nearest_first() -> None:
    near = drawn(SealDesign(name="江州市市场监督管理局", row=ROW))
    others = [(name, drawn(SealDesign(name=name, row=ROW))) for name in OTHERS]
    found = find_alike(drawn(SEALS["ten"]), [("near", near), *others, ("same", drawn(SEALS["ten"]))])
    assert [key for _, key in found] == ["same", "near"]
    assert found[1][0] == distance(drawn(SEALS["ten"]), near)


def test_a_turned_look_alike_is_found_among_many() -> None:
    for degrees in TURNS:
        found = find_alike(drawn(SEALS["ten"]), [("turned", likeness_of(turned(ink(SEALS["ten"]), degrees)))])
        assert [key for _, key in found] == ["turned"]


def test_a_search_among_ten_thousand_takes_no_time_that_anybody_notices() -> None:
    base = int(drawn(SEALS["ten"]), 16)
    stored = [(str(turn), Likeness(f"{(base * (2 * turn + 3)) % (1 << BITS):0{DIGITS}x}")) for turn in range(10_000)]
    began = time.process_time()
    find_alike(drawn(SEALS["ten"]), stored)
    assert time.process_time() - began < 1

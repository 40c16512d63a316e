"""The layout of oval seals: an even distance from the border, nothing touches, measures of the invoice seal."""

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageChops, ImageFilter

from seal.image.designs import OVALS
from seal.image.outlines import Path, Point
from seal.image.ovals import BORDER, CLEARANCE, Oval
from tests.seal.shapes import edges, flattened, mask

INVOICE = Oval(40, 30)
SIZES = tuple(Oval(width, height) for width, height in sorted(OVALS.items()))
THIRTY = "某某维吾尔自治区某某蒙古自治州某某回族自治县市场监督管理局分"
NAMES = ("某某公司", "云州市数字科技有限公司", "第3人民医院·门诊部(1)", "镶嚷囊疆壤瓤馕攮曩戆麟齉", THIRTY)
NUMBER = "91330100MA27XY1234"
BLOCK = "■"


def middle_of(path: Path) -> Point:
    """Return the middle of the corners of a block."""
    corners = list(flattened(path))
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def depths(oval: Oval, path: Path) -> tuple[float, float]:
    """Return the least and the greatest distance of ink from the outer edge of an oval."""
    edge = [oval.parallel(0).point(math.tau * step / 480) for step in range(480)]
    found = [min(math.dist(point, other) for other in edge) for point in flattened(path)]
    return min(found), max(found)


@pytest.mark.parametrize("oval", SIZES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.no_cover
def test_the_name_keeps_the_same_distance_from_the_border(oval: Oval, name: str) -> None:
    nearest = [depths(oval, path)[0] for path in oval.rim(name) if path]
    assert min(nearest) >= BORDER + CLEARANCE * oval.scale - 0.2
    assert min(nearest) <= BORDER + CLEARANCE * oval.scale + 0.4


@pytest.mark.parametrize("oval", SIZES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("row", "second"), [("", ""), (NUMBER, "发票专用章"), ("9" * 20, "行政审批服务业务专用章十")])
@pytest.mark.no_cover
def test_no_part_of_an_oval_touches_another(oval: Oval, name: str, row: str, second: str) -> None:
    parts = (
        [oval.border()],
        oval.rim(name),
        oval.row(row),
        oval.second_row(second),
        oval.code("88888888888888"),
    )
    # Every part is widened by a pixel, so that at least 0.17 mm lie between them.
    width, height = round(oval.width), round(oval.height)
    masks = [mask(*part, width=width, height=height).filter(ImageFilter.MaxFilter(3)) for part in parts]
    for first, other in combinations(masks, 2):
        assert ImageChops.multiply(first, other).getbbox() is None


@pytest.mark.parametrize("oval", SIZES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.no_cover
def test_characters_on_the_rim_of_an_oval_keep_apart(oval: Oval, name: str) -> None:
    width, height = round(oval.width), round(oval.height)
    masks = [mask(path, width=width, height=height) for path in oval.rim(name) if path]
    for left, right in pairwise(masks):
        assert ImageChops.multiply(left, right).getbbox() is None


@settings(max_examples=15, deadline=None)
@given(st.text(st.sampled_from("某市监督管理局镶嚷囊疆壤日月口一工（）·()3AWg"), min_size=4, max_size=30))
@pytest.mark.no_cover
def test_any_name_of_an_oval_keeps_off_its_border(name: str) -> None:
    assert min(depths(INVOICE, path)[0] for path in INVOICE.rim(name) if path) >= BORDER + 0.4


@pytest.mark.parametrize("name", [BLOCK * length for length in (4, 9, 17, 30)])
def test_an_oval_s_name_is_centred_and_evenly_spaced(name: str) -> None:
    middles = [middle_of(path) for path in INVOICE.rim(name)]
    for left, right in zip(middles, reversed(middles), strict=True):
        assert left == pytest.approx((-right[0], right[1]), abs=0.01)
    steps = [math.dist(one, other) for one, other in pairwise(middles)]
    assert max(steps) - min(steps) < 0.06 * max(steps)


def test_a_long_name_fills_240_degrees_and_a_short_one_stays_on_top() -> None:
    curve = INVOICE.parallel(BORDER + CLEARANCE)
    last = edges(INVOICE.rim(BLOCK * 30)[-1], 1)
    assert last[1] == pytest.approx(curve.point(math.radians(120))[1], abs=1.5)
    assert all(edges(path, 1)[1] < 0 for path in INVOICE.rim(BLOCK * 4))


def test_names_are_as_high_as_the_rule_says() -> None:
    top, bottom = edges(INVOICE.rim("国" * 9)[4], 1)
    assert bottom - top == pytest.approx(4.2, abs=0.25)


def test_the_taxpayer_s_number_is_as_high_and_wide_as_the_rule_says() -> None:
    paths = INVOICE.row(NUMBER)
    assert edges(paths[-1], 0)[1] - edges(paths[0], 0)[0] == pytest.approx(26, abs=0.6)
    top, bottom = edges(INVOICE.row("8")[0], 1)
    assert bottom - top == pytest.approx(3.7, abs=0.3)
    assert (top + bottom) / 2 == pytest.approx(0, abs=0.2)


def test_the_second_row_lies_where_the_rule_says() -> None:
    paths = INVOICE.second_row("发票专用章")
    top, bottom = min(edges(path, 1)[0] for path in paths), max(edges(path, 1)[1] for path in paths)
    assert (top, bottom) == pytest.approx((4.2, 8.8), abs=0.25)
    assert edges(paths[-1], 0)[1] == pytest.approx(-edges(paths[0], 0)[0], abs=0.3)


@pytest.mark.parametrize("oval", SIZES)
def test_the_border_is_a_millimetre_and_ends_with_the_seal(oval: Oval) -> None:
    path = oval.border()
    assert (*edges(path, 0), *edges(path, 1)) == pytest.approx(
        (-oval.width / 2, oval.width / 2, -oval.height / 2, oval.height / 2), rel=0.001
    )
    picture = mask(path, width=round(oval.width), height=round(oval.height))
    middle = picture.height // 2
    inked = [x for x in range(picture.width // 2) if picture.getpixel((x, middle)) == 255]
    assert len(inked) == pytest.approx(300 / 25.4, abs=1.5)
    assert picture.getpixel((picture.width // 2, middle)) == 0


def test_the_digits_of_an_oval_read_from_left_to_right() -> None:
    middles = [sum(edges(path, 0)) / 2 for path in INVOICE.code("8" * 14)]
    assert middles == sorted(middles)
    assert middles[0] == pytest.approx(-middles[-1], abs=0.02)


def test_the_digits_of_an_oval_stand_on_the_border() -> None:
    seven = list(flattened(INVOICE.code("7")[0]))
    middle = (min(y for _, y in seven) + max(y for _, y in seven)) / 2
    assert 15 - BORDER - CLEARANCE - 1.5 < middle < 15 - BORDER - CLEARANCE
    head, foot = ([x for x, y in seven if (y < middle) is upper] for upper in (True, False))
    assert max(head) - min(head) > 1.5 * (max(foot) - min(foot))


@pytest.mark.parametrize("turn", [0.0, 0.3, math.pi / 2, 2.0, math.pi])
def test_a_length_along_the_curve_leads_back_to_its_place(turn: float) -> None:
    curve = INVOICE.parallel(3)
    length = sum(
        math.dist(curve.point(turn * step / 4000), curve.point(turn * (step + 1) / 4000)) for step in range(4000)
    )
    assert curve.turn(length) == pytest.approx(turn, abs=0.002)
    assert curve.turn(-length) == pytest.approx(-turn, abs=0.002)


def test_the_bend_of_a_circle_is_its_radius() -> None:
    assert Oval(40, 40).parallel(3).bend(1.0) == pytest.approx(17)

"""The layout of round seals: nothing touches, everything is even, and long names are condensed."""

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageChops, ImageFilter

from seal.image import engraving, lettering
from seal.image.engraving import RIM_ARC, RIM_ARC_ABOVE_CODE, RIM_ARC_ABOVE_ROW
from seal.image.outlines import Path
from tests.seal.shapes import edges, flattened, mask
from trust.typefaces import CharacterNotCovered, Typeface, covered, load

TWENTY_FIVE = "某某壮族自治区某某经济技术开发区市场监督管理局𠮷林"
THIRTY = "某某维吾尔自治区某某蒙古自治州某某回族自治县市场监督管理局分"
ONLY_IN_KAI = "鿫"
NAMES = (
    "某某公司",
    "某市市场监督管理局",
    "某某自治区市场监督管理局",
    "某省日月口工一小卜自四目机关",
    "中国（浙江）自由贸易试验区管委会",
    "第3人民医院·门诊部(1)",
    "ABC有限公司 杭州Agency",
    f"𠮷某{ONLY_IN_KAI}某公司",
    "镶嚷囊疆壤瓤馕攮曩戆麟齉",
    TWENTY_FIVE,
    THIRTY,
)
ARCS = (RIM_ARC, RIM_ARC_ABOVE_CODE, RIM_ARC_ABOVE_ROW)
BLOCK = "■"
"""A full character whose ink is a square: its edges tell exactly where it was placed."""
RING_INSIDE = 21 - 1.2
STAR_REACH = 7
HAN = "".join(chr(code) for code in sorted(load(Typeface.SERIF_BOLD).characters) if 0x4E00 <= code < 0xA000)


def radii(path: Path) -> tuple[float, float]:
    """Return the least and the greatest distance of ink from the centre."""
    found = [math.hypot(x, y) for x, y in flattened(path)]
    return min(found), max(found)


def angles(path: Path) -> tuple[float, float]:
    """Return where ink begins and ends, in radians clockwise from the top."""
    found = [math.atan2(x, -y) for x, y in flattened(path)]
    return min(found), max(found)


def inked_rim(name: str, arc: float) -> list[Path]:
    return [path for path in engraving.rim(name, arc=arc) if path]


def ground_between(left: Path, right: Path) -> float:
    """Return the free millimetres between two neighbours on the rim; below 0 no ray from the centre parts them.

    Angles are turned into lengths at the innermost ink, where they are shortest.
    """
    feet = min(radii(left)[0], radii(right)[0])
    return (angles(right)[0] - angles(left)[1]) * feet


@pytest.mark.parametrize("arc", ARCS)
@pytest.mark.parametrize("name", NAMES)
def test_characters_on_the_rim_keep_apart(name: str, arc: float) -> None:
    paths = inked_rim(name, arc)
    assert min(ground_between(left, right) for left, right in pairwise(paths)) >= 0.1


@pytest.mark.parametrize("arc", ARCS)
@pytest.mark.parametrize("name", NAMES)
def test_characters_on_the_rim_keep_off_ring_and_star(name: str, arc: float) -> None:
    for path in inked_rim(name, arc):
        nearest, farthest = radii(path)
        assert farthest <= RING_INSIDE - 0.8
        assert nearest >= STAR_REACH + 2


@pytest.mark.parametrize("arc", ARCS)
@pytest.mark.parametrize("name", NAMES)
def test_names_reach_out_towards_the_ring(name: str, arc: float) -> None:
    assert max(radii(path)[1] for path in inked_rim(name, arc)) >= RING_INSIDE - 1.1


@settings(max_examples=25, deadline=None)
@given(st.text(st.sampled_from(HAN + "（）·()—-0123456789AWgjQ《》︶Å"), min_size=4, max_size=30))
def test_any_name_keeps_apart_and_off_the_ring(name: str) -> None:
    paths = inked_rim(name, RIM_ARC_ABOVE_ROW)
    assert min(ground_between(left, right) for left, right in pairwise(paths)) >= 0.1
    assert max(radii(path)[1] for path in paths) <= RING_INSIDE - 0.8


@pytest.mark.parametrize("name", [TWENTY_FIVE, THIRTY])
@pytest.mark.parametrize("arc", ARCS)
def test_a_long_name_fills_its_arc_and_stays_within(name: str, arc: float) -> None:
    paths = engraving.rim(name, arc=arc)
    start, end = angles(paths[0])[0], angles(paths[-1])[1]
    assert -arc / 2 <= start <= -arc / 2 + math.radians(1.5)
    assert arc / 2 - math.radians(1.5) <= end <= arc / 2


@pytest.mark.parametrize(("length", "degrees"), [(4, 148), (6, 198), (9, 242)])
def test_a_short_name_keeps_together_on_top(length: int, degrees: float) -> None:
    paths = engraving.rim(BLOCK * length, arc=RIM_ARC)
    start, end = (math.degrees(angle) for angle in (angles(paths[0])[0], angles(paths[-1])[1]))
    assert start == pytest.approx(-end)
    assert degrees - 17 <= end - start <= degrees


@pytest.mark.parametrize("length", [4, 9, 17, 30])
def test_characters_stand_at_equal_angles(length: int) -> None:
    paths = engraving.rim(BLOCK * length, arc=RIM_ARC)
    middles = [sum(angles(path)) / 2 for path in paths]
    steps = [right - left for left, right in pairwise(middles)]
    assert steps == pytest.approx([steps[0]] * (length - 1))
    assert middles[0] == pytest.approx(-middles[-1])


def test_a_parenthesis_takes_less_than_half_the_place_of_a_han() -> None:
    paths = engraving.rim(f"{BLOCK * 2}（{BLOCK}）{BLOCK * 2}", arc=RIM_ARC)
    middles = [sum(angles(path)) / 2 for path in paths]
    whole, before, after = (middles[i + 1] - middles[i] for i in (0, 2, 3))
    assert before == pytest.approx(after, abs=0.01)
    assert 0.6 * whole < before < 0.75 * whole


@pytest.mark.parametrize("character", ["日", "月", "口"])
def test_slender_han_are_widened_but_not_to_the_full(character: str) -> None:
    paths = engraving.row(f"国{character}国")
    full, widened = (edges(path, 0)[1] - edges(path, 0)[0] for path in paths[:2])
    raw = lettering.letter(character)
    assert raw.stretch[0] > 1.05
    assert 0.82 * full < widened < 0.96 * full


def test_han_that_are_narrow_by_nature_stay_so() -> None:
    letter = lettering.letter("丨")
    assert (letter.stretch[0], letter.share) == (1, 1)


@pytest.mark.parametrize("character", ["Å", "Ë", "³", "《", "(", "j", "8", "管"])
def test_nothing_rises_above_the_han_beside_it(character: str) -> None:
    han, other = engraving.row(f"国{character}")
    assert edges(other, 1)[0] >= edges(han, 1)[0] - 0.1


def test_digits_stand_as_high_as_han() -> None:
    han, digit = engraving.row("国8")
    assert edges(digit, 1)[1] - edges(digit, 1)[0] == pytest.approx(edges(han, 1)[1] - edges(han, 1)[0], rel=0.1)


def test_long_names_are_condensed_first_and_then_smaller() -> None:
    cells = [engraving.rim_cell(length, RIM_ARC_ABOVE_ROW) for length in range(4, 31)]
    slenderness = [cell.width / cell.height for cell in cells]
    assert (slenderness[0], min(slenderness)) == pytest.approx((0.92, 0.44), abs=0.01)
    heights = [cell.height for cell in cells]
    assert heights == sorted(heights, reverse=True)
    assert [height for height, slender in zip(heights, slenderness, strict=True) if slender > 0.46] == [7.4] * 13
    assert heights[-1] >= 4.5


def test_condensed_characters_are_emboldened_more() -> None:
    loose, condensed = (engraving.rim(BLOCK * length, arc=RIM_ARC_ABOVE_ROW) for length in (5, 17))
    # The middle block stands on top, equally high in both names: only emboldening makes a difference.
    (top, bottom), (condensed_top, condensed_bottom) = (
        edges(paths[len(paths) // 2], 1) for paths in (loose, condensed)
    )
    assert (condensed_bottom - condensed_top) - (bottom - top) == pytest.approx(2 * 0.014, abs=0.002)


def test_what_serif_bold_lacks_comes_from_kai_and_is_emboldened() -> None:
    assert not covered(ONLY_IN_KAI, (Typeface.SERIF_BOLD,))
    assert lettering.letter(ONLY_IN_KAI).boldness == 0.03
    assert lettering.letter("某").boldness == 0
    second = engraving.rim(f"某{ONLY_IN_KAI}某某", arc=RIM_ARC)[1]
    assert radii(second)[1] - radii(second)[0] > 6


def test_a_space_takes_place_but_leaves_no_ink() -> None:
    paths = engraving.rim("中中 中中", arc=RIM_ARC)
    assert paths[2] == ()
    assert ground_between(paths[1], paths[3]) > 1.5 * ground_between(paths[0], paths[1])


@pytest.mark.parametrize("row", ["章", "专用章", "电子证照专用章", "行政审批服务业务专用章十", "业务专用章(1)"])
@pytest.mark.parametrize("name", ["某某公司", "某市市场监督管理局", THIRTY])
@pytest.mark.no_cover
def test_no_part_of_a_seal_touches_another(name: str, row: str) -> None:
    parts = (
        [engraving.ring()],
        [engraving.star()],
        engraving.rim(name, arc=RIM_ARC_ABOVE_ROW),
        engraving.row(row),
        engraving.code("88888888888888"),
    )
    # Every part is widened by two pixels, so that at least 0.3 mm lie between them.
    masks = [mask(*part).filter(ImageFilter.MaxFilter(5)) for part in parts]
    for first, second in combinations(masks, 2):
        assert ImageChops.multiply(first, second).getbbox() is None


def test_a_name_above_the_code_alone_keeps_off_it() -> None:
    name, code = engraving.rim(THIRTY, arc=RIM_ARC_ABOVE_CODE), engraving.code("88888888888888")
    right_end, code_start = angles(name[-1])[1], angles(code[-1])[0]
    assert math.degrees(code_start - right_end) >= 12


@pytest.mark.parametrize("length", [1, 5, 7, 12])
def test_the_row_is_centred_and_evenly_spaced(length: int) -> None:
    across = [edges(path, 0) for path in engraving.row(BLOCK * length)]
    assert across[0][0] == pytest.approx(-across[-1][1])
    gaps = [right[0] - left[1] for left, right in pairwise(across)]
    assert gaps == pytest.approx(gaps[:1] * (length - 1))
    assert min(gaps, default=1) > 0.2


@pytest.mark.parametrize(("length", "height"), [(1, 4.2), (7, 4.2), (12, 3.1)])
def test_a_long_row_gets_smaller_rather_than_slender(length: int, height: float) -> None:
    for path in engraving.row("国" * length):
        top, bottom = edges(path, 1)
        assert bottom - top == pytest.approx(height, abs=0.2)
        assert (top + bottom) / 2 == pytest.approx(11.4, abs=0.1)


def test_no_row_is_drawn_for_no_text() -> None:
    assert engraving.row("") == ()


def test_the_code_reads_from_left_to_right() -> None:
    middles = [sum(edges(path, 0)) / 2 for path in engraving.code("8" * 13)]
    assert middles == sorted(middles)
    assert middles[0] == pytest.approx(-middles[-1], abs=0.02)
    assert middles[0] == pytest.approx(-8.5, abs=0.1)


def test_digits_of_the_code_stand_on_the_ring() -> None:
    seven = list(flattened(engraving.code("7")[0]))
    middle = (min(y for _, y in seven) + max(y for _, y in seven)) / 2
    assert middle == pytest.approx(18.05, abs=0.05)
    # A 7 has its bar at the head: upright, the upper half of its box is the wider one.
    head, foot = ([x for x, y in seven if (y < middle) is upper] for upper in (True, False))
    assert max(head) - min(head) > 1.5 * (max(foot) - min(foot))


def test_the_star_measures_14_mm_about_the_centre() -> None:
    points = list(flattened(engraving.star()))
    distances = sorted(math.hypot(x, y) for x, y in points)
    assert distances == pytest.approx([2.6738] * 5 + [7] * 5, abs=0.0001)
    assert min(points, key=lambda point: point[1]) == pytest.approx((0, -7))
    assert (sum(x for x, _ in points), sum(y for _, y in points)) == pytest.approx((0, 0), abs=1e-9)


def test_the_ring_is_1_2_mm_wide_and_ends_with_the_seal() -> None:
    nearest, farthest = radii(engraving.ring())
    assert (nearest, farthest) == pytest.approx((19.8, 21), rel=0.0003)
    picture = mask(engraving.ring())
    assert picture.getpixel((248, 248)) == 0
    assert picture.getpixel((248, 7)) == 255


@pytest.mark.parametrize("character", ["\U0001f600", "\u200b", "\uffa0"])
def test_characters_without_outline_or_ink_are_refused(character: str) -> None:
    with pytest.raises(CharacterNotCovered) as caught:
        lettering.require_engravable(f"某{character}", field="name")
    assert caught.value.details["code_point"] == f"U+{ord(character):04X}"


def test_a_wide_space_is_not_engravable() -> None:
    with pytest.raises(CharacterNotCovered):
        lettering.require_engravable("某\u3000某", field="name")


def test_text_with_a_space_is_engravable() -> None:
    lettering.require_engravable("某某 公司", field="name")

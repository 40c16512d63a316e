"""Personal name seals: the order of characters, what ends a name, and that cells are filled."""

from itertools import combinations

import pytest
from PIL import ImageChops, ImageFilter

from seal.image import squares
from seal.image.lettering import letter
from tests.seal.shapes import edges, mask

BLOCK = "■"
NAMES = ("印", "王伟", "王伟之印", "张晓明印", "买买提江克印", "镶嚷囊疆", "阿卜杜拉·买买提", "一丁卜日月口", "疆" * 12)


@pytest.mark.parametrize(
    ("words", "filler", "text"),
    [
        ("丁", "", "丁印"),
        ("王伟", "", "王伟之印"),
        ("张晓明", "", "张晓明印"),
        ("欧阳修远", "", "欧阳修远"),
        ("买买提江克", "", "买买提江克印"),
        ("买买提江克巴", "", "买买提江克巴"),
        ("王伟", "印", "王伟印"),
        ("张晓明", "私印", "张晓明私印"),
    ],
)
def test_a_name_ends_as_practice_does(words: str, filler: str, text: str) -> None:
    assert squares.filled(words, filler) == text


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("丁印", ("丁印",)),
        ("王伟印", ("王伟", "印")),
        ("王伟之印", ("王伟", "之印")),
        ("张晓明私印", ("张晓明", "私印")),
        ("买买提江克印", ("买买提", "江克印")),
        ("七个字的名字呀", ("七个字", "的名字", "呀")),
        ("疆" * 12, ("疆" * 4,) * 3),
        ("阿卜杜拉·买买提", ("阿卜杜拉·", "买买提")),
        ("阿•卜•杜", ("阿•", "卜•", "杜")),
        ("阿·卜·杜·拉", ("阿·卜", "·杜·", "拉")),
        ("·阿卜杜", ("·阿", "卜杜")),
        ("阿卜杜拉买买·提江", ("阿卜杜", "拉买买", "·提江")),
    ],
)
def test_a_name_stands_in_columns(text: str, columns: tuple[str, ...]) -> None:
    assert squares.columns(text) == columns


def test_columns_run_from_right_to_left_and_down() -> None:
    paths = squares.name(BLOCK * 4)
    places = [(sum(edges(path, 0)) / 2 > 0, sum(edges(path, 1)) / 2 > 0) for path in paths]
    assert places == [(True, False), (True, True), (False, False), (False, True)]


@pytest.mark.parametrize("name", NAMES)
def test_no_part_of_a_square_touches_another(name: str) -> None:
    parts = [squares.frame(), *squares.name(name)]
    masks = [mask(part, width=20, height=20).filter(ImageFilter.MaxFilter(3)) for part in parts]
    for first, other in combinations(masks, 2):
        assert ImageChops.multiply(first, other).getbbox() is None


@pytest.mark.parametrize("name", ["王伟之印", "张晓明印", "买买提江克印", "疆" * 9])
def test_characters_fill_the_field(name: str) -> None:
    paths = squares.name(name)
    field = squares.SIDE / 2 - squares.FRAME - squares.CLEARANCE
    left, right = min(edges(path, 0)[0] for path in paths), max(edges(path, 0)[1] for path in paths)
    top, bottom = min(edges(path, 1)[0] for path in paths), max(edges(path, 1)[1] for path in paths)
    assert (left, top, right, bottom) == pytest.approx((-field, -field, field, field), abs=0.9)


def test_one_character_alone_is_not_drawn_out() -> None:
    (path,) = squares.column(BLOCK, middle=0, width=16.7, height=8)
    left, right = edges(path, 0)
    assert right - left < 8 * squares.WIDEST


def test_the_frame_ends_with_the_seal() -> None:
    path = squares.frame()
    assert (edges(path, 0), edges(path, 1)) == ((-10, 10), (-10, 10))
    picture = mask(path, width=20, height=20)
    assert picture.getpixel((3, 118)) == 255
    assert picture.getpixel((118, 118)) == 0


def test_a_point_takes_little_of_its_column() -> None:
    assert letter("·").share < 1
    first, point, second = squares.column(f"{BLOCK}·{BLOCK}", middle=0, width=8, height=16.7)
    tall = edges(first, 1)[1] - edges(first, 1)[0]
    gap = edges(second, 1)[0] - edges(first, 1)[1]
    assert gap < 0.9 * tall  # with another character between them it would be more than twice
    assert edges(first, 1)[1] < edges(point, 1)[0] < edges(point, 1)[1] < edges(second, 1)[0]

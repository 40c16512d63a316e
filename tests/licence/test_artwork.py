"""The engraved borders."""

import re
from dataclasses import asdict, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from licence.artwork import curves
from licence.artwork.borders import BORDERS, TEMPLATES, Border, write_borders
from licence.artwork.curves import moved
from licence.artwork.ornaments import PHRASE, knot, microtext

LARGEST_BYTES = 350_000
COMMAND = re.compile(r"([Mcs])([^Mcs]*)")
NUMBER = re.compile(r"-?\d*\.?\d+")

ALL = pytest.mark.parametrize("border", BORDERS.values(), ids=BORDERS)


def end_of(path: str) -> tuple[complex, complex]:
    """Return where one path begins and ends, in hundredths of a mm."""
    begin = here = 0j
    for command, told in COMMAND.findall(path):
        numbers = [round(float(number) * 100) for number in NUMBER.findall(told)]
        last = complex(numbers[-2], numbers[-1])
        if command == "M":
            begin = here = last
        else:
            here += last
    return begin, here


def test_the_committed_borders_are_what_this_code_draws(tmp_path: Path) -> None:
    for folder in BORDERS:
        (tmp_path / folder).mkdir()
    write_borders(tmp_path)
    for folder in BORDERS:
        assert (TEMPLATES / folder / "border.svg").read_bytes() == (tmp_path / folder / "border.svg").read_bytes()


def test_every_template_has_its_colours() -> None:
    assert {path.parent.name for path in TEMPLATES.glob("*/template.typ")} == set(BORDERS)


@ALL
def test_a_border_is_small_and_always_the_same(border: Border) -> None:
    assert border.svg() == replace(border).svg()
    assert len(border.svg().encode()) <= LARGEST_BYTES


@ALL
def test_a_border_has_the_size_of_the_page_and_only_the_colours_of_its_palette(border: Border) -> None:
    svg = border.svg()
    root = ET.fromstring(svg)  # noqa: S314 - made a line above
    width, height = f"{border.page.right:g}", f"{border.page.bottom:g}"
    assert (root.get("width"), root.get("height")) == (f"{width}mm", f"{height}mm")
    assert root.get("viewBox") == f"0 0 {width} {height}"
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) <= set(asdict(border.palette).values())
    assert set(re.findall(r'href="#(\w+)"', svg)) == set(re.findall(r'id="(\w+)"', svg))


def test_no_two_borders_have_a_colour_of_ink_in_common() -> None:
    inks = [ink for border in BORDERS.values() for ink in (border.palette.rule, border.palette.ribbon)]
    assert len(set(inks)) == len(inks)


@ALL
def test_nothing_is_drawn_outside_the_page(border: Border) -> None:
    for element in ET.fromstring(border.svg()):  # noqa: S314 - made here
        for path in re.findall(r"M[^M]*", element.get("d", "")):
            for point in end_of(path):
                assert 0 <= point.real <= border.page.right * 100
                assert 0 <= point.imag <= border.page.bottom * 100


@ALL
def test_microtext_runs_inside_the_page_and_is_too_small_for_a_copier(border: Border) -> None:
    root = ET.fromstring(border.svg())  # noqa: S314 - made here
    places = [one.get("transform", "") for one in root if one.get("href") == "#micro"]
    assert places
    for place in places:
        found = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+) -([\d.]+)\)", place)
        assert found is not None
        x, y, across, down = map(float, found.groups())
        assert 0 < x < border.page.right
        assert 0 < y < border.page.bottom
        assert across == down
        assert down * 733 < 0.6  # a capital letter in mm


def test_microtext_can_be_turned_and_says_its_phrase() -> None:
    defs, *uses = microtext([(5 + 7j, 40.0, 90.0)], height=0.45, colour="#123456")
    glyphs = ET.fromstring(defs)[0].get("d", "").count("M")  # noqa: S314 - made a line above
    assert glyphs > len(PHRASE.replace(" ", ""))  # an R has two contours
    assert all(" rotate(90) " in use and "translate(5.00 " in use for use in uses)
    assert len(uses) == len(set(uses)) > 1


def test_the_endless_knot_has_no_loose_end() -> None:
    palette = next(iter(BORDERS.values())).palette
    path = re.search(r' d="([^"]+)"', "".join(knot(10.0, palette=palette)))
    assert path is not None
    ends: dict[str, int] = {}
    for piece in re.findall(r"M[^M]*", path[1]):
        begin = re.match(r"M(\S+) (\S+?)[HVC]", piece)
        assert begin is not None
        x, y = begin.groups()
        for point in ((x, y), last_of(piece, x, y)):
            key = " ".join(f"{float(one):.1f}" for one in point)
            ends[key] = ends.get(key, 0) + 1
    assert all(count % 2 == 0 for count in ends.values())


def last_of(piece: str, x: str, y: str) -> tuple[str, str]:
    """Return where a straight line or a loop of the knot ends."""
    command, told = re.findall(r"([HVC])([^HVC]*)", piece)[0]
    if command == "H":
        return told, y
    if command == "V":
        return x, told
    numbers = told.split()
    return numbers[-2], numbers[-1]


def test_a_place_is_written_short() -> None:
    assert moved(1.5 + 2j) == "translate(1.5 2)"


def test_rings_close_without_a_rounding_error() -> None:
    for path in curves.braid(3.3 + 7.7j, inner=2.2, outer=9.1, lobes=17, strands=3):
        begin, end = end_of(path)
        assert begin == end


def test_a_wave_ends_where_it_should() -> None:
    path = curves.drawn(curves.wave(1 + 2j, 101 + 2j, reach=4, halves=13, phase=0.7), steps=26)
    begin, end = end_of(path)
    assert (round(begin.real), round(end.real)) == (100, 10100)


@pytest.mark.parametrize("phase", [0.0, 0.4, 1.5, 1.6, 3.1, 4.7, 6.2])
def test_a_strand_begins_on_a_crest_or_a_trough_near_its_start(phase: float) -> None:
    begin, _ = end_of(curves.strand(0j, 100 + 0j, reach=4, halves=10, phase=phase))
    assert abs(begin.imag) == 400
    assert abs(begin.real) <= 500


@pytest.mark.parametrize(
    ("hundredths", "written"),
    [(0, "0"), (5, ".05"), (-5, "-.05"), (50, ".5"), (100, "1"), (-149, "-1.49"), (2000, "20")],
)
def test_numbers_are_written_short(hundredths: int, written: str) -> None:
    assert curves.number(hundredths) == written


def test_a_point_is_written_with_a_space_only_where_it_is_needed() -> None:
    assert curves.pair(5 + 7j) == ".05 .07"
    assert curves.pair(5 - 7j) == ".05-.07"

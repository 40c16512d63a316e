"""The engraved borders."""

import re
from dataclasses import asdict, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from licence import artwork
from licence.artwork import BORDERS, Palette, border, write_borders

TEMPLATES = Path(artwork.__file__).parent / "templates"
LARGEST_BYTES = 350_000
COMMAND = re.compile(r"([Mcs])([^Mcs]*)")
NUMBER = re.compile(r"-?\d*\.?\d+")

PALETTES = pytest.mark.parametrize("palette", BORDERS.values(), ids=BORDERS)


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


@PALETTES
def test_a_border_is_small_and_always_the_same(palette: Palette) -> None:
    assert border(palette) == border(replace(palette))
    assert len(border(palette).encode()) <= LARGEST_BYTES


@PALETTES
def test_a_border_has_the_size_of_the_page_and_only_the_colours_of_its_palette(palette: Palette) -> None:
    svg = border(palette)
    root = ET.fromstring(svg)  # noqa: S314 - made a line above
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("297mm", "210mm", "0 0 297 210")
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) == set(asdict(palette).values())
    assert set(re.findall(r'href="#(\w+)"', svg)) == set(re.findall(r'id="(\w+)"', svg))


@PALETTES
def test_nothing_is_drawn_outside_the_page(palette: Palette) -> None:
    for element in ET.fromstring(border(palette)):  # noqa: S314 - made here
        for path in re.findall(r"M[^M]*", element.get("d", "")):
            for point in end_of(path):
                assert 0 < point.real < 29700
                assert 0 < point.imag < 21000


def test_rings_close_without_a_rounding_error() -> None:
    for path in artwork.braid(3.3 + 7.7j, inner=2.2, outer=9.1, lobes=17, strands=3):
        begin, end = end_of(path)
        assert begin == end


def test_a_wave_ends_where_it_should() -> None:
    path = artwork.drawn(artwork.wave(1 + 2j, 101 + 2j, reach=4, halves=13, phase=0.7), steps=26)
    begin, end = end_of(path)
    assert (round(begin.real), round(end.real)) == (100, 10100)


@pytest.mark.parametrize("phase", [0.0, 0.4, 1.5, 1.6, 3.1, 4.7, 6.2])
def test_a_strand_begins_on_a_crest_or_a_trough_near_its_start(phase: float) -> None:
    begin, _ = end_of(artwork.strand(0j, 100 + 0j, reach=4, halves=10, phase=phase))
    assert abs(begin.imag) == 400
    assert abs(begin.real) <= 500


@pytest.mark.parametrize(
    ("hundredths", "written"),
    [(0, "0"), (5, ".05"), (-5, "-.05"), (50, ".5"), (100, "1"), (-149, "-1.49"), (2000, "20")],
)
def test_numbers_are_written_short(hundredths: int, written: str) -> None:
    assert artwork.number(hundredths) == written


def test_a_point_is_written_with_a_space_only_where_it_is_needed() -> None:
    assert artwork.pair(5 + 7j) == ".05 .07"
    assert artwork.pair(5 - 7j) == ".05-.07"

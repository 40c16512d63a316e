"""QR codes: what is drawn is read back, on paper and on a screen, within the size that a licence has room for."""

import io
import re
from collections.abc import Callable

import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from api.demo import cast
from licence.claim import CLAIM_LENGTH, MAX_PAYLOAD
from licence.qr import QUIET_ZONE, draw_picture, draw_png, draw_svg, modules_of, read_codes
from tests.licence.builders import Desk

ADDRESS = f"https://trust.example/v/{'A1b2-_' * 23}A"
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def painted(svg: str, scale: int = 4) -> Image.Image:
    """Return the picture of an SVG of ours, with a quiet zone, drawn by other means."""
    (size,) = (int(one) for one in re.findall(r'viewBox="0 0 (\d+) \1"', svg))
    image = Image.new("L", (size + 2 * QUIET_ZONE, size + 2 * QUIET_ZONE), 255)
    for x, y, width, back in (map(int, run) for run in RUN.findall(svg)):
        assert width == back
        for column in range(x, x + width):
            image.putpixel((column + QUIET_ZONE, y + QUIET_ZONE), 0)
    return image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)


def test_the_code_of_a_licence_is_read_back() -> None:
    assert len(ADDRESS) == len("https://trust.example/v/") + CLAIM_LENGTH
    assert read_codes(painted(draw_svg(ADDRESS))) == (ADDRESS,)


@pytest.mark.parametrize("draw", [draw_picture, draw_png])
def test_the_picture_is_read_back(draw: Callable[[str], bytes]) -> None:
    picture = draw(ADDRESS)
    assert picture.startswith(b"\x89PNG")
    assert read_codes(Image.open(io.BytesIO(picture))) == (ADDRESS,)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200))
def test_any_address_is_read_back(text: str) -> None:
    assert read_codes(painted(draw_svg(text))) == (text,)


def test_equal_text_gives_equal_codes() -> None:
    assert draw_svg(ADDRESS) == draw_svg(ADDRESS)
    assert draw_svg(ADDRESS) != draw_svg(ADDRESS + "0")


def test_the_modules_are_large_enough_for_25_mm() -> None:
    # docs/qr.md: with a host of up to 20 characters the address has 170 octets at most. Version 10 has 57 modules.
    longest = "https://" + "h" * 20 + "/v/" + "A" * CLAIM_LENGTH
    assert len(longest) == MAX_PAYLOAD
    size = len(modules_of(longest))
    assert size <= 57
    assert 25 / size >= 0.4  # mm, which printers and telephones of every day manage


def test_the_svg_is_ink_alone() -> None:
    # The background belongs to the template, and so does the quiet zone.
    svg = draw_svg(ADDRESS)
    assert svg.count("<path") == 1
    assert re.fullmatch(r"<svg [^<>]+><path d=\"[Mhvz0-9 -]+\" fill=\"#1d1a16\"/></svg>", svg)
    assert set(re.findall(r"[a-z]+(?==\")", svg)) == {"xmlns", "width", "height", "d", "fill"} | {"ox"}


@pytest.mark.parametrize("damage", ["blur", "stain", "turn"])
def test_a_worn_code_is_read(damage: str) -> None:
    image = painted(draw_svg(ADDRESS), scale=6)
    match damage:
        case "blur":
            worn = image.filter(ImageFilter.GaussianBlur(2))
        case "stain":
            worn = image.copy()
            middle = image.width // 2
            worn.paste(255, (middle - 20, middle - 20, middle + 20, middle + 20))
        case _:
            worn = image.rotate(17, expand=True, fillcolor=255)
    assert read_codes(worn) == (ADDRESS,)


def test_a_picture_without_a_code_has_none() -> None:
    assert read_codes(Image.new("RGB", (200, 200), "white")) == ()


def test_two_codes_in_one_picture_are_both_read() -> None:
    both = Image.new("L", (900, 400), 255)
    for place, text in ((0, "first"), (450, "second")):
        both.paste(painted(draw_svg(text), scale=8), (place, 0))
    assert set(read_codes(both)) == {"first", "second"}


@pytest.mark.parametrize("kind", ["food", "business"])
def test_the_code_on_the_page_is_read_from_a_scan(desk: Desk, kind: str) -> None:
    if kind == "food":
        licence = desk.issue()
    else:
        licence = desk.issue(type=cast.BUSINESS_TYPE, data=cast.business_record(cast.ENTERPRISE))
    document = pdfium.PdfDocument(desk.house.licences.file(desk.staff.client, licence.id))
    page: Image.Image = document[0].render(scale=200 / 72).to_pil()
    document.close()
    assert read_codes(page) == (licence.claim,)

"""Where a seal lies and how it stands: rendered by another program, and the red that is seen there."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any, Final

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat
from pyhanko.pdf_utils.reader import PdfFileReader

from seal.image.drawing import SealDesign, SealImage, draw
from tests.fakes.clock import NOW
from tests.seal.kits import CENTRE
from tests.trust.pdf.paper import A4, TEXT, assemble, page_dictionary, paper, stream
from trust.pdf.appearance import Appearance, Mark, PageOutOfRange, Placement, PlacementOutsidePage
from trust.pdf.intake import PDFMalformed
from trust.pdf.signing import SEAL, SignatureRequest, prepare_signature

DPI: Final = 72
MM: Final = 25.4
RADIUS_MM: Final = 21.0
INK: Final = (0xD7, 0x00, 0x0F)
TOLERANCE_MM: Final = 0.6


@cache
def image() -> SealImage:
    """Draw a seal once for all tests."""
    return draw(SealDesign(name="某市市场监督管理局", row="电子证照专用章", code="33019900000001"))


def sealed(pdf: bytes, where: Placement, **changes: Any) -> bytes:  # noqa: ANN401 - a request's fields
    """Return `pdf` with the seal on it and an empty signature."""
    appearance = Appearance(operators=image().pdf_operators, width_mm=image().width_mm, height_mm=image().height_mm)
    request = SignatureRequest(
        form=SEAL,
        field="Seal",
        at=NOW,
        reserve=100,
        marks=(Mark(appearance=appearance, placement=where),),
        certify=True,
    )
    return prepare_signature(pdf, replace(request, **changes)).fill(b"v")


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    try:
        yield document
    finally:
        document.close()


def picture(pdf: bytes, page: int = 0, dpi: int = DPI) -> Image.Image:
    """Return a page as a reader shows it."""
    with opened(pdf) as document:
        found: Image.Image = document[page].render(scale=dpi / 72).to_pil().convert("RGB")
    return found


def red(shown: Image.Image) -> Image.Image:
    """Return a mask of the red pixels."""
    r, g, b = shown.split()
    light = r.point(lambda value: 255 if value > 150 else 0)
    dark = ImageChops.lighter(g, b).point(lambda value: 255 if value < 110 else 0)
    return ImageChops.multiply(light, dark)


def red_box_mm(shown: Image.Image, dpi: int = DPI) -> tuple[float, float, float, float]:
    """Return the box around everything red, in millimetres from the upper left corner."""
    box = red(shown).getbbox()
    assert box is not None, "nothing red is to be seen"
    left, top, right, bottom = (value * MM / dpi for value in box)
    return left, top, right, bottom


def require_at(shown: Image.Image, x: float, y: float) -> None:
    """Fail unless the seal is centred there and has its size."""
    expected = (x - RADIUS_MM, y - RADIUS_MM, x + RADIUS_MM, y + RADIUS_MM)
    found = red_box_mm(shown)
    assert all(abs(one - other) < TOLERANCE_MM for one, other in zip(expected, found, strict=True)), found


def cut_out(shown: Image.Image, x: float, y: float, dpi: int) -> Image.Image:
    """Return the part of a picture that the seal covers."""
    centre_x, centre_y, half = round(x * dpi / MM), round(y * dpi / MM), round(RADIUS_MM * dpi / MM)
    return shown.crop((centre_x - half, centre_y - half, centre_x + half, centre_y + half))


def require_upright(shown: Image.Image, x: float, y: float, dpi: int) -> None:
    """Fail unless the seal looks as it was drawn, rather than turned."""
    expected = Image.open(io.BytesIO(image().png(dpi))).convert("RGBA").getchannel("A")
    found = cut_out(shown, x, y, dpi).split()[1].point(lambda value: 255 - value)
    expected = expected.resize(found.size)
    differences = [
        ImageStat.Stat(ImageChops.difference(found, expected.rotate(turn))).mean[0] for turn in (0, 90, 180, 270)
    ]
    assert differences[0] < 20, differences
    assert all(other > 2 * differences[0] for other in differences[1:]), differences


# --- the page as displayed

ROTATIONS = [0, 90, 180, 270, 360, -90, 450]


@pytest.mark.parametrize("rotate", ROTATIONS)
def test_on_a_turned_page_the_seal_stands_upright_at_its_place(rotate: int) -> None:
    # As displayed, a turned A4 page is 297 mm wide and 210 mm high.
    x, y = (200.0, 60.0) if rotate % 180 else (60.0, 200.0)
    pdf = sealed(paper(page_dictionary(rotate=rotate)), Placement(page=1, centre_x_mm=x, centre_y_mm=y))
    shown = picture(pdf, dpi=150)
    require_at(picture(pdf), x, y)
    require_upright(shown, x, y, 150)


BOXES: Final = {
    "plain": {},
    "media beginning elsewhere": {"media": (100, -200, 695, 642)},
    "crop inside": {"crop": (30, 50, 580, 800)},
    "crop inside media beginning elsewhere": {"media": (-50, -50, 545, 792), "crop": (-20, 0, 500, 750)},
    "crop with its corners exchanged": {"crop": (580, 800, 30, 50)},
    "media with its corners exchanged": {"media": (595, 842, 0, 0)},
    "crop beyond the media": {"crop": (-100, -100, 700, 900)},
    "crop beyond one side of the media": {"crop": (50, 60, 700, 842)},
}


@pytest.mark.parametrize("kind", BOXES)
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_place_is_measured_on_what_a_reader_shows(kind: str, rotate: int) -> None:
    boxes: dict[str, Any] = BOXES[kind]
    placement = Placement(page=1, centre_x_mm=40, centre_y_mm=70)
    require_at(picture(sealed(paper(page_dictionary(rotate=rotate, **boxes)), placement)), 40, 70)


def test_a_crop_beside_the_media_counts_for_nothing() -> None:
    boxes = [
        PdfFileReader(io.BytesIO(sealed(paper(page), CENTRE))).root["/AcroForm"]["/Fields"][0]["/Rect"]
        for page in (page_dictionary(), page_dictionary(crop=(1000, 1000, 1500, 1500)))
    ]
    assert boxes[0] == boxes[1]


def test_what_a_page_inherits_counts() -> None:
    page = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    pdf = paper(page).replace(
        b"/Type/Pages/Count 1", b"/Type/Pages/MediaBox[0 0 595 842]/CropBox[20 20 500 800]/Rotate 90/Count 1"
    )
    # The table of offsets is wrong now, as it is in many real files; a parser that is not strict finds its way.
    shown = picture(sealed(repaired(pdf), Placement(page=1, centre_x_mm=60, centre_y_mm=50)))
    require_at(shown, 60, 50)


def repaired(pdf: bytes) -> bytes:
    """Return `pdf` with a right table of offsets, written by pdfium."""
    with opened(pdf) as document:
        output = io.BytesIO()
        document.save(output)
    return output.getvalue()


def test_numbers_that_stand_in_objects_of_their_own() -> None:
    page = (
        page_dictionary()
        .replace(b"[0 0 595 842]", b"[0 0 30 0 R 31 0 R]")
        .replace(b"/Contents", b"/Rotate 32 0 R/Contents")
    )
    pdf = paper(page, others={30: b"595", 31: b"842", 32: b"90"})
    require_at(picture(sealed(pdf, Placement(page=1, centre_x_mm=200, centre_y_mm=50))), 200, 50)


def test_a_page_with_a_unit_of_its_own() -> None:
    # ISO 32000-2, table 31: UserUnit 2 makes each unit of the page 1/36 of an inch.
    pdf = sealed(paper(page_dictionary(more=b"/UserUnit 2")), Placement(page=1, centre_x_mm=200, centre_y_mm=300))
    box = PdfFileReader(io.BytesIO(pdf)).root["/AcroForm"]["/Fields"][0]["/Rect"]
    left, bottom, right, top = (float(value) for value in box)
    assert abs((right - left) * 2 - 2 * RADIUS_MM * 72 / MM) < 1
    assert abs((left + right) - 200 * 72 / MM) < 1
    assert abs((842 * 2 - bottom - top) - 300 * 72 / MM) < 1


@pytest.mark.parametrize("page", [1, 2, 3])
def test_the_page_that_was_asked_for(page: int) -> None:
    pdf = sealed(paper(*[page_dictionary()] * 3), replace(CENTRE, page=page))
    for number in range(3):
        has_red = red(picture(pdf, number)).getbbox() is not None
        assert has_red == (number == page - 1)


# --- how it lies there


def test_the_ink_is_multiplied_onto_the_page() -> None:
    # A page that is blue under the seal: what is multiplied leaves no red of its own there, and nothing white.
    content = stream(b"0 0 1 rg 0 0 595 842 re f\n" + TEXT)
    shown = picture(sealed(paper(others={4: content}), CENTRE))
    assert red(shown).getbbox() is None
    white = shown.split()[1].point(lambda value: 255 if value > 200 else 0)
    assert white.getbbox() is None


def test_text_under_the_seal_stays_readable() -> None:
    placement = Placement(page=1, centre_x_mm=72 * MM / 72 + 15, centre_y_mm=(842 - 708) * MM / 72)
    before, after = picture(paper()), picture(sealed(paper(), placement))
    black = [one.convert("L").point(lambda value: 255 if value < 60 else 0) for one in (before, after)]
    lost = ImageChops.subtract(black[0], black[1])
    assert ImageStat.Stat(black[0]).sum[0] > 0
    assert ImageStat.Stat(lost).sum[0] == 0


def test_the_red_is_the_red_of_the_seal() -> None:
    shown = picture(sealed(paper(), CENTRE), dpi=150)
    counts = cut_out(shown, 150, 240, 150).getcolors(1 << 20)
    assert counts is not None
    common = [colour for _, colour in sorted(counts, reverse=True)[:3]]
    assert any(
        max(abs(one - other) for one, other in zip(INK, colour, strict=True)) < 4
        for colour in common
        if isinstance(colour, tuple)
    )


def test_without_an_appearance_nothing_is_drawn() -> None:
    assert red(picture(sealed(paper(), CENTRE, marks=()))).getbbox() is None


# --- what is refused


@pytest.mark.parametrize("page", [-1, 0, 3, 10**9])
def test_a_page_that_the_document_does_not_have(page: int) -> None:
    with pytest.raises(PageOutOfRange) as caught:
        sealed(paper(page_dictionary(), page_dictionary()), replace(CENTRE, page=page))
    assert {"page": page, "pages": 2} == caught.value.details


WIDTH, HEIGHT = A4[2] * MM / 72, A4[3] * MM / 72


@pytest.mark.parametrize(
    ("x", "y"), [(21.01, 21.01), (WIDTH - 21.01, 21.01), (21.01, HEIGHT - 21.01), (WIDTH - 21.01, HEIGHT - 21.01)]
)
def test_in_the_very_corner(x: float, y: float) -> None:
    require_at(picture(sealed(paper(), Placement(page=1, centre_x_mm=x, centre_y_mm=y))), x, y)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (20.9, 100),
        (100, 20.9),
        (WIDTH - 20.9, 100),
        (100, HEIGHT - 20.9),
        (-100, 100),
        (10**9, 10**9),
        (float("nan"), 100),
        (100, float("inf")),
    ],
)
def test_a_place_outside_the_page(x: float, y: float) -> None:
    with pytest.raises(PlacementOutsidePage) as caught:
        sealed(paper(), Placement(page=1, centre_x_mm=x, centre_y_mm=y))
    assert caught.value.details == {"page": 1}


def test_a_place_outside_of_what_is_shown() -> None:
    cropped = paper(page_dictionary(crop=(200, 300, 400, 500)))
    with pytest.raises(PlacementOutsidePage):
        sealed(cropped, Placement(page=1, centre_x_mm=100, centre_y_mm=100))
    beyond = paper(page_dictionary(crop=(-1000, -1000, 2000, 2000)))
    with pytest.raises(PlacementOutsidePage):
        sealed(beyond, Placement(page=1, centre_x_mm=50, centre_y_mm=350))


@pytest.mark.parametrize("rotate", [45, 1, 134, -45])
def test_a_page_that_is_turned_by_no_quarters(rotate: int) -> None:
    """PDFium rounds what others ignore: the seal would stand upright to one and lie down to another."""
    with pytest.raises(PDFMalformed):
        sealed(paper(page_dictionary(rotate=rotate)), CENTRE)


@pytest.mark.parametrize("unit", [b"0", b"-1", b"/None"])
def test_a_unit_that_is_none(unit: bytes) -> None:
    with pytest.raises(PDFMalformed):
        sealed(paper(page_dictionary(more=b"/UserUnit " + unit)), CENTRE)


def test_a_tree_of_pages_that_counts_wrongly() -> None:
    # Who believes /Count puts the seal on another page than the one that was measured.
    page = b"<</Type/Page/MediaBox[0 0 595 842]/Parent 2 0 R>>"
    nodes = {
        2: b"<</Type/Pages/Count 3/Kids[3 0 R 11 0 R 12 0 R]>>",
        3: b"<</Type/Pages/Count 0/Kids[10 0 R]/Parent 2 0 R>>",
    }
    pdf = assemble({1: b"<</Type/Catalog/Pages 2 0 R>>", **nodes, 10: page, 11: page, 12: page})
    with pytest.raises(PDFMalformed):
        sealed(pdf, CENTRE)


def test_parents_without_end() -> None:
    with pytest.raises(PDFMalformed):
        sealed(paper(b"<</Type/Page/Parent 10 0 R/Contents 4 0 R>>"), CENTRE)

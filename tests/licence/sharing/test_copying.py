"""What a copy looks like: the pages of its original with their seals, a wash that leaves them free, and a strip."""

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageFilter

from licence.qr import read_codes
from licence.records import Licence
from licence.sharing.copying import LEAST_WIDTH_MM, STRIP_MM, draw_copy
from licence.sharing.entries import Copy
from licence.sharing.sheets import Original, compose
from seal.stamping.places import AtPoint
from tests.fakes.clock import NOW
from tests.trust.pdf.paper import page_dictionary, paper
from trust.pdf.intake import PDFMalformed

DOTS = 100
MM = DOTS / 25.4

COPY = Copy(
    id="copy_01k9x3v5b7d2f4h6j8m0n1p3q5",
    licence="lic_1",
    client="client_1",
    grant="share_1",
    consent=None,
    purpose="loan.review",
    user="云州市住房公积金管理中心",
    cause="个人住房公积金贷款资格审核",
    valid_until=NOW + timedelta(days=30),
    made_at=NOW,
    address="https://a-rather-long.trust.example/c/" + "gR8wf1bV_-" * 15,
)


@pytest.fixture(scope="module")
def drawn(finished_licence: tuple[Licence, bytes]) -> bytes:
    """Return a copy before it is sealed."""
    return draw_copy(COPY, *finished_licence)[0]


def image(pdf: bytes, page: int = 0, *, dots: int = DOTS) -> Image.Image:
    document = pdfium.PdfDocument(pdf)
    try:
        document.init_forms()
        shown: Image.Image = document[page].render(scale=dots / 72).to_pil()
        return shown.convert("RGB")
    finally:
        document.close()


def pixels(picture: Image.Image) -> list[bytes]:
    octets = picture.tobytes()
    return [octets[place : place + 3] for place in range(0, len(octets), 3)]


def test_the_same_copy_is_the_same_octets(finished_licence: tuple[Licence, bytes], drawn: bytes) -> None:
    assert draw_copy(COPY, *finished_licence)[0] == drawn
    assert draw_copy(replace(COPY, user="另一个单位"), *finished_licence)[0] != drawn


def washed(before: Image.Image, after: Image.Image, box: tuple[int, int, int, int]) -> float:
    """Return which part of the paper in a box was bright and is not any more, away from edges of what is printed."""
    first, second = (picture.crop(box).convert("L") for picture in (before, after))
    bright = first.filter(ImageFilter.MinFilter(5)).tobytes()
    places = [place for place, value in enumerate(bright) if value >= 236]
    now = second.tobytes()
    return sum(now[place] < 226 for place in places) / len(places)


def test_the_wash_leaves_the_seal_free_and_nothing_else(finished_licence: tuple[Licence, bytes], drawn: bytes) -> None:
    original = Original(finished_licence[1])
    ((seal,),) = [page.seals for page in original.pages]
    assert seal.width_mm == pytest.approx(42, abs=1)
    left, top = seal.x_mm * MM, seal.y_mm * MM
    box = (round(left), round(top), round(left + seal.width_mm * MM), round(top + seal.height_mm * MM))
    before, after = image(finished_licence[1]), image(drawn)
    first = pixels(before.crop(box))
    assert sum(one[0] > 150 and one[1] < 60 for one in first) > 500  # there is a seal
    assert washed(before, after, box) < 0.0005
    assert washed(before, after, (0, 0, before.width, box[1])) > 0.005


def test_the_strip_is_beneath_the_page(finished_licence: tuple[Licence, bytes], drawn: bytes) -> None:
    before, after = image(finished_licence[1]), image(drawn)
    assert before.width == after.width
    assert after.height - before.height == pytest.approx(STRIP_MM * MM, abs=2)
    strip = after.crop((0, before.height, after.width, after.height))
    assert min(strip.convert("L").tobytes()) < 80


def test_the_code_of_the_original_can_be_read_through_the_wash(
    finished_licence: tuple[Licence, bytes], drawn: bytes
) -> None:
    assert finished_licence[0].claim in read_codes(image(drawn))


@pytest.mark.parametrize("pages", [1, 2])
def test_each_page_of_a_copy_has_its_own_code(finished_licence: tuple[Licence, bytes], pages: int) -> None:
    card = paper(*[page_dictionary(media=(0, 0, 243, 153))] * pages)  # the smallest sheet there is
    pdf = draw_copy(COPY, finished_licence[0], card)[0]
    assert [read_codes(image(pdf, page, dots=150)) for page in range(pages)] == [(COPY.address,)] * pages


def test_a_copy_of_before_has_no_code(finished_licence: tuple[Licence, bytes]) -> None:
    pdf = draw_copy(replace(COPY, address=None), *finished_licence)[0]
    assert read_codes(image(pdf)) == (finished_licence[0].claim,)


def test_the_seal_of_the_platform_goes_into_the_strip_of_each_page(finished_licence: tuple[Licence, bytes]) -> None:
    _, order = draw_copy(COPY, *finished_licence)
    (page,) = Original(finished_licence[1]).pages
    (place,) = order.places
    assert isinstance(place, AtPoint)
    assert page.height_mm < place.y_mm < page.height_mm + STRIP_MM
    assert place.x_mm < page.width_mm


def test_the_signatures_of_the_original_are_not_those_of_the_copy(drawn: bytes) -> None:
    assert b"/ByteRange" not in drawn
    assert b"/AcroForm" not in drawn
    assert b"/Annots" not in drawn


@pytest.mark.parametrize("attached", [False, True], ids=["alone", "with its original"])
def test_other_programs_read_it(finished_licence: tuple[Licence, bytes], tmp_path: Path, attached: bool) -> None:  # noqa: FBT001 - a parameter
    pdf, _ = draw_copy(COPY, *finished_licence, with_original=attached)
    file = tmp_path / "copy.pdf"
    file.write_bytes(pdf)
    checked = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, check=False)
    assert (checked.returncode, "WARNING" in checked.stderr) == (0, False), checked.stdout + checked.stderr
    taken = tmp_path / "original.pdf"
    save = ["pdfdetach", "-save", "1", "-o", str(taken), str(file)]
    subprocess.run(save, capture_output=True, check=False)
    assert (taken.read_bytes() if taken.exists() else None) == (finished_licence[1] if attached else None)


def test_it_says_of_itself_what_it_is(finished_licence: tuple[Licence, bytes], drawn: bytes) -> None:
    licence = finished_licence[0]
    for told in (COPY.id, COPY.user, COPY.cause, licence.identifier, licence.file or "?", "<pdfaid:part>2<"):
        assert told.encode() in drawn
    attached = draw_copy(replace(COPY, user="甲<乙>&丙"), *finished_licence, with_original=True)[0]
    assert "甲&lt;乙&gt;&amp;丙".encode() in attached
    assert b"<pdfaid:part>3<" in attached


def test_small_and_many_pages_get_a_strip_each(finished_licence: tuple[Licence, bytes]) -> None:
    card = paper(*[page_dictionary(media=(0, 0, 243, 153))] * 3)  # 85.6 by 54 mm
    pdf, order = draw_copy(COPY, finished_licence[0], card)
    assert len(order.places) == 3
    document = pdfium.PdfDocument(pdf)
    sizes = {document[one].get_size() for one in range(len(document))}
    document.close()
    ((width, height),) = sizes
    assert (width, height) == (
        pytest.approx(LEAST_WIDTH_MM * 72 / 25.4, abs=0.1),
        pytest.approx(153 + STRIP_MM * 72 / 25.4, abs=0.1),
    )
    assert b"<pdfaid:part>" not in pdf  # the original did not say so either


def test_turned_pages_are_refused() -> None:
    with pytest.raises(PDFMalformed):
        Original(paper(page_dictionary(rotate=90)))


def test_a_mark_with_other_pages_is_refused(drawn: bytes) -> None:
    with pytest.raises(PDFMalformed):
        compose(Original(paper(page_dictionary(), page_dictionary())), drawn, xmp=b"")

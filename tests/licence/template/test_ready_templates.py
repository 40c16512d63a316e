"""All templates that ship with the house: complete, checked as an administrator's are, and read by programs."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp

from licence.artwork.borders import BORDERS
from licence.exchange import ready_type
from licence.number import LicenceIdentifier
from licence.template import rendering
from licence.template.bundle import ready_bundle
from licence.template.checks import check_template
from licence.template.page_examination import as_read
from licence.template.rendering import Renderer
from tests.judges import program
from trust import typefaces
from trust.typefaces import VALUES, VERTICAL, require_coverage
from trust.workers import IN_PROCESS

TEMPLATES = Path(rendering.__file__).parent.parent / "templates"
NAMES = ("business_licence", "food_permit", "hygiene_permit", "real_estate", "residence_permit")
AT = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
RARE = "𠮷㛃䶮𡈽𬭊𫖯𱁬"

Data = dict[str, Any]
each = pytest.mark.parametrize("name", NAMES)


def sample(name: str) -> Data:
    data: Data = json.loads((TEMPLATES / name / "sample.json").read_text(encoding="utf-8"))
    return data


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(TEMPLATES, typefaces.FOLDER)


@pytest.fixture(scope="module")
def rendered(renderer: Renderer) -> dict[str, bytes]:
    return {name: renderer.render(name, sample(name), at=AT) for name in NAMES}


def test_these_are_all() -> None:
    assert sorted(path.parent.name for path in TEMPLATES.glob("*/template.typ")) == list(NAMES) == sorted(BORDERS)


@each
def test_nothing_that_is_set_for_each_licence_names_all_that_there_is(name: str) -> None:
    # The compiler tells functions apart by everything that they name: with `std` that is a twentieth of a page's cost.
    _, mark, own = (TEMPLATES / "lib.typ").read_text(encoding="utf-8").partition("// ==== of this licence ====")
    assert mark
    for text in (own, (TEMPLATES / name / "template.typ").read_text(encoding="utf-8")):
        assert not re.search(r"\b(?:std|sym|emoji|math)\.", text)


@each
def test_a_template_is_complete(name: str) -> None:
    assert {path.name for path in (TEMPLATES / name).iterdir()} == {
        "border.svg",
        "manifest.json",
        "sample.json",
        "schema.json",
        "template.typ",
        "type.json",
    }
    bundle = ready_bundle(TEMPLATES / name)
    assert set(bundle.files) == {"border.svg", "lib.typ", "manifest.json", "sample.json", "template.typ"}
    assert bundle.manifest.title == ready_type(TEMPLATES / name).particulars.name


@each
def test_it_passes_the_checks_before_publication_with_every_field_at_its_longest(name: str) -> None:
    schema = json.loads((TEMPLATES / name / "schema.json").read_text(encoding="utf-8"))
    report = check_template(ready_bundle(TEMPLATES / name), schema, workers=IN_PROCESS)
    assert report.shortened == ()
    assert (report.pages, report.module_mm) == (1, 0.472)


@each
def test_its_sample_bears_an_identifier_that_is_right(name: str) -> None:
    identifier = LicenceIdentifier.parse(sample(name)["licence"]["identifier"])
    assert identifier.type_code == ready_type(TEMPLATES / name).particulars.code


@each
def test_the_text_of_its_page_is_its_data(name: str, rendered: dict[str, bytes], tmp_path: Path) -> None:
    file = tmp_path / "licence.pdf"
    file.write_bytes(rendered[name])
    told = subprocess.run([program("pdftotext"), "-raw", file, "-"], capture_output=True, check=True).stdout.decode()
    text = as_read(told)
    data = sample(name)
    values = [value for value in data["fields"].values() if value and value[4:5] != "-"]
    values += [data["licence"][part] for part in ("identifier", "number", "authority")]
    assert [value for value in values if as_read(value) not in text] == []


@each
def test_its_code_is_read_at_150_dpi(name: str, rendered: dict[str, bytes]) -> None:
    document = pdfium.PdfDocument(rendered[name])
    picture = document[0].render(scale=150 / 72).to_pil()
    document.close()
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == f"https://xinyin.example.gov.cn/v/{sample(name)['licence']['identifier']}?s=sample"


@pytest.mark.interop
@each
def test_qpdf_finds_nothing_wrong(name: str, rendered: dict[str, bytes], tmp_path: Path) -> None:
    file = tmp_path / "licence.pdf"
    file.write_bytes(rendered[name])
    judged = subprocess.run([program("qpdf"), "--check", file], capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize(("name", "field"), [("residence_permit", "name"), ("real_estate", "owner")])
def test_rare_characters_of_names_are_set(name: str, field: str, renderer: Renderer) -> None:
    data = sample(name)
    data["fields"][field] = RARE
    document = pdfium.PdfDocument(renderer.render(name, data, at=AT))
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert RARE in "".join(text.split())


def test_mongolian_is_set_in_columns_alone(renderer: Renderer) -> None:
    data = sample("hygiene_permit")
    mongolian = data["fields"]["name_mn"]
    require_coverage(mongolian, field="name_mn", faces=VERTICAL)
    with pytest.raises(typefaces.CharacterNotCovered):
        require_coverage(mongolian, field="name", faces=VALUES)
    data["fields"]["name"] = mongolian
    with pytest.raises(typefaces.CharacterNotCovered) as refused:
        renderer.render("hygiene_permit", data, at=AT)
    assert refused.value.details["field"] == "name"


def test_mongolian_columns_run_down_and_from_left_to_right(rendered: dict[str, bytes]) -> None:
    document = pdfium.PdfDocument(rendered["hygiene_permit"])
    page = document[0]
    text = page.get_textpage()
    places = []
    for word in ("ᠥᠪᠡᠷᠲᠡᠭᠡᠨ", "ᠣᠷᠣᠨ", "ᠲᠣᠭᠣᠷᠢᠭ"):  # two of the first column of the address, one of the next
        found = text.search(word).get_next()
        assert found is not None
        left, _, right, top = text.get_charbox(found[0])
        places.append((round((left + right) / 2), round(top)))
    document.close()
    (first_x, first_y), (second_x, second_y), (third_x, _) = places
    assert abs(first_x - second_x) < 5 < third_x - first_x
    assert second_y < first_y


PHOTO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="40"><rect width="30" height="40" fill="#ff00ff"/></svg>'
)


def test_a_portrait_stands_in_its_frame(renderer: Renderer) -> None:
    data = sample("residence_permit")
    document = pdfium.PdfDocument(renderer.render("residence_permit", data | {"pictures": {"photo": PHOTO}}, at=AT))
    picture = document[0].render(scale=1).to_pil().convert("RGB")
    document.close()
    x, y = (round(mm * 72 / 25.4) for mm in (16.4 + 85.6 - 15.4, 40))
    assert picture.getpixel((x, y)) == (255, 0, 255)


EMBLEM = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#ff00ff"/></svg>'


def test_an_operators_emblem_stands_in_its_slot() -> None:
    own = Renderer(TEMPLATES, typefaces.FOLDER, emblem=EMBLEM)
    for name, x_mm, y_mm in (("business_licence", 148.5, 32.4), ("real_estate", 74.25, 34.5)):
        document = pdfium.PdfDocument(own.render(name, sample(name), at=AT))
        picture = document[0].render(scale=1).to_pil().convert("RGB")
        document.close()
        assert picture.getpixel((round(x_mm * 72 / 25.4), round(y_mm * 72 / 25.4))) == (255, 0, 255)


def test_a_licence_made_from_paper_says_so(renderer: Renderer) -> None:
    data = sample("food_permit")
    data["licence"]["mark"] = "由纸质证照数字化"
    document = pdfium.PdfDocument(renderer.render("food_permit", data, at=AT))
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "由纸质证照数字化" in text


@each
def test_the_text_alone_leaves_artwork_and_code_out(name: str, renderer: Renderer, rendered: dict[str, bytes]) -> None:
    bare = renderer.render_text(name, sample(name) | {"qr": ""}, at=AT)
    assert len(bare) < len(rendered[name])
    document = pdfium.PdfDocument(bare)
    picture = document[0].render(scale=150 / 72).to_pil()
    document.close()
    assert zxingcpp.read_barcodes(picture) == []
    assert picture.convert("RGB").getpixel((2, 2)) == (255, 255, 255)

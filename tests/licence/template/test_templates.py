"""The two templates of operators, judged by their PDF: every value is there, in its place, and never runs out of it.

What holds for all templates of the house, test_ready_templates.py tests.
"""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image
from pypdfium2 import raw

from licence.errors import ValueDoesNotFit
from licence.template import rendering
from licence.template.rendering import Renderer
from trust import typefaces

TEMPLATES = Path(rendering.__file__).parent.parent / "templates"
NAMES = ("business_licence", "food_permit")
AT = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
MM = 72 / 25.4
SEAL_RADIUS_MM = 21
HAIR_MM = 0.15
INNER_RULE_MM = 21.8
DPI = 150
BLACK_SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1h-1z"/></svg>'

Data = dict[str, Any]
both = pytest.mark.parametrize("name", NAMES)


def repeated(text: str, count: int) -> str:
    return (text * (count // len(text) + 1))[:count]


def sample(name: str) -> Data:
    data: Data = json.loads((TEMPLATES / name / "sample.json").read_text(encoding="utf-8"))
    return data


def with_values(template: str, /, **fields: str) -> Data:
    data = sample(template)
    data["fields"].update(fields)
    return data


MINORITY = "买买提·阿卜杜热依木·𠮷㛃䶮·古丽巴哈尔"
ADDRESS = "浙江省杭州市余杭区文一西路某某号某某科技园3幢12层1201室（自主申报）"
LONGEST = {
    "business_licence": {
        "name": repeated("浙江杭州某某𠮷㛃䶮数字科技信息技术服务股份有限公司", 60),
        "type": repeated("有限责任公司（自然人投资或控股的法人独资）", 40),
        "legal_representative": MINORITY,
        "business_scope": repeated("一般项目：技术服务、技术开发；电子产品销售（依法须经批准的项目除外）。", 600),
        "registered_capital": "壹仟贰佰叁拾肆亿伍仟陆佰柒拾捌万玖仟零壹拾贰元叁角肆分整",
        "term_until": "2039-03-17",
        "address": repeated(ADDRESS, 100),
    },
    "food_permit": {
        "operator_name": repeated("浙江杭州某某𠮷㛃䶮餐饮管理股份有限公司西溪店", 60),
        "legal_representative": MINORITY,
        "address": repeated(ADDRESS, 60),
        "premises": repeated(ADDRESS, 60),
        "business_form": repeated("餐饮服务经营者（中型餐馆，含网络经营）", 40),
        "items": repeated("热食类食品制售；生食类食品制售（含海产品）；", 300),
        "supervisor": "伊犁哈萨克自治州察布查尔锡伯自治县市场监督管理局某某市场监督管理所",
        "hotline": "0571-12345678、12315",
        "signatory": MINORITY,
    },
}


def longest(name: str) -> Data:
    """Return data with every value at its longest at once."""
    data = with_values(name, **LONGEST[name])
    data["licence"]["authority"] = "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县市场监督管理局"
    data["licence"]["identifier"] = "1.2.156.3005.2.11100000MB0127170XP001.11330100MB0000000X." + "9" * 32 + ".001.A"
    return data


def shortest(name: str) -> Data:
    """Return data with one character for every value that is not a date."""
    data = sample(name)
    for field, value in data["fields"].items():
        if not field.endswith("_on") and not field.startswith("term"):
            data["fields"][field] = value[0]
    data["licence"] |= {"number": "1", "authority": "某", "identifier": "1"}
    return data


CASES = {
    **{f"{name}-{make.__name__}": (name, make(name)) for name in NAMES for make in (sample, shortest, longest)},
    "business_licence-rare": ("business_licence", with_values("business_licence", name="䶮𠮷㛃𠀡", address="𠮷")),
    "food_permit-long-term": (
        "food_permit",
        sample("food_permit") | {"licence": sample("food_permit")["licence"] | {"valid_until": ""}},
    ),
}
cases = pytest.mark.parametrize(("name", "data"), CASES.values(), ids=CASES)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(TEMPLATES, typefaces.FOLDER)


@contextmanager
def page_of(pdf: bytes) -> Iterator[pdfium.PdfPage]:
    document = pdfium.PdfDocument(pdf)
    try:
        assert len(document) == 1
        yield document[0]
    finally:
        document.close()


def text_of(pdf: bytes) -> str:
    """Return the text of the page without any white space: lines break where they must."""
    with page_of(pdf) as page:
        return "".join(page.get_textpage().get_text_range().split())


def characters(page: pdfium.PdfPage) -> Iterator[tuple[str, float, float, float, float]]:
    """Yield each visible character with its box in mm from the upper left corner."""
    text, height = page.get_textpage(), page.get_height()
    for index in range(text.count_chars()):
        character = text.get_text_range(index, 1)
        if character.strip():
            left, bottom, right, top = text.get_charbox(index)
            yield character, left / MM, (height - top) / MM, right / MM, (height - bottom) / MM


def size_of(pdf: bytes, value: str) -> float:
    """Return the size in points in which the beginning of `value` is set."""
    with page_of(pdf) as page:
        text = page.get_textpage()
        found = text.search(value[:4]).get_next()
        assert found is not None
        size: float = raw.FPDFText_GetFontSize(text.raw, found[0])
        return round(size, 1)


def picture_of(pdf: bytes) -> Image.Image:
    with page_of(pdf) as page:
        picture: Image.Image = page.render(scale=DPI / 72).to_pil().convert("RGB")
        return picture


def pixels(mm: float) -> int:
    return round(mm / 25.4 * DPI)


def shown(value: str) -> str:
    """Return how a date of the data is written on the page; other values stay."""
    year, month, day = (*value.split("-"), "", "")[:3]
    return f"{year}年{month}月{day}日" if value[:1] == "2" and len(value) == 10 and year.isdigit() else value


@cases
def test_every_value_is_on_the_page(name: str, data: Data, renderer: Renderer) -> None:
    text = text_of(renderer.render(name, data, at=AT))
    licence = data["licence"]
    expected = {field: shown(value) or "长期" for field, value in data["fields"].items()}
    expected |= {field: shown(licence[field]) for field in ("identifier", "number", "authority", "issued_on")}
    if name == "food_permit":
        expected["valid_until"] = shown(licence["valid_until"]) or "长期"
    missing = [field for field, value in expected.items() if value not in text]
    assert not missing
    assert renderer.manifest(name).title in text


@cases
def test_no_character_leaves_the_frame_or_lies_under_the_seal_by_accident(
    name: str, data: Data, renderer: Renderer
) -> None:
    seal = renderer.manifest(name).seal
    meant = set(data["licence"]["authority"]) | set(shown(data["licence"]["issued_on"]))
    with page_of(renderer.render(name, data, at=AT)) as page:
        for character, left, top, right, bottom in characters(page):
            assert INNER_RULE_MM < left < right < 297 - INNER_RULE_MM
            assert INNER_RULE_MM < top < bottom < 210 - INNER_RULE_MM
            across, down = (left + right) / 2 - seal.centre_x_mm, (top + bottom) / 2 - seal.centre_y_mm
            if across**2 + down**2 < SEAL_RADIUS_MM**2:
                assert character in meant


@cases
def test_no_two_characters_overlap(name: str, data: Data, renderer: Renderer) -> None:
    with page_of(renderer.render(name, data, at=AT)) as page:
        boxes = sorted((box for box in characters(page) if box[0] != "/"), key=lambda box: box[1])  # // is kerned
    for index, (_, _, top, right, bottom) in enumerate(boxes):
        for _, other_left, other_top, _, other_bottom in boxes[index + 1 :]:
            if other_left > right - HAIR_MM:
                break
            assert other_top > bottom - HAIR_MM or other_bottom < top + HAIR_MM


@both
def test_the_seal_covers_authority_and_date(name: str, renderer: Renderer) -> None:
    data = sample(name)
    seal = renderer.manifest(name).seal
    with page_of(renderer.render(name, data, at=AT)) as page:
        covered = "".join(
            character
            for character, left, top, right, bottom in characters(page)
            if abs((left + right) / 2 - seal.centre_x_mm) < SEAL_RADIUS_MM
            and abs((top + bottom) / 2 - seal.centre_y_mm) < SEAL_RADIUS_MM
        )
    assert covered.startswith("某市市场监督管")
    assert covered.endswith("2026年11月22日")


@both
def test_labels_and_values_share_a_baseline(name: str, renderer: Renderer) -> None:
    first_field = {"business_licence": ("名", "杭"), "food_permit": ("签", "王")}[name]
    with page_of(renderer.render(name, sample(name), at=AT)) as page:
        text = page.get_textpage()
        baselines = []
        for character in first_field:
            found = text.search(character).get_next()
            assert found is not None
            x, y = raw.c_double(), raw.c_double()
            assert raw.FPDFText_GetCharOrigin(text.raw, found[0], x, y)
            baselines.append(y.value)
    assert baselines[0] == pytest.approx(baselines[1], abs=0.05)


# ---- the ladder of sizes ----


@pytest.mark.parametrize(
    ("name", "field", "lengths"),
    [
        ("business_licence", "name", (6, 50, 65)),
        ("business_licence", "business_scope", (20, 120, 400, 800)),
        ("business_licence", "address", (20, 100, 170)),
        ("food_permit", "operator_name", (6, 60, 80)),
        ("food_permit", "items", (20, 200, 450)),
    ],
)
def test_a_longer_value_is_set_smaller(name: str, field: str, lengths: tuple[int, ...], renderer: Renderer) -> None:
    sizes = [
        size_of(renderer.render(name, with_values(name, **{field: value}), at=AT), value)
        for value in (repeated("甲乙丙丁戊己庚辛", length) for length in lengths)
    ]
    assert sizes == sorted(set(sizes), reverse=True)


TOO_LONG = [
    (name, part, field)
    for name in NAMES
    for part, field in [
        *(("fields", field) for field in sample(name)["fields"] if not field.endswith("_on") and "term" not in field),
        ("licence", "number"),
        ("licence", "authority"),
        ("licence", "identifier"),
    ]
]


@pytest.mark.parametrize(("name", "part", "field"), TOO_LONG)
def test_what_fits_in_no_size_is_refused_by_the_name_of_its_field(
    name: str, part: str, field: str, renderer: Renderer
) -> None:
    data = sample(name)
    data[part][field] = repeated("甲乙丙丁戊己庚辛", 1500)
    with pytest.raises(ValueDoesNotFit) as refused:
        renderer.render(name, data, at=AT)
    assert refused.value.details == {"field": field}


@pytest.mark.parametrize("value", ["A" * 70, "（" * 60, "1" * 90])
def test_a_word_that_cannot_be_broken_does_not_run_out_of_its_line(value: str, renderer: Renderer) -> None:
    with pytest.raises(ValueDoesNotFit) as refused:
        renderer.render("business_licence", with_values("business_licence", name=value), at=AT)
    assert refused.value.details == {"field": "name"}


def test_a_long_word_makes_the_value_smaller(renderer: Renderer) -> None:
    value = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOP"
    pdf = renderer.render("business_licence", with_values("business_licence", name=value), at=AT)
    assert size_of(pdf, value) < 13.5


# ---- the QR code ----


@both
def test_the_qr_code_is_25_mm_wide_in_a_white_quiet_zone_at_the_upper_right(name: str, renderer: Renderer) -> None:
    picture = picture_of(renderer.render(name, sample(name) | {"qr": BLACK_SQUARE}, at=AT))
    left, top, right, bottom = pixels(230), pixels(22), pixels(268), pixels(62)
    corner = picture.crop((left, top, right, bottom))
    dark = corner.convert("L").point(lambda value: 255 if value < 10 else 0).getbbox()
    assert dark is not None
    assert dark[2] - dark[0] == pytest.approx(pixels(25), abs=1)
    assert dark[3] - dark[1] == pytest.approx(pixels(25), abs=1)
    around = corner.crop((dark[0] - pixels(2), dark[1] - pixels(2), dark[2] + pixels(2), dark[3] + pixels(2)))
    assert around.getpixel((2, 2)) == around.getpixel((around.width - 3, around.height - 3)) == (255, 255, 255)


@both
def test_the_qr_code_of_the_sample_is_read_back(name: str, renderer: Renderer) -> None:
    data = copy.deepcopy(sample(name))
    read = zxingcpp.read_barcodes(picture_of(renderer.render(name, data, at=AT)))
    assert [f"https://xinyin.example.gov.cn/v/{data['licence']['identifier']}?s=sample"] == [code.text for code in read]

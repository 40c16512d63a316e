"""The renderer: what its PDF promises, what it refuses, and that nothing in a value is ever run."""

import json
import re
import subprocess
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from types import MappingProxyType
from typing import Any

import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw
from typing_extensions import override

from licence.errors import TemplateBroken, TemplateUnknown, ValueDoesNotFit
from licence.template import rendering
from licence.template.rendering import Renderer
from tests.fakes.blobs import local_blobs
from tests.judges import program
from tests.licence.template.templates import TEMPLATE, bundle_of
from trust import typefaces
from trust.blobs import LocalBlobs
from trust.typefaces import CharacterNotCovered
from trust.workers import InProcess, WorkerExhausted

TEMPLATES = Path(rendering.__file__).parent.parent / "templates"
AT = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
A4_LANDSCAPE_POINTS = (297 * 72 / 25.4, 210 * 72 / 25.4)

Data = dict[str, Any]
both = pytest.mark.parametrize("template", ["business_licence", "food_permit"])


def sample(template: str = "business_licence") -> Data:
    data: Data = json.loads((TEMPLATES / template / "sample.json").read_text(encoding="utf-8"))
    return data


def with_name(name: str) -> Data:
    data = sample()
    data["fields"]["name"] = name
    return data


def text_of(pdf: bytes) -> str:
    """Return the text of the first page without any white space."""
    document = pdfium.PdfDocument(pdf)
    try:
        return "".join(document[0].get_textpage().get_text_range().split())
    finally:
        document.close()


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(TEMPLATES, typefaces.FOLDER)


def renderer_of(folder: Path, template_typ: str, **files: str) -> Renderer:
    """Return a renderer whose only template, called `mine`, is `template_typ`."""
    mine = folder / "mine"
    mine.mkdir(parents=True)
    (mine / "template.typ").write_text(template_typ, encoding="utf-8")
    for name, text in files.items():
        (mine / f"{name}.json").write_text(text, encoding="utf-8")
    return Renderer(folder, typefaces.FOLDER)


# ---- what the PDF promises ----


@both
def test_the_pdf_says_that_it_is_pdf_a_2b(template: str, renderer: Renderer) -> None:
    pdf = renderer.render(template, sample(template), at=AT)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf


@both
def test_the_pdf_is_one_page_of_a4_landscape(template: str, renderer: Renderer) -> None:
    document = pdfium.PdfDocument(renderer.render(template, sample(template), at=AT))
    assert [document.get_page_size(index) for index in range(len(document))] == [
        pytest.approx(A4_LANDSCAPE_POINTS, abs=0.01)
    ]
    document.close()


@both
def test_every_typeface_is_ours_and_embedded(template: str, renderer: Renderer) -> None:
    pdf = renderer.render(template, sample(template), at=AT)
    document = pdfium.PdfDocument(pdf)
    texts = list(document[0].get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]))
    assert texts
    for text in texts:
        assert raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(text.raw)) == 1
    document.close()
    names = set(re.findall(rb"/BaseFont/[A-Z]{6}\+(\w+)", pdf))
    assert names <= {b"XinyinKai", b"XinyinSerif", b"XinyinSans"}


def test_the_pdf_names_what_it_is_and_when_it_was_made(renderer: Renderer) -> None:
    document = pdfium.PdfDocument(renderer.render("business_licence", sample(), at=AT))
    about = document.get_metadata_dict()
    document.close()
    assert about["Title"] == "营业执照 杭州某某数字科技股份有限公司"
    assert about["Author"] == "某某市市场监督管理局"
    assert about["Keywords"] == sample()["licence"]["identifier"]
    assert about["CreationDate"].startswith("D:20261122023000")


@both
def test_equal_input_gives_equal_bytes(template: str, renderer: Renderer) -> None:
    first = renderer.render(template, sample(template), at=AT)
    reordered = dict(reversed(sample(template).items()))
    assert first == renderer.render(template, reordered, at=AT)
    assert first == Renderer(TEMPLATES, typefaces.FOLDER).render(template, sample(template), at=AT)
    assert first != renderer.render(template, sample(template), at=AT + timedelta(seconds=1))


def test_data_may_be_any_mapping(renderer: Renderer) -> None:
    frozen: Mapping[str, object] = MappingProxyType(
        {part: MappingProxyType(value) if isinstance(value, dict) else value for part, value in sample().items()}
    )
    assert renderer.render("business_licence", sample(), at=AT) == renderer.render("business_licence", frozen, at=AT)


def test_two_threads_may_render_at_once(renderer: Renderer) -> None:
    data = [with_name(f"杭州某某第{number}号有限公司") for number in range(8)]
    together = Barrier(2)

    def render(mine: list[Data]) -> list[bytes]:
        together.wait()
        return [renderer.render("business_licence", one, at=AT) for one in mine]

    with ThreadPoolExecutor(max_workers=2) as pool:
        evens, odds = pool.map(render, [data[::2], data[1::2]])
    for number, pdf in enumerate(pdf for pair in zip(evens, odds, strict=True) for pdf in pair):
        assert f"第{number}号" in text_of(pdf)


@pytest.mark.interop
@both
def test_qpdf_finds_nothing_wrong(template: str, renderer: Renderer, tmp_path: Path) -> None:
    file = tmp_path / "licence.pdf"
    file.write_bytes(renderer.render(template, sample(template), at=AT))
    judged = subprocess.run([program("qpdf"), "--check", file], capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr


# ---- values are data ----


@pytest.mark.parametrize(
    "value",
    [
        '#eval("1+1") *b* $x$ #read("/etc/passwd")',
        "]) } #panic() // /* comment",
        "= Heading - list + enum _emphasis_ `raw` <label> @ref \\ \\u{41}",
        '"], [#import "/etc/passwd": *',
        "does not fit: address",
        "<b>&amp;</b> {{name}} ${name} %s {0}",
        "~ -- --- ... 'quoted' \"quoted\" https://example.org",
    ],
)
def test_nothing_in_a_value_is_run(value: str, renderer: Renderer) -> None:
    data = sample()
    data["fields"] |= {"name": value, "business_scope": value, "legal_representative": value}
    data["licence"] |= {"authority": value}
    literal = "".join(value.split())
    assert text_of(renderer.render("business_licence", data, at=AT)).count(literal) == 4


# ---- what is refused ----


@pytest.mark.parametrize(
    "template", ["", "unknown", "lib.typ", "../templates/business_licence", "business_licence/", "/etc", "执照", "a\nb"]
)
def test_an_unknown_template_is_not_found(template: str, renderer: Renderer) -> None:
    with pytest.raises(TemplateUnknown) as refused:
        renderer.render(template, sample(), at=AT)
    assert (refused.value.code, refused.value.details) == ("licence.template_unknown", {"template": template})
    with pytest.raises(TemplateUnknown):
        renderer.manifest(template)


def test_a_value_that_does_not_fit_is_refused_by_name(renderer: Renderer) -> None:
    with pytest.raises(ValueDoesNotFit) as refused:
        renderer.render("business_licence", with_name("某" * 400), at=AT)
    assert (refused.value.code, refused.value.details) == ("licence.value_does_not_fit", {"field": "name"})


@pytest.mark.parametrize(
    ("character", "code_point"),
    [("\U00032400", "U+32400"), ("\u202e", "U+202E"), ("\n", "U+000A"), ("\x00", "U+0000"), ("\ud800", "U+D800")],
)
def test_a_character_without_a_glyph_is_refused(character: str, code_point: str, renderer: Renderer) -> None:
    with pytest.raises(CharacterNotCovered) as refused:
        renderer.render("business_licence", with_name(f"某{character}某"), at=AT)
    assert refused.value.code == "text.character_not_covered"
    assert refused.value.details == {"field": "name", "character": character, "code_point": code_point}


MISSING_IN_SANS = '#set text(font: "Xinyin Sans", fallback: false)\n'


def test_a_character_that_the_templates_own_typeface_lacks_is_told_with_its_field(tmp_path: Path) -> None:
    mine = renderer_of(tmp_path, MISSING_IN_SANS + "#json(bytes(sys.inputs.data)).fields.name")
    with pytest.raises(CharacterNotCovered) as refused:
        mine.render("mine", {"fields": {"other": "b", "name": "a䶮"}}, at=AT)
    assert refused.value.details == {"field": "name", "character": "䶮", "code_point": "U+4DAE"}


@pytest.mark.parametrize(
    "template_typ",
    [
        MISSING_IN_SANS + "标签",
        MISSING_IN_SANS + '"\\u{200D}\\u{7}"',
        "#let",
        "#nothing",
        '#read("/../../etc/passwd")',
        '#read("/missing")',
        '#panic("does not fit")',
        '#panic("does not fit: name", 1)',
        "#json(bytes(sys.inputs.data)).fields.missing",
    ],
)
def test_a_broken_template_is_a_conflict_that_tells_no_path(template_typ: str, tmp_path: Path) -> None:
    mine = renderer_of(tmp_path, template_typ)
    with pytest.raises(TemplateBroken) as refused:
        mine.render("mine", {"fields": {"name": "甲", "count": 1}}, at=AT)
    assert (refused.value.code, refused.value.details) == ("licence.template_broken", {"template": "mine"})
    assert str(tmp_path) not in str(refused.value)


def test_a_broken_template_tells_where_it_stopped_and_quotes_no_value(tmp_path: Path) -> None:
    mine = renderer_of(tmp_path, "#let data = json(bytes(sys.inputs.data))\n\n#panic(data.fields.name)")
    secret = {"fields": {"name": "王" + 2 * "某"}}
    with pytest.raises(TemplateBroken) as refused:
        mine.render("mine", secret, at=AT)
    assert str(refused.value.__cause__) == "template.typ:3"
    assert "王某某" not in "".join(traceback.format_exception(refused.value))


def test_one_refused_licence_does_not_hinder_the_next(renderer: Renderer) -> None:
    before = renderer.render("business_licence", sample(), at=AT)
    with pytest.raises(ValueDoesNotFit):
        renderer.render("business_licence", with_name("某" * 400), at=AT)
    assert before == renderer.render("business_licence", sample(), at=AT)


def test_data_that_are_not_json_are_a_mistake_of_the_caller(renderer: Renderer) -> None:
    with pytest.raises(TypeError):
        renderer.render("business_licence", sample() | {"qr": object()}, at=AT)


# ---- manifests ----


@both
def test_the_manifests_of_the_house_are_right(template: str, renderer: Renderer) -> None:
    manifest = renderer.manifest(template)
    assert manifest.title in {"营业执照", "食品经营许可证"}
    assert 42 / 2 < manifest.seal.centre_x_mm < 297 - 42 / 2


@pytest.mark.parametrize("files", [{}, {"manifest": "{"}, {"manifest": "[]"}])
def test_a_manifest_that_is_missing_or_no_object_breaks_its_template(files: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(TemplateBroken) as refused:
        renderer_of(tmp_path, "", **files).manifest("mine")
    assert refused.value.details == {"template": "mine"}


# ---- bundles of administrators ----


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return local_blobs(tmp_path / "blobs")


@pytest.fixture
def of_bundles(blobs: LocalBlobs) -> Renderer:
    return Renderer(TEMPLATES, typefaces.FOLDER, bundles=blobs)


def test_a_bundle_of_the_blob_store_is_rendered(blobs: LocalBlobs, of_bundles: Renderer) -> None:
    bundle = bundle_of()
    blobs.put(bundle.to_archive())
    pdf = of_bundles.render(bundle.reference, bundle.sample, at=AT)
    assert "某某公司" in text_of(pdf)
    assert of_bundles.manifest(bundle.reference) == bundle.manifest
    assert of_bundles.bundle(bundle.reference) == bundle


def test_a_template_of_ours_and_its_bundle_render_alike(
    blobs: LocalBlobs, of_bundles: Renderer, renderer: Renderer
) -> None:
    bundle = renderer.bundle("food_permit")
    blobs.put(bundle.to_archive())
    data = sample("food_permit")
    assert of_bundles.render(bundle.reference, data, at=AT) == renderer.render("food_permit", data, at=AT)


def test_a_bundle_that_is_not_there_is_not_found(of_bundles: Renderer, renderer: Renderer) -> None:
    for rendering_of in (of_bundles, renderer):
        with pytest.raises(TemplateUnknown):
            rendering_of.render("sm3:" + "0" * 64, sample(), at=AT)


def test_a_blob_that_is_no_bundle_is_a_broken_template(blobs: LocalBlobs, of_bundles: Renderer) -> None:
    name = "sm3:" + blobs.put(b"no archive")
    for call in (of_bundles.manifest, of_bundles.bundle):
        with pytest.raises(TemplateBroken) as refused:
            call(name)
        assert refused.value.details == {"template": name}


def test_a_folder_that_is_no_bundle_is_a_broken_template(tmp_path: Path) -> None:
    (tmp_path / "lib.typ").write_text("")
    with pytest.raises(TemplateBroken):
        renderer_of(tmp_path, "某").bundle("mine")


def test_a_wrong_manifest_breaks_what_is_rendered(tmp_path: Path) -> None:
    with pytest.raises(TemplateBroken):
        renderer_of(tmp_path, "某", manifest="{").render("mine", {}, at=AT)


def test_pages_that_the_manifest_does_not_tell_of_break_a_template(blobs: LocalBlobs, of_bundles: Renderer) -> None:
    bundle = bundle_of(template_typ=TEMPLATE + '#if data.fields.name == "二" { pagebreak() }\n')
    blobs.put(bundle.to_archive())
    assert of_bundles.render(bundle.reference, bundle.sample, at=AT)
    data = {**bundle.sample, "fields": {**bundle.sample["fields"], "name": "二"}}
    with pytest.raises(TemplateBroken) as refused:
        of_bundles.render(bundle.reference, data, at=AT)
    assert refused.value.details == {"template": bundle.reference}


class Exhausted(InProcess):
    """Workers whose calls run out of time."""

    @override
    def run(self, *_: Any, **__: Any) -> Any:
        raise WorkerExhausted(limit="processor_time")


def test_a_bundle_is_set_by_workers_and_a_template_of_ours_here(blobs: LocalBlobs) -> None:
    bundle = bundle_of()
    blobs.put(bundle.to_archive())
    tired = Renderer(TEMPLATES, typefaces.FOLDER, bundles=blobs, workers=Exhausted())
    with pytest.raises(TemplateBroken) as refused:
        tired.render(bundle.reference, bundle.sample, at=AT)
    assert refused.value.details == {"template": bundle.reference}
    assert tired.render("business_licence", sample(), at=AT)


def test_rows_are_looked_at_as_other_values_are(renderer: Renderer) -> None:
    data = sample()
    data["fields"]["rows"] = [{"name": "好"}, {"name": "好\u202e"}]
    with pytest.raises(CharacterNotCovered) as refused:
        renderer.render("business_licence", data, at=AT)
    assert refused.value.details["field"] == "rows"


def test_a_document_that_is_too_large_is_refused(tmp_path: Path) -> None:
    mine = renderer_of(tmp_path, "#for i in range(66000) { pagebreak() }")
    with pytest.raises(TemplateBroken):
        mine.render("mine", {}, at=AT)

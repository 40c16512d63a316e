"""Previews: quick, marked on every page, and never a licence."""

import io
from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image
from typing_extensions import override

from licence.errors import TemplateRefused, ValueDoesNotFit
from licence.template.previews import LARGEST_DPI, LEAST_DPI, preview_pdf, preview_png
from tests.licence.template.templates import MANIFEST, SAMPLE, TEMPLATE, bundle_of
from trust.typefaces import CharacterNotCovered
from trust.workers import IN_PROCESS, InProcess, WorkerExhausted


def text_of(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    try:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


def test_a_preview_shows_the_data_over_the_sample_and_its_mark() -> None:
    pdf = preview_pdf(bundle_of(), {"fields": {"name": "另一公司"}, "licence": {"number": "第2号"}}, workers=IN_PROCESS)
    text = text_of(pdf)
    assert "另一公司" in text
    assert "第2号" in text
    assert "备注" in text  # of the sample
    assert text.count("样张SPECIMEN") == 1
    assert text.count("样张不作证照使用SPECIMENNOTALICENCE") == 2


def test_a_preview_without_data_shows_the_sample_and_changes_it_not() -> None:
    bundle = bundle_of()
    assert "某某公司" in text_of(preview_pdf(bundle, workers=IN_PROCESS))
    assert bundle.sample == SAMPLE


def test_the_code_of_a_preview_says_that_it_is_one() -> None:
    picture = preview_png(bundle_of(), {"fields": {}}, dpi=150, workers=IN_PROCESS)
    with Image.open(io.BytesIO(picture)) as opened:
        assert opened.format == "PNG"
        assert opened.size == (round(120 / 25.4 * 150), round(100 / 25.4 * 150))
        assert [code.text for code in zxingcpp.read_barcodes(opened.convert("RGB"))] == ["样张 SPECIMEN"]


TWO_PAGES: dict[str, Any] = {
    "template_typ": TEMPLATE + "#pagebreak()\n第二页\n",
    "manifest_json": MANIFEST | {"pages": 2},
}


def test_each_page_is_marked_and_can_be_asked_for() -> None:
    bundle = bundle_of(**TWO_PAGES)
    assert text_of(preview_pdf(bundle, workers=IN_PROCESS)).count("样张SPECIMEN") == 2
    first, second = (preview_png(bundle, page=page, workers=IN_PROCESS) for page in (1, 2))
    assert first != second


@pytest.mark.parametrize("asked", [{"page": 0}, {"page": 2}, {"dpi": LEAST_DPI - 1}, {"dpi": LARGEST_DPI + 1}])
def test_pages_and_dots_have_limits(asked: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="page or dpi"):
        preview_png(bundle_of(), workers=IN_PROCESS, page=asked.get("page", 1), dpi=asked.get("dpi", 96))


def test_a_page_that_the_template_does_not_set() -> None:
    bundle = bundle_of(manifest_json=MANIFEST | {"pages": 2})
    with pytest.raises(TemplateRefused) as refused:
        preview_png(bundle, page=2, workers=IN_PROCESS)
    assert refused.value.details == {"check": "pages", "place": "1"}


def test_a_template_that_takes_the_mark_away_gets_no_preview() -> None:
    bundle = bundle_of(template_typ=TEMPLATE.replace("margin: 0mm", "margin: 0mm, foreground: none"))
    with pytest.raises(TemplateRefused) as refused:
        preview_png(bundle, workers=IN_PROCESS)
    assert refused.value.details == {"check": "specimen", "place": "template.typ"}


def test_the_mark_is_found_among_the_text_of_a_page() -> None:
    template = TEMPLATE + "\n#place(center + horizon, text(size: 8pt)[文])"  # tears the words across the page apart
    assert preview_pdf(bundle_of(template_typ=template), workers=IN_PROCESS)


def test_what_is_wrong_with_the_data_or_the_template_is_told() -> None:
    with pytest.raises(CharacterNotCovered):
        preview_pdf(bundle_of(), {"fields": {"name": "😀"}}, workers=IN_PROCESS)
    stops = TEMPLATE.replace("#data.fields.name", '#panic("does not fit: name")')
    with pytest.raises(ValueDoesNotFit):
        preview_pdf(bundle_of(template_typ=stops), workers=IN_PROCESS)
    with pytest.raises(TemplateRefused) as refused:
        preview_pdf(bundle_of(template_typ=TEMPLATE + "#nothing"), workers=IN_PROCESS)
    assert refused.value.details == {"check": "compiles", "place": "template.typ:14: unknown variable: nothing"}


class Exhausted(InProcess):
    """Workers whose calls run out of time."""

    @override
    def run(self, *_: Any, **__: Any) -> Any:
        raise WorkerExhausted(limit="processor_time")


def test_a_preview_that_takes_too_much_is_refused() -> None:
    with pytest.raises(TemplateRefused) as refused:
        preview_pdf(bundle_of(), workers=Exhausted())
    assert refused.value.details == {"check": "limits", "place": "processor_time"}

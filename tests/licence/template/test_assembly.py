"""Putting licences together: the page looks as if it had been set whole, and carries its metadata."""

import io
import json
import re
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageChops
from typing_extensions import override

from licence.errors import TemplateBroken, TemplateUnknown, ValueDoesNotFit
from licence.metadata import LicenceMetadata
from licence.metadata_elements import HolderCodeType
from licence.qr import draw_svg, read_codes, rows_of
from licence.template import rendering
from licence.template.assembly import ENCLOSED, Assembler, drawn_row
from licence.template.rendering import Renderer
from licence.types.particulars import AuthorityLevel
from tests.fakes.blobs import local_blobs
from tests.judges import program
from trust import typefaces
from trust.crypto.beginnings import LEAST
from trust.pdf.active_content import is_plainly_still
from trust.workers import InProcess, WorkerExhausted

TEMPLATES: Final = Path(rendering.__file__).parent.parent / "templates"
AT: Final = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
CODE: Final = "https://trust.yunzhou.example/v/" + "aB3_-9Zq" * 17 + "AB"
TEMPLATE: Final = "food_permit"
METADATA: Final = LicenceMetadata(
    type_name="食品经营许可证",
    type_code="11100000MB0127170X032",
    number="JY23301990123456",
    identifier="1.2.156.3005.2.11100000MB0127170X032.11330199MB0A00018D.202600000001.001.B",
    issuer_name="云州市市场监督管理局",
    issuer_code="11330199MB0A00018D",
    issuer_level=AuthorityLevel.CITY,
    issued_on=date(2026, 11, 22),
    holder_name="云州星河数字科技有限公司",
    holder_code="91330199MAC0XH2010",
    holder_code_type=HolderCodeType.CREDIT_CODE,
    valid_from=date(2026, 11, 22),
    valid_until=None,
    sealed_by="云州市市场监督管理局",
    seal_name="云州市市场监督管理局电子证照专用章",
    created_at=AT,
)


def sample() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((TEMPLATES / TEMPLATE / "sample.json").read_text(encoding="utf-8"))
    return data


@pytest.fixture(scope="module")
def assembler() -> Assembler:
    return Assembler(Renderer(TEMPLATES, typefaces.FOLDER))


@pytest.fixture(scope="module")
def assembled(assembler: Assembler) -> bytes:
    return assembler.assemble(TEMPLATE, sample(), CODE, at=AT, metadata=METADATA)


def picture(pdf: bytes, dpi: int) -> Image.Image:
    document = pdfium.PdfDocument(pdf)
    try:
        drawn: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
        return drawn
    finally:
        document.close()


def test_it_looks_as_if_it_had_been_set_whole(assembler: Assembler, assembled: bytes) -> None:
    whole = assembler.renderer.render(TEMPLATE, {**sample(), "qr": draw_svg(CODE)}, at=AT)
    difference = ImageChops.difference(picture(whole, 60), picture(assembled, 60)).convert("L")
    assert difference.histogram()[48:] == [0] * (256 - 48)


def test_the_same_data_give_the_same_octets(assembler: Assembler, assembled: bytes) -> None:
    assert assembler.assemble(TEMPLATE, sample(), CODE, at=AT, metadata=METADATA) == assembled


def test_licences_of_a_template_begin_with_their_artwork(assembler: Assembler, assembled: bytes) -> None:
    data = sample()
    data["fields"]["operator_name"] = "云州星河数字科技有限公司"
    other = assembler.assemble(TEMPLATE, data, CODE[::-1], at=AT, metadata=METADATA)
    alike = next(place for place, (one, another) in enumerate(zip(assembled, other, strict=False)) if one != another)
    assert LEAST < len(assembled) / 3 < alike
    assert other[:alike].count(b"/Subtype /Form") == 1


def test_the_code_is_read_from_the_page(assembled: bytes) -> None:
    assert read_codes(picture(assembled, 150)) == (CODE,)


@pytest.mark.parametrize("text", ["1", CODE, CODE * 4])
def test_every_dark_module_is_drawn_once(text: str) -> None:
    """In symbols whose sides are any number of octets, and some modules more."""
    for place, row in enumerate(rows_of(text)):
        drawn = bytearray(b"\xff" * len(row))
        for run in re.finditer(rb"(\d+) (\d+) (\d+) 1 re\n", drawn_row(place, row)):
            start, number, length = map(int, run.groups())
            assert number == place
            assert drawn[start : start + length] == b"\xff" * length
            drawn[start : start + length] = bytes(length)
        assert drawn == row


def test_the_file_is_whole(assembled: bytes, tmp_path: Path) -> None:
    path = tmp_path / "licence.pdf"
    path.write_bytes(assembled)
    checked = subprocess.run([program("qpdf"), "--check", path], capture_output=True, text=True, check=True)
    assert "No syntax or stream encoding errors" in checked.stdout


def test_nothing_in_it_looks_as_if_it_moved(assembled: bytes) -> None:
    """Else each would be looked through before it is sealed, which takes as long as putting it together."""
    assert is_plainly_still(re.sub(rb"stream\n.*?\nendstream", b"", assembled, flags=re.DOTALL))


def test_it_carries_its_metadata(assembled: bytes) -> None:
    with pikepdf.open(io.BytesIO(assembled)) as pdf:
        files = {name: bytes(pdf.attachments[name].get_file().read_bytes()) for name in pdf.attachments}
        assert set(files) == {f"{ENCLOSED}.xml", f"{ENCLOSED}.json"}
        assert LicenceMetadata.from_xml(files[f"{ENCLOSED}.xml"]) == METADATA
        assert LicenceMetadata.from_json(files[f"{ENCLOSED}.json"]) == METADATA
        packet = bytes(pdf.Root.Metadata.read_bytes())
        assert LicenceMetadata.from_xmp(packet) == METADATA
        assert b"<pdfaid:part>3</pdfaid:part>" in packet
        assert b"<pdfaid:conformance>B</pdfaid:conformance>" in packet
        related = list(pdf.Root.AF)
        assert [str(one.AFRelationship) for one in related] == ["/Data", "/Data"]
        assert [one.objgen for one in related] == [one.objgen for one in list(pdf.Root.Names.EmbeddedFiles.Names)[1::2]]


def test_without_metadata_it_carries_nothing_and_stays_what_it_is(assembler: Assembler) -> None:
    with pikepdf.open(io.BytesIO(assembler.assemble(TEMPLATE, sample(), CODE, at=AT))) as pdf:
        assert not pdf.attachments
        assert "/AF" not in pdf.Root
        assert b"<pdfaid:part>2</pdfaid:part>" in bytes(pdf.Root.Metadata.read_bytes())


def test_artwork_is_ornament_for_who_listens_to_the_page(assembled: bytes) -> None:
    with pikepdf.open(io.BytesIO(assembled)) as pdf:
        (form,) = pdf.pages[0].Resources.XObject.values()
        assert str(form.Subtype) == "/Form"
        assert bytes(form.read_bytes()).startswith(b"/Artifact")


def test_artwork_is_compressed_as_far_as_it_goes_and_says_the_same(assembled: bytes) -> None:
    renderer = Renderer(TEMPLATES, typefaces.FOLDER)
    whole = renderer.render(TEMPLATE, sample(), at=AT)
    with pikepdf.open(io.BytesIO(assembled)) as pdf, pikepdf.open(io.BytesIO(whole)) as plain:
        (form,) = pdf.pages[0].Resources.XObject.values()
        operators = bytes(form.read_bytes())
        assert bytes(form.read_raw_bytes()) == zlib.compress(operators, 9)
        (curves,) = re.findall(rb"0\.87058824.*?\nS\n", operators, re.DOTALL)
        assert curves in bytes(plain.pages[0].Contents.read_bytes())


def test_what_the_renderer_refuses_is_refused(assembler: Assembler) -> None:
    with pytest.raises(TemplateUnknown):
        assembler.assemble("nothing", sample(), CODE, at=AT)
    data = sample()
    data["fields"]["operator_name"] = "长" * 400
    with pytest.raises(ValueDoesNotFit):
        assembler.assemble(TEMPLATE, data, CODE, at=AT)


def of_an_administrator(tmp_path: Path, changes: Mapping[str, bytes]) -> tuple[Assembler, str]:
    """Return an assembler that knows a bundle with changed files, and how that is called."""
    blobs = local_blobs(tmp_path)
    ready = Renderer(TEMPLATES, typefaces.FOLDER).bundle(TEMPLATE)
    bundle = replace(ready, files={**ready.files, **changes})
    blobs.put(bundle.to_archive())
    return Assembler(Renderer(TEMPLATES, typefaces.FOLDER, bundles=blobs)), bundle.reference


def test_a_bundle_of_an_administrator_is_put_together_alike(tmp_path: Path, assembled: bytes) -> None:
    assembler, reference = of_an_administrator(tmp_path, {})
    assert picture(assembler.assemble(reference, sample(), CODE, at=AT), 20) == picture(assembled, 20)


class Exhausted(InProcess):
    """Workers whose calls run out of time."""

    @override
    def run(self, *_: Any, **__: Any) -> Any:
        raise WorkerExhausted(limit="processor_time")


def test_artwork_of_an_administrator_is_drawn_by_workers(tmp_path: Path) -> None:
    assembler, reference = of_an_administrator(tmp_path, {})
    tired = Renderer(TEMPLATES, typefaces.FOLDER, bundles=assembler.renderer.bundles, workers=Exhausted())
    with pytest.raises(TemplateBroken):
        Assembler(tired).assemble(reference, sample(), CODE, at=AT)


def test_artwork_that_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    assembler, reference = of_an_administrator(tmp_path, {"border.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><g>"})
    with pytest.raises(TemplateBroken):
        assembler.assemble(reference, sample(), CODE, at=AT)

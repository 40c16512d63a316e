"""A stamped archival file stays one (PDF/A, ISO 19005): what its rules say of everything that stamping adds.

No validator of PDF/A is on every machine, so that the rules that a stamp could break are looked at one by one, through
pyHanko's reader, which had no part in the writing.
"""

import io
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, Literal

import pytest
import typst
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from seal.stamping.orders import Level, Mode, StampOrder
from seal.stamping.places import AcrossEdges, AtKeyword, Pages
from tests.seal.kits import Bench
from tests.seal.test_keywords import FONTS

Standard = Literal["a-1b", "a-2b", "a-2a", "a-3b"]
STANDARDS: Final[tuple[Standard, ...]] = ("a-1b", "a-2b", "a-2a", "a-3b")
INVISIBLE, HIDDEN, PRINTED, NO_VIEW, TOGGLES = 1, 2, 4, 32, 256
PLACES: Final = (AtKeyword(text="（盖章）", offset_y_mm=40), AcrossEdges(pages=Pages("1--1"), position_mm=150))


@cache
def archival(standard: Standard) -> bytes:
    """Return an archival document of two pages."""
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    source = (
        '#set document(title: "通知", date: datetime(year: 2026, month: 11, day: 22))\n'
        '#set text(font: "Xinyin Serif", lang: "zh")\n'
        "#set page(width: 210mm, height: 297mm)\n#v(40mm)\n= 通知\n（盖章）\n#pagebreak()\n二"
    )
    compiled = typst.compile(source.encode(), font_paths=faces, ignore_system_fonts=True, pdf_standards=[standard])
    assert isinstance(compiled, bytes)
    return compiled


def objects(reader: PdfFileReader) -> Iterator[Any]:
    """Yield every object of a file in its newest form."""
    for number in range(1, reader.trailer["/Size"]):
        try:
            yield reader.get_object(generic.Reference(number, 0, reader))
        except Exception:  # noqa: BLE001, S112 - a number that nothing has
            continue


def streams(reader: PdfFileReader) -> list[Any]:
    return [one for one in objects(reader) if isinstance(one, generic.StreamObject)]


def fonts(reader: PdfFileReader) -> int:
    return sum(isinstance(one, generic.DictionaryObject) and one.get("/Type") == "/Font" for one in objects(reader))


@pytest.fixture(params=STANDARDS)
def standard(request: pytest.FixtureRequest) -> Standard:
    name: Standard = request.param
    return name


@pytest.fixture(params=list(Mode))
def both(request: pytest.FixtureRequest, bench: Bench, standard: Standard) -> tuple[PdfFileReader, PdfFileReader]:
    """Return an archival document before and after it was stamped at the highest level."""
    before = archival(standard)
    after = bench.stamp_order(before, StampOrder(places=PLACES, level=Level.B_LTA, mode=request.param, reason="签发"))
    return PdfFileReader(io.BytesIO(before)), PdfFileReader(io.BytesIO(after))


def test_what_says_that_it_is_archival_stays_and_colours_mean_what_they_meant(
    both: tuple[PdfFileReader, PdfFileReader],
) -> None:
    before, after = both
    for key in ("/Metadata", "/OutputIntents"):
        assert after.root.raw_get(key) == before.root.raw_get(key)
    assert after.root["/Metadata"].data == before.root["/Metadata"].data
    assert b"pdfaid:part" in after.root["/Metadata"].data
    assert set(before.root) <= set(after.root)
    assert set(after.root) - set(before.root) <= {"/AcroForm", "/Perms", "/DSS", "/Extensions"}


def test_the_file_keeps_its_kind_and_its_name(both: tuple[PdfFileReader, PdfFileReader]) -> None:
    before, after = both
    assert after.trailer["/ID"][0] == before.trailer["/ID"][0]  # ISO 19005-2, 6.1.3
    assert "/Encrypt" not in after.trailer
    assert after.input_version == before.input_version


def test_annotations_are_printed_and_show_what_they_look_like(both: tuple[PdfFileReader, PdfFileReader]) -> None:
    _, after = both
    count = 0
    for page in after.root["/Pages"]["/Kids"]:
        for widget in (one.get_object() for one in page.get_object().get("/Annots", ())):
            count += 1
            assert widget["/Subtype"] == "/Widget"
            flags = int(widget["/F"])  # ISO 19005-2, 6.3.2
            assert flags & PRINTED
            assert not flags & (INVISIBLE | HIDDEN | NO_VIEW | TOGGLES)
            left, bottom, right, top = (float(side) for side in widget["/Rect"])
            if (right - left) * (top - bottom) > 0:
                assert set(widget["/AP"]) == {"/N"}  # 6.3.3
                assert isinstance(widget["/AP"]["/N"], generic.StreamObject)
            assert "/A" not in widget  # 6.4.1
            assert "/AA" not in widget
    assert count >= 2


def test_forms_are_drawn_as_they_are(both: tuple[PdfFileReader, PdfFileReader]) -> None:
    _, after = both
    form = after.root["/AcroForm"]
    assert not form.get("/NeedAppearances", False)  # 6.4.1
    assert "/XFA" not in form
    assert "/AA" not in after.root
    assert "/JavaScript" not in after.root.get("/Names", {})


def test_no_typeface_comes_with_a_seal_and_no_forbidden_stream(both: tuple[PdfFileReader, PdfFileReader]) -> None:
    before, after = both
    assert fonts(after) == fonts(before)  # 6.2.11: what is not there need not be embedded
    for one in streams(after):
        assert not {"/F", "/FFilter", "/FDecodeParms"} & set(one)  # 6.1.7.1
        filters = one.get("/Filter", ())
        assert "/LZWDecode" not in (filters if isinstance(filters, list) else [filters])  # 6.1.7.2
        assert "/OPI" not in one
        assert "/PS" not in one


def test_transparency_and_colours_of_a_device_only_where_they_are_permitted(
    both: tuple[PdfFileReader, PdfFileReader], standard: str
) -> None:
    before, after = both
    known = len(streams(before))
    drawn = [one for one in streams(after)[known:] if one.get("/Subtype") == "/Form"]
    modes = {
        str(state.get("/BM", "/Normal"))
        for one in drawn
        for state in one.get("/Resources", {}).get("/ExtGState", {}).values()
    }
    assert drawn
    assert all("/Group" not in one for one in drawn) or standard != "a-1b"
    if standard == "a-1b":
        assert modes <= {"/Normal"}  # ISO 19005-1, 6.4
    profile = after.root["/OutputIntents"][0]["/DestOutputProfile"]
    assert int(profile["/N"]) == 3  # so that the red of a seal is a red of the file

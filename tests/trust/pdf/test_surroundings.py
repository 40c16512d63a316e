"""What may change around the pages after a signature: dates of saving and new fonts, and nothing that says anything."""

import pytest

from tests.trust.pdf.paper import page_dictionary, paper, stream
from tests.vectors.verification.papers import amended
from trust.pdf.reading import Reader
from trust.pdf.surroundings import has_other_surroundings

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
)
END = "</rdf:Description></rdf:RDF></x:xmpmeta>"
KEYWORDS = "<pdf:Keywords>JY1</pdf:Keywords>"


def packet(told: str) -> bytes:
    return stream(f"{HEAD}{told}{END}".encode(), b"/Type/Metadata/Subtype/XML")


def is_other(before: bytes, change: dict[int, bytes]) -> bool:
    return has_other_surroundings(Reader(amended(before, change)), 0)


DESCRIBED = paper(catalog=b"/Metadata 50 0 R", others={50: packet(KEYWORDS)})


@pytest.mark.parametrize(
    ("told", "other"),
    [
        (KEYWORDS, False),
        (f"\n  {KEYWORDS}\n", False),
        (f"{KEYWORDS}<xmp:ModifyDate>2026-11-22T00:00:00Z</xmp:ModifyDate>", False),
        (f"{KEYWORDS}<xmp:MetadataDate>2026-11-22T00:00:00Z</xmp:MetadataDate>", False),
        (f"{KEYWORDS}<xmp:CreatorTool>a program</xmp:CreatorTool>", False),
        (f"{KEYWORDS}<pdf:Producer>a program</pdf:Producer>", False),
        (KEYWORDS.replace("JY1", "JY2"), True),
        (f"{KEYWORDS}<pdf:Title>licence</pdf:Title>", True),
        ("", True),
        (f"{KEYWORDS}{KEYWORDS.replace('JY1', 'JY2')}", True),
    ],
)
def test_metadata(told: str, *, other: bool) -> None:
    assert is_other(DESCRIBED, {50: packet(told)}) is other


def test_metadata_that_were_not_there_and_that_are_taken_out() -> None:
    bare = b"<</Type/Catalog/Pages 2 0 R>>"
    assert not is_other(paper(), {1: bare})
    assert is_other(paper(), {1: bare.replace(b">>", b"/Metadata 50 0 R>>"), 50: packet(KEYWORDS)})
    assert is_other(DESCRIBED, {1: bare})


@pytest.mark.parametrize("broken", [b"<x", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", b"\xff"])
def test_metadata_that_cannot_be_read(broken: bytes) -> None:
    unread = stream(broken, b"/Type/Metadata/Subtype/XML")
    assert is_other(DESCRIBED, {50: unread})
    kept = paper(catalog=b"/Metadata 50 0 R", others={50: unread})
    assert is_other(kept, {50: packet(KEYWORDS)})
    assert not is_other(kept, {50: unread})


FORM = b"<</Fields[20 0 R]/DA(/F1 12 Tf)/Q 1/DR<</Font 53 0 R/ProcSet[/PDF]>>%b>>"
FIELD = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(1)/Rect[0 0 9 9]/P 10 0 R>>"
FONTS = b"<</F1 5 0 R/F2<</Type/Font/Subtype/Type1/BaseFont/Courier/Widths[1 54 0 R]>>>>"


def form(more: bytes = b"") -> bytes:
    others = {20: FIELD, 52: FORM % more, 53: FONTS, 54: b"7"}
    return paper(page_dictionary(more=b"/Annots[20 0 R]"), catalog=b"/AcroForm 52 0 R", others=others)


@pytest.mark.parametrize(
    ("number", "told", "other"),
    [
        (52, FORM % b"", False),
        (52, FORM % b"/SigFlags 3", False),
        (52, FORM % b"/NeedAppearances false", False),
        (52, FORM % b"/NeedAppearances true", True),
        (52, (FORM % b"").replace(b"12 Tf", b"1 Tf"), True),
        (52, (FORM % b"").replace(b"/DA(/F1 12 Tf)", b""), True),
        (52, (FORM % b"").replace(b"/Q 1", b"/Q 2"), True),
        (52, (FORM % b"").replace(b"/DR<</Font 53 0 R/ProcSet[/PDF]>>", b""), True),
        (52, (FORM % b"").replace(b"[/PDF]", b"[/PDF/Text]"), False),
        (53, FONTS.replace(b"/F1 5 0 R", b"/F1 55 0 R"), True),
        (53, FONTS.replace(b"/F1 5 0 R", b""), True),
        (53, FONTS.replace(b"54 0 R", b"55 0 R"), True),
        (53, FONTS.replace(b"/F1 5 0 R", b"/F1 5 0 R/F3 5 0 R"), False),
    ],
)
def test_how_a_form_is_drawn(number: int, told: bytes, *, other: bool) -> None:
    assert is_other(form(), {number: told}) is other


def test_a_form_that_was_drawn_anew_already_and_one_that_was_not_there() -> None:
    always = b"/NeedAppearances true"
    assert not is_other(form(always), {52: FORM % always})
    assert not is_other(paper(), {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/DA(/F1 0 Tf)/DR<<>>>>>>"})

"""What was changed after a signature, one by one: what it is, which revision brought it, whether it was permitted."""

from datetime import datetime
from typing import Final

import pytest

from seal.verification.documents import judge_pdf
from tests.trust.pdf.paper import page_dictionary, paper, stream
from tests.vectors.verification.cases import read_manifest
from tests.vectors.verification.papers import PLAIN, amended, latest
from trust.pdf.content import ByteRangeContent
from trust.pdf.judging import Changes, Coverage, PDFDocument, PDFSignature
from trust.pdf.permissions import changes_of
from trust.pdf.reading import Reader
from trust.pdf.revisions import MOST, Addition, AdditionKind, additions_of

Told = tuple[str, int, str]

MANIFEST: Final = read_manifest()
CATALOGUE: Final = b"<</Type/Catalog/Pages 2 0 R%b>>"
NOTE: Final = b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(a)>>"
WIDGET: Final = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/Parent 31 0 R/Rect[0 0 9 9]/AP<</N 33 0 R>>>>"
FORM: Final = paper(
    page_dictionary(more=b"/Annots[32 0 R 34 0 R]"),
    catalog=b"/AcroForm<</Fields[31 0 R]>>/DSS 50 0 R",
    others={
        30: b"[32 0 R]",
        31: b"<</T(Sum)/Kids[32 0 R]>>",
        32: WIDGET,
        33: stream(b"1 g", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),
        34: b"<</Type/Annot/Subtype/Stamp/Rect[0 0 9 9]/AP<</N 35 0 R>>>>",
        35: stream(b"1 g", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),
        50: b"<</CRLs[51 0 R]/VRI 52 0 R>>",
        51: stream(b"a list"),
        52: b"<</Store 50 0 R>>",
    },
)
"""A page with a form field and a stamp, and a document security store whose entries refer to each other."""


def told(pdf: bytes) -> list[Told]:
    return [(one.kind.value, one.revision, one.about) for one in additions_of(Reader(pdf))]


UPDATES: Final[dict[str, tuple[bytes, list[Told]]]] = {
    "nothing": (amended(PLAIN, {1: latest(PLAIN, 1)}), []),
    "an object that nothing leads to": (amended(PLAIN, {60: b"<</A 1>>"}), []),
    "the page's content": (amended(PLAIN, {4: stream(b"other")}), [("page", 2, "1")]),
    "the page's size": (amended(PLAIN, {10: page_dictionary(media=(0, 0, 9, 9))}), [("page", 2, "1")]),
    "a font": (amended(PLAIN, {5: b"<</Type/Font>>"}), [("object", 2, "5")]),
    "a page": (
        amended(PLAIN, {2: b"<</Type/Pages/Count 2/Kids[10 0 R 60 0 R]>>", 60: page_dictionary()}),
        [("page", 2, "2")],
    ),
    "what all pages inherit": (
        amended(PLAIN, {2: b"<</Type/Pages/Count 1/Kids[10 0 R]/Rotate 90>>"}),
        [("page", 2, "")],
    ),
    "no page": (
        amended(PLAIN, {2: b"<</Type/Pages/Count 1/Kids[60 0 R]>>", 60: page_dictionary()}),
        [("page", 2, ""), ("page", 2, "1")],
    ),
    "metadata": (amended(PLAIN, {1: CATALOGUE % b"/Metadata 60 0 R", 60: stream(b"x")}), [("metadata", 2, "")]),
    "a title": (amended(PLAIN, {60: b"<</Title(a)>>"}, trailer=b"/Info 60 0 R"), [("metadata", 2, "")]),
    "an action": (
        amended(PLAIN, {1: CATALOGUE % b"/OpenAction 60 0 R", 60: b"<</S/URI>>"}),
        [("document", 2, "OpenAction")],
    ),
    "the edition of the format": (amended(PLAIN, {1: CATALOGUE % b"/Version/2.0"}), []),
    "a list": (amended(FORM, {51: stream(b"another")}), [("validation_data", 2, "")]),
    "a note": (amended(PLAIN, {10: page_dictionary(more=b"/Annots[60 0 R]"), 60: NOTE}), [("annotation", 2, "1")]),
    "a note within the page": (
        amended(PLAIN, {10: page_dictionary(more=b"/Annots[" + NOTE + b"]")}),
        [("annotation", 2, "1")],
    ),
    "a note in a list of its own": (
        amended(paper(page_dictionary(more=b"/Annots 36 0 R"), others={36: b"[]"}), {36: b"[60 0 R]", 60: NOTE}),
        [("annotation", 2, "1")],
    ),
    "a field that is its own parent": (
        amended(FORM, {32: b"<</Subtype/Widget/FT/Tx/Parent 32 0 R>>"}),
        [("form_field", 2, "")],
    ),
    "a note gone": (amended(FORM, {10: page_dictionary(more=b"/Annots[32 0 R]")}), [("annotation", 2, "1")]),
    "a note changed": (amended(FORM, {34: NOTE}), [("annotation", 2, "1")]),
    "what a note shows": (amended(FORM, {35: stream(b"0 g")}), [("annotation", 2, "1")]),
    "what a field shows": (amended(FORM, {33: stream(b"0 g")}), [("form_field", 2, "Sum.Amount")]),
    "a field": (amended(FORM, {32: WIDGET.replace(b"/Rect", b"/V(9)/Rect")}), [("form_field", 2, "Sum.Amount")]),
    "an empty place for a signature": (
        amended(FORM, {31: b"<</T(Sum)/Kids[32 0 R 60 0 R]>>", 60: b"<</FT/Sig/T(Mayor)/Parent 31 0 R>>"}),
        [("form_field", 2, "Sum"), ("empty_signature_field", 2, "Sum.Mayor")],
    ),
    "two revisions": (
        amended(amended(PLAIN, {4: stream(b"other")}), {5: b"<</Type/Font>>"}),
        [("page", 2, "1"), ("object", 3, "5")],
    ),
    "a page that is none": (amended(PLAIN, {10: b"(page)"}), [("page", 2, "1")]),
    "a page that cannot be read": (amended(PLAIN, {10: b"7"}), [("object", 2, "")]),
}


@pytest.mark.parametrize("name", UPDATES)
def test_what_a_revision_brought(name: str) -> None:
    pdf, expected = UPDATES[name]
    assert told(pdf) == expected


def test_a_document_of_one_revision_has_no_changes() -> None:
    assert told(PLAIN) == []


def test_many_changes_are_counted() -> None:
    fonts = {60 + number: b"<</Type/Font>>" for number in range(MOST + 5)}
    first = paper(others=fonts)
    *named, rest = told(amended(first, fonts))
    assert len(named) == MOST
    assert rest == ("object", 2, "+5")


VECTORS: Final[dict[str, list[tuple[str, int, str, bool]]]] = {
    "pades/two signatures": [("signature", 3, "Second", True)],
    "pades/certified against changes, then signed": [("signature", 3, "Second", False)],
    "pades/certified against changes, then time-stamped": [("time_stamp", 3, "Time", True)],
    "pades/followed by validation data": [("validation_data", 3, "", True)],
    "pades/annotated": [("annotation", 3, "1", False)],
    "pades/a form filled in": [("form_field", 3, "Amount", True)],
    "pades/a locked form filled in": [("form_field", 3, "Amount", False)],
    "pades/followed by one octet": [("appended", 2, "", False)],
    "pades/content replaced": [("page", 3, "1", False)],
    "pades/page added": [("page", 3, "2", False)],
    "pades/script added": [("document", 3, "OpenAction", False)],
    "pades/shadow attack, replace": [("object", 3, "5", False)],
    "pades/changed and changed back": [("page", 3, "1", False), ("page", 4, "1", False)],
    "pades/what the signature shows replaced": [("signed_field", 3, "Signature", False)],
    "pades/what the signature shows moved": [("signed_field", 3, "Signature", False)],
    "pades/field of nobody over the text": [("empty_signature_field", 3, "Empty", False)],
    "pades/field with the value of another": [("empty_signature_field", 3, "Stolen", False)],
    "pades/genuine P-256": [],
}


@pytest.mark.parametrize("name", VECTORS)
def test_what_came_after_a_signature(name: str) -> None:
    case = next(one for one in MANIFEST.cases if one.name == name)
    now = datetime.fromisoformat(case.moment)
    first = judge_pdf(MANIFEST.content(case.file), MANIFEST.evidence(case), now=now).signatures[0]
    found = [
        (one.addition.kind.value, one.addition.revision, one.addition.about, one.permitted) for one in first.changes
    ]
    assert found == VECTORS[name]


# --- what is permitted

ENDED: Final = b"startxref\n9\n%%EOF\n"


def signature(
    changes: Changes,
    *additions: AdditionKind,
    permission: int | None = None,
    coverage: Coverage = Coverage.REVISION,
    pdf: bytes = ENDED,
    revisions: int = 3,
) -> PDFSignature:
    """Return a signature of the second revision."""
    return PDFSignature(
        field="a",
        filter="",
        subfilter="",
        is_time_stamp=False,
        contents=b"",
        content=ByteRangeContent(pdf, ()),
        claimed_time=None,
        reason="",
        revision=1,
        coverage=coverage,
        changes=changes,
        permission=permission,
        revisions=revisions,
        additions=tuple(Addition(kind=kind, revision=3) for kind in additions),
    )


def permitted(one: PDFSignature) -> list[tuple[AdditionKind, bool]]:
    document = PDFDocument(signatures=(one,), certificates=(), revocation_lists=(), pages=1)
    return [(change.addition.kind, change.permitted) for change in changes_of(document, one)]


@pytest.mark.parametrize("kind", AdditionKind)
@pytest.mark.parametrize("permission", [None, 1, 2, 3])
def test_where_everything_is_permitted_each_is_and_else_one_at_least_is_not(
    kind: AdditionKind, permission: int | None
) -> None:
    allowed = signature(Changes.NONE, kind, AdditionKind.VALIDATION_DATA, permission=permission)
    assert permitted(allowed) == [(kind, True), (AdditionKind.VALIDATION_DATA, True)]
    refused = permitted(signature(Changes.FORBIDDEN, kind, AdditionKind.TIME_STAMP, permission=permission))
    assert refused[0] == (kind, False)


def test_what_may_stay_is_told_apart_from_what_may_not() -> None:
    kinds = (AdditionKind.VALIDATION_DATA, AdditionKind.SIGNATURE, AdditionKind.ANNOTATION, AdditionKind.PAGE)
    for permission, last in ((1, 1), (2, 2), (3, 3)):
        found = permitted(signature(Changes.FORBIDDEN, *kinds, permission=permission))
        assert found == [(kind, place < last) for place, kind in enumerate(kinds)]


def test_what_cannot_be_named_is_told_as_something() -> None:
    assert permitted(signature(Changes.FORBIDDEN)) == [(AdditionKind.OBJECT, False)]
    assert permitted(signature(Changes.FORBIDDEN, pdf=ENDED + b"more octets")) == [(AdditionKind.APPENDED, False)]
    assert permitted(signature(Changes.FORBIDDEN, revisions=2)) == [(AdditionKind.APPENDED, False)]
    followed = signature(Changes.FORBIDDEN, AdditionKind.SIGNATURE, pdf=ENDED + b"more octets")
    assert permitted(followed) == [(AdditionKind.SIGNATURE, True), (AdditionKind.APPENDED, False)]


def test_of_a_signature_that_covers_less_nothing_is_told() -> None:
    assert permitted(signature(Changes.FORBIDDEN, AdditionKind.PAGE, coverage=Coverage.LESS)) == []

"""The release check: our own finished file is read as a stranger would, and one octet too much is one too much."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from typing_extensions import override

from api.demo.documents import foreign_documents
from tests.fakes.clock import NOW
from tests.seal.kits import CENTRE, Bench
from tests.trust.pdf.paper import compressed, page_dictionary, paper
from trust.crypto.algorithms import Digest
from trust.errors import Untrusted
from trust.pdf.appearance import Appearance, Mark, Part, Picture, Placement
from trust.pdf.drawing import place
from trust.pdf.fields import form_fields
from trust.pdf.file import PDFFile, array_of, dictionary_of, page_references
from trust.pdf.intake import PDFMalformed
from trust.pdf.objects import Name, Raw, Reference, Stream, Value
from trust.pdf.release import MAX_ENDINGS, read_release
from trust.pdf.release_step import PDFReleaseRefused
from trust.pdf.signing import (
    DOCUMENT_TIME_STAMP,
    PADES,
    SEAL,
    SignatureRequest,
    add_signature,
    append_security_store,
    prepare_signature,
)
from trust.pdf.update import Gap, Update

BOX: Final = Appearance(operators=b"1 0 0 rg 0 0 50 50 re f", width_mm=20, height_mm=20)
RASTER: Final = Appearance(
    width_mm=20, height_mm=20, picture=Picture(width=2, height=1, colours=b"\xff\0\0" * 2, opacity=b"\xff\0")
)
FIRST: Final = Mark(appearance=BOX, placement=CENTRE)
REQUEST: Final = SignatureRequest(
    form=SEAL, field="Seal", at=NOW, reserve=60, label="标签", reason="理由", certify=True, marks=(FIRST,)
)
INVISIBLE: Final = replace(REQUEST, marks=())
SECOND: Final = replace(REQUEST, form=PADES, field="Second", marks=())
OTHER_PAGE: Final = Mark(appearance=BOX, placement=Placement(page=2, centre_x_mm=60, centre_y_mm=60))

NOTE: Final = b"<</Type/Annot/Subtype/Text/Rect[10 60 30 80]/Contents(note)>>"
TEXT: Final = b"<</T(a)/FT/Tx>>"
BEFORE: Final = paper(
    page_dictionary(more=b"/Annots[30 0 R]"),
    page_dictionary(),
    catalog=b"/AcroForm<</Fields[31 0 R]>>/DSS<</Certs[32 0 R]>>",
    others={30: NOTE, 31: TEXT, 32: b"<</Length 3>>\nstream\nabc\nendstream"},
)
PAGE, TEXT_FIELD, STORED = Reference(10), Reference(31), Reference(32)

Change = Callable[[Update], None]


class SpoiltUpdate(Update):
    """A writer that does something more before it writes."""

    def __init__(self, pdf: bytes, change: Change) -> None:
        super().__init__(PDFFile(pdf))
        self.spoil = change

    @override
    def finished_with_gap(self, signature: Reference, reserve: int) -> tuple[bytearray, Gap]:
        """Return the spoilt file."""
        self.spoil(self)
        return super().finished_with_gap(signature, reserve)


def spoilt(change: Change, request: SignatureRequest = REQUEST, before: bytes = BEFORE) -> bytes:
    """Return a signed file whose one revision holds something that it should not."""
    update = SpoiltUpdate(before, change)
    pages = page_references(update)
    placed = [place(update, pages, mark) for mark in request.marks]
    prepared = add_signature(update, request, list(form_fields(update)), placed=placed, page=pages[0])
    return prepared.fill(b"value")


def signed(before: bytes = BEFORE, request: SignatureRequest = REQUEST) -> bytes:
    return prepare_signature(before, request).fill(b"value")


def rule_against(pdf: bytes, fields: tuple[str, ...] = ("Seal",), before: bytes = BEFORE) -> object:
    with pytest.raises(PDFReleaseRefused) as caught:
        read_release(pdf, before=before, fields=fields)
    return caught.value.details["rule"]


def catalog_of(update: Update) -> dict[str, Value]:
    return dict(dictionary_of(update.load(update.root)))


def change_page(**entries: Value) -> Change:
    return lambda update: update.replace(PAGE, {**dictionary_of(update.load(PAGE)), **entries})


def change_catalog(**entries: Value) -> Change:
    return lambda update: update.replace(update.root, {**catalog_of(update), **entries})


def added(update: Update, kind: str) -> Reference:
    """Return the object of a kind that the revision adds: a widget, a signature, a form, an image."""
    for reference, value in update.changed.items():
        dictionary = value.dictionary if isinstance(value, Stream) else value
        if reference.number < update.document.free_number or not isinstance(dictionary, dict):
            continue
        if kind in (dictionary.get("Subtype"), dictionary.get("Type")):
            return reference
    raise AssertionError(kind)


def change_added(kind: str, **entries: Value) -> Change:
    def change(update: Update) -> None:
        reference = added(update, kind)
        value = update.load(reference)
        if isinstance(value, Stream):
            update.replace(reference, Stream({**value.dictionary, **entries}, value.data))
        else:
            update.replace(reference, {**dictionary_of(value), **entries})

    return change


def remove_from(kind: str, key: str) -> Change:
    def change(update: Update) -> None:
        reference = added(update, kind)
        value = dictionary_of(update.load(reference))
        update.replace(reference, {name: one for name, one in value.items() if name != key})

    return change


def permitting(permission: int) -> Change:
    """Return a change of what the signature permits afterwards."""

    def change(update: Update) -> None:
        reference = added(update, "Sig")
        signature = dictionary_of(update.load(reference))
        certifying, *others = array_of(signature["Reference"])
        rule = dictionary_of(certifying)
        parameters = {**dictionary_of(rule["TransformParams"]), "P": permission}
        update.replace(reference, {**signature, "Reference": ({**rule, "TransformParams": parameters}, *others)})

    return change


def extend(path: tuple[str, ...], *more: Value) -> Change:
    return lambda update: update.change(update.root, path, lambda old: (*array_of(old or ()), *more))


def add_to(path: tuple[str, ...], value: Value) -> Change:
    def change(update: Update) -> None:
        extend(path, update.add(value))(update)

    return change


# --- what is released


def test_what_a_release_tells() -> None:
    prepared = prepare_signature(BEFORE, REQUEST)
    pdf = prepared.fill(b"value")
    (found,) = read_release(pdf, before=BEFORE, fields=("Seal",))
    assert (found.field, found.filter, found.subfilter) == ("Seal", SEAL.filter, SEAL.subfilter)
    assert found.contents == b"value".ljust(60, b"\0")
    assert (found.is_time_stamp, found.claimed_time, found.revision) == (False, NOW.replace(microsecond=0), 0)
    for algorithm in (Digest.SM3, Digest.SHA256):
        assert found.content.digest(algorithm) == prepared.digest(algorithm)


def test_several_revisions(bench: Bench) -> None:
    evidence = bench.kit.evidence
    pdf = signed(signed(BEFORE), SECOND)
    pdf = append_security_store(pdf, certificates=evidence.certificates, revocation_lists=evidence.revocation_lists)
    pdf = signed(pdf, replace(SECOND, form=DOCUMENT_TIME_STAMP, field="Time"))
    found = read_release(pdf, before=BEFORE, fields=("Time", "Seal", "Second"))
    assert [(one.field, one.is_time_stamp, one.revision) for one in found] == [
        ("Time", True, 3),
        ("Seal", False, 0),
        ("Second", False, 1),
    ]
    assert found[0].claimed_time is None


DOCUMENTS: Final = {
    "compressed": compressed(),
    "plain": paper(),
    "annotations inside": paper(
        page_dictionary(more=b"/Annots[" + NOTE + b" 30 0 R]"), page_dictionary(), others={30: NOTE}
    ),
    "a list of annotations": paper(
        page_dictionary(more=b"/Annots 31 0 R"), page_dictionary(), others={30: NOTE, 31: b"[30 0 R " + NOTE + b"]"}
    ),
    "a form in an object": paper(catalog=b"/AcroForm 30 0 R", others={30: b"<</Fields 31 0 R>>", 31: b"[]"}),
    "a store of another type": paper(catalog=b"/DSS<</Type/Else/Certs[]>>"),
    "permissions in an object": paper(catalog=b"/Perms 30 0 R", others={30: b"<</Other 1>>"}),
    "no end of line": paper().rstrip(),
    "an identifier": paper(trailer=b"/ID[<01><02>]"),
}


@pytest.mark.parametrize("name", [*DOCUMENTS, "form.pdf", "object-streams.pdf", "outline.pdf", "several-pages.pdf"])
def test_documents_of_many_kinds(name: str, bench: Bench) -> None:
    before = DOCUMENTS[name] if name in DOCUMENTS else foreign_documents()[name]
    evidence = bench.kit.evidence
    request = replace(REQUEST, certificates=evidence.certificates, revocation_lists=evidence.revocation_lists)
    pdf = signed(signed(before, request), SECOND)
    assert len(read_release(pdf, before=before, fields=("Seal", "Second"))) == 2


@pytest.mark.parametrize("appearance", [BOX, RASTER])
def test_seals_on_further_pages(appearance: Appearance) -> None:
    marks = tuple(replace(one, appearance=appearance) for one in (FIRST, OTHER_PAGE, OTHER_PAGE))
    pdf = signed(BEFORE, replace(REQUEST, marks=marks))
    assert len(read_release(pdf, before=BEFORE, fields=("Seal",))) == 1


def test_slices_of_a_seal() -> None:
    slices = [replace(BOX, part=Part(left_mm=left, bottom_mm=0, width_mm=10, height_mm=20)) for left in (0, 10)]
    marks = tuple(replace(one, appearance=part) for one, part in zip((FIRST, OTHER_PAGE), slices, strict=True))
    pdf = signed(BEFORE, replace(REQUEST, marks=marks))
    assert len(read_release(pdf, before=BEFORE, fields=("Seal",))) == 1


# --- one thing too much


SPOILT: Final[dict[str, tuple[str, Change]]] = {
    "a planted object": ("objects", lambda update: update.replace(update.reserve(), {"A": 1})),
    "another content": ("objects", lambda update: update.replace(Reference(4), Stream({}, b"0 0 9 9 re f"))),
    "another font": ("objects", lambda update: update.replace(Reference(5), {"Type": Name("Font")})),
    "a field filled in": ("objects", lambda update: update.replace(TEXT_FIELD, {"T": b"a", "V": b"1 000"})),
    "another annotation": ("objects", lambda update: update.replace(Reference(30), {"Type": Name("Annot")})),
    "an octet in the object": ("objects", lambda update: update.replace(PAGE, Raw(b"<</Type/Page>> %"))),
    "an opening action": ("catalog", change_catalog(OpenAction={"S": Name("Named"), "N": Name("Print")})),
    "another tree of pages": ("catalog", change_catalog(Pages=Reference(11))),
    "a page turned": ("page", change_page(Rotate=90)),
    "a page with an action": ("page", change_page(AA={})),
    "content before": ("content", change_page(Contents=(Reference(5), Reference(4)))),
    "other resources": ("content", change_page(Resources={})),
    "an annotation less": (
        "annotations",
        lambda update: update.change(PAGE, ("Annots",), lambda old: array_of(old)[1:]),
    ),
    "an annotation more": (
        "annotations",
        lambda update: update.change(PAGE, ("Annots",), lambda old: (*array_of(old), Reference(5))),
    ),
    "a field less": (
        "fields",
        lambda update: update.change(update.root, ("AcroForm", "Fields"), lambda old: array_of(old)[1:]),
    ),
    "another field": ("fields", add_to(("AcroForm", "Fields"), {"T": b"b", "FT": Name("Tx")})),
    "a field inside": ("fields", extend(("AcroForm", "Fields"), {"T": b"b"})),
    "flags of the form": ("form", lambda update: update.change(update.root, ("AcroForm", "SigFlags"), lambda _: 1)),
    "looks left to the reader": (
        "form",
        lambda update: update.change(update.root, ("AcroForm", "NeedAppearances"), lambda _: True),
    ),
    "the form in another object": ("form", change_catalog(AcroForm=Reference(5))),
    "a widget that acts": ("widget", change_added("Widget", A={"S": Name("URI")})),
    "a widget that is not printed": ("widget", change_added("Widget", F=130)),
    "a widget that is a link": ("widget", change_added("Widget", Subtype=Name("Link"))),
    "two looks": ("widget", change_added("Widget", AP={"N": Reference(4), "D": Reference(4)})),
    "an old look": ("appearance", change_added("Widget", AP={"N": Reference(4)})),
    "a field of another kind": ("widget", change_added("Widget", FT=Name("Tx"))),
    "a form with a typeface": ("appearance", change_added("Form", Resources={"Font": {"F1": Reference(5)}})),
    "a form that refers to a page": ("appearance", change_added("Form", Ref={})),
    "a form that is an image": ("appearance", change_added("Form", Subtype=Name("Image"))),
    "an entry of the signature": ("signature", change_added("Sig", Prop_Build={})),
    "a signature without a form": ("signature", remove_from("Sig", "SubFilter")),
    "an old signature": ("signature", change_added("Widget", V=Reference(5))),
    "a signature inside": ("signature", change_added("Widget", V={"Type": Name("Sig")})),
    "no name": ("structure", change_added("Widget", T=7)),
    "a form of signature that is no name": ("signature", change_added("Sig", Filter=b"GM")),
    "another moment": ("time", change_added("Sig", M=b"yesterday")),
    "a moment that never was": ("time", change_added("Sig", M=b"D:20260230000000Z")),
    "a signature that forbids": (
        "permissions",
        permitting(1),
    ),
    "a signature that permits all": (
        "permissions",
        permitting(3),
    ),
    "another rule": ("permissions", change_added("Sig", Reference=({"TransformMethod": Name("UR")},))),
    "rights of use": (
        "permissions",
        lambda update: update.change(update.root, ("Perms", "UR3"), lambda _: Reference(5)),
    ),
    "a lock on less": ("lock", change_added("SigFieldLock", Fields=())),
    "no lock": ("lock", remove_from("Widget", "Lock")),
    "a lock that says more": ("lock", change_added("SigFieldLock", P=1)),
    "a store without": ("store", lambda update: update.change(update.root, ("DSS", "Certs"), lambda _: ())),
    "no store": (
        "store",
        lambda update: update.replace(
            update.root, {key: one for key, one in catalog_of(update).items() if key != "DSS"}
        ),
    ),
    "a store with more": ("store", lambda update: update.change(update.root, ("DSS", "VRI"), lambda _: {})),
    "a store of dictionaries": ("store", add_to(("DSS", "Certs"), {"A": 1})),
    "a store of compressed streams": ("store", add_to(("DSS", "CRLs"), Stream({"Filter": Name("FlateDecode")}, b""))),
    "the same thing twice in the store": ("store", extend(("DSS", "OCSPs"), STORED)),
    "what was stored is another": ("objects", lambda update: update.replace(STORED, Stream({}, b"abd"))),
    "another document": ("trailer", lambda update: update.trailer.update(Info=Reference(5))),  # type: ignore[attr-defined]
}


@pytest.mark.parametrize("kind", SPOILT)
def test_one_thing_too_much(kind: str) -> None:
    rule, change = SPOILT[kind]
    assert rule_against(spoilt(change)) == rule


class UnsignedUpdate(Update):
    """A writer that forgets the gap."""

    @override
    def finished_with_gap(self, signature: Reference, reserve: int) -> tuple[bytearray, Gap]:
        """Return a file whose signature dictionary has neither a value nor a ByteRange."""
        return bytearray(self.finished()), Gap(start=0, end=2, byte_range=0)


def test_a_signature_without_a_gap() -> None:
    update = UnsignedUpdate(PDFFile(BEFORE))
    pages = page_references(update)
    prepared = add_signature(update, INVISIBLE, list(form_fields(update)), placed=[], page=pages[0])
    assert rule_against(bytes(prepared.octets)) == "byte_range"


def test_the_same_without_anything_too_much() -> None:
    assert len(read_release(spoilt(lambda _: None), before=BEFORE, fields=("Seal",))) == 1


def test_an_invisible_field_that_takes_room() -> None:
    assert rule_against(spoilt(change_added("Widget", Rect=(0, 0, 9, 9)), INVISIBLE)) == "widget"


@pytest.mark.parametrize(
    ("rule", "entries"),
    [
        ("appearance", {"Subtype": Name("Form")}),
        ("appearance", {"Alternates": ()}),
        ("appearance", {"SMask": Reference(4)}),
    ],
)
def test_a_raster_that_is_more(rule: str, entries: dict[str, Value]) -> None:
    request = replace(REQUEST, marks=(replace(FIRST, appearance=RASTER),))

    def change(update: Update) -> None:
        images = [
            reference
            for reference, value in update.changed.items()
            if isinstance(value, Stream) and "SMask" in value.dictionary
        ]
        value = update.load(images[0])
        assert isinstance(value, Stream)
        update.replace(images[0], Stream({**value.dictionary, **entries}, value.data))

    assert rule_against(spoilt(change, request)) == rule


# --- seals in the content

DRAWING: Final = replace(REQUEST, marks=(FIRST, OTHER_PAGE))
SECOND_PAGE: Final = Reference(11)


def change_second_page(change: Callable[[Update, dict[str, Value]], dict[str, Value]]) -> Change:
    def act(update: Update) -> None:
        page = dict(dictionary_of(update.load(SECOND_PAGE)))
        update.replace(SECOND_PAGE, {**page, **change(update, page)})

    return act


def other_closing(content: bytes) -> Change:
    def change(update: Update, page: dict[str, Value]) -> dict[str, Value]:
        closing = array_of(page["Contents"])[-1]
        assert isinstance(closing, Reference)
        update.replace(closing, Stream({}, content))
        return {}

    return change_second_page(change)


def swapped(update: Update, page: dict[str, Value]) -> dict[str, Value]:
    _ = update
    return {"Resources": {**dictionary_of(page["Resources"]), "Font": {}}}


def one_more(update: Update, page: dict[str, Value]) -> dict[str, Value]:
    _ = update
    resources = dictionary_of(page["Resources"])
    return {"Resources": {**resources, "XObject": {**dictionary_of(resources["XObject"]), "Seal9": Reference(4)}}}


DRAWN: Final[dict[str, tuple[str, Change]]] = {
    "text": ("content", other_closing(b"Q\nBT (x) Tj ET")),
    "something before the seal": (
        "content",
        other_closing(b"Q\n0 0 9 9 re f\n/Artifact BMC q 1 0 0 1 0 0 cm /Seal1 Do Q EMC"),
    ),
    "nothing": ("content", other_closing(b"Q")),
    "another seal": (
        "resources",
        other_closing(b"Q\n/Artifact BMC q 1.0000 0.0000 0.0000 1.0000 0.0000 0.0000 cm /Seal7 Do Q EMC"),
    ),
    "one stream more": (
        "content",
        change_second_page(lambda _, page: {"Contents": (*array_of(page["Contents"]), Reference(4))}),
    ),
    "the content left out": (
        "content",
        change_second_page(lambda _, page: {"Contents": array_of(page["Contents"])[::2]}),
    ),
    "other typefaces": ("resources", change_second_page(swapped)),
    "a resource more": ("resources", change_second_page(one_more)),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_seals_in_the_content_with_something_else(kind: str) -> None:
    rule, change = DRAWN[kind]
    assert rule_against(spoilt(change, DRAWING)) == rule


# --- the bytes


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def act(pdf: bytes) -> bytes:
        start = pdf.rindex(old)
        return pdf[:start] + new + pdf[start + len(old) :]

    return act


def renumbered(place: int, by: int) -> Callable[[bytes], bytes]:
    """Return an attack that moves one number of the ByteRange."""

    def act(pdf: bytes) -> bytes:
        found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+) *\]", pdf)
        assert found is not None
        numbers = [int(one) for one in found.groups()]
        numbers[place] += by
        text = b"/ByteRange [0 %d %d %d" % tuple(numbers)
        return pdf[: found.start()] + text.ljust(len(found[0]) - 1) + b"]" + pdf[found.end() :]

    return act


BYTES: Final[dict[str, tuple[str, Callable[[bytes], bytes]]]] = {
    "the beginning changed": ("prefix", lambda pdf: pdf.replace(b"Notice", b"Notify", 1)),
    "nothing added": ("prefix", lambda _: BEFORE),
    "something else": ("prefix", lambda _: b""),
    "an octet behind the end": ("sections", lambda pdf: pdf + b"x"),
    "an end of line behind the end": ("sections", lambda pdf: pdf + b"\n"),
    "the end cut off": ("sections", lambda pdf: pdf[:-8]),
    "no update at all": ("sections", lambda _: BEFORE + b"\n"),
    "more endings than are looked at": (
        "sections",
        lambda pdf: BEFORE + b"startxref\n0\n%%EOF\n" * MAX_ENDINGS + pdf[len(BEFORE) :],
    ),
    "endings before the end": ("structure", lambda pdf: BEFORE + b"startxref\n0\n%%EOF\n" * 9 + pdf[len(BEFORE) :]),
    "a gap that begins earlier": ("byte_range", renumbered(0, -1)),
    "a gap that ends later": ("byte_range", renumbered(1, 1)),
    "a tail left out": ("byte_range", renumbered(2, -1)),
    "no room between objects": ("objects", swap(b"\nendobj\n", b"\nendobj ")),
    "capitals in the value": ("objects", swap(b"76616c7565", b"76616C7565")),
    "white space in the value": ("objects", swap(b"0000>", b"00 0>")),
    "another number of the object": ("structure", swap(b"xref\n1 1", b"xref\n3 1")),
    "white space behind the table": ("section", swap(b"\ntrailer\n<<\n", b"\ntrailer\n<< ")),
    "another section before": ("sections", swap(b"/Prev ", b"/Prew ")),
    "the seal's page is another": ("annotations", swap(b"/P 10 0 R", b"/P 11 0 R")),
}


@pytest.mark.parametrize("kind", BYTES)
def test_other_bytes(kind: str) -> None:
    rule, change = BYTES[kind]
    assert rule_against(change(signed())) == rule


@pytest.mark.parametrize("fields", [(), ("Other",), ("Seal", "Other"), ("Seal", "Second")])
def test_other_fields_than_those_that_were_signed(fields: tuple[str, ...]) -> None:
    assert rule_against(signed(), fields) == "fields"


def test_one_name_twice() -> None:
    first = signed()
    again = spoilt(change_added("Widget", T=b"Seal"), replace(INVISIBLE, certify=False), before=first)
    assert rule_against(again, ("Seal",)) == "fields"


def test_more_revisions_than_one_stamping_appends() -> None:
    pdf = BEFORE
    for _ in range(9):
        pdf = signed(pdf, SECOND)
    names = ("Second", *(f"Second{number}" for number in range(2, 10)))
    assert rule_against(pdf, names) == "revisions"
    assert len(read_release(pdf, before=signed(BEFORE, SECOND), fields=names[1:])) == 8


def test_a_file_that_is_not_read_is_not_released() -> None:
    assert rule_against(b"%PDF-1.7\n" + signed(), before=b"%PDF-1.7\n") == "structure"
    assert issubclass(PDFReleaseRefused, Untrusted)
    assert PDFReleaseRefused.code == "pdf.release_refused"


def test_every_octet_that_is_appended_counts() -> None:
    # Whichever is changed: the file is refused, or what is told of it changes, so that no signature fits any more.
    pdf = signed()
    told = read_release(pdf, before=BEFORE, fields=("Seal",))[0]
    for octet in range(len(BEFORE), len(pdf)):
        attacked = pdf[:octet] + bytes((pdf[octet] ^ 1,)) + pdf[octet + 1 :]
        try:
            (found,) = read_release(attacked, before=BEFORE, fields=("Seal",))
        except PDFReleaseRefused:
            continue
        assert (found.contents, found.content.digest(Digest.SHA256)) != (
            told.contents,
            told.content.digest(Digest.SHA256),
        )


# --- the writer


def test_a_catalog_that_is_no_object_of_its_own() -> None:
    with pytest.raises(PDFMalformed):
        signed(paper().replace(b"/Root 1 0 R", b"/Root<</Pages 2 0 R>>"))


def test_an_update_reads_as_the_document_will_be() -> None:
    update = Update(PDFFile(BEFORE))
    added_one = update.add((1, 2))
    update.replace(TEXT_FIELD, {"T": b"b"})
    update.change(PAGE, ("Group", "CS"), lambda old: (old, Name("DeviceRGB")))
    after = PDFFile(update.finished())
    assert [update.load(one) for one in (added_one, TEXT_FIELD)] == [(1, 2), {"T": b"b"}]
    assert [after.load(one) for one in (added_one, TEXT_FIELD)] == [(1, 2), {"T": b"b"}]
    assert dictionary_of(after.load(PAGE))["Group"] == {"CS": (None, "DeviceRGB")}
    assert after.pdf.startswith(BEFORE)

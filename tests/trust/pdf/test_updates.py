"""Attacks by incremental update: what a reader shows is changed after sealing, and every byte signed is still there."""

import io
from collections.abc import Callable
from typing import Any, Final

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from api.demo.documents import foreign_documents
from seal.verification.documents import DocumentReport
from tests.builders import PKI
from tests.seal.kits import CENTRE, Bench, checks_failed, outcomes
from tests.trust.pdf.paper import page_dictionary, paper, updated
from trust.crypto.algorithms import KEYS, Digest
from trust.pdf.appearance import Appearance, Mark, Placement
from trust.pdf.judging import Changes
from trust.pdf.signing import PADES, SignatureRequest, prepare_signature
from trust.verdict import Outcome

Writer = Any
Attack = Callable[[Writer], object]

WHITE_BOX: Final = b"q 1 1 1 rg 60 660 400 100 re f Q"
CHANGED: Final = ("failed", "HASH_FAILURE")


def name(text: str) -> Any:  # noqa: ANN401 - pyHanko's
    return pdf_name("/" + text)


def dictionary(**entries: Any) -> Any:  # noqa: ANN401 - pyHanko's
    return generic.DictionaryObject({name(key): value for key, value in entries.items()})


def numbers(*values: float) -> Any:  # noqa: ANN401 - pyHanko's
    return generic.ArrayObject(generic.FloatObject(value) for value in values)


def content(operators: bytes, **entries: Any) -> Any:  # noqa: ANN401 - pyHanko's
    return generic.StreamObject(dictionary(**entries), stream_data=operators)


def form(operators: bytes, *box: float) -> Any:  # noqa: ANN401 - pyHanko's
    return content(operators, Type=name("XObject"), Subtype=name("Form"), BBox=numbers(*box))


def page_of(writer: Writer) -> Any:  # noqa: ANN401 - pyHanko's
    return writer.find_page_for_modification(0)[0].get_object()


def field_of(writer: Writer, place: int = 0) -> Any:  # noqa: ANN401 - pyHanko's
    return writer.root["/AcroForm"]["/Fields"][place]


# --- the attacks


def overlay(writer: Writer) -> None:
    page = page_of(writer)
    more = writer.add_object(content(WHITE_BOX))
    old = page.raw_get("/Contents")
    page[name("Contents")] = generic.ArrayObject([old, more])
    writer.update_container(page)


def replace_content(writer: Writer) -> None:
    reference = page_of(writer).raw_get("/Contents")
    if not isinstance(reference, generic.IndirectObject):
        reference = reference.raw_get(0)
    writer.objects[0, reference.idnum] = content(WHITE_BOX)


def annotation(writer: Writer, **entries: Any) -> None:  # noqa: ANN401 - pyHanko's
    page = page_of(writer)
    added = writer.add_object(
        dictionary(Type=name("Annot"), Rect=numbers(60, 660, 460, 760), F=generic.NumberObject(4), **entries)
    )
    page[name("Annots")] = generic.ArrayObject([*page.get("/Annots", ()), added])
    writer.update_container(page)


def freetext(writer: Writer) -> None:
    shown = writer.add_object(form(b"1 1 1 rg 0 0 400 100 re f", 0, 0, 400, 100))
    annotation(writer, Subtype=name("FreeText"), Contents=pdf_string("x"), AP=dictionary(N=shown))


def stamp_annotation(writer: Writer) -> None:
    shown = writer.add_object(form(b"1 0 0 rg 0 0 400 100 re f", 0, 0, 400, 100))
    annotation(writer, Subtype=name("Stamp"), AP=dictionary(N=shown))


def link(writer: Writer) -> None:
    action = dictionary(S=name("URI"), URI=pdf_string("https://example.org/"))
    annotation(writer, Subtype=name("Link"), A=action)


def text_widget(writer: Writer) -> None:
    shown = writer.add_object(form(b"1 1 1 rg 0 0 400 100 re f", 0, 0, 400, 100))
    annotation(writer, Subtype=name("Widget"), FT=name("Tx"), T=pdf_string("new"), AP=dictionary(N=shown))
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(page_of(writer)["/Annots"].raw_get(-1))
    writer.update_container(fields)


def swap_font(writer: Writer) -> None:
    fonts = page_of(writer)["/Resources"]["/Font"]
    font = fonts[next(iter(fonts))]
    holder = font["/DescendantFonts"][0]["/FontDescriptor"]
    key = next(one for one in holder if one.startswith("/FontFile"))
    reference, old = holder.raw_get(key), holder[key]
    entries = {key: value for key, value in old.items() if key not in ("/Filter", "/Length")}
    writer.objects[0, reference.idnum] = generic.StreamObject(entries, stream_data=old.data[:-1] + b"\0")


def seal_appearance(writer: Writer) -> None:
    reference = field_of(writer)["/AP"].raw_get("/N")
    writer.objects[0, reference.idnum] = form(b"0 0 1 rg 0 0 120 120 re f", 0, 0, 120, 120)


def other_appearance(writer: Writer) -> None:
    field = field_of(writer)
    field[name("AP")] = dictionary(N=writer.add_object(form(b"0 0 1 rg 0 0 9 9 re f", 0, 0, 9, 9)))
    writer.update_container(field)


def move_seal(writer: Writer) -> None:
    field = field_of(writer)
    field[name("Rect")] = numbers(100, 600, 219, 719)
    writer.update_container(field)


def hide_seal(writer: Writer) -> None:
    field = field_of(writer)
    field[name("F")] = generic.NumberObject(2)
    writer.update_container(field)


def rename_field(writer: Writer) -> None:
    field = field_of(writer)
    field[name("T")] = pdf_string("AnotherName")
    writer.update_container(field)


def replace_value(writer: Writer) -> None:
    field = field_of(writer)
    value = field["/V"]
    value[name("Reason")] = pdf_string("another reason")
    writer.update_container(value)


def drop_first_field(writer: Writer) -> None:
    form_ = writer.root["/AcroForm"]
    form_[name("Fields")] = generic.ArrayObject([form_["/Fields"].raw_get(1)])
    writer.update_container(form_)


def show_second_field_as_seal(writer: Writer) -> None:
    field = field_of(writer, 1)
    field[name("Rect")] = numbers(100, 600, 219, 719)
    field[name("AP")] = dictionary(N=field_of(writer)["/AP"].raw_get("/N"))
    writer.update_container(field)


def second_field_with_the_same_value(writer: Writer) -> None:
    shown = field_of(writer)["/AP"].raw_get("/N")
    value = field_of(writer).raw_get("/V")
    more = dictionary(FT=name("Sig"), T=pdf_string("Copy"), V=value, AP=dictionary(N=shown))
    annotation(writer, Subtype=name("Widget"), **{key[1:]: one for key, one in more.items()})
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(page_of(writer)["/Annots"].raw_get(-1))
    writer.update_container(fields)


def in_catalog(key: str, value: Callable[[], Any]) -> Attack:
    def attack(writer: Writer) -> None:
        writer.root[name(key)] = value()
        writer.update_root()

    return attack


def script() -> Any:  # noqa: ANN401 - pyHanko's
    return dictionary(S=name("JavaScript"), JS=pdf_string("app.alert(1)"))


def append_page(writer: Writer) -> None:
    more = writer.add_object(content(WHITE_BOX))
    writer.insert_page(PageObject(contents=more, media_box=numbers(0, 0, 595, 842)))


def drop_page(writer: Writer) -> None:
    pages = writer.root["/Pages"]
    pages[name("Kids")] = generic.ArrayObject([])
    pages[name("Count")] = generic.NumberObject(0)
    writer.update_container(pages)


def on_page(key: str, value: Callable[[], Any]) -> Attack:
    def attack(writer: Writer) -> None:
        page = page_of(writer)
        page[name(key)] = value()
        writer.update_container(page)

    return attack


def empty_visible_field(writer: Writer) -> None:
    box = (60, 660, 460, 760)
    append_signature_field(writer, SigFieldSpec("Theirs", box=box, empty_field_appearance=True))


def drop_permissions(writer: Writer) -> None:
    del writer.root["/Perms"]
    writer.update_root()


ATTACKS: Final[dict[str, Attack]] = {
    "overlay": overlay,
    "content replaced": replace_content,
    "FreeText annotation": freetext,
    "stamp annotation": stamp_annotation,
    "link": link,
    "text widget": text_widget,
    "seal appearance replaced": seal_appearance,
    "seal with another appearance": other_appearance,
    "seal moved": move_seal,
    "seal hidden": hide_seal,
    "field renamed": rename_field,
    "signature dictionary replaced": replace_value,
    "first field dropped": drop_first_field,
    "second field shown as seal": show_second_field_as_seal,
    "second field with the same value": second_field_with_the_same_value,
    "catalog Lang": in_catalog("Lang", lambda: pdf_string("en")),
    "catalog OpenAction": in_catalog("OpenAction", script),
    "catalog AA": in_catalog("AA", lambda: dictionary(WP=script())),
    "catalog Names": in_catalog("Names", lambda: dictionary(EmbeddedFiles=dictionary(Names=generic.ArrayObject()))),
    "catalog OCProperties": in_catalog("OCProperties", lambda: dictionary(OCGs=generic.ArrayObject(), D=dictionary())),
    "page appended": append_page,
    "page dropped": drop_page,
    "page turned": on_page("Rotate", lambda: generic.NumberObject(180)),
    "page cropped": on_page("CropBox", lambda: numbers(0, 0, 300, 300)),
    "page with an action": on_page("AA", lambda: dictionary(O=script())),
    "empty visible field added": empty_visible_field,
    "permissions dropped": drop_permissions,
}


@pytest.fixture(scope="session")
def sealed_alone(plain: bytes, bench: Bench) -> bytes:
    """Return the first revision of a stamped document: the seal, without the signature that follows it."""
    end = plain.index(b"%%EOF", plain.index(b"ElectronicSeal"))
    revision = plain[: plain.index(b"\n", end) + 1 if b"\n" in plain[end : end + 7] else end + 5]
    assert outcomes(bench.judge(revision)) == [("ElectronicSeal", "passed", "")]
    return revision


@pytest.fixture(scope="session")
def signed_alone(bench: Bench) -> bytes:
    """Return a document with a signature that does not certify."""
    prepared = prepare_signature(
        paper(), SignatureRequest(form=PADES, field="Signature", at=bench.clock.now(), reserve=12_288)
    )
    signer = bench.kit.document_signer
    made = prepared.fill(signer.sign(prepared.digest(Digest.SHA256), stamp=bench.kit.document_stamper.stamp))
    assert outcomes(bench.judge(made)) == [("Signature", "passed", "")]
    return made


def require_refused(report: DocumentReport) -> None:
    """Fail if the document passed, or if what was changed is not the reason."""
    assert Outcome.PASSED is not report.outcome
    assert ("pdf.changes", "HASH_FAILURE") in checks_failed(report)
    assert report.finding is not None
    assert report.finding.sub_indication.value in ("HASH_FAILURE", "FORMAT_FAILURE")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_stamped_document(plain: bytes, bench: Bench, attack: str) -> None:
    report = bench.judge(updated(plain, ATTACKS[attack]))
    require_refused(report)
    # What a second field shows is for the second signer to answer: the first may hold while the document fails.
    if attack not in ("first field dropped", "signature dictionary replaced", "second field shown as seal"):
        assert report.signatures[0].report.verdict.outcome is Outcome.FAILED


ON_ONE = sorted(set(ATTACKS) - {"second field shown as seal", "first field dropped"})


@pytest.mark.parametrize("attack", ON_ONE)
def test_a_document_that_is_only_sealed(sealed_alone: bytes, bench: Bench, attack: str) -> None:
    report = bench.judge(updated(sealed_alone, ATTACKS[attack]))
    require_refused(report)
    assert len(report.signatures) <= 2


@pytest.mark.parametrize(
    "attack",
    sorted({*ON_ONE} - {"seal appearance replaced", "second field with the same value", "permissions dropped"}),
)
def test_a_document_with_a_signature_that_does_not_certify(signed_alone: bytes, bench: Bench, attack: str) -> None:
    report = bench.judge(updated(signed_alone, ATTACKS[attack]))
    require_refused(report)


@pytest.mark.parametrize(
    "attack",
    [overlay, swap_font, append_page, replace_content, seal_appearance, move_seal],
    ids=lambda one: one.__name__,
)
def test_a_typeset_document(typeset: bytes, bench: Bench, attack: Attack) -> None:
    require_refused(bench.judge(updated(typeset, attack)))


@pytest.mark.parametrize("attack", [overlay, freetext, move_seal, append_page], ids=lambda one: one.__name__)
def test_a_document_that_two_have_sealed(bench: Bench, sm2_pki: PKI, p256_pki: PKI, attack: Attack) -> None:
    other = Bench.of(sm2_pki, p256_pki, name="某市数据管理局", code="33019900000002")
    twice = other.stamp(bench.stamp(paper()), Placement(page=1, centre_x_mm=60, centre_y_mm=200))
    report = bench.judge(updated(twice, attack))
    assert [one.report.verdict.outcome for one in report.signatures] == [Outcome.FAILED] * 4


@pytest.mark.parametrize("attack", [overlay, move_seal, freetext], ids=lambda one: one.__name__)
def test_one_attack_and_then_an_honest_signature_after_it(plain: bytes, bench: Bench, attack: Attack) -> None:
    # The last signature covers the whole file, and says nothing for the first.
    report = bench.judge(bench.stamp(updated(plain, attack), Placement(page=1, centre_x_mm=60, centre_y_mm=60)))
    assert outcomes(report)[0][1:] == CHANGED
    assert Outcome.FAILED is report.outcome


def fill_in(writer: Writer) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[name("V")] = pdf_string("1 000 000")
    writer.update_container(field)


def test_a_form_that_was_filled_in_after_sealing(bench: Bench) -> None:
    # An amount in a sealed contract: whoever reads "valid" must be able to rely on what the page shows.
    stamped = bench.stamp(foreign_documents()["form.pdf"])
    report = bench.judge(updated(stamped, fill_in))
    assert Outcome.PASSED is not report.outcome


# --- signatures of strangers


def stranger_signs(pdf: bytes, bench: Bench, appearance: Appearance | None, pki: PKI) -> bytes:
    """Return `pdf` with one more signature by somebody under an unknown root."""
    intruder = Bench.of(PKI.found(KEYS["sm2"]), pki)
    request = SignatureRequest(
        form=PADES,
        field="Theirs",
        at=bench.clock.now(),
        reserve=12_288,
        marks=() if appearance is None else (Mark(appearance=appearance, placement=CENTRE),),
    )
    prepared = prepare_signature(pdf, request)
    signer, stamper = intruder.kit.document_signer, intruder.kit.document_stamper
    return prepared.fill(signer.sign(prepared.digest(Digest.SHA256), stamp=stamper.stamp))


@pytest.mark.parametrize("kind", ["visible", "invisible"])
def test_a_stranger_signs_too(plain: bytes, bench: Bench, kind: str) -> None:
    shown = Appearance(operators=b"1 1 1 rg 0 0 300 300 re f", width_mm=60, height_mm=60)
    attacked = stranger_signs(plain, bench, shown if kind == "visible" else None, PKI.found(KEYS["p256"]))
    report = bench.judge(attacked)
    assert Outcome.PASSED is not report.outcome
    assert ("certificate.path", "NO_CERTIFICATE_CHAIN_FOUND") in checks_failed(report)
    assert Outcome.PASSED is not report.signatures[-1].report.verdict.outcome
    assert report.signatures[-1].field == "Theirs"


# --- what may be changed


def test_more_evidence_may_be_added(plain: bytes, bench: Bench) -> None:
    certificates, lists = bench.kit.evidence.certificates, bench.kit.evidence.revocation_lists

    def add(writer: Writer) -> None:
        store = writer.root["/DSS"]
        for key, values in (("Certs", certificates), ("CRLs", lists)):
            streams = [writer.add_object(generic.StreamObject(stream_data=one.der)) for one in values]
            store[name(key)] = generic.ArrayObject([*(store.get("/" + key, ())), *streams])
        writer.update_container(store)

    report = bench.judge(updated(plain, add))
    assert Outcome.PASSED is report.outcome
    assert [one.placed.changes for one in report.signatures if one.placed] == [
        Changes.FORM_FILLING,
        Changes.VALIDATION_DATA,
    ]


def test_an_update_that_changes_nothing(plain: bytes, bench: Bench) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(plain))
    output = io.BytesIO()
    writer.write(output)
    assert Outcome.PASSED is bench.judge(output.getvalue()).outcome
    assert Outcome.INDETERMINATE is bench.judge(paper(page_dictionary())).outcome

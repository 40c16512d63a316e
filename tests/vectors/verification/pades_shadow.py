"""PDF files that show something else than what was signed, by updates that follow the rules of the file format."""

from typing import Final

from tests.trust.pdf.paper import page_dictionary, paper, stream
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import Hand
from tests.vectors.verification.pades_altered import CHANGES
from tests.vectors.verification.papers import (
    PLAIN,
    Signing,
    amended,
    amended_by_stream,
    latest,
    put,
    size_of,
    staged,
    table,
    with_form,
)
from tests.vectors.verification.world import World
from trust.pdf.appearance import Appearance, Mark, Placement

__all__ = ["add"]

RED: Final = b"q 1 0 0 rg 100 100 200 50 re f Q"
WHITE: Final = Mark(
    appearance=Appearance(operators=b"1 1 1 rg 0 0 300 60 re f", width_mm=100, height_mm=20),
    placement=Placement(page=1, centre_x_mm=75, centre_y_mm=50),
)
SEAL: Final = Mark(
    appearance=Appearance(operators=b"1 0 0 rg 0 0 100 100 re f", width_mm=40, height_mm=40),
    placement=Placement(page=1, centre_x_mm=150, centre_y_mm=240),
)
WIDGET: Final = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Empty)/F 4/Rect[60 690 360 730]/P 10 0 R/AP<</N 31 0 R>>>>"
COVER: Final = stream(b"1 1 1 rg 0 0 300 40 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 300 40]")


def in_object_stream(pdf: bytes, number: int, content: bytes) -> bytes:
    """Return a file whose update holds an object in an object stream, with a cross-reference stream for a table."""
    body = bytearray(pdf)
    head = b"%d 0 " % number
    holder, rows = size_of(pdf), b""
    place = len(body)
    entries = b"/Type/ObjStm/N 1/First %d" % len(head)
    body += b"%d 0 obj\n%b\nendobj\n" % (holder, stream(head + content, entries))
    start = len(body)
    rows += b"\2" + holder.to_bytes(4, "big") + b"\0"
    rows += b"\1" + place.to_bytes(4, "big") + b"\0" + b"\1" + start.to_bytes(4, "big") + b"\0"
    told = b"/Type/XRef/Size %d/W[1 4 1]/Index[%d 1 %d 2]/Root 1 0 R/Prev %d" % (
        holder + 2,
        number,
        holder,
        table(pdf),
    )
    body += b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (holder + 1, stream(rows, told), start)
    return bytes(body)


def hybrid(pdf: bytes, number: int, content: bytes) -> bytes:
    """Return a file whose update has an empty table, and a stream beside it that new readers read alone."""
    body = bytearray(pdf)
    place = len(body)
    body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    beside, first = len(body), size_of(pdf)
    rows = b"\1" + place.to_bytes(4, "big") + b"\0"
    told = b"/Type/XRef/Size %d/W[1 4 1]/Index[%d 1]/Root 1 0 R" % (first + 1, number)
    body += b"%d 0 obj\n%b\nendobj\n" % (first, stream(rows, told))
    start = len(body)
    trailer = b"<</Size %d/Root 1 0 R/Prev %d/XRefStm %d>>" % (first + 1, table(pdf), beside)
    body += b"xref\n0 0\ntrailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)
    return bytes(body)


def add(book: Book, world: World) -> None:
    """Add the cases."""
    once = put(PLAIN, world.signer)
    certified = put(PLAIN, world.signer, Signing(certify=2))
    add_shadows(book, put(staged(), world.signer))
    for what, pdf in (("", once), (" of a certified file", certified)):
        add_updates(book, pdf, what)
    add_structures(book, world, once)
    add_surroundings(book, world)
    add_fields(book, world)
    add_strangers(book, world, certified)
    add_tables(book, world)


def add_shadows(book: Book, pdf: bytes) -> None:
    """Add the attacks that prepare the file before it is signed (Mainka and others, 2021)."""
    page = latest(pdf, 10)
    shadows = {
        "hide": (
            amended(pdf, {10: page.replace(b"/Cover 6 0 R", b"/Cover 21 0 R"), 21: stream(b"", b"/Subtype/Form")}),
            "What lay over the text is taken away by naming another object.",
        ),
        "hide by an object of the same number": (
            amended(pdf, {6: stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]")}),
            "What lay over the text is replaced by nothing under the same number.",
        ),
        "hide by freeing": (
            amended(pdf, {}, freed=[6]),
            "What lay over the text is declared free, and no object is written at all.",
        ),
        "replace": (
            amended(pdf, {5: b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FirstChar 0/LastChar 0/Widths[0]>>"}),
            "The font is another, so that the same text shows other glyphs.",
        ),
        "hide and replace": (
            amended(pdf, {2: b"<</Type/Pages/Count 1/Kids[9 0 R]>>"}),
            "A page that lay in the signed file unseen takes the place of the one that was seen.",
        ),
        "hide and replace by the page's content": (
            amended(pdf, {10: page.replace(b"/Contents 4 0 R", b"/Contents 8 0 R")}),
            "The page shows content that lay in the signed file unseen.",
        ),
        "hide and replace by another catalogue": (
            amended(
                pdf,
                {
                    30: b"<</Type/Catalog/Pages 31 0 R/AcroForm<</Fields[11 0 R]/SigFlags 3>>>>",
                    31: b"<</Type/Pages/Count 1/Kids[9 0 R]>>",
                },
                root=30,
            ),
            "The trailer names another catalogue, with another page under the same signature.",
        ),
    }
    for name, (shadow, why) in shadows.items():
        book.add(f"pades/shadow attack, {name}", shadow, *CHANGES, why=f"{why} Shadow attack, 2021.")


def add_updates(book: Book, pdf: bytes, what: str) -> None:
    """Add plain updates of what a signed file shows (ISA, 2019)."""
    page, catalog = latest(pdf, 10), latest(pdf, 1)
    updates = {
        "content replaced": {4: stream(RED)},
        "content added": {10: page.replace(b"/Contents 4 0 R", b"/Contents[4 0 R 30 0 R]"), 30: stream(RED)},
        "page resized": {10: page.replace(b"[0 0 595 842]", b"[0 0 595 400]")},
        "page added": {
            2: b"<</Type/Pages/Count 2/Kids[10 0 R 30 0 R]>>",
            30: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        },
        "script added": {1: catalog[:-2] + b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>"},
        "attachments added": {1: catalog[:-2] + b"/Names<</EmbeddedFiles<</Names[]>>>>>>"},
        "language changed": {1: catalog[:-2] + b"/Lang(en)>>"},
        "layers added": {1: catalog[:-2] + b"/OCProperties<</OCGs[]/D<</Order[]>>>>>>"},
    }
    for name, objects in updates.items():
        book.add(
            f"pades/{name}{what}",
            amended(pdf, objects),
            *CHANGES,
            why=f"An update after the signature: {name}. Nothing permits it.",
        )


def add_structures(book: Book, world: World, once: bytes) -> None:
    """Add updates in forms that some readers do not see."""
    replaced = stream(RED)
    page = latest(once, 10).replace(b"[0 0 595 842]", b"[0 0 595 400]")
    book.add(
        "pades/update in an object stream",
        in_object_stream(once, 10, page),
        *CHANGES,
        why="The page is replaced by one that stands compressed in another object.",
    )
    book.add(
        "pades/update in a hybrid file",
        hybrid(once, 4, replaced),
        *CHANGES,
        why="The table changes nothing, and the stream beside it, which only new readers read, the page (7.5.8.4).",
    )
    book.add(
        "pades/update by a predicted table",
        amended_by_stream(once, dict.fromkeys((4, 30, 31, 32, 33), replaced)),
        *CHANGES,
        why="The rows of the table stand under all PNG predictors: readers that undo them wrongly see another file.",
    )
    whole = {number: latest(PLAIN, number) for number in (1, 2, 4, 5, 10)}
    book.add(
        "pades/genuine under a predicted table",
        put(amended_by_stream(PLAIN, whole), world.signer),
        why="The same kind of table in a file that nobody touched after the signature.",
    )
    twice = amended(amended(once, {4: replaced}), {4: latest(once, 4)})
    book.add(
        "pades/changed and changed back",
        twice,
        *CHANGES,
        why="One revision shows other content, and the last one shows the signed one: the page was written to.",
    )


PACKET: Final = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
    b"<pdf:Keywords>JY23301990000001</pdf:Keywords><xmp:ModifyDate>2026-11-12T04:05:06Z</xmp:ModifyDate>"
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)
SCRIPT_FONT: Final = b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FirstChar 0/LastChar 0/Widths[0]>>"


def add_surroundings(book: Book, world: World) -> None:
    """Add updates of what stands around the pages and is read by programs."""

    def metadata(packet: bytes) -> bytes:
        return stream(packet, b"/Type/Metadata/Subtype/XML")

    described = paper(catalog=b"/Metadata 50 0 R", others={50: metadata(PACKET)})
    once = put(described, world.signer)
    number = PACKET.replace(b"JY23301990000001", b"JY23301990000002")
    book.add(
        "pades/metadata replaced",
        amended(once, {50: metadata(number)}),
        *CHANGES,
        why="The metadata name another licence; programs read them, though no page shows them.",
    )
    strict = put(described, world.signer, Signing(certify=1))
    book.add(
        "pades/metadata replaced in a file certified against changes",
        amended(strict, {50: metadata(number)}),
        *CHANGES,
        why="P 1 forbids every change.",
    )
    dated = PACKET.replace(b"2026-11-12", b"2026-11-15")
    book.add(
        "pades/metadata with another date of saving",
        amended(once, {50: metadata(dated)}),
        why="Programs write when they saved a file, as one does who adds a signature of its own.",
    )
    form = put(with_form(), world.signer)
    catalog = latest(form, 1)
    looks = {
        "fields drawn anew": catalog.replace(b"/SigFlags 3", b"/SigFlags 3\n/NeedAppearances true"),
        "fields drawn in another size": catalog.replace(b"/F1 12 Tf", b"/F1 1 Tf"),
    }
    for name, changed in looks.items():
        book.add(
            f"pades/{name}",
            amended(form, {1: changed}),
            *CHANGES,
            why="The form has readers draw its fields otherwise, although nobody touched a field.",
        )
    resources = paper(
        page_dictionary(more=b"/Annots[20 0 R]"),
        catalog=b"/AcroForm<</Fields[20 0 R]/DA(/F1 12 Tf)/DR 51 0 R/NeedAppearances true>>",
        others={
            20: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/V(100)/F 4/Rect[100 600 200 620]/P 10 0 R>>",
            51: b"<</Font<</F1 5 0 R>>>>",
        },
    )
    book.add(
        "pades/fields drawn with another font",
        amended(put(resources, world.signer), {51: b"<</Font<</F1 90 0 R>>>>", 90: SCRIPT_FONT}),
        *CHANGES,
        why="The form's font is another, so that a field that nobody touched shows other glyphs.",
    )


def add_fields(book: Book, world: World) -> None:
    """Add updates of signature fields."""
    seen = put(PLAIN, world.signer, Signing(marks=(SEAL,)))
    widget = latest(seen, 11)
    shape = widget[widget.index(b"/N ") + 3 :].split(b" ")[0]
    book.add(
        "pades/what the signature shows replaced",
        amended(
            seen, {int(shape): stream(b"0 0 1 rg 0 0 100 100 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 100 100]")}
        ),
        *CHANGES,
        why="The seal shows another picture than when it was put there.",
    )
    rectangle = widget[widget.index(b"/Rect [") : widget.index(b"]", widget.index(b"/Rect [")) + 1]
    book.add(
        "pades/what the signature shows moved",
        amended(seen, {11: widget.replace(rectangle, b"/Rect [60 690 360 730]")}),
        *CHANGES,
        why="The seal lies over the text, and not where it was put.",
    )
    once = put(PLAIN, world.signer)
    page, form = latest(once, 10), latest(once, 13)
    listed = page.replace(b"/Annots [11 0 R]", b"/Annots [11 0 R 30 0 R]")
    fields = form.replace(b"/Fields [11 0 R]", b"/Fields [11 0 R 30 0 R]")
    book.add(
        "pades/field of nobody over the text",
        amended(once, {10: listed, 13: fields, 30: WIDGET, 31: COVER}),
        *CHANGES,
        why="A signature field that nobody signed lies over the text, and shows whatever its author wants.",
    )
    stolen = WIDGET.replace(b"/T(Empty)", b"/T(Stolen)/V 12 0 R")
    book.add(
        "pades/field with the value of another",
        amended(once, {10: listed, 13: fields, 30: stolen, 31: COVER}),
        *CHANGES,
        signatures=("failed", "failed"),
        why="A second field names the value of the first as its own, and lies over the text.",
    )
    renamed = latest(once, 11).replace(b"/T (Signature)", b"/T (Mayor)")
    book.add(
        "pades/field renamed",
        amended(once, {11: renamed}),
        *CHANGES,
        why="The signed field has another name than when it was signed.",
    )


def add_strangers(book: Book, world: World, certified: bytes) -> None:
    """Add signatures of strangers over what was certified (SSA, Rohlmann and others 2021)."""
    seen = Signing(field="Stamp", marks=(WHITE,))
    unknown = ("indeterminate/NO_CERTIFICATE_CHAIN_FOUND", "certificate.path")

    def by(hand: Hand) -> bytes:
        return put(certified, hand, seen)

    book.add(
        "pades/stranger's stamp over a certified text",
        by(world.unknown),
        *unknown,
        signatures=("passed", "indeterminate"),
        why="A stranger's visible signature lies over the text. P 2 permits signatures, so that the first one stands; "
        "the file as a whole rests on a signer whom nobody knows (SSA, 2021).",
    )
    book.add(
        "pades/known signer's stamp on a certified page",
        by(world.second),
        signatures=("passed", "passed"),
        why="A second authority puts its visible seal beside the first; what it shows is its responsibility.",
    )


def add_tables(book: Book, world: World) -> None:
    """Add what calls itself a cross-reference stream, of which readers expect that each revision has another."""
    prepared = put(paper(others={4: stream(b"BT /F1 24 Tf 72 700 Td (Notice) Tj ET", b"/Type/XRef")}), world.signer)
    book.add(
        "pades/text that calls itself a table replaced",
        amended(prepared, {4: stream(RED, b"/Type/XRef")}),
        *CHANGES,
        why="What the page shows says of itself that it is a cross-reference stream, before and after it is replaced.",
    )

"""Files that would keep a parser busy: each costs a bounded amount of work, whether it is judged or signed."""

import zlib
from collections.abc import Callable, Mapping
from io import SEEK_CUR
from typing import Any, Final

import pytest
from pyhanko.pdf_utils.generic import Reference

from tests.fakes.clock import NOW
from tests.trust.pdf import paper as papers
from tests.trust.pdf.paper import assemble, page_dictionary, paper, stream
from trust.errors import TrustError
from trust.pdf.intake import LIMITS, PDFLimitExceeded, PDFMalformed
from trust.pdf.judging import open_pdf
from trust.pdf.reading import Budget, MaskedFile, Reader
from trust.pdf.signing import PADES, SignatureRequest, prepare_signature

REQUEST: Final = SignatureRequest(form=PADES, field="Signature", at=NOW, reserve=100)
MIB: Final = 1 << 20


def signed(pdf: bytes) -> bytes:
    return prepare_signature(pdf, REQUEST).fill(b"v")


def refusals(pdf: bytes) -> list[tuple[str, object]]:
    """Return how a file is refused when it is judged and when it is signed."""
    found = []
    for use in (open_pdf, signed):
        with pytest.raises((PDFLimitExceeded, PDFMalformed)) as caught:
            use(pdf)
        error: Any = caught.value
        found.append((error.code, error.details.get("limit")))
    return found


def require_limited(pdf: bytes, limit: str) -> None:
    assert refusals(pdf) == [("pdf.limit_exceeded", limit)] * 2


def require_unsigned(pdf: bytes, limit: str) -> None:
    """Fail unless judging such a file comes to its limit, and signing refuses it as none that ISO 32000 knows."""
    assert refusals(pdf) == [("pdf.limit_exceeded", limit), ("pdf.malformed", None)]


def require_malformed(pdf: bytes) -> None:
    assert refusals(pdf) == [("pdf.malformed", None)] * 2


def deflated(content: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(content, 9), entries + b"/Filter/FlateDecode")


# --- cross-references


def tabled(entries: bytes, content: bytes = b"", *, compress: bool = False) -> bytes:
    """Return a file that is little more than a cross-reference stream."""
    head = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    told = b"/Type/XRef/Root 1 0 R" + entries
    table = deflated(content, told) if compress else stream(content, told)
    return head + b"21 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(head))


CLAIMS: Final = {
    "more than there is": b"/Size 9999999999/W[1 4 1]",
    "entries of no octets": b"/Size 9999999999/W[0 0 0]",
    "in sections": b"/Size 22/W[1 4 1]/Index[0 999999999]",
    "a number beyond all measure": b"/Size %b/W[1 4 1]" % (b"9" * 40),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_thousand_million_objects_in_a_hundred_octets(claim: str) -> None:
    require_unsigned(tabled(CLAIMS[claim]), "work")


@pytest.mark.parametrize(
    "entries",
    [
        b"/Size 22/W[1 4 1]/Index[0 1000000000 1000000000 -1000000000]",
        b"/Size 22/W[-1 4 1]",
        b"/Size 22/W[1 4 1]/Index[0 -7]",
        b"/Size 22/W[1 4 1]/Index[0 7 9]",
        b"/Size 22/W[1 4 1]/Index[]",
        b"/Size 22/W[1 4 1]/Index 7",
        b"/Size -1/W[1 4 1]",
        b"/W[1 4 1]",
    ],
)
def test_claims_that_make_no_sense(entries: bytes) -> None:
    require_malformed(tabled(entries))


def test_millions_of_entries_that_are_there() -> None:
    require_unsigned(tabled(b"/Size 2000000/W[1 0 0]", b"\1" * 2_000_000), "work")
    many = tabled(b"/Size 5000000/W[1 4 1]", bytes(30_000_000), compress=True)
    assert refusals(many) == [("pdf.limit_exceeded", "work"), ("pdf.limit_exceeded", "stream")]


def test_a_hybrid_table() -> None:
    base = paper()
    more = b"21 0 obj\n%b\nendobj\n" % stream(b"", b"/Type/XRef/Size 999999999/W[1 4 1]/Root 1 0 R")
    told = b"trailer\n<</XRefStm %d" % (len(base) + len(b"/XRefStm 9999"))
    require_unsigned(base.replace(b"trailer\n<<", told) + more + base[base.rindex(b"startxref") :], "work")


def test_thousands_of_tables_behind_one_startxref() -> None:
    pdf, previous = bytearray(paper()), paper().index(b"xref\n0 1")
    for _ in range(LIMITS.revisions + 1):
        place = len(pdf)
        pdf += b"xref\n0 0\ntrailer\n<</Size 11/Root 1 0 R/Prev %d>>\n" % previous
        previous = place
    pdf += b"startxref\n%d\n%%%%EOF\n" % previous
    require_limited(bytes(pdf), "revisions")


@pytest.mark.parametrize("previous", [b"-5", b"9" * 30, b"/Name", b"%d" % paper().index(b"xref\n0 1")])
def test_a_previous_table_that_is_none(previous: bytes) -> None:
    # The last is the table itself, once its offset is right again.
    pdf = paper(trailer=b"/Prev " + previous)
    require_malformed(pdf)


# --- streams


def test_a_bomb_in_the_store_of_evidence() -> None:
    bomb = deflated(bytes(100 * MIB))
    stacked = stream(zlib.compress(zlib.compress(zlib.compress(bytes(100 * MIB)))), b"/Filter[/Fl/Fl/Fl]")
    for inside in (bomb, stacked, stacked.replace(b"/Fl/Fl/Fl", b"/FlateDecode/FlateDecode/FlateDecode")):
        pdf = paper(catalog=b"/DSS<</Certs[%b]/CRLs[60 0 R]>>" % (b"60 0 R " * 200), others={60: inside})
        try:
            found = open_pdf(pdf)
        except PDFMalformed:
            continue
        assert (found.certificates, found.revocation_lists) == ((), ())


def compressed(inside: bytes, count: int, first: int, catalog: int = 1) -> bytes:
    """Return a file whose catalog stands in an object stream with this content."""
    body = bytearray(b"%PDF-1.5\n")
    place = len(body)
    body += b"20 0 obj\n%b\nendobj\n" % deflated(inside, b"/Type/ObjStm/N %d/First %d" % (count, first))
    table = len(body)
    rows = b"\2" + (20).to_bytes(4, "big") + b"\0" + b"\1" + place.to_bytes(4, "big") + b"\0"
    told = b"/Type/XRef/Size 22/W[1 4 1]/Index[%d 1 20 1]/Root %d 0 R" % (catalog, catalog)
    body += b"21 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(rows, told), table)
    return bytes(body)


def test_a_bomb_in_an_object_stream() -> None:
    bomb = compressed(b"1 0 <<>>" + b" " * (100 * MIB), 1, 4)
    assert refusals(bomb) == [("pdf.malformed", None), ("pdf.limit_exceeded", "stream")]


def test_an_object_stream_that_claims_millions_of_objects() -> None:
    require_limited(compressed(b"1 0 <<>>", 10**9, 4), "work")


@pytest.mark.no_cover
def test_an_object_of_a_million_elements_in_an_object_stream() -> None:
    require_limited(compressed(b"1 0 <</Pages 1 0 R/X[" + b"[]" * 1_000_000 + b"]>>", 1, 4), "work")


# --- objects


@pytest.mark.parametrize("opening", [b"[", b"<</A", b"<</A[", b"(", b"<<"])
@pytest.mark.parametrize("depth", [500, 100_000])
def test_an_object_too_deep(opening: bytes, depth: int) -> None:
    require_malformed(paper(catalog=b"/AcroForm 50 0 R", others={50: opening * depth}))


def test_a_name_of_megabytes() -> None:
    pdf = paper(catalog=b"/X /" + b"a" * (LIMITS.work + 1) + b" ")
    require_unsigned(pdf, "work")


@pytest.mark.parametrize("number", [b"1" * 400_001, b"0." + b"1" * 400_000])
def test_a_long_number(number: bytes) -> None:
    require_limited(paper(catalog=b"/X " + number + b" "), "number")


def branching(levels: int, more: bytes = b"") -> dict[int, bytes]:
    """Return objects that each refer to the next twice, so that 2 to the power of `levels` paths lead to the last."""
    return {100 + level: b"[%d 0 R %d 0 R%b]" % (101 + level, 101 + level, more) for level in range(levels)}


@pytest.mark.no_cover
def test_objects_to_which_exponentially_many_paths_lead() -> None:
    pdf = signed(paper(catalog=b"/X 100 0 R", others={**branching(40), 140: b"7"}))
    assert len(open_pdf(pdf).signatures) == 1
    with pytest.raises(PDFLimitExceeded) as caught:  # only what compares revisions follows every path
        open_pdf(signed(pdf))
    assert caught.value.details["limit"] == "work"


def test_a_tree_of_structure_that_is_none() -> None:
    objects = {
        100 + level: b"<</Type/StructElem/K[%d 0 R %d 0 R]>>" % (101 + level, 101 + level) for level in range(40)
    }
    pdf = paper(catalog=b"/StructTreeRoot 99 0 R", others={99: b"<</K[100 0 R]>>", **objects, 140: b"<<>>"})
    with pytest.raises((PDFLimitExceeded, PDFMalformed)):
        open_pdf(signed(signed(pdf)))


def test_what_ordinary_documents_cost() -> None:
    reader = Reader(paper(*[page_dictionary()] * 100))
    assert reader.budget.spent < LIMITS.work // 1000


# --- form fields and pages


def form(fields: Mapping[int, bytes], first: bytes = b"100 0 R") -> bytes:
    return paper(catalog=b"/AcroForm<</Fields[" + first + b"]>>", others=fields)


def test_names_of_fields_that_grow_without_end() -> None:
    name = b"(" + b"n" * 1_000 + b")"
    require_limited(
        form({100 + level: b"<</T%b/Kids[%d 0 R]>>" % (name, 101 + level) for level in range(8)}), "field_name"
    )


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({100: b"<</T(a)/Kids[101 0 R 101 0 R]>>", 101: b"<</T(b)/FT/Tx>>"}, id="twice"),
        pytest.param({100: b"<</T(a)/Kids[100 0 R]>>"}, id="its own child"),
        pytest.param({100: b"<</T(a)/Kids 7>>"}, id="children that are a number"),
        pytest.param(
            {100 + level: b"<</T(a)/Kids[%d 0 R %d 0 R]>>" % (101 + level, 101 + level) for level in range(40)},
            id="exponentially many",
        ),
    ],
)
def test_fields_that_are_no_tree(fields: Mapping[int, bytes]) -> None:
    require_malformed(form(fields))


def test_fields_without_a_name_and_what_is_no_field() -> None:
    assert open_pdf(form({100: b"<</FT/Tx>>", 101: b"7"}, b"100 0 R 101 0 R <</T(direct)/FT/Tx>>")).signatures == ()
    assert open_pdf(signed(form({100: b"<</FT/Tx>>"}))).signatures[0].field == "Signature"


def tree(nodes: Mapping[int, bytes]) -> bytes:
    """Return a file with these nodes above one page, 200."""
    page = b"<</Type/Page/MediaBox[0 0 595 842]/Parent 2 0 R>>"
    return assemble({1: b"<</Type/Catalog/Pages 2 0 R>>", **nodes, 200: page})


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param({2: b"<</Type/Pages/Count 1/Kids[2 0 R]>>"}, id="its own child"),
        pytest.param(
            {2 + level: b"<</Type/Pages/Count 9/Kids[%d 0 R %d 0 R]>>" % (3 + level, 3 + level) for level in range(40)},
            id="exponentially many",
        ),
        pytest.param({2: b"<</Type/Pages/Count 1/Kids[<</Type/Page>> 7]>>"}, id="pages that stand inside"),
        pytest.param({2: b"<</Type/Pages/Count 1/Kids 7>>"}, id="children that are a number"),
    ],
)
def test_pages_that_are_no_tree(nodes: Mapping[int, bytes]) -> None:
    require_malformed(tree(nodes))


def test_more_pages_than_any_document_has() -> None:
    require_limited(tree({2: b"<</Type/Pages/Count 1/Kids[" + b"200 0 R " * LIMITS.pages + b"]>>"}), "pages")


def test_the_pages_are_counted_not_believed() -> None:
    many = tree({2: b"<</Type/Pages/Count 1000000000/Kids[200 0 R]>>"})
    assert open_pdf(many).pages == 1
    with pytest.raises(PDFMalformed):  # who believes the count would see the seal on another page
        signed(many)


def test_lists_of_annotations_without_end() -> None:
    annotations = b"/Annots[" + b"<<>>" * (LIMITS.annotations // 10 + 1) + b"]"
    with pytest.raises(PDFLimitExceeded) as caught:
        signed(paper(*[page_dictionary(more=annotations)] * 10))
    assert caught.value.details == {"limit": "annotations", "allowed": LIMITS.annotations}


# --- the ByteRange


@pytest.mark.parametrize("numbers", [b"0 10 20 " + b"9" * 30, b"0 1 " * 50_000, b"0 99999999999 0 99999999999"])
def test_a_byte_range_beyond_the_file(numbers: bytes) -> None:
    value = b"<</Type/Sig/Filter/A/SubFilter/B/Contents<00>/ByteRange[%b]>>" % numbers
    pdf = paper(catalog=b"/AcroForm<</Fields[30 0 R]>>", others={30: b"<</FT/Sig/T(a)/V 31 0 R>>", 31: value})
    if numbers.startswith(b"0 1 "):
        assert len(open_pdf(pdf).signatures[0].content.octets()) == 50_000
    else:
        with pytest.raises(PDFMalformed):
            open_pdf(pdf)


@pytest.mark.parametrize("use", [open_pdf, signed])
def test_whatever_is_raised_is_ours(use: Callable[[bytes], object]) -> None:
    for claim in CLAIMS.values():
        with pytest.raises(TrustError):
            use(tabled(claim, b"\1" * 100, compress=True))


# --- long values, which are shown by a hash

VALUE: Final = bytes(range(256)) * 2


def holding(text: bytes, *, more: bytes = b"") -> bytes:
    """Return a file with a dictionary that has an entry /Contents of this text."""
    return paper(others={30: b"<</Contents %b/After(it)>>" % text}, trailer=more)


def read_back(pdf: bytes) -> Any:  # noqa: ANN401 - of pyHanko
    reader: Any = Reader(pdf)
    return reader.get_object(Reference(30))


def test_a_long_value_is_shown_by_a_hash_and_known_by_it() -> None:
    pdf = holding(b"<%b>" % VALUE.hex().encode())
    reader: Any = Reader(pdf)
    found = reader.get_object(Reference(30))
    shown = found.raw_get("/Contents").original_bytes
    assert (len(shown), reader.unmasked(shown), str(found["/After"])) == (32, VALUE, "it")
    assert reader.unmasked(b"another") == b"another"
    upper = read_back(holding(b"<%b>" % VALUE.hex().upper().encode()))
    assert upper.raw_get("/Contents").original_bytes == shown
    other = read_back(holding(b"<%b>" % VALUE[::-1].hex().encode()))
    assert other.raw_get("/Contents").original_bytes != shown


@pytest.mark.parametrize(
    "text",
    [
        b"<%b>" % VALUE[:255].hex().encode(),
        b"<%b >" % VALUE.hex().encode(),
        b"<%b0>" % VALUE.hex().encode(),
        b"(%b)" % VALUE.hex().encode(),
    ],
)
def test_a_value_of_another_form_is_read_as_it_stands(text: bytes) -> None:
    found = read_back(holding(text)).raw_get("/Contents").original_bytes
    assert found[:255] == (VALUE[:255] if text[:1] == b"<" else VALUE.hex().encode()[:255])


def test_in_a_file_with_encryption_nothing_is_hidden() -> None:
    pdf = holding(b"<%b>" % VALUE.hex().encode())
    assert Reader(pdf).file.values
    assert not MaskedFile(pdf + b"/Encrypt", Budget()).values


def test_whoever_reads_backwards_comes_past_a_hash() -> None:
    file = MaskedFile(holding(b"<%b>" % VALUE.hex().encode()), Budget())
    ((place, end),) = file.ends.items()
    file.seek(place + 2)
    backwards = b""
    for _ in range(4):
        backwards += file.read(1)
        file.seek(-2, SEEK_CUR)
    assert file.tell() == place - 2
    assert file.getvalue()[place - 1 : place + 3] == backwards[::-1]
    forwards = b"".join(file.read(1) for _ in range(3))
    assert (forwards[-1:], file.tell()) == (b">", end + 1)


# --- predictors

ROWS: Final = 6
"""Octets of a row in the table of `compressed`."""


def differing(row: bytes, above: bytes, kind: int) -> bytes:
    """Return a row as it differs from what is around it (PNG, 9.2)."""
    made = bytearray((kind,))
    for place, one in enumerate(row):
        left, corner = (row[place - 1], above[place - 1]) if place else (0, 0)
        up = above[place]
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda other, guess=guess: abs(guess - other))  # type: ignore[misc]
        made.append((one - (0, left, up, (left + up) // 2, nearest)[kind]) & 0xFF)
    return bytes(made)


def tabled_with(kinds: tuple[int, ...], parameters: bytes = b"/Columns 6") -> bytes:
    """Return `compressed()` with a table whose rows are of these kinds in turn."""
    plain = papers.compressed()
    start = plain.index(b"21 0 obj")
    body = plain[plain.index(b"stream\n", start) + 7 : plain.index(b"\nendstream", start)]
    table = zlib.decompress(body)
    rows = [table[place : place + ROWS] for place in range(0, len(table), ROWS)]
    told = b"".join(
        differing(row, above, kinds[place % len(kinds)])
        for place, (above, row) in enumerate(zip([bytes(ROWS), *rows], rows, strict=False))
    )
    entries = b"/Type/XRef/Size 22/W[1 4 1]/Root 1 0 R/DecodeParms<</Predictor 15%b>>" % parameters
    again = b"21 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (deflated(told, entries), start)
    return plain[:start] + again


@pytest.mark.parametrize("kinds", [(0,), (1,), (2,), (3,), (4,), (4, 0, 3, 1, 2)], ids=str)
def test_rows_of_every_kind_are_read_as_other_readers_read_them(kinds: tuple[int, ...]) -> None:
    document = open_pdf(tabled_with(kinds))
    assert (document.pages, document.signatures) == (1, ())


@pytest.mark.parametrize("parameters", [b"/Columns 6/Colors 2", b"/Columns 3/BitsPerComponent 16", b"/Columns 5"])
def test_rows_that_another_reader_would_cut_elsewhere_are_refused(parameters: bytes) -> None:
    require_malformed(tabled_with((2,), parameters))

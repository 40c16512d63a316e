"""The strict reader: sections of every kind, objects wherever they stand, and no file that can be read in two ways."""

import re
import zlib
from typing import Final

import pytest

from tests.fakes.clock import NOW
from tests.trust.pdf.paper import assemble, compressed, page_dictionary, paper, stream
from trust.pdf.file import PDFFile, array_of, dictionary_of, entry_of, follow, page_references
from trust.pdf.filters import decoded
from trust.pdf.intake import LIMITS, PDFEncrypted, PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Dictionary, Name, Reference, Stream, Value
from trust.pdf.release import read_release
from trust.pdf.signing import PADES, SignatureRequest, prepare_signature

REQUEST: Final = SignatureRequest(form=PADES, field="Signature", at=NOW, reserve=20)
FONT: Final = {"Type": "Font", "Subtype": "Type1", "BaseFont": "Helvetica"}


def appended(pdf: bytes, objects: dict[int, bytes], *, trailer: bytes = b"", rows: bytes = b"") -> bytes:
    """Return `pdf` with an incremental update written by hand."""
    previous = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    body, table = bytearray(pdf), bytearray(b"xref\n")
    for number, content in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    place = len(body)
    told = b"trailer\n<</Size 40/Root 1 0 R/Prev %d%b>>\nstartxref\n%d\n%%%%EOF\n" % (previous, trailer, place)
    return bytes(body + table + rows + told)


def loaded(pdf: bytes, number: int) -> Value:
    return PDFFile(pdf).load(Reference(number))


def malformed(pdf: bytes, number: int = 1) -> None:
    with pytest.raises(PDFMalformed):
        loaded(pdf, number)


# --- sections


@pytest.mark.parametrize("pdf", [paper(), compressed()], ids=["table", "stream"])
def test_the_objects_of_a_file(pdf: bytes) -> None:
    file = PDFFile(pdf)
    assert file.load(Reference(5)) == FONT
    assert page_references(file) == [Reference(10)]
    assert file.has_stream_sections == (b"/XRef" in pdf)
    content = file.load(Reference(4))
    assert isinstance(content, Stream)
    assert b"Notice" in content.data
    assert file.load(Reference(5)) is file.load(Reference(5))


def test_what_is_not_there_is_null() -> None:
    file = PDFFile(paper())
    assert [file.load(one) for one in (Reference(0), Reference(7), Reference(99), Reference(5, 1))] == [None] * 4


def test_the_newest_object_counts() -> None:
    pdf = appended(appended(paper(), {5: b"(first)"}), {5: b"(second)", 30: b"7"})
    file = PDFFile(pdf)
    assert (file.load(Reference(5)), file.load(Reference(30)), file.free_number) == (b"second", 7, 40)
    assert len(file.sections) == 3


def test_an_object_that_was_freed_is_null() -> None:
    file = PDFFile(appended(paper(), {}, rows=b"5 1\n0000000000 00001 f \n"))
    assert file.load(Reference(5)) is None


def test_a_size_that_leaves_an_object_out() -> None:
    """By the book such an object is missing (7.5.5); our own revision, whose size counts it, would bring it back."""
    whole = paper(others={30: b"7"})
    assert PDFFile(whole).load(Reference(30)) == 7
    malformed(whole.replace(b"/Size 31", b"/Size 30"))
    malformed(appended(paper(), {40: b"7"}))


def test_numbers_that_some_readers_do_not_see() -> None:
    """PDFium and poppler find no signature among objects beyond the limit of ISO 32000-1, annex C."""
    highest = LIMITS.object_number
    assert PDFFile(paper().replace(b"/Size 11", b"/Size %d" % highest)).free_number == highest
    for size in (highest + 1, 2_000_000_000):
        with pytest.raises(PDFLimitExceeded) as caught:
            PDFFile(paper().replace(b"/Size 11", b"/Size %d" % size))
        assert caught.value.details == {"limit": "object_number", "allowed": highest}


@pytest.mark.parametrize("ending", [b" \r", b"\r\n"])
def test_rows_may_end_in_three_ways(ending: bytes) -> None:
    pdf = re.sub(rb"(?<=[nf]) \n", ending, paper())
    assert PDFFile(pdf).load(Reference(5)) == FONT


def hybrid(listed: bytes) -> bytes:
    """Return a file whose object 5 stands in an object stream that a hidden section tells of (7.5.8.4).

    `listed` is what the table beside it tells: nothing in files of office programs.
    """
    body, previous = bytearray(paper()), paper().rindex(b"xref\n0 1")
    place = len(body)
    body += b"20 0 obj\n%b\nendobj\n" % stream(b"5 0 (hidden)", b"/Type/ObjStm/N 1/First 4")
    section = len(body)
    rows = b"\2" + (20).to_bytes(4, "big") + b"\0" + b"\1" + place.to_bytes(4, "big") + b"\0"
    body += b"21 0 obj\n%b\nendobj\n" % stream(rows, b"/Type/XRef/Size 22/W[1 4 1]/Index[5 1 20 1]")
    trailer = b"trailer\n<</Size 22/Root 1 0 R/Prev %d/XRefStm %d>>\n" % (previous, section)
    return bytes(body) + b"xref\n%b%bstartxref\n%d\n%%%%EOF\n" % (listed, trailer, len(body))


@pytest.mark.parametrize("listed", [b"0 0\n", b""])
def test_a_file_for_two_kinds_of_readers(listed: bytes) -> None:
    file = PDFFile(hybrid(listed))
    assert (file.load(Reference(5)), file.has_stream_sections) == (b"hidden", False)
    again = prepare_signature(hybrid(listed), REQUEST).fill(b"v")
    assert read_release(again, before=hybrid(listed), fields=("Signature",))


@pytest.mark.parametrize(
    "listed",
    [b"5 1\n0000000000 00000 f \n", b"5 1\n0000000009 00000 n \n", b"0 1\n0000000000 65535 f \n"],
    ids=["free", "in use", "another object"],
)
def test_a_hidden_section_beside_a_table_that_tells_something(listed: bytes) -> None:
    """PDFium and poppler show different pages of such files."""
    malformed(hybrid(listed))


def sectioned(entries: bytes, rows: bytes, more: bytes = b"") -> bytes:
    """Return a file that is little more than a cross-reference stream; object 1 is its catalog."""
    head = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    table = stream(rows, b"/Type/XRef/Root 1 0 R" + entries)
    return head + b"2 0 obj\n%b\nendobj\n%bstartxref\n%d\n%%%%EOF\n" % (table, more, len(head))


def test_fields_of_other_widths() -> None:
    rows = b"".join((9 if number == 1 else 0).to_bytes(2, "big") for number in range(3))
    assert PDFFile(sectioned(b"/Size 3/W[0 2 0]", rows)).load(Reference(1)) == {"Type": "Catalog"}


def test_an_object_stream_of_no_number_holds_nothing() -> None:
    assert PDFFile(sectioned(b"/Size 3/W[1 1 1]", b"\0\0\0\2\0\x09\0\x09\0")).load(Reference(1)) is None


def test_an_entry_of_a_kind_that_is_to_come_is_null() -> None:
    assert PDFFile(sectioned(b"/Size 3/W[1 1 1]", b"\0\0\0\1\x09\0\7\x09\0")).load(Reference(2)) is None


SECTIONS: Final = {
    "widths of two": sectioned(b"/Size 3/W[1 1]", b"\1\1" * 3),
    "widths of nothing": sectioned(b"/Size 3/W[0 0 0]", b""),
    "a width beyond measure": sectioned(b"/Size 1/W[1 9 1]", b"\1" * 33),
    "no widths": sectioned(b"/Size 3", b"\1\1\1" * 3),
    "widths of names": sectioned(b"/Size 3/W[/A 1 1]", b"\1\1\1" * 3),
    "too few rows": sectioned(b"/Size 4/W[1 1 1]", b"\1\1\1" * 3),
    "sections that overlap": sectioned(b"/Size 4/W[1 1 1]/Index[0 2 1 1]", b"\1\1\1" * 3),
    "half a section": sectioned(b"/Size 4/W[1 1 1]/Index[0 2 1]", b"\1\1\1" * 3),
    "another kind of stream": paper().replace(b"xref\n0 1", b"10 0 obj<<>>"),
    "no size": paper().replace(b"/Size 11", b"/Sise 11"),
    "a size of nothing": paper().replace(b"/Size 11", b"/Size -1"),
    "no trailer": paper().replace(b"trailer", b"trailed"),
    "a trailer that is a number": re.sub(rb"trailer\n<<.*?>>", b"trailer\n 7 ", paper(), flags=re.DOTALL),
    "a short row": paper().replace(b"00000 n \n", b"00000 n\n", 1),
    "a row of another letter": paper().replace(b"00000 n \n", b"00000 x \n", 1),
    "fewer rows than told": paper().replace(b"xref\n0 1\n", b"xref\n0 9\n"),
    "one object twice": paper().replace(b"xref\n0 1\n", b"xref\n1 1\n"),
    "no end": paper()[:-6],
    "an offset beyond the end": re.sub(rb"startxref\n\d+", b"startxref\n9999999", paper()),
    "itself before it": paper(trailer=b"/Prev %d" % paper().index(b"xref\n0 1")),
    "a hidden section that is a table": paper(trailer=b"/XRefStm 9"),
    "a previous section that is a name": paper(trailer=b"/Prev/A"),
}


@pytest.mark.parametrize("kind", SECTIONS)
def test_sections_that_are_none(kind: str) -> None:
    malformed(SECTIONS[kind])


@pytest.mark.parametrize("trailer", [b"/Encrypt 9 0 R", b"/Encrypt<<>>"])
def test_an_encrypted_file(trailer: bytes) -> None:
    with pytest.raises(PDFEncrypted):
        PDFFile(paper(trailer=trailer))


# --- what programs do that ISO 32000 does not say, and that is read in one way alone


@pytest.mark.parametrize("tail", [b"", b"\n", b"\r\n", b"\n\n\n", b" \0\t\f", b" " * 32])
def test_white_space_behind_the_end(tail: bytes) -> None:
    pdf = paper().rstrip() + tail
    assert loaded(pdf, 5) == FONT
    again = prepare_signature(pdf, REQUEST).fill(b"v")
    assert read_release(again, before=pdf, fields=("Signature",))


@pytest.mark.parametrize("tail", [b" " * 33, b"x", b"\n%%EOF\n", b"\n%\n"])
def test_what_may_not_stand_behind_the_end(tail: bytes) -> None:
    malformed(paper().rstrip() + tail)


def test_offsets_of_the_end_of_the_line_before() -> None:
    pdf = re.sub(rb"(\d{10}) 00000 n", lambda row: b"%010d 00000 n" % (int(row[1]) - 1), paper())
    pdf = re.sub(rb"startxref\n(\d+)", lambda found: b"startxref\n%d" % (int(found[1]) - 1), pdf)
    assert loaded(pdf, 5) == FONT


def test_a_previous_section_at_nought_is_none() -> None:
    assert len(PDFFile(paper(trailer=b"/Prev 0")).sections) == 1


# --- objects

OBJECTS: Final = {
    "another number": paper().replace(b"5 0 obj", b"6 0 obj"),
    "another generation": paper().replace(b"5 0 obj", b"5 1 obj"),
    "no end of the object": paper(others={5: b"(a) (b)"}),
    "another word at its end": paper().replace(b"/Helvetica>>\nendobj", b"/Helvetica>>\nendobi"),
    "a stream of a string": paper(others={5: b"(a)\nstream\n\nendstream"}),
    "a stream without a length": paper(others={5: b"<<>>\nstream\nabc\nendstream"}),
    "a stream of a negative length": paper(others={5: b"<</Length -1>>\nstream\nabc\nendstream"}),
    "a length that is too small": paper(others={5: b"<</Length 2>>\nstream\nabc\nendstream"}),
    "a length that is too large": paper(others={5: b"<</Length 9>>\nstream\nabc\nendstream"}),
    "a length beyond the end": paper(others={5: b"<</Length 99999999999999999999>>\nstream\nabc\nendstream"}),
    "a length that is itself": paper(others={5: b"<</Length 5 0 R>>\nstream\nabc\nendstream"}),
    "a carriage return after the word": paper(others={5: b"<</Length 3>>\nstream\rabc\nendstream"}),
    "no end of the stream": paper(others={5: b"<</Length 3>>\nstream\nabc\n"}),
    "something behind the stream": paper(others={5: b"<</Length 3>>\nstream\nabc\nendstream 7"}),
    "data in another file": paper(others={5: b"<</Length 3/F(x)>>\nstream\nabc\nendstream"}),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_objects_that_are_none(kind: str) -> None:
    malformed(OBJECTS[kind], 5)


@pytest.mark.parametrize(
    "ending", [b"\nendstream", b"\r\nendstream", b"\rendstream", b"endstream", b"\nendstream %x\n"]
)
def test_the_ends_of_streams(ending: bytes) -> None:
    file = PDFFile(paper(others={5: b"<</Length 30 0 R>>\nstream\r\nabc" + ending, 30: b"3"}))
    assert file.load(Reference(5)) == Stream({"Length": Reference(30)}, b"abc")


def contained(inside: bytes, entries: bytes, *, index: int = 0, kind: bytes = b"/ObjStm") -> bytes:
    """Return a file whose object 5 is said to stand in the object stream 20."""
    head = bytearray(b"%PDF-1.5\n")
    place = len(head)
    head += b"20 0 obj\n%b\nendobj\n" % stream(inside, b"/Type" + kind + entries)
    table = len(head)
    rows = b"\2" + (20).to_bytes(2, "big") + bytes((index,)) + b"\1" + place.to_bytes(2, "big") + b"\0"
    told = b"/Type/XRef/Size 22/W[1 2 1]/Index[5 1 20 1]/Root 5 0 R"
    return bytes(head) + b"21 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(rows, told), table)


def test_an_object_in_an_object_stream() -> None:
    assert PDFFile(contained(b"5 0 (a)", b"/N 1/First 4")).load(Reference(5)) == b"a"
    assert PDFFile(contained(b"4 0 5 2 1 (a)", b"/N 2/First 8", index=1)).load(Reference(5)) == b"a"


CONTAINERS: Final = {
    "another number": contained(b"6 0 (a)", b"/N 1/First 4"),
    "another place": contained(b"5 0 (a)", b"/N 1/First 4", index=1),
    "fewer than told": contained(b"5 0 ", b"/N 2/First 4"),
    "places that are names": contained(b"/A 0 (a)", b"/N 1/First 5"),
    "a place beyond the end": contained(b"5 99999999999999999999 (a)", b"/N 1/First 23"),
    "a negative place": contained(b"5 -4 (a)", b"/N 1/First 5"),
    "places with a sign": contained(b"+5 +0 (a)", b"/N 1/First 6"),
    "places as Python writes them": contained(b"5 0_0 (a)", b"/N 1/First 6"),
    "no count": contained(b"5 0 (a)", b"/First 4"),
    "no first": contained(b"5 0 (a)", b"/N 1"),
    "a stream of another kind": contained(b"5 0 (a)", b"/N 1/First 4", kind=b"/Metadata"),
    "in itself": contained(b"5 0 (a)", b"/N 1/First 4").replace(b"\1\0\x09\0", b"\2\0\x14\0"),
    "in what is free": contained(b"5 0 (a)", b"/N 1/First 4").replace(b"\1\0\x09\0", b"\0\0\x09\0"),
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_object_streams_that_are_none(kind: str) -> None:
    malformed(CONTAINERS[kind], 5)


# --- streams


def predicted(rows: bytes, entries: bytes) -> Stream:
    parameters: dict[str, Value] = {"Predictor": 12, "Columns": 3}
    for part in entries.split():
        key, value = part.split(b"=")
        parameters[key.decode()] = int(value)
    return Stream({"Filter": Name("FlateDecode"), "DecodeParms": parameters}, zlib.compress(rows))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (b"\0\1\2\3", b"\1\2\3"),
        (b"\1\1\1\1", b"\1\2\3"),
        (b"\2\1\1\1", b"\x0b\x15\x1f"),
        (b"\3\1\1\1", b"\x06\x0e\x17"),
        (b"\4\1\1\1", b"\x0b\x15\x1f"),
        (b"\1\xff\2\0", b"\xff\1\1"),
    ],
)
def test_predictors(row: bytes, expected: bytes) -> None:
    above = b"\0\x0a\x14\x1e"
    assert decoded(predicted(above + row, b""), most=99) == b"\x0a\x14\x1e" + expected


STREAMS: Final = {
    "a predictor of TIFF": predicted(b"\0abc", b"Predictor=2"),
    "a row of an unknown kind": predicted(b"\5abc", b""),
    "half a row": predicted(b"\0ab", b""),
    "several colours": predicted(b"\0abc", b"Colors=3"),
    "single bits": predicted(b"\0abc", b"BitsPerComponent=1"),
    "no columns": predicted(b"\0abc", b"Columns=0"),
    "columns beyond measure": predicted(b"\0abc", b"Columns=99999999"),
    "another filter": Stream({"Filter": Name("LZWDecode")}, b""),
    "two filters": Stream({"Filter": (Name("FlateDecode"), Name("FlateDecode"))}, zlib.compress(zlib.compress(b"a"))),
    "parameters of none": Stream({"Filter": Name("FlateDecode"), "DecodeParms": Reference(7)}, zlib.compress(b"a")),
    "no data": Stream({"Filter": Name("FlateDecode")}, b""),
    "cut data": Stream({"Filter": Name("FlateDecode")}, zlib.compress(b"abc")[:-2]),
    "other data": Stream({"Filter": Name("FlateDecode")}, b"abc"),
}


@pytest.mark.parametrize("kind", STREAMS)
def test_streams_that_are_not_decoded(kind: str) -> None:
    with pytest.raises(PDFMalformed):
        decoded(STREAMS[kind], most=99)


@pytest.mark.parametrize(
    "entries",
    [
        {},
        {"Filter": ()},
    ],
)
def test_streams_that_are_as_they_stand(entries: Dictionary) -> None:
    assert decoded(Stream(entries, b"abc"), most=3) == b"abc"
    with pytest.raises(PDFLimitExceeded):
        decoded(Stream(entries, b"abcd"), most=3)


@pytest.mark.parametrize(
    "entries",
    [
        {"Filter": Name("FlateDecode")},
        {"Filter": (Name("FlateDecode"),)},
        {"Filter": (Name("FlateDecode"),), "DecodeParms": (None,)},
        {"Filter": Name("FlateDecode"), "DecodeParms": {"Predictor": 1}},
    ],
)
def test_how_large_a_stream_may_become(entries: Dictionary) -> None:
    assert decoded(Stream(entries, zlib.compress(b"abc")), most=3) == b"abc"
    with pytest.raises(PDFLimitExceeded):
        decoded(Stream(entries, zlib.compress(b"abcd")), most=3)


# --- what is asked of a file


def test_references_that_lead_on() -> None:
    chain = {30 + step: b"%d 0 R" % (31 + step) for step in range(20)}
    file = PDFFile(paper(others={**chain, 50: b"(end)"}))
    assert follow(file, Reference(40)) == b"end"
    assert entry_of(file, {"A": Reference(40)}, "A") == b"end"
    assert entry_of(file, {}, "A") is None
    with pytest.raises(PDFMalformed):
        follow(file, Reference(30))


@pytest.mark.parametrize("value", [7, (), b"", None, Reference(1)])
def test_what_is_no_dictionary(value: Value) -> None:
    with pytest.raises(PDFMalformed):
        dictionary_of(value)


@pytest.mark.parametrize("value", [7, {}, b"", None, Reference(1)])
def test_what_is_no_array(value: Value) -> None:
    with pytest.raises(PDFMalformed):
        array_of(value)


def tree(**nodes: bytes) -> bytes:
    page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]>>"
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 10: page % 2, 11: page % 3, 12: page % 3}
    return assemble({**objects, **{int(name[1:]): node for name, node in nodes.items()}})


def test_a_tree_of_pages() -> None:
    pdf = tree(
        n2=b"<</Type/Pages/Count 3/Kids[3 0 R 10 0 R]>>", n3=b"<</Type/Pages/Parent 2 0 R/Count 2/Kids[12 0 R 11 0 R]>>"
    )
    assert [one.number for one in page_references(PDFFile(pdf))] == [12, 11, 10]


TREES: Final = {
    "a wrong count": tree(n2=b"<</Type/Pages/Count 2/Kids[10 0 R]>>"),
    "no count": tree(n2=b"<</Type/Pages/Kids[10 0 R]>>"),
    "a page twice": tree(n2=b"<</Type/Pages/Count 2/Kids[10 0 R 10 0 R]>>"),
    "a page of another": tree(n2=b"<</Type/Pages/Count 1/Kids[11 0 R]>>"),
    "a root with a parent": tree(n2=b"<</Type/Pages/Count 1/Kids[10 0 R]/Parent 10 0 R>>"),
    "a page inside": tree(n2=b"<</Type/Pages/Count 1/Kids[<</Type/Page/Parent 2 0 R>>]>>"),
    "a page that is not there": tree(n2=b"<</Type/Pages/Count 1/Kids[20 0 R]>>"),
    "a page of another type": tree(n2=b"<</Count 1/Kids[10 0 R]>>", n10=b"<</Type/Template/Parent 2 0 R>>"),
    "a page of no type": tree(n2=b"<</Count 1/Kids[10 0 R]>>", n10=b"<</Parent 2 0 R>>"),
    "no root": paper(page_dictionary()).replace(b"/Root 1 0 R", b"/Roof 1 0 R"),
}


@pytest.mark.parametrize("kind", TREES)
def test_trees_of_pages_that_are_read_in_two_ways(kind: str) -> None:
    with pytest.raises(PDFMalformed):
        page_references(PDFFile(TREES[kind]))


def test_a_tree_of_pages_too_deep() -> None:
    nodes = {
        f"n{20 + level}": b"<</Parent %d 0 R/Count 1/Kids[%d 0 R]>>" % (19 + level, 21 + level) for level in range(70)
    }
    nodes["n2"] = b"<</Count 1/Kids[20 0 R]>>"
    nodes["n20"] = b"<</Parent 2 0 R/Count 1/Kids[21 0 R]>>"
    with pytest.raises(PDFMalformed):
        page_references(PDFFile(tree(**nodes, n90=b"<</Type/Page/Parent 89 0 R>>")))


def test_a_file_that_goes_on_from_another() -> None:
    before = PDFFile(compressed())
    before.load(Reference(10))
    more = compressed() + b"4 0 obj\n(new)\nendobj\n"
    section = b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 22/Root 1 0 R/Prev %d>>\n" % (
        len(compressed()),
        before.newest_section,
    )
    after = PDFFile(more + section + b"startxref\n%d\n%%%%EOF\n" % len(more), before=before)
    assert (after.load(Reference(4)), after.load(Reference(5)), len(after.sections)) == (b"new", FONT, 2)
    with pytest.raises(PDFMalformed):
        PDFFile(paper(), before=before)

"""Objects that are written plainly: read as pyHanko reads them, or not at all."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import read_non_whitespace
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.errors import TrustError
from trust.pdf.plain_objects import DEEPEST, plain_object
from trust.pdf.reading import PARSER_ERRORS, Reader

FILES: Final = Path(__file__).parents[2] / "vectors" / "verification" / "files"
HANDLER: Any = object()
REFERENCE: Final = generic.Reference(7, 0, HANDLER)

PLAIN: Final = [
    b"<<>>",
    b"[]",
    b"[1 0 R 12 0 R]",
    b"<</A/B/C 12/D -7/E .5/F +1.25/G[1 2 3]/H<</I true/J false/K null>>>>",
    b"<< /Type /Page\n/Parent 3 0 R /MediaBox [ 0 0 595.28 841.89 ] >>",
    b"<</A(text)/B<FEFF4E2D>/C<>/D()/E(\xe4\xb8\xad)>>",
    b"<</Length 5/Filter/FlateDecode>>\nstream\nhello\nendstream",
    b"<</Length 5>> stream\r\nhelloendstream",
    b"<</Length 0>>stream\n\nendstream",
    b"1234",
    b"/Name",
    b"12 0 R",
    b"(text)",
]
OTHERWISE: Final = [
    b"<</A#42 1>>",
    b"<</A(a\\)b)>>",
    b"<</A((nested))>>",
    b"<</A(two\nlines)>>",
    b"<</A<4E2>>>",
    b"<</A<4E 2D>>>",
    b"<</A 1/A 2>>",
    b"<</A 1 % comment\n>>",
    b"<</A>>",
    b"<<1 2>>",
    b"<</A 1]",
    b"[1 2>>",
    b">>",
    b"]",
    b"[1 2",
    b"<</A 1  0 R>>",
    b"<</A 0 0 R>>",
    b"<</A 1.>>",
    b"<</A 12345678901>>",
    b"<</A trueish>>",
    b"<</A 1 0 Rx>>",
    b"<</Length 4>>\nstream\nhello\nendstream",
    b"<</Length 99>>\nstream\nhello\nendstream",
    b"<</Length -1>>\nstream\nhello\nendstream",
    b"<</Length 8 0 R>>\nstream\nhello\nendstream",
    b"<<>>\nstream\nhello\nendstream",
    b"<</Length 5>>\nstream hello\nendstream",
    b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
    b"",
]


def require_same(ours: Any, theirs: Any) -> None:  # noqa: ANN401 - objects of pyHanko
    """Fail unless two objects are the same to everybody who asks them anything."""
    assert type(ours) is type(theirs)
    assert (ours.container_ref is None) == (theirs.container_ref is None)
    if ours.container_ref is not None:
        assert ours.container_ref == theirs.container_ref
        assert ours.container_ref.pdf is theirs.container_ref.pdf
    if isinstance(ours, generic.DictionaryObject):
        assert [(type(key), key) for key in ours] == [(type(key), key) for key in theirs]
        for key in ours:
            require_same(ours.raw_get(key), theirs.raw_get(key))
    elif isinstance(ours, generic.ArrayObject):
        assert len(ours) == len(theirs)
        for place in range(len(ours)):
            require_same(ours.raw_get(place), theirs.raw_get(place))
    elif isinstance(ours, generic.IndirectObject):
        assert (ours.reference, ours.get_pdf_handler()) == (theirs.reference, theirs.get_pdf_handler())
    else:
        assert ours == theirs
        assert isinstance(ours, generic.NullObject) or repr(ours) == repr(theirs)
    for attribute in ("encoded_data", "original_bytes", "autodetected_encoding"):
        if not isinstance(ours, generic.DictionaryObject) or isinstance(ours, generic.StreamObject):
            assert getattr(ours, attribute, None) == getattr(theirs, attribute, None)


def filed(body: bytes) -> bytes:
    return b"%PDF-1.7\n7 0 obj\n" + body + b"\nendobj\nxref\n"


@pytest.mark.parametrize("body", PLAIN)
def test_what_is_plain_is_read(body: bytes) -> None:
    found = plain_object(filed(body), 9, REFERENCE)
    assert found is not None
    require_same(found[0], by_pyhanko(filed(body)))
    assert filed(body)[found[1] :] == b"xref\n"


@pytest.mark.parametrize("body", OTHERWISE)
def test_what_is_written_otherwise_is_left_to_others(body: bytes) -> None:
    assert plain_object(filed(body), 9, REFERENCE) is None


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(filed(b"<<>>").replace(b"7 0 obj", b"8 0 obj"), id="another number"),
        pytest.param(filed(b"<<>>").replace(b"7 0 obj", b"7 1 obj"), id="another generation"),
        pytest.param(filed(b"<<>>").replace(b"7 0 obj", b"7  0 obj"), id="another header"),
        pytest.param(filed(b"<<>>").replace(b"endobj\n", b"endobjx"), id="no end"),
        pytest.param(filed(b"<<>>").removesuffix(b"xref\n"), id="nothing after it"),
        pytest.param(filed(b"<<>>").replace(b"xref", b"%%EOF"), id="a comment after it"),
    ],
)
def test_what_stands_around_an_object_is_looked_at_too(file: bytes) -> None:
    assert plain_object(file, 9, REFERENCE) is None


def by_pyhanko(file: bytes) -> Any:  # noqa: ANN401 - likewise
    """Return what pyHanko reads."""
    stream = BytesIO(file)
    stream.seek(file.index(b" obj") + 4)
    read_non_whitespace(stream, seek_back=True)
    return generic.read_object(stream, REFERENCE)


@given(
    st.sampled_from(PLAIN + OTHERWISE),
    st.integers(0, 60),
    st.integers(0, 2),
    st.sampled_from(list(b"/<>[]()%# \n\\0aR-.")),
)
def test_of_whatever_is_written_no_other_reading_is_made(body: bytes, place: int, taken: int, octet: int) -> None:
    file = filed(body[:place] + bytes((octet,)) + body[place + taken :])
    found = plain_object(file, 9, REFERENCE)
    if found is not None:
        require_same(found[0], by_pyhanko(file))


def test_every_object_of_the_vectors_is_read_as_pyhanko_reads_it() -> None:
    read = met = 0
    for reader, reference, place in each_object():
        met += 1
        ours = reader.plain_object(reference, place)
        if ours is not None:
            read += 1
            require_same(ours, PdfFileReader._read_object(reader, reference, place))
    assert read > met * 8 // 10 > 1000


def each_object() -> Iterator[tuple[Reader, Any, int]]:
    """Yield the objects of the vectors: who reads them, by which reference, and where they stand."""
    for path in sorted(FILES.glob("*.pdf")):
        try:
            reader = Reader(path.read_bytes())
        except (TrustError, *PARSER_ERRORS):
            continue
        for revision in () if reader.encrypted else range(reader.xrefs.total_revisions):
            for reference in reader.xrefs.explicit_refs_in_revision(revision):
                place = reader.xrefs.get_historical_ref(reference, revision)
                if isinstance(place, int):
                    yield reader, reference, place

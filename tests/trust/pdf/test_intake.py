"""What is refused before any parser sees it: each limit at its edge."""

import io
import zipfile
from collections.abc import Callable

import pytest

from tests.trust.pdf.paper import paper, stream
from trust.pdf.intake import (
    LIMITS,
    PDFLimitExceeded,
    PDFLimits,
    PDFMalformed,
    PDFPolyglot,
    require_acceptable,
    require_one_format,
)


def limit_of(pdf: bytes, limits: PDFLimits = LIMITS) -> tuple[object, object]:
    with pytest.raises(PDFLimitExceeded) as caught:
        require_acceptable(pdf, limits)
    return caught.value.details["limit"], caught.value.details["allowed"]


def test_an_ordinary_file_is_accepted() -> None:
    require_acceptable(paper())


@pytest.mark.parametrize(
    "pdf",
    [b"", b"%PDF", b"PK\3\4", b"\n%PDF-1.7", b"\xef\xbb\xbf%PDF-1.7", b"%pdf-1.7", b"%PDF-x.7", b"%PDF-1,7", b"<html>"],
)
def test_a_file_that_does_not_begin_as_a_pdf(pdf: bytes) -> None:
    with pytest.raises(PDFMalformed):
        require_acceptable(pdf)


# --- one format


def other_of(pdf: bytes) -> object:
    with pytest.raises(PDFPolyglot) as caught:
        require_one_format(pdf)
    assert caught.value.code == "pdf.polyglot"
    return caught.value.details["other"]


def zipped(**entries: bytes) -> bytes:
    """Return a ZIP archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def begun(mark: bytes, place: int) -> bytes:
    """Return a PDF with a comment that has `mark` at a place near its beginning."""
    head = b"%PDF-1.7\n%"
    return head + b"x" * (place - len(head)) + mark + b"\n" + paper()


@pytest.mark.parametrize(
    "head",
    [
        b"\n",
        b"\xef\xbb\xbf",
        b"MZ" + bytes(600),
        b"#!/bin/sh\nexit\n",
        b"<html><script>1</script><!--",
        b"GIF89a",
        b"x" * 1024,
    ],
)
def test_octets_before_the_header(head: bytes) -> None:
    assert other_of(head + paper()) == "before"


def test_a_header_where_no_reader_looks_for_it() -> None:
    require_one_format(b"x" * 1025 + paper())
    with pytest.raises(PDFMalformed):
        require_acceptable(b"x" * 1025 + paper())


@pytest.mark.parametrize("tail", [b"x", b"\n\n<html>", b"MZ" + bytes(600), b"\n%a comment", b"\0" * 9 + b"\1"])
def test_octets_after_the_end(tail: bytes) -> None:
    assert other_of(paper() + tail) == "after"


@pytest.mark.parametrize("tail", [b"", b"\n", b"\r\n", b" \n\n", b"\0" * 9])
def test_white_space_after_the_end(tail: bytes) -> None:
    require_one_format(paper() + tail)


def test_an_archive_in_the_file() -> None:
    archive = zipped(**{"OFD.xml": b"<OFD/>"})
    assert other_of(paper() + archive) == "zip"
    inside = paper(others={50: stream(archive)}, catalog=b"/X 50 0 R")
    assert other_of(inside) == "zip"
    assert zipfile.is_zipfile(io.BytesIO(inside))
    far = paper(others={50: stream(archive), 51: stream(bytes(70_000))})
    require_one_format(far)  # programs no longer find it
    assert not zipfile.is_zipfile(io.BytesIO(far))


def test_marks_of_an_archive_that_are_none() -> None:
    require_one_format(b"%PDF-1.7\n%PK\5\6\n%%EOF")  # too near the end to be a record
    require_one_format(paper(others={50: stream(b"PK\5\6")}))
    require_one_format(paper(others={50: stream(b"PK\5\6" + bytes(18))}))  # an empty one holds nothing
    require_one_format(paper(others={50: stream(b"PK\5\6" + b"\1" * 18)}))
    require_one_format(paper(others={50: stream(zipped(a=b"b").replace(b"PK\1\2", b"PK\1\3"))}))
    two = zipped(a=b"b") + b"PK\5\6" + b"\1" * 18
    assert other_of(paper(others={50: stream(two)})) == "zip"


@pytest.mark.parametrize(
    ("mark", "place", "other"), [(b"ustar", 257, "tar"), (b"CD001", 0x8001, "iso9660"), (b"DICM", 128, "dicom")]
)
def test_formats_whose_mark_stands_further_in(mark: bytes, place: int, other: str) -> None:
    assert other_of(begun(mark, place)) == other
    require_one_format(begun(mark, place + 1))


def test_a_file_of_one_format() -> None:
    require_one_format(paper())
    require_one_format(b"")
    require_one_format(b"%PDF-1.7")


# --- limits


def test_the_size() -> None:
    pdf = paper()
    require_acceptable(pdf, PDFLimits(size=len(pdf)))
    assert ("size", len(pdf) - 1) == limit_of(pdf, PDFLimits(size=len(pdf) - 1))
    assert limit_of(b"%PDF-1.7\n" + bytes(32 << 20)) == ("size", 32 << 20)


def test_the_number_of_revisions() -> None:
    require_acceptable(paper() + b"startxref\n" * (LIMITS.revisions - 1))
    assert ("revisions", LIMITS.revisions) == limit_of(paper() + b"startxref\n" * LIMITS.revisions)


@pytest.mark.parametrize(
    "digits",
    [
        lambda count: b"30" * (count // 2),
        lambda count: b"aF" * (count // 2),
        lambda count: (b"3\r\n 0\t" * count)[:count],
        lambda count: (b"0\0" * count)[:count],
    ],
    ids=["digits", "letters", "white space", "null octets as white space"],
)
def test_a_long_hexadecimal_string(digits: Callable[[int], bytes]) -> None:
    allowed = LIMITS.hexadecimal_string
    require_acceptable(b"%PDF-1.7\n<" + digits(allowed) + b">")
    assert ("hexadecimal_string", allowed) == limit_of(b"%PDF-1.7\n<" + digits(allowed + 2) + b">")


def test_a_long_number() -> None:
    allowed = LIMITS.hexadecimal_string
    require_acceptable(b"%PDF-1.7\n" + b"7" * allowed)
    assert ("number", allowed) == limit_of(b"%PDF-1.7\n" + b"7" * (allowed + 1))


def test_many_short_hexadecimal_strings() -> None:
    require_acceptable(b"%PDF-1.7\n" + (b"<" + b"30" * 100 + b">") * 10_000)


def test_the_limits_are_what_the_documents_say() -> None:
    assert PDFLimits() == LIMITS
    assert (LIMITS.size, LIMITS.revisions, LIMITS.hexadecimal_string) == (32 << 20, 64, 400_000)
    assert (LIMITS.fields, LIMITS.field_name, LIMITS.pages, LIMITS.annotations) == (2_000, 4_000, 10_000, 100_000)
    assert LIMITS.work == 6_000_000

"""What is refused before any parser sees it: each limit at its edge."""

from collections.abc import Callable

import pytest

from tests.trust.pdf.paper import paper
from trust.pdf.intake import LIMITS, PDFLimitExceeded, PDFLimits, PDFMalformed, require_acceptable


def limit_of(pdf: bytes, limits: PDFLimits = LIMITS) -> tuple[object, object]:
    with pytest.raises(PDFLimitExceeded) as caught:
        require_acceptable(pdf, limits)
    return caught.value.details["limit"], caught.value.details["allowed"]


def test_an_ordinary_file_is_accepted() -> None:
    require_acceptable(paper())


@pytest.mark.parametrize(
    "pdf", [b"", b"%PDF", b"PK\3\4", b"\n%PDF-1.7", b"\xef\xbb\xbf%PDF-1.7", b"%pdf-1.7", b"<html>"]
)
def test_a_file_that_does_not_begin_as_a_pdf(pdf: bytes) -> None:
    with pytest.raises(PDFMalformed):
        require_acceptable(pdf)


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

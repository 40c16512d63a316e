"""Names in PDFs: the octets that they are, escaped or not; what is no name is refused."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.misc import PdfReadError

from tests.seal.kits import Bench
from tests.trust.pdf.paper import paper
from trust.pdf.names import read_name
from trust.verdict import Outcome

SONG = "宋体".encode("gb18030")
"""As many Chinese programs write the name of a font."""


@pytest.mark.parametrize(
    ("written", "octets"),
    [
        (b"/Type", b"/Type"),
        (b"/A#20B#2FC", b"/A B/C"),
        (b"/", b"/"),
        (b"/#e5#AE#8b", b"/\xe5\xae\x8b"),
        (b"/" + SONG, b"/" + SONG),
        (b"/\x7f\x01", b"/\x7f\x01"),
    ],
)
@pytest.mark.parametrize("after", [b" ", b"/", b">>", b"", b"(", b"\n"])
def test_a_name_is_its_octets(written: bytes, octets: bytes, after: bytes) -> None:
    stream = BytesIO(written + after)
    found = read_name(stream)
    assert type(found) is NameObject
    assert str(found).encode("latin-1") == octets
    assert stream.read() == after


def test_names_of_other_octets_are_other_names() -> None:
    assert read_name(BytesIO(b"/#C3#A9 ")) != read_name(BytesIO(b"/#E9 "))


@pytest.mark.parametrize("written", [b"", b"Type", b"(A)", b"/A#", b"/A#2", b"/A#2G", b"/##20"])
def test_what_is_no_name_is_refused(written: bytes) -> None:
    with pytest.raises(PdfReadError):
        read_name(BytesIO(written + b" "))


def test_a_document_with_such_names_is_stamped_and_holds(bench: Bench) -> None:
    pdf = paper().replace(b"/BaseFont/Helvetica", b"/BaseFont/" + SONG.ljust(9, b"-"))
    assert SONG in pdf
    found = bench.judge(bench.stamp(pdf))
    assert [one.report.verdict.outcome for one in found.signatures] == [Outcome.PASSED] * 2

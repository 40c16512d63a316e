"""What the judges are given: the two signatures of the story's licence, taken out of it without a line of ours."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from asn1crypto import parser
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.story import Played


@dataclass(frozen=True)
class Taken:
    """A signature taken out of a PDF: the octets that it covers, and itself in DER."""

    subfilter: str
    covered: bytes
    der: bytes


def take(pdf: Path) -> list[Taken]:
    """Take every signature out of a PDF, in the order of its fields."""
    content = pdf.read_bytes()
    taken = []
    with pdf.open("rb") as file:
        for field in PdfFileReader(file).root["/AcroForm"]["/Fields"]:
            signature = field.get_object()["/V"]
            start, length, after, rest = map(int, signature["/ByteRange"])
            encoded = bytes(signature.raw_get("/Contents"))
            covered = content[start : start + length] + content[after : after + rest]
            taken.append(Taken(str(signature["/SubFilter"]), covered, encoded[: parser.peek(encoded)]))
    return taken


@pytest.fixture(scope="session")
def seal_signature(played: Played) -> Taken:
    """Return the seal signature of the licence, in SM2."""
    return take(played.evidence / "licence.pdf")[0]


@pytest.fixture(scope="session")
def reader_signature(played: Played) -> Taken:
    """Return the signature beside it that readers of the world understand, in P-256."""
    return take(played.evidence / "licence.pdf")[1]

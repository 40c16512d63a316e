"""pyHanko's own validator, with nothing of ours, judges the signature that readers of the world understand."""

from pathlib import Path
from typing import Final

import pytest
from asn1crypto import crl, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from tests.story import Played, signed_files

pytestmark = pytest.mark.interop

LISTS: Final = ("root-p256", "issuing-p256")


def judge(played: Played, file: Path, *, root: str = "root-p256") -> PdfSignatureStatus:
    """Return what it finds of the one signature that it understands, trusting one root of the evidence."""
    _, _, anchor = pem.unarmor((played.evidence / "anchors" / f"{root}.pem").read_bytes())
    lists = [(played.evidence / "crl" / f"{name}.crl").read_bytes() for name in LISTS]
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(anchor)],
        crls=[crl.CertificateList.load(one) for one in lists],
        revocation_mode="require",
        allow_fetching=False,
    )
    with file.open("rb") as opened:
        (signature,) = PdfFileReader(opened).embedded_signatures  # it passes over the seal signature
        return validate_pdf_signature(signature, context)


def test_it_finds_every_document_genuine(played: Played) -> None:
    for file in signed_files(played):
        status = judge(played, file)
        assert status.bottom_line, f"{file.name}: {status.pretty_print_details()}"
        assert (status.intact, status.valid, status.trusted) == (True, True, True)
        assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        assert status.modification_level is ModificationLevel.NONE
        assert status.timestamp_validity is not None
        assert (status.timestamp_validity.intact, status.timestamp_validity.trusted) == (True, True)


def test_it_trusts_nothing_under_another_root(played: Played) -> None:
    status = judge(played, played.evidence / "licence.pdf", root="root-sm2")
    assert (status.bottom_line, status.intact, status.trusted) == (False, True, False)


def test_it_finds_an_altered_document_altered(played: Played, tmp_path: Path) -> None:
    content = bytearray((played.evidence / "licence.pdf").read_bytes())
    content[content.index(b"%PDF-") + 5] ^= 1  # the version, which changes nothing in how it is read
    (tmp_path / "altered.pdf").write_bytes(content)
    status = judge(played, tmp_path / "altered.pdf")
    assert (status.bottom_line, status.intact) == (False, False)

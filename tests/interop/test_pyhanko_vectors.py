"""pyHanko's own validator about the PAdES vectors: it agrees with ours, but where docs/divergences.md says why not."""

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

import trust.pdf.reading
from tests.vectors.verification.cases import Case, read_manifest

pytestmark = pytest.mark.interop

LENT: Final = trust.pdf.reading.__name__
"""Whose decoder of PNG predictors pyHanko has in every process of ours, and whose reader of names: its own undoes three
of the five wrongly, and refuses what is not ASCII."""

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "divergences.md"
MANIFEST: Final = read_manifest()
ASKED: Final = [one for one in MANIFEST.cases if one.name.startswith("pades/") and not one.policy]


def told_otherwise() -> dict[str, tuple[str, str]]:
    """Return what pyHanko and what we say of each vector that docs/divergences.md names."""
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (pades/[^|]+) \| (valid|not valid) \| (passed|failed|indeterminate) \| [^|]+ \|$", text, re.MULTILINE
    )
    return {name: (theirs, ours) for name, theirs, ours in rows}


def context(case: Case, reader: PdfFileReader, signature: EmbeddedPdfSignature) -> ValidationContext:
    """Return what it trusts and knows for a case: what we do, and what the file and the signature bring along."""
    evidence = MANIFEST.evidence(case)
    told: dict[str, Any] = {
        "trust_roots": [x509.Certificate.load(one.der) for one in evidence.anchors],
        "other_certs": [x509.Certificate.load(one.der) for one in evidence.certificates],
        "crls": [crl.CertificateList.load(one.der) for one in evidence.revocation_lists],
        "revocation_mode": "require",
        "allow_fetching": False,
        "moment": datetime.fromisoformat(case.moment),
    }
    for one in signature.signer_info["signed_attrs"]:
        if one["type"].native == "adobe_revocation_info_archival":
            (archived,) = one["values"]
            told |= {"crls": [*told["crls"], *archived["crl"]], "ocsps": [*archived["ocsp"]]}
    if "/DSS" in reader.root:
        return DocumentSecurityStore.read_dss(reader).as_validation_context(told)
    return ValidationContext(**told)


def is_valid(case: Case) -> bool:
    """Tell whether it finds every signature of a file valid; what it cannot read is not."""
    try:
        reader = PdfFileReader(io.BytesIO(MANIFEST.content(case.file)))
        found = []
        for one in reader.embedded_signatures:
            if one.sig_object.get("/Type") == "/DocTimeStamp":
                stamp = validate_pdf_timestamp(one, context(case, reader, one))
                found.append(stamp.intact and stamp.valid and stamp.trusted)
            else:
                found.append(validate_pdf_signature(one, context(case, reader, one)).bottom_line)
    except Exception:  # noqa: BLE001 - it raises many kinds on files that are broken on purpose
        return False
    return bool(found) and all(found)


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.name)
def test_it_agrees_or_the_document_says_why(case: Case) -> None:
    outcome = case.expect.partition("/")[0]
    valid = is_valid(case)
    otherwise = told_otherwise().get(case.name)
    if otherwise is None:
        assert valid is (outcome == "passed")
    else:
        assert otherwise == ("valid" if valid else "not valid", outcome)
        assert valid is not (outcome == "passed")


def test_the_document_names_vectors_that_are_there() -> None:
    assert set(told_otherwise()) <= {one.name for one in ASKED}
    assert len(told_otherwise()) < len(ASKED) / 7

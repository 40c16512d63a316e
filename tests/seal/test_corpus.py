"""Seals and seal signatures made by other people's software: read, their values verified, their deviations named.

The files are those of ofdrw (github.com/ofdrw/ofdrw at 7459e350, ofdrw-gm, ofdrw-sign and ofdrw-converter, test
resources, Apache-2.0). The two OFD files bear seals of a tax authority.
"""

from datetime import datetime
from pathlib import Path

import pytest

from seal.data.asn1 import SealExtension, SealVersion
from seal.data.deviations import Deviation, Met
from seal.data.reading import read_seal, read_seal_signature
from seal.verification.files import FileReport, judge_file
from seal.verification.ofd.judging import judge_ofd
from seal.verification.signatures import judge_seal, judge_seal_signature
from tests.fakes.clock import NOW
from tests.vectors.verification.run import found
from trust.certificates import Certificate
from trust.crypto.reference import ReferenceBackend
from trust.paths import Evidence
from trust.pdf.intake import PDFEncrypted, PDFPasswordWrong
from trust.verdict import Outcome

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "ses"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder shared/corpus does not lie beside the checkout"),
]


ID = Met(Deviation.IDENTIFIER_FORM, "esID")
TAX = (Met(Deviation.PICTURE_TYPE, "picture.type"), Met(Deviation.CRITICAL_FALSE, "extDatas"))
DEVIATIONS: dict[str, tuple[Met, ...]] = {
    "UserV1.esl": (ID,),
    "UserV4.esl": (ID,),
    "UserV5.esl": (ID,),
    "SignedValueV4.dat": (ID,),
    "999.ofd": TAX,
    "v4signed.ofd": TAX,
}
"""What each file does otherwise than the standard."""


def test_every_file_of_the_corpus_is_in_the_table() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(DEVIATIONS)


@pytest.mark.parametrize("name", DEVIATIONS)
def test_what_deviates_in_each_file(name: str) -> None:
    report = judge_file((CORPUS / name).read_bytes(), Evidence(), now=NOW)
    (judged,) = report.document.signatures
    told = [remark for check in judged.report.checks for remark in check.remarks]
    assert [(one.deviation, one.field) for one in DEVIATIONS[name]] == [(one.code, one.about) for one in told]
    wanting = {check.name for check in judged.report.checks if check.outcome is not Outcome.PASSED}
    wanting -= {"certificate.path", "seal.validity", "seal_signature.data_hash"}
    # The certificate of the library's test maker had ended in 2022, and its seal of the fifth version is of 2026.
    assert wanting == ({"seal.made_in_validity"} if name == "UserV5.esl" else set())


@pytest.mark.parametrize("name", ["999.ofd", "v4signed.ofd"])
def test_the_seal_of_a_tax_authority(name: str) -> None:
    (judged,) = judge_ofd((CORPUS / name).read_bytes(), Evidence(), now=NOW).signatures
    assert judged.seal_signature is not None
    seal = judged.seal_signature.seal
    assert SealVersion.GBT38540_2020 is seal.version
    assert (SealExtension(oid="1.2.156.10197.6.7.2.2.1", value=b"2.1"),) == seal.extensions
    assert judged.report.facts["extensions"] == "tax seal version"
    assert (seal.picture.type, seal.picture.width_mm, seal.picture.height_mm) == ("ofd", 30, 20)
    for backend in (None, ReferenceBackend()):
        signature = judged.seal_signature
        Certificate(signature.certificate).verify_message(signature.signature, signature.signed, backend=backend)
        Certificate(seal.maker_certificate).verify_message(seal.signature, seal.signed, backend=backend)


@pytest.mark.parametrize(
    ("name", "version", "identifier", "title", "created"),
    [
        (
            "UserV1.esl",
            SealVersion.GMT0031_2014,
            "40C8CDD24DEF43388B86E62CCE1D6832",
            "OFDRW测试用印章",
            "2020-04-22T02:18:07+00:00",
        ),
        (
            "UserV4.esl",
            SealVersion.GBT38540_2020,
            "51f044b76510434e9bc67a1185c2fba5",
            "OFD R&W 测试用印章",
            "2020-04-22T02:09:00+00:00",
        ),
        (
            "UserV5.esl",
            SealVersion.GMT0031_2025,
            "09aaf39291e049e4b3d716414590937e",
            "OFD R&W V5测试用印章",
            "2026-04-24T08:53:23+00:00",
        ),
    ],
)
def test_a_seal_of_another_vendor(name: str, version: SealVersion, identifier: str, title: str, created: str) -> None:
    encoded = (CORPUS / name).read_bytes()
    read = read_seal(encoded)
    assert (version, identifier, title) == (read.version, read.identifier, read.name)
    assert datetime.fromisoformat(created) == read.created_at
    assert (
        read.picture.type,
        len(read.picture.data),
        read.picture.width_mm,
        read.picture.height_mm,
    ) == ("PNG", 15_693, 40, 40)
    assert encoded == read.raw
    maker = Certificate(read.maker_certificate)
    for backend in (None, ReferenceBackend()):
        maker.verify_message(read.signature, read.signed, backend=backend)


def test_a_signature_of_another_vendor() -> None:
    encoded = (CORPUS / "SignedValueV4.dat").read_bytes()
    read = read_seal_signature(encoded)
    assert datetime.fromisoformat("2020-10-12T11:14:03+00:00") == read.signed_at
    assert read.property_info == "/Doc_0/Signs/Sign_0/Signature.xml"
    assert encoded == read.raw
    assert read.certificate in read.seal.listed
    for backend in (None, ReferenceBackend()):
        Certificate(read.certificate).verify_message(read.signature, read.signed, backend=backend)
        Certificate(read.seal.maker_certificate).verify_message(read.seal.signature, read.seal.signed, backend=backend)


@pytest.mark.parametrize("name", ["UserV1.esl", "UserV4.esl", "UserV5.esl", "SignedValueV4.dat"])
def test_nothing_of_an_unknown_vendor_is_passed(name: str) -> None:
    encoded = (CORPUS / name).read_bytes()
    judged = (
        judge_seal(encoded, Evidence(), now=NOW)
        if name.endswith(".esl")
        else judge_seal_signature(encoded, Evidence(), now=NOW, document_hash=bytes(32))
    )
    assert Outcome.PASSED is not judged.report.verdict.outcome
    missing = [check.name for check in judged.report.checks if check.finding is not None]
    assert "certificate.path" in missing
    assert not {"seal.format", "seal.signature_value", "seal_signature.value"} & set(missing)


PAPERS = CORPUS.parent / "pdf"
UNKNOWN = ("indeterminate/NO_CERTIFICATE_CHAIN_FOUND", "certificate.path")
UNSIGNED = ("indeterminate/SIGNED_DATA_NOT_FOUND", "")
THEN = datetime.fromisoformat("2021-01-01T00:00:00+00:00")

VERDICTS: dict[str, tuple[tuple[str, str], tuple[str, str], str]] = {
    "UserV1.esl": (UNKNOWN, ("failed/EXPIRED", "seal.validity"), "a seal of 2020 that ended in 2022"),
    "UserV4.esl": (UNKNOWN, ("failed/EXPIRED", "seal.validity"), "a seal of 2020 that ended in 2022"),
    "UserV5.esl": (
        ("failed/SIG_CONSTRAINTS_FAILURE", "seal.made_in_validity"),
        ("failed/SIG_CONSTRAINTS_FAILURE", "seal.made_in_validity"),
        "made in 2026 with the certificate of a maker that had ended in 2022",
    ),
    "SignedValueV4.dat": (UNKNOWN, UNKNOWN, "what it covers is not at hand either, and no time is proven"),
    "999.ofd": (UNKNOWN, UNKNOWN, "an invoice under a test authority; the seal has ended since, and no time is proven"),
    "v4signed.ofd": (UNKNOWN, UNKNOWN, "likewise"),
}
"""What must come of each file in 2021 and today, with no anchor, and why: nobody here trusts the authorities of a
library's tests and of a tax bureau's test system, so that none of them is ever passed."""


def told(report: FileReport) -> tuple[str, str]:
    said = found(report)
    return said.expect, said.check


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_on_a_seal_or_a_signature(name: str) -> None:
    then, now, why = VERDICTS[name]
    content = (CORPUS / name).read_bytes()
    assert told(judge_file(content, Evidence(), now=THEN)) == then, why
    assert told(judge_file(content, Evidence(), now=NOW)) == now, why


def test_every_file_has_its_verdict() -> None:
    assert set(VERDICTS) == set(DEVIATIONS)


PAGES = {
    "002-trivial-libre-office-writer.pdf": 1,
    "annotated_pdf.pdf": 1,
    "crazyones-pdfa.pdf": 1,
    "google-doc-document.pdf": 1,
    "habibi.pdf": 1,
    "libre-office-link.pdf": 1,
    "libreoffice-writer-password.pdf": 1,
    "minimal-document.pdf": 1,
    "pdflatex-4-pages.pdf": 4,
    "pdflatex-forms.pdf": 1,
    "pdflatex-outline.pdf": 4,
    "with-attachment.pdf": 1,
}
"""The files of py-pdf/sample-files, which nobody signed, with their pages."""


def test_every_paper_of_the_corpus_is_in_the_table() -> None:
    assert {path.name for path in PAPERS.iterdir()} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_paper_without_a_signature_proves_nothing(name: str) -> None:
    content = (PAPERS / name).read_bytes()
    password = None
    if "password" in name:
        password = "openpassword"
        with pytest.raises(PDFEncrypted):
            judge_file(content, Evidence(), now=NOW)
        with pytest.raises(PDFPasswordWrong):
            judge_file(content, Evidence(), now=NOW, password="another")
    report = judge_file(content, Evidence(), now=NOW, password=password)
    assert told(report) == UNSIGNED
    assert report.document.pages == PAGES[name]

"""Other people's programs judge stamped files: pyHanko's AdES validation each level, qpdf and pdfsig all of them.

So they do with every file of other people's software that can be stamped.
"""

import asyncio
import io
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_basic_validation, ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from seal.stamping.orders import Level, Mode, StampOrder
from seal.stamping.places import AcrossEdges, AtKeyword, AtPoint, Pages
from tests.builders import PKI
from tests.judges import program
from tests.seal.kits import Bench, outcomes
from tests.trust.pdf.paper import page_dictionary, paper
from trust.pdf.intake import PDFEncrypted
from trust.pdf.judging import open_pdf

pytestmark = pytest.mark.interop

LEVELS: Final = [Level.B_B, Level.B_T, Level.B_LT, Level.B_LTA]
CORPUS: Final = Path(__file__).parents[3] / "shared" / "corpus" / "pdf"
POINT: Final = AtPoint(page=1, x_mm=60, y_mm=60)


@pytest.fixture
def bench(sm2_pki: PKI, p256_pki: PKI) -> Bench:
    """Make a seal with its keys."""
    return Bench.of(sm2_pki, p256_pki)


def order(level: Level, mode: Mode) -> StampOrder:
    edges = AcrossEdges(pages=Pages("1--1"), position_mm=150)
    return StampOrder(places=(AtKeyword(text="Notice", offset_y_mm=40), edges), level=level, mode=mode)


def stamped(bench: Bench, level: Level, mode: Mode) -> bytes:
    return bench.stamp_order(paper(*[page_dictionary()] * 3), order(level, mode))


def at_hand(bench: Bench) -> LocalKnowledge:
    """Return what the instance has to judge with."""
    evidence = bench.kit.evidence
    return LocalKnowledge(
        known_crls=[CRLContainer(crl.CertificateList.load(one.der)) for one in evidence.revocation_lists],
        known_certs=[x509.Certificate.load(one.der) for one in evidence.certificates],
    )


def in_the_file(reader: PdfFileReader) -> LocalKnowledge:
    """Return what the file itself brings along."""
    store = DocumentSecurityStore.read_dss(reader)
    return LocalKnowledge(
        known_crls=[CRLContainer(crl.CertificateList.load(one.get_object().data)) for one in store.crls],
        known_certs=list(store.load_certs()),
    )


def specification(bench: Bench, known: LocalKnowledge) -> PdfSignatureValidationSpec:
    """Return pyHanko's rules: our roots, revocation told by what is known, nothing fetched."""
    anchors = [x509.Certificate.load(one.der) for one in bench.kit.evidence.anchors]
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(trust_roots=anchors),
                revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                RevinfoOnlineFetchingRule.LOCAL_ONLY, certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH
            ),
            local_knowledge=known,
            key_usage_settings=KeyUsageConstraints(key_usage={"digital_signature"}),
        )
    )


def judged(bench: Bench, pdf: bytes, level: Level) -> Any:  # noqa: ANN401 - pyHanko's result
    """Return what pyHanko says of the signature for readers of the world, at its level."""
    reader = PdfFileReader(io.BytesIO(pdf))
    (signature,) = reader.embedded_regular_signatures
    known = {Level.B_LT: in_the_file(reader), Level.B_LTA: LocalKnowledge()}.get(level, at_hand(bench))
    rules = specification(bench, known)
    now = bench.clock.now()
    timing = ValidationTimingInfo(validation_time=now, best_signature_time=now, point_in_time_validation=True)
    if level is Level.B_LTA:
        return asyncio.run(ades_lta_validation(signature, rules, timing_info=timing))
    validate = ades_basic_validation if level is Level.B_B else ades_with_time_validation
    signed, digest = signature.signed_data, signature.compute_digest()
    return asyncio.run(validate(signed, rules.signature_validation_spec, timing_info=timing, raw_digest=digest))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("level", LEVELS)
def test_pyhanko_passes_every_level(bench: Bench, level: Level, mode: Mode) -> None:
    pdf = stamped(bench, level, mode)
    result = judged(bench, pdf, level)
    assert result.ades_subindic is AdESPassed.OK, result.failure_msg
    if level is not Level.B_B:
        assert abs(result.best_signature_time - bench.clock.now()) <= timedelta(seconds=1)
    reader = PdfFileReader(io.BytesIO(pdf))
    assert len(reader.embedded_timestamp_signatures) == (level is Level.B_LTA)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_pyhanko_misses_what_a_lower_level_does_not_hold(bench: Bench, level: Level, mode: Mode) -> None:
    lower = {Level.B_LT: Level.B_B, Level.B_LTA: Level.B_LT}[level]
    assert judged(bench, stamped(bench, lower, mode), level).ades_subindic is not AdESPassed.OK


def fields_of(pdf: bytes) -> list[str]:
    """Return the signed fields of a file in their order, as our own verification has them."""
    return list(dict.fromkeys(one.field for one in open_pdf(pdf).signatures))


def require_programs_content(pdf: bytes, folder: Path, *, ends_signed: bool = True) -> None:
    """Return if qpdf finds no fault, and pdfsig the one signature valid that it understands.

    It lists time-stamps over the document without judging them.
    """
    path = folder / "stamped.pdf"
    path.write_bytes(pdf)
    checked = subprocess.run([program("qpdf"), "--check", path], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    told = subprocess.run([program("pdfsig"), "-nocert", path], capture_output=True, text=True, check=False).stdout
    assert told.count("Signature is Valid.") == 1, told
    assert told.count("Signature Validation:") == len(fields_of(pdf)), told
    assert ("- Total document signed" in told[told.rindex("Signature #") :]) is ends_signed, told


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("level", LEVELS)
def test_qpdf_and_pdfsig_find_every_level_sound(bench: Bench, tmp_path: Path, level: Level, mode: Mode) -> None:
    # Validation data follow the last signature of B-LT, which pdfsig tells of.
    require_programs_content(stamped(bench, level, mode), tmp_path, ends_signed=level is not Level.B_LT)


def names() -> list[str]:
    """Return the files of other people's software that open without a password."""
    return sorted(one.name for one in CORPUS.glob("*.pdf") if "password" not in one.name)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder shared/corpus does not lie beside the checkout")
@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("name", names())
def test_every_file_of_others_can_be_stamped_and_is_sound(bench: Bench, tmp_path: Path, name: str, mode: Mode) -> None:
    source = (CORPUS / name).read_bytes()
    edges = (AcrossEdges(pages=Pages("1--1"), position_mm=140),) if open_pdf(source).pages > 1 else ()
    pdf = bench.stamp_order(source, StampOrder(places=(POINT, *edges), level=Level.B_LTA, mode=mode))
    assert pdf.startswith(source)
    assert {outcome for _, outcome, _ in outcomes(bench.judge(pdf))} == {"passed"}
    require_programs_content(pdf, tmp_path)
    assert judged(bench, pdf, Level.B_LTA).ades_subindic is AdESPassed.OK


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder shared/corpus does not lie beside the checkout")
def test_a_file_of_others_under_a_password_is_refused(bench: Bench) -> None:
    (locked,) = CORPUS.glob("*password*.pdf")
    with pytest.raises(PDFEncrypted):
        bench.stamp_order(locked.read_bytes(), StampOrder(places=(POINT,)))

"""Stamping what others have signed 会签: every signature stays as good as it was, and what is locked stays shut."""

import asyncio
import io
from typing import Any, Final

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffPolicy
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from seal.errors import OwnWorkRefused
from seal.stamping.orders import Level, Mode, StampOrder
from seal.stamping.own_work import require_unharmed
from seal.stamping.places import AtPoint, OnPages, Pages
from tests.builders import PKI, foreign_certificate
from tests.seal.kits import Bench, order_at, outcomes
from tests.trust.pdf.paper import page_dictionary, paper, updated
from trust.errors import Conflict
from trust.pdf.appearance import Placement
from trust.pdf.intake import PDFLocked
from trust.pdf.judging import POLICY, open_pdf
from trust.pdf.requests import PDFSignedBefore

LEFT: Final = Placement(page=1, centre_x_mm=50, centre_y_mm=240)
RIGHT: Final = Placement(page=1, centre_x_mm=150, centre_y_mm=240)
COMBINATIONS: Final = [
    (Mode.TWO_FIELDS, Level.NONE),
    *((mode, level) for mode in Mode for level in (Level.B_B, Level.B_T, Level.B_LT, Level.B_LTA)),
]


class Stranger:
    """Somebody with a signing program of his own: pyHanko's, with nothing of ours."""

    def __init__(self, pki: PKI) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.certificate = foreign_certificate(spki, pki.issuing)
        self.pki = pki
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self.signer = signers.SimpleSigner(
            signing_cert=x509.Certificate.load(self.certificate.der),
            signing_key=keys.PrivateKeyInfo.load(private),
            cert_registry=SimpleCertificateStore.from_certs([x509.Certificate.load(pki.issuing.certificate.der)]),
        )

    def sign(self, pdf: bytes, **rules: Any) -> bytes:  # noqa: ANN401 - pyHanko's
        """Return the signed document."""
        metadata = signers.PdfSignatureMetadata(
            field_name="Stranger", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256", **rules
        )
        output = io.BytesIO()
        signers.PdfSigner(metadata, self.signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=output)
        return output.getvalue()

    def judge(self, pdf: bytes, policy: DiffPolicy = DEFAULT_DIFF_POLICY) -> Any:  # noqa: ANN401 - pyHanko's
        """Return what pyHanko says of this signature."""
        found = {one.field_name: one for one in PdfFileReader(io.BytesIO(pdf)).embedded_signatures}
        root = x509.Certificate.load(self.pki.root.certificate.der)
        context = ValidationContext(trust_roots=[root], allow_fetching=False, revocation_mode="soft-fail")
        return asyncio.run(async_validate_pdf_signature(found["Stranger"], context, diff_policy=policy))


@pytest.fixture
def stranger(p256_pki: PKI) -> Stranger:
    return Stranger(p256_pki)


@pytest.mark.parametrize(("mode", "level"), COMBINATIONS)
def test_a_foreign_signature_stays_valid_under_a_stamp(
    bench: Bench, stranger: Stranger, mode: Mode, level: Level
) -> None:
    signed = stranger.sign(paper())
    assert stranger.judge(signed).bottom_line
    point = AtPoint(page=1, x_mm=150, y_mm=240)
    done = bench.prepare_order(signed, StampOrder(places=(point,), level=level, mode=mode)).redeem(bench.clock)
    assert done.pdf.startswith(signed)
    assert stranger.judge(done.pdf).bottom_line
    assert {outcome for _, outcome, _ in outcomes(done.report)} == {"passed"}
    assert outcomes(done.report)[0][0] == "Stranger"
    assert outcomes(bench.judge(done.pdf)) == outcomes(done.report)


def test_only_the_first_signature_certifies(bench: Bench, stranger: Stranger) -> None:
    permissions = [one.permission for one in open_pdf(bench.stamp(stranger.sign(paper()))).signatures]
    assert permissions == [None, None, None]


def test_a_document_that_a_stranger_certified_can_be_stamped_where_he_permits_it(
    bench: Bench, stranger: Stranger
) -> None:
    certified = stranger.sign(paper(), certify=True, docmdp_permissions=fields.MDPPerm.FILL_FORMS)
    stamped = bench.stamp(certified)
    # pyHanko's own policy wants visible fields to be there before a document is certified; ISO 32000-2 does not.
    assert stranger.judge(stamped, POLICY).bottom_line
    assert {outcome for _, outcome, _ in outcomes(bench.judge(stamped))} == {"passed"}


def test_a_document_that_is_locked_stays_shut(bench: Bench, stranger: Stranger) -> None:
    locked = stranger.sign(paper(), certify=True, docmdp_permissions=fields.MDPPerm.NO_CHANGES)
    with pytest.raises(PDFLocked):
        bench.stamp(locked)


@pytest.mark.parametrize("second", list(Mode))
@pytest.mark.parametrize("first", list(Mode))
def test_two_authorities_seal_one_document(
    bench: Bench, sm2_pki: PKI, p256_pki: PKI, first: Mode, second: Mode
) -> None:
    other = Bench.of(sm2_pki, p256_pki, name="某市公安局", code="33019900000002")
    once = bench.stamp_order(paper(), StampOrder(places=order_at(LEFT).places, mode=first))
    twice = other.stamp_order(once, StampOrder(places=order_at(RIGHT).places, mode=second))
    assert twice.startswith(once)
    report = bench.judge(twice)
    assert {outcome for _, outcome, _ in outcomes(report)} == {"passed"}
    seals = [one.seal_signature.seal.identifier for one in report.signatures if one.seal_signature is not None]
    assert seals == ["33019900000001", "33019900000002"]
    assert len(report.signatures) == 4
    assert [one.permission for one in open_pdf(twice).signatures if one.permission] == [2]


def test_a_long_term_document_is_sealed_again(bench: Bench) -> None:
    long_term = bench.stamp_order(paper(), StampOrder(places=order_at(LEFT).places, level=Level.B_LTA))
    again = bench.stamp_order(long_term, StampOrder(places=order_at(RIGHT).places, level=Level.B_LTA))
    found = outcomes(bench.judge(again))
    assert [field for field, _, _ in found] == [
        "ElectronicSeal",
        "DocumentSignature",
        "DocumentTimeStamp",
        "ElectronicSeal2",
        "DocumentSignature2",
        "DocumentTimeStamp2",
    ]
    assert {outcome for _, outcome, _ in found} == {"passed"}


def test_several_places_need_several_signatures_where_others_have_signed(bench: Bench, stranger: Stranger) -> None:
    signed = stranger.sign(paper(page_dictionary(), page_dictionary()))
    with pytest.raises(PDFSignedBefore):
        bench.stamp_order(signed, StampOrder(places=(OnPages(pages=Pages("1-2"), x_mm=100, y_mm=100),)))
    assert issubclass(PDFSignedBefore, Conflict)


# --- never made worse ------------------------------------------------------------------------------------------------


def redrawn(pdf: bytes) -> bytes:
    """Return a document with another content on its page."""

    def change(writer: Any) -> None:  # noqa: ANN401 - pyHanko's
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Contents"] = writer.add_object(type(page["/Contents"])(stream_data=b"0 0 100 100 re f"))
        writer.update_container(page)

    return updated(pdf, change)


def test_stamping_that_harmed_an_earlier_signature_is_not_released(bench: Bench, stranger: Stranger) -> None:
    before = stranger.sign(paper())
    after = redrawn(before)
    with pytest.raises(OwnWorkRefused) as refused:
        require_unharmed(after, before=before, evidence=bench.kit.evidence, now=bench.clock.now())
    assert refused.value.details == {"check": "pdf.earlier_signatures"}


def test_stamping_that_lost_an_earlier_signature_is_not_released(bench: Bench, stranger: Stranger) -> None:
    with pytest.raises(OwnWorkRefused):
        require_unharmed(paper(), before=stranger.sign(paper()), evidence=bench.kit.evidence, now=bench.clock.now())


def test_a_signature_that_was_broken_before_may_stay_broken(bench: Bench, stranger: Stranger) -> None:
    broken = redrawn(stranger.sign(paper()))
    done = bench.prepare(broken).redeem(bench.clock)
    assert [outcome for _, outcome, _ in outcomes(done.report)] == ["failed", "passed", "passed"]

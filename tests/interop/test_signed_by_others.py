"""What other people's programs sign we judge: PDF files by pyHanko with certificates by `cryptography`."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.functions import sign_pdf
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata
from pyhanko_certvalidator.registry import SimpleCertificateStore

from seal.verification.files import FileKind, judge_file
from tests.fakes.clock import NOW
from tests.trust.pdf.paper import paper
from trust.certificates import Certificate
from trust.paths import Evidence
from trust.revocation import RevocationList
from trust.verdict import Outcome, SubIndication

pytestmark = pytest.mark.interop

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
"""pyHanko claims the time of its own clock, which no verdict rests on."""

FAMILIES: Final[dict[str, Callable[[], Any]]] = {
    "RSA-2048": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}
FORMS: Final = {"PAdES": SigSeedSubFilter.PADES, "PKCS #7": SigSeedSubFilter.ADOBE_PKCS7_DETACHED}


@dataclass(frozen=True)
class Stranger:
    """A root that is not ours, and a signer under it."""

    root: x509.Certificate
    certificate: x509.Certificate
    listed: x509.CertificateRevocationList
    key: Any

    @property
    def evidence(self) -> Evidence:
        """What a verifier has who trusts the root."""
        encoding = serialization.Encoding.DER
        return Evidence(
            anchors=(Certificate(self.root.public_bytes(encoding)),),
            revocation_lists=(RevocationList(self.listed.public_bytes(encoding)),),
        )

    def sign(self, pdf: bytes, form: SigSeedSubFilter) -> bytes:
        """Return a PDF signed by pyHanko."""
        encoding = serialization.Encoding.DER
        key = self.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        signer = SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(self.certificate.public_bytes(encoding)),
            signing_key=asn1_keys.PrivateKeyInfo.load(key),
            cert_registry=SimpleCertificateStore(),
        )
        asked = PdfSignatureMetadata(field_name="Theirs", subfilter=form, md_algorithm=None)
        return bytes(sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), asked, signer=signer).getvalue())


def certificate(name: str, key: Any, issuer: tuple[str, Any] | None = None) -> x509.Certificate:  # noqa: ANN401 - any key
    """Return a certificate: a root where nobody else issues it, else a signer's."""
    above, signing = issuer or (name, key)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, above)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=issuer is not None,
                content_commitment=issuer is not None,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=issuer is None,
                crl_sign=issuer is None,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(signing, hash_for(signing))
    )


def hash_for(key: Any) -> Any:  # noqa: ANN401 - any key, and what `cryptography` takes for it
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


@pytest.fixture(scope="module", params=FAMILIES)
def stranger(request: pytest.FixtureRequest) -> Stranger:
    """Return somebody with keys of one family."""
    above, key = FAMILIES[request.param](), FAMILIES[request.param]()
    root = certificate("Their root", above)
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(NOW - timedelta(hours=1))
        .next_update(NOW + timedelta(days=7))
        .sign(above, hash_for(above))
    )
    return Stranger(root=root, certificate=certificate("They", key, ("Their root", above)), listed=listed, key=key)


@pytest.mark.parametrize("form", FORMS)
def test_what_they_sign_passes_under_their_root_and_no_other(stranger: Stranger, form: str) -> None:
    signed = stranger.sign(paper(), FORMS[form])
    good = judge_file(signed, stranger.evidence, now=NOW)
    assert (good.kind, good.document.outcome, good.document.finding) == (FileKind.PDF, Outcome.PASSED, None)
    (one,) = good.document.signatures
    assert one.report.signer is not None
    assert one.report.signer.common_name == "They"
    unknown = judge_file(signed, Evidence(), now=NOW).document
    assert unknown.outcome is Outcome.INDETERMINATE
    assert unknown.finding is not None
    assert unknown.finding.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    altered = judge_file(signed.replace(b"Notice", b"Police"), stranger.evidence, now=NOW).document
    assert altered.outcome is Outcome.FAILED
    assert altered.finding is not None
    assert altered.finding.sub_indication is SubIndication.HASH_FAILURE

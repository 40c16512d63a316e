"""Documents: issuing a licence and stamping a page through our services, against plain pyHanko with its own CMS."""

import io
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from api.ceremony import hold_ceremony
from api.demo import cast
from api.settings import Settings
from api.wiring import TEMPLATES, Instance
from benchmarks.measure import Result, paired
from licence.rendering import Renderer
from seal.image import SealDesign, draw
from seal.making import SealOrder, make_seal
from seal.stamping import StampKit, prepare_stamp
from trust import typefaces
from trust.certificates import Certificate
from trust.cms_signing import CMSSigner
from trust.crypto.algorithms import KEYS
from trust.founding import ISSUING_P256, ISSUING_SM2, Role
from trust.pdf.appearance import Placement
from trust.profiles import DOCUMENT_SIGNER, SEAL_OWNER, Name, Profile
from trust.signing import KeyPurpose, Signer

__all__ = ["results"]

YEAR = timedelta(days=365)


def plain_signer() -> signers.SimpleSigner:
    """Return pyHanko's own signer with a P-256 key and a self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "baseline")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1)
    certificate = built.not_valid_before(now).not_valid_after(now + YEAR).sign(key, hashes.SHA256())
    encoding = serialization.Encoding.DER
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(encoding)),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )


def plain_twice(page: bytes, signer: signers.SimpleSigner) -> bytes:
    """Sign a page twice with pyHanko as it comes: no seal image, no time-stamp, no verification."""
    for field in ("First", "Second"):
        metadata = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
        writer = IncrementalPdfFileWriter(io.BytesIO(page))
        page = PdfSigner(metadata, signer, new_field_spec=SigFieldSpec(field)).sign_pdf(writer).getvalue()
    return page


def certified(
    instance: Instance, purpose: KeyPurpose, algorithm: str, issuer: str, profile: Profile
) -> tuple[Signer, Certificate]:
    """Make a key in custody with its certificate."""
    base = instance.base
    with base.store.transaction() as tx:
        key = base.custody.generate(tx, purpose, KEYS[algorithm])
        subject = Name(common_name="benchmark", organisation=cast.AUTHORITY.name)
        order = base.authorities.prepare(tx, issuer=issuer, profile=profile, subject=subject, key=key)
    certificate = base.authorities.sign(order)
    with base.store.transaction() as tx:
        base.authorities.record(tx, order, certificate)
    return Signer(base.custody, key), certificate


def kit_of(instance: Instance) -> StampKit:
    """Return a seal that is ready to stamp."""
    owner, owner_certificate = certified(instance, KeyPurpose.SEAL_OWNER, "sm2", ISSUING_SM2, SEAL_OWNER)
    signer, signer_certificate = certified(instance, KeyPurpose.DOCUMENT, "p256", ISSUING_P256, DOCUMENT_SIGNER)
    design = SealDesign(name=cast.AUTHORITY.name, row="电子证照专用章", code="33019900000001")
    now = instance.base.clock.now().replace(microsecond=0)
    order = SealOrder(
        code="33019900000001",
        name=cast.AUTHORITY.name,
        type=6,
        design=design,
        owner_certificate=owner_certificate,
        made_at=now,
        valid_until=now + YEAR,
    )
    keys = instance.service_keys
    seal = make_seal(order, maker=keys.signer(Role.SEAL_MAKER), maker_certificate=keys.certificate(Role.SEAL_MAKER))
    with instance.base.store.reading() as view:
        evidence = instance.base.authorities.evidence(view)
    return StampKit(
        seal=seal,
        image=draw(design),
        label="benchmark",
        owner=owner,
        owner_certificate=owner_certificate,
        document_signer=CMSSigner(signer=signer, certificate=signer_certificate, chain=(keys.issuers[ISSUING_P256],)),
        seal_stamper=instance.stampers.seal,
        document_stamper=instance.stampers.document,
        evidence=evidence,
    )


def results() -> list[Result]:
    """Measure everything of this module."""
    renderer = Renderer(TEMPLATES, typefaces.FOLDER)
    sample = json.loads((TEMPLATES / "business_licence" / "sample.json").read_text())
    page = renderer.render("business_licence", sample, at=datetime(2026, 11, 22, tzinfo=UTC))
    signer = plain_signer()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        hold_ceremony(settings, cast.founders())
        instance = Instance.open(settings)
        kit = kit_of(instance)
        placement = Placement(page=1, centre_x_mm=230, centre_y_mm=154)

        def ours() -> object:
            prepared = prepare_stamp(page, kit, placement=placement, at=instance.base.clock.now(), reason="benchmark")
            return prepared.redeem(instance.base.clock)

        found = paired(
            "seal.stamp_pdf",
            "plain pyHanko, two P-256 signatures without seal, time-stamp or verification",
            lambda: plain_twice(page, signer),
            ours,
            times=5,
        )
        instance.base.store.close()
    return [found]

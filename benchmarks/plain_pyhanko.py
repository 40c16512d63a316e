"""The baseline of stamping: pyHanko as it comes, with the same keys, seal image, time-stamps and evidence as ours.

What pyHanko does not know is handed to it through the hooks that it has: a signer that signs through the custody, and a
time-stamper that asks our own authority in the same process. These two are all that it is lent, and ours pays for them
alike. The messages, the size of the gap (by a dry run), the field, the picture and the files are made by its own code
with its own defaults; signers, style, certificates and lists are read once and kept, and so is its dummy time-stamp.

Ours does more that is not asked of it here: it looks for active content before, and reads the finished file and judges
both signatures after. Both put the evidence into the file; without it the baseline would take two percent less.
"""

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from asn1crypto import algos, tsp
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import content, generic, layout
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer as PlainSigner
from pyhanko.sign.timestamps import TimeStamper as PlainTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore
from typing_extensions import override

from seal.stamping.stamp import StampKit
from trust.asn1 import oids
from trust.certificates import Certificate
from trust.signing import Signer
from trust.time_authority import TimeAuthority
from trust.validation_data import ValidationData

__all__ = ["PlainStamping"]

SIGNATURE_ALGORITHMS = {"sm2": ("sm3_sm2", "sm3"), "p256": ("sha256_ecdsa", "sha256")}
LONGEST_SIGNATURE = 72
POINTS_PER_MM = 72 / 25.4


class CustodySigner(PlainSigner):
    """pyHanko's signer over a key in our custody."""

    def __init__(self, key: Signer, certificate: Certificate, chain: tuple[Certificate, ...], algorithm: str) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple(asn1_x509.Certificate.load(one.der) for one in chain)
        super().__init__(
            signing_cert=asn1_x509.Certificate.load(certificate.der),
            cert_registry=registry,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": algorithm}),
        )
        self.key = key

    @override
    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(LONGEST_SIGNATURE) if dry_run else self.key.sign(data)


class OwnTimeStamper(PlainTimeStamper):
    """pyHanko's time-stamper that asks our authority in the same process."""

    def __init__(self, authority: TimeAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # pyHanko's
        self.authority = authority

    @override
    async def async_request_tsa_response(self, req: Any) -> Any:
        return tsp.TimeStampResp.load(self.authority.answer(req.dump()))


@dataclass(frozen=True, kw_only=True)
class PlainStamping:
    """Stamps as our service does: an SM2 signature with the seal's image that certifies, and PAdES B-T after it."""

    kit: StampKit
    chain: tuple[Certificate, ...]
    """The certificates above the owner's."""

    seal_authority: TimeAuthority
    document_authority: TimeAuthority
    evidence: ValidationData
    box: tuple[int, int, int, int]

    @cached_property
    def style(self) -> StaticStampStyle:
        """The seal's image, multiplied onto the page."""
        image = self.kit.image
        resources = content.PdfResources()
        blend = {pdf_name("/Type"): pdf_name("/ExtGState"), pdf_name("/BM"): pdf_name("/Multiply")}
        resources.ext_g_state["/Ink"] = generic.DictionaryObject(blend)
        size = layout.BoxConstraints(image.width_mm * POINTS_PER_MM, image.height_mm * POINTS_PER_MM)
        return StaticStampStyle(
            border_width=0,
            background=content.RawContent(b"/Ink gs\n" + image.pdf_operators, resources, size),
            background_opacity=1.0,
            background_layout=layout.SimpleBoxLayoutRule(
                x_align=layout.AxisAlignment.ALIGN_MID,
                y_align=layout.AxisAlignment.ALIGN_MID,
                margins=layout.Margins.uniform(0),
            ),
        )

    @cached_property
    def seal_signer(self) -> CustodySigner:
        """Who signs with the seal's key."""
        return CustodySigner(self.kit.owner, self.kit.owner_certificate, self.chain, "sm3_sm2")

    @cached_property
    def document_signer(self) -> CustodySigner:
        """Who signs for PDF readers of the world."""
        signer = self.kit.document_signer
        return CustodySigner(signer.signer, signer.certificate, signer.chain or (), "sha256_ecdsa")

    @cached_property
    def stampers(self) -> tuple[OwnTimeStamper, OwnTimeStamper]:
        """Who stamps the two."""
        return OwnTimeStamper(self.seal_authority), OwnTimeStamper(self.document_authority)

    @cached_property
    def material(self) -> tuple[list[Any], list[Any]]:
        """The evidence that goes into the file, read once."""
        certificates = [asn1_x509.Certificate.load(one.der) for one in self.evidence.certificates]
        return certificates, [asn1_crl.CertificateList.load(one.der) for one in self.evidence.revocation_lists]

    def stamp(self, page: bytes) -> bytes:
        """Return the stamped page."""
        oids.register()
        certificates, lists = self.material
        writer = IncrementalPdfFileWriter(io.BytesIO(page))
        DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=certificates, crls=lists)
        sealing = PdfSignatureMetadata(
            field_name="ElectronicSeal",
            md_algorithm="sm3",
            subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
            certify=True,
            docmdp_permissions=MDPPerm.FILL_FORMS,
            reason="benchmark",
        )
        signer = PdfSigner(
            sealing,
            self.seal_signer,
            timestamper=self.stampers[0],
            stamp_style=self.style,
            new_field_spec=SigFieldSpec("ElectronicSeal", box=self.box, readable_field_name=self.kit.label),
        )
        sealed = signer.sign_pdf(writer).getvalue()
        document = PdfSignatureMetadata(
            field_name="DocumentSignature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason="benchmark"
        )
        second = PdfSigner(
            document,
            self.document_signer,
            timestamper=self.stampers[1],
            new_field_spec=SigFieldSpec("DocumentSignature"),
        )
        made: bytes = second.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(sealed))).getvalue()
        return made

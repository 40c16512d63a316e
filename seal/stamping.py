"""Stamping a document 签章: the seal's signature in the PDF, and beside it one that PDF readers of the world validate.

First the electronic seal signature (GB/T 38540-2020, 7.2), which certifies the document where it is the first; then a
PAdES signature by the owner's P-256 key with a time-stamp. The order is prepare → put on record → redeem, once.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from seal.asn1 import signature_over, to_be_signed
from seal.documents import DocumentReport, judge_pdf
from seal.errors import OwnWorkRefused, StampSpent
from seal.image import SealImage
from trust.certificates import Certificate
from trust.clock import Clock
from trust.cms_signing import CMSSigner
from trust.crypto.algorithms import Digest
from trust.paths import Evidence
from trust.pdf.appearance import Appearance, Placement
from trust.pdf.signing import PADES, SEAL, PreparedPDF, SignatureRequest, prepare_signature
from trust.signing import Signer
from trust.timestamping import TimeStamper
from trust.verdict import Outcome

__all__ = ["PROPERTY_INFO", "PreparedStamp", "StampKit", "StampedDocument", "prepare_stamp", "require_valid"]

PROPERTY_INFO: Final = "ByteRange"
"""What a seal signature says that it protects in a PDF. No standard text was found (docs/divergences.md)."""

SEAL_FIELD: Final = "ElectronicSeal"
DOCUMENT_FIELD: Final = "DocumentSignature"
CMS_ROOM: Final = 12_288
"""Octets kept for the CMS of the second signature: two chains, a time-stamp, and as much again."""

SIGNATURE_ROOM: Final = 6_144
"""Octets kept besides the seal itself in a seal signature: certificate, signature, time-stamp, framing."""


@dataclass(frozen=True, kw_only=True)
class StampKit:
    """Everything that stamping with one seal needs."""

    seal: bytes = field(repr=False)
    image: SealImage = field(repr=False)
    label: str
    """The seal's full name, for people."""

    owner: Signer
    owner_certificate: Certificate
    document_signer: CMSSigner
    seal_stamper: TimeStamper
    document_stamper: TimeStamper
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class StampedDocument:
    """A stamped document, and the seal signature in it by itself."""

    pdf: bytes = field(repr=False)
    seal_signature: bytes = field(repr=False)
    report: DocumentReport = field(repr=False)


@dataclass(kw_only=True)
class PreparedStamp:
    """A document that is ready to be stamped: what the seal will sign is fixed. It can be redeemed once."""

    kit: StampKit
    prepared: PreparedPDF
    document_hash: bytes
    at: datetime
    reason: str
    spent: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def redeem(self, clock: Clock) -> StampedDocument:
        """Use the owner's keys, and return the document after our own verification has passed it.

        Raise `StampSpent`, `SigningUnavailable`, `TimeStampingUnavailable` or `OwnWorkRefused`.
        """
        with self.lock:
            if self.spent:
                raise StampSpent
            self.spent = True
        signature = self.seal_signature()
        sealed = self.prepared.fill(signature)
        document = self.prepare_document_signature(sealed)
        value = self.kit.document_signer.sign(document.digest(Digest.SHA256), stamp=self.kit.document_stamper.stamp)
        pdf = document.fill(value)
        report = judge_pdf(pdf, self.kit.evidence, now=clock.now())
        require_valid(report, fields=(self.prepared.field, document.field))
        return StampedDocument(pdf=pdf, seal_signature=signature, report=report)

    def seal_signature(self) -> bytes:
        """Return SES_Signature over the prepared document, with a time-stamp over its signature value."""
        tbs = to_be_signed(
            seal=self.kit.seal, signed_at=self.at, data_hash=self.document_hash, property_info=PROPERTY_INFO
        )
        value = self.kit.owner.sign(tbs)
        token = self.kit.seal_stamper.stamp(value)
        certificate = self.kit.owner_certificate.der
        return signature_over(tbs, certificate=certificate, signature=value, time_stamp=token)

    def prepare_document_signature(self, sealed: bytes) -> PreparedPDF:
        """Return the sealed document with a gap for the second signature."""
        request = SignatureRequest(
            form=PADES, field=DOCUMENT_FIELD, at=self.at, reserve=CMS_ROOM, label=self.kit.label, reason=self.reason
        )
        return prepare_signature(sealed, request)


def prepare_stamp(
    pdf: bytes, kit: StampKit, *, placement: Placement, at: datetime, reason: str, location: str = ""
) -> PreparedStamp:
    """Put the seal's image and an empty signature into `pdf`. Raise what `prepare_signature` raises."""
    image = kit.image
    appearance = Appearance(operators=image.pdf_operators, width_mm=image.width_mm, height_mm=image.height_mm)
    request = SignatureRequest(
        form=SEAL,
        field=SEAL_FIELD,
        at=at,
        reserve=len(kit.seal) + SIGNATURE_ROOM,
        label=kit.label,
        reason=reason,
        location=location,
        certify=True,
        appearance=appearance,
        placement=placement,
        certificates=kit.evidence.certificates,
        revocation_lists=kit.evidence.revocation_lists,
    )
    prepared = prepare_signature(pdf, request)
    return PreparedStamp(kit=kit, prepared=prepared, document_hash=prepared.digest(Digest.SM3), at=at, reason=reason)


def require_valid(report: DocumentReport, *, fields: tuple[str, ...]) -> None:
    """Return if our own verification passes the signatures that we made, else raise `OwnWorkRefused`.

    Signatures that were in the document before are not ours to judge here.
    """
    own = {one.field: one for one in report.signatures if one.field in fields}
    if set(own) != set(fields):
        raise OwnWorkRefused(check="pdf.signatures")
    for one in own.values():
        for check in one.report.checks:
            if check.outcome is not Outcome.PASSED:
                raise OwnWorkRefused(check=check.name)

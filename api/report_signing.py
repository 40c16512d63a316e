"""Signing reports: by a key of the service itself, time-stamped, with all that validating it needs (PAdES B-LT).

It is no seal, and names no authority as its signer: the certificate is of the service, for documents, in P-256, so that
any PDF reader validates it. As with everything that leaves the house, our own verification has to pass it first.
"""

from dataclasses import dataclass
from typing import Final

from api.verification_report import ReportData, Typeset
from seal.errors import OwnWorkRefused
from seal.stamping.document_signature import RecordingStamper, sign_document
from seal.verification.documents import judge_pdf
from trust.authority import Authorities
from trust.cms_signing import CMSSigner
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent
from trust.founding import Role, ServiceKeys
from trust.identifiers import new_id
from trust.pdf.signing import PADES, SignatureRequest, prepare_signature
from trust.store import Store
from trust.timestamping import TimeStamper
from trust.validation_data import validation_data
from trust.verdict import Outcome

__all__ = ["FIELD", "Reports"]

FIELD: Final = "ServiceSignature"
CMS_ROOM: Final = 12_288
"""Octets kept for the message: two chains, a time-stamp, and as much again."""


@dataclass(frozen=True, kw_only=True)
class Reports:
    """Makes reports that the service answers for. Safe to share between threads."""

    store: Store
    authorities: Authorities
    """Know what the instance trusts."""

    service_keys: ServiceKeys
    stamper: TimeStamper
    typeset: Typeset

    def make(self, data: ReportData, *, record: bytes) -> bytes:
        """Return a report as a signed PDF/A-3 that carries the record.

        Raise `TemplateBroken`, `SigningUnavailable`, `TimeStampingUnavailable` or `OwnWorkRefused`.
        """
        kept = self.service_keys.present(Role.REPORT)
        with self.store.reading() as view:
            evidence, now = self.authorities.evidence(view), view.now
        number = new_id("report", at=now)
        pages = self.typeset.pages(data, record=record, number=number, at=now)
        time_stamper = self.service_keys.certificate(Role.TIME_STAMP_P256)
        proof = validation_data((kept.certificate, time_stamper), evidence, at=now)
        request = SignatureRequest(
            form=PADES,
            field=FIELD,
            at=now,
            reserve=CMS_ROOM,
            label="验证报告签名 Signature of the service",
            reason="验证报告 Verification report",
            certify=True,
            certificates=proof.certificates,
            revocation_lists=proof.revocation_lists,
            ocsp_responses=proof.ocsp_responses,
        )
        prepared = prepare_signature(pages, request)
        # On record before the key is used; nothing tells which file the report is about, or who asked.
        with self.store.transaction() as tx:
            facts = {"digest": sm3(pages).hex(), "certificate": f"{kept.certificate.serial:x}"}
            tx.record(AuditEvent(tag="report:sign:done", actor="anybody", subject=number, facts=facts))
        signer = CMSSigner(
            signer=self.service_keys.signer_of(kept),
            certificate=kept.certificate,
            chain=(self.service_keys.issuers[kept.issuer],),
        )
        signed = prepared.fill(sign_document(signer, prepared, stamper=RecordingStamper(self.stamper)))
        self.require_good(signed)
        return signed

    def require_good(self, signed: bytes) -> None:
        """Return if our own verification passes a report. Raise `OwnWorkRefused`."""
        with self.store.reading() as view:
            evidence, now = self.authorities.evidence(view), view.now
        document = judge_pdf(signed, evidence, now=now)
        finding = document.finding
        if document.outcome is not Outcome.PASSED or document.signatures[0].report.proven_time is None:
            raise OwnWorkRefused(check="time_stamp" if finding is None else finding.sub_indication.value)

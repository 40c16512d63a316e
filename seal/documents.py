"""Judging a whole document: every signature in it, whatever its form, and what the file shows around them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from seal.asn1 import SealMalformed, SealSignature
from seal.reading import read_seal_signature
from seal.verification import judge_seal_signature
from trust.cms_verification import judge_cms
from trust.crypto.algorithms import Digest
from trust.paths import Evidence
from trust.pdf.judging import PDFDocument, PDFSignature, check_structure, open_pdf
from trust.pdf.signing import SEAL
from trust.reports import SignatureReport
from trust.timestamping import judge_time_stamp
from trust.verdict import Check, Finding, Outcome, SubIndication, worst

__all__ = ["DocumentReport", "JudgedSignature", "judge_pdf", "overall"]


@dataclass(frozen=True, kw_only=True)
class JudgedSignature:
    """A signature of a document with what came of judging it."""

    field: str
    placed: PDFSignature | None
    report: SignatureReport
    seal_signature: SealSignature | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentReport:
    """The verdict on a document: over every signature in it. A document without one is indeterminate."""

    signatures: tuple[JudgedSignature, ...]
    pages: int = 0

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of all signatures."""
        return overall([one.report for one in self.signatures])

    @property
    def finding(self) -> Finding | None:
        """The first finding of the worst kind."""
        for one in self.signatures:
            if one.report.verdict.outcome is self.outcome:
                return one.report.verdict.finding
        reason = "the document bears no signature"
        return Finding(sub_indication=SubIndication.SIGNED_DATA_NOT_FOUND, reason=reason)


def overall(reports: Sequence[SignatureReport]) -> Outcome:
    """Return the worst outcome of `reports`; none at all proves nothing."""
    if not reports:
        return Outcome.INDETERMINATE
    return worst(report.verdict.outcome for report in reports)


def judge_pdf(pdf: bytes, evidence: Evidence, *, now: datetime, password: str | None = None) -> DocumentReport:
    """Judge every signature of a PDF. Raise the errors of `open_pdf` for a file that cannot be read as one."""
    document = open_pdf(pdf, password=password)
    known = evidence.joined_by(document.certificates, document.revocation_lists)
    return DocumentReport(
        signatures=tuple(judged for one in document.signatures for judged in judge_one(document, one, known, now=now)),
        pages=document.pages,
    )


def judge_one(
    document: PDFDocument, placed: PDFSignature, evidence: Evidence, *, now: datetime
) -> tuple[JudgedSignature, ...]:
    """Judge one signed field by the form of its value, and add what the file shows around it."""
    structure = check_structure(document, placed, step="pdf")
    seal_signature = None
    if placed.is_time_stamp:
        reports: tuple[SignatureReport, ...] = (
            judge_time_stamp(placed.contents, placed.content.octets(), evidence, now=now),
        )
    elif placed.subfilter == SEAL.subfilter or is_seal_signature(placed.contents):
        document_hash = placed.content.digest(Digest.SM3)
        judged = judge_seal_signature(placed.contents, evidence, now=now, document_hash=document_hash)
        reports, seal_signature = (judged.report,), judged.signature
    else:
        reports = judge_cms(
            placed.contents, evidence, now=now, content=placed.content, claimed_time=placed.claimed_time
        )
    return tuple(
        JudgedSignature(
            field=placed.field,
            placed=placed,
            report=with_checks(report, structure),
            seal_signature=seal_signature,
        )
        for report in reports
    )


def is_seal_signature(contents: bytes) -> bool:
    """Tell whether a signature value is one of a seal, under whatever name a vendor put it into the file."""
    try:
        read_seal_signature(contents)
    except SealMalformed:
        return False
    return True


def with_checks(report: SignatureReport, checks: tuple[Check, ...]) -> SignatureReport:
    """Return `report` with `checks` before its own: what the file covers comes before what a signature says."""
    return replace(report, checks=(*checks, *report.checks))

"""Judging a file by itself, whatever it is: PDF, OFD, electronic seal, seal signature, signed message."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from seal.data.asn1 import SealMalformed
from seal.data.reading import read_seal, read_seal_signature
from seal.verification.acting import judge_message
from seal.verification.documents import DocumentReport, JudgedSignature, judge_pdf
from seal.verification.ofd.judging import judge_ofd
from seal.verification.ofd.package import OFDMalformed
from seal.verification.signatures import judge_seal, judge_seal_signature
from trust.cms import BytesContent
from trust.crypto.sm3 import sm3
from trust.paths import Evidence
from trust.pdf.intake import PDFMalformed, hides_pdf
from trust.pdf.judging import open_pdf
from trust.reports import Existence, SignatureKind, SignatureReport, proof_by_record
from trust.verdict import Check, Finding, SubIndication

__all__ = ["FileKind", "FileReport", "held_of", "judge_file", "kind_of", "protected_part"]

PDF_START: Final = b"%PDF-"
ZIP_START: Final = b"PK\x03\x04"


class FileKind(StrEnum):
    """What a file is."""

    PDF = "pdf"
    OFD = "ofd"
    SEAL = "seal"
    SEAL_SIGNATURE = "seal_signature"
    CMS = "cms"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """What a file is, and the verdict on it."""

    kind: FileKind
    document: DocumentReport
    held: tuple[bytes, ...] = ()
    """What told of revocations and was not brought by the file: lists and responses that the verifier held."""


def kind_of(content: bytes) -> FileKind:
    """Say what a file is, by its first octets and its structure, never by its name."""
    if content.startswith(PDF_START):
        return FileKind.PDF
    if content.startswith(ZIP_START):
        # What readers of PDF would show of one that hides a PDF, nobody has signed.
        return FileKind.UNKNOWN if hides_pdf(content) else FileKind.OFD
    for kind, read in ((FileKind.SEAL, read_seal), (FileKind.SEAL_SIGNATURE, read_seal_signature)):
        try:
            read(content)
        except SealMalformed:
            continue
        return kind
    return FileKind.CMS if content[:1] == b"\x30" else FileKind.UNKNOWN


def judge_file(
    content: bytes,
    evidence: Evidence,
    *,
    now: datetime,
    password: str | None = None,
    signed: bytes | None = None,
) -> FileReport:
    """Judge a file. `signed` is the document that a seal signature or a detached message covers, where it is at hand.

    A file that cannot be read as what it begins like has failed. Raise `PDFEncrypted`, `PDFPasswordWrong`, or the
    errors for what exceeds a limit: of such a file nothing can be said.
    """
    kind = kind_of(content)
    try:
        reports = judge_by_kind(kind, content, evidence, now=now, password=password, signed=signed)
    except (PDFMalformed, OFDMalformed) as error:
        reports = unreadable(str(error))
    return FileReport(kind=kind, document=reports.under(evidence.policy), held=held_of(reports, evidence))


def held_of(document: DocumentReport, evidence: Evidence) -> tuple[bytes, ...]:
    """Return the lists and responses that told something and were the verifier's own."""
    own = {one.der for one in evidence.revocation_lists} | {one.der for one in evidence.status_responses}
    told = (status.told_by for one in document.signatures for status in one.report.revocations)
    return tuple(dict.fromkeys(one for one in told if one in own))


def judge_by_kind(
    kind: FileKind, content: bytes, evidence: Evidence, *, now: datetime, password: str | None, signed: bytes | None
) -> DocumentReport:
    """Judge a file as what it is."""
    match kind:
        case FileKind.PDF:
            return judge_pdf(content, evidence, now=now, password=password)
        case FileKind.OFD:
            return judge_ofd(content, evidence, now=now)
        case FileKind.SEAL:
            return alone(judge_seal(content, evidence, now=now).report)
        case FileKind.SEAL_SIGNATURE:
            document_hash = None if signed is None else sm3(signed)
            since = evidence.since(len(content))
            judged = judge_seal_signature(
                content, evidence, now=now, document_hash=document_hash, existence=Existence(proven=since)
            )
            proofs = () if since is None else (proof_by_record(since),)
            report = replace(judged.report, time_proofs=(*judged.report.time_proofs, *proofs))
            one = JudgedSignature(field="", placed=None, report=report, seal_signature=judged.signature)
            return DocumentReport(signatures=(one,))
        case FileKind.CMS:
            covered = None if signed is None else BytesContent(signed)
            return alone(*judge_message(content, evidence, now=now, content=covered))
        case FileKind.UNKNOWN:
            kinds = "neither PDF nor OFD, nor a seal, a seal signature or a signed message"
            return unreadable(f"{kinds}; or more than one of them")


def protected_part(pdf: bytes, signature: bytes) -> bytes | None:
    """Return what a seal signature protects in a PDF that bears it, or None where it does not bear it.

    Raise `SealMalformed` for what is no seal signature, and the errors of `open_pdf`.
    """
    raw = read_seal_signature(signature).raw
    return next((one.content.octets() for one in open_pdf(pdf).signatures if one.contents.startswith(raw)), None)


def alone(*reports: SignatureReport) -> DocumentReport:
    """Return a report on signatures that stand by themselves."""
    return DocumentReport(signatures=tuple(JudgedSignature(field="", placed=None, report=report) for report in reports))


def unreadable(reason: str) -> DocumentReport:
    """Return the report on a file that cannot be read."""
    finding = Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason=reason)
    check = Check(step="format", name="file.format", finding=finding)
    return alone(SignatureReport(kind=SignatureKind.CMS, checks=(check,)))

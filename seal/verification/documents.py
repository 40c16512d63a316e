"""Judging a whole document: every signature in it, whatever its form, and what the file shows around them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from seal.data.acting import ACTING
from seal.data.asn1 import SealMalformed, SealSignature
from seal.data.carrying import SEAL_SIGNATURE, SEAL_SIGNATURE_DIGEST, check_carried, seal_signature_in
from seal.data.reading import read_seal_signature
from seal.verification.acting import acting_of, read_again, with_acting
from seal.verification.signatures import judge_seal_signature
from trust.asn1 import der
from trust.cms import Content
from trust.cms_verification import judge_cms
from trust.crypto.algorithms import Digest
from trust.crypto.sm2 import SM2Backend
from trust.paths import Evidence, ValidationPolicy
from trust.pdf.judging import PDFDocument, PDFSignature, open_pdf
from trust.pdf.permissions import Change, changes_of, check_structure
from trust.pdf.signing import SEAL
from trust.reports import Existence, Proves, SignatureKind, SignatureReport, existence_of, proof_by_record, proof_of
from trust.timestamping import judge_time_stamp
from trust.verdict import Check, Finding, Outcome, SubIndication, worst

__all__ = [
    "DocumentReport",
    "JudgedSignature",
    "SignedField",
    "SignedFiles",
    "judge_field",
    "judge_pdf",
    "overall",
    "recorded_over",
    "stamps_over",
]

Judged = tuple[SignatureReport, SealSignature | None]
"""What came of judging a signature, and the seal signature that it is, if it is one."""


class SignedField(Protocol):
    """A signed field, as one reader or another found it in a file."""

    @property
    def field(self) -> str:
        """Its full name."""
        ...

    @property
    def subfilter(self) -> str:
        """How the file names the form of its value."""
        ...

    @property
    def is_time_stamp(self) -> bool:
        """Whether the file says that its value is a time-stamp over the document."""
        ...

    @property
    def contents(self) -> bytes:
        """Its value, perhaps with zeros after it."""
        ...

    @property
    def content(self) -> Content:
        """The octets of the file that it covers."""
        ...

    @property
    def claimed_time(self) -> datetime | None:
        """When the file says that it was signed."""
        ...


@dataclass(frozen=True, kw_only=True)
class SignedFiles:
    """The files of a package as one signature sees them, by their names."""

    protected: tuple[str, ...]
    unprotected: tuple[str, ...]
    """What no hash in the signature protects, of the files that it could have listed; OFD.xml may be among them."""


@dataclass(frozen=True, kw_only=True)
class JudgedSignature:
    """A signature of a document with what came of judging it."""

    field: str
    placed: PDFSignature | None
    report: SignatureReport
    seal_signature: SealSignature | None = None
    changes: tuple[Change, ...] = ()
    """Of a signature in a PDF: what was changed after it."""

    files: SignedFiles | None = None
    """Of a signature in an OFD package: what it protects."""


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

    @property
    def proven_until(self) -> datetime | None:
        """Until when time-stamps prove the times of a file's signatures by themselves; None where not all are proven.

        The last one over the document proves all before it. Where there is none, the first to end counts.
        """
        last = self.signatures[-1].report if self.signatures else None
        if last is not None and last.kind is SignatureKind.TIME_STAMP:
            return last.proves_until
        ends: list[datetime] = []
        for one in self.signatures:
            own = [each.until for each in one.report.time_proofs if each.proves in (Proves.SIGNATURE, Proves.DOCUMENT)]
            held = [end for end in own if end is not None]
            if not held:
                return None
            ends.append(max(held))
        return min(ends, default=None)

    def under(self, policy: ValidationPolicy) -> "DocumentReport":
        """Return this verdict with every finding as grave as a policy takes it."""
        if not policy.fatal:
            return self
        judged = (
            replace(one, report=replace(one.report, checks=policy.hardened(one.report.checks)))
            for one in self.signatures
        )
        return replace(self, signatures=tuple(judged))


def overall(reports: Sequence[SignatureReport]) -> Outcome:
    """Return the worst outcome of `reports`; none at all proves nothing."""
    if not reports:
        return Outcome.INDETERMINATE
    return worst(report.verdict.outcome for report in reports)


def judge_pdf(pdf: bytes, evidence: Evidence, *, now: datetime, password: str | None = None) -> DocumentReport:
    """Judge every signature of a PDF. Raise the errors of `open_pdf` for a file that cannot be read as one."""
    document = open_pdf(pdf, password=password)
    known = evidence.joined_by(document.certificates, document.revocation_lists, document.status_responses)
    found: dict[int, tuple[JudgedSignature, ...]] = {}
    stamps: list[JudgedSignature] = []
    places = range(len(document.signatures))
    # Time-stamps come first, the latest before those that it covers: they prove when others were there.
    for place in sorted(places, key=lambda place: (not document.signatures[place].is_time_stamp, -place)):
        one = document.signatures[place]
        found[place] = judge_one(document, one, known, now=now, stamps=stamps_over(one, stamps))
        stamps += found[place] if one.is_time_stamp else ()
    return DocumentReport(signatures=tuple(each for place in places for each in found[place]), pages=document.pages)


def recorded_over(placed: PDFSignature, evidence: Evidence) -> datetime | None:
    """Return since when the verifier has had a signature, and all that it covers, on record, if he has."""
    end = max(map(sum, placed.content.ranges), default=None)
    return None if end is None else evidence.since(end)


def stamps_over(placed: PDFSignature, time_stamps: Iterable[JudgedSignature]) -> tuple[JudgedSignature, ...]:
    """Return those of the time-stamps over the document that cover a signature, or another time-stamp.

    One covers what ends before its own value begins (ISO 32000-2, 12.8.5).
    """
    end = max(map(sum, placed.content.ranges), default=None)
    if end is None:
        return ()
    return tuple(
        one
        for one in time_stamps
        if one.report.kind is SignatureKind.TIME_STAMP
        and one.placed is not None
        and end <= one.placed.content.ranges[0][1]
    )


def judge_one(
    document: PDFDocument,
    placed: PDFSignature,
    evidence: Evidence,
    *,
    now: datetime,
    stamps: Sequence[JudgedSignature],
) -> tuple[JudgedSignature, ...]:
    """Judge one signed field by the form of its value, and add what the file shows around it.

    `stamps` is what `stamps_over` returns.
    """
    since = recorded_over(placed, evidence)
    structure, changes = check_structure(document, placed, step="pdf"), changes_of(document, placed)
    return tuple(
        JudgedSignature(
            field=placed.field,
            placed=placed,
            report=with_checks(report, structure),
            seal_signature=seal_signature,
            changes=changes,
        )
        for report, seal_signature in judge_field(placed, evidence, now=now, stamps=stamps, since=since)
    )


def judge_field(
    signed: SignedField,
    evidence: Evidence,
    *,
    now: datetime,
    backend: SM2Backend | None = None,
    stamps: Sequence[JudgedSignature] = (),
    since: datetime | None = None,
) -> tuple[Judged, ...]:
    """Judge the value of one signed field by its form: a time-stamp, a seal signature, or a message.

    A message may carry a seal signature over the same octets, which is judged as one of its own. `backend` verifies
    the seal's SM2 signatures, where it is not to be the process's own. `stamps` is what `stamps_over` returns, and
    `since` what `recorded_over` does.
    """
    existence = existence_of(one.report for one in stamps).also(since)
    found = judge_value(signed, evidence, now=now, backend=backend, existence=existence)
    told = [one for one in stamps if one.report.verdict.outcome is Outcome.PASSED or one.report.has_lapsed]
    proofs = [] if since is None else [proof_by_record(since)]
    if told:
        # What is told is the earliest that holds; where none does, the earliest that proves nothing any more.
        stamp = min(told, key=lambda one: (one.report.has_lapsed, one.report.claimed_time or now))
        proofs.append(proof_of(stamp.report, Proves.DOCUMENT, field=stamp.field))
    return tuple(
        (replace(report, time_proofs=(*report.time_proofs, *proofs)), seal_signature)
        for report, seal_signature in found
    )


def judge_value(
    signed: SignedField,
    evidence: Evidence,
    *,
    now: datetime,
    backend: SM2Backend | None,
    existence: Existence,
) -> tuple[Judged, ...]:
    """Judge the value of one signed field, of which `existence` tells when it was there."""
    if signed.is_time_stamp:
        octets = signed.content.octets()
        return ((judge_time_stamp(signed.contents, octets, evidence, now=now, existed=existence.proven), None),)
    if signed.subfilter == SEAL.subfilter or is_seal_signature(signed.contents):
        inside = judge_seal_in(signed.contents, signed.content, evidence, now=now, backend=backend, existence=existence)
        return (inside,)
    told_time = signed.claimed_time
    reports = judge_cms(
        signed.contents, evidence, now=now, content=signed.content, claimed_time=told_time, existence=existence
    )
    is_ours = any(der.oid(one) in signed.contents for one in (ACTING, SEAL_SIGNATURE, SEAL_SIGNATURE_DIGEST))
    message = read_again(signed.contents, reports) if is_ours else None
    if message is None:
        return tuple((report, None) for report in reports)
    found: list[Judged] = []
    known = evidence.joined_by(message.certificates, message.revocation_lists, message.status_responses)
    for report, signer in zip(reports, message.signers, strict=True):
        told = with_acting(report, acting_of(signer), known, now=now, seal=None)
        found.append((replace(told, checks=(*told.checks, *check_carried(signer, step="cms"))), None))
        carried = seal_signature_in(signer)
        if carried is not None:
            inside = judge_seal_in(carried, signed.content, evidence, now=now, backend=backend, existence=existence)
            found.append(inside)
    return tuple(found)


def judge_seal_in(
    contents: bytes,
    content: Content,
    evidence: Evidence,
    *,
    now: datetime,
    backend: SM2Backend | None,
    existence: Existence,
) -> Judged:
    """Judge a seal signature over the octets of a document."""
    document_hash = content.digest(Digest.SM3)
    judged = judge_seal_signature(
        contents, evidence, now=now, document_hash=document_hash, backend=backend, existence=existence
    )
    return judged.report, judged.signature


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

"""One signature on the wire: how it fared, what it covers, what came after it, what proves its time."""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, Literal

from pydantic import Field

from api.schemas.common import View
from seal.verification.documents import JudgedSignature
from trust.certificates import Certificate
from trust.events import Fact
from trust.pdf.permissions import Change
from trust.pdf.revisions import AdditionKind
from trust.reports import TimeProof
from trust.status import RevocationStatus
from trust.verdict import Check, Finding, Outcome

__all__ = ["CertificateView", "CheckView", "OutcomeText", "SignatureView", "sub_indication"]

OutcomeText = Literal["passed", "failed", "indeterminate"]

KEPT_CHECKS: Final = 512
"""More than there are: steps and names are our own."""

MOST_NAMES: Final = 500
"""Files of a package that a report names."""


class RemarkView(View):
    """Something to know that changes no outcome, such as a vendor's deviation that was tolerated."""

    code: str = Field(examples=["picture_type"])
    about: str = Field(description="字段 the field, by its name in the standard", examples=["picture.type"])


class CheckView(View):
    """One step of a verification."""

    step: str = Field(examples=["7.3 b"])
    name: str = Field(examples=["seal_signature.value"])
    outcome: OutcomeText
    sub_indication: str | None = Field(default=None, examples=["SIG_CRYPTO_FAILURE"])
    code: str = Field(
        default="",
        description="结果代码 the result in one stable code, of seals and OFD (docs/seal-checks.md)",
        examples=["seal.signer_not_listed"],
    )
    reason: str = ""
    note: str = ""
    remarks: tuple[RemarkView, ...] = ()

    @classmethod
    def of(cls, check: Check) -> "CheckView":
        """Return the view of a check."""
        finding = check.finding
        if finding is None and not (check.note or check.code or check.remarks):
            return passed(check.step, check.name)
        return cls(
            step=check.step,
            name=check.name,
            outcome=check.outcome.value,
            sub_indication=None if finding is None else finding.sub_indication.value,
            reason="" if finding is None else finding.reason,
            note=check.note,
            code=check.code,
            remarks=tuple(RemarkView(code=one.code, about=one.about) for one in check.remarks),
        )


@lru_cache(KEPT_CHECKS)
def passed(step: str, name: str) -> CheckView:
    """Return the view of a check that passed, of which there is nothing to say: most are."""
    return CheckView(step=step, name=name, outcome=Outcome.PASSED.value)


class CertificateView(View):
    """A certificate in a path."""

    common_name: str
    organisation: str
    organisation_identifier: str
    issuer: str
    serial: str
    valid_from: datetime
    valid_until: datetime

    @classmethod
    def of(cls, certificate: Certificate) -> "CertificateView":
        """Return the view of a certificate."""
        return cls(
            common_name=certificate.common_name,
            organisation=certificate.organisation,
            organisation_identifier=certificate.organisation_identifier,
            issuer=certificate.issuer_common_name,
            serial=f"{certificate.serial:x}",
            valid_from=certificate.not_before,
            valid_until=certificate.not_after,
        )


class RevocationView(View):
    """What was found of the revocation of one certificate, and what told it."""

    certificate: str = Field(description="The common name of the certificate", examples=["某市市场监督管理局"])
    source: Literal["list", "response"] = Field(description="A revocation list, or an OCSP response")
    origin: Literal["file", "verifier"] = Field(
        description="文件自带或验证方持有 brought by the file, or held by the verifier: of its own, of the trust list, "
        "what its operator took in"
    )
    at: datetime = Field(description="The moment that was asked about")
    made_at: datetime
    next_update: datetime | None
    age_seconds: int = Field(description="How old it was at that moment", examples=[3600])
    revoked_at: datetime | None
    reason: int | None = Field(description="CRLReason (RFC 5280, 5.3.1)")
    sha256: str = Field(description="Of the list or the response, in DER")

    @classmethod
    def of(cls, status: RevocationStatus, held: frozenset[bytes]) -> "RevocationView":
        """Return the view of a status; `held` is what the verifier had without the file."""
        return cls(
            certificate=status.certificate,
            source=status.source.value,
            origin="verifier" if status.told_by in held else "file",
            at=status.at,
            made_at=status.made_at,
            next_update=status.next_update,
            age_seconds=int(status.age.total_seconds()),
            revoked_at=status.revoked_at,
            reason=status.reason,
            sha256=sha256(status.told_by).hexdigest(),
        )


class TimeProofView(View):
    """A time-stamp that bears on a signature, or the registry's own record of the file."""

    proves: Literal["signature", "document", "seal", "record"] = Field(
        description="What it was made over; `record` is no time-stamp: the registry has had the file itself since then"
    )
    outcome: OutcomeText
    sub_indication: str | None
    time: datetime | None
    authority: CertificateView | None
    policy: str = Field(examples=["1.2.156.10197.6.1.4.2.7.1"])
    field: str = Field(description="Of one over the document: the field that holds it")
    until: datetime | None = Field(
        default=None, description="Of one that holds: until when it proves its time with no later one over it"
    )
    checks: list[CheckView]

    @classmethod
    def of(cls, proof: TimeProof) -> "TimeProofView":
        """Return the view of a time-stamp."""
        return cls(
            proves=proof.proves.value,
            outcome=proof.verdict.outcome.value,
            sub_indication=sub_indication(proof.verdict.finding),
            time=proof.time,
            authority=None if proof.authority is None else CertificateView.of(proof.authority),
            policy=proof.policy,
            field=proof.field,
            until=proof.until,
            checks=[CheckView.of(one) for one in proof.checks],
        )


class ChangeView(View):
    """One thing that was changed after a signature in a PDF."""

    kind: AdditionKind
    revision: int = Field(description="Which revision brought it, counted from 1", examples=[3])
    about: str = Field(description="The field, the page, the key in the catalogue or the object", examples=["2"])
    permitted: bool

    @classmethod
    def of(cls, change: Change) -> "ChangeView":
        """Return the view of a change."""
        told = change.addition
        return cls(kind=told.kind, revision=told.revision, about=told.about, permitted=change.permitted)


class CoveredView(View):
    """What exactly a signature covers."""

    ranges: list[tuple[int, int]] = Field(
        default=[], description="Of a PDF: start and length of what is covered, in octets", examples=[[[0, 840]]]
    )
    revision: int | None = Field(default=None, description="Of a PDF: the revision that it signed, counted from 1")
    revisions: int | None = Field(default=None, description="Of a PDF: how many revisions the file has")
    files: list[str] = Field(default=[], description="Of an OFD package: the files whose hashes it lists")
    unprotected: list[str] = Field(default=[], description="Of an OFD package: the files that it leaves out")

    @classmethod
    def of(cls, judged: JudgedSignature) -> "CoveredView | None":
        """Return the view of what a signature covers; None of what is no PDF and no package."""
        placed, files = judged.placed, judged.files
        if placed is not None:
            ranges = list(placed.content.ranges)
            return cls(ranges=ranges, revision=placed.revision + 1, revisions=placed.revisions)
        if files is not None:
            return cls(files=list(files.protected[:MOST_NAMES]), unprotected=list(files.unprotected[:MOST_NAMES]))
        return None


class SignatureView(View):
    """One signature and how it fared."""

    field: str
    kind: str = Field(examples=["seal_signature"])
    outcome: OutcomeText
    sub_indication: str | None
    reason: str
    signer: CertificateView | None
    path: list[CertificateView]
    algorithm: str
    claimed_time: datetime | None
    proven_time: datetime | None
    coverage: str | None = Field(description="file, revision or less; null where the file is not a PDF")
    changes: str | None = Field(description="What was changed after this signature, by the gravest")
    covered: CoveredView | None = Field(default=None, description="What exactly it covers")
    changed_after: list[ChangeView] = Field(default=[], description="What was changed after it, one by one")
    time_proofs: list[TimeProofView] = Field(default=[], description="Every time-stamp that bears on it")
    maker_path: list[CertificateView] = Field(
        default=[], description="Of a seal signature: the path of the seal's maker"
    )
    revocations: list[RevocationView] = Field(
        default=[], description="What was told of the revocation of every certificate it rests on"
    )
    facts: dict[str, Fact]
    checks: list[CheckView]

    @classmethod
    def of(cls, judged: JudgedSignature, held: frozenset[bytes] = frozenset()) -> "SignatureView":
        """Return the view of a judged signature; `held` is as `FileReport.held` tells it."""
        report = judged.report
        finding = report.verdict.finding
        return cls(
            field=judged.field,
            kind=report.kind,
            outcome=report.verdict.outcome.value,
            sub_indication=sub_indication(finding),
            reason="" if finding is None else finding.reason,
            signer=None if report.signer is None else CertificateView.of(report.signer),
            path=[CertificateView.of(one) for one in report.path],
            algorithm=report.algorithm,
            claimed_time=report.claimed_time,
            proven_time=report.proven_time,
            coverage=None if judged.placed is None else judged.placed.coverage.value,
            changes=None if judged.placed is None else judged.placed.changes.value,
            covered=CoveredView.of(judged),
            changed_after=[ChangeView.of(one) for one in judged.changes],
            time_proofs=[TimeProofView.of(one) for one in report.time_proofs],
            maker_path=[CertificateView.of(one) for one in report.maker_path],
            revocations=[RevocationView.of(one, held) for one in report.revocations],
            facts=dict(report.facts),
            checks=[CheckView.of(one) for one in report.checks],
        )


def sub_indication(finding: Finding | None) -> str | None:
    """Return the sub-indication of a finding, if there is one."""
    return None if finding is None else finding.sub_indication.value

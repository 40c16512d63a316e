"""Verdicts on the wire. A verdict is an answer, never an error: an invalid file is 200 with outcome failed."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.masking import mask_code, mask_holder
from api.schemas.common import View
from api.schemas.licences import StateThenView
from identity.subject import SubjectKind
from licence.verification import ClaimReport, CopyStanding, FileFinding, Standing
from seal.standing import SealTrust
from seal.verification.documents import JudgedSignature
from seal.verification.files import FileReport
from seal.verification.registry import SealStanding
from trust.certificates import Certificate
from trust.events import Fact
from trust.verdict import Check, Finding, Outcome

__all__ = ["CheckView", "ClaimVerdict", "FileVerdict", "LicenceStanding", "SignatureView", "own_verdict"]

OutcomeText = Literal["passed", "failed", "indeterminate"]


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
    changes: str | None = Field(description="What was changed after this signature")
    facts: dict[str, Fact]
    checks: list[CheckView]

    @classmethod
    def of(cls, judged: JudgedSignature) -> "SignatureView":
        """Return the view of a judged signature."""
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
            facts=dict(report.facts),
            checks=[CheckView.of(one) for one in report.checks],
        )


def sub_indication(finding: Finding | None) -> str | None:
    """Return the sub-indication of a finding, if there is one."""
    return None if finding is None else finding.sub_indication.value


class SuccessorView(View):
    """The edition that has taken the place of a licence."""

    edition: int = Field(examples=[2])
    state: str = Field(examples=["in_force"])
    in_force: bool

    @classmethod
    def of(cls, standing: Standing) -> "SuccessorView | None":
        """Return the view of the newest edition, where the licence is another."""
        newest = standing.newest
        if newest is None:
            return None
        return cls(edition=newest.edition, state=newest.state, in_force=standing.newest_in_force)


class LicenceStanding(View):
    """What the registry says of a licence now. The holder is masked."""

    type_name: str
    identifier: str
    number: str
    holder: str = Field(examples=["杭州某某******限公司"])
    issuer: str
    state: str = Field(examples=["in_force"])
    in_force: bool
    expired: bool
    issued_on: date
    first_day: date
    last_day: date | None
    edition: int = Field(description="证照版本", examples=[1])
    superseded_by: SuccessorView | None = Field(description="The newest edition, where another took its place")
    annulled: bool = Field(description="Whether it was withdrawn as never lawfully granted")
    paper_issued_on: date | None = Field(description="When the paper was issued that it was made from 由纸质证照数字化")
    awaits_time_stamp: bool = Field(description="Whether a time-stamp is still to follow on its signatures")
    then: StateThenView | None = Field(description="How it stood at the moment that was asked for")

    @classmethod
    def of(cls, standing: Standing) -> "LicenceStanding":
        """Return the masked view of a licence's standing."""
        licence = standing.licence
        return cls(
            type_name=standing.type_name,
            identifier=mask_code(licence.identifier),
            number=mask_code(licence.number),
            holder=mask_holder(standing.holder, SubjectKind(licence.holder[0])),
            issuer=standing.issuer,
            state=licence.state,
            in_force=standing.is_in_force,
            expired=standing.expired,
            issued_on=licence.issued_on,
            first_day=licence.valid_from,
            last_day=licence.last_day,
            edition=licence.edition,
            superseded_by=SuccessorView.of(standing),
            annulled=standing.annulled,
            paper_issued_on=licence.paper_issued_on,
            awaits_time_stamp=licence.awaits_time_stamp,
            then=None if standing.then is None else StateThenView.of(standing.then),
        )


class SealStandingView(View):
    """What the registry says of a seal that stamped the file."""

    code: str
    name: str
    state: str
    stamped_at: datetime = Field(description="By the ledger, else by a time-stamp, else as the signature claims")
    recorded: bool = Field(description="Whether the ledger has a line for this stamping")
    trust: SealTrust = Field(description="What the life of the seal says of this stamping", examples=["valid"])
    trust_since: datetime | None = Field(description="When the seal was stopped, lost or ended, where that matters")
    disputed: bool

    @classmethod
    def of(cls, standing: SealStanding) -> "SealStandingView":
        """Return the view of a seal's standing."""
        return cls(
            code=standing.code,
            name=standing.name,
            state=standing.state,
            stamped_at=standing.stamped_at,
            recorded=standing.is_recorded,
            trust=standing.at_stamping.trust,
            trust_since=standing.at_stamping.since,
            disputed=standing.disputed,
        )


class ClaimVerdict(View):
    """The verdict on a QR code."""

    outcome: OutcomeText = Field(examples=["failed"])
    sub_indication: str | None = Field(examples=["REVOKED"])
    reason: str = Field(examples=["the licence is revoked"])
    checks: list[CheckView]
    licence: LicenceStanding | None

    @classmethod
    def of(cls, report: ClaimReport) -> "ClaimVerdict":
        """Return the view of a report on a claim."""
        finding = report.verdict.finding
        return cls(
            outcome=report.verdict.outcome.value,
            sub_indication=sub_indication(finding),
            reason="" if finding is None else finding.reason,
            checks=[CheckView.of(one) for one in report.verdict.checks],
            licence=None if report.standing is None else LicenceStanding.of(report.standing),
        )


class CopyStandingView(View):
    """An annotated copy 加注件: for whom, for what, until when."""

    id: str = Field(examples=["copy_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    user: str
    cause: str
    made_at: datetime
    valid_until: datetime

    @classmethod
    def of(cls, copy: CopyStanding) -> "CopyStandingView":
        """Return the view of a copy: it says the same on each of its pages."""
        return cls(id=copy.copy, user=copy.user, cause=copy.cause, made_at=copy.made_at, valid_until=copy.valid_until)


class FileVerdict(View):
    """The verdict on a file: over everything, over the file by itself, and what the registry says."""

    outcome: OutcomeText
    kind: str = Field(examples=["pdf"])
    file_outcome: OutcomeText = Field(description="The verdict on the file by itself, without the registry")
    sub_indication: str | None
    reason: str
    pages: int
    signatures: list[SignatureView]
    registry: list[CheckView] = Field(description="What the registry says, where the file is one of ours")
    seals: list[SealStandingView]
    licence: LicenceStanding | None
    annotated_copy: CopyStandingView | None = Field(
        default=None, description="Where the file is a copy of that licence and not the licence itself"
    )

    @classmethod
    def of(cls, found: FileFinding) -> "FileVerdict":
        """Return the view of what came of a file."""
        own = own_verdict(found.report)
        registry = found.registry
        finding = found.report.document.finding
        if found.report.document.outcome is Outcome.PASSED and registry is not None:
            finding = registry.finding
        return own.model_copy(
            update={
                "outcome": found.outcome.value,
                "sub_indication": sub_indication(finding) if found.outcome is not Outcome.PASSED else None,
                "reason": finding.reason if finding is not None and found.outcome is not Outcome.PASSED else "",
                "registry": [] if registry is None else [CheckView.of(one) for one in registry.checks],
                "seals": [SealStandingView.of(one) for one in found.seals],
                "licence": None if found.standing is None else LicenceStanding.of(found.standing),
                "annotated_copy": None if found.copy is None else CopyStandingView.of(found.copy),
            }
        )


def own_verdict(report: FileReport) -> FileVerdict:
    """Return the verdict on a file by itself."""
    document = report.document
    finding = None if document.outcome is Outcome.PASSED else document.finding
    return FileVerdict(
        outcome=document.outcome.value,
        kind=report.kind,
        file_outcome=document.outcome.value,
        sub_indication=sub_indication(finding),
        reason="" if finding is None else finding.reason,
        pages=document.pages,
        signatures=[SignatureView.of(one) for one in document.signatures],
        registry=[],
        seals=[],
        licence=None,
    )

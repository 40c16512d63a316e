"""Verdicts on the wire. A verdict is an answer, never an error: an invalid file is 200 with outcome failed."""

from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import Field

from api.masking import mask_code, mask_holder
from api.pages.licences import Detail, detail_of
from api.pages.situations import of_identifier
from api.pages.veil import Veil
from api.schemas.common import View
from api.schemas.licences import StateThenView
from api.schemas.naming import TYPE_NAME_EN, english
from api.schemas.signature_reports import CheckView, OutcomeText, SignatureView, sub_indication
from api.schemas.veiling import veiled
from identity.subject import SubjectKind
from licence.verification import ClaimReport, CopyStanding, FileFinding, Standing
from seal.standing import SealTrust
from seal.verification.files import FileReport
from seal.verification.registry import SealStanding
from trust.verdict import Outcome

__all__ = ["CheckView", "ClaimVerdict", "FileVerdict", "LicenceStanding", "own_verdict"]

SCHEMA_VERSION: Final = 1
"""Of the JSON of verdicts (docs/verdict.schema.json): counts what a reader of before would not understand."""


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
    """What the registry says of a licence now, as much of it as who asks has shown (docs/public-page.md)."""

    type_name: str
    type_name_en: str | None = TYPE_NAME_EN
    identifier: str = Field(description="Masked, but to who has sent the licence itself, unaltered")
    number: str = Field(description="Masked as the identifier; empty where only an identifier was shown")
    holder: str = Field(
        description="Masked as the identifier; empty where only an identifier was shown",
        examples=["杭州某某******限公司"],
    )
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
    def of(cls, standing: Standing, detail: Detail) -> "LicenceStanding":
        """Return the view of a licence's standing, in as much detail as is told."""
        licence = standing.licence
        is_whole, is_bare = detail is Detail.WHOLE, detail is Detail.BARE
        number = licence.number if is_whole else mask_code(licence.number)
        holder = standing.holder if is_whole else mask_holder(standing.holder, SubjectKind(licence.holder[0]))
        return cls(
            type_name=standing.type_name,
            type_name_en=english(standing.type_name_en),
            identifier=licence.identifier if is_whole else mask_code(licence.identifier),
            number="" if is_bare else number,
            holder="" if is_bare else holder,
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
    state: str = Field(description="The state of the seal now", examples=["active"])
    state_at_stamping: str | None = Field(default=None, description="Its state when it stamped")
    state_then: str | None = Field(default=None, description="Its state at the past moment that was asked for")
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
            state_at_stamping=standing.state_at_stamping,
            state_then=standing.state_then,
            stamped_at=standing.stamped_at,
            recorded=standing.is_recorded,
            trust=standing.at_stamping.trust,
            trust_since=standing.at_stamping.since,
            disputed=standing.disputed,
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


class ClaimVerdict(View):
    """The verdict on a QR code, or on a licence identifier, which at best is undetermined."""

    schema_version: Literal[1] = SCHEMA_VERSION
    moment: datetime | None = Field(default=None, description="The moment of the verdict, where the registry was asked")
    outcome: OutcomeText = Field(examples=["failed"])
    sub_indication: str | None = Field(examples=["REVOKED"])
    reason: str = Field(examples=["the licence is revoked"])
    checks: list[CheckView]
    licence: LicenceStanding | None = Field(description="Of the licence, or of the original of the copy")
    annotated_copy: CopyStandingView | None = Field(
        default=None, description="Where the code is that of a copy of that licence and not of the licence itself"
    )

    @classmethod
    def of(cls, report: ClaimReport) -> "ClaimVerdict":
        """Return the view of a report on a claim."""
        finding = report.verdict.finding
        detail = Detail.BARE if of_identifier(report) else Detail.MASKED
        return cls(
            outcome=report.verdict.outcome.value,
            sub_indication=sub_indication(finding),
            reason="" if finding is None else finding.reason,
            checks=[CheckView.of(one) for one in report.verdict.checks],
            licence=None if report.standing is None else LicenceStanding.of(report.standing, detail),
            annotated_copy=None if report.copy is None else CopyStandingView.of(report.copy),
            moment=report.moment,
        )


class FileVerdict(View):
    """The verdict on a file: over everything, over the file by itself, and what the registry says."""

    schema_version: Literal[1] = SCHEMA_VERSION
    moment: datetime | None = Field(default=None, description="The moment of the verdict")
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
        """Return the view of what came of a file, as strangers may see it (docs/public-page.md)."""
        own = own_verdict(found.report)
        # As of the checks in `told_by_registry`.
        standing = None if found.report.document.outcome is Outcome.FAILED else found.standing
        registry = found.registry
        finding = found.report.document.finding
        if found.report.document.outcome is Outcome.PASSED and registry is not None:
            finding = registry.finding
        told = own.model_copy(
            update={
                "outcome": found.outcome.value,
                "sub_indication": sub_indication(finding) if found.outcome is not Outcome.PASSED else None,
                "reason": finding.reason if finding is not None and found.outcome is not Outcome.PASSED else "",
                "registry": [CheckView.of(one) for one in found.told_by_registry],
                "seals": [SealStandingView.of(one) for one in found.seals],
                "licence": None if standing is None else LicenceStanding.of(standing, detail_of(found)),
                "moment": found.moment,
                "annotated_copy": None if standing is None or found.copy is None else CopyStandingView.of(found.copy),
            }
        )
        return told.model_copy(update=under_veil(told, Veil.over(found)))


def under_veil(told: FileVerdict, veil: Veil) -> dict[str, Any]:
    """Return what a file itself brings into a verdict, with the names of persons and citizen numbers masked."""
    signatures = [SignatureView.model_validate(veiled(one.model_dump(), veil)) for one in told.signatures]
    seals = [SealStandingView.model_validate(veiled(one.model_dump(), veil)) for one in told.seals]
    registry = [CheckView.model_validate(veiled(one.model_dump(), veil)) for one in told.registry]
    return {"signatures": signatures, "seals": seals, "registry": registry, "reason": veil.masked(told.reason)}


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
        signatures=[SignatureView.of(one, frozenset(report.held)) for one in document.signatures],
        registry=[],
        seals=[],
        licence=None,
    )

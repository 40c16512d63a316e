"""Seals on the wire: applications, what they become, their history and documents, their ends."""

from datetime import datetime
from typing import Any, Final

from pydantic import Field

from api.schemas.common import Reason, View
from api.schemas.seal_images import SealDesignForm
from api.schemas.texts import Line, Moment
from seal.evidence import Evidence, EvidenceKind, MediaType
from seal.grounds import Ground
from seal.image.comparison import Resemblance
from seal.image.designs import LONGEST_ROW
from seal.kinds import SealKind
from seal.life.looking import FullSeal
from seal.life.queue import Waiting
from seal.life.resemblance import Alike, Resemblances
from seal.lifecycle import SealState
from seal.records import CertifiedKey, DestructionProof, HistoryEntry, Seal
from trust.certificates import pem

__all__ = [
    "SEAL_NAME",
    "AlikeView",
    "Cancellation",
    "CancellationProposal",
    "EvidenceView",
    "Invalidation",
    "Remaking",
    "Resubmission",
    "ResumeRequest",
    "SealApplication",
    "SealDetails",
    "SealPage",
    "SealView",
    "Suspension",
    "WaitingPage",
]

MOST_DOCUMENTS = 20
EVIDENCE: Any = Field(
    default_factory=list,
    max_length=MOST_DOCUMENTS,
    description="Identifiers of documents that were uploaded before",
    examples=[["ev_01k9x3v5b7d2f4h6j8m0n1p3q5"]],
)
SEAL_NAME: Final = "seal_01k9x3v5b7d2f4h6j8m0n1p3q5"


class SealApplication(Reason):
    """A seal that is applied for."""

    owner: str = Field(description="Unified identifier of the owner", examples=["O3F6H8J1L4N7Q2S5U9"])
    kind: SealKind
    row: str = Field(
        default="", max_length=LONGEST_ROW, description="Characters below the star", examples=["电子证照专用章"]
    )
    diameter_mm: int = Field(default=42, ge=30, le=60)
    design: SealDesignForm | None = Field(
        default=None, description="What it shows; without it a round seal with the owner's name, the row and a star"
    )
    bearer: str | None = Field(
        default=None,
        description="Unified identifier of the person whose name a personal-name seal shows",
        examples=["P3F6H8J1L4N7Q2S5U9"],
    )
    evidence: list[Line] = EVIDENCE


class Resubmission(Reason):
    """A returned application that is submitted again, with what changes of it. What is null stays as it was."""

    kind: SealKind | None = None
    row: str | None = Field(default=None, max_length=LONGEST_ROW, examples=["电子证照专用章"])
    design: SealDesignForm | None = None
    bearer: str | None = Field(default=None, examples=["P3F6H8J1L4N7Q2S5U9"])
    evidence: list[Line] = EVIDENCE


class Remaking(Reason):
    """A seal that is to replace another."""

    ground: Ground = Field(description="image_worn, certificate_ended or key_compromised")
    design: SealDesignForm | None = Field(default=None, description="What the new one shows; without it, as the old")
    compromised_at: Moment | None = Field(
        default=None, description="Since when others may have had the key; stampings since are disputed"
    )
    evidence: list[Line] = EVIDENCE


class Suspension(Reason):
    """Stopping a seal at once."""

    lost_at: Moment | None = Field(
        default=None, description="When the seal was lost, if it was; stampings since are disputed. The owner alone"
    )
    evidence: list[Line] = EVIDENCE


class LossReport(Reason):
    """The loss of a seal that is stopped already."""

    lost_at: Moment = Field(description="When the seal was lost; stampings since are disputed")
    evidence: list[Line] = EVIDENCE


class ResumeRequest(Reason):
    """Asking for a suspended seal."""

    evidence: list[Line] = EVIDENCE


class Cancellation(Reason):
    """The end of a seal, as its owner wants it."""

    ground: Ground = Field(
        description="no_longer_needed, renamed, merged, dissolved, bankrupt, lost or key_compromised: "
        "it decides how far back trust falls"
    )
    compromised_at: Moment | None = Field(
        default=None, description="Of lost and key_compromised: since when it was out of the owner's hands"
    )
    evidence: list[Line] = EVIDENCE


class CancellationProposal(Reason):
    """The end of a seal, as the issuing department proposes it."""

    ground: Ground = Field(description="renamed, merged, dissolved or bankrupt")
    evidence: list[Line] = EVIDENCE


class Invalidation(Reason):
    """That a seal was made unlawfully."""

    evidence: list[Line] = EVIDENCE


class SealView(View):
    """An electronic seal."""

    id: str = Field(examples=[SEAL_NAME])
    state: SealState = Field(examples=["active"])
    owner: str
    kind: SealKind
    name: str = Field(examples=["某某市市场监督管理局电子证照专用章"])
    design: dict[str, Any] = Field(description="What it shows", examples=[{"name": "某某市市场监督管理局"}])
    bearer: str | None = None
    code: str | None = Field(description="14-digit seal code, once it is made", examples=["33010000000001"])
    filing_number: str | None
    applied_at: datetime
    entered_at: datetime = Field(description="When it came into its present state")
    valid_until: datetime | None
    lost_at: datetime | None = None
    supersedes: str | None = Field(default=None, description="The seal that it replaces", examples=[SEAL_NAME])
    superseded_by: str | None = Field(default=None, description="The seal that replaces it", examples=[SEAL_NAME])
    ground: Ground | None = Field(default=None, description="Why it has ended, is to end, or replaces another")
    owner_certificate: str | None = Field(default=None, description="Certificate of the owner's SM2 key, PEM")
    document_certificate: str | None = Field(default=None, description="Certificate of the P-256 key, PEM")

    @classmethod
    def of(cls, seal: Seal) -> "SealView":
        """Return the view of a seal."""
        return cls(
            id=seal.id,
            state=seal.state,
            owner=seal.owner,
            kind=seal.kind,
            name=seal.name,
            design=seal.engraved.to_json(),
            bearer=seal.bearer,
            code=seal.code,
            filing_number=seal.filing_number,
            applied_at=seal.applied_at,
            entered_at=seal.entered_at,
            valid_until=seal.valid_until,
            lost_at=seal.lost_at,
            supersedes=seal.supersedes,
            superseded_by=seal.superseded_by,
            ground=seal.ground,
            owner_certificate=certificate_of(seal.owner_key),
            document_certificate=certificate_of(seal.document_key),
        )


def certificate_of(kept: CertifiedKey | None) -> str | None:
    """Return the certificate of a key in PEM, once there is one."""
    if kept is None or kept.certificate is None:
        return None
    return pem(kept.certificate.der).decode()


class HistoryView(View):
    """One step in the life of a seal."""

    event: str
    state: SealState
    actor: str
    at: datetime
    reason: str
    lost_at: datetime | None = None
    ground: Ground | None = None
    changes: dict[str, Any] = Field(default_factory=dict, description="What a mended application changed")

    @classmethod
    def of(cls, entry: HistoryEntry) -> "HistoryView":
        """Return the view of a step."""
        return cls(
            event="apply" if entry.event is None else entry.event.value,
            state=entry.state,
            actor=entry.actor,
            at=entry.at,
            reason=entry.reason,
            lost_at=entry.lost_at,
            ground=entry.ground,
            changes=dict(entry.changes),
        )


class EvidenceView(View):
    """A document that was put forward."""

    id: str = Field(examples=["ev_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    kind: EvidenceKind
    media_type: MediaType
    size: int = Field(description="Octets")
    digest: str = Field(description="SM3, in hexadecimal digits")
    uploaded_by: str
    uploaded_at: datetime
    step: int | None = Field(default=None, description="Number of the step in the history, from 1 on")

    @classmethod
    def of(cls, evidence: Evidence) -> "EvidenceView":
        """Return the view of a document."""
        return cls(
            id=evidence.id,
            kind=evidence.kind,
            media_type=evidence.media_type,
            size=evidence.size,
            digest=evidence.digest,
            uploaded_by=evidence.uploaded_by,
            uploaded_at=evidence.uploaded_at,
            step=evidence.step,
        )


class DestructionView(View):
    """The proof that a key is gone."""

    key: str
    at: datetime
    statement: str = Field(description="What was signed with the audit key, JSON")
    signature: str = Field(description="In hexadecimal digits")
    certificate: str = Field(description="Of the key that signed, in hexadecimal digits of its DER")

    @classmethod
    def of(cls, proof: DestructionProof) -> "DestructionView":
        """Return the view of a proof."""
        return cls(
            key=proof.key,
            at=proof.at,
            statement=proof.statement.decode(),
            signature=proof.signature.hex(),
            certificate=proof.certificate.hex(),
        )


class AlikeView(View):
    """Another seal that looks alike."""

    seal: str = Field(examples=[SEAL_NAME])
    owner: str
    name: str
    distance: int = Field(description="0 is the same picture")
    resemblance: Resemblance | None = Field(
        description="same: nobody tells them apart; similar: they differ in a place or two; none: not compared"
    )

    @classmethod
    def of(cls, one: Alike) -> "AlikeView":
        """Return the view of a seal that looks alike."""
        return cls(seal=one.seal, owner=one.owner, name=one.name, distance=one.distance, resemblance=one.resemblance)


class ResemblancesView(View):
    """What a seal resembles, as the reviewer is shown it."""

    alike: list[AlikeView]
    namesakes: list[str] = Field(description="Seals of other owners with the same whole name")

    @classmethod
    def of(cls, found: Resemblances) -> "ResemblancesView":
        """Return the view of what a seal resembles."""
        return cls(
            alike=[AlikeView.of(one) for one in found.alike],
            namesakes=list(found.namesakes),
        )


class SealDetails(SealView):
    """An electronic seal with all that belongs to it."""

    history: list[HistoryView]
    evidence: list[EvidenceView]
    destructions: list[DestructionView]
    resemblances: ResemblancesView | None = Field(description="For reviewers alone")

    @classmethod
    def of_all(cls, found: FullSeal) -> "SealDetails":
        """Return the view of a seal with all that belongs to it."""
        return cls(
            **SealView.of(found.seal).model_dump(),
            history=[HistoryView.of(one) for one in found.history],
            evidence=[EvidenceView.of(one) for one in found.evidence],
            destructions=[DestructionView.of(one) for one in found.destructions],
            resemblances=None if found.resemblances is None else ResemblancesView.of(found.resemblances),
        )


class SealPage(View):
    """A page of seals, newest first."""

    total: int = Field(description="How many there are in all", examples=[1])
    seals: list[SealView]


class WaitingView(View):
    """A seal that waits for somebody."""

    seal: SealView
    duty: str = Field(description="Whose turn it is", examples=["seal_reviewer"])
    days: int = Field(description="Whole days that it has waited")
    deadline: datetime
    overdue: bool

    @classmethod
    def of(cls, waiting: Waiting) -> "WaitingView":
        """Return the view of a seal that waits."""
        return cls(
            seal=SealView.of(waiting.seal),
            duty=waiting.duty.value,
            days=waiting.days,
            deadline=waiting.deadline,
            overdue=waiting.is_overdue,
        )


class WaitingPage(View):
    """A page of what waits, the longest waiting first."""

    total: int = Field(description="How many there are in all", examples=[1])
    waiting: list[WaitingView]

    @classmethod
    def of(cls, found: tuple[tuple[Waiting, ...], int]) -> "WaitingPage":
        """Return the view of a page."""
        waiting, total = found
        return cls(total=total, waiting=[WaitingView.of(one) for one in waiting])

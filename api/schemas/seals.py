"""Seals, authorisations and stampings on the wire."""

from datetime import datetime
from typing import Final

from pydantic import Field

from api.schemas.common import Reason, Request, View
from api.schemas.texts import Line, Moment
from seal.kinds import SealKind
from seal.ledger import Authorisation, Stamping
from seal.repository import CertifiedKey, HistoryEntry, Seal
from trust.certificates import pem

__all__ = [
    "AuthorisationGrant",
    "AuthorisationView",
    "SealApplication",
    "SealDetails",
    "SealView",
    "StampingView",
    "Suspension",
]


MOST_TIMES: Final = 1_000_000
"""Stampings that one authorisation may count; who needs more sets no limit."""


class SealApplication(Reason):
    """A seal that is applied for."""

    owner: str = Field(description="Unified identifier of the owner", examples=["O3F6H8J1L4N7Q2S5U9"])
    kind: SealKind
    row: str = Field(default="", max_length=12, description="Characters below the star", examples=["电子证照专用章"])
    diameter_mm: int = Field(default=42, ge=30, le=60)


class SealView(View):
    """An electronic seal."""

    id: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: str = Field(examples=["active"])
    owner: str
    kind: SealKind
    name: str = Field(examples=["某某市市场监督管理局电子证照专用章"])
    code: str | None = Field(description="14-digit seal code, once it is made", examples=["33010000000001"])
    filing_number: str | None
    applied_at: datetime
    valid_until: datetime | None
    lost_at: datetime | None = None
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
            code=seal.code,
            filing_number=seal.filing_number,
            applied_at=seal.applied_at,
            valid_until=seal.valid_until,
            lost_at=seal.lost_at,
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
    state: str
    actor: str
    at: datetime
    reason: str


class SealDetails(SealView):
    """An electronic seal with its history."""

    history: list[HistoryView]

    @classmethod
    def with_history(cls, seal: Seal, history: tuple[HistoryEntry, ...]) -> "SealDetails":
        """Return the view of a seal and its history."""
        steps = [
            HistoryView(
                event="apply" if one.event is None else one.event.value,
                state=one.state,
                actor=one.actor,
                at=one.at,
                reason=one.reason,
            )
            for one in history
        ]
        return cls(**SealView.of(seal).model_dump(), history=steps)


class Suspension(Reason):
    """Stopping a seal at once."""

    lost_at: Moment | None = Field(
        default=None, description="When the seal was lost, if it was; stampings since are disputed"
    )


class AuthorisationGrant(Request):
    """A permission to stamp."""

    holder: str = Field(description="Person or client", examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    purpose: Line = Field(min_length=1, max_length=64, examples=["licence.issue"])
    document_kinds: list[Line] = Field(
        default_factory=list, max_length=50, description="Kinds of documents; none: every kind"
    )
    valid_until: Moment
    times: int | None = Field(default=None, ge=1, le=MOST_TIMES, description="How many stampings; none: no limit")


class AuthorisationView(View):
    """A permission to stamp, as it stands."""

    id: str = Field(examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    holder: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    purpose: str = Field(examples=["licence.issue"])
    document_kinds: list[str]
    valid_until: datetime
    times: int | None
    used: int
    withdrawn_at: datetime | None = None

    @classmethod
    def of(cls, authorisation: Authorisation) -> "AuthorisationView":
        """Return the view of an authorisation."""
        return cls(
            id=authorisation.id,
            seal=authorisation.seal,
            holder=authorisation.holder,
            purpose=authorisation.purpose,
            document_kinds=list(authorisation.document_kinds),
            valid_until=authorisation.valid_until,
            times=authorisation.times,
            used=authorisation.used,
            withdrawn_at=authorisation.withdrawn_at,
        )


class StampingView(View):
    """A line of the owner's ledger."""

    id: str = Field(examples=["stamp_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    authorisation: str = Field(examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    actor: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    at: datetime
    purpose: str = Field(examples=["document.stamp"])
    document_kind: str = Field(examples=["notice"])
    document_hash: str = Field(description="SM3 of what the seal signature protects")
    state: str = Field(examples=["done"])

    @classmethod
    def of(cls, stamping: Stamping) -> "StampingView":
        """Return the view of a stamping."""
        return cls(
            id=stamping.id,
            seal=stamping.seal,
            authorisation=stamping.authorisation,
            actor=stamping.actor,
            at=stamping.at,
            purpose=stamping.purpose,
            document_kind=stamping.document_kind,
            document_hash=stamping.document_hash,
            state=stamping.state,
        )

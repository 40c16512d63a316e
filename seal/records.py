"""What the registry holds of seals, as frozen values: a seal, a step of its life, a piece of evidence, a proof."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from identity.subject import SubjectId
from seal.grounds import Ground
from seal.image.designs import SealDesign
from seal.kinds import SealKind
from seal.lifecycle import SealEvent, SealState
from trust.certificates import Certificate
from trust.signing import KeyReference

__all__ = ["CertifiedKey", "DestructionProof", "HistoryEntry", "Seal"]


@dataclass(frozen=True, kw_only=True)
class CertifiedKey:
    """A key of a seal, and its certificate once there is one."""

    key: KeyReference
    certificate: Certificate | None = None


@dataclass(frozen=True, kw_only=True)
class Seal:
    """An electronic seal, from application on. What is made later is None until then."""

    id: str
    state: SealState
    last_actor: str
    owner: SubjectId
    kind: SealKind
    name: str
    """The seal's full name, such as 某市市场监督管理局电子证照专用章."""

    design: SealDesign
    """What it shows, without the code that it gets when it is made."""

    likeness: str | None = None
    """What its image looks like, as `seal.image.likeness` tells it. None for seals of before."""

    bearer: SubjectId | None = None
    """The natural person whose name a personal-name seal shows."""

    applied_at: datetime
    entered_at: datetime
    """When it came into its present state."""

    code: str | None = None
    """The 14-digit seal code: area and serial number."""

    owner_key: CertifiedKey | None = None
    """The owner's SM2 key, which stamps."""

    document_key: CertifiedKey | None = None
    """The owner's P-256 key, which signs beside the seal for PDF readers of the world."""

    seal: bytes | None = field(default=None, repr=False)
    """SESeal in DER."""

    filing_number: str | None = None
    valid_until: datetime | None = None
    lost_at: datetime | None = None
    """Since when, as the owner said last, it was out of the owner's hands: lost, or its key known to others."""

    supersedes: str | None = None
    """The seal that it replaces, once its owner accepts it."""

    superseded_by: str | None = None
    ground: Ground | None = None
    """Why it has ended or is to end; of one that replaces another before it is accepted, why it does."""

    @property
    def engraved(self) -> SealDesign:
        """What it shows, with its code once it has one."""
        return self.design.with_code(self.code or "")

    @property
    def keys(self) -> tuple[CertifiedKey, ...]:
        """Its keys, as far as there are any."""
        return tuple(one for one in (self.owner_key, self.document_key) if one is not None)


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One step in the life of a seal."""

    event: SealEvent | None
    """None for the application itself."""

    state: SealState
    actor: str
    at: datetime
    reason: str
    lost_at: datetime | None = None
    """Of a suspension or an end: since when the owner says that the seal was out of the owner's hands."""

    ground: Ground | None = None
    """Of an end: why."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    """Of an application that was submitted again: each field that changed, with what it was and what it is."""

    def disputes(self, moment: datetime) -> bool:
        """Tell whether a stamping at this moment is disputed: the seal was lost then, and not stopped yet."""
        return self.lost_at is not None and self.lost_at <= moment <= self.at


@dataclass(frozen=True, kw_only=True)
class DestructionProof:
    """A statement, signed with the audit key, that one key is gone."""

    key: str
    at: datetime
    statement: bytes
    signature: bytes
    certificate: bytes
    """Of the key that signed the statement, in DER."""

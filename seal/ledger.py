"""Authorisations 用印授权, and the ledger of stampings 用印记录 that the owner of a seal reads."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trust.blobs import BlobId

__all__ = ["Authorisation", "Stamping", "StampingState"]


@dataclass(frozen=True, kw_only=True)
class Authorisation:
    """The owner's permission to stamp."""

    id: str
    seal: str
    holder: str
    purpose: str
    document_kinds: tuple[str, ...]
    """Kinds of documents; none named means every kind."""

    valid_until: datetime
    times: int | None
    """How many stampings; None: no limit."""

    used: int
    granted_by: str
    granted_at: datetime
    withdrawn_at: datetime | None = None

    def covers(self, *, purpose: str, document_kind: str, at: datetime) -> bool:
        """Tell whether a stamping is within this permission. The number of stampings is checked when one is used."""
        named = not self.document_kinds or document_kind in self.document_kinds
        return named and self.purpose == purpose and at <= self.valid_until and self.withdrawn_at is None


class StampingState(StrEnum):
    """Where a stamping stands."""

    PREPARED = "prepared"
    DONE = "done"
    VOID = "void"


@dataclass(frozen=True, kw_only=True)
class Stamping:
    """A line of the owner's ledger."""

    id: str
    seal: str
    authorisation: str
    actor: str
    at: datetime
    purpose: str
    document_kind: str
    document_hash: str
    """SM3 of what the seal signature protects, in hexadecimal digits."""

    state: StampingState
    result: BlobId | None = None

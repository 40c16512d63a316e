"""What an owner asks the ledger 用印记录查询: which lines, since when, by whom, for what."""

from dataclasses import dataclass
from datetime import datetime

from seal.ledger.entries import Operation, StampingState

__all__ = ["LedgerSearch"]


@dataclass(frozen=True, kw_only=True)
class LedgerSearch:
    """Lines of the ledger of one seal. What is None asks for nothing."""

    seal: str
    since: datetime | None = None
    """From this moment on."""

    until: datetime | None = None
    """Before this moment."""

    actor: str | None = None
    authorisation: str | None = None
    purpose: str | None = None
    document_kind: str | None = None
    document_hash: str | None = None
    """SM3 of what the signature protects, in hexadecimal digits."""

    batch: str | None = None
    operation: Operation | None = None
    state: StampingState | None = None
    text: str | None = None
    """A part of the reference, of what a seal signature says that it protects, of the purpose or the kind of document.
    Upper and lower case are one."""

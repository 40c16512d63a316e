"""Authorisations 用印授权, and the ledger of stampings 用印记录 that the owner of a seal reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from trust.blobs import BlobId
from trust.crypto.sm3 import sm3
from trust.events import canonical

__all__ = ["DOCUMENTS_ALONE", "Authorisation", "Operation", "Purpose", "Stamping", "StampingState", "digest_of_batch"]


class Operation(StrEnum):
    """What the seal's key is used for."""

    DOCUMENT = "document"
    """A seal signature in a PDF that is at hand 文件签章."""

    DIGEST = "digest"
    """A seal signature over a digest: what it stands for stays with the client 摘要签章."""

    MESSAGE = "message"
    """A signed message of GB/T 35275 by the key of the seal, without its image 消息签名."""


DOCUMENTS_ALONE: Final = frozenset({Operation.DOCUMENT})
"""What an authorisation permits that names nothing else. Who signs a digest does not see what it stands for, so that
the owner permits that in so many words."""


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """What a stamping is for, as authorisations name it."""

    purpose: str
    document_kind: str


@dataclass(frozen=True, kw_only=True)
class Authorisation:
    """The owner's permission to stamp."""

    id: str
    seal: str
    holder: str
    """A person, a business system, or an organisation, which stamps through those of its own whom it names itself."""

    purpose: str
    document_kinds: tuple[str, ...]
    """Kinds of documents; none named means every kind."""

    operations: frozenset[Operation] = DOCUMENTS_ALONE
    valid_from: datetime
    valid_until: datetime
    times: int | None
    """How many stampings; None: no limit."""

    used: int
    needs_approval: bool = False
    """Whether the owner decides on each stamping before it happens 用印审批."""

    parent: str | None = None
    """The authorisation of an organisation within which this one was given to one of its own, and counts."""

    granted_by: str
    granted_at: datetime
    withdrawn_at: datetime | None = None
    level: int | None = None
    """The assurance level of the session in which it was given; None: not known."""

    session: str = ""
    statement: bytes | None = field(default=None, repr=False, compare=False)
    """The signed delegation that it is (docs/delegation.md); None: it is not signed yet."""

    def left(self, count: int = 1) -> bool:
        """Tell whether `count` more stampings are left. The database decides when they are used."""
        return self.times is None or self.used + count <= self.times


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
    parent: str | None = None
    """The organisation's authorisation, where the actor is its agent and `authorisation` what it gave the agent."""

    actor: str
    at: datetime
    purpose: str
    document_kind: str
    operation: Operation = Operation.DOCUMENT
    document_hash: str
    """SM3 of what the signature protects, in hexadecimal digits."""

    approval: str | None = None
    """The approval that was spent on it 用印审批."""

    batch: str | None = None
    """The call in which it was one of many."""

    reference: str = ""
    """What the client calls it; of a licence that was issued, its identifier."""

    property_info: str = ""
    """What a seal signature over a digest says that it protects."""

    state: StampingState
    ended_at: datetime | None = None
    result: BlobId | None = None
    signed_at: datetime | None = None
    """The moment inside a seal signature over a digest."""

    signature: bytes | None = field(default=None, repr=False)
    """The signature value of a seal signature over a digest: with the seal itself it makes the whole."""

    time_stamp: bytes | None = field(default=None, repr=False)
    level: int | None = None
    """The assurance level of the session in which it was asked for; None: not known."""

    evidence: str = ""
    """SM3 of what the signature tells of who acted, in hexadecimal digits; empty: the line is older than that."""

    acting: bytes | None = field(default=None, repr=False, compare=False)
    """What that is, where it is at hand; the ledger keeps its hash."""

    def signed_with(self, signature: bytes, time_stamp: bytes | None) -> "Stamping":
        """Return this line with the signature value that was made for it, and the time-stamp over that."""
        return self.changed(signature=signature, time_stamp=time_stamp)

    def done(self, at: datetime) -> "Stamping":
        """Return this line as one that is done."""
        return self.changed(state=StampingState.DONE, ended_at=at)

    def changed(self, **values: object) -> "Stamping":
        """Return this line with other values. `replace` looks at each field: for a thousand lines that is long."""
        other = object.__new__(type(self))
        vars(other).update(vars(self), **values)
        return other


def digest_of_batch(stampings: Iterable[Stamping]) -> str:
    """Return SM3 over the lines of a batch in the order of their identifiers, in hexadecimal digits.

    The audit trail holds it in place of an event for each line; so each line is proven by its batch.
    """
    lines = sorted((one.id, one.document_hash, one.reference, one.property_info) for one in stampings)
    return sm3(canonical(lines)).hex()

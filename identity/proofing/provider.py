"""The port to a provider of proofing 实名核验服务: public security's records, readers of documents, live faces."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from identity.proofing.errors import ProviderAnswerRefused
from identity.proofing.proofing import Method, Source
from trust.crypto.sm3 import sm3

__all__ = ["Claimed", "Outcome", "ProofingProvider", "ProviderAnswer", "Question", "Started", "require_answer"]

PERSON_PREFIX: Final = "xinyin proofing person v1"
SKEW: Final = timedelta(minutes=2)
"""By how much the clocks of two machines may differ."""

MATCHED: Final = frozenset({Source.NAME_AND_NUMBER, Source.PHONE, Source.BANK})
SAYS: Final = {
    Method.MATCH: MATCHED,
    Method.REMOTE: MATCHED | {Source.DOCUMENT_SEEN, Source.DOCUMENT_CHIP, Source.FACE_LIVE},
}
"""What a provider can have looked at, by the method that it was asked for."""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """Who somebody says to be. It shows itself without personal data."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    phone: str = field(default="", repr=False)

    def digest(self, nonce: str) -> str:
        """Return how an answer names this person: it tells nothing to who has not asked, and fits no other question."""
        return sm3(f"{PERSON_PREFIX}\n{nonce}\n{self.name}\n{self.number}\n{self.phone}".encode()).hex()


@dataclass(frozen=True, kw_only=True)
class Question:
    """Whether somebody is who they say to be."""

    reference: str
    """Our name for it, under which a repetition is known."""

    nonce: str = field(repr=False)
    method: Method
    claimed: Claimed
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Started:
    """A proofing that waits for the person at the provider's."""

    transaction: str
    """The provider's name for it."""

    address: str = field(repr=False)
    """Where the person goes on, in a browser or by scanning it as a QR code."""


class Outcome(StrEnum):
    """What came of it."""

    PENDING = "pending"
    MATCHED = "matched"
    NOT_MATCHED = "not_matched"


@dataclass(frozen=True, kw_only=True)
class ProviderAnswer:
    """What a provider says, after its signature was verified."""

    outcome: Outcome
    reference: str
    transaction: str
    nonce: str = field(repr=False)
    person: str
    """`Claimed.digest` of who was looked at."""

    sources: frozenset[Source]
    at: datetime
    evidence: str
    """SM3 of the signed answer, in hexadecimal digits."""


class ProofingProvider(Protocol):
    """Says whether persons are who they say to be.

    Trusted for: having looked, and for an answer that nobody else could have given (each adapter verifies that). Safe
    to share between threads; holds no transaction, and ends in seconds. Keeps and logs no personal data.
    Every method raises `ProviderUnavailable` where it is silent, `ProviderAnswerRefused` where the answer is not its.
    """

    @property
    def name(self) -> str:
        """How the provider is named on record."""
        ...

    def begin(self, question: Question) -> Started:
        """Let a person come to the provider, for a document and a live face."""
        ...

    def result(self, question: Question, transaction: str) -> ProviderAnswer:
        """Return what came of a proofing that was begun. Asking again changes nothing."""
        ...

    def match(self, question: Question) -> ProviderAnswer:
        """Compare name, number and telephone with the records. Asking again changes nothing."""
        ...


def require_answer(answer: ProviderAnswer, question: Question, *, transaction: str, now: datetime) -> None:
    """Return if an answer is the one to this question, else raise `ProviderAnswerRefused`, which says what is not.

    Every adapter verifies that the provider has said it; this, that it was said of this person, now, and asked by us.
    """
    faults = {
        "reference": answer.reference != question.reference,
        "transaction": not answer.transaction or (bool(transaction) and answer.transaction != transaction),
        "nonce": answer.nonce != question.nonce,
        "person": answer.person != question.claimed.digest(question.nonce),
        "time": not question.asked_at - SKEW <= answer.at <= now + SKEW,
        "sources": not answer.sources <= SAYS[question.method],
    }
    for fault, is_wrong in faults.items():
        if is_wrong:
            raise ProviderAnswerRefused(fault=fault)

"""A simulated provider of proofing, for development: everybody is who they say to be.

You cannot use it safely: it looks at nobody.
"""

import warnings
from typing import Final

from identity.proofing.proofing import Method, Source
from identity.proofing.provider import Outcome, ProviderAnswer, Question, Started
from trust.clock import Clock
from trust.crypto.sm3 import sm3

__all__ = ["ABSENT", "STRANGER", "UnsafeProviderInUse", "UnsafeSimulatedProvider"]

STRANGER: Final = "999"
"""Whose citizen number has this sequence is found to be somebody else."""

ABSENT: Final = "998"
"""Whose citizen number has this sequence never finishes."""

SEQUENCE: Final = slice(14, 17)
SHOWN: Final = {
    Method.MATCH: frozenset({Source.NAME_AND_NUMBER, Source.PHONE}),
    Method.REMOTE: frozenset({Source.NAME_AND_NUMBER, Source.DOCUMENT_CHIP, Source.FACE_LIVE}),
}


class UnsafeProviderInUse(UserWarning):
    """A provider that looks at nobody is in use."""


class UnsafeSimulatedProvider:
    """Says of everybody that they are who they say to be, but for two sequences. It keeps nothing."""

    name = "simulated"

    def __init__(self, clock: Clock) -> None:
        warnings.warn("the simulated provider of proofing looks at nobody", UnsafeProviderInUse, stacklevel=2)
        self.clock = clock

    def begin(self, question: Question) -> Started:
        """Let a person come, who has nothing to do there."""
        transaction = transaction_of(question)
        return Started(transaction=transaction, address=f"urn:xinyin:simulated-proofing:{transaction}")

    def result(self, question: Question, transaction: str) -> ProviderAnswer:
        """Return that the person was seen."""
        return self.answer(question, transaction)

    def match(self, question: Question) -> ProviderAnswer:
        """Return that the records agree."""
        return self.answer(question, transaction_of(question))

    def answer(self, question: Question, transaction: str) -> ProviderAnswer:
        """Return what is said of a person."""
        outcomes = {STRANGER: Outcome.NOT_MATCHED, ABSENT: Outcome.PENDING}
        outcome = outcomes.get(question.claimed.number[SEQUENCE], Outcome.MATCHED)
        is_matched = outcome is Outcome.MATCHED
        return ProviderAnswer(
            outcome=outcome,
            reference=question.reference,
            transaction=transaction,
            nonce=question.nonce,
            person=question.claimed.digest(question.nonce),
            sources=SHOWN[question.method] if is_matched else frozenset(),
            at=self.clock.now(),
            evidence=sm3(transaction.encode()).hex(),
        )


def transaction_of(question: Question) -> str:
    """Return the name of what is done for a question, the same for a repetition."""
    return f"simulated-{sm3(question.reference.encode()).hex()[:32]}"

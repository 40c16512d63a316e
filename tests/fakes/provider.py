"""A provider of proofing in memory, which says what it is told to say."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from identity.proofing.proofing import Method, Source
from identity.proofing.provider import Outcome, ProviderAnswer, Question, Started
from trust.clock import Clock
from trust.crypto.sm3 import sm3

__all__ = ["PlannedProvider"]

SHOWN: Mapping[Method, frozenset[Source]] = {
    Method.MATCH: frozenset({Source.NAME_AND_NUMBER, Source.PHONE}),
    Method.REMOTE: frozenset({Source.NAME_AND_NUMBER, Source.DOCUMENT_CHIP, Source.FACE_LIVE}),
}


class PlannedProvider:
    """Finds everybody to be who they say, unless the next plan is an error, or changes the answer."""

    name = "fake"

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.plans: deque[Exception | Mapping[str, Any]] = deque()
        self.questions: list[Question] = []

    def plan(self, *plans: Exception | Mapping[str, Any]) -> None:
        """Raise, or change members of the answer, in the next calls."""
        self.plans.extend(plans)

    def next(self) -> Mapping[str, Any]:
        """Return what the next answer changes, or raise what is planned."""
        plan = self.plans.popleft() if self.plans else {}
        if isinstance(plan, Exception):
            raise plan
        return plan

    def begin(self, question: Question) -> Started:
        self.questions.append(question)
        self.next()
        transaction = f"fake-{question.reference}"
        return Started(transaction=transaction, address=f"https://proofing.example/{transaction}")

    def result(self, question: Question, transaction: str) -> ProviderAnswer:
        self.questions.append(question)
        return self.answer(question, transaction)

    def match(self, question: Question) -> ProviderAnswer:
        self.questions.append(question)
        return self.answer(question, f"fake-{question.reference}")

    def answer(self, question: Question, transaction: str) -> ProviderAnswer:
        """Return a good answer, changed by the plan."""
        good = ProviderAnswer(
            outcome=Outcome.MATCHED,
            reference=question.reference,
            transaction=transaction,
            nonce=question.nonce,
            person=question.claimed.digest(question.nonce),
            sources=SHOWN[question.method],
            at=self.clock.now(),
            evidence=sm3(transaction.encode()).hex(),
        )
        return replace(good, **self.next())

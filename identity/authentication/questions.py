"""Questions that a key answers: random, asked once, answered soon. What is kept of one is its hash."""

import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Final

from identity.authentication.repository import AuthenticationRepository
from identity.errors import CredentialsWrong
from identity.tokens import SECRET_BYTES, digest_of
from trust.store import Transaction

__all__ = ["LIFETIME", "Occasion", "Questions", "octets_of", "signed_text"]

LIFETIME: Final = timedelta(minutes=5)
SIGNED: Final = "xinyin certificate login v1"
"""Begins what a certificate's key signs, so that such a signature can never pass for one over a document."""


class Occasion(StrEnum):
    """Why it is asked: an answer to one question is none to another."""

    LOG_IN = "log_in"
    ENROL = "enrol"


class Questions:
    """Asks, and says once whether it was asked."""

    def __init__(self, repository: AuthenticationRepository) -> None:
        self.repository = repository

    def ask(self, tx: Transaction, occasion: Occasion, *, person: str | None = None) -> str:
        """Return a new question, to this person or to anybody."""
        question = secrets.token_urlsafe(SECRET_BYTES)
        self.repository.ask(tx, digest_of(question), kind=occasion, person=person, until=tx.now + LIFETIME)
        return question

    def require_asked(self, tx: Transaction, question: str, occasion: Occasion, *, person: str | None = None) -> None:
        """Return if a question was asked and is not answered yet, which it is from now on.

        Raise `CredentialsWrong`. The transaction must be committed even so: the question is spent.
        """
        if not self.repository.answered(tx, digest_of(question), kind=occasion, person=person):
            raise CredentialsWrong


def octets_of(question: str) -> bytes:
    """Return a question as browsers are asked it."""
    return question.encode()


def signed_text(question: str, *, origin: str) -> bytes:
    """Return what the key of a certificate signs: for whom, and which question (docs/sign-on.md)."""
    return f"{SIGNED}\n{origin}\n{question}\n".encode()

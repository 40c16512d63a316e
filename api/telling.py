"""Errors in words, for whoever tells them: the API, the pages, the command line."""

from api.words import WORDS
from trust.errors import TrustError

__all__ = ["words_of"]


def words_of(error: TrustError) -> tuple[str, str]:
    """Return what is wrong and what to do, in Chinese and in English."""
    chinese, english = WORDS[error.code]
    return chinese.format(**error.details), english.format(**error.details)

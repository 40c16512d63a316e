"""Errors in words, for whoever tells them: the API, the pages, the command line."""

from collections.abc import Mapping
from typing import Any

from api.fault_words import spoken
from api.words import WORDS
from trust.errors import TrustError

__all__ = ["said", "words_of"]


def words_of(error: TrustError) -> tuple[str, str]:
    """Return what is wrong and what to do, in Chinese and in English."""
    return said(error.code, error.details)


def said(code: str, details: Mapping[str, Any]) -> tuple[str, str]:
    """Return the words of a code with its details. Raise `KeyError` for a code, or details, that there are not."""
    chinese, english = WORDS[code]
    in_chinese, in_english = spoken(code, details)
    return chinese.format(**in_chinese), english.format(**in_english)

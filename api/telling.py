"""Errors in words, for whoever tells them: the API, the pages, the command line."""

import re
from collections.abc import Mapping
from typing import Any, Final

from api.fault_words import FAULTS, spoken, word_of
from api.words import WORDS
from trust.errors import TrustError

__all__ = ["answered", "retold", "said", "words_of"]

RECORDED: Final = re.compile(r"""([a-z_]+\.[a-z_]+)\(\w+=(['"])(.*)\2\)""", re.DOTALL)
"""How an error with one detail stands in a record (trust/errors.py)."""


def words_of(error: TrustError) -> tuple[str, str]:
    """Return what is wrong and what to do, in Chinese and in English."""
    return said(error.code, error.details)


class Known(dict[str, Any]):
    """Details of an error, and an ellipsis for each that was not kept."""

    def __missing__(self, name: str) -> str:
        return "…"


def retold(code: str, details: Mapping[str, Any]) -> tuple[str, str]:
    """Return the words of an error that is on record, with what was kept of its details.

    A code of an earlier version, for which there are no words any more, speaks for itself.
    """
    if code not in WORDS:
        return code, code
    chinese, english = WORDS[code]
    in_chinese, in_english = spoken(code, details)
    return chinese.format_map(Known(in_chinese)), english.format_map(Known(in_english))


def answered(answer: str) -> tuple[str, str]:
    """Return in words what became of a message to another service, as it is on record: what is called nothing stays."""
    error = RECORDED.fullmatch(answer)
    code, fault = (error[1], error[3]) if error and error[1] in FAULTS else ("outbox.refused", answer)
    return word_of(fault, FAULTS[code][1]) or (answer, answer)


def said(code: str, details: Mapping[str, Any]) -> tuple[str, str]:
    """Return the words of a code with its details. Raise `KeyError` for a code, or details, that there are not."""
    chinese, english = WORDS[code]
    in_chinese, in_english = spoken(code, details)
    return chinese.format(**in_chinese), english.format(**in_english)

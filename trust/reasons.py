"""Reasons 理由: why somebody took a step, in words that a reader of the history understands years later."""

from typing import Final

from trust.errors import Invalid

__all__ = ["MAX_REASON", "MIN_REASON", "ReasonMissing", "require_reason"]

MIN_REASON: Final = 2
MAX_REASON: Final = 500
"""Characters of a reason, without the blanks around it."""


class ReasonMissing(Invalid):
    """This step needs a reason, in 2 to 500 characters: whoever reads the history must understand it."""

    code = "reason.missing"


def require_reason(reason: str) -> str:
    """Return a reason without the blanks around it, or raise `ReasonMissing`."""
    told = reason.strip()
    if not MIN_REASON <= len(told) <= MAX_REASON:
        raise ReasonMissing
    return told

"""Reasons 理由: why somebody took a step, in words that a reader of the history understands years later.

They stand in the audit trail for good, where nobody erases anything: a citizen's number is not taken into them.
"""

import re
import unicodedata
from typing import Final

from trust.errors import Invalid

__all__ = ["MAX_REASON", "MIN_REASON", "ReasonMissing", "ReasonNamesSomebody", "require_reason"]

MIN_REASON: Final = 2
MAX_REASON: Final = 500
"""Characters of a reason, without the blanks around it."""


NUMBER: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
"""What may be a citizen identification number 公民身份号码 (GB 11643-1999): place, day of birth, order, check."""

CHECKS: Final = "10X98765432"
"""By the remainder modulo 11 (GB 11643-1999, after ISO 7064 MOD 11-2)."""


class ReasonMissing(Invalid):
    """This step needs a reason, in 2 to 500 characters: whoever reads the history must understand it."""

    code = "reason.missing"


class ReasonNamesSomebody(Invalid):
    """A citizen's number stands in the reason, which is kept for good. Tell of the matter by its own number."""

    code = "reason.names_somebody"


def require_reason(reason: str) -> str:
    """Return a reason without the blanks around it, or raise `ReasonMissing` or `ReasonNamesSomebody`."""
    told = reason.strip()
    if not MIN_REASON <= len(told) <= MAX_REASON:
        raise ReasonMissing
    if any(is_number(one) for one in NUMBER.findall(unicodedata.normalize("NFKC", told))):
        raise ReasonNamesSomebody
    return told


def is_number(text: str) -> bool:
    """Tell whether the last character is the check of the others, as in a citizen's number."""
    weighted = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(text[:17]))
    return CHECKS[weighted % 11] == text[17].upper()

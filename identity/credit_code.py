"""Unified social credit codes 统一社会信用代码 (GB 32100-2015): 18 characters with a check character."""

import re
from dataclasses import dataclass
from typing import Final

from identity.errors import CreditCodeMalformed

__all__ = ["CreditCode"]

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Without I, O, S, V and Z."""

FORM: Final = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))


@dataclass(frozen=True)
class CreditCode:
    """A code whose form and check character are right. Nothing else can be built.

    The first character is not compared with a list: codes with newer ones exist, and no complete list was at hand.
    """

    value: str

    def __post_init__(self) -> None:
        if not FORM.fullmatch(self.value):
            raise CreditCodeMalformed(fault="form")
        if check_character(self.value[:17]) != self.value[17]:
            raise CreditCodeMalformed(fault="check")

    @property
    def is_government_organ(self) -> bool:
        """Whether the staffing commission registered this as a government organ (prefix 11)."""
        return self.value.startswith("11")


def check_character(body: str) -> str:
    """Return the check character of the first 17 characters (GB 32100-2015, 4.2)."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]

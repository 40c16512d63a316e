"""Citizen identification numbers 公民身份号码 (GB 11643-1999): 18 characters, ISO 7064 MOD 11-2."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from typing_extensions import override

from identity.errors import CitizenNumberMalformed

__all__ = ["CitizenNumber"]

FORM: Final = re.compile(r"[0-9]{17}[0-9X]")
"""Not \\d, which stands for the digits of every script."""

WEIGHTS: Final = tuple(pow(2, 17 - place, 11) for place in range(17))
CHECKS: Final = "10X98765432"

PROVINCES: Final = frozenset(
    f"{code}"
    for codes in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for code in (*codes, 71, 81, 82, 83, 91)
)
"""First two digits of areas (GB/T 2260): codes of areas that were dissolved stay valid, so only these are looked at.

83 and 91 stand on residence permits; that could not be confirmed (docs/divergences.md)."""


@dataclass(frozen=True)
class CitizenNumber:
    """A number whose form, area, date of birth and check character are right. Nothing else can be built."""

    value: str

    def __post_init__(self) -> None:
        if not FORM.fullmatch(self.value):
            raise CitizenNumberMalformed(fault="form")
        if self.value[:2] not in PROVINCES:
            raise CitizenNumberMalformed(fault="area")
        try:
            _ = self.born
        except ValueError:
            raise CitizenNumberMalformed(fault="date") from None
        if check_character(self.value[:17]) != self.value[17]:
            raise CitizenNumberMalformed(fault="check")

    @classmethod
    def parse(cls, text: str, *, today: date) -> "CitizenNumber":
        """Read what a person typed: spaces around it and a small x are forgiven; a birth to come is not."""
        number = cls(text.strip().upper())
        if number.born > today:
            raise CitizenNumberMalformed(fault="date")
        return number

    @property
    def born(self) -> date:
        """The date of birth."""
        return date(int(self.value[6:10]), int(self.value[10:12]), int(self.value[12:14]))

    @property
    def masked(self) -> str:
        """The number as it may be shown: the area's first three digits, and the last two characters."""
        return f"{self.value[:3]}*************{self.value[-2:]}"

    @override
    def __repr__(self) -> str:
        return f"CitizenNumber({self.masked})"


def check_character(body: str) -> str:
    """Return the check character of the first 17 digits (GB 11643-1999, 4.2.4)."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]

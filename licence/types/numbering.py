"""How licences of a type get their number 证照编号: the caller gives it, or it is made after a form."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, assert_never

from licence.types.errors import NumbersExhausted
from licence.types.reading import ParticularsMalformed, members, text_member
from trust.typefaces import require_coverage

__all__ = ["GivenNumber", "MadeNumber", "NumberRule", "number_member", "read_number"]

MOST_CHARACTERS: Final = 60
"""Of a form; what it makes has 64 at most."""

PLACE: Final = re.compile(r"\{(yyyy|yy|n:([1-9]))\}")
BRACES: Final = re.compile(r"[{}]")
YEAR: Final = {"yyyy": "%Y", "yy": "%y"}


@dataclass(frozen=True, kw_only=True)
class GivenNumber:
    """The caller gives the number, which the department's own rules have made."""


@dataclass(frozen=True, kw_only=True)
class MadeNumber:
    """The number is made: `{yyyy}` or `{yy}` is the year of issue, `{n:6}` a running number of six digits."""

    form: str

    def __post_init__(self) -> None:
        running = [one for one in PLACE.finditer(self.form) if one[2]]
        if len(self.form) > MOST_CHARACTERS or len(running) != 1 or BRACES.search(PLACE.sub("", self.form)):
            raise ParticularsMalformed("number.form")

    @cached_property
    def digits(self) -> int:
        """How many digits the running number has."""
        return next(int(one[2]) for one in PLACE.finditer(self.form) if one[2])

    def counter(self, kind: str, issuer: str, today: date) -> str:
        """Return the name of the counter for a type code and an issuing authority: one a year where the form has it."""
        year = f" {today.year}" if "{y" in self.form else ""
        return f"licence number {kind} {issuer}{year}"

    def make(self, running: int, today: date) -> str:
        """Return the number for a running number. Raise `NumbersExhausted` where it has more digits than the form."""
        if running >= 10**self.digits:
            raise NumbersExhausted

        def put(place: re.Match[str]) -> str:
            return f"{running:0{self.digits}d}" if place[2] else today.strftime(YEAR[place[1]])

        return PLACE.sub(put, self.form)


NumberRule = GivenNumber | MadeNumber


def read_number(value: object) -> NumberRule:
    """Read the member `number` of a type. Raise `ParticularsMalformed`, or `CharacterNotCovered`."""
    rule = value.get("rule") if isinstance(value, dict) else None
    match rule:
        case "given":
            members(value, {"rule"}, place="number")
            return GivenNumber()
        case "made":
            told = members(value, {"rule", "form"}, place="number")
            form = text_member(told["form"], place="number.form", least=1, most=MOST_CHARACTERS)
            require_coverage(form, field="number.form")
            return MadeNumber(form=form)
        case _:
            raise ParticularsMalformed("number.rule")


def number_member(rule: NumberRule) -> dict[str, Any]:
    """Return a rule as the member `number` of a type."""
    match rule:
        case GivenNumber():
            return {"rule": "given"}
        case MadeNumber():
            return {"rule": "made", "form": rule.form}
        case _:
            assert_never(rule)

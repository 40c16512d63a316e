"""Reading the particulars of types strictly: exactly the members that there should be, of the right kind."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

__all__ = ["DATE", "ParticularsMalformed", "members", "text_member"]

DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""The form of a date. Not \\d, which takes the digits of every script."""


class ParticularsMalformed(ValueError):
    """A member is missing, unknown or impossible; its place is the only argument."""


def members(
    value: object, required: AbstractSet[str], *, optional: AbstractSet[str] = frozenset(), place: str = ""
) -> Mapping[str, Any]:
    """Return `value` if it is an object with these members and no others, else raise `ParticularsMalformed`."""
    if not isinstance(value, dict):
        raise ParticularsMalformed(place)
    wrong = sorted((required - set(value)) | (set(value) - required - optional))
    if wrong:
        raise ParticularsMalformed(".".join(filter(None, (place, wrong[0][:64]))))
    return value


def text_member(value: object, *, place: str, least: int = 0, most: int) -> str:
    """Return `value` if it is a text of `least` to `most` characters without white space around, else raise."""
    if not isinstance(value, str) or not least <= len(value) <= most or value != value.strip():
        raise ParticularsMalformed(place)
    return value

"""Names for our own records: sortable by time, impossible to guess, safe in an address."""

import secrets
from datetime import UTC, datetime, timedelta

__all__ = ["first_id", "moment_of", "new_id"]

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o or u, so that a name read aloud stays the same name."""

TIME_CHARACTERS = 10
RANDOM_CHARACTERS = 16


def new_id(prefix: str, *, at: datetime) -> str:
    """Return `prefix_` followed by 26 characters: 50 bits of milliseconds, then 80 random bits."""
    return f"{prefix}_{spelled(milliseconds(at), TIME_CHARACTERS)}{spelled(secrets.randbits(80), RANDOM_CHARACTERS)}"


def first_id(prefix: str, *, at: datetime) -> str:
    """Return what comes before every name that is made from `at` on, and after every one from before."""
    return f"{prefix}_{spelled(milliseconds(at), TIME_CHARACTERS)}"


def moment_of(name: str) -> datetime:
    """Return the moment at which a name was made, to the millisecond. Raise `ValueError` for what is no such name."""
    _, _, told = name.rpartition("_")
    if len(told) != TIME_CHARACTERS + RANDOM_CHARACTERS:
        raise ValueError("a name of 26 characters after its prefix")
    passed = 0
    for character in told[:TIME_CHARACTERS]:
        passed = passed * len(ALPHABET) + ALPHABET.index(character)
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=passed)


def milliseconds(at: datetime) -> int:
    """Return the milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def spelled(number: int, characters: int) -> str:
    """Return the lowest 5 × `characters` bits of a number, highest first."""
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(characters)))

"""Names for our own records: sortable by time, impossible to guess, safe in an address."""

import secrets
from datetime import datetime

__all__ = ["new_id"]

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o or u, so that a name read aloud stays the same name."""

TIME_CHARACTERS = 10
RANDOM_CHARACTERS = 16


def new_id(prefix: str, *, at: datetime) -> str:
    """Return `prefix_` followed by 26 characters: 50 bits of milliseconds, then 80 random bits."""
    milliseconds = int(at.timestamp() * 1000)
    time_part = "".join(ALPHABET[(milliseconds >> (5 * place)) & 31] for place in reversed(range(TIME_CHARACTERS)))
    number = secrets.randbits(5 * RANDOM_CHARACTERS)
    random_part = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(RANDOM_CHARACTERS))
    return f"{prefix}_{time_part}{random_part}"

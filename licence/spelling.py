"""Texts that are the same but for how they are written: full width or half width, with blanks or without."""

import unicodedata

__all__ = ["is_same", "plain"]


def plain(text: str) -> str:
    """Return a text in the one form that it is compared in."""
    return "".join(one for one in unicodedata.normalize("NFKC", text) if not one.isspace()).upper()


def is_same(text: str, other: str) -> bool:
    """Tell whether two texts differ at most in how they are written."""
    return plain(text) == plain(other)

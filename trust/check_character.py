"""Check characters of ISO/IEC 7064, MOD 37,36 (GB/T 17710-2008): they catch one mistyped or two swapped characters."""

from typing import Final

__all__ = ["ALPHABET", "mod_37_36"]

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MODULUS: Final = len(ALPHABET)


def mod_37_36(text: str) -> str:
    """Return the check character of `text`, which consists of digits and capital letters. Raise `ValueError`."""
    product = MODULUS
    for character in text:
        product = (product + ALPHABET.index(character)) % MODULUS or MODULUS
        product = 2 * product % (MODULUS + 1)
    # 37 − P may be 36, which stands for 0: a widely copied program forgets it.
    return ALPHABET[(MODULUS + 1 - product) % MODULUS]

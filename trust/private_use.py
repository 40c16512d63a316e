"""What the characters of old systems' private area mean in Unicode, as far as the Chinese standards say so.

GBK had 80 Han characters and radicals before Unicode had them, and systems kept them at U+E815 to U+E864; ten vertical
forms of punctuation stood at U+E78D to U+E796. GB 18030-2022 and its earlier editions name their code points.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["standard_character"]

FIRST_OF_GBK: Final = 0xE815
GBK_ROW: Final = 0xFE
GBK_CELLS: Final = (*range(0x50, 0x7F), *range(0x80, 0xA1))
"""The cells of the last row of GBK, in the order of the private area."""

LATER: Final[Mapping[int, int]] = MappingProxyType(
    {
        0xE78D: 0xFE10,
        0xE78E: 0xFE12,
        0xE78F: 0xFE11,
        0xE790: 0xFE13,
        0xE791: 0xFE14,
        0xE792: 0xFE15,
        0xE793: 0xFE16,
        0xE794: 0xFE17,
        0xE795: 0xFE18,
        0xE796: 0xFE19,
        0xE816: 0x20087,
        0xE817: 0x20089,
        0xE818: 0x200CC,
        0xE81E: 0x9FB4,
        0xE826: 0x9FB5,
        0xE82B: 0x9FB6,
        0xE82C: 0x9FB7,
        0xE831: 0x215D7,
        0xE832: 0x9FB8,
        0xE83B: 0x2298F,
        0xE843: 0x9FB9,
        0xE854: 0x9FBA,
        0xE855: 0x241FE,
        0xE864: 0x9FBB,
    }
)
"""Those that came to Unicode after the first edition of GB 18030."""


def standard_character(private: str) -> str | None:
    """Return the character of Unicode that a private one stands for, or None where no standard says so."""
    code = ord(private)
    if code in LATER:
        return chr(LATER[code])
    cell = code - FIRST_OF_GBK
    return bytes((GBK_ROW, GBK_CELLS[cell])).decode("gb18030") if 0 <= cell < len(GBK_CELLS) else None

"""Choosing the mask of a QR code (ISO/IEC 18004:2015, 7.8): the one whose symbol has the least penalty.

Encoders draw the symbol under each of the eight masks and count module by module, which is most of what a code costs.
Here a symbol is a long number, and all its modules are looked at together. What a mask changes depends on the size of
the symbol alone, its format information included: it is learnt once for each size.
"""

from functools import lru_cache
from typing import Final

__all__ = ["MASKS", "Masks", "penalty"]

MASKS: Final = 8
SIZES: Final = 40
GUARD: Final = 4
"""Modules of the quiet zone between two lines: as many light ones as make a pattern look like a finder's."""

DARK: Final = bytes(0x31 if octet == 0 else 0x30 for octet in range(256))
"""Makes binary digits of octets, of which 0 is dark."""

RUN, BLOCK, FINDER, BALANCE = 3, 3, 40, 10
"""Penalties N1 to N4 (7.8.3.1)."""


class Masks:
    """What each mask makes of a symbol under the first one, for the symbols of one size."""

    def __init__(self, size: int, symbols: tuple[bytes, ...]) -> None:
        """Learn it from one text's symbols under all masks: an octet for each module, 0 for a dark one."""
        self.size = size
        first = symbols[0]
        self.octets = tuple(int.from_bytes(one, "big") ^ int.from_bytes(first, "big") for one in symbols)
        lines = [both_ways(one, size) for one in symbols]
        self.lines = tuple((rows ^ lines[0][0], columns ^ lines[0][1]) for rows, columns in lines)

    def best(self, symbol: bytes) -> bytes:
        """Return a symbol, which stands there under the first mask, under the one of the least penalty."""
        rows, columns = both_ways(symbol, self.size)
        costs = [penalty(rows ^ other, columns ^ across, self.size) for other, across in self.lines]
        changed = int.from_bytes(symbol, "big") ^ self.octets[costs.index(min(costs))]
        return changed.to_bytes(len(symbol), "big")


def both_ways(symbol: bytes, size: int) -> tuple[int, int]:
    """Return the dark modules of a symbol as bits, row by row and column by column, with a guard around each line."""
    digits = symbol.translate(DARK).decode()
    rows = [digits[start : start + size] for start in range(0, len(digits), size)]
    columns = [digits[start::size] for start in range(size)]
    return guarded(rows), guarded(columns)


def guarded(lines: list[str]) -> int:
    """Return lines of binary digits as one number, with zeros before, between and behind them."""
    gap = "0" * GUARD
    return int(gap + gap.join(lines) + gap, 2)


@lru_cache(maxsize=SIZES)
def frame(size: int) -> tuple[int, int, int]:
    """Return the bits of the modules of a symbol that have a next one in their line, of all, and those with guards."""
    modules = guarded(["1" * size] * size)
    return modules & modules >> 1, modules, (1 << (size + GUARD) * size + GUARD) - 1


def penalty(rows: int, columns: int, size: int) -> int:
    """Return the penalty of a symbol whose dark modules are these bits (7.8.3.1)."""
    followed, modules, everything = frame(size)
    points = 0
    alike = [followed & ~(dark ^ dark >> 1) for dark in (rows, columns)]
    for dark, pairs in zip((rows, columns), alike, strict=True):
        fives = pairs & pairs >> 1
        fives &= fives >> 2
        # A run of five has one of them, and each further module one more.
        points += fives.bit_count() + (RUN - 1) * (fives & ~(fives >> 1)).bit_count()
        light, wide = modules & ~dark, everything & ~dark
        wide &= wide >> 1
        wide &= wide >> 2
        finder = dark & light >> 1 & dark >> 2 & dark >> 3 & dark >> 4 & light >> 5 & dark >> 6
        points += FINDER * (finder & (wide >> 7 | wide << GUARD)).bit_count()
    line = size + GUARD
    blocks = alike[0] & alike[0] >> line & ~(rows ^ rows >> line)
    off_balance = abs(100 * rows.bit_count() / size**2 - 50)
    return points + BLOCK * blocks.bit_count() + BALANCE * int(off_balance / 5)

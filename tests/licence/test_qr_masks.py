"""The mask of a QR code: the one that encoders choose who count module by module."""

import re
from itertools import groupby
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from licence.qr import rows_of, symbol_of
from licence.qr_masks import MASKS, Masks, both_ways, penalty

TEXTS = ["1", "A", "a" * 300, "0123456789" * 12, "https://trust.example/v/" + "A1b2-_" * 23, "证照" * 40, "~" * 1200]


def drawn_by_the_encoder(text: str) -> bytes:
    """Return the code for a text under the mask that the encoder itself chooses."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image: Any = zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False)
    return memoryview(image).tobytes()


ALPHABETS = ("0123456789", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", "abcdefghijklmnopqrstuvwxyzABCDEF-_/")


@pytest.mark.parametrize("text", TEXTS)
def test_the_code_is_that_of_the_encoder(text: str) -> None:
    assert b"".join(rows_of(text)) == drawn_by_the_encoder(text)


@settings(max_examples=60)
@given(st.sampled_from(ALPHABETS).flatmap(lambda alphabet: st.text(alphabet, min_size=1, max_size=260)))
def test_so_is_that_of_any_text(text: str) -> None:
    assert b"".join(rows_of(text)) == drawn_by_the_encoder(text)


def counted(symbol: bytes, size: int) -> int:
    """Return the penalty of a symbol, module by module, as 7.8.3.1 tells it."""
    rows = [[octet == 0 for octet in symbol[start : start + size]] for start in range(0, len(symbol), size)]
    points = 0
    for line in [*rows, *map(list, zip(*rows, strict=True))]:
        runs = (len(list(run)) for _, run in groupby(line))
        points += sum(length - 2 for length in runs if length >= 5)
        text = "".join("1" if dark else "0" for dark in line)
        quiet = f"0000{text}0000"
        places = [found.start() + 4 for found in re.finditer("(?=1011101)", text)]
        points += 40 * sum("0000" in (quiet[one - 4 : one], quiet[one + 7 : one + 11]) for one in places)
    for y in range(size - 1):
        points += 3 * sum(len({*rows[y][x : x + 2], *rows[y + 1][x : x + 2]}) == 1 for x in range(size - 1))
    share = 100 * sum(map(sum, rows)) / size**2
    return points + 10 * int(abs(share - 50) / 5)


@pytest.mark.parametrize("mask", range(MASKS))
def test_the_penalty_is_that_of_the_standard(mask: int) -> None:
    for text in TEXTS[:6]:
        size, symbol = symbol_of(text, mask)
        assert penalty(*both_ways(symbol, size), size) == counted(symbol, size)


def test_what_a_mask_changes_is_the_same_for_every_text_of_a_size() -> None:
    known = set()
    for letter in "ab_":
        symbols = [symbol_of(f"https://trust.example/v/{letter * 138}", mask) for mask in range(MASKS)]
        masks = Masks(symbols[0][0], tuple(octets for _, octets in symbols))
        known.add((masks.size, masks.octets, masks.lines))
    assert len(known) == 1

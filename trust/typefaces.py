"""The typefaces that ship with the house: which there are, which characters they hold, and their outlines.

Names with rare characters are checked here when they come in, so that no licence fails on a missing glyph later.
"""

import threading
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from trust.errors import Invalid

__all__ = ["FOLDER", "CharacterNotCovered", "Glyph", "Typeface", "covered", "glyph", "require_coverage"]

FOLDER = Path(__file__).parent / "fonts"


class CharacterNotCovered(Invalid):
    """The text has a character that no typeface here can draw."""

    code = "text.character_not_covered"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "character", "code_point")


class Typeface(StrEnum):
    """One font file of the folder."""

    KAI = "XinyinKai-Regular.ttf"
    SERIF_BOLD = "XinyinSerif-Bold.otf"
    SERIF = "XinyinSerif-Regular.otf"
    SERIF_BLACK = "XinyinSerif-Black.otf"
    SANS = "XinyinSans-Medium.otf"


INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""Unicode categories that leave no ink: controls, format characters, unassigned ones, spaces of all kinds."""

IDEOGRAPHIC_SPACE = "\u3000"

VALUES = (Typeface.KAI, Typeface.SERIF_BOLD)
"""The chain in which values are set: Kai, and Serif Bold for what Kai lacks. Templates name the same two."""


@dataclass(frozen=True, kw_only=True)
class Glyph:
    """The outline of one character, in font units with y upwards: a list of (operator, points) as fontTools records."""

    outline: tuple[tuple[str, tuple[Any, ...]], ...]
    units_per_em: int
    advance: float


ONE_AT_A_TIME: Final = threading.Lock()
"""Held while an outline is read: fontTools unpacks it in place, and a second thread would find it half done."""


@dataclass(frozen=True)
class LoadedFont:
    """A font file and the two tables of it that are asked for all the time."""

    glyph_set: Any
    characters: Mapping[int, str]
    units_per_em: int


@cache
def load(face: Typeface) -> LoadedFont:
    """Read a font file once per process; its outlines are read when they are asked for."""
    font = TTFont(FOLDER / face, lazy=True)
    return LoadedFont(font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm)


def covered(character: str, faces: tuple[Typeface, ...] = VALUES) -> bool:
    """Tell whether one of `faces` can draw `character`."""
    return any(ord(character) in load(face).characters for face in faces)


def require_coverage(text: str, *, field: str, faces: tuple[Typeface, ...] = VALUES) -> None:
    """Raise `CharacterNotCovered` for the first character of `text` that none of `faces` can draw.

    A character that leaves no ink, other than a space, is refused as well: what cannot be seen can deceive.
    """
    for character in text:
        if character not in (" ", IDEOGRAPHIC_SPACE) and not leaves_ink(character, faces):
            raise CharacterNotCovered(field=field, character=character, code_point=f"U+{ord(character):04X}")


def leaves_ink(character: str, faces: tuple[Typeface, ...]) -> bool:
    """Tell whether `character` is drawn, by the first of `faces` that holds it. To Unicode some fillers are letters."""
    if unicodedata.category(character) in INVISIBLE:
        return False
    face = next((face for face in faces if covered(character, (face,))), None)
    return face is not None and bool(glyph(character, face).outline)


@cache
def glyph(character: str, face: Typeface) -> Glyph:
    """Return the outline of `character`, or raise `KeyError` when `face` lacks it."""
    font = load(face)
    with ONE_AT_A_TIME:
        drawn = font.glyph_set[font.characters[ord(character)]]
        pen = DecomposingRecordingPen(font.glyph_set)
        draw: Callable[[Any], None] = drawn.draw
        draw(pen)
    return Glyph(outline=tuple(pen.value), units_per_em=font.units_per_em, advance=drawn.width)

"""The typefaces that ship with the house: which there are, which characters they hold, and their outlines.

Names with rare characters are checked here when they come in, so that no licence fails on a missing glyph later.
"""

import threading
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from trust.errors import Invalid
from trust.private_use import standard_character

__all__ = [
    "FOLDER",
    "VALUES",
    "VERTICAL",
    "CharacterNotCovered",
    "Glyph",
    "PrivateUseCharacter",
    "Typeface",
    "covered",
    "folders",
    "glyph",
    "require_coverage",
]

FOLDER = Path(__file__).parent / "fonts"


class CharacterNotCovered(Invalid):
    """The text has a character that no typeface here can draw."""

    code = "text.character_not_covered"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "character", "code_point")


class PrivateUseCharacter(Invalid):
    """The text has a character of the private area: what it shows, only the system knows that it comes from.

    `instead` is the character of Unicode that the standards name for it with its code point, or a dash.
    """

    code = "text.private_use_character"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "code_point", "instead")


class Typeface(StrEnum):
    """One font file of the folder."""

    KAI = "XinyinKai-Regular.ttf"
    SERIF_BOLD = "XinyinSerif-Bold.otf"
    SERIF = "XinyinSerif-Regular.otf"
    SERIF_BLACK = "XinyinSerif-Black.otf"
    SANS = "XinyinSans-Medium.otf"
    MONGOLIAN = "XinyinMongolian-Regular.ttf"
    RARE = "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"
    """HanaMinB of Debian's fonts-hanazono: Han characters of Extensions B to F. Too large to ship; used where it is."""

    @property
    def path(self) -> Path:
        """Where the file stands."""
        return FOLDER / self

    @property
    def is_there(self) -> bool:
        """Whether this machine has it."""
        return self.path.is_file()


INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""Unicode categories that leave no ink: controls, format characters, unassigned ones, spaces of all kinds."""

PRIVATE = "Co"
IDEOGRAPHIC_SPACE = "\u3000"

MONGOLIAN_MARKS: Final = frozenset("\u180b\u180c\u180d\u180e\u202f")
"""What chooses the form of a Mongolian letter and leaves no ink itself: variation selectors, the vowel separator, and
the narrow space before a suffix. After anything but a letter of that script, or another mark, they mean nothing."""

VALUES = (Typeface.KAI, Typeface.SERIF_BOLD, *(face for face in (Typeface.RARE,) if face.is_there))
"""The chain in which values are set: Kai, and Serif Bold for what Kai lacks. Templates name the same ones."""

VERTICAL = (*VALUES, Typeface.MONGOLIAN)
"""The chain of what is set in vertical columns. Mongolian lies on its side anywhere else, and cannot be read so."""


@dataclass(frozen=True, kw_only=True)
class Glyph:
    """The outline of one character, in font units with y upwards: a list of (operator, points) as fontTools records."""

    outline: tuple[tuple[str, tuple[Any, ...]], ...]
    units_per_em: int
    advance: float


DRAWN: Final[dict[tuple[Typeface, ...], set[str]]] = {}
"""Characters that were found to be drawn by a chain of typefaces, whatever they stand behind."""

ONE_AT_A_TIME: Final = threading.Lock()
"""Held while an outline is read: fontTools unpacks it in place, and a second thread would find it half done."""

LOADING: Final = threading.Lock()
"""Held while a font file is opened."""


@dataclass(frozen=True)
class LoadedFont:
    """A font file and the two tables of it that are asked for all the time."""

    glyph_set: Any
    characters: Mapping[int, str]
    units_per_em: int


@cache
def load(face: Typeface) -> LoadedFont:
    """Read a font file once per process; its outlines are read when they are asked for."""
    with LOADING:
        return loaded(face)


@cache
def loaded(face: Typeface) -> LoadedFont:
    """Read a font file, by one thread at a time: what a second one read would be dropped with its file open."""
    font = TTFont(face.path, lazy=True)
    return LoadedFont(font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm)


def folders() -> tuple[Path, ...]:
    """Return the folders that hold the typefaces of this machine."""
    return (FOLDER, *(face.path.parent for face in (Typeface.RARE,) if face.is_there))


def covered(character: str, faces: tuple[Typeface, ...] = VALUES) -> bool:
    """Tell whether one of `faces` can draw `character`."""
    return any(ord(character) in load(face).characters for face in faces)


def require_coverage(text: str, *, field: str, faces: tuple[Typeface, ...] = VALUES) -> None:
    """Raise `CharacterNotCovered` for the first character of `text` that none of `faces` can draw.

    A character that leaves no ink, other than a space, is refused as well: what cannot be seen can deceive. One of the
    private area raises `PrivateUseCharacter`.
    """
    known = DRAWN.setdefault(faces, set())
    if known.issuperset(text):
        return
    before = ""
    for character in text:
        if not is_drawn(character, before, faces):
            code_point = f"U+{ord(character):04X}"
            if unicodedata.category(character) == PRIVATE:
                raise PrivateUseCharacter(field=field, code_point=code_point, instead=instead_of(character))
            raise CharacterNotCovered(field=field, character=character, code_point=code_point)
        before = character
    known.update(character for character in text if character not in MONGOLIAN_MARKS)


def is_drawn(character: str, before: str, faces: tuple[Typeface, ...]) -> bool:
    """Tell whether a character may stand behind another one: it is a space, leaves ink, or forms what is before it."""
    if character in (" ", IDEOGRAPHIC_SPACE):
        return True
    if character in MONGOLIAN_MARKS:
        return Typeface.MONGOLIAN in faces and (before in MONGOLIAN_MARKS or is_mongolian(before))
    return leaves_ink(character, faces)


def is_mongolian(character: str) -> bool:
    """Tell whether this is a letter of the Mongolian script (Unicode, block Mongolian)."""
    return "\u1820" <= character <= "\u18aa"


def instead_of(private: str) -> str:
    """Return the character that the standards name for a private one, with its code point, or a dash."""
    standard = standard_character(private)
    return "—" if standard is None else f"{standard} U+{ord(standard):04X}"


@lru_cache(maxsize=65_536)
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

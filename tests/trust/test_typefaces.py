"""Typefaces: which characters can be drawn, and which must not be let in."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from trust.errors import Invalid
from trust.typefaces import (
    FOLDER,
    VALUES,
    VERTICAL,
    CharacterNotCovered,
    Glyph,
    PrivateUseCharacter,
    Typeface,
    covered,
    folders,
    glyph,
    require_coverage,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("face", [face for face in Typeface if face is not Typeface.RARE])
def test_every_face_is_there_and_draws(face: Typeface) -> None:
    assert (FOLDER / face).is_file()
    character = {Typeface.SANS: "A", Typeface.MONGOLIAN: "ᠮ"}.get(face, "市")
    drawn = glyph(character, face)
    assert drawn.outline[0][0] == "moveTo"
    assert {operator for operator, _ in drawn.outline} <= {"moveTo", "lineTo", "curveTo", "qCurveTo", "closePath"}
    assert drawn.units_per_em in (1000, 1024, 2048)
    assert 0 < drawn.advance <= drawn.units_per_em
    assert glyph(character, face) is drawn


AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from trust.typefaces import Typeface, load

start = Barrier(8)

def read(_):
    start.wait()
    return load(Typeface.SERIF_BOLD)

with ThreadPoolExecutor(8) as threads:
    print(len({id(one) for one in [*threads.map(read, range(8))]}))
"""
"""In a process of its own, which has read none yet."""


def test_threads_that_need_a_font_at_once_open_its_file_once() -> None:
    """A second one would be dropped with its file open."""
    done = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "1\n"


def test_threads_that_draw_at_once_get_the_same_outlines() -> None:
    """What fontTools reads, it unpacks in place: a second thread finds it half done, unless one waits for the other."""
    characters = [chr(code) for code in range(0x6E80, 0x6F80) if covered(chr(code), (Typeface.SERIF_BLACK,))]
    start = Barrier(8)

    def draw(_: int) -> list[Glyph]:
        start.wait()
        return [glyph(one, Typeface.SERIF_BLACK) for one in characters]

    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(draw, range(8)))
    assert drawn == [[glyph(one, Typeface.SERIF_BLACK) for one in characters]] * 8


def test_a_glyph_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        glyph("\U0010fffd", Typeface.KAI)
    assert not covered("\U0010fffd")


def test_serif_bold_fills_the_gaps_of_kai() -> None:
    gaps = [character for character in map(chr, range(0x3400, 0xA000)) if not covered(character, (Typeface.KAI,))]
    assert any(covered(character, VALUES) for character in gaps)


@pytest.mark.parametrize(
    "text",
    ["", "某市市场监督管理局", "Co., Ltd.", "（浙）第1号", "𠮷某", "a b", "全　角", "·—‖"],
)
def test_text_that_can_be_drawn(text: str) -> None:
    require_coverage(text, field="name")


@pytest.mark.parametrize(
    ("text", "code_point"),
    [
        pytest.param("a\u200bb", "U+200B", id="zero width space"),
        pytest.param("\u202eabc", "U+202E", id="right to left override"),
        pytest.param("a\ufeff", "U+FEFF", id="byte order mark"),
        pytest.param("a\u00adb", "U+00AD", id="soft hyphen"),
        pytest.param("a\nb", "U+000A", id="line feed"),
        pytest.param("a\tb", "U+0009", id="tabulator"),
        pytest.param("\x00", "U+0000", id="null"),
        pytest.param("a\u00a0b", "U+00A0", id="no-break space"),
        pytest.param("a\u2003b", "U+2003", id="em space"),
        pytest.param("\u2028", "U+2028", id="line separator"),
        pytest.param("\ud800", "U+D800", id="surrogate"),
        pytest.param("\U000e0041", "U+E0041", id="tag"),
        pytest.param("好😀", "U+1F600", id="emoji"),
    ],
)
def test_text_that_cannot_be_drawn_or_can_deceive(text: str, code_point: str) -> None:
    with pytest.raises(CharacterNotCovered) as refused:
        require_coverage(text, field="name")
    assert refused.value.details["code_point"] == code_point
    assert refused.value.details["field"] == "name"
    assert isinstance(refused.value, Invalid)


@pytest.mark.parametrize("character", ["𠮷", "㛃", "䶮", "𡈽", "𬭊", "𫖯", "𱁬", "\u3007", "·"])
def test_rare_characters_of_names_are_covered(character: str) -> None:
    require_coverage(character, field="name")


@pytest.mark.parametrize(
    ("text", "code_point", "instead"),
    [
        ("王\ue81e", "U+E81E", "龴 U+9FB4"),
        ("\ue863", "U+E863", "䶮 U+4DAE"),
        ("\ue000", "U+E000", "—"),
        ("\U0010fffd", "U+10FFFD", "—"),
    ],
    ids=["GB 18030", "GBK", "unknown", "beyond"],
)
def test_private_characters_are_refused_with_what_they_stand_for(text: str, code_point: str, instead: str) -> None:
    with pytest.raises(PrivateUseCharacter) as refused:
        require_coverage(text, field="name")
    assert refused.value.code == "text.private_use_character"
    assert refused.value.details == {"field": "name", "code_point": code_point, "instead": instead}


MONGOLIAN = "ᠬᠥᠬᠡᠬᠣᠲᠠ\u202fᠶᠢᠨ ᠨᠡᠷ\u180eᠡ ᠳ\u180bᠤ 12 新城"


def test_mongolian_stands_in_vertical_text_alone() -> None:
    require_coverage(MONGOLIAN, field="name_mn", faces=VERTICAL)
    with pytest.raises(CharacterNotCovered):
        require_coverage(MONGOLIAN, field="name")


@pytest.mark.parametrize("mark", ["\u180b", "\u180c", "\u180d", "\u180e", "\u202f"])
def test_marks_of_mongolian_stand_behind_its_letters_alone(mark: str) -> None:
    require_coverage(f"ᠮ{mark}ᠮ", field="name", faces=VERTICAL)
    require_coverage(f"ᠮ{mark}{mark}", field="name", faces=VERTICAL)
    for text in (mark, f"a{mark}", f"市{mark}", f" {mark}", f"1{mark}ᠮ"):
        with pytest.raises(CharacterNotCovered):
            require_coverage(text, field="name", faces=VERTICAL)
    with pytest.raises(CharacterNotCovered):
        require_coverage(f"a{mark}", field="name")


@pytest.mark.parametrize("character", ["\u180f", "\u200d", "\u202e", "\u2066"])
def test_what_no_mongolian_text_needs_is_refused_there_too(character: str) -> None:
    """The newest selector has no glyph here; joiners and marks of direction can hide what a name is."""
    with pytest.raises(CharacterNotCovered):
        require_coverage(f"ᠮ{character}", field="name", faces=VERTICAL)


@pytest.mark.skipif(not Typeface.RARE.is_there, reason="Debian's fonts-hanazono is not installed")
def test_a_machine_may_have_the_rarest_characters() -> None:
    rare = [chr(code) for code in range(0x20000, 0x2A6E0, 997)]
    require_coverage("".join(rare), field="name")
    assert any(not covered(character, VALUES[:2]) for character in rare)


def test_the_folders_are_those_of_the_typefaces_that_are_there() -> None:
    assert folders()[0] == FOLDER
    assert len(folders()) == (2 if Typeface.RARE.is_there else 1)
    assert tuple(face for face in (Typeface.KAI, Typeface.SERIF_BOLD, Typeface.RARE) if face.is_there) == VALUES


def test_what_was_drawn_once_is_refused_where_it_may_not_stand() -> None:
    require_coverage("ᠠ\u180b", field="name", faces=VERTICAL)
    with pytest.raises(CharacterNotCovered):
        require_coverage("\u180b", field="name", faces=VERTICAL)
    with pytest.raises(CharacterNotCovered):
        require_coverage("ᠠ", field="name")

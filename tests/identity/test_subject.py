"""Subjects: unified identifiers, names of persons, masking, what a state permits."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.citizen_number import CitizenNumber
from identity.documents import IdentityDocument
from identity.errors import PersonNameMalformed, SubjectNotActive
from identity.lifecycle import PERMITS, SubjectState, SubjectUse
from identity.subject import (
    RANDOM_ALPHABET,
    Person,
    PersonName,
    SubjectId,
    SubjectKind,
    is_unified_identifier,
    mask_organisation,
    new_unified_identifier,
)
from trust.check_character import mod_37_36
from trust.typefaces import VALUES as FACES
from trust.typefaces import CharacterNotCovered, PrivateUseCharacter, covered, glyph, require_coverage

bodies = st.text(st.sampled_from(RANDOM_ALPHABET), min_size=16, max_size=16)


# --- unified identifiers


@pytest.mark.parametrize("kind", SubjectKind)
def test_a_fresh_identifier_is_one(kind: SubjectKind) -> None:
    made = new_unified_identifier(kind)
    assert is_unified_identifier(made)
    assert (kind.value, 18) == (made[0], len(made))
    assert made != new_unified_identifier(kind)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:0],
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: "Q" + text[1:-1] + mod_37_36("Q" + text[1:-1]),
        lambda text: text.lower(),
        lambda text: text[:5] + "I" + text[6:-1] + mod_37_36(text[:5] + "I" + text[6:-1]),
        lambda text: text[:5] + "-" + text[6:],
        lambda text: text[:5] + "\uff11" + text[6:],
    ],
)
def test_what_is_none_is_refused(change: object) -> None:
    assert callable(change)
    assert not is_unified_identifier(change(new_unified_identifier(SubjectKind.PERSON)))


@given(bodies, st.integers(1, 17), st.sampled_from(RANDOM_ALPHABET))
def test_every_mistyped_character_is_caught(body: str, place: int, typed: str) -> None:
    text = f"P{body}" + mod_37_36(f"P{body}")
    changed = text[:place] + typed + text[place + 1 :]
    assert is_unified_identifier(changed) is (changed == text)


def test_swaps_of_neighbours_are_caught_but_for_few() -> None:
    # MOD 37,36 promises every single mistake, and nearly every swap.
    text = "P7K2M9Q4R8T1W3X5Y6"[:-1]
    text += mod_37_36(text)
    for place in range(1, 17):
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        assert not is_unified_identifier(swapped)


# --- names of persons


@pytest.mark.parametrize("name", ["王小明", "王𠮷㛃", "阿不都·热依木", "Müller Anna", "欧阳　慕云", "李", "一" * 100])
def test_a_name_is_a_name(name: str) -> None:
    assert name == PersonName(name).value


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " 王小明",
        "王小明\n",
        "王小明\u3000",
        "一" * 101,
        "王\n小明",
        "王\x00小明",
        "王\u200b小明",
        "王\u200d小明",
        "王\u202e小明",
        "王\u2066小明",
        "王\ufeff小明",
        "王\u00ad小明",
        "王\ud800明",
        "王\U000e0001明",
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(PersonNameMalformed):
        PersonName(name)


@pytest.mark.parametrize(
    "character",
    [
        "\u00a0",
        "\u2003",
        "\u2028",
        "\u034f",  # combining grapheme joiner
        "\u115f",  # hangul fillers are letters to Unicode, and leave no ink
        "\u1160",
        "\u3164",
        "\uffa0",
        "\u17b4",
        "\u2800",  # the braille pattern without a dot
        "\ufe0f",
        "\U000e0100",
        "😀",
        "\U0003134a",
    ],
)
def test_what_cannot_be_seen_or_drawn_is_refused(character: str) -> None:
    with pytest.raises(CharacterNotCovered) as refused:
        PersonName(f"王{character}明")
    expected = {"field": "name", "character": character, "code_point": f"U+{ord(character):04X}"}
    assert expected == refused.value.details


def test_a_private_character_is_refused_with_what_it_stands_for() -> None:
    with pytest.raises(PrivateUseCharacter) as refused:
        PersonName("王\ue863明")
    assert refused.value.details == {"field": "name", "code_point": "U+E863", "instead": "䶮 U+4DAE"}


@given(st.characters(exclude_categories=["Cs"]))
def test_every_character_of_a_name_leaves_ink(character: str) -> None:
    try:
        PersonName(f"王{character}明")
    except (PersonNameMalformed, CharacterNotCovered, PrivateUseCharacter):
        return
    face = next(face for face in FACES if covered(character, (face,)))
    assert character in " \u3000" or glyph(character, face).outline
    assert unicodedata.category(character)[0] != "C"


def test_a_name_shows_itself_masked() -> None:
    assert tuple(PersonName(name).masked for name in ("王明", "王小明", "阿不都·热依木")) == ("*明", "**明", "******木")
    assert "PersonName(**明)" == repr(PersonName("王小明")) == str(PersonName("王小明"))


def test_a_name_of_one_character_is_masked_too() -> None:
    assert "李" not in PersonName("李").masked


# --- names of organisations


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("甲", "甲*"),
        ("甲乙", "甲*"),
        ("甲乙丙丁", "甲*"),
        ("甲乙丙丁戊", "甲乙*丁戊"),
        ("甲乙丙丁戊己庚辛", "甲乙****庚辛"),
        ("甲乙丙丁戊己庚辛壬", "甲乙丙丁*己庚辛壬"),
        ("云州星河数字科技有限公司", "云州星河****有限公司"),
    ],
)
def test_an_organisation_is_shown_in_part(name: str, shown: str) -> None:
    assert shown == mask_organisation(name)


@given(st.text(min_size=2, max_size=40))
def test_an_organisation_is_never_shown_whole(name: str) -> None:
    assert "*" in mask_organisation(name)
    assert len(mask_organisation(name).replace("*", "")) < len(name) or "*" in name


# --- what a state permits


@pytest.mark.parametrize("state", SubjectState)
@pytest.mark.parametrize("use", SubjectUse)
def test_a_state_permits_what_the_table_says(state: SubjectState, use: SubjectUse) -> None:
    person = Person(
        id=SubjectId("P0"),
        state=state,
        last_actor="somebody",
        registered_at=datetime(2026, 1, 1, tzinfo=UTC),
        assurance=None,
        name=PersonName("王小明"),
        document=IdentityDocument.of_citizen(CitizenNumber("11010519491231002X")),
    )
    if use in PERMITS[state]:
        person.require(use)
        return
    with pytest.raises(SubjectNotActive) as refused:
        person.require(use)
    assert {"subject": "P0", "state": state.value} == refused.value.details


def test_coverage_is_asked_for_by_field() -> None:
    with pytest.raises(CharacterNotCovered) as refused:
        require_coverage("甲\u200b", field="row")
    assert refused.value.details["field"] == "row"

"""What a proofing is worth: every row of the table, one thing less of it, and how long it lasts."""

from datetime import timedelta
from itertools import combinations

import pytest

from identity.levels import Level
from identity.proofing.errors import ProofingInsufficient
from identity.proofing.proofing import Method, Source
from identity.proofing.rules import (
    COUNTER_SOURCES,
    RULES,
    Lifetimes,
    level_of,
    read_lifetimes,
    require_level_of,
)
from identity.subject import SubjectKind

PERSON, ORGANISATION = SubjectKind.PERSON, SubjectKind.ORGANISATION
NAME, PHONE, BANK = Source.NAME_AND_NUMBER, Source.PHONE, Source.BANK
SEEN, CHIP = Source.DOCUMENT_SEEN, Source.DOCUMENT_CHIP
LIVE, FACE = Source.FACE_LIVE, Source.FACE_IN_PERSON
MATCHED, REGISTRATION, PRESENT = Source.REGISTER_MATCHED, Source.REGISTRATION_SEEN, Source.REPRESENTATIVE_PRESENT


@pytest.mark.parametrize(
    ("kind", "method", "sources", "level"),
    [
        # L3: in person with a document, or chip and live face
        (PERSON, Method.COUNTER, {SEEN, FACE}, Level.HIGH),
        (PERSON, Method.COUNTER, {CHIP, FACE}, Level.HIGH),
        (PERSON, Method.CEREMONY, {SEEN, FACE}, Level.HIGH),
        (PERSON, Method.REMOTE, {CHIP, LIVE}, Level.HIGH),
        (PERSON, Method.REMOTE, {CHIP, LIVE, NAME, PHONE}, Level.HIGH),
        # L2: three sources, a document among them
        (PERSON, Method.REMOTE, {NAME, PHONE, SEEN}, Level.SUBSTANTIAL),
        (PERSON, Method.REMOTE, {NAME, BANK, CHIP}, Level.SUBSTANTIAL),
        (PERSON, Method.REMOTE, {NAME, LIVE, SEEN}, Level.SUBSTANTIAL),
        (PERSON, Method.COUNTER, {NAME, PHONE, SEEN}, Level.SUBSTANTIAL),
        # L1: name, number and telephone
        (PERSON, Method.MATCH, {NAME, PHONE}, Level.BASIC),
        (PERSON, Method.MATCH, {NAME, PHONE, BANK}, Level.BASIC),
        (PERSON, Method.REMOTE, {NAME, PHONE}, Level.BASIC),
        (PERSON, Method.COUNTER, {NAME, PHONE}, Level.BASIC),
        # nothing
        (PERSON, Method.COUNTER, {FACE}, Level.NONE),
        (PERSON, Method.COUNTER, {SEEN}, Level.NONE),
        (PERSON, Method.REMOTE, {SEEN, LIVE}, Level.NONE),
        (PERSON, Method.REMOTE, {NAME, PHONE, BANK, LIVE}, Level.BASIC),
        (PERSON, Method.REMOTE, {SEEN, FACE}, Level.NONE),
        (PERSON, Method.MATCH, {CHIP, LIVE, BANK}, Level.NONE),
        (PERSON, Method.MATCH, {NAME, BANK}, Level.NONE),
        (PERSON, Method.MATCH, {PHONE}, Level.NONE),
        (PERSON, Method.PLATFORM, set(Source), Level.NONE),
        (PERSON, Method.COUNTER, {REGISTRATION, PRESENT}, Level.NONE),
        # organisations
        (ORGANISATION, Method.COUNTER, {REGISTRATION, PRESENT}, Level.HIGH),
        (ORGANISATION, Method.COUNTER, {REGISTRATION, MATCHED}, Level.SUBSTANTIAL),
        (ORGANISATION, Method.MATCH, {MATCHED}, Level.BASIC),
        (ORGANISATION, Method.COUNTER, {REGISTRATION}, Level.NONE),
        (ORGANISATION, Method.COUNTER, {SEEN, FACE}, Level.NONE),
        (ORGANISATION, Method.MATCH, {REGISTRATION, PRESENT}, Level.NONE),
        (ORGANISATION, Method.REMOTE, {MATCHED}, Level.NONE),
    ],
)
def test_a_level_takes_what_the_table_says(
    kind: SubjectKind, method: Method, sources: set[Source], level: Level
) -> None:
    assert level_of(kind, method, sources) is level


def test_every_row_is_reached_and_each_thing_it_names_is_needed() -> None:
    for rule in RULES:
        for method in Method:
            one = min(rule.one_of) if rule.one_of else None
            least = {*rule.all_of, *([one] if one else [])}
            for further in sorted(set(Source) - least - rule.one_of):
                if len(least) < rule.at_least:
                    least.add(further)
            assert rule.holds(rule.kind, method, least) is (method in rule.methods)
            for missing in rule.all_of | ({one} if one else set()):
                assert not rule.holds(rule.kind, method, least - {missing})


def test_more_sources_never_prove_less() -> None:
    for kind in SubjectKind:
        for method in Method:
            for pair in combinations(sorted(Source), 2):
                for further in sorted(Source):
                    assert level_of(kind, method, {*pair, further}) >= level_of(kind, method, pair)


def test_what_an_officer_sees_at_registration_is_worth_the_most() -> None:
    for kind in SubjectKind:
        assert level_of(kind, Method.COUNTER, COUNTER_SOURCES[kind]) is Level.HIGH


def test_what_reaches_no_level_is_refused() -> None:
    with pytest.raises(ProofingInsufficient):
        require_level_of(PERSON, Method.COUNTER, {FACE})
    assert require_level_of(PERSON, Method.COUNTER, {FACE, CHIP}) is Level.HIGH


def test_lifetimes_are_read() -> None:
    usual = Lifetimes()
    assert [usual.of(level).days for level in (Level.BASIC, Level.SUBSTANTIAL, Level.HIGH)] == [730, 1095, 1825]
    assert read_lifetimes("") == usual
    read = read_lifetimes("1=30,3=365")
    assert (read.of(Level.BASIC), read.of(Level.HIGH)) == (timedelta(days=30), timedelta(days=365))
    assert read.of(Level.SUBSTANTIAL) == usual.of(Level.SUBSTANTIAL)


@pytest.mark.parametrize("text", ["0=30", "4=30", "1", "1=", "1=0", "1=-3", "1=3.5", "1=30,1=40", "1=30,", "1=100000"])
def test_lifetimes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"level once|each level once"):
        read_lifetimes(text)

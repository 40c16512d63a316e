"""What another platform says of a person: kept once, replaced by what it says next, and taken back."""

from datetime import timedelta

import pytest

from identity import recording
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.levels import Level
from identity.lifecycle import SubjectState
from identity.proofing import repository as proofings
from identity.proofing.errors import OfficersMissing
from identity.proofing.proofing import Method, ProofingState, Source, by_officers
from identity.subject import Person
from tests.fakes.clock import NOW
from tests.identity.builders import Office
from trust.events import AuditEvent


def say(office: Office, person: str, level: Level, *, platform: str = "upper") -> None:
    """Let a platform say something of a person."""
    with office.store.transaction() as tx:
        recording.record_platform(
            office.repository, tx, person, platform=platform, level=level, lasts=office.identity.lifetimes
        )


def levels(office: Office, person: str) -> list[tuple[str, int, ProofingState]]:
    """Return what platforms have said, in the order of their names and levels."""
    with office.store.reading() as view:
        found = [one for one in proofings.of_subject(view, person) if one.method is Method.PLATFORM]
    return sorted((one.source, one.level.value, one.state) for one in found)


@pytest.fixture
def person(office: Office) -> Person:
    """Return a person whom nobody has proven."""
    return office.register()


def test_what_a_platform_says_proves(office: Office, person: Person) -> None:
    say(office, person.id, Level.SUBSTANTIAL)
    found = office.identity.find(person.id)
    assert found.state is SubjectState.ACTIVE
    assert found.assurance is not None
    assert (found.assurance.level, found.assurance.source, found.assurance.by) == (2, "platform:upper", "upper")
    assert found.assurance.expires_at == NOW + office.identity.lifetimes.of(Level.SUBSTANTIAL)
    event = office.events()[-1]
    assert (event.tag, event.actor, event.facts["method"]) == ("identity:prove:done", "upper", "platform:upper")


def test_the_same_word_is_kept_once_until_half_its_time(office: Office, person: Person) -> None:
    say(office, person.id, Level.BASIC)
    half = office.identity.lifetimes.of(Level.BASIC) / 2
    for _ in range(2):
        office.clock.advance(half / 2)
        say(office, person.id, Level.BASIC)
    assert len(levels(office, person.id)) == 1
    office.clock.advance(timedelta(seconds=1))
    say(office, person.id, Level.BASIC)
    in_force, withdrawn = ProofingState.IN_FORCE, ProofingState.WITHDRAWN
    assert levels(office, person.id) == [("platform:upper", 1, in_force), ("platform:upper", 1, withdrawn)]


def test_a_lower_word_replaces_the_higher_one(office: Office, person: Person) -> None:
    say(office, person.id, Level.HIGH)
    say(office, person.id, Level.BASIC)
    assert office.identity.find(person.id).assurance is not None
    assert levels(office, person.id) == [
        ("platform:upper", 1, ProofingState.IN_FORCE),
        ("platform:upper", 3, ProofingState.WITHDRAWN),
    ]


def test_a_platform_takes_back_its_own_word_alone(office: Office, person: Person) -> None:
    say(office, person.id, Level.HIGH)
    say(office, person.id, Level.BASIC, platform="beside")
    say(office, person.id, Level.NONE)
    assert levels(office, person.id) == [
        ("platform:beside", 1, ProofingState.IN_FORCE),
        ("platform:upper", 3, ProofingState.WITHDRAWN),
    ]
    assert office.events()[-1].tag == "identity:prove:withdrawn"
    before = len(office.events())
    say(office, person.id, Level.NONE)
    assert len(office.events()) == before


def test_a_counter_is_not_lowered_by_a_platform(office: Office) -> None:
    person = office.person()
    say(office, person.id, Level.BASIC)
    found = office.identity.find(person.id).assurance
    assert found is not None
    assert (found.level, found.source) == (3, "counter")


def test_there_must_be_such_a_person(office: Office) -> None:
    with pytest.raises(SubjectUnknown):
        say(office, "P7K2M9Q4R8T1W3X5Y6", Level.BASIC)


def test_who_is_gone_is_not_proven(office: Office, person: Person) -> None:
    with office.store.transaction() as tx:
        office.repository.move_subject(tx, person, SubjectState.CLOSED, actor="test")
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=person.id))
    with pytest.raises(SubjectNotActive):
        say(office, person.id, Level.BASIC)


def test_nobody_proves_himself(office: Office, person: Person) -> None:
    made = by_officers(
        person.id,
        sources=frozenset({Source.DOCUMENT_SEEN, Source.FACE_IN_PERSON}),
        level=Level.HIGH,
        officers=("first", person.id),
        at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    with pytest.raises(OfficersMissing), office.store.transaction() as tx:
        recording.record(office.repository, tx, person, made, by="first")

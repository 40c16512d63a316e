"""Documents are added and end by two officers; nobody has the document of somebody else."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from identity.documents import DocumentKind, ShownDocument
from identity.errors import CitizenNumberMalformed, DocumentMalformed, SubjectExists, SubjectUnknown
from identity.service import RegisterPerson
from identity.subject import Person, SubjectKind
from identity.subjects.changes import ChangeKind
from identity.subjects.errors import DocumentInUse, DocumentUnknown, NothingChanges
from identity.subjects.papers import ADD_DOCUMENT, END_DOCUMENT, added_content, ended_content
from tests.identity.builders import FIRST, SECOND, person_number
from tests.identity.subjects.builders import GROUND, TODAY, Registry

PASSPORT: Final = ShownDocument(
    kind=DocumentKind.PASSPORT, number="E12345678", country="CHN", valid_until=TODAY + timedelta(days=400)
)
PERMIT: Final = ShownDocument(kind=DocumentKind.TRAVEL_PERMIT_HONG_KONG_MACAO, number="H10000011")


def add(registry: Registry, person: Person, shown: ShownDocument = PASSPORT, *, known_by: str = "no") -> str:
    registry.change(ADD_DOCUMENT, person.id, added_content(shown, GROUND, becomes_known_by=known_by == "yes"))
    return documents(registry, person)[-1]


def documents(registry: Registry, person: Person) -> list[str]:
    with registry.office.store.reading() as view:
        return [one.id for one in registry.office.repository.documents.of(view, person.id)]


def found_by(registry: Registry, code: str) -> Person | None:
    with registry.office.store.reading() as view:
        return registry.office.identity.person_of_code(view, code)


def test_a_person_is_registered_by_any_document(registry: Registry) -> None:
    identity = registry.office.identity
    for shown in (PASSPORT, PERMIT, ShownDocument(kind=DocumentKind.TRAVEL_PERMIT_TAIWAN, number="12345678")):
        person = identity.register_person(FIRST, RegisterPerson(name="陈大文", shown=shown))
        assert person == identity.find(person.id)
        assert (person.code, person.citizen_number) == (shown.number, None)
        assert shown.number not in f"{person!r} {person.masked_code}"
        with pytest.raises(SubjectExists) as refused:
            identity.register_person(SECOND, RegisterPerson(name="陈文", shown=shown))
        assert refused.value.details == {"subject": person.id}


def test_what_is_wrong_with_a_document_is_told_at_registration(registry: Registry) -> None:
    for shown, error in (
        (replace(PASSPORT, country=""), DocumentMalformed),
        (replace(PASSPORT, valid_until=TODAY - timedelta(days=1)), DocumentMalformed),
        (ShownDocument(kind=DocumentKind.RESIDENT_IDENTITY_CARD, number="1"), CitizenNumberMalformed),
    ):
        with pytest.raises(error):
            registry.office.identity.register_person(FIRST, RegisterPerson(name="陈大文", shown=shown))


def test_a_person_is_found_by_every_document(registry: Registry) -> None:
    person = registry.office.person()
    add(registry, person, PERMIT)
    add(registry, person)
    assert person == registry.person(person.id)
    for code in (person.code, "H10000011", " h1000001102 "):
        assert person == found_by(registry, code)
    assert found_by(registry, "H10000012") is None
    with pytest.raises(CitizenNumberMalformed):
        found_by(registry, "E12345678")  # a passport is nothing without its country
    with pytest.raises(SubjectExists):
        registry.office.identity.register_person(FIRST, RegisterPerson(name="别人", shown=PASSPORT))


def test_a_licence_can_be_held_by_whoever_has_the_document(registry: Registry) -> None:
    shown = RegisterPerson(name="陈大文", shown=PERMIT)
    identity = registry.office.identity
    person = identity.prove(SECOND, identity.register_person(FIRST, shown).id)
    with registry.office.store.reading() as view:
        assert person == identity.require_holder(view, SubjectKind.PERSON, "H10000011")
        assert identity.subjects_of_code(view, "H10000011") == (person.id,)
        assert identity.subjects_of_code(view, "H10000019") == ()
        assert identity.subjects_of_code(view, "nothing") == ()


def test_a_person_may_be_known_by_another_document_from_now_on(registry: Registry) -> None:
    person = registry.office.person()
    before = person.code
    add(registry, person, PERMIT, known_by="yes")
    now = registry.person(person.id)
    assert (now.code, now.name, now.assurance) == ("H10000011", person.name, person.assurance)
    for code in (before, "H10000011"):
        assert now == found_by(registry, code)


def test_one_document_is_one_persons(registry: Registry) -> None:
    one, other = registry.office.person(), registry.office.person()
    add(registry, one)
    for person in (one, other):
        with pytest.raises(DocumentInUse) as refused:
            registry.propose(ADD_DOCUMENT, person.id, added_content(PASSPORT, GROUND, becomes_known_by=False))
        assert refused.value.details == {"fault": "registered"}
    card = ShownDocument(kind=DocumentKind.RESIDENT_IDENTITY_CARD, number=other.code)
    with pytest.raises(DocumentInUse):
        registry.propose(ADD_DOCUMENT, one.id, added_content(card, GROUND, becomes_known_by=False))


def test_who_was_faster_has_the_document(registry: Registry) -> None:
    one, other = registry.office.person(), registry.office.person()
    content = added_content(PASSPORT, GROUND, becomes_known_by=False)
    first, second = (registry.propose(ADD_DOCUMENT, person.id, content) for person in (one, other))
    registry.approve(second)
    with pytest.raises(DocumentInUse):
        registry.approve(first)
    assert len(documents(registry, one)) == 1


def test_a_document_ends_and_still_leads_to_the_person(registry: Registry) -> None:
    person = registry.office.person()
    name = add(registry, person, PERMIT)
    registry.change(END_DOCUMENT, person.id, ended_content(name, GROUND))
    with registry.office.store.reading() as view:
        kept = registry.office.repository.documents.get(view, name)
    assert kept is not None
    assert (kept.person, kept.ended_at) == (person.id, registry.office.clock.now())
    assert found_by(registry, PERMIT.number) == person
    with pytest.raises(NothingChanges):
        registry.propose(END_DOCUMENT, person.id, ended_content(name, GROUND))
    kinds = [(one.kind, one.details["document"]) for one in registry.history.changes(person.id)]
    assert kinds == [(ChangeKind.DOCUMENT_ADD, name), (ChangeKind.DOCUMENT_END, name)]


def test_the_document_by_which_somebody_is_known_does_not_end(registry: Registry) -> None:
    person, other = registry.office.person(), registry.office.person()
    (name,) = documents(registry, person)
    with pytest.raises(DocumentInUse) as refused:
        registry.propose(END_DOCUMENT, person.id, ended_content(name, GROUND))
    assert refused.value.details == {"fault": "known_by"}
    for wrong in (name, "doc_nothing"):
        with pytest.raises(DocumentUnknown):
            registry.propose(END_DOCUMENT, other.id, ended_content(wrong, GROUND))
    add(registry, person, PERMIT, known_by="yes")
    registry.change(END_DOCUMENT, person.id, ended_content(name, GROUND))


def test_organisations_have_no_documents(registry: Registry) -> None:
    organisation, content = registry.office.organisation(), added_content(PASSPORT, GROUND, becomes_known_by=False)
    with pytest.raises(SubjectUnknown):
        registry.propose(ADD_DOCUMENT, organisation.id, content)


@pytest.mark.parametrize("number", ["E12345678", "E", ""])
def test_a_proposal_is_shown_without_the_number(registry: Registry, number: str) -> None:
    person = registry.office.person()
    proposal = registry.propose(ADD_DOCUMENT, person.id, added_content(PASSPORT, GROUND, becomes_known_by=False))
    shown = registry.four_eyes.shown(replace(proposal, content={**proposal.content, "number": number}))
    assert shown["number"] == {"E12345678": "E******78", "E": "EE", "": ""}[number]
    assert shown["document_kind"] == "passport"


def test_documents_are_the_same_on_postgresql(postgres_registry: Registry) -> None:
    person = postgres_registry.office.person()
    name = add(postgres_registry, person, PERMIT, known_by="yes")
    assert documents(postgres_registry, person)[-1] == name
    assert postgres_registry.person(person.id).code == found_by(postgres_registry, person_number(3)).code  # type: ignore[union-attr] # she is there


def test_two_documents_of_two_people_name_nobody(registry: Registry) -> None:
    one, other = registry.office.person(), registry.office.person()
    with registry.office.store.reading() as view:
        lookups = [("citizen number", one.code), ("citizen number", other.code)]
        assert registry.office.repository.person_by_document(view, lookups) is None
        assert registry.office.repository.person_by_document(view, lookups[:1]) == one

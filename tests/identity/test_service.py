"""Registering, proving, freezing: each by the person whose turn it is, and a frozen subject stops at once."""

from datetime import date

import pytest
from typing_extensions import override

from identity.citizen_number import CitizenNumber
from identity.errors import (
    CitizenNumberMalformed,
    CreditCodeMalformed,
    PersonNameMalformed,
    SubjectExists,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.levels import Level
from identity.lifecycle import SubjectState, SubjectUse
from identity.proofing.rules import Lifetimes
from identity.repository import IdentityRepository
from identity.service import IdentityService, RegisterOrganisation, RegisterPerson
from identity.subject import Assurance, Organisation, Person, SubjectKind, is_unified_identifier
from keys.wrapping import EnvelopeProtection, RootKey
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, SECOND, SECRET, Office, organisation_code, person_number
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.protection import ProtectionUnavailable
from trust.reasons import ReasonMissing
from trust.store import LostRace, Store, Transaction
from trust.typefaces import CharacterNotCovered


def test_a_person_is_registered(office: Office) -> None:
    person = office.register()
    assert is_unified_identifier(person.id)
    assert person.id[0] == "P"
    assert (SubjectState.REGISTERED, FIRST.id, NOW, None) == (
        person.state,
        person.last_actor,
        person.registered_at,
        person.assurance,
    )
    assert person == office.identity.find(person.id)
    assert office.tags(person.id) == ["identity:register_person:done"]


def test_spaces_around_a_name_are_taken_off(office: Office) -> None:
    person = office.register(" 王小明　")
    assert person.name.value == "王小明"


def test_a_person_is_registered_once(office: Office) -> None:
    number = person_number(1)
    known = office.identity.register_person(FIRST, RegisterPerson(name="王小明", citizen_number=number))
    for again in (number, number.lower(), f" {number} "):
        with pytest.raises(SubjectExists) as refused:
            office.identity.register_person(SECOND, RegisterPerson(name="王大明", citizen_number=again))
        assert {"subject": known.id} == refused.value.details


@pytest.mark.parametrize(
    ("name", "number", "error"),
    [
        ("", person_number(1), PersonNameMalformed),
        (" ", person_number(1), PersonNameMalformed),
        ("王\n明", person_number(1), PersonNameMalformed),
        ("一" * 101, person_number(1), PersonNameMalformed),
        ("王😀明", person_number(1), CharacterNotCovered),
        ("王小明", "110105194912310021", CitizenNumberMalformed),
        ("王小明", person_number(1, born=date(2026, 11, 23)), CitizenNumberMalformed),
    ],
)
def test_what_is_wrong_with_a_person_is_told(office: Office, name: str, number: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        office.identity.register_person(FIRST, RegisterPerson(name=name, citizen_number=number))
    assert office.events() == []


def test_an_organisation_is_registered(office: Office) -> None:
    head = office.person()
    command = RegisterOrganisation(
        name=" 云州市市场监督管理局 ", credit_code=organisation_code(1), legal_representative=head.id
    )
    found = office.identity.register_organisation(FIRST, command)
    assert ("O", "云州市市场监督管理局", head.id) == (found.id[0], found.name, found.legal_representative)
    assert found == office.identity.find(found.id)
    with pytest.raises(SubjectExists) as refused:
        office.identity.register_organisation(SECOND, command)
    assert {"subject": found.id} == refused.value.details


@pytest.mark.parametrize(
    ("name", "code", "head", "error"),
    [
        ("", organisation_code(1), None, PersonNameMalformed),
        ("一" * 101, organisation_code(1), None, PersonNameMalformed),
        ("云州\u200b局", organisation_code(1), None, CharacterNotCovered),
        ("云州局", "12100000000018032B", None, CreditCodeMalformed),
        ("云州局", organisation_code(1).lower(), None, CreditCodeMalformed),
        ("云州局", organisation_code(1), "P7K2M9Q4R8T1W3X5Y6", SubjectUnknown),
    ],
)
def test_what_is_wrong_with_an_organisation_is_told(
    office: Office, name: str, code: str, head: str | None, error: type[Exception]
) -> None:
    command = RegisterOrganisation(name=name, credit_code=code, legal_representative=head)
    with pytest.raises(error):
        office.identity.register_organisation(FIRST, command)
    assert office.events() == []


def test_another_registrar_proves(office: Office) -> None:
    person = office.register()
    with pytest.raises(FourEyesRequired):
        office.identity.prove(FIRST, person.id)
    proven = office.identity.prove(SECOND, person.id)
    assert SubjectState.ACTIVE is proven.state
    expected = Assurance(level=3, source="counter", by=SECOND.id, at=NOW, expires_at=NOW + Lifetimes().of(Level.HIGH))
    assert expected == proven.assurance
    with pytest.raises(EventNotPossible):
        office.identity.prove(FIRST, person.id)


def test_freezing_is_done_alone_and_lifted_by_another(office: Office) -> None:
    person = office.person()
    frozen = office.identity.freeze(SECOND, person.id, reason="举报核实中")  # who proved may also freeze
    assert SubjectState.FROZEN is frozen.state
    assert person.assurance == frozen.assurance
    with pytest.raises(FourEyesRequired):
        office.identity.unfreeze(SECOND, person.id, reason="核实无误")
    assert SubjectState.ACTIVE is office.identity.unfreeze(FIRST, person.id, reason="核实无误").state
    last = office.events()[-1]
    assert ("identity:unfreeze:done", FIRST.id, person.id) == (last.tag, last.actor, last.subject)
    assert last.facts == {"state": "active", "reason": "核实无误"}


@pytest.mark.parametrize("reason", ["", " ", " x ", "\n\t", "x" * 501])
def test_freezing_and_unfreezing_need_a_reason(office: Office, reason: str) -> None:
    person = office.person()
    with pytest.raises(ReasonMissing):
        office.identity.freeze(FIRST, person.id, reason=reason)
    office.identity.freeze(FIRST, person.id, reason=" 举报核实中 ")
    assert office.events()[-1].facts == {"state": "frozen", "reason": "举报核实中"}
    with pytest.raises(ReasonMissing):
        office.identity.unfreeze(SECOND, person.id, reason=reason)


def test_who_is_not_proven_is_not_frozen(office: Office) -> None:
    with pytest.raises(EventNotPossible):
        office.identity.freeze(SECOND, office.register().id, reason="举报核实中")


@pytest.mark.parametrize("name", ["", "P7K2M9Q4R8T1W3X5Y6", "O7K2M9Q4R8T1W3X5Y6", "nobody' OR 1=1"])
def test_nobody_is_not_found(office: Office, name: str) -> None:
    with pytest.raises(SubjectUnknown):
        office.identity.find(name)
    with pytest.raises(SubjectUnknown):
        office.identity.prove(SECOND, name)


def test_a_person_is_no_organisation(office: Office) -> None:
    person, organisation = office.person(), office.organisation()
    with office.store.reading() as view:
        with pytest.raises(SubjectUnknown):
            office.identity.require_person(view, organisation.id)
        with pytest.raises(SubjectUnknown):
            office.identity.require_organisation(view, person.id)


def test_an_organisation_that_is_frozen_does_nothing(office: Office) -> None:
    organisation = office.organisation()
    office.identity.freeze(FIRST, organisation.id, reason="撤销登记")
    with office.store.reading() as view:
        assert organisation.id == office.identity.require_organisation(view, organisation.id).id
        assert organisation.id == office.identity.require_organisation(view, organisation.id, use=SubjectUse.HOLD).id
        with pytest.raises(SubjectNotActive) as refused:
            office.identity.require_organisation(view, organisation.id, use=SubjectUse.ACT)
    assert {"subject": organisation.id, "state": "frozen"} == refused.value.details


def test_holders_are_found_by_their_code(office: Office) -> None:
    person, organisation = office.person(), office.organisation()
    with office.store.reading() as view:
        require = office.identity.require_holder
        assert person == require(view, SubjectKind.PERSON, person.code.lower())
        assert organisation == require(view, SubjectKind.ORGANISATION, organisation.credit_code.value)
        with pytest.raises(CreditCodeMalformed):
            require(view, SubjectKind.ORGANISATION, person.code)
        with pytest.raises(CitizenNumberMalformed):
            require(view, SubjectKind.PERSON, organisation.credit_code.value)
        with pytest.raises(SubjectUnknown):
            require(view, SubjectKind.PERSON, person_number(999))


def test_who_is_registered_and_not_proven_holds_nothing(office: Office) -> None:
    person = office.register()
    with office.store.reading() as view, pytest.raises(SubjectNotActive):
        office.identity.require_holder(view, SubjectKind.PERSON, person.code)


def test_a_record_that_was_moved_to_another_person_is_not_read(office: Office) -> None:
    # The enciphered data is bound to the identifier: who can write the database cannot lend one person another's name.
    first, second = office.person("王小明"), office.person("李大山")
    with office.store.writer.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE person SET protected = (SELECT protected FROM person WHERE id = ?) WHERE id = ?",
            (first.id, second.id),
        )
    assert first == office.identity.find(first.id)
    with pytest.raises(ProtectionUnavailable):
        office.identity.find(second.id)


class Hurried(IdentityRepository):
    """A repository beside which somebody else freezes the subject just before it is moved."""

    def __init__(self, office: Office, other: Store) -> None:
        super().__init__(office.repository.protection)
        self.other = IdentityService(other, office.repository)

    @override
    def move_subject(
        self,
        tx: Transaction,
        subject: Person | Organisation,
        state: SubjectState,
        *,
        actor: str,
    ) -> None:
        self.other.freeze(FIRST, subject.id, reason="举报核实中")
        super().move_subject(tx, subject, state, actor=actor)


def test_of_two_at_the_same_time_one_is_told_so(postgres_office: Office) -> None:
    office = postgres_office
    person = office.person()
    url = office.store.writer.url.render_as_string(hide_password=False)
    other = Store(url, clock=office.clock, journal=office.store.journal)
    try:
        hurried = IdentityService(office.store, Hurried(office, other))
        with pytest.raises(LostRace):
            hurried.freeze(SECOND, person.id, reason="另案冻结")
    finally:
        other.close()
    assert SubjectState.FROZEN is office.identity.find(person.id).state
    assert office.tags(person.id) == ["identity:register_person:done", "identity:prove:done", "identity:freeze:done"]


def test_the_life_of_a_subject_is_the_same_on_postgresql(postgres_office: Office) -> None:
    office = postgres_office
    person = office.person()
    assert person == office.identity.find(person.id)
    with pytest.raises(SubjectExists):
        office.identity.register_person(FIRST, RegisterPerson(name="王小明", citizen_number=person.code))
    office.identity.freeze(SECOND, person.id, reason="举报核实中")
    assert SubjectState.ACTIVE is office.identity.unfreeze(FIRST, person.id, reason="核实无误").state


@pytest.mark.parametrize("name", ["\x00", "P\x00"])
def test_a_zero_character_is_nobody_on_postgresql(postgres_office: Office, name: str) -> None:
    with pytest.raises(SubjectUnknown):
        postgres_office.identity.find(name)


def test_another_root_key_reads_nothing(office: Office) -> None:
    person = office.person()
    assert isinstance(person.citizen_number, CitizenNumber)
    stranger = IdentityService(office.store, IdentityRepository(EnvelopeProtection.derived(RootKey(SECRET[::-1]))))
    with pytest.raises(ProtectionUnavailable):
        stranger.find(person.id)

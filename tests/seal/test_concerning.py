"""Whom seals concern: owners, bearers, who might stamp; each told to those whom it concerns, persons masked."""

from datetime import timedelta
from typing import Final

import pytest

from api.demo import cast
from identity.duties import Duty, Grant
from identity.errors import DutyMissing, SubjectUnknown
from identity.service import RegisterOrganisation, RegisterPerson
from seal.errors import SealUnknown
from seal.life.concerning import Party, PartyKind
from tests.seal.houses import REASON, House, Staff, actor

REGISTRARS: Final = actor("registrar", Duty.REGISTRAR), actor("second registrar", Duty.REGISTRAR)


def person(house: House, name: str, number: int) -> str:
    """Register and prove a person."""
    found = house.identity.register_person(
        REGISTRARS[0], RegisterPerson(name=name, citizen_number=cast.person_number(number))
    )
    return house.identity.prove(REGISTRARS[1], found.id).id


def represented(house: House) -> tuple[Staff, str]:
    """Register an organisation and its legal representative."""
    head = person(house, "欧阳明", 701)
    command = RegisterOrganisation(
        name="云州市某某公司", credit_code=cast.organisation_code("91", "MB3000701"), legal_representative=head
    )
    found = house.identity.register_organisation(REGISTRARS[0], command).id
    house.identity.prove(REGISTRARS[1], found)
    return Staff(organisation=found, system=""), head


def give(house: House, holder: str, duty: Duty, staff: Staff) -> None:
    """Give somebody a duty for an organisation."""
    with house.store.transaction() as tx:
        house.appointing.add_grant(tx, holder, Grant(duty, staff.organisation), by="test")


def test_somebody_is_told_the_organisations_of_the_own_seal_duties(house: House) -> None:
    one, other = house.authority, house.fresh_staff()
    who = actor("both", Grant(Duty.SEAL_OWNER, one.organisation), Grant(Duty.SEAL_APPLICANT, other.organisation))
    names = [found.name for found in house.seals.owners(who)]
    assert names == sorted(names)
    assert {found.id for found in house.seals.owners(who)} == {one.organisation, other.organisation}
    assert [found.id for found in house.seals.owners(one.owner)] == [one.organisation]
    assert house.seals.owners(one.officer) == ()
    assert house.seals.owners(one.reviewer) == ()


def test_whose_a_seal_is_is_told_to_who_may_see_it(house: House) -> None:
    staff, head = represented(house)
    seal = house.apply(staff).id
    for who in (staff.applicant, staff.owner, staff.reviewer, staff.maker, staff.filer):
        owner = house.seals.owner_of(who, seal)
        assert (owner.organisation.id, owner.representative and owner.representative.id) == (staff.organisation, head)
    assert house.seals.owner_of(house.authority.owner, house.seal).representative is None
    for who in (house.authority.owner, staff.officer):
        with pytest.raises(DutyMissing):
            house.seals.owner_of(who, seal)
    with pytest.raises(SealUnknown):
        house.seals.owner_of(staff.reviewer, "seal_none")


def test_a_name_seal_may_show_its_representative_and_agents_and_nobody_else(house: House) -> None:
    staff, head = represented(house)
    agent, frozen = person(house, "李娜", 702), person(house, "周冻", 703)
    for duty in (Duty.SEAL_OWNER, Duty.LICENCE_OFFICER):
        give(house, agent, duty, staff)
    give(house, frozen, Duty.SEAL_APPLICANT, staff)
    give(house, person(house, "别的人", 704), Duty.SEAL_APPLICANT, house.authority)
    house.identity.freeze(REGISTRARS[0], frozen, reason="涉嫌冒用")
    expected = [
        Party(id=head, kind=PartyKind.PERSON, name="**明", is_representative=True),
        Party(id=agent, kind=PartyKind.PERSON, name="*娜", duties=(Duty.LICENCE_OFFICER, Duty.SEAL_OWNER)),
    ]
    assert list(house.seals.bearers(staff.applicant, staff.organisation)) == expected
    assert list(house.seals.bearers(staff.owner, staff.organisation)) == expected
    assert "娜" not in repr(expected)
    with pytest.raises(DutyMissing):
        house.seals.bearers(house.authority.applicant, staff.organisation)
    with pytest.raises(SubjectUnknown):
        house.seals.bearers(actor("nobody", Grant(Duty.SEAL_APPLICANT, "O0")), "O0")


def test_who_might_stamp_is_told_to_the_owner_alone(house: House) -> None:
    staff = house.authority
    agent = person(house, "李娜", 705)
    give(house, agent, Duty.LICENCE_OFFICER, staff)
    house.client(staff.organisation, approve=False)
    found = house.seals.stampers(staff.owner, house.seal)
    assert [(one.id, one.kind, one.name) for one in found if one.kind is PartyKind.SYSTEM] == [
        (staff.system, PartyKind.SYSTEM, "综合业务系统")
    ]
    assert agent in [one.id for one in found if one.kind is PartyKind.PERSON]
    assert house.seals.stampers(staff.owner, house.seal, text=" ") == found
    for who in (staff.applicant, staff.reviewer, house.fresh_staff().owner):
        with pytest.raises(DutyMissing):
            house.seals.stampers(who, house.seal)
    with pytest.raises(SealUnknown):
        house.seals.stampers(staff.owner, "seal_none")


def test_others_are_found_by_what_names_them_exactly(house: House) -> None:
    staff, stranger = house.authority, house.fresh_staff()
    system = house.client(stranger.organisation)
    code = house.identity.find(stranger.organisation).code

    def first(text: str) -> tuple[str, PartyKind]:
        found = house.seals.stampers(staff.owner, house.seal, text=text)[0]
        return found.id, found.kind

    assert first(code) == first(stranger.organisation) == (stranger.organisation, PartyKind.ORGANISATION)
    assert first(f" {system} ") == (system, PartyKind.SYSTEM)
    own = house.seals.stampers(staff.owner, house.seal)
    assert house.seals.stampers(staff.owner, house.seal, text=code[:-1]) == own
    house.identity.freeze(REGISTRARS[0], stranger.organisation, reason="涉嫌冒用")
    for text in (code, stranger.organisation, system):
        assert house.seals.stampers(staff.owner, house.seal, text=text) == own


def test_somebody_is_told_the_own_authorisations_that_are_not_over(house: House) -> None:
    staff = house.authority
    agent = staff.of(Duty.LICENCE_OFFICER, person(house, "李娜", 706))
    later = house.authorise(house.seal, agent)
    sooner = house.authorise(house.seal, agent, valid_until=house.clock.now() + timedelta(days=2))
    gone = house.authorise(house.seal, agent)
    house.authorisations.withdraw(staff.owner, house.seal, gone.id, reason=REASON)
    held = house.authorisations.held(agent)
    assert [(one.id, seal.id) for one, seal in held] == [(sooner.id, house.seal), (later.id, house.seal)]
    house.clock.advance(timedelta(days=2, seconds=1))
    assert [one.id for one, _ in house.authorisations.held(agent)] == [later.id]
    assert house.authorisations.held(staff.owner) == ()

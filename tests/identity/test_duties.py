"""Duties: three administrators exclude everything else, grants have their scope, what is held is asked anew."""

import contextlib
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from typing_extensions import override

from identity.appointing import OF_SYSTEMS
from identity.duties import ADMINISTRATORS, OF_ORGANISATION, Actor, Duty, Grant, require_compatible, require_scope
from identity.errors import (
    AccountUnknown,
    DutiesExclude,
    DutyForNoOrganisation,
    DutyMissing,
    DutyNeedsOrganisation,
    DutyOfSystems,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.repository import IdentityRepository
from tests.identity.builders import FIRST, Office
from trust.store import Reading

PAIRS = list(itertools.product(Duty, Duty))


def excludes(one: Duty, other: Duty) -> bool:
    return one is not other and bool({one, other} & ADMINISTRATORS)


def test_there_are_three_administrators() -> None:
    assert {Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR} == ADMINISTRATORS


@pytest.mark.parametrize(("held", "wanted"), PAIRS)
def test_an_administrator_is_nothing_else(held: Duty, wanted: Duty) -> None:
    if not excludes(held, wanted):
        require_compatible([held], wanted)
        return
    with pytest.raises(DutiesExclude) as refused:
        require_compatible([held], wanted)
    assert {"held": held.value, "wanted": wanted.value} == refused.value.details


def test_who_holds_nothing_may_hold_anything() -> None:
    for duty in Duty:
        require_compatible([], duty)


def test_every_pair_is_looked_at_when_a_duty_is_given(office: Office) -> None:
    organisation = office.organisation().id
    for administrator in ADMINISTRATORS:
        person = office.person()
        office.account(person)
        office.appoint(person.id, Grant(administrator))
        for duty in set(Duty) - OF_SYSTEMS - {administrator}:
            with pytest.raises(DutiesExclude):
                office.appoint(person.id, grant_of(duty, organisation))
        assert frozenset({Grant(administrator)}) == held_by(office, person.id)


def test_an_officer_does_not_become_an_administrator(office: Office) -> None:
    person = office.person()
    office.account(person)
    office.appoint(person.id, Grant(Duty.SEAL_MAKER))
    office.appoint(person.id, Grant(Duty.SEAL_FILER))
    for administrator in ADMINISTRATORS:
        with pytest.raises(DutiesExclude):
            office.appoint(person.id, Grant(administrator))


def grant_of(duty: Duty, organisation: str) -> Grant:
    return Grant(duty, organisation if duty in OF_ORGANISATION else None)


def held_by(office: Office, holder: str) -> frozenset[Grant]:
    with office.store.reading() as view:
        return office.repository.grants(view, holder)


def test_a_duty_is_given_once(office: Office) -> None:
    person = office.person()
    office.account(person)
    one, other = office.organisation().id, office.organisation().id
    grants = (Grant(Duty.SEAL_OWNER, one), Grant(Duty.SEAL_OWNER, other), Grant(Duty.SEAL_MAKER))
    for grant in grants:
        office.appoint(person.id, grant)
        office.appoint(person.id, grant)
    assert set(grants) == held_by(office, person.id)
    facts = [event.facts for event in office.events() if (event.tag, event.subject) == ("duty:grant:done", person.id)]
    assert facts == [
        {"duty": "seal_owner", "organisation": one, "until": None},
        {"duty": "seal_owner", "organisation": other, "until": None},
        {"duty": "seal_maker", "organisation": None, "until": None},
    ]


@pytest.mark.parametrize("duty", Duty)
def test_a_duty_is_for_one_organisation_or_for_all(duty: Duty) -> None:
    if duty in OF_ORGANISATION:
        require_scope(Grant(duty, "A"))
        with pytest.raises(DutyNeedsOrganisation) as lacking:
            require_scope(Grant(duty))
        assert lacking.value.details == {"duty": duty.value}
    else:
        require_scope(Grant(duty))
        with pytest.raises(DutyForNoOrganisation) as narrowed:
            require_scope(Grant(duty, "A"))
        assert narrowed.value.details == {"duty": duty.value}


def test_no_duty_is_given_for_what_it_is_not_for(office: Office) -> None:
    person, organisation = office.person(), office.organisation()
    office.account(person)
    with pytest.raises(DutyNeedsOrganisation):
        office.appoint(person.id, Grant(Duty.SEAL_OWNER))
    with pytest.raises(DutyForNoOrganisation):
        office.appoint(person.id, Grant(Duty.SEAL_REVIEWER, organisation.id))
    assert held_by(office, person.id) == frozenset()


def test_a_duty_needs_an_account(office: Office) -> None:
    with pytest.raises(AccountUnknown):
        office.appoint(office.person().id, Grant(Duty.AUDITOR))
    with pytest.raises(SubjectUnknown):
        office.appoint(office.organisation().id, Grant(Duty.AUDITOR))


@pytest.mark.parametrize("organisation", ["", "O7K2M9Q4R8T1W3X5Y6"])
def test_a_duty_is_for_an_organisation_that_there_is(office: Office, organisation: str) -> None:
    person = office.person()
    office.account(person)
    with pytest.raises(SubjectUnknown):
        office.appoint(person.id, Grant(Duty.SEAL_OWNER, organisation))
    assert frozenset() == held_by(office, person.id)


def test_nobody_is_appointed_for_a_frozen_organisation(office: Office) -> None:
    person, organisation = office.person(), office.organisation()
    office.account(person)
    office.identity.freeze(FIRST, organisation.id, reason="撤销登记")
    with pytest.raises(SubjectNotActive):
        office.appoint(person.id, Grant(Duty.SEAL_OWNER, organisation.id))


def test_the_duty_of_business_systems_is_none_of_persons(office: Office) -> None:
    person, organisation = office.person(), office.organisation()
    office.account(person)
    for scope in (organisation.id, None):
        with pytest.raises(DutyOfSystems):
            office.appoint(person.id, Grant(Duty.BUSINESS_SYSTEM, scope))


def actor(*grants: Grant) -> Actor:
    return Actor(id="somebody", grants=frozenset(grants))


@pytest.mark.parametrize(
    ("grants", "organisation", "holds"),
    [
        ((), None, False),
        ((), "A", False),
        ((Grant(Duty.SEAL_OWNER, "A"),), "A", True),
        ((Grant(Duty.SEAL_OWNER, "A"),), "B", False),
        ((Grant(Duty.SEAL_OWNER, "A"),), "", False),
        ((Grant(Duty.SEAL_OWNER, "A"),), None, False),
        ((Grant(Duty.SEAL_OWNER),), "A", False),
        ((Grant(Duty.SEAL_OWNER),), None, True),
        ((Grant(Duty.SEAL_MAKER), Grant(Duty.SEAL_OWNER, "A")), "B", False),
        ((Grant(Duty.SEAL_MAKER),), None, False),
    ],
)
def test_a_grant_has_its_scope(grants: tuple[Grant, ...], organisation: str | None, *, holds: bool) -> None:
    if holds:
        actor(*grants).require(Duty.SEAL_OWNER, organisation)
        return
    with pytest.raises(DutyMissing) as refused:
        actor(*grants).require(Duty.SEAL_OWNER, organisation)
    assert refused.value.details == {"duty": "seal_owner"}


def test_the_organisations_of_a_duty_are_told() -> None:
    many = actor(Grant(Duty.SEAL_OWNER, "A"), Grant(Duty.SEAL_OWNER, "B"), Grant(Duty.SEAL_OWNER), Grant(Duty.AUDITOR))
    assert frozenset({"A", "B"}) == many.organisations(Duty.SEAL_OWNER)
    assert frozenset() == many.organisations(Duty.AUDITOR)


class Meeting(IdentityRepository):
    """A repository whose readers of grants wait for each other a moment, so that both read before either writes."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.repository.protection)
        self.barrier = threading.Barrier(2)

    @override
    def grants(self, view: Reading, holder: str) -> frozenset[Grant]:
        found = super().grants(view, holder)
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(timeout=1)
        return found


@pytest.mark.parametrize("which", ["office", "postgres_office"])
def test_two_administrators_duties_are_not_given_at_the_same_time(which: str, request: pytest.FixtureRequest) -> None:
    office: Office = request.getfixturevalue(which)
    person = office.person()
    office.account(person)
    office.appointing.repository = Meeting(office)

    def appoint(duty: Duty) -> bool:
        try:
            office.appoint(person.id, Grant(duty))
        except DutiesExclude:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(appoint, (Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR)))
    assert sorted(done) == [False, True]
    assert len(held_by(office, person.id)) == 1

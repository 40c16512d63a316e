"""Appointing: two give a duty, neither of whom it is for; one takes it back; it may end by itself."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from identity.account_freezing import AccountFreezing
from identity.appointing import content_of
from identity.duties import Actor, Duty, Grant
from identity.errors import (
    DutyMissing,
    DutyNotHeld,
    DutyOfSystems,
    EndMalformed,
    LastAdministrator,
    LevelTooLow,
    OwnDuty,
)
from identity.four_eyes.errors import ProposalUnknown
from identity.levels import Level
from identity.subject import Person
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, Office
from trust.lifecycle import FourEyesRequired
from trust.reasons import ReasonMissing

MAKER = Grant(Duty.SEAL_MAKER)
SECURITY = Grant(Duty.SECURITY_ADMINISTRATOR)


def with_account(office: Office) -> Person:
    person = office.person()
    office.account(person)
    return person


def held(office: Office, holder: str) -> frozenset[Grant]:
    with office.store.reading() as view:
        return office.repository.grants(view, holder)


def test_what_one_proposes_nobody_holds_until_another_agrees(office: Office) -> None:
    person = with_account(office)
    proposal = office.propose(person.id, MAKER)
    assert held(office, person.id) == frozenset()
    with pytest.raises(FourEyesRequired):
        office.four_eyes.approve(office.pair[0], proposal.id, digest=proposal.digest)
    assert held(office, person.id) == frozenset()
    office.four_eyes.approve(office.pair[1], proposal.id, digest=proposal.digest)
    assert frozenset({MAKER}) == held(office, person.id)
    given = [event for event in office.events() if (event.tag, event.subject) == ("duty:grant:done", person.id)]
    assert [event.actor for event in given] == [office.pair[1].id]


def test_nobody_gives_a_duty_to_themselves(office: Office) -> None:
    first, second = office.pair
    for person in (first, second):
        office.access.open_account(FIRST, person.id)
    with pytest.raises(OwnDuty):
        office.propose(first.id, SECURITY)
    proposal = office.propose(second.id, SECURITY)
    with pytest.raises(OwnDuty) as refused:
        office.four_eyes.approve(second, proposal.id, digest=proposal.digest)
    assert refused.value.code == "identity.own_duty"


@pytest.mark.parametrize("level", [Level.NONE, Level.BASIC, Level.SUBSTANTIAL])
def test_whoever_agrees_is_logged_in_at_the_highest_level(office: Office, level: Level) -> None:
    proposal = office.propose(with_account(office).id, MAKER)
    low = Actor(id=office.pair[1].id, grants=frozenset({SECURITY}), level=level, shown=level, proven=Level.HIGH)
    with pytest.raises(LevelTooLow):
        office.four_eyes.approve(low, proposal.id, digest=proposal.digest)


def test_a_duty_ends_by_itself(office: Office) -> None:
    person = with_account(office)
    office.appoint(person.id, MAKER, until=NOW + timedelta(days=2))
    office.clock.advance(timedelta(days=2) - timedelta(seconds=1))
    assert frozenset({MAKER}) == held(office, person.id)
    assert [one.valid_until for _, one in office.appointing.holdings(holder=person.id)] == [NOW + timedelta(days=2)]
    office.clock.advance(timedelta(seconds=1))
    assert held(office, person.id) == frozenset()
    assert office.appointing.holdings(holder=person.id) == ()
    with pytest.raises(DutyNotHeld):
        office.appointing.withdraw(office.pair[0], person.id, MAKER, reason="到期")
    office.appoint(person.id, MAKER)  # it may be given again
    office.clock.advance(timedelta(days=400))
    assert frozenset({MAKER}) == held(office, person.id)


def test_what_has_ended_excludes_nothing(office: Office) -> None:
    person = with_account(office)
    office.appoint(person.id, MAKER, until=NOW + timedelta(hours=1))
    office.clock.advance(timedelta(hours=1))
    office.appoint(person.id, Grant(Duty.AUDITOR))
    assert frozenset({Grant(Duty.AUDITOR)}) == held(office, person.id)


@pytest.mark.parametrize("passed", [timedelta(0), timedelta(seconds=1)])
def test_the_end_of_a_duty_lies_ahead(office: Office, passed: timedelta) -> None:
    person = with_account(office)
    with pytest.raises(EndMalformed) as refused:
        office.propose(person.id, MAKER, until=NOW - passed)
    assert refused.value.code == "identity.end_malformed"


def test_an_end_that_has_come_meanwhile_is_noticed_when_it_is_agreed_to(office: Office) -> None:
    person = with_account(office)
    proposal = office.propose(person.id, MAKER, until=NOW + timedelta(hours=1))
    office.clock.advance(timedelta(hours=1))
    with pytest.raises(EndMalformed):
        office.four_eyes.approve(office.pair[1], proposal.id, digest=proposal.digest)


def test_one_takes_a_duty_back_at_once(office: Office) -> None:
    person = with_account(office)
    office.appoint(person.id, MAKER)
    office.appointing.withdraw(office.pair[0], person.id, MAKER, reason="调离岗位")
    assert held(office, person.id) == frozenset()
    last = office.events()[-1]
    assert (last.tag, last.actor, last.subject) == ("duty:withdraw:done", office.pair[0].id, person.id)
    assert last.facts == {"duty": "seal_maker", "organisation": None, "reason": "调离岗位"}
    with pytest.raises(DutyNotHeld) as refused:
        office.appointing.withdraw(office.pair[0], person.id, MAKER, reason="调离岗位")
    assert refused.value.code == "identity.duty_not_held"


def test_taking_back_wants_a_reason_and_is_for_persons(office: Office) -> None:
    client = office.client().client
    with pytest.raises(ReasonMissing):
        office.appointing.withdraw(office.pair[0], office.pair[1].id, SECURITY, reason=" ")
    grant = Grant(Duty.BUSINESS_SYSTEM, client.organisation)
    with pytest.raises(DutyOfSystems):
        office.appointing.withdraw(office.pair[0], client.id, grant, reason="停用系统")


def test_the_last_security_administrator_stays(office: Office) -> None:
    first, second = office.pair
    office.appointing.withdraw(first, second.id, SECURITY, reason="调离岗位")
    with pytest.raises(LastAdministrator) as refused:
        office.appointing.withdraw(first, first.id, SECURITY, reason="调离岗位")
    assert refused.value.code == "identity.last_administrator"
    assert frozenset({SECURITY}) == held(office, first.id)


@pytest.mark.parametrize("how", ["frozen", "account frozen", "for a time"])
def test_whoever_may_not_act_or_ends_by_itself_does_not_count(office: Office, how: str) -> None:
    first, second = office.pair
    if how == "frozen":
        office.identity.freeze(FIRST, second.id, reason="举报核实中")
    elif how == "account frozen":
        office.access.open_account(FIRST, second.id)
        freezing = AccountFreezing(store=office.store, repository=office.repository)
        freezing.freeze(first, second.id, reason="疑似被盗用")
    else:
        with office.store.transaction() as tx:
            office.appointing.add_grant(tx, second.id, SECURITY, by="test", until=NOW + timedelta(days=1))
    with pytest.raises(LastAdministrator):
        office.appointing.withdraw(first, first.id, SECURITY, reason="调离岗位")


@pytest.mark.parametrize("which", ["office", "postgres_office"])
def test_two_do_not_take_each_others_duty_at_the_same_time(which: str, request: pytest.FixtureRequest) -> None:
    office: Office = request.getfixturevalue(which)
    first, second = office.pair
    start = threading.Barrier(2)

    def take(pair: tuple[Actor, Actor]) -> bool:
        start.wait(timeout=5)
        try:
            office.appointing.withdraw(pair[0], pair[1].id, SECURITY, reason="调离岗位")
        except LastAdministrator:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(take, ((first, second), (second, first))))
    assert sorted(done) == [False, True]
    with office.store.reading() as view:
        assert len(office.appointing.security_administrators(view)) == 1


def test_who_holds_what_is_told_page_by_page(office: Office) -> None:
    organisation = office.organisation().id
    people = [with_account(office).id for _ in range(3)]
    for person in people:
        office.clock.advance(timedelta(seconds=1))  # within one millisecond there is no order
        office.appoint(person, Grant(Duty.SEAL_OWNER, organisation))
    office.clock.advance(timedelta(seconds=1))
    office.appoint(people[0], MAKER)
    first = office.appointing.holdings(duty=Duty.SEAL_OWNER, limit=2)
    assert [one.holder for _, one in first] == people[:2]
    rest = office.appointing.holdings(duty=Duty.SEAL_OWNER, limit=2, after=first[-1][0])
    assert [one.holder for _, one in rest] == people[2:]
    assert {one.holder for _, one in office.appointing.holdings(organisation=organisation)} == set(people)
    own = office.appointing.holdings(holder=people[0])
    assert [one.grant for _, one in own] == [Grant(Duty.SEAL_OWNER, organisation), MAKER]
    assert {one.granted_by for _, one in own} == {office.pair[1].id}


@pytest.mark.parametrize("duty", [Duty.SYSTEM_ADMINISTRATOR, Duty.AUDITOR, Duty.REGISTRAR])
def test_others_decide_on_no_duty(office: Office, duty: Duty) -> None:
    proposal = office.propose(with_account(office).id, MAKER)
    other = office.officer(Grant(duty))
    with pytest.raises(ProposalUnknown):  # nothing that concerns them
        office.four_eyes.approve(other, proposal.id, digest=proposal.digest)
    assert office.four_eyes.waiting(other) == ()


def test_whoever_proposed_and_lost_the_duty_decides_on_nothing(office: Office) -> None:
    proposal = office.propose(with_account(office).id, MAKER)
    bare = Actor(id=office.pair[0].id, grants=frozenset(), level=Level.HIGH)
    with pytest.raises(DutyMissing):
        office.four_eyes.approve(bare, proposal.id, digest=proposal.digest)


def test_the_content_of_a_proposal_is_read_back(office: Office) -> None:
    until = NOW + timedelta(days=1)
    content = content_of(Grant(Duty.SEAL_OWNER, "O1"), until=until)
    assert content == {"duty": "seal_owner", "organisation": "O1", "until": until.isoformat()}
    person = with_account(office)
    assert office.propose(person.id, MAKER).content == content_of(MAKER, until=None)

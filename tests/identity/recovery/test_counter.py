"""Recovering an account at the counter: two officers, one code, within the hour."""

from dataclasses import replace

import pytest

from identity.errors import AccountUnknown, CredentialsWrong, LevelTooLow, SubjectNotActive, SubjectUnknown
from identity.four_eyes.errors import ProposalNotAgreed
from identity.levels import Level
from identity.proofing import repository as proofings
from identity.proofing.errors import OfficersMissing, ProofingInsufficient
from identity.proofing.proofing import Source
from identity.proving.counter import CounterSeen
from identity.recovery.counter import HANDED_OVER_WITHIN
from identity.subject import Person
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, PASSWORD
from tests.identity.proving.desk import Desk, officer
from trust.events import AuditEvent
from trust.lifecycle import FourEyesRequired


@pytest.fixture
def owner(desk: Desk) -> Person:
    """Return a person with an account."""
    found = desk.office.person()
    desk.office.account(found, username="wang")
    return found


def test_two_officers_recover_an_account(desk: Desk, owner: Person) -> None:
    office = desk.office
    old = office.enter(username="wang", password=PASSWORD)
    with office.store.transaction() as tx:
        proofings.cap(tx, owner.id, Level.SUBSTANTIAL, until=NOW.replace(year=2030), reason="test")
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=owner.id))
    proposal = desk.propose_recovery(owner.id)
    desk.approve(proposal)
    assert office.access.actor_of(old.secret).id == owner.id  # nothing has happened before the code is there
    issued = desk.at_counter.hand_over(desk.first, proposal.id, person=owner.id)
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(old.secret)
    office.access.activate(issued.secret, username="wang", password="other quiet herons at dusk")
    assert office.enter(username="wang", password="other quiet herons at dusk").holder == owner.id
    assert desk.level(owner.id) == 3  # and what was capped is lifted
    assert (desk.first.id, desk.second.id) in {one.officers for one in desk.checks.of(owner.id)}
    assert desk.told(owner.id) == ["recovery_done"]
    event = next(one for one in office.events() if one.tag == "account:recover:done")
    assert (event.actor, event.facts["proposal"]) == (desk.first.id, proposal.id)


@pytest.mark.parametrize("who", ["first", "second"])
def test_either_of_the_two_hands_the_code_over_once(desk: Desk, owner: Person, who: str) -> None:
    proposal = desk.propose_recovery(owner.id)
    desk.approve(proposal)
    hand = {"first": desk.first, "second": desk.second}[who]
    assert desk.at_counter.hand_over(hand, proposal.id, person=owner.id).holder == owner.id
    for again in (desk.first, desk.second):
        with pytest.raises(ProposalNotAgreed):
            desk.at_counter.hand_over(again, proposal.id, person=owner.id)


def test_nobody_else_hands_it_over(desk: Desk, owner: Person) -> None:
    proposal = desk.propose_recovery(owner.id)
    desk.approve(proposal)
    with pytest.raises(ProposalNotAgreed):
        desk.at_counter.hand_over(officer(desk.office.person()), proposal.id, person=owner.id)
    handed = desk.at_counter.hand_over(desk.first, proposal.id, person=owner.id)  # it was not spent by that
    assert handed.holder == owner.id


def test_what_nobody_agreed_to_gives_no_code(desk: Desk, owner: Person) -> None:
    proposal = desk.propose_recovery(owner.id)
    for name in (proposal.id, "prop_another"):
        with pytest.raises(ProposalNotAgreed):
            desk.at_counter.hand_over(desk.first, name, person=owner.id)
    with pytest.raises(FourEyesRequired):
        desk.approve(proposal, by=desk.first)
    with pytest.raises(LevelTooLow):
        desk.approve(proposal, by=replace(desk.second, level=Level.SUBSTANTIAL))


def test_a_code_is_for_whom_it_was_agreed_for(desk: Desk, owner: Person) -> None:
    proposal = desk.propose_recovery(owner.id)
    desk.approve(proposal)
    other = desk.office.person()
    desk.office.account(other)
    with pytest.raises(ProposalNotAgreed):
        desk.at_counter.hand_over(desk.first, proposal.id, person=other.id)


def test_a_check_of_another_kind_recovers_nothing(desk: Desk, owner: Person) -> None:
    proposal = desk.propose(owner.id)
    desk.approve(proposal)
    with pytest.raises(ProposalNotAgreed):
        desk.at_counter.hand_over(desk.first, proposal.id, person=owner.id)


def test_the_code_is_handed_over_while_the_person_stands_there(desk: Desk, owner: Person) -> None:
    proposal = desk.propose_recovery(owner.id)
    desk.approve(proposal)
    desk.office.clock.advance(HANDED_OVER_WITHIN)
    assert desk.at_counter.hand_over(desk.first, proposal.id, person=owner.id).holder == owner.id
    later = desk.propose_recovery(owner.id)
    desk.approve(later)
    desk.office.clock.advance(HANDED_OVER_WITHIN + (NOW - NOW.replace(second=5)))
    with pytest.raises(ProposalNotAgreed):
        desk.at_counter.hand_over(desk.first, later.id, person=owner.id)


def test_it_takes_the_whole_check(desk: Desk, owner: Person) -> None:
    seen = CounterSeen(sources=frozenset({Source.NAME_AND_NUMBER, Source.PHONE, Source.DOCUMENT_SEEN}))
    with pytest.raises(ProofingInsufficient):
        desk.propose_recovery(owner.id, seen)


def test_there_must_be_an_account_of_a_person_who_may_act(desk: Desk, owner: Person) -> None:
    with pytest.raises(AccountUnknown):
        desk.propose_recovery(desk.office.person().id)
    with pytest.raises(SubjectUnknown):
        desk.propose_recovery(desk.office.organisation().id)
    proposal = desk.propose_recovery(owner.id)
    desk.approve(proposal)
    desk.office.identity.freeze(FIRST, owner.id, reason="举报核实中")
    with pytest.raises(SubjectNotActive):
        desk.at_counter.hand_over(desk.first, proposal.id, person=owner.id)


def test_an_officer_recovers_no_account_of_his_own(desk: Desk) -> None:
    person = desk.office.identity.find(desk.first.id)
    assert isinstance(person, Person)
    desk.office.account(person)
    with pytest.raises(OfficersMissing):
        desk.propose_recovery(desk.first.id)
    with pytest.raises(OfficersMissing):
        desk.approve(desk.propose_recovery(desk.first.id, by=desk.appointed(desk.office.person())), by=desk.first)

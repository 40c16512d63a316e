"""Checks at the counter: two officers, neither of them the person; what they saw decides; what was false goes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from identity.duties import Actor
from identity.errors import LevelTooLow, SubjectNotActive, SubjectUnknown
from identity.four_eyes.errors import ProposalUnknown
from identity.levels import Level
from identity.lifecycle import SubjectState
from identity.proofing import repository as proofings
from identity.proofing.errors import (
    EvidenceMalformed,
    OfficersMissing,
    ProofingClosed,
    ProofingInsufficient,
    ProofingUnknown,
)
from identity.proofing.proofing import Evidence, EvidenceKind, Method, ProofingState, Source
from identity.proving.counter import MOST_EVIDENCE, CounterSeen
from identity.service import RegisterPerson
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, SECOND, person_number
from tests.identity.proving.desk import SEEN, Desk, actor
from trust.events import AuditEvent
from trust.lifecycle import FourEyesRequired
from trust.reasons import ReasonMissing

ORGANISATION = CounterSeen(sources=frozenset({Source.REGISTRATION_SEEN, Source.REPRESENTATIVE_PRESENT}))


def test_two_officers_prove_a_person(desk: Desk) -> None:
    person = desk.office.register()
    proposal = desk.propose(person.id)
    assert desk.level(person.id) == 0
    desk.approve(proposal)
    found = desk.office.identity.find(person.id)
    assert (found.state, desk.level(person.id)) == (SubjectState.ACTIVE, 3)
    (made,) = desk.checks.of(person.id)
    assert (made.method, made.officers) == (Method.COUNTER, (desk.first.id, desk.second.id))
    assert (made.sources, made.evidence) == (SEEN.sources, SEEN.evidence)
    assert made.expires_at == NOW + desk.office.identity.lifetimes.of(Level.HIGH)
    event = next(one for one in desk.office.events() if one.tag == "identity:prove:done" and one.subject == person.id)
    assert (event.actor, event.facts["officers"]) == (desk.second.id, f"{desk.first.id} {desk.second.id}")
    assert event.facts["sources"] == "document_seen face_in_person"


def test_two_officers_prove_an_organisation_and_renew_it(desk: Desk) -> None:
    found = desk.office.organisation()
    desk.office.clock.advance(desk.office.identity.lifetimes.of(Level.HIGH))
    assert desk.level(found.id) == 0
    desk.approve(desk.propose(found.id, ORGANISATION))
    assert (desk.level(found.id), len(desk.checks.of(found.id))) == (3, 2)


def test_one_officer_is_not_enough(desk: Desk) -> None:
    proposal = desk.propose(desk.office.register().id)
    with pytest.raises(FourEyesRequired):
        desk.approve(proposal, by=desk.first)


def test_the_second_one_is_an_officer_in_a_session_that_proves_enough(desk: Desk) -> None:
    proposal = desk.propose(desk.office.register().id)
    with pytest.raises(LevelTooLow):
        desk.approve(proposal, by=replace(desk.second, level=Level.BASIC))
    stranger = replace(actor(desk.office.person()), level=Level.HIGH)
    with pytest.raises(ProposalUnknown):
        desk.approve(proposal, by=stranger)


@pytest.mark.parametrize("who", ["first", "second"])
def test_nobody_proves_himself(desk: Desk, who: str) -> None:
    officers: dict[str, Actor] = {"first": desk.first, "second": desk.second}
    if who == "first":
        with pytest.raises(OfficersMissing):
            desk.propose(officers[who].id)
        return
    proposal = desk.propose(officers[who].id)
    with pytest.raises(OfficersMissing):
        desk.approve(proposal)


def test_a_business_system_is_no_officer(desk: Desk) -> None:
    system = replace(desk.first, id=desk.office.client().client.id, is_client=True)
    with pytest.raises(OfficersMissing):
        desk.propose(desk.office.register().id, by=system)


def test_who_was_registered_by_a_system_is_seen_by_two(desk: Desk) -> None:
    """At registration the first officer sees the person; a system has seen nobody."""
    office = desk.office
    system = office.client().client.id
    with office.store.transaction() as tx:
        command = RegisterPerson(name="王小明", citizen_number=person_number(700))
        person = office.identity.add_person(tx, command, by=system)
    with pytest.raises(OfficersMissing):
        office.identity.prove(SECOND, person.id)
    desk.approve(desk.propose(person.id))
    assert desk.level(person.id) == 3


@pytest.mark.parametrize("sources", [set(), {Source.FACE_IN_PERSON}, ORGANISATION.sources])
def test_too_little_is_refused_when_it_is_proposed(desk: Desk, sources: set[Source]) -> None:
    with pytest.raises(ProofingInsufficient):
        desk.propose(desk.office.register().id, CounterSeen(sources=frozenset(sources)))


def test_less_reaches_a_lower_level(desk: Desk) -> None:
    person = desk.office.register()
    seen = CounterSeen(sources=frozenset({Source.NAME_AND_NUMBER, Source.PHONE, Source.DOCUMENT_SEEN}))
    desk.approve(desk.propose(person.id, seen))
    assert desk.level(person.id) == 2


def test_there_must_be_somebody(desk: Desk) -> None:
    with pytest.raises(SubjectUnknown):
        desk.propose("P7K2M9Q4R8T1W3X5Y6")


def test_who_is_gone_is_not_proven(desk: Desk) -> None:
    person = desk.office.register()
    proposal = desk.propose(person.id)
    with desk.office.store.transaction() as tx:
        desk.office.repository.move_subject(tx, person, SubjectState.CLOSED, actor="test")
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=person.id))
    with pytest.raises(SubjectNotActive):
        desk.approve(proposal)


def test_who_is_frozen_stays_frozen(desk: Desk) -> None:
    person = desk.office.person()
    desk.office.identity.freeze(FIRST, person.id, reason="举报核实中")
    desk.approve(desk.propose(person.id))
    assert desk.office.identity.find(person.id).state is SubjectState.FROZEN


def test_evidence_has_a_limit() -> None:
    one = Evidence(EvidenceKind.APPLICATION, "0f" * 32)
    assert len(CounterSeen(sources=frozenset(), evidence=(one,) * MOST_EVIDENCE).evidence) == MOST_EVIDENCE
    with pytest.raises(EvidenceMalformed):
        CounterSeen(sources=frozenset(), evidence=(one,) * (MOST_EVIDENCE + 1))


def test_what_was_false_is_withdrawn_by_one_alone(desk: Desk) -> None:
    person = desk.office.person()
    (made,) = desk.checks.of(person.id)
    withdrawn = desk.checks.withdraw(desk.first, made.id, reason="证件系伪造")
    assert (withdrawn.state, desk.level(person.id)) == (ProofingState.WITHDRAWN, 0)
    event = desk.office.events()[-1]
    assert (event.tag, event.actor, event.facts["reason"]) == (
        "identity:prove:withdrawn",
        desk.first.id,
        "证件系伪造",
    )
    with pytest.raises(ProofingClosed):
        desk.checks.withdraw(desk.first, made.id, reason="证件系伪造")


def test_a_withdrawal_has_a_reason_and_a_proofing(desk: Desk) -> None:
    (made,) = desk.checks.of(desk.office.person().id)
    with pytest.raises(ReasonMissing):
        desk.checks.withdraw(desk.first, made.id, reason=" ")
    with pytest.raises(ProofingUnknown):
        desk.checks.withdraw(desk.first, "prf_another", reason="证件系伪造")


SECOND_LATER = timedelta(seconds=1)
Change = Callable[[Desk, str], None]


def withdraw(desk: Desk, person: str) -> None:
    """Withdraw what there is."""
    for one in desk.checks.of(person):
        desk.checks.withdraw(desk.first, one.id, reason="证件系伪造")


def expire(desk: Desk, person: str) -> None:
    """Let what there is expire."""
    with desk.office.store.transaction() as tx:
        for one in proofings.of_subject(tx, person):
            proofings.withdraw(tx, one.id)
            ended = replace(one, id=f"{one.id}x", expires_at=desk.office.clock.now() + SECOND_LATER)
            proofings.add(tx, ended)
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=person))
    desk.office.clock.advance(SECOND_LATER)


def cap(desk: Desk, person: str) -> None:
    """Hold a person down to nothing."""
    with desk.office.store.transaction() as tx:
        until = desk.office.clock.now().replace(year=2030)
        proofings.cap(tx, person, Level.NONE, until=until, reason="test")
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=person))


@pytest.mark.parametrize("change", [withdraw, expire, cap])
def test_a_session_falls_with_its_proofing_at_once_and_rises_again(desk: Desk, change: Change) -> None:
    office = desk.office
    person = office.person()
    secret = office.session(person).secret
    before = office.access.actor_of(secret)
    assert (before.level, before.shown, before.proven) == (Level.BASIC, Level.BASIC, Level.HIGH)
    change(desk, person.id)
    fallen = office.access.actor_of(secret)
    assert (fallen.level, fallen.shown, fallen.proven) == (Level.NONE, Level.BASIC, Level.NONE)
    (listed,) = office.access.sessions(fallen)
    assert listed.level is Level.NONE
    desk.approve(desk.propose(person.id))
    assert office.access.actor_of(secret).level is Level.BASIC


@pytest.mark.parametrize(
    ("shown", "proven", "missing"),
    [
        (Level.BASIC, Level.HIGH, "factor"),
        (Level.HIGH, Level.BASIC, "proofing"),
        (Level.BASIC, Level.BASIC, "both"),
    ],
)
def test_what_is_missing_is_told(shown: Level, proven: Level, missing: str) -> None:
    one = Actor(id="P1", grants=frozenset(), level=min(shown, proven), shown=shown, proven=proven)
    with pytest.raises(LevelTooLow) as refused:
        one.require_level(Level.SUBSTANTIAL)
    assert refused.value.details == {"held": 1, "needed": 2, "missing": missing}
    one.require_level(Level.BASIC)

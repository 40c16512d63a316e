"""What becomes of licences after their issue: every event from every state, by whom, why, and on record."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from identity.duties import Actor, Duty
from identity.errors import DutyMissing
from licence.errors import LicenceUnknown
from licence.grounds import Ground
from licence.lifecycle import LicenceEvent, LicenceState
from licence.repository import Licence
from licence.service import LicenceService
from tests.fakes.clock import NOW
from tests.fakes.faulty import Crash
from tests.licence.builders import REASON, Desk, Meanwhile
from tests.seal.houses import actor
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import MAX_REASON, ReasonMissing
from trust.store import LostRace

Step = Callable[[LicenceService, Actor, str, str], Licence]

GROUNDS = {LicenceEvent.WITHDRAW: Ground.PUBLIC_INTEREST, LicenceEvent.CANCEL: Ground.HOLDER_DISSOLVED}

STEPS: dict[LicenceEvent, Step] = {
    LicenceEvent.SUSPEND: lambda service, who, name, why: service.suspend(who, name, reason=why),
    LicenceEvent.RESTORE: lambda service, who, name, why: service.restore(who, name, reason=why),
    LicenceEvent.REVOKE: lambda service, who, name, why: service.revoke(who, name, reason=why),
    LicenceEvent.WITHDRAW: lambda service, who, name, why: service.withdraw(
        who, name, reason=why, ground=GROUNDS[LicenceEvent.WITHDRAW]
    ),
    LicenceEvent.CANCEL: lambda service, who, name, why: service.cancel(
        who, name, reason=why, ground=GROUNDS[LicenceEvent.CANCEL]
    ),
}
MOVES = {
    (LicenceState.IN_FORCE, LicenceEvent.SUSPEND): LicenceState.SUSPENDED,
    (LicenceState.IN_FORCE, LicenceEvent.REVOKE): LicenceState.REVOKED,
    (LicenceState.IN_FORCE, LicenceEvent.WITHDRAW): LicenceState.WITHDRAWN,
    (LicenceState.IN_FORCE, LicenceEvent.CANCEL): LicenceState.CANCELLED,
    (LicenceState.SUSPENDED, LicenceEvent.RESTORE): LicenceState.IN_FORCE,
    (LicenceState.SUSPENDED, LicenceEvent.REVOKE): LicenceState.REVOKED,
    (LicenceState.SUSPENDED, LicenceEvent.WITHDRAW): LicenceState.WITHDRAWN,
    (LicenceState.SUSPENDED, LicenceEvent.CANCEL): LicenceState.CANCELLED,
}
every_step = pytest.mark.parametrize("event", list(STEPS))


@pytest.mark.parametrize("state", list(LicenceState))
def test_what_is_not_possible_in_a_state_is_refused(desk: Desk, state: LicenceState) -> None:
    licence = desk.in_state(state)
    before = desk.head()
    for event, take in STEPS.items():
        if (state, event) in MOVES:
            continue
        with pytest.raises(EventNotPossible) as refused:
            take(desk.house.licences, desk.officer, licence.id, REASON)
        assert refused.value.details == {"state": state.value, "event": event.value}
    assert (before, licence) == (desk.head(), desk.kept(licence.id))


@pytest.mark.parametrize(("state", "event"), list(MOVES))
def test_each_event_in_each_state(desk: Desk, state: LicenceState, event: LicenceEvent) -> None:
    licence = desk.in_state(state)
    service, before, target = desk.house.licences, desk.head(), MOVES[state, event]
    desk.house.clock.advance(timedelta(hours=1))
    moved = STEPS[event](service, desk.officer, licence.identifier, f"  {REASON} ")
    later = NOW + timedelta(hours=1)
    assert moved == replace(
        licence, state=target, last_actor=desk.officer.id, entered_at=later, steps=licence.steps + 1
    )
    assert moved == desk.kept(licence.id)
    last = service.find(desk.officer, licence.id)[1][-1]
    assert (last.event, last.state, last.actor) == (event, target, desk.officer.id)
    assert (last.at, last.reason) == (NOW + timedelta(hours=1), REASON)
    told = desk.events()[-1]
    assert (told.tag, told.actor, told.subject) == (f"licence:{event.value}:done", desk.officer.id, licence.id)
    ground = GROUNDS.get(event)
    assert told.facts == {"state": target.value, "reason": REASON} | (
        {} if ground is None else {"ground": ground.value}
    )
    assert last.ground is ground
    assert desk.head() == before + 1


@pytest.mark.parametrize(("state", "event"), list(MOVES))
def test_each_event_needs_a_second_person(desk: Desk, state: LicenceState, event: LicenceEvent) -> None:
    licence = desk.in_state(state)
    before = desk.head()
    same = desk.staff.of(Duty.LICENCE_OFFICER, licence.last_actor)
    with pytest.raises(FourEyesRequired) as refused:
        STEPS[event](desk.house.licences, same, licence.id, REASON)
    assert refused.value.details == {"event": event.value}
    assert (before, licence) == (desk.head(), desk.kept(licence.id))


def test_who_issued_a_licence_does_not_take_it_back_alone(desk: Desk) -> None:
    desk.authorise(desk.clerk)
    licence = desk.house.licences.issue(desk.clerk, desk.command())
    for step in (LicenceEvent.SUSPEND, LicenceEvent.REVOKE, LicenceEvent.WITHDRAW, LicenceEvent.CANCEL):
        with pytest.raises(FourEyesRequired):
            STEPS[step](desk.house.licences, desk.clerk, licence.id, REASON)


@every_step
def test_each_event_is_for_officers_of_the_issuer(desk: Desk, event: LicenceEvent) -> None:
    licence = desk.issue()
    if event is LicenceEvent.RESTORE:
        licence = desk.house.licences.suspend(desk.second, licence.id, reason=REASON)
    before = desk.head()
    for stranger in (*desk.strangers().values(), desk.staff.client, desk.staff.licence_reviewer):
        with pytest.raises(DutyMissing):
            STEPS[event](desk.house.licences, stranger, licence.id, REASON)
    assert (before, licence) == (desk.head(), desk.kept(licence.id))


@every_step
@pytest.mark.parametrize("reason", ["", " ", "a", "  a  ", "a" * (MAX_REASON + 1)])
def test_each_event_needs_a_reason(desk: Desk, event: LicenceEvent, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        STEPS[event](desk.house.licences, desk.officer, "lic_1", reason)


@pytest.mark.parametrize("reason", ["吊销", "由" * MAX_REASON])
def test_the_shortest_and_the_longest_reason(desk: Desk, reason: str) -> None:
    licence = desk.issue()
    desk.house.licences.revoke(desk.officer, licence.id, reason=reason)
    assert desk.house.licences.find(desk.officer, licence.id)[1][-1].reason == reason


@every_step
def test_a_licence_that_is_not_there_is_unknown(desk: Desk, event: LicenceEvent) -> None:
    with pytest.raises(LicenceUnknown):
        STEPS[event](desk.house.licences, desk.officer, "lic_1", REASON)


def test_a_whole_life_is_in_the_history(any_desk: Desk) -> None:
    licences, licence = any_desk.house.licences, any_desk.issue()
    licences.suspend(any_desk.officer, licence.id, reason="暂扣核查")
    licences.restore(any_desk.second, licence.id, reason="核查完毕")
    licences.suspend(any_desk.officer, licence.id, reason="再次暂扣")
    licences.cancel(any_desk.second, licence.id, reason="企业注销", ground=Ground.HOLDER_DISSOLVED)
    found, history = licences.find(any_desk.officer, licence.id)
    assert found.state is LicenceState.CANCELLED
    assert [(one.event and one.event.value, one.reason) for one in history] == [
        (None, ""),
        ("release", ""),
        ("suspend", "暂扣核查"),
        ("restore", "核查完毕"),
        ("suspend", "再次暂扣"),
        ("cancel", "企业注销"),
    ]
    assert any_desk.tags(licence.id) == [
        "licence:prepare:done",
        "licence:release:done",
        "licence:suspend:done",
        "licence:restore:done",
        "licence:suspend:done",
        "licence:cancel:done",
    ]


def test_the_file_stays_after_the_end(desk: Desk) -> None:
    licence = desk.in_state(LicenceState.REVOKED)
    assert desk.house.licences.file(desk.officer, licence.id).startswith(b"%PDF-")


def test_an_officer_acts_while_the_authority_is_frozen(desk: Desk) -> None:
    # To stop a licence must never wait; what is new is refused instead.
    licence = desk.issue()
    desk.house.identity.freeze(actor("r", Duty.REGISTRAR), desk.staff.organisation, reason=REASON)
    assert desk.house.licences.suspend(desk.officer, licence.id, reason=REASON).state is LicenceState.SUSPENDED


def test_of_two_officers_at_once_the_slower_is_told_or_sees_what_the_first_did(any_desk: Desk) -> None:
    licences, licence = any_desk.house.licences, any_desk.issue()
    other = Meanwhile(
        any_desk, "commit:licence:cancel:done", lambda: licences.suspend(any_desk.second, licence.id, reason=REASON)
    )
    licences.cancel(any_desk.officer, licence.id, reason=REASON, ground=Ground.RENOUNCED)
    assert isinstance(other.outcome(), EventNotPossible | LostRace)
    found, history = licences.find(any_desk.officer, licence.id)
    assert (found.state, len(history)) == (LicenceState.CANCELLED, 3)


def test_a_step_that_is_not_committed_did_not_happen(any_desk: Desk) -> None:
    licences, licence = any_desk.house.licences, any_desk.issue()
    before = any_desk.head()
    any_desk.house.faults.fail("commit:licence:revoke:done", Crash())
    with pytest.raises(Crash):
        licences.revoke(any_desk.officer, licence.id, reason=REASON)
    assert (before, licence) == (any_desk.head(), any_desk.kept(licence.id))
    assert len(licences.find(any_desk.officer, licence.id)[1]) == 2

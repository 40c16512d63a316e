"""The life of a seal: who may take which step, what each step leaves behind, and what a crash or a race leaves."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from api.demo import cast
from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from identity.subject import SubjectId
from seal.errors import (
    ImageDiameterOutOfRange,
    ImageRowLength,
    SealUnknown,
    StatutorySealExists,
)
from seal.evidence import EvidenceKind
from seal.grounds import Ground
from seal.image.designs import SealDesign
from seal.kinds import SealKind
from seal.lifecycle import DUTIES, LIFECYCLE, OWNERS_ACTS, REASONED, SealEvent, SealState
from seal.repository import HistoryEntry, Seal
from seal.service import SealService
from tests.fakes.clock import NOW
from tests.seal.houses import REASON, House, Staff, actor, at_once
from trust.errors import TrustError
from trust.founding import ISSUING_P256
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.typefaces import CharacterNotCovered

Step = Callable[[SealService, Actor, str], Seal]

STEPS: Final[dict[SealEvent, Step]] = {
    SealEvent.WITHDRAW: lambda seals, one, seal: seals.withdraw(one, seal, reason=REASON),
    SealEvent.RETURN: lambda seals, one, seal: seals.return_(one, seal, reason=REASON),
    SealEvent.RESUBMIT: lambda seals, one, seal: seals.resubmit(one, seal, reason=REASON),
    SealEvent.REJECT: lambda seals, one, seal: seals.reject(one, seal, reason=REASON),
    SealEvent.APPROVE: lambda seals, one, seal: seals.approve(one, seal, reason=REASON),
    SealEvent.SEND_BACK: lambda seals, one, seal: seals.send_back(one, seal, reason=REASON),
    SealEvent.MAKE: lambda seals, one, seal: seals.make(one, seal),
    SealEvent.FILE: lambda seals, one, seal: seals.file(one, seal),
    SealEvent.ISSUE: lambda seals, one, seal: seals.issue(one, seal),
    SealEvent.REFUSE: lambda seals, one, seal: seals.refuse(one, seal, reason=REASON),
    SealEvent.ACCEPT: lambda seals, one, seal: seals.accept(one, seal),
    SealEvent.DISCARD: lambda seals, one, seal: seals.discard(one, seal, reason=REASON),
    SealEvent.SUSPEND: lambda seals, one, seal: seals.suspend(one, seal, reason=REASON),
    SealEvent.REPORT_LOSS: lambda seals, one, seal: seals.report_loss(one, seal, lost_at=NOW, reason=REASON),
    SealEvent.REQUEST_RESUME: lambda seals, one, seal: seals.request_resume(one, seal, reason=REASON),
    SealEvent.REFUSE_RESUME: lambda seals, one, seal: seals.refuse_resume(one, seal, reason=REASON),
    SealEvent.RESUME: lambda seals, one, seal: seals.resume(one, seal, reason=REASON),
    SealEvent.CANCEL: lambda seals, one, seal: seals.cancel(one, seal, ground=Ground.NO_LONGER_NEEDED, reason=REASON),
    SealEvent.REFUSE_CANCEL: lambda seals, one, seal: seals.refuse_cancel(one, seal, reason=REASON),
    SealEvent.CONFIRM_CANCEL: lambda seals, one, seal: seals.confirm_cancel(one, seal, reason=REASON),
    SealEvent.REQUEST_DESTROY: lambda seals, one, seal: seals.request_destroy(one, seal, reason=REASON),
    SealEvent.DESTROY: lambda seals, one, seal: seals.destroy(one, seal, reason=REASON),
}
"""Every step of one seal by itself that needs no document."""

WITH_DOCUMENTS: Final = frozenset({SealEvent.PROPOSE_CANCEL, SealEvent.INVALIDATE})
OF_ANOTHER: Final = frozenset({SealEvent.SUPERSEDE})
"""Taken by a step in the life of another seal."""

OF_OWNER: Final = frozenset({Duty.SEAL_APPLICANT, Duty.SEAL_OWNER})

GROUNDS: Final = {
    SealEvent.DISCARD: Ground.NEVER_ACCEPTED,
    SealEvent.CANCEL: Ground.NO_LONGER_NEEDED,
    SealEvent.PROPOSE_CANCEL: Ground.RENAMED,
    SealEvent.CONFIRM_CANCEL: Ground.RENAMED,
    SealEvent.INVALIDATE: Ground.UNLAWFUL,
}
"""On which ground each end comes in these tests."""

MADE: Final = (SealEvent.APPROVE, SealEvent.MAKE)
ACTIVE: Final = (*MADE, SealEvent.FILE, SealEvent.ISSUE, SealEvent.ACCEPT)
WAYS: Final[dict[SealState, tuple[SealEvent, ...]]] = {
    SealState.APPLIED: (),
    SealState.RETURNED: (SealEvent.RETURN,),
    SealState.WITHDRAWN: (SealEvent.WITHDRAW,),
    SealState.REJECTED: (SealEvent.REJECT,),
    SealState.APPROVED: (SealEvent.APPROVE,),
    SealState.MADE: MADE,
    SealState.FILED: (*MADE, SealEvent.FILE),
    SealState.ISSUED: (*MADE, SealEvent.FILE, SealEvent.ISSUE),
    SealState.ACTIVE: ACTIVE,
    SealState.SUSPENDED: (*ACTIVE, SealEvent.SUSPEND),
    SealState.RESUMING: (*ACTIVE, SealEvent.SUSPEND, SealEvent.REQUEST_RESUME),
    SealState.CANCELLING: (*ACTIVE, SealEvent.PROPOSE_CANCEL),
    SealState.CANCELLED: (*ACTIVE, SealEvent.SUSPEND, SealEvent.CANCEL),
    SealState.SUPERSEDED: (*ACTIVE, SealEvent.SUPERSEDE),
    SealState.INVALIDATED: (*ACTIVE, SealEvent.INVALIDATE),
    SealState.DESTROYING: (*ACTIVE, SealEvent.SUSPEND, SealEvent.CANCEL, SealEvent.REQUEST_DESTROY),
    SealState.DESTROYED: (
        *ACTIVE,
        SealEvent.SUSPEND,
        SealEvent.CANCEL,
        SealEvent.REQUEST_DESTROY,
        SealEvent.DESTROY,
    ),
}
"""How a seal comes into each state."""

MOVES: Final = [(state, event) for state, event in LIFECYCLE.moves]
FIRST_STATE: Final = {event: state for state, event in reversed(MOVES)}
"""A state in which an event can happen."""


def granted(duty: Duty, organisation: str) -> Grant:
    """Return a duty in its scope."""
    return Grant(duty, organisation if duty in OF_OWNER else None)


def right(staff: Staff, event: SealEvent, name: str = "") -> Actor:
    """Return somebody whose duty an event is, and nothing else. One such person for every event, unless named."""
    duty = min(DUTIES[event])
    return actor(name or f"{event.value} of {staff.organisation}", granted(duty, staff.organisation))


def with_all(staff: Staff, name: str, *, but: Iterable[Duty] = ()) -> Actor:
    """Return somebody who holds every duty of seals, `but` some."""
    duties = frozenset[Duty]().union(*DUTIES.values()) - set(but)
    return actor(name, *(granted(duty, staff.organisation) for duty in sorted(duties)))


def step(house: House, event: SealEvent, staff: Staff) -> Callable[[Actor, str], Seal]:
    """Return how to take a step, with the documents that it needs put forward already."""
    seals = house.seals
    if event is SealEvent.PROPOSE_CANCEL:
        papers = house.documents(staff, EvidenceKind.CHANGE_RECORD)
        return lambda one, seal: seals.propose_cancel(one, seal, ground=Ground.RENAMED, reason=REASON, evidence=papers)
    if event is SealEvent.INVALIDATE:
        decision = house.documents(staff, EvidenceKind.DECISION)
        return lambda one, seal: seals.invalidate(one, seal, reason=REASON, evidence=decision)
    if event is SealEvent.SUPERSEDE:

        def supersede(one: Actor, seal: str) -> Seal:
            seals.remake(one, house.remake_command(staff, seal, ground=Ground.KEY_COMPROMISED))
            return look(house, seal)[0]

        return supersede
    return lambda one, seal: STEPS[event](seals, one, seal)


def take(house: House, event: SealEvent, seal: str, one: Actor) -> Seal:
    """Take a step."""
    return step(house, event, house.authority)(one, seal)


def walk(house: House, seal: str, events: Iterable[SealEvent], staff: Staff) -> str:
    """Let a seal go this way."""
    for event in events:
        step(house, event, staff)(right(staff, event), seal)
    return seal


def walked(house: House, *events: SealEvent) -> str:
    """Return a new seal that has gone this way."""
    return walk(house, house.apply(house.authority).id, events, house.authority)


def look(house: House, seal: str) -> tuple[Seal, tuple[HistoryEntry, ...]]:
    """Return a seal and its history."""
    return house.seals.find(house.authority.reviewer, seal)


def refused(house: House, error: type[TrustError], act: Callable[[], object]) -> TrustError:
    """Expect a refusal that leaves no trace."""
    head = house.head()
    house.faults.passed.clear()
    with pytest.raises(error) as told:
        act()
    assert house.head() == head
    assert [one for one in house.faults.passed if not one.startswith("commit:")] == []
    return told.value


# --- every event in every state


@pytest.mark.parametrize("state", SealState)
def test_what_cannot_happen_in_a_state_is_refused_and_leaves_no_trace(house: House, state: SealState) -> None:
    seal = walked(house, *WAYS[state])
    before = look(house, seal)
    for event in sorted(set(SealEvent) - LIFECYCLE.events(state) - OF_ANOTHER):
        one, act = right(house.authority, event), step(house, event, house.authority)
        error = refused(house, EventNotPossible, partial(act, one, seal))
        assert error.details == {"state": state.value, "event": event.value}
    assert look(house, seal) == before


@pytest.mark.parametrize(("state", "event"), [move for move in MOVES if move[1] not in OF_ANOTHER])
def test_what_can_happen_changes_the_state_and_is_written_down(
    house: House, state: SealState, event: SealEvent
) -> None:
    seal = walked(house, *WAYS[state])
    act, one = step(house, event, house.authority), right(house.authority, event)
    head, before = house.head(), look(house, seal)[1]
    house.clock.advance(timedelta(hours=1))
    moved = act(one, seal)
    target = LIFECYCLE.moves[state, event]
    assert (moved.state, moved.last_actor, moved.entered_at) == (target, one.id, NOW + timedelta(hours=1))
    found, history = look(house, seal)
    assert found == moved
    told = REASON if event in REASONED else ""
    at = NOW + timedelta(hours=1)
    entry = HistoryEntry(event=event, state=target, actor=one.id, at=at, reason=told, ground=GROUNDS.get(event))
    entry = replace(entry, lost_at=NOW if event is SealEvent.REPORT_LOSS else None)
    assert history == (*before, entry)
    recorded = [each for each in house.events(after=head) if each.tag.startswith("seal:") and each.subject == seal]
    assert (recorded[-1].tag, recorded[-1].actor) == (f"seal:{event.value}:done", one.id)
    assert {"state": target.value, "reason": told}.items() <= recorded[-1].facts.items()


def test_a_whole_life_on_either_database(either_house: House) -> None:
    again = (SealEvent.SUSPEND, SealEvent.REQUEST_RESUME, SealEvent.REFUSE_RESUME, SealEvent.REQUEST_RESUME)
    corrected = (SealEvent.RETURN, SealEvent.RESUBMIT, SealEvent.APPROVE, SealEvent.SEND_BACK)
    refused_once = (*MADE, SealEvent.FILE, SealEvent.ISSUE, SealEvent.REFUSE, SealEvent.ISSUE, SealEvent.ACCEPT)
    ended = (SealEvent.PROPOSE_CANCEL, SealEvent.CONFIRM_CANCEL, SealEvent.INVALIDATE)
    gone = (SealEvent.REQUEST_DESTROY, SealEvent.DESTROY)
    events = (*corrected, *refused_once, *again, SealEvent.RESUME, *ended, *gone)
    seal, history = look(either_house, walked(either_house, *events))
    assert seal.state is SealState.DESTROYED
    assert [one.event for one in history] == [None, *events]


# --- four eyes


@pytest.mark.parametrize(("state", "event"), [move for move in MOVES if move[1] not in LIFECYCLE.alone | OF_ANOTHER])
def test_nobody_takes_the_step_after_his_own(house: House, state: SealState, event: SealEvent) -> None:
    one, other = with_all(house.authority, "one"), with_all(house.authority, "other")
    people = [one, other]
    seal = house.seals.apply(people[0], house.apply_command(house.authority)).id
    for way in WAYS[state]:
        people.reverse()
        take(house, way, seal, people[0])
    act = step(house, event, house.authority)
    error = refused(house, FourEyesRequired, partial(act, people[0], seal))
    assert error.details == {"event": event.value}
    assert act(people[1], seal).state is LIFECYCLE.moves[state, event]


@pytest.mark.parametrize("event", [SealEvent.RETURN, SealEvent.REJECT, SealEvent.APPROVE])
def test_nobody_reviews_what_he_ever_applied_for(house: House, event: SealEvent) -> None:
    one, other, third = (with_all(house.authority, name) for name in ("one", "other", "third"))
    seal = house.seals.apply(one, house.apply_command(house.authority)).id
    house.seals.return_(other, seal, reason=REASON)
    house.seals.resubmit(third, seal, reason=REASON)
    for applicant in (one, third):
        error = refused(house, FourEyesRequired, partial(STEPS[event], house.seals, applicant, seal))
        assert error.details == {"event": event.value}
    assert STEPS[event](house.seals, other, seal).state is LIFECYCLE.moves[SealState.APPLIED, event]


@pytest.mark.parametrize(("state", "event"), [move for move in MOVES if move[1] in LIFECYCLE.alone - OF_ANOTHER])
def test_what_takes_back_or_stops_one_s_own_needs_no_second_person(
    house: House, state: SealState, event: SealEvent
) -> None:
    one, other = with_all(house.authority, "one"), with_all(house.authority, "other")
    people = [one, other]
    seal = house.seals.apply(people[0], house.apply_command(house.authority)).id
    for way in WAYS[state]:
        people.reverse()
        take(house, way, seal, people[0])
    assert take(house, event, seal, people[0]).last_actor == people[0].id


# --- duties


@pytest.mark.parametrize("event", sorted(set(SealEvent) - OF_ANOTHER))
def test_a_step_is_for_those_whose_duty_it_is(house: House, event: SealEvent) -> None:
    seal, duties = walked(house, *WAYS[FIRST_STATE[event]]), DUTIES[event]
    everybody = (granted(one, house.authority.organisation) for one in Duty if one not in duties)
    strangers = [actor("nobody"), actor("with every other duty", *everybody), house.authority.client]
    for one in sorted(duties & OF_OWNER):
        strangers += [actor("of another", Grant(one, house.names["other"])), actor("of nobody", Grant(one))]
    for one in sorted(duties - OF_OWNER):
        strangers.append(actor("of one alone", Grant(one, house.authority.organisation)))
    act = step(house, event, house.authority)
    for stranger in strangers:
        error = refused(house, DutyMissing, partial(act, stranger, seal))
        assert error.details["duty"] == " / ".join(sorted(each.value for each in duties))


def test_the_issuing_department_stops_a_seal_and_says_nothing_of_a_loss(house: House) -> None:
    seal = walked(house, *ACTIVE)
    stop = partial(house.seals.suspend, house.authority.reviewer, seal, reason=REASON)
    refused(house, DutyMissing, partial(stop, lost_at=NOW))
    assert stop().state is SealState.SUSPENDED


@pytest.mark.parametrize("event", sorted(set(SealEvent) - OF_ANOTHER))
def test_nothing_happens_to_a_seal_that_nobody_knows(house: House, event: SealEvent) -> None:
    act, one = step(house, event, house.authority), right(house.authority, event)
    refused(house, SealUnknown, partial(act, one, "seal_nothing"))


@pytest.mark.parametrize(("state", "event"), [move for move in MOVES if move[1] not in OF_ANOTHER])
def test_what_leads_to_use_waits_for_an_owner_who_may_act(house: House, state: SealState, event: SealEvent) -> None:
    seal = walked(house, *WAYS[state])
    act, one = step(house, event, house.authority), right(house.authority, event)
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), house.authority.organisation, reason="涉嫌冒用")
    if event in OWNERS_ACTS:
        refused(house, SubjectNotActive, partial(act, one, seal))
    else:
        assert act(one, seal).state is LIFECYCLE.moves[state, event]


# --- reasons


Told = Callable[[SealService, Actor, str, str], Seal]


def saying(house: House, event: SealEvent, staff: Staff) -> Callable[[Actor, str, str], Seal]:
    """Return how to take a step with a reason of one's own."""
    seals = house.seals
    papers = {one: house.documents(staff, one) for one in (EvidenceKind.CHANGE_RECORD, EvidenceKind.DECISION)}
    changed, decision = papers.values()
    told: dict[SealEvent, Callable[[Actor, str, str], Seal]] = {
        SealEvent.WITHDRAW: lambda one, seal, reason: seals.withdraw(one, seal, reason=reason),
        SealEvent.RETURN: lambda one, seal, reason: seals.return_(one, seal, reason=reason),
        SealEvent.RESUBMIT: lambda one, seal, reason: seals.resubmit(one, seal, reason=reason),
        SealEvent.REJECT: lambda one, seal, reason: seals.reject(one, seal, reason=reason),
        SealEvent.APPROVE: lambda one, seal, reason: seals.approve(one, seal, reason=reason),
        SealEvent.SEND_BACK: lambda one, seal, reason: seals.send_back(one, seal, reason=reason),
        SealEvent.REFUSE: lambda one, seal, reason: seals.refuse(one, seal, reason=reason),
        SealEvent.DISCARD: lambda one, seal, reason: seals.discard(one, seal, reason=reason),
        SealEvent.SUSPEND: lambda one, seal, reason: seals.suspend(one, seal, reason=reason),
        SealEvent.REPORT_LOSS: lambda one, seal, reason: seals.report_loss(one, seal, lost_at=NOW, reason=reason),
        SealEvent.REQUEST_RESUME: lambda one, seal, reason: seals.request_resume(one, seal, reason=reason),
        SealEvent.REFUSE_RESUME: lambda one, seal, reason: seals.refuse_resume(one, seal, reason=reason),
        SealEvent.RESUME: lambda one, seal, reason: seals.resume(one, seal, reason=reason),
        SealEvent.CANCEL: lambda one, seal, reason: seals.cancel(one, seal, ground=Ground.MERGED, reason=reason),
        SealEvent.PROPOSE_CANCEL: lambda one, seal, reason: seals.propose_cancel(
            one, seal, ground=Ground.MERGED, reason=reason, evidence=changed
        ),
        SealEvent.REFUSE_CANCEL: lambda one, seal, reason: seals.refuse_cancel(one, seal, reason=reason),
        SealEvent.CONFIRM_CANCEL: lambda one, seal, reason: seals.confirm_cancel(one, seal, reason=reason),
        SealEvent.INVALIDATE: lambda one, seal, reason: seals.invalidate(one, seal, reason=reason, evidence=decision),
        SealEvent.REQUEST_DESTROY: lambda one, seal, reason: seals.request_destroy(one, seal, reason=reason),
        SealEvent.DESTROY: lambda one, seal, reason: seals.destroy(one, seal, reason=reason),
    }
    return told[event]


@pytest.mark.parametrize("event", sorted(REASONED))
def test_a_reason_must_say_something(house: House, event: SealEvent) -> None:
    seal, one = walked(house, *WAYS[FIRST_STATE[event]]), right(house.authority, event)
    act = saying(house, event, house.authority)
    for reason in ("", " ", "x", " x\n", "\u3000\u3000", "长" * 501):
        refused(house, ReasonMissing, partial(act, one, seal, reason))


@pytest.mark.parametrize("reason", ["丢失", " 丢失 ", "长" * 500])
def test_a_reason_is_kept_without_the_space_around_it(house: House, reason: str) -> None:
    seal = house.names["spare"]
    house.seals.suspend(house.authority.owner, seal, reason=reason)
    assert look(house, seal)[1][-1].reason == reason.strip()


# --- applying


def test_an_application_says_what_the_seal_will_be(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    head = house.head()
    command = house.apply_command(staff, kind=SealKind.CONTRACT, row="合同专用章", diameter_mm=38)
    seal = house.seals.apply(staff.applicant, command)
    name = cast.AUTHORITY.name
    assert seal.id.startswith("seal_")
    assert seal == Seal(
        id=seal.id,
        state=SealState.APPLIED,
        last_actor=staff.applicant.id,
        owner=SubjectId(staff.organisation),
        kind=SealKind.CONTRACT,
        name=name + "合同专用章",
        design=SealDesign(name=name, row="合同专用章", diameter_mm=38),
        likeness=seal.likeness,
        applied_at=NOW,
        entered_at=NOW,
    )
    assert look(house, seal.id)[0] == seal
    event = house.events(after=head)[-1]
    assert (event.tag, event.actor, event.subject) == ("seal:apply:done", staff.applicant.id, seal.id)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": "x"}, ReasonMissing),
        ({"owner": "nobody"}, SubjectUnknown),
        ({"row": "一" * 13}, ImageRowLength),
        ({"row": "印\u200b章"}, CharacterNotCovered),
        ({"diameter_mm": 10}, ImageDiameterOutOfRange),
        ({"diameter_mm": 10_000}, ImageDiameterOutOfRange),
    ],
)
def test_what_cannot_be_applied_for(house: House, changes: dict[str, Any], error: type[TrustError]) -> None:
    command = house.apply_command(house.authority, **changes)
    refused(house, error, lambda: house.seals.apply(house.authority.applicant, command))


def test_nobody_applies_for_another_organisation(house: House) -> None:
    command = house.apply_command(house.authority)
    staff = house.authority
    others = (
        house.staff("other").applicant,
        staff.owner,
        staff.reviewer,
        staff.client,
        actor("x", Duty.SEAL_APPLICANT),
    )
    for one in others:
        refused(house, DutyMissing, partial(house.seals.apply, one, command))


def test_a_person_has_no_official_seal(house: House) -> None:
    staff = replace(house.authority, organisation=house.names["person"])
    command = replace(house.apply_command(house.authority), owner=staff.organisation)
    refused(house, SubjectUnknown, lambda: house.seals.apply(staff.applicant, command))


def test_the_owner_of_a_seal_must_be_active(house: House) -> None:
    staff = house.authority
    command = house.apply_command(staff)
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), staff.organisation, reason="涉嫌冒用")
    refused(house, SubjectNotActive, lambda: house.seals.apply(staff.applicant, command))


def test_a_repeated_application_gets_the_same_seal(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    command = house.apply_command(staff)
    seal = house.seals.apply(staff.applicant, command)
    head = house.head()
    assert house.seals.apply(staff.applicant, command) == seal
    assert house.head() == head
    for changes in ({"row": "合同专用章"}, {"kind": SealKind.CONTRACT}, {"diameter_mm": 38}, {"reason": "另有用途"}):
        other = replace(command, **changes)
        refused(house, RequestKeyReused, partial(house.seals.apply, staff.applicant, other))


# --- one statutory-name seal


STATUTORY: Final = {"kind": SealKind.STATUTORY_NAME, "row": ""}


@pytest.mark.parametrize("state", [SealState.APPLIED, SealState.RETURNED, SealState.ACTIVE, SealState.SUSPENDED])
def test_an_organisation_has_one_statutory_name_seal(house: House, state: SealState) -> None:
    staff = house.staff("other")
    seal = house.seals.apply(staff.applicant, house.apply_command(staff, **STATUTORY)).id
    walk(house, seal, WAYS[state], staff)
    command = house.apply_command(staff, **STATUTORY)
    error = refused(house, StatutorySealExists, lambda: house.seals.apply(staff.applicant, command))
    assert error.details == {"seal": seal}


@pytest.mark.parametrize("state", [SealState.WITHDRAWN, SealState.REJECTED, SealState.CANCELLED])
def test_after_the_end_of_one_there_may_be_another(house: House, state: SealState) -> None:
    staff = house.staff("other")
    seal = house.seals.apply(staff.applicant, house.apply_command(staff, **STATUTORY)).id
    walk(house, seal, WAYS[state], staff)
    assert house.seals.apply(staff.applicant, house.apply_command(staff, **STATUTORY)).id != seal


def test_other_seals_and_other_organisations_do_not_count(house: House) -> None:
    staff, other = house.authority, house.staff("other")
    house.seals.apply(staff.applicant, house.apply_command(staff, **STATUTORY))
    assert house.seals.apply(other.applicant, house.apply_command(other, **STATUTORY)).owner == other.organisation
    assert house.apply(staff).id != house.apply(staff).id


def test_two_applications_at_once_are_not_both_the_only_one(either_house: House) -> None:
    house = either_house
    code = cast.organisation_code("11", f"MB0{house.head() + 100:06d}")
    staff = Staff(organisation=house.register("云州市某某局", code), system="")
    commands = [house.apply_command(staff, **STATUTORY) for _ in range(4)]
    results = at_once(*[partial(house.seals.apply, staff.applicant, command) for command in commands])
    assert sum(isinstance(one, Seal) for one in results) == 1
    assert {type(one) for one in results} <= {Seal, StatutorySealExists, LostRace}


# --- filing


def test_a_filed_seal_has_a_number_of_its_own(house: House) -> None:
    filed = [look(house, walked(house, *WAYS[SealState.FILED]))[0] for _ in range(2)]
    numbers = [one.filing_number for one in filed]
    assert all(one.code is not None and f"BA{one.code[:6]}2026" == str(one.filing_number)[:12] for one in filed)
    assert len(set(numbers)) == 2
    filings = [one.facts["filing_number"] for one in house.events() if one.tag == "seal:file:done"]
    assert filings[-2:] == numbers


# --- suspending


def test_what_was_stamped_between_the_loss_and_the_suspension_is_disputed(house: House) -> None:
    staff, seal, hour = house.authority, house.names["spare"], timedelta(hours=1)
    house.authorise(seal, staff.client)

    def stamped() -> bytes:
        house.clock.advance(hour)
        return house.stampings.stamp(staff.client, house.stamp_command(seal=seal))[1]

    def resumed() -> None:
        house.clock.advance(hour)
        house.seals.request_resume(staff.owner, seal, reason="已经找回")
        house.seals.resume(staff.reviewer, seal, reason=REASON)

    before, lost = stamped(), house.clock.now() + timedelta(minutes=30)
    between = stamped()
    house.clock.advance(hour)
    suspended = house.seals.suspend(staff.owner, seal, reason="印章遗失", lost_at=lost)
    assert suspended.lost_at == look(house, seal)[1][-1].lost_at == lost
    (told,) = (one for one in house.events() if one.tag == "seal:suspend:done" and one.subject == seal)
    assert told.facts["lost_at"] == lost.isoformat()
    resumed()
    after = stamped()
    house.clock.advance(hour)
    assert house.seals.suspend(staff.owner, seal, reason="例行停用").lost_at is None
    resumed()

    def disputed(pdf: bytes) -> bool:
        (standing,) = house.verification.file(pdf).seals
        return standing.disputed

    assert [disputed(pdf) for pdf in (before, between, after)] == [False, True, False]


def test_a_loss_that_is_found_later_disputes_what_was_stamped_before(house: House) -> None:
    staff, seal, hour = house.authority, house.names["spare"], timedelta(hours=1)
    house.authorise(seal, staff.client)
    before = house.stampings.stamp(staff.client, house.stamp_command(seal=seal))[1]
    house.clock.advance(hour)
    lost_at = house.clock.now()
    between = house.stampings.stamp(staff.client, house.stamp_command(seal=seal))[1]
    house.clock.advance(hour)
    house.seals.suspend(staff.reviewer, seal, reason="例行停用")
    house.seals.request_resume(staff.owner, seal, reason=REASON)
    house.clock.advance(hour)
    told = house.seals.report_loss(staff.owner, seal, lost_at=lost_at, reason="清点时发现遗失")
    assert (told.state, told.lost_at) == (SealState.SUSPENDED, lost_at)
    found = [one.disputed for pdf in (before, between) for one in house.verification.file(pdf).seals]
    assert found == [False, True]


def test_a_clock_that_runs_ahead_does_not_keep_a_seal_from_being_stopped(house: House) -> None:
    seal = house.names["spare"]
    suspended = house.seals.suspend(house.authority.owner, seal, reason="印章遗失", lost_at=NOW + timedelta(days=1))
    assert (suspended.state, suspended.lost_at) == (SealState.SUSPENDED, NOW)


def test_of_two_who_move_a_seal_at_once_one_is_told_so(either_house: House) -> None:
    house = either_house
    seal = walked(house, *ACTIVE)
    owners = [house.authority.of(Duty.SEAL_OWNER, f"owner {number}") for number in range(4)]
    results = at_once(*[partial(house.seals.suspend, one, seal, reason=REASON) for one in owners])
    assert sum(isinstance(one, Seal) for one in results) == 1
    assert {type(one) for one in results} <= {Seal, EventNotPossible, LostRace}
    assert [one.event for one in look(house, seal)[1]] == [None, *ACTIVE, SealEvent.SUSPEND]


# --- cancelling


def test_the_certificates_of_a_cancelled_seal_are_revoked_and_listed(house: House) -> None:
    seal, head = walked(house, *ACTIVE), house.head()
    house.clock.advance(timedelta(hours=1))
    cancelled = house.seals.cancel(house.authority.owner, seal, ground=Ground.DISSOLVED, reason=REASON)
    assert cancelled.owner_key is not None
    assert cancelled.document_key is not None
    with house.store.reading() as view:
        lists = house.authorities.evidence(view).revocation_lists
    for key in (cancelled.owner_key, cancelled.document_key):
        assert key.certificate is not None
        (entry,) = (
            found
            for one in lists
            if one.issuer == key.certificate.issuer and (found := one.entry(key.certificate.serial)) is not None
        )
        assert (entry.reason, entry.at) == (5, (NOW + timedelta(hours=1)).replace(microsecond=0))
    tags = [tag for tag in house.tags(after=head) if tag in ("certificate:revoke:done", "seal:cancel:done")]
    assert tags == ["seal:cancel:done", "certificate:revoke:done", "certificate:revoke:done"]


def test_a_seal_is_cancelled_though_no_list_can_be_made_now(house: House) -> None:
    house.faults.fail("sign:certification", SigningUnavailable())
    second = house.authority.of(Duty.SEAL_OWNER, "second owner")
    cancelled = house.seals.cancel(second, house.names["spare"], ground=Ground.NO_LONGER_NEEDED, reason=REASON)
    assert cancelled.state is SealState.CANCELLED
    # The key of one authority did not answer; the other one's lists were published all the same.
    assert house.authorities.keep_lists_fresh() == (ISSUING_P256,)
    assert house.authorities.keep_lists_fresh() == ()


# --- looking


def test_who_sees_a_seal(house: House) -> None:
    staff, seal = house.authority, house.names["spare"]
    for one in (staff.applicant, staff.owner, staff.reviewer, staff.maker, staff.filer):
        assert house.seals.find(one, seal)[0].id == seal
        with pytest.raises(SealUnknown):
            house.seals.find(one, "seal_nothing")
    other = house.staff("other")
    for one in (other.applicant, other.owner, staff.client, staff.officer, actor("auditor", Duty.AUDITOR)):
        with pytest.raises(DutyMissing):
            house.seals.find(one, seal)


def test_a_seal_does_not_show_its_content(house: House) -> None:
    seal = look(house, house.names["spare"])[0]
    assert seal.seal is not None
    assert "XINYIN" in repr(seal.seal)
    assert "XINYIN" not in repr(seal)

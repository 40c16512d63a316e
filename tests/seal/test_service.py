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
from seal.kinds import SealKind
from seal.lifecycle import LIFECYCLE, SealEvent, SealState
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
    SealEvent.MAKE: lambda seals, one, seal: seals.make(one, seal),
    SealEvent.FILE: lambda seals, one, seal: seals.file(one, seal),
    SealEvent.ISSUE: lambda seals, one, seal: seals.issue(one, seal),
    SealEvent.ACCEPT: lambda seals, one, seal: seals.accept(one, seal),
    SealEvent.SUSPEND: lambda seals, one, seal: seals.suspend(one, seal, reason=REASON),
    SealEvent.REQUEST_RESUME: lambda seals, one, seal: seals.request_resume(one, seal, reason=REASON),
    SealEvent.REFUSE_RESUME: lambda seals, one, seal: seals.refuse_resume(one, seal, reason=REASON),
    SealEvent.RESUME: lambda seals, one, seal: seals.resume(one, seal, reason=REASON),
    SealEvent.CANCEL: lambda seals, one, seal: seals.cancel(one, seal, reason=REASON),
}
DUTIES: Final = {
    SealEvent.WITHDRAW: Duty.SEAL_APPLICANT,
    SealEvent.RETURN: Duty.SEAL_REVIEWER,
    SealEvent.RESUBMIT: Duty.SEAL_APPLICANT,
    SealEvent.REJECT: Duty.SEAL_REVIEWER,
    SealEvent.APPROVE: Duty.SEAL_REVIEWER,
    SealEvent.MAKE: Duty.SEAL_MAKER,
    SealEvent.FILE: Duty.SEAL_FILER,
    SealEvent.ISSUE: Duty.SEAL_MAKER,
    SealEvent.ACCEPT: Duty.SEAL_OWNER,
    SealEvent.SUSPEND: Duty.SEAL_OWNER,
    SealEvent.REQUEST_RESUME: Duty.SEAL_OWNER,
    SealEvent.REFUSE_RESUME: Duty.SEAL_REVIEWER,
    SealEvent.RESUME: Duty.SEAL_REVIEWER,
    SealEvent.CANCEL: Duty.SEAL_REVIEWER,
}
WITHOUT_REASON: Final = frozenset({SealEvent.MAKE, SealEvent.FILE, SealEvent.ISSUE, SealEvent.ACCEPT})
OF_OWNER: Final = frozenset({Duty.SEAL_APPLICANT, Duty.SEAL_OWNER})

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
    SealState.CANCELLED: (*ACTIVE, SealEvent.CANCEL),
}
"""How a seal comes into each state."""

MOVES: Final = [(state, event) for state, event in LIFECYCLE.moves]
FIRST_STATE: Final = {event: state for state, event in reversed(MOVES)}
"""A state in which an event can happen."""


def granted(duty: Duty, organisation: str) -> Grant:
    """Return a duty in its scope."""
    return Grant(duty, organisation if duty in OF_OWNER else None)


def right(staff: Staff, event: SealEvent) -> Actor:
    """Return somebody whose duty an event is, and nothing else."""
    return actor(f"{DUTIES[event].value} of {staff.organisation}", granted(DUTIES[event], staff.organisation))


def with_all(staff: Staff, name: str, *, but: Iterable[Duty] = ()) -> Actor:
    """Return somebody who holds every duty of seals, `but` some."""
    duties = set(DUTIES.values()) - set(but)
    return actor(name, *(granted(duty, staff.organisation) for duty in duties))


def walked(house: House, *events: SealEvent) -> str:
    """Return a new seal that has gone this way."""
    seal = house.apply(house.authority).id
    for event in events:
        STEPS[event](house.seals, right(house.authority, event), seal)
    return seal


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
    for event in set(SealEvent) - LIFECYCLE.events(state):
        one = right(house.authority, event)
        error = refused(house, EventNotPossible, partial(STEPS[event], house.seals, one, seal))
        assert error.details == {"state": state.value, "event": event.value}
    assert look(house, seal) == before


@pytest.mark.parametrize(("state", "event"), MOVES)
def test_what_can_happen_changes_the_state_and_is_written_down(
    house: House, state: SealState, event: SealEvent
) -> None:
    seal = walked(house, *WAYS[state])
    head, one, before = house.head(), right(house.authority, event), look(house, seal)[1]
    house.clock.advance(timedelta(hours=1))
    moved = STEPS[event](house.seals, one, seal)
    target = LIFECYCLE.moves[state, event]
    assert (moved.state, moved.last_actor) == (target, one.id)
    found, history = look(house, seal)
    assert found == moved
    told = "" if event in WITHOUT_REASON else REASON
    entry = HistoryEntry(event=event, state=target, actor=one.id, at=NOW + timedelta(hours=1), reason=told)
    assert history == (*before, entry)
    (recorded,) = (each for each in house.events(after=head) if each.tag.startswith("seal:") and each.subject == seal)
    assert (recorded.tag, recorded.actor) == (f"seal:{event.value}:done", one.id)
    assert {"state": target.value, "reason": told}.items() <= recorded.facts.items()


def test_a_whole_life_on_either_database(either_house: House) -> None:
    again = (SealEvent.SUSPEND, SealEvent.REQUEST_RESUME, SealEvent.REFUSE_RESUME, SealEvent.REQUEST_RESUME)
    corrected = (SealEvent.RETURN, SealEvent.RESUBMIT)
    events = (*corrected, *ACTIVE, *again, SealEvent.RESUME, SealEvent.SUSPEND, SealEvent.CANCEL)
    seal, history = look(either_house, walked(either_house, *events))
    assert seal.state is SealState.CANCELLED
    assert [one.event for one in history] == [None, *events]


# --- four eyes


@pytest.mark.parametrize(("state", "event"), [move for move in MOVES if move[1] not in LIFECYCLE.alone])
def test_nobody_takes_the_step_after_his_own(house: House, state: SealState, event: SealEvent) -> None:
    one, other = with_all(house.authority, "one"), with_all(house.authority, "other")
    people = [one, other]
    seal = house.seals.apply(people[0], house.apply_command(house.authority)).id
    for step in WAYS[state]:
        people.reverse()
        STEPS[step](house.seals, people[0], seal)
    error = refused(house, FourEyesRequired, lambda: STEPS[event](house.seals, people[0], seal))
    assert error.details == {"event": event.value}
    assert STEPS[event](house.seals, people[1], seal).state is LIFECYCLE.moves[state, event]


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


@pytest.mark.parametrize(("state", "event"), [move for move in MOVES if move[1] in LIFECYCLE.alone])
def test_what_takes_back_or_stops_one_s_own_needs_no_second_person(
    house: House, state: SealState, event: SealEvent
) -> None:
    one, other = with_all(house.authority, "one"), with_all(house.authority, "other")
    people = [one, other]
    seal = house.seals.apply(people[0], house.apply_command(house.authority)).id
    for step in WAYS[state]:
        people.reverse()
        STEPS[step](house.seals, people[0], seal)
    assert STEPS[event](house.seals, people[0], seal).last_actor == people[0].id


# --- duties


@pytest.mark.parametrize("event", SealEvent)
def test_a_step_is_for_those_whose_duty_it_is(house: House, event: SealEvent) -> None:
    seal, duty = walked(house, *WAYS[FIRST_STATE[event]]), DUTIES[event]
    alternatives = {duty, Duty.SEAL_OWNER} if event is SealEvent.CANCEL else {duty}
    strangers = [
        actor("nobody"),
        with_all(house.authority, "with every other duty", but=alternatives),
        actor("administrator", Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR),
        house.authority.client,
    ]
    for one in alternatives & OF_OWNER:
        strangers += [actor("of another", Grant(one, house.names["other"])), actor("of nobody", Grant(one))]
    for stranger in strangers:
        error = refused(house, DutyMissing, partial(STEPS[event], house.seals, stranger, seal))
        assert error.details["duty"] in {each.value for each in alternatives}


def test_the_owner_may_cancel_what_another_brought_into_use(house: House) -> None:
    seal = walked(house, *ACTIVE)
    second = house.authority.of(Duty.SEAL_OWNER, "second owner")
    assert house.seals.cancel(second, seal, reason=REASON).state is SealState.CANCELLED


@pytest.mark.parametrize("event", SealEvent)
def test_nothing_happens_to_a_seal_that_nobody_knows(house: House, event: SealEvent) -> None:
    refused(house, SealUnknown, lambda: STEPS[event](house.seals, right(house.authority, event), "seal_nothing"))


# --- reasons


Told = Callable[[SealService, Actor, str, str], Seal]

TOLD: Final[dict[SealEvent, Told]] = {
    SealEvent.WITHDRAW: lambda seals, one, seal, reason: seals.withdraw(one, seal, reason=reason),
    SealEvent.RETURN: lambda seals, one, seal, reason: seals.return_(one, seal, reason=reason),
    SealEvent.RESUBMIT: lambda seals, one, seal, reason: seals.resubmit(one, seal, reason=reason),
    SealEvent.REJECT: lambda seals, one, seal, reason: seals.reject(one, seal, reason=reason),
    SealEvent.APPROVE: lambda seals, one, seal, reason: seals.approve(one, seal, reason=reason),
    SealEvent.SUSPEND: lambda seals, one, seal, reason: seals.suspend(one, seal, reason=reason),
    SealEvent.REQUEST_RESUME: lambda seals, one, seal, reason: seals.request_resume(one, seal, reason=reason),
    SealEvent.REFUSE_RESUME: lambda seals, one, seal, reason: seals.refuse_resume(one, seal, reason=reason),
    SealEvent.RESUME: lambda seals, one, seal, reason: seals.resume(one, seal, reason=reason),
    SealEvent.CANCEL: lambda seals, one, seal, reason: seals.cancel(one, seal, reason=reason),
}


def test_every_step_but_those_of_the_workshop_needs_a_reason() -> None:
    assert set(TOLD) == set(SealEvent) - WITHOUT_REASON


@pytest.mark.parametrize("event", TOLD)
def test_a_reason_must_say_something(house: House, event: SealEvent) -> None:
    seal, one = walked(house, *WAYS[FIRST_STATE[event]]), right(house.authority, event)
    for reason in ("", " ", "x", " x\n", "\u3000\u3000", "长" * 501):
        refused(house, ReasonMissing, partial(TOLD[event], house.seals, one, seal, reason))


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
        rim=name,
        row="合同专用章",
        diameter_mm=38,
        applied_at=NOW,
    )
    assert look(house, seal.id)[0] == seal
    (event,) = house.events(after=head)
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
    refused(house, SubjectUnknown, lambda: house.seals.apply(staff.applicant, house.apply_command(staff)))


def test_the_owner_of_a_seal_must_be_active(house: House) -> None:
    staff = house.authority
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), staff.organisation, reason="涉嫌冒用")
    refused(house, SubjectNotActive, lambda: house.seals.apply(staff.applicant, house.apply_command(staff)))


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
    for event in WAYS[state]:
        STEPS[event](house.seals, right(staff, event), seal)
    command = house.apply_command(staff, **STATUTORY)
    error = refused(house, StatutorySealExists, lambda: house.seals.apply(staff.applicant, command))
    assert error.details == {"seal": seal}


@pytest.mark.parametrize("state", [SealState.WITHDRAWN, SealState.REJECTED, SealState.CANCELLED])
def test_after_the_end_of_one_there_may_be_another(house: House, state: SealState) -> None:
    staff = house.staff("other")
    seal = house.seals.apply(staff.applicant, house.apply_command(staff, **STATUTORY)).id
    for event in WAYS[state]:
        STEPS[event](house.seals, right(staff, event), seal)
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
    assert house.events()[-1].facts["filing_number"] == numbers[1]


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
    assert house.events()[-1].facts["lost_at"] == lost.isoformat()
    resumed()
    after = stamped()
    house.clock.advance(hour)
    assert house.seals.suspend(staff.owner, seal, reason="例行停用").lost_at is None
    resumed()

    def disputed(pdf: bytes) -> bool:
        (standing,) = house.verification.file(pdf).seals
        return standing.disputed

    assert [disputed(pdf) for pdf in (before, between, after)] == [False, True, False]


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
    cancelled = house.seals.cancel(house.authority.reviewer, seal, reason=REASON)
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
    assert house.tags(after=head)[:3] == ["certificate:revoke:done", "certificate:revoke:done", "seal:cancel:done"]


def test_a_seal_is_cancelled_though_no_list_can_be_made_now(house: House) -> None:
    house.faults.fail("sign:certification", SigningUnavailable())
    cancelled = house.seals.cancel(house.authority.reviewer, house.names["spare"], reason=REASON)
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

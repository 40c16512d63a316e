"""The life of a seal: every event from every state, against a table written down a second time."""

from typing import Final

import pytest

from seal.lifecycle import (
    DUTIES,
    ENDED,
    LIFECYCLE,
    OWNERS_ACTS,
    PERMITS,
    REASONED,
    UNMADE,
    SealEvent,
    SealState,
    SealUse,
)
from trust.lifecycle import EventNotPossible, FourEyesRequired

MOVES: Final[dict[str, dict[str, str]]] = {
    "applied": {"withdraw": "withdrawn", "return": "returned", "reject": "rejected", "approve": "approved"},
    "returned": {"resubmit": "applied", "withdraw": "withdrawn"},
    "withdrawn": {},
    "rejected": {},
    "approved": {"make": "made", "send_back": "applied"},
    "made": {"file": "filed", "discard": "cancelled", "invalidate": "invalidated"},
    "filed": {"issue": "issued", "discard": "cancelled", "invalidate": "invalidated"},
    "issued": {"accept": "active", "refuse": "filed", "discard": "cancelled", "invalidate": "invalidated"},
    "active": {
        "suspend": "suspended",
        "cancel": "cancelled",
        "propose_cancel": "cancelling",
        "supersede": "superseded",
        "invalidate": "invalidated",
    },
    "suspended": {
        "report_loss": "suspended",
        "request_resume": "resuming",
        "cancel": "cancelled",
        "propose_cancel": "cancelling",
        "supersede": "superseded",
        "invalidate": "invalidated",
    },
    "resuming": {
        "report_loss": "suspended",
        "resume": "active",
        "refuse_resume": "suspended",
        "cancel": "cancelled",
        "propose_cancel": "cancelling",
        "supersede": "superseded",
        "invalidate": "invalidated",
    },
    "cancelling": {
        "report_loss": "suspended",
        "confirm_cancel": "cancelled",
        "refuse_cancel": "suspended",
        "supersede": "superseded",
        "invalidate": "invalidated",
    },
    "cancelled": {"invalidate": "invalidated", "request_destroy": "destroying"},
    "superseded": {"invalidate": "invalidated", "request_destroy": "destroying"},
    "invalidated": {"request_destroy": "destroying"},
    "destroying": {"destroy": "destroyed"},
    "destroyed": {},
}
ALONE: Final = {"withdraw", "suspend", "report_loss", "request_resume", "propose_cancel", "supersede"}
OWNERS: Final = {"seal_owner"}
DEPARTMENTS: Final = {"seal_reviewer"}
BY: Final = {
    "withdraw": {"seal_applicant"},
    "return": DEPARTMENTS,
    "resubmit": {"seal_applicant"},
    "reject": DEPARTMENTS,
    "approve": DEPARTMENTS,
    "send_back": {"seal_maker"},
    "make": {"seal_maker"},
    "file": {"seal_filer"},
    "issue": {"seal_maker"},
    "refuse": OWNERS,
    "accept": OWNERS,
    "discard": DEPARTMENTS,
    "suspend": OWNERS | DEPARTMENTS,
    "report_loss": OWNERS,
    "request_resume": OWNERS,
    "refuse_resume": DEPARTMENTS,
    "resume": DEPARTMENTS,
    "cancel": OWNERS,
    "propose_cancel": DEPARTMENTS,
    "refuse_cancel": DEPARTMENTS,
    "confirm_cancel": DEPARTMENTS,
    "supersede": OWNERS,
    "invalidate": DEPARTMENTS,
    "request_destroy": {"security_administrator"},
    "destroy": {"auditor"},
}
"""Who takes each step, written down a second time: a change of the table has to be meant."""

WITHOUT_REASON: Final = {"make", "file", "issue", "accept", "supersede"}
TOWARDS_USE: Final = {"resubmit", "approve", "make", "issue", "accept", "request_resume", "resume"}


@pytest.mark.parametrize("state", SealState)
@pytest.mark.parametrize("event", SealEvent)
def test_what_can_happen_in_which_state(state: SealState, event: SealEvent) -> None:
    target = MOVES[state.value].get(event.value)
    if target is not None:
        assert target == LIFECYCLE.step(state, event, actor="b", before="a").value
        return
    with pytest.raises(EventNotPossible) as refused:
        LIFECYCLE.step(state, event, actor="b", before="a")
    assert refused.value.details == {"state": state.value, "event": event.value}


@pytest.mark.parametrize(("state", "event"), list(LIFECYCLE.moves))
def test_which_steps_need_a_second_person(state: SealState, event: SealEvent) -> None:
    if event.value in ALONE:
        assert LIFECYCLE.step(state, event, actor="a", before="a") is LIFECYCLE.moves[state, event]
        return
    with pytest.raises(FourEyesRequired):
        LIFECYCLE.step(state, event, actor="a", before="a")


def test_a_seal_begins_with_an_application() -> None:
    assert LIFECYCLE.initial is SealState.APPLIED


def test_the_table_names_every_state() -> None:
    assert LIFECYCLE.states() == set(SealState) == set(PERMITS)
    assert {event for _, event in LIFECYCLE.moves} == set(SealEvent)


@pytest.mark.parametrize("state", SealState)
def test_only_an_active_seal_can_be_used(state: SealState) -> None:
    assert PERMITS[state] == (frozenset(SealUse) if state is SealState.ACTIVE else frozenset())


def test_every_step_is_somebody_s() -> None:
    assert {event.value: {duty.value for duty in duties} for event, duties in DUTIES.items()} == BY


def test_which_steps_need_a_reason() -> None:
    assert {event.value for event in set(SealEvent) - REASONED} == WITHOUT_REASON


def test_which_steps_need_an_owner_who_may_act() -> None:
    assert {event.value for event in OWNERS_ACTS} == TOWARDS_USE


@pytest.mark.parametrize("state", SealState)
def test_nothing_leads_back_from_an_end(state: SealState) -> None:
    """Whatever happens to a seal that has ended, it never can be used again."""
    reached, new = {state}, {state}
    while new:
        new = {LIFECYCLE.moves[one, event] for one in new for event in LIFECYCLE.events(one)} - reached
        reached |= new
    if state in ENDED:
        assert reached <= ENDED
        assert all(not PERMITS[one] for one in reached)
    if state in UNMADE | {SealState.DESTROYED}:
        assert reached == {state}


def test_no_seal_comes_into_use_but_by_review_making_filing_issue_and_acceptance() -> None:
    """Take any one of these steps out of the table, and no seal can ever stamp."""
    for missing in (SealEvent.APPROVE, SealEvent.MAKE, SealEvent.FILE, SealEvent.ISSUE, SealEvent.ACCEPT):
        reached, new = {LIFECYCLE.initial}, {LIFECYCLE.initial}
        while new:
            steps = [(one, event) for one in new for event in LIFECYCLE.events(one) if event is not missing]
            new = {LIFECYCLE.moves[step] for step in steps} - reached
            reached |= new
        assert SealState.ACTIVE not in reached, missing

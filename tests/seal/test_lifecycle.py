"""The life of a seal: every event from every state, against a table written down a second time."""

from typing import Final

import pytest

from seal.lifecycle import LIFECYCLE, PERMITS, SealEvent, SealState, SealUse
from trust.lifecycle import EventNotPossible, FourEyesRequired

MOVES: Final = {
    "applied": {"withdraw": "withdrawn", "return": "returned", "reject": "rejected", "approve": "approved"},
    "returned": {"resubmit": "applied", "withdraw": "withdrawn"},
    "withdrawn": {},
    "rejected": {},
    "approved": {"make": "made"},
    "made": {"file": "filed"},
    "filed": {"issue": "issued"},
    "issued": {"accept": "active"},
    "active": {"suspend": "suspended", "cancel": "cancelled"},
    "suspended": {"request_resume": "resuming", "cancel": "cancelled"},
    "resuming": {"resume": "active", "refuse_resume": "suspended", "cancel": "cancelled"},
    "cancelled": {},
}
ALONE: Final = {"withdraw", "suspend", "request_resume"}


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

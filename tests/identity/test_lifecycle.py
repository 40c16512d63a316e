"""The lives of subjects and of clients: every state has its row, nothing leaves the end, nobody takes two steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.lifecycle import (
    CLIENT_LIFECYCLE,
    LIFECYCLE,
    PERMITS,
    ClientEvent,
    ClientState,
    SubjectEvent,
    SubjectState,
    SubjectUse,
)
from trust.lifecycle import EventNotPossible, FourEyesRequired


def test_every_state_is_listed() -> None:
    assert set(SubjectState) == set(PERMITS) == LIFECYCLE.states()
    assert set(ClientState) == CLIENT_LIFECYCLE.states()
    assert set(SubjectEvent) == {event for _, event in LIFECYCLE.moves}
    assert set(ClientEvent) == {event for _, event in CLIENT_LIFECYCLE.moves}


def test_only_who_is_proven_acts() -> None:
    assert {SubjectState.ACTIVE} == {state for state, uses in PERMITS.items() if SubjectUse.ACT in uses}
    assert {SubjectState.ACTIVE, SubjectState.FROZEN} == {
        state for state, uses in PERMITS.items() if SubjectUse.HOLD in uses
    }


def test_the_end_is_the_end() -> None:
    ends = {SubjectState.MERGED, SubjectState.ERASED}
    assert ends == {state for state in SubjectState if not LIFECYCLE.events(state)}
    assert {SubjectEvent.ERASE} == LIFECYCLE.events(SubjectState.CLOSED)


def test_who_is_frozen_gets_out_by_being_unfrozen_or_closed_alone() -> None:
    """Nobody gets out of a freezing by being erased; merging looks at it by itself."""
    assert SubjectEvent.ERASE not in LIFECYCLE.events(SubjectState.FROZEN)


@pytest.mark.parametrize(("state", "event"), LIFECYCLE.moves)
def test_only_freezing_is_done_alone(state: SubjectState, event: SubjectEvent) -> None:
    assert LIFECYCLE.moves[state, event] is LIFECYCLE.step(state, event, actor="b", before="a")
    if event is SubjectEvent.FREEZE:
        assert SubjectState.FROZEN is LIFECYCLE.step(state, event, actor="a", before="a")
        return
    with pytest.raises(FourEyesRequired):
        LIFECYCLE.step(state, event, actor="a", before="a")


@given(st.lists(st.tuples(st.sampled_from(SubjectEvent), st.sampled_from("ab")), max_size=30))
def test_whatever_happens_the_table_is_followed(steps: list[tuple[SubjectEvent, str]]) -> None:
    state, before = LIFECYCLE.initial, "a"
    for event, actor in steps:
        try:
            after = LIFECYCLE.step(state, event, actor=actor, before=before)
        except EventNotPossible:
            assert (state, event) not in LIFECYCLE.moves
            continue
        except FourEyesRequired:
            assert actor == before
            continue
        assert LIFECYCLE.moves[state, event] is after
        assert state is not SubjectState.CLOSED
        state, before = after, actor

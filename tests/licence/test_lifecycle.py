"""The tables of both lives: every event in every state, and what each state proves."""

from itertools import product

import pytest

from licence.lifecycle import (
    ENDED,
    LIFECYCLE,
    PERMITS,
    SUCCESSIONS,
    TYPE_LIFECYCLE,
    LicenceEvent,
    LicenceState,
    LicenceUse,
    TypeEvent,
    TypeState,
)
from trust.lifecycle import EventNotPossible, FourEyesRequired

LICENCE_MOVES = {
    ("prepared", "release"): "in_force",
    ("prepared", "abandon"): "void",
    ("in_force", "suspend"): "suspended",
    ("in_force", "change"): "superseded",
    ("in_force", "renew"): "superseded",
    ("in_force", "replace"): "superseded",
    ("in_force", "correct"): "superseded",
    ("in_force", "revoke"): "revoked",
    ("in_force", "withdraw"): "withdrawn",
    ("in_force", "cancel"): "cancelled",
    ("suspended", "restore"): "in_force",
    ("suspended", "revoke"): "revoked",
    ("suspended", "withdraw"): "withdrawn",
    ("suspended", "cancel"): "cancelled",
}
TYPE_MOVES = {
    ("draft", "review"): "reviewed",
    ("draft", "refuse"): "returned",
    ("reviewed", "return"): "returned",
    ("reviewed", "publish"): "published",
    ("published", "retire"): "retired",
}


@pytest.mark.parametrize(("state", "event"), list(product(LicenceState, LicenceEvent)))
def test_every_event_of_a_licence_is_allowed_or_refused(state: LicenceState, event: LicenceEvent) -> None:
    target = LICENCE_MOVES.get((state.value, event.value))
    if target is None:
        with pytest.raises(EventNotPossible):
            LIFECYCLE.step(state, event, actor="a", before="b")
    else:
        assert LIFECYCLE.step(state, event, actor="a", before="b") == LicenceState(target)


@pytest.mark.parametrize(("state", "event"), list(product(TypeState, TypeEvent)))
def test_every_event_of_a_type_is_allowed_or_refused(state: TypeState, event: TypeEvent) -> None:
    target = TYPE_MOVES.get((state.value, event.value))
    if target is None:
        with pytest.raises(EventNotPossible):
            TYPE_LIFECYCLE.step(state, event, actor="a", before="b")
    else:
        assert TYPE_LIFECYCLE.step(state, event, actor="a", before="b") == TypeState(target)


@pytest.mark.parametrize(("state", "event"), [one for one in LIFECYCLE.moves if one[1] not in LIFECYCLE.alone])
def test_what_becomes_of_a_licence_needs_two(state: LicenceState, event: LicenceEvent) -> None:
    with pytest.raises(FourEyesRequired):
        LIFECYCLE.step(state, event, actor="a", before="a")


@pytest.mark.parametrize(("state", "event"), TYPE_LIFECYCLE.moves)
def test_every_step_of_a_type_needs_two(state: TypeState, event: TypeEvent) -> None:
    with pytest.raises(FourEyesRequired):
        TYPE_LIFECYCLE.step(state, event, actor="a", before="a")


def test_issuing_is_one_use_case_of_one_actor() -> None:
    for event in (LicenceEvent.RELEASE, LicenceEvent.ABANDON):
        LIFECYCLE.step(LicenceState.PREPARED, event, actor="a", before="a")


def test_a_new_edition_takes_nothing_away_and_needs_nobody_else() -> None:
    assert {LIFECYCLE.step(LicenceState.IN_FORCE, event, actor="a", before="a") for event in SUCCESSIONS} == {
        LicenceState.SUPERSEDED
    }


def test_what_has_ended_stays_so() -> None:
    assert {one.value for one in ENDED} == {"superseded", "revoked", "withdrawn", "cancelled", "void"}


def test_a_licence_proves_something_while_it_is_in_force_and_at_no_other_time() -> None:
    assert set(PERMITS) == set(LicenceState)
    assert {state for state, uses in PERMITS.items() if LicenceUse.PROVE in uses} == {LicenceState.IN_FORCE}


def test_a_new_licence_proves_nothing_and_a_new_type_is_a_draft() -> None:
    assert (LIFECYCLE.initial, TYPE_LIFECYCLE.initial) == (LicenceState.PREPARED, TypeState.DRAFT)


def test_every_state_can_be_reached() -> None:
    assert LIFECYCLE.states() == set(LicenceState)
    assert TYPE_LIFECYCLE.states() == set(TypeState)

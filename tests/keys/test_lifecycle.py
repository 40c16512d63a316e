"""The life of a key."""

import pytest

from keys.lifecycle import LIFECYCLE, PERMITS, KeyEvent, KeyState, KeyUse
from trust.lifecycle import EventNotPossible


def test_every_state_says_what_it_permits() -> None:
    assert set(PERMITS) == LIFECYCLE.states() == set(KeyState)
    assert {state for state, uses in PERMITS.items() if KeyUse.SIGN in uses} == {KeyState.ACTIVE}
    assert all(KeyUse.VERIFY in uses for uses in PERMITS.values())  # what was signed stays signed


def test_there_is_no_way_back() -> None:
    assert LIFECYCLE.initial is KeyState.ACTIVE
    assert LIFECYCLE.events(KeyState.DESTROYED) == frozenset()
    assert KeyState.ACTIVE not in LIFECYCLE.moves.values()
    with pytest.raises(EventNotPossible):
        LIFECYCLE.after(KeyState.DESTROYED, KeyEvent.RETIRE)


def test_one_person_is_enough() -> None:
    assert LIFECYCLE.step(KeyState.ACTIVE, KeyEvent.DESTROY, actor="a", before="a") is KeyState.DESTROYED

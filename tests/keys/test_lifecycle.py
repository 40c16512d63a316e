"""The life of a key."""

import pytest

from keys.lifecycle import LIFECYCLE, PERMITS, KeyEvent, KeyState, KeyUse
from trust.lifecycle import EventNotPossible


def permitting(use: KeyUse) -> set[KeyState]:
    """Return the states that permit a use."""
    return {state for state, uses in PERMITS.items() if use in uses}


def test_every_state_says_what_it_permits() -> None:
    assert set(PERMITS) == LIFECYCLE.states() == set(KeyState)
    assert permitting(KeyUse.REQUEST) == {KeyState.PENDING, KeyState.ACTIVE}
    assert permitting(KeyUse.SIGN) == {KeyState.ACTIVE, KeyState.RETIRING}
    assert permitting(KeyUse.ACCEPT) == {KeyState.PENDING, KeyState.ACTIVE, KeyState.RETIRING}
    assert permitting(KeyUse.DECRYPT) == {KeyState.ACTIVE, KeyState.RETIRING, KeyState.RETIRED}
    assert permitting(KeyUse.VERIFY) == set(KeyState)  # what was signed stays signed


def test_there_is_no_way_back() -> None:
    assert LIFECYCLE.initial is KeyState.PENDING
    assert LIFECYCLE.events(KeyState.DESTROYED) == frozenset()
    assert KeyState.PENDING not in LIFECYCLE.moves.values()
    order = list(KeyState)
    assert all(order.index(origin) < order.index(target) for (origin, _), target in LIFECYCLE.moves.items())
    with pytest.raises(EventNotPossible):
        LIFECYCLE.after(KeyState.DESTROYED, KeyEvent.RETIRE)


@pytest.mark.parametrize("state", [one for one in KeyState if one is not KeyState.DESTROYED])
def test_every_key_can_be_destroyed_at_once(state: KeyState) -> None:
    assert LIFECYCLE.after(state, KeyEvent.DESTROY) is KeyState.DESTROYED


@pytest.mark.parametrize("state", [KeyState.ACTIVE, KeyState.RETIRING, KeyState.RETIRED])
def test_a_key_is_taken_into_use_once(state: KeyState) -> None:
    with pytest.raises(EventNotPossible):
        LIFECYCLE.after(state, KeyEvent.ACTIVATE)


def test_one_person_is_enough() -> None:
    # The two witnesses of a destruction are another rule: they watch, and take no step.
    assert LIFECYCLE.step(KeyState.ACTIVE, KeyEvent.DESTROY, actor="a", before="a") is KeyState.DESTROYED

"""The engine of every life: the table is all there is."""

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.errors import Conflict
from trust.lifecycle import EventNotPossible, FourEyesRequired, Lifecycle


class Light(StrEnum):
    """States of a lamp."""

    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class Act(StrEnum):
    """What happens to a lamp."""

    SWITCH = "switch"
    DROP = "drop"
    WISH = "wish"


LAMP = Lifecycle(
    initial=Light.OFF,
    moves={
        (Light.OFF, Act.SWITCH): Light.ON,
        (Light.ON, Act.SWITCH): Light.OFF,
        (Light.ON, Act.DROP): Light.BROKEN,
    },
    alone=frozenset({Act.DROP}),
)


@pytest.mark.parametrize("state", Light)
@pytest.mark.parametrize("event", Act)
def test_the_table_is_all_there_is(state: Light, event: Act) -> None:
    if (state, event) in LAMP.moves:
        assert LAMP.after(state, event) is LAMP.moves[state, event]
        assert event in LAMP.events(state)
        return
    with pytest.raises(EventNotPossible) as refused:
        LAMP.after(state, event)
    assert refused.value.details == {"state": state.value, "event": event.value}
    assert event not in LAMP.events(state)


def test_two_persons_take_two_steps() -> None:
    assert LAMP.step(Light.OFF, Act.SWITCH, actor="b", before="a") is Light.ON
    with pytest.raises(FourEyesRequired) as refused:
        LAMP.step(Light.OFF, Act.SWITCH, actor="a", before="a")
    assert refused.value.details == {"event": "switch"}
    assert LAMP.step(Light.ON, Act.DROP, actor="a", before="a") is Light.BROKEN
    with pytest.raises(EventNotPossible):  # what cannot happen is told before who may not do it
        LAMP.step(Light.OFF, Act.DROP, actor="a", before="a")
    assert issubclass(EventNotPossible, Conflict)
    assert issubclass(FourEyesRequired, Conflict)


def test_states_and_ends() -> None:
    assert LAMP.states() == set(Light)
    assert LAMP.events(Light.BROKEN) == frozenset()
    assert Lifecycle[Light, Act](initial=Light.ON, moves={}).states() == {Light.ON}


def test_the_diagram() -> None:
    assert LAMP.diagram() == (
        "stateDiagram-v2\n    [*] --> off\n    off --> on: switch\n    on --> off: switch\n"
        "    on --> broken: drop\n    broken --> [*]\n"
    )


STATES = [Light.OFF, Light.ON, Light.BROKEN]
TABLES = st.dictionaries(st.tuples(st.sampled_from(STATES), st.sampled_from(Act)), st.sampled_from(STATES), max_size=9)
STEPS = st.lists(st.tuples(st.sampled_from(Act), st.sampled_from(["a", "b"])), max_size=20)


@given(TABLES, st.frozensets(st.sampled_from(Act)), st.sampled_from(STATES), STEPS)
def test_any_life(
    moves: dict[tuple[Light, Act], Light], alone: frozenset[Act], initial: Light, steps: list[tuple[Act, str]]
) -> None:
    life = Lifecycle(initial=initial, moves=moves, alone=alone)
    state, before = life.initial, ""
    for event, actor in steps:
        assert state in life.states()
        try:
            target = life.step(state, event, actor=actor, before=before)
        except EventNotPossible:
            assert event not in life.events(state)
            continue
        except FourEyesRequired:
            assert actor == before
            assert event not in life.alone
            continue
        assert target is moves[state, event]
        assert actor != before or event in alone
        state, before = target, actor
    for terminal in life.states():
        assert (f"    {terminal} --> [*]\n" in life.diagram()) == (not life.events(terminal))

"""What the console repeats of the lives of licences is what the service says of them."""

import re
from pathlib import Path
from typing import Final, get_args

from api.schemas.licence_reviews import StepName
from licence.grounds import ALLOWED
from licence.lifecycle import LIFECYCLE, LicenceState

TOLD: Final = (Path(__file__).parents[2] / "web/console/src/pages/licences/licences.ts").read_text(encoding="utf-8")


def told(name: str) -> dict[str, list[str]]:
    """Return a table of the console: lists of words by their keys."""
    table = TOLD.split(f"export const {name}")[1].split("= {", 1)[1].split("\n};")[0]
    return {key: re.findall(r'"(\w+)"', listed) for key, listed in re.findall(r"(\w+): \[(.*?)\]", table, re.DOTALL)}


def test_the_steps_of_each_state_are_those_of_its_life() -> None:
    asked = {str(one) for one in get_args(StepName)}
    allowed = {
        state.value: {event.value for of, event in LIFECYCLE.moves if of is state and event.value in asked}
        for state in LicenceState
    }
    assert {state: set(steps) for state, steps in told("STEPS").items()} == allowed


def test_the_grounds_of_each_step_are_those_that_it_takes() -> None:
    grounds = {event.value: {one.value for one in allowed} for event, allowed in ALLOWED.items()}
    assert {event: set(listed) for event, listed in told("GROUNDS").items()} == grounds

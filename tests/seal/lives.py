"""Lives of seals as they could go: a registry in a few lines, on the house's own tables, and people who try anything.

What is tried comes from a hash, so that every run tries the same, and another number tries something else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import shake_128
from typing import Final

from identity.duties import OF_ORGANISATION, Actor, Duty, Grant
from identity.errors import DutyMissing
from seal.life.steps import permit
from seal.lifecycle import APPLICATIONS, DUTIES, ENDED, LIFECYCLE, REVIEWS, SealEvent, SealState
from tests.seal.houses import actor
from trust.errors import TrustError
from trust.lifecycle import FourEyesRequired

__all__ = ["CAST", "OWNER", "Life", "Step", "attempts"]

OWNER: Final = "the owner"
STRANGER: Final = "another organisation"
EVENTS: Final = tuple(SealEvent)


def of(duty: Duty, organisation: str) -> Grant:
    """Return a duty in its scope."""
    return Grant(duty, organisation if duty in OF_ORGANISATION else None)


def cast(organisation: str) -> tuple[Actor, ...]:
    """Return who tries: two with each duty, one with all of them, one with those of another organisation, a nobody."""
    duties = sorted(set().union(*DUTIES.values()))
    return (
        *(actor(f"{duty.value} {number}", of(duty, organisation)) for duty in duties for number in (1, 2)),
        actor("everybody", *(of(duty, organisation) for duty in duties)),
        actor("a stranger", *(of(duty, STRANGER) for duty in duties if duty in OF_ORGANISATION)),
        actor("nobody"),
    )


CAST: Final = cast(OWNER)


@cache
def holds(who: Actor, event: SealEvent, owner: str) -> bool:
    """Tell whether somebody holds the duty of a step."""
    try:
        permit(who, DUTIES[event], owner)
    except DutyMissing:
        return False
    return True


@dataclass(frozen=True)
class Step:
    """A step that was taken."""

    event: SealEvent | None
    actor: str
    state: SealState


@dataclass
class Life:
    """One seal and its history, on the tables alone."""

    owner: str
    applicant: Actor
    state: SealState = LIFECYCLE.initial
    history: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.history.append(Step(None, self.applicant.id, self.state))

    def take(self, who: Actor, event: SealEvent) -> None:
        """Take a step. Raise what the house raises."""
        if not holds(who, event, self.owner):
            raise DutyMissing(duty="")
        state = LIFECYCLE.step(self.state, event, actor=who.id, before=self.history[-1].actor)
        if event in REVIEWS and who.id in {one.actor for one in self.history if one.event in APPLICATIONS}:
            raise FourEyesRequired(event=event.value)
        self.state = state
        self.history.append(Step(event, who.id, state))

    def attempt(self, who: Actor, event: SealEvent) -> bool:
        """Try to take a step, and tell whether it was taken."""
        try:
            self.take(who, event)
        except TrustError:
            return False
        return True


def attempts(number: int, length: int, life: Life, people: Sequence[Actor]) -> Iterator[tuple[Actor, SealEvent]]:
    """Yield who tries what in the life of this number: mostly what could be, by whose duty it is; often enough not.

    What ends a seal early is tried less often than what keeps it going, or few would live to see the rest.
    """
    drawn = iter(shake_128(number.to_bytes(8, "big")).digest(3 * length))
    for chance, which, who in zip(drawn, drawn, drawn, strict=True):
        going, possible = choices(life.state)
        wanted = going if going and chance % 16 < 11 else possible if possible and chance % 16 < 14 else EVENTS
        event = wanted[which % len(wanted)]
        able = able_people(tuple(people), event, life.owner) if chance // 16 % 4 else people
        yield able[who % len(able)], event


@cache
def choices(state: SealState) -> tuple[tuple[SealEvent, ...], tuple[SealEvent, ...]]:
    """Return what keeps a seal of this state going, and all that can happen to it."""
    possible = tuple(sorted(LIFECYCLE.events(state)))
    return tuple(event for event in possible if LIFECYCLE.moves[state, event] not in ENDED), possible


@cache
def able_people(people: tuple[Actor, ...], event: SealEvent, owner: str) -> tuple[Actor, ...]:
    """Return whose duty a step is."""
    return tuple(one for one in people if holds(one, event, owner))

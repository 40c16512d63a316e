"""The engine that every life in the house runs on: states, events, one table.

A life (of a seal, a licence, a key, a person) is a `Lifecycle`: a mapping from (state, event) to a state.
`Lifecycle.after` is the only way to a new state. What a state allows stands in a table beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from trust.errors import Conflict

__all__ = ["EventNotPossible", "FourEyesRequired", "Lifecycle", "require_other"]

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


class EventNotPossible(Conflict):
    """The thing exists, but in its present state this cannot happen to it."""

    code = "lifecycle.event_not_possible"
    detail_names: ClassVar[tuple[str, ...]] = ("state", "event")


class FourEyesRequired(Conflict):
    """The same person took the step before this one; another person must take this one (四眼原则)."""

    code = "lifecycle.four_eyes_required"
    detail_names: ClassVar[tuple[str, ...]] = ("event",)


def require_other(event: str, *, actor: str, before: str) -> None:
    """Return if two steps are taken by two persons, else raise `FourEyesRequired`: the one place of the rule."""
    if actor == before:
        raise FourEyesRequired(event=event)


@dataclass(frozen=True, kw_only=True)
class Lifecycle(Generic[State, Event]):
    """All moves of one kind of thing.

    `alone` names the events that the person of the step before may also take, such as withdrawing what one
    applied for oneself. Every other event needs a second person.
    """

    initial: State
    moves: Mapping[tuple[State, Event], State]
    alone: frozenset[Event] = frozenset()

    def after(self, state: State, event: Event) -> State:
        """Return the state that `event` leads to, or raise `EventNotPossible`."""
        try:
            return self.moves[state, event]
        except KeyError:
            raise EventNotPossible(state=state.value, event=event.value) from None

    def step(self, state: State, event: Event, *, actor: str, before: str) -> State:
        """Return the state after `event` by `actor`, where `before` took the last step.

        Raise `EventNotPossible`, or `FourEyesRequired` when the two are one person.
        """
        target = self.after(state, event)
        if event not in self.alone:
            require_other(event.value, actor=actor, before=before)
        return target

    def events(self, state: State) -> frozenset[Event]:
        """Return what can happen in `state`; nothing, when it is terminal."""
        return frozenset(event for origin, event in self.moves if origin == state)

    def states(self) -> frozenset[State]:
        """Return every state that the table knows."""
        return frozenset({self.initial, *(origin for origin, _ in self.moves), *self.moves.values()})

    def diagram(self) -> str:
        """Return the table as a Mermaid state diagram, as the documents show it."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial.value}"]
        lines += [
            f"    {origin.value} --> {target.value}: {event.value}" for (origin, event), target in self.moves.items()
        ]
        lines += [f"    {state.value} --> [*]" for state in sorted(self.states()) if not self.events(state)]
        return "\n".join(lines) + "\n"

"""Mandates 授权委托书: what is given, by whom, to whom, and where it stands.

A mandate is offered, and accepted by who receives it. From then on it holds, as long as every mandate above it holds
and every party may act; ended by one, it is ended with everything that was given within it. `expired` is derived from
the clock, never stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from identity.duties import Duty
from trust.delegations import Bounds, Delegation, Given, Matter, Party, Statement
from trust.lifecycle import Lifecycle

__all__ = ["ALONE", "GIVERS", "LIFECYCLE", "OFFERED_FOR", "OF_PERSONS", "Mandate", "MandateEvent", "MandateState"]

OFFERED_FOR: Final = timedelta(days=7)
"""After this long an offer that nobody accepted is over."""


class MandateState(StrEnum):
    """Where a mandate stands."""

    OFFERED = "offered"  # 待接受
    ACCEPTED = "accepted"  # 已接受
    DECLINED = "declined"  # 已谢绝
    REVOKED = "revoked"  # 已撤销
    RENOUNCED = "renounced"  # 已辞去


class MandateEvent(StrEnum):
    """What happens to a mandate."""

    ACCEPT = "accept"  # 接受
    DECLINE = "decline"  # 谢绝
    REVOKE = "revoke"  # 撤销
    RENOUNCE = "renounce"  # 辞去


LIFECYCLE = Lifecycle(
    initial=MandateState.OFFERED,
    moves={
        (MandateState.OFFERED, MandateEvent.ACCEPT): MandateState.ACCEPTED,
        (MandateState.OFFERED, MandateEvent.DECLINE): MandateState.DECLINED,
        (MandateState.OFFERED, MandateEvent.REVOKE): MandateState.REVOKED,
        (MandateState.ACCEPTED, MandateEvent.REVOKE): MandateState.REVOKED,
        (MandateState.ACCEPTED, MandateEvent.RENOUNCE): MandateState.RENOUNCED,
    },
    # Nobody accepts what he offered himself. Ending one stops harm, and needs nobody else.
    alone=frozenset({MandateEvent.REVOKE, MandateEvent.RENOUNCE, MandateEvent.DECLINE}),
)

GIVERS: Final[Mapping[Matter, frozenset[Duty]]] = {
    Matter.ACT: frozenset(),
    Matter.LICENCE_HOLD: frozenset({Duty.LICENCE_HOLDER}),
    Matter.LICENCE_ISSUE: frozenset(),
    Matter.SEAL_STAMP: frozenset({Duty.SEAL_OWNER}),
}
"""Who, beside its legal representative, gives a matter of an organisation: who holds one of these duties for it."""

ALONE: Final = frozenset({Matter.SEAL_STAMP, Matter.LICENCE_ISSUE})
"""What is given by itself: its bounds would bound nothing else."""

OF_PERSONS: Final = frozenset({Matter.LICENCE_HOLD})
"""What a person may give of what is their own 代办."""


@dataclass(frozen=True, kw_only=True)
class Mandate:
    """A mandate."""

    id: str
    delegator: Party
    delegate: Party
    bounds: Bounds
    parent: str | None = None
    """The mandate within which it is given on."""

    used: int = 0
    state: MandateState
    last_actor: str
    given: Given
    """By whom and how surely it was offered, and when."""

    accepted_at: datetime | None = None
    statement: bytes | None = field(default=None, repr=False, compare=False)
    """The signed delegation; None: it is not in force, or is not signed yet."""

    def delegation(self, *, at: datetime, above: bytes | None) -> Delegation:
        """Return what its statement says that is made at a moment, within the statement `above`."""
        return Delegation(
            id=self.id,
            delegator=self.delegator,
            delegate=self.delegate,
            bounds=self.bounds,
            parent=None if above is None else Statement.read(above).digest,
            given=Given(
                actor=self.given.actor,
                level=self.given.level,
                session=self.given.session,
                at=at.replace(microsecond=0),
            ),
        )

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether it was accepted and its time has begun and not ended."""
        is_in_time = self.bounds.not_before <= moment.replace(microsecond=0) <= self.bounds.not_after
        return self.state is MandateState.ACCEPTED and is_in_time

    def left(self, count: int = 1) -> bool:
        """Tell whether `count` more uses are left. The database decides when they are made."""
        return self.bounds.times is None or self.used + count <= self.bounds.times

"""What waits for whom, and until when 待办: one row for each state that somebody must do something about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from identity.duties import OF_ORGANISATION, Actor, Duty
from seal.lifecycle import SealState
from seal.repository import Seal

__all__ = ["DEADLINES", "WAITS_FOR", "Waiting", "read_deadlines", "wanted_by"]

WAITS_FOR: Final[Mapping[SealState, Duty]] = {
    SealState.APPLIED: Duty.SEAL_REVIEWER,
    SealState.RETURNED: Duty.SEAL_APPLICANT,
    SealState.APPROVED: Duty.SEAL_MAKER,
    SealState.MADE: Duty.SEAL_FILER,
    SealState.FILED: Duty.SEAL_MAKER,
    SealState.ISSUED: Duty.SEAL_OWNER,
    SealState.SUSPENDED: Duty.SEAL_OWNER,
    SealState.RESUMING: Duty.SEAL_REVIEWER,
    SealState.CANCELLING: Duty.SEAL_REVIEWER,
    SealState.CANCELLED: Duty.SECURITY_ADMINISTRATOR,
    SealState.SUPERSEDED: Duty.SECURITY_ADMINISTRATOR,
    SealState.INVALIDATED: Duty.SECURITY_ADMINISTRATOR,
    SealState.DESTROYING: Duty.AUDITOR,
}
"""Whose turn it is. An active seal waits for nobody, and neither does what is over."""

DEADLINES: Final[Mapping[SealState, int]] = {
    SealState.APPLIED: 5,
    SealState.RETURNED: 30,
    SealState.APPROVED: 3,
    SealState.MADE: 3,
    SealState.FILED: 3,
    SealState.ISSUED: 15,
    SealState.SUSPENDED: 90,
    SealState.RESUMING: 3,
    SealState.CANCELLING: 3,
    SealState.CANCELLED: 90,
    SealState.SUPERSEDED: 90,
    SealState.INVALIDATED: 90,
    SealState.DESTROYING: 15,
}
"""Calendar days after which a step is overdue. The method's own terms could not be read (docs/divergences.md); an
operator sets others by TRUST_SEAL_DEADLINES."""


TERM: Final = re.compile(r"(?P<state>[a-z]+)=(?P<days>[1-9][0-9]{0,2})")


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A seal that waits for somebody."""

    seal: Seal
    duty: Duty
    deadline: datetime
    now: datetime

    @classmethod
    def of(cls, seal: Seal, deadlines: Mapping[SealState, int], *, now: datetime) -> "Waiting":
        """Return for whom a seal waits, and until when."""
        deadline = seal.entered_at + timedelta(days=deadlines[seal.state])
        return cls(seal=seal, duty=WAITS_FOR[seal.state], deadline=deadline, now=now)

    @property
    def days(self) -> int:
        """Whole days that it has waited."""
        return (self.now - self.seal.entered_at).days

    @property
    def is_overdue(self) -> bool:
        """Whether its deadline has passed."""
        return self.now > self.deadline


def read_deadlines(text: str) -> dict[SealState, int]:
    """Return what an operator sets, such as `applied=5,made=3`. Raise `ValueError` for anything else."""
    found: dict[SealState, int] = {}
    for part in filter(None, text.split(",")):
        match = TERM.fullmatch(part)
        if match is None or match["state"] not in DEADLINES or match["state"] in found:
            raise ValueError("write state=days, each state once, with a state that waits and 1 to 999 days")
        found[SealState(match["state"])] = int(match["days"])
    return found


def wanted_by(actor: Actor) -> tuple[tuple[SealState, frozenset[str] | None], ...]:
    """Return the states that wait for an actor, each with the owners concerned, None being all."""
    return tuple(
        (state, actor.organisations(duty) if duty in OF_ORGANISATION else None)
        for state, duty in WAITS_FOR.items()
        if actor.holds(duty)
    )

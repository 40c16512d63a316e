"""One step in the life of a licence: its state, its history and its audit event, in the transaction of the caller."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing
from licence.grounds import Ground
from licence.lifecycle import LIFECYCLE, LicenceEvent
from licence.repository import Licence, LicenceHistoryEntry, LicenceRepository
from trust.events import AuditEvent, Fact
from trust.store import Transaction

__all__ = ["NO_REASON", "Why", "require_duty", "step", "write_history"]


@dataclass(frozen=True, kw_only=True)
class Why:
    """Why a step is taken."""

    reason: str = ""
    ground: Ground | None = None
    request: str | None = None
    """The request for review by which another person agreed."""


NO_REASON: Final = Why()
"""Of steps that nobody decides on."""


def require_duty(actor: Actor, organisation: str, *duties: Duty) -> None:
    """Return if the actor holds one of `duties` for the issuing authority, else raise `DutyMissing`."""
    if not {Grant(duty, organisation) for duty in duties} & actor.grants:
        raise DutyMissing(duty=" / ".join(duty.value for duty in duties))


def step(
    repository: LicenceRepository,
    tx: Transaction,
    licence: Licence,
    event: LicenceEvent,
    *,
    actor: str,
    why: Why = NO_REASON,
    facts: Mapping[str, Fact] | None = None,
) -> Licence:
    """Write `licence` in the state after `event`, with its history and its audit event, and return it.

    Raise `EventNotPossible` or `FourEyesRequired`.
    """
    state = LIFECYCLE.step(licence.state, event, actor=actor, before=licence.last_actor)
    moved = replace(licence, state=state, last_actor=actor, entered_at=tx.now, steps=licence.steps + 1)
    kept = repository.put(tx, moved)
    write_history(repository, tx, kept, event, actor=actor, why=why, facts=facts)
    return kept


def write_history(
    repository: LicenceRepository,
    tx: Transaction,
    licence: Licence,
    event: LicenceEvent | None,
    *,
    actor: str,
    why: Why = NO_REASON,
    facts: Mapping[str, Fact] | None = None,
) -> None:
    """Write one step into the history and into the audit trail."""
    repository.add_history(
        tx,
        licence,
        LicenceHistoryEntry(
            event=event,
            state=licence.state,
            actor=actor,
            at=tx.now,
            reason=why.reason,
            ground=why.ground,
            request=why.request,
        ),
    )
    tag = f"licence:{'prepare' if event is None else event.value}:done"
    told: dict[str, Fact] = {"state": licence.state.value, "reason": why.reason, **(facts or {})}
    if why.ground is not None:
        told["ground"] = why.ground.value
    if why.request is not None:
        told["request"] = why.request
    tx.record(AuditEvent(tag=tag, actor=actor, subject=licence.id, facts=told))

"""The audit trail, for the auditor."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import View, errors
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from trust import audit, repository
from trust.events import Fact

__all__ = ["router"]

router = APIRouter(prefix="/v1/audit", tags=["审计 audit"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Auditor = Annotated[Actor, allow(Permission.AUDIT_READ)]
MAX_EVENTS = 1000


class EventView(View):
    """One event of the trail."""

    sequence: int
    at: datetime
    tag: str
    actor: str
    subject: str
    facts: dict[str, Fact]
    digest: str


class AuditCheckView(View):
    """What a check of the whole trail found."""

    intact: bool
    events: int
    checkpoints: int
    broken_at: int | None
    reason: str


@router.get("/events", summary="Events in their order 审计记录", responses=errors(DutyMissing))
def events(
    instance: InstanceHere,
    _: Auditor,
    after: Annotated[int, Query(ge=0, description="Sequence number of the last event seen")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_EVENTS)] = 100,
) -> list[EventView]:
    """Return events after a sequence number."""
    with instance.base.store.reading() as view:
        return [
            EventView(
                sequence=one.sequence,
                at=one.at,
                tag=one.event.tag,
                actor=one.event.actor,
                subject=one.event.subject,
                facts=dict(one.event.facts),
                digest=one.digest.hex(),
            )
            for one in repository.events(view, after=after, limit=limit)
        ]


@router.get("/check", summary="Check the whole trail 核验审计链", responses=errors(DutyMissing))
def check(instance: InstanceHere, _: Auditor) -> AuditCheckView:
    """Recompute every hash of the trail and verify every signed checkpoint."""
    with instance.base.store.reading() as view:
        report = audit.check(view)
    return AuditCheckView(
        intact=report.broken_at is None,
        events=report.events,
        checkpoints=report.checkpoints,
        broken_at=report.broken_at,
        reason=report.reason,
    )

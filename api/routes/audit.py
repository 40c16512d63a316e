"""The audit trail, for the auditor."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import View, errors
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from seal.errors import StampingUnknown
from seal.ledger.proof import prove
from trust import audit, repository
from trust.audit_proof import NotCheckpointed
from trust.events import Fact
from trust.founding import Role

__all__ = ["router"]

router = APIRouter(prefix="/v1/audit", tags=["审计 audit"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Auditor = Annotated[Actor, allow(Permission.AUDIT_READ)]
MAX_EVENTS = 1000
MAX_SEQUENCE = (1 << 63) - 1
"""What a database can count to."""


class EventView(View):
    """One event of the trail."""

    sequence: int = Field(examples=[17])
    at: datetime
    tag: str = Field(examples=["seal:make:done"])
    actor: str = Field(examples=["P7K2M9Q4R8T1W3X5Y6"])
    subject: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    facts: dict[str, Fact] = Field(examples=[{"state": "made"}])
    digest: str = Field(description="SM3 of the event and of the digest before it")


class AuditCheckView(View):
    """What a check of the whole trail found."""

    intact: bool = Field(examples=[False])
    events: int = Field(examples=[1024])
    checkpoints: int = Field(examples=[8])
    broken_at: int | None = Field(
        description="Sequence number of the first event that is not as it was recorded", examples=[17]
    )
    reason: str = Field(examples=["an event was changed"])


@router.get("/events", summary="Events in their order 审计记录", responses=errors(DutyMissing))
def events(
    instance: InstanceHere,
    _: Auditor,
    after: Annotated[int, Query(ge=0, le=MAX_SEQUENCE, description="Sequence number of the last event seen")] = 0,
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


@router.get(
    "/stampings/{stamping}/proof",
    summary="Proof of a line of the ledger 用印存证",
    response_class=Response,
    responses={
        200: {
            "description": "The line, the piece of the trail that says the same of it, and the checkpoint at its end",
            "content": {"application/json": {"example": '{"type": "xinyin.stamping-proof"}'}},
        },
        **errors(DutyMissing, StampingUnknown, NotCheckpointed),
    },
)
def prove_stamping(
    instance: InstanceHere,
    _: Auditor,
    stamping: Annotated[Name, Path(description="Line of the ledger", examples=["stamp_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
) -> Response:
    """Return what `trust audit verify-proof` verifies with no network and no database."""
    with instance.base.store.reading() as view:
        proof = prove(view, stamping)
    headers = {"Content-Disposition": 'attachment; filename="stamping-proof.json"'}
    return Response(proof.to_json(), media_type="application/json", headers=headers)


@router.get("/check", summary="Check the whole trail 核验审计链", responses=errors(DutyMissing))
def check(instance: InstanceHere, _: Auditor) -> AuditCheckView:
    """Recompute every hash of the trail and verify every signed checkpoint."""
    instance.service_keys.refresh()
    with instance.base.store.reading() as view:
        report = audit.check(view, trusted=instance.service_keys.certificates(Role.AUDIT))
    return AuditCheckView(
        intact=report.broken_at is None,
        events=report.events,
        checkpoints=report.checkpoints,
        broken_at=report.broken_at,
        reason=report.reason,
    )

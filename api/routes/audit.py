"""The audit trail, for the auditor."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Response

from api.audit_exports import export_events
from api.audit_names import find
from api.authn import allow, instance_of
from api.naming import titles
from api.permissions import Permission
from api.schemas.audit import AuditCheckView, EventView, ExaminedEventView, ExportOrder, FoundEvents, FoundName, TagName
from api.schemas.common import errors
from api.schemas.texts import Line, Moment, Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from seal.errors import StampingUnknown
from seal.ledger.proof import prove
from trust import audit, repository
from trust.audit_export import ExportEmpty, ExportTooLarge
from trust.audit_proof import NotCheckpointed
from trust.audit_repository import MOST_TAGS, EventSearch, search
from trust.audit_search import examine
from trust.founding import Role
from trust.signing import SigningUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/v1/audit", tags=["审计 audit"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Auditor = Annotated[Actor, allow(Permission.AUDIT_READ)]
MAX_EVENTS = 1000
MAX_SEQUENCE = (1 << 63) - 1
"""What a database can count to."""

MOST: Final = 128
"""Characters of an identifier."""

SEAL: Final = "seal_"
"""With what identifiers of seals begin."""

MOST_NAMES: Final = 8
"""Things of one kind that are found by a name."""

LEAST_OF_NAME: Final = 2
"""Characters of a name: a single one is a part of nearly everything."""


@router.get("/events", summary="Events in their order 审计记录", responses=errors(DutyMissing))
def events(
    instance: InstanceHere,
    _: Auditor,
    after: Annotated[int, Query(ge=0, le=MAX_SEQUENCE, description="Sequence number of the last event seen")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_EVENTS)] = 100,
) -> list[EventView]:
    """Return events after a sequence number."""
    with instance.base.store.reading() as view:
        return [EventView.of(one) for one in repository.events(view, after=after, limit=limit)]


@router.get("/search", summary="Look for events 检索审计记录", responses=errors(DutyMissing))
def look_for(
    *,
    instance: InstanceHere,
    _: Auditor,
    tag: Annotated[
        list[TagName] | None, Query(max_length=MOST_TAGS, description="Only these kinds of event; repeat for several")
    ] = None,
    actor: Annotated[
        Line, Query(max_length=MOST, description="Who: an identifier", examples=["P7K2M9Q4R8T1W3X5Y6"])
    ] = "",
    subject: Annotated[
        Line, Query(max_length=MOST, description="Which thing", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    ] = "",
    since: Annotated[
        Moment | None, Query(description="From this moment on", examples=["2026-11-01T00:00:00+08:00"])
    ] = None,
    until: Annotated[
        Moment | None, Query(description="Before this moment", examples=["2026-12-01T00:00:00+08:00"])
    ] = None,
    before: Annotated[
        int | None, Query(ge=1, le=MAX_SEQUENCE, description="`next` of the page before", examples=[17])
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FoundEvents:
    """Return events by who, what, which thing and when, the newest first, and of each whether it still holds."""
    wanted = EventSearch(tags=tuple(tag or ()), actor=actor, subject=subject, since=since, until=until)
    instance.service_keys.refresh()
    with instance.base.store.reading() as view:
        found = search(view, wanted, before=before, limit=limit)
        examined = examine(view, found, trusted=instance.service_keys.certificates(Role.AUDIT))
    following = found[-1].sequence if len(found) == limit else None
    seals = {one.event.subject for one in found if one.event.subject.startswith(SEAL)}
    return FoundEvents(
        events=[ExaminedEventView.of(one) for one in examined],
        names=titles(instance, seals=seals).names,
        next=following,
    )


@router.get("/names", summary="Find what the trail names 按名称查找", responses=errors(DutyMissing))
def find_names(
    instance: InstanceHere,
    _: Auditor,
    text: Annotated[
        Line,
        Query(
            min_length=LEAST_OF_NAME,
            max_length=100,
            description="A part of a username, of the name or code of an organisation, a business system or a seal; "
            "the whole number of a licence",
            examples=["wang"],
        ),
    ],
) -> list[FoundName]:
    """Return the identifiers of what is called so, which `/v1/audit/search` takes. Persons' names are not searched."""
    called = text.strip()
    return [*find(instance, called, limit=MOST_NAMES)] if len(called) >= LEAST_OF_NAME else []  # not blanks alone


@router.post(
    "/exports",
    summary="Take events away with their proof 导出审计记录与存证",
    response_class=Response,
    responses={
        200: {
            "description": "The events that were looked for, the piece of the trail around them, and its checkpoint",
            "content": {"application/json": {"example": {"type": "xinyin.audit-export"}}},
        },
        **errors(DutyMissing, ExportEmpty, ExportTooLarge, SigningUnavailable),
    },
)
def take_away(instance: InstanceHere, actor: Auditor, body: ExportOrder) -> Response:
    """Return what `trust audit verify-export` verifies with no network and no database. The trail tells it."""
    content = export_events(instance, actor, body.wanted())
    headers = {"Content-Disposition": 'attachment; filename="audit-export.json"'}
    return Response(content, media_type="application/json", headers=headers)


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

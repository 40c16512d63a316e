"""Seals from application to the owner's hands, and looking at them."""

from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Query, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.routes.seal_images import DESIGN
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.seals import Resubmission, SealApplication, SealDetails, SealPage, SealView, WaitingPage
from api.schemas.texts import Name, Text
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from seal.errors import (
    BearerMissing,
    BearerNotOfOwner,
    CertificateAwaited,
    DesignNotOfOwner,
    EvidenceMissing,
    EvidenceSpent,
    EvidenceUnknown,
    KindNotEntitled,
    OwnWorkRefused,
    SealNotActive,
    SealUnknown,
    StatutorySealExists,
)
from seal.kinds import SealKind
from seal.lifecycle import SealState
from seal.repository import Page, Seal, SealQuery
from seal.service import ApplyForSeal, SealChanges, SealService
from trust.errors import TrustError
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.timestamping import TimeStampingUnavailable

__all__ = ["KEYED", "LAWFUL", "PAPERS", "STEP", "Offset", "PageLimit", "SealName", "add_steps", "router"]

router = APIRouter(prefix="/v1/seals", tags=["印章 seals"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
SealName = Annotated[Name, Path(description="Identifier of the seal", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many to leave out at the beginning")]
PageLimit = Annotated[int, Query(ge=1, le=200, description="How many to answer at most")]

STEP = (DutyMissing, SealUnknown, EventNotPossible, FourEyesRequired, LostRace)
KEYED = (RequestKeyMalformed, RequestKeyReused, LostRace)
PAPERS = (EvidenceUnknown, EvidenceSpent, EvidenceMissing)
LAWFUL = (
    SubjectUnknown,
    SubjectNotActive,
    KindNotEntitled,
    BearerMissing,
    BearerNotOfOwner,
    DesignNotOfOwner,
    StatutorySealExists,
    *DESIGN,
)
"""How an application can be refused for what it asks for."""


@router.post(
    "",
    summary="Apply for a seal 申请印章",
    status_code=201,
    responses=errors(DutyMissing, ReasonMissing, *LAWFUL, *PAPERS, *KEYED),
)
def apply(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_APPLY)],
    body: SealApplication,
    idempotency_key: IdempotencyKey,
) -> SealView:
    """Apply for a seal of an organisation for which the caller is an applicant, with the documents that it needs."""
    command = ApplyForSeal(
        owner=body.owner,
        kind=body.kind,
        row=body.row,
        diameter_mm=body.diameter_mm,
        design=None if body.design is None else body.design.design(emblem=instance.emblem).with_code(""),
        bearer=body.bearer,
        evidence=tuple(body.evidence),
        reason=body.reason,
        request_key=idempotency_key,
    )
    return SealView.of(instance.seals.apply(actor, command))


@router.get("", summary="Look for seals 查询印章", responses=errors(DutyMissing))
def search(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_READ)],
    state: Annotated[list[SealState] | None, Query(description="In any of these states")] = None,
    owner: Annotated[Text | None, Query(description="Of this owner", examples=["O3F6H8J1L4N7Q2S5U9"])] = None,
    kind: Annotated[SealKind | None, Query(description="Of this kind")] = None,
    text: Annotated[
        Text, Query(max_length=100, description="Part of name, code or filing number", examples=["市场监督"])
    ] = "",
    offset: Offset = 0,
    limit: PageLimit = 50,
) -> SealPage:
    """Return a page of the seals that the caller may see: an owner's people those of their own organisations."""
    query = SealQuery(
        owners=None if owner is None else frozenset({owner}),
        states=None if state is None else frozenset(state),
        kind=kind,
        text=text,
    )
    found, total = instance.seals.search(actor, query, Page(offset, limit))
    return SealPage(total=total, seals=[SealView.of(one) for one in found])


@router.get("/queue", summary="What waits for me 待办印章", responses=errors(DutyMissing))
def read_queue(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_READ)],
    offset: Offset = 0,
    limit: PageLimit = 50,
) -> WaitingPage:
    """Return a page of the seals that wait for a duty that the caller holds, with their deadlines."""
    return WaitingPage.of(instance.seals.waiting(actor, Page(offset, limit)))


@router.get("/{seal}", summary="Look at a seal and its history 查看印章", responses=errors(DutyMissing, SealUnknown))
def read(instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_READ)], seal: SealName) -> SealDetails:
    """Return a seal with every step of its life, its documents, and for a reviewer what it resembles."""
    return SealDetails.of_all(instance.seals.look(actor, seal))


@router.post(
    "/{seal}/resubmission",
    summary="Submit a returned application again 补正再报",
    responses=errors(*STEP, ReasonMissing, *LAWFUL, *PAPERS),
)
def resubmit(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_APPLY)], seal: SealName, body: Resubmission
) -> SealView:
    """Submit an application again with what was mended; the history keeps what it was before."""
    changes = SealChanges(
        kind=body.kind,
        row=body.row,
        design=None if body.design is None else body.design.design(emblem=instance.emblem).with_code(""),
        bearer=body.bearer,
        evidence=tuple(body.evidence),
    )
    return SealView.of(instance.seals.resubmit(actor, seal, reason=body.reason, changes=changes))


class ReasonedStep(Protocol):
    """A use case of a seal's life that takes a reason."""

    def __call__(self, service: SealService, /, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Take the step."""
        ...


ReasonedSteps = tuple[tuple[str, str, Permission, ReasonedStep], ...]


def add_steps(router: APIRouter, steps: ReasonedSteps, *refusals: type[TrustError]) -> None:
    """Add the routes of steps that need a reason."""
    for path, summary, permission, act in steps:
        add_step_with_reason(router, path, summary, permission, act, refusals)


def add_step_with_reason(  # noqa: PLR0917 - what a route is made of
    router: APIRouter,
    path: str,
    summary: str,
    permission: Permission,
    act: ReasonedStep,
    refusals: tuple[type[TrustError], ...],
) -> None:
    """Add the route of one step that needs a reason."""

    def step(
        instance: InstanceHere, actor: Annotated[Actor, allow(permission)], seal: SealName, body: Reason
    ) -> SealView:
        return SealView.of(act(instance.seals, actor, seal, reason=body.reason))

    told = f"{summary}. The reason stands in the history for good."
    add_route(router, path, summary, told, step, (*STEP, ReasonMissing, *refusals))


def add_step(
    path: str,
    summary: str,
    permission: Permission,
    act: Callable[[SealService, Actor, str], Seal],
    *more: type[TrustError],
) -> None:
    """Add the route of one step that needs no reason."""

    def step(instance: InstanceHere, actor: Annotated[Actor, allow(permission)], seal: SealName) -> SealView:
        return SealView.of(act(instance.seals, actor, seal))

    told = f"{summary}. By another person than the one who took the step before."
    refusals = (SubjectNotActive, SigningUnavailable, OwnWorkRefused, CertificateAwaited, TimeStampingUnavailable)
    add_route(router, path, summary, told, step, (*STEP, *refusals, *more))


def add_route(  # noqa: PLR0917 - what a route is made of
    router: APIRouter,
    path: str,
    summary: str,
    told: str,
    step: Callable[..., SealView],
    refusals: tuple[type[TrustError], ...],
) -> None:
    """Add the route of one step."""
    router.add_api_route(
        f"/{{seal}}/{path}",
        step,
        methods=["POST"],
        summary=summary,
        description=told,
        name=path,
        operation_id=f"seal_{path.replace('-', '_')}",
        responses=errors(*refusals),
    )


REVIEW, MAKE = Permission.SEAL_REVIEW, Permission.SEAL_MAKE
add_steps(
    router,
    (
        ("withdrawal", "Withdraw an application 撤回", Permission.SEAL_APPLY, SealService.withdraw),
        ("return", "Return an application for correction 退回补正", REVIEW, SealService.return_),
        ("rejection", "Reject an application 驳回", REVIEW, SealService.reject),
        ("approval", "Approve an application 审核通过", REVIEW, SealService.approve),
        ("sending-back", "Send what cannot be made back to review 退回审核", MAKE, SealService.send_back),
        ("refusal", "Refuse a seal that was issued 拒收", Permission.SEAL_OWN, SealService.refuse),
        ("discarding", "Discard a seal that was never accepted 作废", REVIEW, SealService.discard),
    ),
    SubjectNotActive,
)
RENAMED = (DesignNotOfOwner, BearerNotOfOwner, KindNotEntitled)
for plain in (
    ("making", "Make a seal: keys, certificates, GB/T 38540 seal 制作", MAKE, SealService.make, *RENAMED),
    ("filing", "File a seal 备案", Permission.SEAL_FILE, SealService.file),
    ("issue", "Issue a seal to its owner 发放", MAKE, SealService.issue),
    ("acceptance", "Accept a seal, which brings it into use 接收启用", Permission.SEAL_OWN, SealService.accept),
):
    add_step(*plain)


@router.get(
    "/{seal}/seal.esl",
    summary="The seal in GB/T 38540 form 印章数据",
    response_class=Response,
    responses={
        200: {"description": "SESeal in DER", "content": {"application/octet-stream": {"example": "30 82 …"}}},
        **errors(DutyMissing, SealUnknown, SealNotActive),
    },
)
def read_esl(instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_READ)], seal: SealName) -> Response:
    """Return SESeal in DER, once the seal is made."""
    found, _history = instance.seals.find(actor, seal)
    if found.seal is None:
        raise SealNotActive(seal=found.id, state=found.state.value)
    return Response(found.seal, media_type="application/octet-stream")

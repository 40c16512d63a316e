"""Stopping seals, bringing them back, replacing and ending them, and destroying their keys."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.authn import allow, instance_of
from api.permissions import Permission
from api.routes.seals import KEYED, LAWFUL, PAPERS, STEP, Offset, PageLimit, SealName, add_steps
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.seals import (
    Cancellation,
    CancellationProposal,
    Invalidation,
    LossReport,
    Remaking,
    ResumeRequest,
    SealView,
    Suspension,
    WaitingPage,
)
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive
from seal.errors import GroundNotAllowed, NotReplaceable, ReplacementUnderWay, SealUnknown
from seal.repository import Page
from seal.service import RemakeSeal, SealService
from trust.reasons import ReasonMissing
from trust.signing import SigningUnavailable

__all__ = ["destructions", "router"]

router = APIRouter(prefix="/v1/seals", tags=["印章 seals"])
destructions = APIRouter(prefix="/v1/seal-destructions", tags=["印章销毁 destructions"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
SUSPENSION = (*STEP, ReasonMissing, *PAPERS)

add_steps(
    router,
    (
        ("resumption", "Resume a suspended seal 恢复", Permission.SEAL_REVIEW, SealService.resume),
        ("resume-refusal", "Leave a seal suspended 不予恢复", Permission.SEAL_REVIEW, SealService.refuse_resume),
        (
            "cancellation-refusal",
            "Refuse a proposed cancellation 不予注销",
            Permission.SEAL_REVIEW,
            SealService.refuse_cancel,
        ),
        (
            "cancellation-confirmation",
            "Cancel a seal as another reviewer proposed 批准注销",
            Permission.SEAL_REVIEW,
            SealService.confirm_cancel,
        ),
    ),
    SubjectNotActive,
)


@router.post("/{seal}/suspension", summary="Stop a seal at once 停用（挂失）", responses=errors(*SUSPENSION))
def suspend(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_STOP)], seal: SealName, body: Suspension
) -> SealView:
    """Stop a seal: from this moment nothing is stamped with it. The owner alone can say that it was lost, and when."""
    evidence = tuple(body.evidence)
    return SealView.of(instance.seals.suspend(actor, seal, reason=body.reason, lost_at=body.lost_at, evidence=evidence))


@router.post(
    "/{seal}/loss-report",
    summary="Say of a seal that is stopped already that it was lost 补报遗失",
    responses=errors(*SUSPENSION),
)
def report_loss(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_OWN)], seal: SealName, body: LossReport
) -> SealView:
    """Tell since when a stopped seal was out of its owner's hands: stampings from then on are disputed."""
    evidence = tuple(body.evidence)
    lost = instance.seals.report_loss(actor, seal, lost_at=body.lost_at, reason=body.reason, evidence=evidence)
    return SealView.of(lost)


@router.post(
    "/{seal}/resume-request",
    summary="Ask for a seal to be resumed 申请恢复",
    responses=errors(*SUSPENSION, SubjectNotActive),
)
def request_resume(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_OWN)], seal: SealName, body: ResumeRequest
) -> SealView:
    """Ask for a suspended seal; a reviewer decides."""
    evidence = tuple(body.evidence)
    return SealView.of(instance.seals.request_resume(actor, seal, reason=body.reason, evidence=evidence))


@router.post(
    "/{seal}/cancellation",
    summary="Cancel a seal for good 注销",
    responses=errors(*STEP, ReasonMissing, GroundNotAllowed, *PAPERS),
)
def cancel(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_OWN)], seal: SealName, body: Cancellation
) -> SealView:
    """End a seal as its owner. The ground decides how far back trust falls; its certificates are revoked."""
    cancelled = instance.seals.cancel(
        actor,
        seal,
        ground=body.ground,
        reason=body.reason,
        compromised_at=body.compromised_at,
        evidence=tuple(body.evidence),
    )
    return SealView.of(cancelled)


@router.post(
    "/{seal}/cancellation-proposal",
    summary="Propose to cancel a seal 提出依职权注销",
    responses=errors(*STEP, ReasonMissing, GroundNotAllowed, *PAPERS),
)
def propose_cancel(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_REVIEW)],
    seal: SealName,
    body: CancellationProposal,
) -> SealView:
    """Stop a seal whose owner was renamed, merged, dissolved or is bankrupt; another reviewer decides on its end."""
    evidence = tuple(body.evidence)
    proposed = instance.seals.propose_cancel(actor, seal, ground=body.ground, reason=body.reason, evidence=evidence)
    return SealView.of(proposed)


@router.post(
    "/{seal}/invalidation",
    summary="Declare that a seal was made unlawfully 标识为无效",
    responses=errors(*STEP, ReasonMissing, *PAPERS),
)
def invalidate(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_REVIEW)], seal: SealName, body: Invalidation
) -> SealView:
    """End a seal that should never have been: nothing that was stamped with it is valid."""
    return SealView.of(instance.seals.invalidate(actor, seal, reason=body.reason, evidence=tuple(body.evidence)))


@router.post(
    "/{seal}/remaking",
    summary="Apply for a seal that replaces another 申请换发",
    status_code=201,
    responses=errors(
        DutyMissing,
        SealUnknown,
        ReasonMissing,
        GroundNotAllowed,
        NotReplaceable,
        ReplacementUnderWay,
        *LAWFUL,
        *PAPERS,
        *KEYED,
    ),
)
def remake(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_REMAKE)],
    seal: SealName,
    body: Remaking,
    idempotency_key: IdempotencyKey,
) -> SealView:
    """Apply for a new seal in place of an old one, which stops when the new one is accepted; at once on compromise."""
    command = RemakeSeal(
        seal=seal,
        ground=body.ground,
        design=None if body.design is None else body.design.design(emblem=instance.emblem).with_code(""),
        compromised_at=body.compromised_at,
        evidence=tuple(body.evidence),
        reason=body.reason,
        request_key=idempotency_key,
    )
    return SealView.of(instance.seals.remake(actor, command))


# --- the destruction of keys


@destructions.get("", summary="Seals whose keys may be destroyed 可销毁印章", responses=errors(DutyMissing))
def read_ended(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_DESTROY)],
    offset: Offset = 0,
    limit: PageLimit = 50,
) -> WaitingPage:
    """Return a page of the seals that have ended and still have their keys, the longest waiting first."""
    return WaitingPage.of(instance.seals.waiting(actor, Page(offset, limit)))


@destructions.get("/requested", summary="Destructions that await a witness 待监督销毁", responses=errors(DutyMissing))
def read_requested(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_WITNESS)],
    offset: Offset = 0,
    limit: PageLimit = 50,
) -> WaitingPage:
    """Return a page of the seals whose keys a security administrator wants destroyed."""
    return WaitingPage.of(instance.seals.waiting(actor, Page(offset, limit)))


@destructions.post(
    "/{seal}/request",
    summary="Ask for the keys of a seal to be destroyed 申请销毁",
    responses=errors(*STEP, ReasonMissing),
)
def request_destroy(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_DESTROY)], seal: SealName, body: Reason
) -> SealView:
    """Ask for the keys of a seal that has ended to be destroyed, before the auditor."""
    return SealView.of(instance.seals.request_destroy(actor, seal, reason=body.reason))


@destructions.post(
    "/{seal}/witness",
    summary="Witness that the keys of a seal are destroyed 监督销毁",
    responses=errors(*STEP, ReasonMissing, SigningUnavailable),
)
def destroy(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_WITNESS)], seal: SealName, body: Reason
) -> SealView:
    """Have the keys destroyed, and keep the signed proofs with the seal. Asking again takes up what broke off."""
    return SealView.of(instance.seals.destroy(actor, seal, reason=body.reason))

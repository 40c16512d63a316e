"""Proofing 实名核验: at the counter by two officers, by oneself through a provider, and what is needed for what."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.proofing import (
    CounterReport,
    NoticeList,
    OrderView,
    PermissionList,
    ProofingList,
    ProofingRequest,
    ProofingView,
    StandingView,
)
from api.schemas.proposals import ProposalView
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import AccountUnknown, DutyMissing, SubjectNotActive, SubjectUnknown
from identity.four_eyes.errors import ProposalOpen
from identity.proofing.errors import (
    NoProvider,
    OfficersMissing,
    PhoneMalformed,
    ProofingClosed,
    ProofingInsufficient,
    ProofingUnknown,
    ProviderAnswerRefused,
    ProviderUnavailable,
    TooManyProofings,
)
from identity.proving import counter
from identity.proving.by_provider import ProveOneself
from trust.lifecycle import EventNotPossible
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(tags=["实名核验 proofing"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Officer = Annotated[Actor, allow(Permission.SUBJECT_PROVE)]
Oneself = Annotated[Actor, allow(Permission.PROOFING_OWN)]
SubjectName = Annotated[Name, Path(description="Unified identifier", examples=["P7K2M9Q4R8T1W3X5Y6"])]
ASKING = (ProviderUnavailable, ProviderAnswerRefused, EventNotPossible, LostRace)


@router.post(
    "/v1/subjects/{subject}/counter-checks",
    summary="Record a check at the counter, for another officer to confirm 柜台核验（双人）",
    status_code=202,
    responses=errors(
        DutyMissing,
        SubjectUnknown,
        ProofingInsufficient,
        OfficersMissing,
        ProposalOpen,
        ReasonMissing,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def record_check(
    instance: InstanceHere,
    actor: Officer,
    subject: SubjectName,
    body: CounterReport,
    idempotency_key: IdempotencyKey,
) -> ProposalView:
    """Propose that a subject was seen at the counter: another registrar, who has seen it as well, approves."""
    made = instance.four_eyes.propose(
        actor,
        kind=counter.KIND,
        subject=subject,
        content=body.seen().content,
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ProposalView.of(instance.four_eyes, made)


@router.get(
    "/v1/subjects/{subject}/proofings",
    summary="Look at the proofings of a subject 查看核验记录",
    responses=errors(DutyMissing, SubjectUnknown),
)
def list_proofings(
    instance: InstanceHere, _: Annotated[Actor, allow(Permission.SUBJECT_READ)], subject: SubjectName
) -> ProofingList:
    """Return every proofing with its evidence and its end, the newest first."""
    return ProofingList(proofings=[ProofingView.of(one) for one in instance.proofing.counter.of(subject)])


@router.post(
    "/v1/proofings/{proofing}/withdrawal",
    summary="Let a proofing count no longer 撤销核验",
    responses=errors(DutyMissing, ProofingUnknown, ProofingClosed, ReasonMissing, LostRace),
)
def withdraw_proofing(
    instance: InstanceHere,
    actor: Officer,
    proofing: Annotated[Name, Path(examples=["prf_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
    body: Reason,
) -> ProofingView:
    """Take back what turned out to be false: the level of the subject, and of its sessions, falls at once."""
    return ProofingView.of(instance.proofing.counter.withdraw(actor, proofing, reason=body.reason))


@router.get("/v1/me/proofings", summary="What is proven of me 我的实名等级", responses=errors(ProofingUnknown))
def own_proofings(instance: InstanceHere, actor: Oneself) -> StandingView:
    """Return the level that counts now, the proofings behind it, and what was asked for."""
    return StandingView.of(instance.proofing.own.of(actor), now=instance.base.clock.now())


@router.post(
    "/v1/me/proofings",
    summary="Prove oneself online 自助核验",
    status_code=201,
    responses=errors(
        AccountUnknown,
        PhoneMalformed,
        NoProvider,
        TooManyProofings,
        SubjectNotActive,
        RequestKeyMalformed,
        RequestKeyReused,
        *ASKING,
    ),
)
def begin_proofing(
    instance: InstanceHere, actor: Oneself, body: ProofingRequest, idempotency_key: IdempotencyKey
) -> OrderView:
    """Ask the provider: by comparing records at once, or by document and live face at the address that is returned.

    A provider that does not answer leaves everything as it was. Take another key to ask again.
    """
    command = ProveOneself(method=body.method, phone=body.phone.get_secret_value(), request_key=idempotency_key)
    return OrderView.of(instance.proofing.own.begin(actor, command), now=instance.base.clock.now())


@router.post(
    "/v1/me/proofings/{order}/completion",
    summary="Ask what came of it 查询核验结果",
    responses=errors(ProofingUnknown, ProofingClosed, NoProvider, *ASKING),
)
def complete_proofing(
    instance: InstanceHere,
    actor: Oneself,
    order: Annotated[Name, Path(examples=["prfo_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
) -> OrderView:
    """Fetch the provider's answer, and let it count. One that still waits for the person stays open."""
    return OrderView.of(instance.proofing.own.complete(actor, order), now=instance.base.clock.now())


@router.get("/v1/me/notices", summary="What I was told of my account 我的通知", responses=errors())
def own_notices(instance: InstanceHere, actor: Oneself) -> NoticeList:
    """Return notices, the newest first: recoveries above all, which can be stopped."""
    return NoticeList.of(instance.proofing.notices.of(actor.id))


@router.get("/v1/permissions", summary="What needs which duty and level 权限与等级要求", responses=errors())
def list_permissions(instance: InstanceHere, _: Annotated[Actor, allow(Permission.SELF)]) -> PermissionList:
    """Return every permission with the duties that have it, and the level that a session needs in this instance."""
    return PermissionList.of(instance.floors)

"""Recovery 账号找回: by document and live face and a wait, or at the counter by two officers; never by mail alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from api.authn import allow, instance_of
from api.browser_sessions import device_of
from api.permissions import Permission
from api.problems import TooManyRequests
from api.routes.access import count_login_or
from api.schemas.common import IdempotencyKey, errors
from api.schemas.identity import AccountOpened
from api.schemas.proofing import (
    CounterReport,
    RecoveryBegun,
    RecoveryList,
    RecoveryRequest,
    RecoverySecret,
    RecoveryView,
)
from api.schemas.proposals import ProposalView
from api.schemas.texts import Name
from api.throttle import where
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import (
    AccountUnknown,
    CitizenNumberMalformed,
    DutyMissing,
    PersonNameMalformed,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.four_eyes.errors import ProposalNotAgreed, ProposalOpen
from identity.proofing.errors import (
    NoProvider,
    OfficersMissing,
    ProofingClosed,
    ProofingInsufficient,
    ProviderAnswerRefused,
    ProviderUnavailable,
    TooManyProofings,
)
from identity.recovery import counter
from identity.recovery.by_provider import AskToRecover
from identity.recovery.recovery import RecoveryNotReady, RecoveryUnknown
from trust.lifecycle import EventNotPossible
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace
from trust.typefaces import CharacterNotCovered

__all__ = ["router"]

router = APIRouter(tags=["账号找回 recovery"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Officer = Annotated[Actor, allow(Permission.ACCOUNT_RECOVER)]
Oneself = Annotated[Actor, allow(Permission.PROOFING_OWN)]
PersonIdentifier = Annotated[Name, Path(description="Unified identifier", examples=["P7K2M9Q4R8T1W3X5Y6"])]
ASKING = (NoProvider, ProviderUnavailable, ProviderAnswerRefused, TooManyRequests, LostRace)


@router.post(
    "/v1/auth/recoveries",
    summary="Ask to recover an account 申请找回账号",
    status_code=201,
    dependencies=[allow(Permission.ANYBODY)],
    responses=errors(
        PersonNameMalformed, CitizenNumberMalformed, CharacterNotCovered, TooManyProofings, *ASKING, public=True
    ),
)
def begin_recovery(instance: InstanceHere, request: Request, body: RecoveryRequest) -> RecoveryBegun:
    """Begin a recovery: document and live face are shown at the address that is returned.

    The answer is the same whether there is an account or not. A device on which the account is known has a count of its
    own beside that of its network: who shares the network with a stranger is not kept out.
    """
    recovery = instance.proofing.recovery
    device = body.device.get_secret_value() or device_of(request, instance)
    command = AskToRecover(name=body.name, citizen_number=body.citizen_number, network=where(request), device=device)
    count_login_or(request, lambda: f"device {device}" if recovery.knows(command) else "")
    return RecoveryBegun.of(recovery.begin(command))


@router.post(
    "/v1/auth/recoveries/completion",
    summary="Ask how a recovery stands 查询找回进度",
    dependencies=[allow(Permission.ANYBODY)],
    responses=errors(RecoveryUnknown, ProofingClosed, EventNotPossible, *ASKING, public=True),
)
def complete_recovery(instance: InstanceHere, request: Request, body: RecoverySecret) -> RecoveryView:
    """Fetch what the provider says. Once the applicant is proven the wait begins, in which the owner is told."""
    secret = body.secret.get_secret_value()
    count_login_or(request, lambda: instance.proofing.recovery.named(secret))
    recovery = instance.proofing.recovery.complete(secret)
    return RecoveryView.of(recovery, now=instance.base.clock.now())


@router.post(
    "/v1/auth/recoveries/code",
    summary="Fetch the activation code after the wait 领取激活码",
    dependencies=[allow(Permission.ANYBODY)],
    responses=errors(
        RecoveryUnknown,
        RecoveryNotReady,
        AccountUnknown,
        SubjectNotActive,
        EventNotPossible,
        TooManyRequests,
        LostRace,
        public=True,
    ),
)
def fetch_code(instance: InstanceHere, request: Request, body: RecoverySecret) -> AccountOpened:
    """Return an activation code once. Every session and authenticator of before ends, and the level is capped at 2."""
    secret = body.secret.get_secret_value()
    count_login_or(request, lambda: instance.proofing.recovery.named(secret))
    return AccountOpened.of(instance.proofing.recovery.code(secret))


@router.get("/v1/me/recoveries", summary="Recoveries of my account 我的账号找回记录", responses=errors())
def own_recoveries(instance: InstanceHere, actor: Oneself) -> RecoveryList:
    """Return the recoveries of the caller's account, the newest first."""
    now = instance.base.clock.now()
    return RecoveryList(recoveries=[RecoveryView.of(one, now=now) for one in instance.proofing.recovery.of(actor)])


@router.post(
    "/v1/me/recoveries/{recovery}/stopping",
    summary="Stop a recovery of my account 制止找回",
    responses=errors(RecoveryUnknown, EventNotPossible, LostRace),
)
def stop_recovery(
    instance: InstanceHere,
    actor: Oneself,
    recovery: Annotated[Name, Path(examples=["rcv_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
) -> RecoveryView:
    """Stop somebody else from taking the account over, while the recovery waits."""
    stopped = instance.proofing.recovery.stop(actor, recovery)
    return RecoveryView.of(stopped, now=instance.base.clock.now())


@router.post(
    "/v1/persons/{person}/account-recoveries",
    summary="Recover an account at the counter, for another officer to confirm 柜台找回（双人）",
    status_code=202,
    responses=errors(
        DutyMissing,
        SubjectUnknown,
        SubjectNotActive,
        AccountUnknown,
        ProofingInsufficient,
        OfficersMissing,
        ProposalOpen,
        ReasonMissing,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def recover_at_counter(
    instance: InstanceHere,
    actor: Officer,
    person: PersonIdentifier,
    body: CounterReport,
    idempotency_key: IdempotencyKey,
) -> ProposalView:
    """Propose that the owner of an account was seen at the counter, document and face."""
    made = instance.four_eyes.propose(
        actor,
        kind=counter.KIND,
        subject=person,
        content=body.seen().content,
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ProposalView.of(instance.four_eyes, made)


@router.post(
    "/v1/persons/{person}/account-recoveries/{proposal}/code",
    summary="Hand over the activation code 交付激活码",
    responses=errors(
        DutyMissing,
        SubjectUnknown,
        SubjectNotActive,
        AccountUnknown,
        ProposalNotAgreed,
        ProofingInsufficient,
        OfficersMissing,
        LostRace,
    ),
)
def hand_over_code(
    instance: InstanceHere,
    actor: Officer,
    person: PersonIdentifier,
    proposal: Annotated[Name, Path(examples=["prop_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
) -> AccountOpened:
    """Return the code once, within an hour of the second officer's approval, to either of the two.

    Every session and authenticator of before ends; the check counts as a proofing and lifts what was capped.
    """
    return AccountOpened.of(instance.proofing.recovery_at_counter.hand_over(actor, proposal, person=person))

"""Changes of the service's own keys 密钥变更: proposed here, agreed to as a proposal."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.authn import allow, instance_of
from api.key_changes import (
    KEY_OPERATE,
    KEY_RETIRE,
    KEY_ROTATE,
    KeyInService,
    KeyNotKnown,
    KeyOperationMalformed,
    subject_of,
)
from api.permissions import Permission
from api.schemas.access import KeyOperationOrder, KeyRetirement, KeyRotation
from api.schemas.common import IdempotencyKey, errors
from api.schemas.proposals import ProposalView
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from identity.four_eyes.errors import ProposalOpen
from trust.authority import AuthorityUnknown
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["密钥 keys"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Proposer = Annotated[Actor, allow(Permission.KEY_CHANGE)]
PROPOSING = (DutyMissing, ReasonMissing, ProposalOpen, RequestKeyMalformed, RequestKeyReused, LostRace)


@router.post(
    "/key-rotations",
    summary="Propose a new key for a role of the service 申请密钥轮换",
    status_code=202,
    responses=errors(*PROPOSING),
)
def propose_rotation(
    instance: InstanceHere, actor: Proposer, idempotency_key: IdempotencyKey, body: KeyRotation
) -> ProposalView:
    """Propose that a role gets a new key; once it is agreed to, `trust keys rotate --proposal` carries it out."""
    engine = instance.four_eyes
    proposal = engine.propose(
        actor,
        kind=KEY_ROTATE,
        subject=body.role.value,
        content={"days": body.days, "compromised": body.compromised},
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ProposalView.of(engine, proposal)


@router.post(
    "/key-retirements",
    summary="Propose that a key signs nothing more 申请密钥停用",
    status_code=202,
    responses=errors(*PROPOSING, KeyNotKnown, KeyInService),
)
def propose_retirement(
    instance: InstanceHere, actor: Proposer, idempotency_key: IdempotencyKey, body: KeyRetirement
) -> ProposalView:
    """Propose that a key signs nothing any more; what it signed stays signed. It retires when it is agreed to."""
    engine = instance.four_eyes
    proposal = engine.propose(
        actor,
        kind=KEY_RETIRE,
        subject=body.key,
        content={},
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ProposalView.of(engine, proposal)


@router.post(
    "/key-operations",
    summary="Propose what is done to the root key, data keys or a key 申请密钥运维",
    status_code=202,
    responses=errors(*PROPOSING, KeyNotKnown, AuthorityUnknown, KeyOperationMalformed),
)
def propose_operation(
    instance: InstanceHere, actor: Proposer, idempotency_key: IdempotencyKey, body: KeyOperationOrder
) -> ProposalView:
    """Propose an operation on keys; once it is agreed to, `trust keys <operation> --proposal` carries it out, once."""
    engine = instance.four_eyes
    proposal = engine.propose(
        actor,
        kind=KEY_OPERATE,
        subject=subject_of(body.operation, body.content),
        content=body.content,
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ProposalView.of(engine, proposal)

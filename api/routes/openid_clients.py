"""Sign-on as it is administered 接入管理: registrations by two administrators, keys, and what persons agreed to."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, errors
from api.schemas.openid import (
    ConsentedSystem,
    KeyReplacement,
    ProviderKeyRotation,
    ProviderKeyView,
    Registration,
    RegistrationView,
)
from api.schemas.proposals import ProposalView
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import ClientUnknown, DutyMissing, LevelTooLow
from identity.four_eyes.errors import ProposalOpen
from identity.openid.errors import (
    ConsentUnknown,
    KeyNotNext,
    KeyNotPublished,
    KeyTooYoung,
    MetadataMalformed,
    NotRegistered,
)
from trust.reasons import ReasonMissing, require_reason
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["统一登录 openid"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
ClientName = Annotated[Name, Path(description="The business system", examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
ConsentName = Annotated[Name, Path(examples=["loginconsent_01k9x3v5b7d2f4h6j8m0n1p3q5"])]


@router.put(
    "/clients/{client}/openid",
    summary="Propose how a business system takes part in sign-on 申请接入统一登录",
    status_code=202,
    responses=errors(
        DutyMissing,
        LevelTooLow,
        ClientUnknown,
        MetadataMalformed,
        ProposalOpen,
        ReasonMissing,
        RequestKeyMalformed,
        RequestKeyReused,
    ),
)
def register(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.CLIENT_REGISTER)],
    client: ClientName,
    idempotency_key: IdempotencyKey,
    body: Registration,
) -> ProposalView:
    """Propose a registration; it is in force once the security administrator has approved the proposal."""
    four_eyes = instance.four_eyes
    proposal = instance.openid.registrations(four_eyes).propose(
        actor, client, body.metadata(), reason=body.reason, request_key=idempotency_key
    )
    return ProposalView.of(four_eyes, proposal)


@router.get(
    "/clients/{client}/openid",
    summary="How a business system takes part in sign-on 查看接入参数",
    dependencies=[allow(Permission.CLIENT_READ)],
    responses=errors(DutyMissing, LevelTooLow, NotRegistered),
)
def read(instance: InstanceHere, client: ClientName) -> RegistrationView:
    """Return what is in force."""
    return RegistrationView.of(client, instance.openid.registrations(instance.four_eyes).find(client))


@router.get("/me/consents", summary="Who may know of me 我的登录授权", responses=errors())
def consents(instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SELF)]) -> list[ConsentedSystem]:
    """Return the business systems that may know of the caller, and what; the newest first."""
    return [ConsentedSystem.of(one) for one in instance.openid.consents.of(actor)]


@router.delete(
    "/me/consents/{consent}",
    summary="Take a consent back 撤回登录授权",
    status_code=204,
    responses=errors(ConsentUnknown),
)
def withdraw(instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SELF)], consent: ConsentName) -> Response:
    """Take a consent back: every token that stands on it ends at once."""
    instance.openid.consents.withdraw(actor, consent)
    return Response(status_code=204)


@router.get(
    "/openid/keys",
    summary="The keys that sign tokens 令牌签名密钥",
    dependencies=[allow(Permission.KEY_CHANGE)],
    responses=errors(DutyMissing, LevelTooLow),
)
def keys(instance: InstanceHere) -> list[ProviderKeyView]:
    """Return every key that is published, the oldest first."""
    return [ProviderKeyView.of(one) for one in instance.openid.keys.published()]


@router.post(
    "/openid/keys/rotations",
    summary="Propose that the next key takes over 申请轮换令牌签名密钥",
    status_code=202,
    responses=errors(
        DutyMissing,
        LevelTooLow,
        KeyNotNext,
        KeyTooYoung,
        ProposalOpen,
        ReasonMissing,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def rotate(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.KEY_CHANGE)],
    idempotency_key: IdempotencyKey,
    body: ProviderKeyRotation,
) -> ProposalView:
    """Propose that the next key signs. It does as another person agrees; the one before stays published for a day."""
    four_eyes = instance.four_eyes
    proposal = instance.openid.key_rotations(four_eyes).propose(
        actor, body.algorithm, body.kid, reason=body.reason, request_key=idempotency_key
    )
    return ProposalView.of(four_eyes, proposal)


@router.post(
    "/openid/keys/replacements",
    summary="Let go of a key at once 应急更换令牌签名密钥",
    responses=errors(DutyMissing, LevelTooLow, KeyNotPublished, ReasonMissing, LostRace),
)
def replace(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.KEY_CHANGE)], body: KeyReplacement
) -> ProviderKeyView:
    """Let go of a key that somebody else may have: it signs nothing more, and is published no more.

    The answer is the key of its algorithm that signs from now on. Of a request that is repeated, the second finds the
    key gone and changes nothing. What stops harm waits for nobody else: it is on record as such, with the reason
    (`key:stop_alone:done`).
    """
    reason = require_reason(body.reason)
    return ProviderKeyView.of(instance.openid.keys.replace(body.kid, by=actor.id, reason=reason))

"""Delegations 授权委托: offering, accepting, ending, and looking at them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.delegations import DelegationOffer, DelegationView
from api.schemas.texts import Line, Name
from api.wiring import Instance
from identity.delegation.errors import (
    MandateBeyond,
    MandateInvalid,
    MandateNotInForce,
    MandateNotYours,
    MandateUnknown,
)
from identity.duties import Actor
from identity.errors import SubjectNotActive, SubjectUnknown
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1/delegations", tags=["授权委托 delegations"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
DelegationName = Annotated[
    Name, Path(description="Identifier of the delegation", examples=["mandate_01k9x3v5b7d2f4h6j8m0n1p3q5"])
]
ENDED = (MandateUnknown, EventNotPossible, ReasonMissing, LostRace)


@router.post(
    "",
    summary="Offer a delegation 授权委托",
    status_code=201,
    responses=errors(
        MandateInvalid,
        MandateNotYours,
        MandateUnknown,
        MandateBeyond,
        MandateNotInForce,
        SubjectUnknown,
        SubjectNotActive,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def offer(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.DELEGATION_GIVE)],
    body: DelegationOffer,
    idempotency_key: IdempotencyKey,
) -> DelegationView:
    """Let a person or a business system act, within bounds; it holds once it is accepted.

    An organisation gives by its legal representative, and what is about its seals or licences also by who disposes of
    those. Who received something gives a part of it on, as far as its depth allows.
    """
    now = instance.base.store.clock.now()
    return DelegationView.of(instance.mandates.offer(actor, body.command(idempotency_key, now=now)))


@router.get(
    "",
    summary="What one gave and received 查看授权委托",
    responses=errors(MandateNotYours, SubjectUnknown, SubjectNotActive),
)
def read_all(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.DELEGATION_OWN)],
    *,
    organisation: Annotated[
        Line | None,
        Query(
            max_length=80,
            description="An organisation that one gives for; none: one's own",
            examples=["O7H2K9M4P1Q8R3S6T5"],
        ),
    ] = None,
    after: Annotated[
        Line,
        Query(max_length=80, description="The last one seen", examples=["mandate_01k9x3v5b7d2f4h6j8m0n1p3q5"]),
    ] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[DelegationView]:
    """Return delegations, oldest first."""
    found = instance.mandates.list(actor, organisation=organisation, after=after, limit=limit)
    return [DelegationView.of(one) for one in found]


@router.get("/{delegation}", summary="Look at a delegation 查看一份授权委托", responses=errors(MandateUnknown))
def read(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.DELEGATION_OWN)], delegation: DelegationName
) -> DelegationView:
    """Return a delegation, to its parties and to who gave one above it."""
    return DelegationView.of(instance.mandates.find(actor, delegation))


@router.get(
    "/{delegation}/chain",
    summary="The signed chain of a delegation 授权链",
    response_class=Response,
    responses={
        200: {
            "description": "DelegationChain in DER (docs/delegation.md)",
            "content": {"application/octet-stream": {"example": "DER"}},
        },
        **errors(MandateUnknown, MandateNotInForce),
    },
)
def read_chain(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.DELEGATION_OWN)], delegation: DelegationName
) -> Response:
    """Return the signed statements from whoever gave first, with the certificates of their signers."""
    chain = instance.mandates.signed_chain(actor, delegation)
    return Response(chain.der, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


@router.get(
    "/{delegation}/links",
    summary="The delegations above this one 授权来源",
    responses=errors(MandateUnknown),
)
def read_links(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.DELEGATION_OWN)], delegation: DelegationName
) -> list[DelegationView]:
    """Return a delegation after those within which it was given, the first one first: from whom it comes."""
    return [DelegationView.of(one) for one in instance.mandates.links(actor, delegation)]


@router.post(
    "/{delegation}/acceptance",
    summary="Accept a delegation 接受授权委托",
    responses=errors(MandateUnknown, MandateNotInForce, EventNotPossible, FourEyesRequired, SubjectNotActive, LostRace),
)
def accept(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.DELEGATION_OWN)], delegation: DelegationName
) -> DelegationView:
    """Accept what was offered, by who receives it: from now on it holds."""
    return DelegationView.of(instance.mandates.accept(actor, delegation))


@router.post(
    "/{delegation}/refusal",
    summary="Decline a delegation 谢绝授权委托",
    responses=errors(*ENDED),
)
def decline(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.DELEGATION_OWN)],
    delegation: DelegationName,
    body: Reason,
) -> DelegationView:
    """Decline what was offered, by who was to receive it."""
    return DelegationView.of(instance.mandates.decline(actor, delegation, reason=body.reason))


@router.post(
    "/{delegation}/renunciation",
    summary="Renounce a delegation 辞去授权委托",
    responses=errors(*ENDED),
)
def renounce(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.DELEGATION_OWN)],
    delegation: DelegationName,
    body: Reason,
) -> DelegationView:
    """Renounce what was received: it ends, with everything that was given within it."""
    return DelegationView.of(instance.mandates.renounce(actor, delegation, reason=body.reason))


@router.post(
    "/{delegation}/revocation",
    summary="Revoke a delegation 撤销授权委托",
    responses=errors(MandateNotYours, *ENDED),
)
def revoke(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.DELEGATION_OWN)],
    delegation: DelegationName,
    body: Reason,
) -> DelegationView:
    """Revoke it, by who gave it or one above it: from this moment nothing is done under it, nor within it."""
    return DelegationView.of(instance.mandates.revoke(actor, delegation, reason=body.reason))

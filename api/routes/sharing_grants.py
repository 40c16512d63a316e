"""Grants of sharing: an officer of the issuer proposes what a client may ask, another person reviews it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.paging import Before, Most
from api.schemas.sharing_grants import GrantProposal, GrantView, UseCountView
from api.schemas.texts import Name, Text
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import ClientUnknown, DutyMissing
from licence.errors import TypeUnknown
from licence.sharing.entries import SharingGrant
from licence.sharing.errors import GrantUnknown, SharingInvalid
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1/sharing-grants", tags=["共享授权 sharing grants"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
GrantName = Annotated[Name, Path(description="Identifier of the grant", examples=["share_01k9x3v5b7d2f4h6j8m0n1p3q5"])]


@router.post(
    "",
    summary="Propose a grant 拟定共享授权",
    status_code=201,
    responses=errors(DutyMissing, SharingInvalid, TypeUnknown, ClientUnknown, RequestKeyMalformed, RequestKeyReused),
)
def propose(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SHARING_GRANT)],
    idempotency_key: IdempotencyKey,
    body: GrantProposal,
) -> GrantView:
    """Propose which types, calls, purposes and fields a client may ask, and the law or consent that it rests on."""
    return GrantView.of(instance.sharing.granting.propose(actor, body.command(idempotency_key)))


@router.get("", summary="Grants of my authorities 共享授权清单", responses=errors(DutyMissing))
def read_all(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SHARING_READ)],
    before: Before = None,
    limit: Most = 100,
) -> list[GrantView]:
    """Return what the authorities granted for which the caller is an officer or a reviewer, a page, newest first."""
    return [GrantView.of(one) for one in instance.sharing.granting.list(actor, before=before, limit=limit)]


@router.get("/counts", summary="How often a type was asked about 用证统计", responses=errors(DutyMissing, TypeUnknown))
def read_counts(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SHARING_READ)],
    type: Annotated[Text, Query(description="Identifier or type code", examples=["11100000MB0127170X001"])],  # noqa: A002 - the parameter's name on the wire
) -> list[UseCountView]:
    """Return how often each client made each call in the last 90 days: numbers, and nobody's name."""
    return [UseCountView.of(one) for one in instance.sharing.granting.counts(actor, type)]


@router.get("/{grant}", summary="Look at a grant 查看共享授权", responses=errors(DutyMissing, GrantUnknown))
def read(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SHARING_READ)], grant: GrantName
) -> GrantView:
    """Return a grant, for the people of its issuer."""
    return GrantView.of(instance.sharing.granting.find(actor, grant))


@router.post(
    "/{grant}/approval",
    summary="Approve a grant 复核通过",
    responses=errors(DutyMissing, GrantUnknown, EventNotPossible, FourEyesRequired, LostRace),
)
def approve(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SHARING_REVIEW)], grant: GrantName
) -> GrantView:
    """Approve a grant, by another person than the one who proposed it: from now on the client may ask."""
    return GrantView.of(instance.sharing.granting.approve(actor, grant))


def add_step(
    path: str, summary: str, permission: Permission, act: Callable[[Instance, Actor, str, str], SharingGrant]
) -> None:
    """Add the route of a step that needs a reason."""

    def step(
        instance: InstanceHere, actor: Annotated[Actor, allow(permission)], grant: GrantName, body: Reason
    ) -> GrantView:
        return GrantView.of(act(instance, actor, grant, body.reason))

    router.add_api_route(
        f"/{{grant}}/{path}",
        step,
        methods=["POST"],
        summary=summary,
        description=f"{summary}. The reason stands on record for good.",
        name=path,
        operation_id=f"sharing_grant_{path}",
        responses=errors(DutyMissing, GrantUnknown, EventNotPossible, FourEyesRequired, ReasonMissing, LostRace),
    )


add_step(
    "refusal",
    "Refuse a grant 复核不通过",
    Permission.SHARING_REVIEW,
    lambda here, who, grant, why: here.sharing.granting.refuse(who, grant, reason=why),
)
add_step(
    "withdrawal",
    "Withdraw a grant 收回共享授权",
    Permission.SHARING_GRANT,
    lambda here, who, grant, why: here.sharing.granting.withdraw(who, grant, reason=why),
)

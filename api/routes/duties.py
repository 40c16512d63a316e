"""Duties 职责: proposing them, taking them back, who holds what; freezing accounts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.access import AccountFreezing, DutyGrant, DutyPage, DutyWithdrawal, HoldingView
from api.schemas.common import IdempotencyKey, errors
from api.schemas.proposals import ProposalView
from api.schemas.texts import Line
from api.wiring import Instance
from identity.appointing import GrantDuty, content_of
from identity.duties import Actor, Duty, Grant
from identity.errors import (
    AccountUnknown,
    DutiesExclude,
    DutyForNoOrganisation,
    DutyMissing,
    DutyNeedsOrganisation,
    DutyNotHeld,
    DutyOfSystems,
    EndMalformed,
    LastAdministrator,
    OwnDuty,
    SubjectNotActive,
    SubjectUnknown,
)
from trust.lifecycle import FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["职责 duties"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
PERSON_EXAMPLE = "P7K2M9Q4R8T1W3X5Y6"
DUTY_PAGE = 200


@router.post(
    "/duties",
    summary="Propose a duty for a person 提请授予职责",
    status_code=202,
    responses=errors(
        DutyMissing,
        DutyNeedsOrganisation,
        DutyForNoOrganisation,
        DutyOfSystems,
        EndMalformed,
        OwnDuty,
        SubjectUnknown,
        SubjectNotActive,
        AccountUnknown,
        DutiesExclude,
        ReasonMissing,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def propose_duty(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.DUTY_GRANT)],
    idempotency_key: IdempotencyKey,
    body: DutyGrant,
) -> ProposalView:
    """Propose that a person with an account gets a duty, for one organisation where it is held for one.

    Another security administrator agrees to the proposal, and the duty is held. Administrators hold no other duty
    (三员分立), and nobody takes part in giving one to themselves.
    """
    engine = instance.four_eyes
    proposal = engine.propose(
        actor,
        kind=GrantDuty.kind,
        subject=body.person,
        content=content_of(Grant(body.duty, body.organisation), until=body.until),
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ProposalView.of(engine, proposal)


@router.post(
    "/duties/withdrawal",
    summary="Take a duty back 收回职责",
    status_code=204,
    responses=errors(DutyMissing, DutyNotHeld, DutyOfSystems, LastAdministrator, ReasonMissing, LostRace),
)
def withdraw_duty(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.DUTY_WITHDRAW)], body: DutyWithdrawal
) -> Response:
    """Take a duty back at once: at the holder's next request it is gone. It stops harm, so that one may do it alone."""
    grant = Grant(body.duty, body.organisation)
    instance.base.appointing.withdraw(actor, body.person, grant, reason=body.reason)
    return Response(status_code=204)


@router.get("/duties", summary="Who holds which duty 职责名册", responses=errors(DutyMissing))
def list_duties(
    *,
    instance: InstanceHere,
    _: Annotated[Actor, allow(Permission.DUTY_READ)],
    duty: Annotated[Duty | None, Query(description="Only this duty")] = None,
    organisation: Annotated[
        Line, Query(max_length=64, description="Only for this organisation", examples=["O3F6H8J1L4N7Q2S5U9"])
    ] = "",
    holder: Annotated[
        Line, Query(max_length=64, description="Only what this person or client holds", examples=[PERSON_EXAMPLE])
    ] = "",
    after: Annotated[Line, Query(max_length=64, description="`next` of the page before", examples=["grant_01k9"])] = "",
    limit: Annotated[int, Query(ge=1, le=DUTY_PAGE)] = 100,
) -> DutyPage:
    """Return who holds which duty at this moment, in the order of giving."""
    found = instance.base.appointing.holdings(
        duty=duty, organisation=organisation, holder=holder, after=after, limit=limit
    )
    return DutyPage(
        duties=[HoldingView.of(one) for _, one in found], next=found[-1][0] if len(found) == limit else None
    )


@router.post(
    "/accounts/freezing",
    summary="Freeze an account 冻结账号",
    status_code=204,
    responses=errors(DutyMissing, AccountUnknown, ReasonMissing, LostRace),
)
def freeze_account(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.ACCOUNT_FREEZE)], body: AccountFreezing
) -> Response:
    """Freeze a person's account at once: its sessions end, and nobody logs in. The person stays as it is."""
    instance.base.account_freezing.freeze(actor, body.person, reason=body.reason)
    return Response(status_code=204)


@router.post(
    "/accounts/unfreezing",
    summary="Let an account be used again 解冻账号",
    status_code=204,
    responses=errors(DutyMissing, AccountUnknown, FourEyesRequired, ReasonMissing, LostRace),
)
def unfreeze_account(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.ACCOUNT_FREEZE)], body: AccountFreezing
) -> Response:
    """Let an account be used again: by another person than the one who froze it."""
    instance.base.account_freezing.unfreeze(actor, body.person, reason=body.reason)
    return Response(status_code=204)

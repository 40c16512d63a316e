"""Review by another person 复核: asking for a step or an issue, the reviewer's queue, and deciding."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.authn import allow, instance_of
from api.naming import titles
from api.permissions import Permission
from api.routes.licences import ISSUE_ERRORS, LicenceName
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.licence_reviews import (
    IssueRequest,
    RequestApproval,
    RequestDetails,
    RequestPage,
    RequestView,
    StepRequest,
)
from api.schemas.licences import EditionIssue
from api.schemas.texts import Line, Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from licence.errors import (
    GroundUnfit,
    LicenceExpired,
    LicenceUnknown,
    RequestNotOpen,
    RequestOutdated,
    RequestUnknown,
    SuccessorUnfit,
)
from licence.request_repository import RequestState, ReviewRequest
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["证照复核 licence reviews"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
RequestName = Annotated[
    Name, Path(description="Identifier of the request", examples=["lreq_01k9x3v5b7d2f4h6j8m0n1p3q5"])
]
ASKING = (RequestKeyMalformed, RequestKeyReused, ReasonMissing, EventNotPossible, LostRace)
DECISION = (DutyMissing, RequestUnknown, RequestNotOpen, EventNotPossible, LostRace)


def whole(instance: Instance, request: ReviewRequest) -> RequestDetails:
    """Return the view of a request, with how its type and its seal are called."""
    seal = request.payload.get("seal")
    told = titles(instance, types=[(request.type, None)], seals=[] if seal is None else [seal])
    return RequestDetails.whole(request, told.names, told.names_en)


@router.post(
    "/licences/{licence}/requests",
    summary="Ask for a step to be agreed to 申请复核",
    status_code=201,
    responses=errors(DutyMissing, LicenceUnknown, GroundUnfit, FourEyesRequired, *ASKING),
)
def ask_step(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_MANAGE)],
    idempotency_key: IdempotencyKey,
    licence: LicenceName,
    body: StepRequest,
) -> RequestDetails:
    """Ask a reviewer of the authority to agree to a step: it is taken when the reviewer does."""
    return whole(instance, instance.reviews.ask_step(actor, body.command(licence, idempotency_key)))


@router.post(
    "/licences/{licence}/edition-requests",
    summary="Ask for a new edition to be agreed to 申请复核新版本",
    status_code=201,
    responses=errors(*ISSUE_ERRORS, LicenceUnknown, LicenceExpired, SuccessorUnfit, *ASKING),
)
def ask_edition(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_ISSUE)],
    idempotency_key: IdempotencyKey,
    licence: LicenceName,
    body: EditionIssue,
) -> RequestDetails:
    """Ask a reviewer of the authority to agree to a new edition: it is issued when the reviewer does."""
    command = body.command(licence, idempotency_key)
    return whole(instance, instance.reviews.ask_issue(actor, command, reason=body.reason))


@router.post(
    "/licence-requests",
    summary="Ask for a licence to be agreed to 申请复核签发",
    status_code=201,
    responses=errors(*ISSUE_ERRORS, *ASKING),
)
def ask_issue(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_ISSUE)],
    idempotency_key: IdempotencyKey,
    body: IssueRequest,
) -> RequestDetails:
    """Ask a reviewer of the authority to agree to a licence: it is issued when the reviewer does."""
    command = body.order.command(idempotency_key)
    return whole(instance, instance.reviews.ask_issue(actor, command, reason=body.reason))


@router.get("/licence-requests", summary="The reviewer's queue 复核队列", responses=errors(DutyMissing))
def queue(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_READ)],
    issuer: Annotated[Line, Query(max_length=18, description="Issuing authority", examples=["O3F6H8J1L4N7Q2S5U9"])],
    state: Annotated[RequestState, Query(description="Only those in this state")] = RequestState.REQUESTED,
    after: Annotated[
        Line | None,
        Query(
            max_length=64,
            description="`next` of the page before",
            examples=["lreq_01k9x3v5b7d2f4h6j8m0n1p3q5"],
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RequestPage:
    """Return the requests to an authority, oldest first: all of them to its reviewers, to others their own."""
    found = instance.reviews.queue(actor, issuer, state=state, after=after, limit=limit)
    following = found[-1].id if len(found) == limit else None
    told = titles(instance, types=[(one.type, None) for one in found])
    requests = [RequestView.of(one) for one in found]
    return RequestPage(requests=requests, names=told.names, names_en=told.names_en, next=following)


@router.get(
    "/licence-requests/{request}",
    summary="Look at a request 查看复核申请",
    responses=errors(DutyMissing, RequestUnknown),
)
def read(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.LICENCE_FOLLOW)], request: RequestName
) -> RequestDetails:
    """Return a request with all that is asked for, to who asked and to who decides."""
    return whole(instance, instance.reviews.find(actor, request))


@router.post(
    "/licence-requests/{request}/approval",
    summary="Agree 同意",
    responses=errors(*DECISION, *ISSUE_ERRORS, FourEyesRequired, RequestOutdated, LicenceExpired, SuccessorUnfit),
)
def approve(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_REVIEW)],
    request: RequestName,
    body: RequestApproval,
) -> RequestView:
    """Agree to what has this digest, by another than who asked; it is done at once."""
    return RequestView.of(instance.reviews.approve(actor, request, digest=body.digest, remark=body.remark))


@router.post(
    "/licence-requests/{request}/execution",
    summary="Carry out what was agreed to 执行",
    responses=errors(*DECISION, *ISSUE_ERRORS, LicenceExpired, SuccessorUnfit),
)
def carry_out(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.LICENCE_FOLLOW)], request: RequestName
) -> RequestView:
    """Issue what was agreed to and could not be issued then. Repeated, it is the same licence."""
    return RequestView.of(instance.reviews.carry_out(actor, request))


@router.post(
    "/licence-requests/{request}/refusal",
    summary="Refuse 不同意",
    responses=errors(*DECISION, FourEyesRequired, ReasonMissing),
)
def refuse(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_REVIEW)],
    request: RequestName,
    body: Reason,
) -> RequestView:
    """Refuse, with the reason for who asked."""
    return RequestView.of(instance.reviews.refuse(actor, request, reason=body.reason))


@router.post(
    "/licence-requests/{request}/withdrawal",
    summary="Withdraw a request 撤回申请",
    responses=errors(*DECISION, ReasonMissing),
)
def withdraw_request(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_FOLLOW)],
    request: RequestName,
    body: Reason,
) -> RequestView:
    """Withdraw what one asked for oneself."""
    return RequestView.of(instance.reviews.withdraw(actor, request, reason=body.reason))

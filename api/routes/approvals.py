"""Approval before use 用印审批: asking, deciding, and the queue of who decides."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Path, Query, UploadFile
from pydantic import Json

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge
from api.schemas.approvals import ApprovalRemark, ApprovalRequest, ApprovalView, DocumentUse
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.places import ORDER_ERRORS, OrderBody
from api.schemas.texts import Line, Name, Prose
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive
from seal.errors import (
    ApprovalNotOpen,
    ApprovalUnknown,
    NotAuthorised,
    SealExpired,
    SealNotActive,
    SealUnknown,
    StampingRequestInvalid,
)
from seal.ledger.approval_repository import ApprovalState
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1/seals/{seal}/stamping-approvals", tags=["用印审批 approvals"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
SealName = Annotated[Name, Path(description="Identifier of the seal", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
ApprovalName = Annotated[
    Name, Path(description="Identifier of the request", examples=["approval_01k9x3v5b7d2f4h6j8m0n1p3q5"])
]
ASKING: Final[tuple[type[TrustError], ...]] = (
    DutyMissing,
    SealUnknown,
    SealNotActive,
    SealExpired,
    SubjectNotActive,
    NotAuthorised,
    ReasonMissing,
    StampingRequestInvalid,
    RequestKeyMalformed,
    RequestKeyReused,
    LostRace,
    *ORDER_ERRORS,
)
DECISION = (DutyMissing, SealUnknown, ApprovalUnknown, ApprovalNotOpen, EventNotPossible, LostRace)


@router.post(
    "",
    summary="Ask for a stamping to be approved 申请用印审批",
    status_code=201,
    responses=errors(*ASKING),
)
def ask(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    body: ApprovalRequest,
    idempotency_key: IdempotencyKey,
) -> ApprovalView:
    """Ask the owner to approve one stamping: of exactly this digest, with exactly these parameters."""
    return ApprovalView.of(instance.approvals.ask(actor, body.command(seal, idempotency_key)))


@router.post(
    "/documents",
    summary="Ask for a stamping of a file to be approved 上传文件申请用印审批",
    status_code=201,
    responses=errors(*ASKING, BodyTooLarge),
)
def ask_with_file(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    idempotency_key: IdempotencyKey,
    file: Annotated[UploadFile, File(description="The PDF; only its digest is kept")],
    order: Annotated[
        Json[OrderBody],
        Form(
            description="As it will be sent with the stamping",
            examples=['{"places":[{"kind":"point","page":1,"x_mm":150,"y_mm":240}],"reason":"通知签发"}'],
        ),
    ],
    purpose: Annotated[Line, Form(min_length=1, max_length=64, examples=["document.stamp"])],
    document_kind: Annotated[Line, Form(min_length=1, max_length=64, examples=["notice"])],
    reason: Annotated[Prose, Form(min_length=2, max_length=500, examples=["第 118 号通知，请予用印。"])],
    reference: Annotated[
        Line, Form(max_length=128, description="What the document is called", examples=["通知.pdf"])
    ] = "",
) -> ApprovalView:
    """Ask for the stamping of a file, whose digest is taken here: for browsers, which know no SM3."""
    body = ApprovalRequest(
        purpose=purpose,
        document_kind=document_kind,
        reason=reason,
        reference=reference,
        use=DocumentUse(operation="document", file_digest=sm3(file.file.read()).hex(), order=order),
    )
    return ApprovalView.of(instance.approvals.ask(actor, body.command(seal, idempotency_key)))


@router.get("", summary="Requests for approval 用印审批队列", responses=errors(DutyMissing, SealUnknown))
def queue(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    *,
    state: Annotated[
        ApprovalState | None,
        Query(
            description="Only those in this state: requested that can still be decided, approved that can still be used"
        ),
    ] = None,
    after: Annotated[
        Line,
        Query(
            max_length=128,
            description="The last request seen",
            examples=["approval_01k9x3v5b7d2f4h6j8m0n1p3q5"],
        ),
    ] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    own: Annotated[
        bool, Query(description="Only what you have asked for yourself, newest first, as a list of one's own is read")
    ] = False,
) -> list[ApprovalView]:
    """Return the requests for a seal, oldest first: all of them to its owner, to others their own."""
    read = instance.approvals.own if own else instance.approvals.queue
    found = read(actor, seal, state=state, after=after, limit=limit)
    return [ApprovalView.of(one) for one in found]


@router.get(
    "/{approval}", summary="Look at a request 查看用印审批", responses=errors(DutyMissing, SealUnknown, ApprovalUnknown)
)
def read(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    approval: ApprovalName,
) -> ApprovalView:
    """Return a request, to who asked and to who decides."""
    return ApprovalView.of(instance.approvals.find(actor, seal, approval))


@router.post("/{approval}/approval", summary="Approve 同意用印", responses=errors(*DECISION, FourEyesRequired))
def approve(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_OWN)],
    seal: SealName,
    approval: ApprovalName,
    body: ApprovalRemark,
) -> ApprovalView:
    """Approve a stamping. By another than who asked; it can be used once, within a day."""
    return ApprovalView.of(instance.approvals.approve(actor, seal, approval, remark=body.remark))


@router.post(
    "/{approval}/refusal", summary="Refuse 不同意用印", responses=errors(*DECISION, FourEyesRequired, ReasonMissing)
)
def refuse(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_OWN)],
    seal: SealName,
    approval: ApprovalName,
    body: Reason,
) -> ApprovalView:
    """Refuse a stamping, with the reason for who asked."""
    return ApprovalView.of(instance.approvals.refuse(actor, seal, approval, reason=body.reason))


@router.post(
    "/{approval}/withdrawal", summary="Withdraw a request 撤回用印申请", responses=errors(*DECISION, ReasonMissing)
)
def withdraw_request(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    approval: ApprovalName,
    body: Reason,
) -> ApprovalView:
    """Withdraw what one asked for oneself."""
    return ApprovalView.of(instance.approvals.withdraw(actor, seal, approval, reason=body.reason))

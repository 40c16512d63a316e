"""The life of seals, their authorisations, and looking at them."""

from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Query, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.seals import (
    AuthorisationGrant,
    AuthorisationView,
    SealApplication,
    SealDetails,
    SealView,
    Suspension,
)
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from seal.errors import (
    AuthorisationInvalid,
    AuthorisationUnknown,
    CertificateAwaited,
    ImageDiameterOutOfRange,
    ImageNameLength,
    ImageResolutionOutOfRange,
    ImageRowLength,
    OwnWorkRefused,
    SealNotActive,
    SealUnknown,
    StatutorySealExists,
)
from seal.image import SealDesign, draw
from seal.repository import Seal
from seal.service import ApplyForSeal, AuthoriseStamping, SealService
from trust.errors import TrustError
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.typefaces import CharacterNotCovered

__all__ = ["router"]

router = APIRouter(prefix="/v1/seals", tags=["印章 seals"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
SealName = Annotated[Name, Path(description="Identifier of the seal", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
STEP = (DutyMissing, SealUnknown, EventNotPossible, FourEyesRequired, LostRace)
KEYED = (RequestKeyMalformed, RequestKeyReused, LostRace)


@router.post(
    "",
    summary="Apply for a seal 申请印章",
    status_code=201,
    responses=errors(
        DutyMissing,
        SubjectUnknown,
        SubjectNotActive,
        ReasonMissing,
        ImageNameLength,
        ImageRowLength,
        ImageDiameterOutOfRange,
        CharacterNotCovered,
        StatutorySealExists,
        *KEYED,
    ),
)
def apply(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_APPLY)],
    body: SealApplication,
    idempotency_key: IdempotencyKey,
) -> SealView:
    """Apply for a seal of an organisation for which the caller is an applicant."""
    command = ApplyForSeal(
        owner=body.owner,
        kind=body.kind,
        row=body.row,
        diameter_mm=body.diameter_mm,
        reason=body.reason,
        request_key=idempotency_key,
    )
    return SealView.of(instance.seals.apply(actor, command))


@router.get("/{seal}", summary="Look at a seal and its history 查看印章", responses=errors(DutyMissing, SealUnknown))
def read(instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_READ)], seal: SealName) -> SealDetails:
    """Return a seal with every step of its life."""
    return SealDetails.with_history(*instance.seals.find(actor, seal))


class ReasonedStep(Protocol):
    """A use case of a seal's life that takes a reason."""

    def __call__(self, service: SealService, /, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Take the step."""
        ...


def add_step_with_reason(path: str, summary: str, permission: Permission, act: ReasonedStep) -> None:
    """Add the route of one step that needs a reason."""

    def step(
        instance: InstanceHere, actor: Annotated[Actor, allow(permission)], seal: SealName, body: Reason
    ) -> SealView:
        return SealView.of(act(instance.seals, actor, seal, reason=body.reason))

    told = f"{summary}. The reason stands in the history for good."
    add_route(path, summary, told, step, (*STEP, ReasonMissing))


def add_step(path: str, summary: str, permission: Permission, act: Callable[[SealService, Actor, str], Seal]) -> None:
    """Add the route of one step that needs no reason."""

    def step(instance: InstanceHere, actor: Annotated[Actor, allow(permission)], seal: SealName) -> SealView:
        return SealView.of(act(instance.seals, actor, seal))

    told = f"{summary}. By another person than the one who took the step before."
    add_route(
        path, summary, told, step, (*STEP, SubjectNotActive, SigningUnavailable, OwnWorkRefused, CertificateAwaited)
    )


def add_route(
    path: str, summary: str, told: str, step: Callable[..., SealView], refusals: tuple[type[TrustError], ...]
) -> None:
    """Add the route of one step."""
    router.add_api_route(
        f"/{{seal}}/{path}",
        step,
        methods=["POST"],
        summary=summary,
        description=told,
        name=path,
        operation_id=f"seal_{path.replace('-', '_')}",
        responses=errors(*refusals),
    )


for added in (
    ("withdrawal", "Withdraw an application 撤回", Permission.SEAL_APPLY, SealService.withdraw),
    ("return", "Return an application for correction 退回补正", Permission.SEAL_REVIEW, SealService.return_),
    ("resubmission", "Submit a returned application again 补正再报", Permission.SEAL_APPLY, SealService.resubmit),
    ("rejection", "Reject an application 驳回", Permission.SEAL_REVIEW, SealService.reject),
    ("approval", "Approve an application 审核通过", Permission.SEAL_REVIEW, SealService.approve),
    ("resume-request", "Ask for a seal to be resumed 申请恢复", Permission.SEAL_OWN, SealService.request_resume),
    ("resumption", "Resume a suspended seal 恢复", Permission.SEAL_REVIEW, SealService.resume),
    ("resume-refusal", "Leave a seal suspended 不予恢复", Permission.SEAL_REVIEW, SealService.refuse_resume),
    ("cancellation", "Cancel a seal for good 注销", Permission.SEAL_CANCEL, SealService.cancel),
):
    add_step_with_reason(*added)
for plain in (
    ("making", "Make a seal: keys, certificates, GB/T 38540 seal 制作", Permission.SEAL_MAKE, SealService.make),
    ("filing", "File a seal 备案", Permission.SEAL_FILE, SealService.file),
    ("issue", "Issue a seal to its owner 发放", Permission.SEAL_MAKE, SealService.issue),
    ("acceptance", "Accept a seal, which brings it into use 接收启用", Permission.SEAL_OWN, SealService.accept),
):
    add_step(*plain)


@router.post("/{seal}/suspension", summary="Stop a seal at once 停用（挂失）", responses=errors(*STEP, ReasonMissing))
def suspend(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_OWN)], seal: SealName, body: Suspension
) -> SealView:
    """Stop a seal: from this moment nothing is stamped with it."""
    return SealView.of(instance.seals.suspend(actor, seal, reason=body.reason, lost_at=body.lost_at))


@router.post(
    "/{seal}/authorisations",
    summary="Authorise a person or a business system to stamp 用印授权",
    status_code=201,
    responses=errors(
        DutyMissing, SealUnknown, SealNotActive, AuthorisationInvalid, SubjectUnknown, SubjectNotActive, *KEYED
    ),
)
def authorise(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_OWN)],
    seal: SealName,
    body: AuthorisationGrant,
    idempotency_key: IdempotencyKey,
) -> AuthorisationView:
    """Give a permission: who, for what, until when, how often."""
    command = AuthoriseStamping(
        seal=seal,
        holder=body.holder,
        purpose=body.purpose,
        document_kinds=tuple(body.document_kinds),
        valid_until=body.valid_until,
        times=body.times,
        request_key=idempotency_key,
    )
    return AuthorisationView.of(instance.seals.authorise(actor, command))


@router.get(
    "/{seal}/authorisations",
    summary="All authorisations that the owner ever gave 查看用印授权",
    responses=errors(DutyMissing, SealUnknown),
)
def read_authorisations(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_OWN)], seal: SealName
) -> list[AuthorisationView]:
    """Return who may stamp with a seal and who might, oldest first, for its owner."""
    return [AuthorisationView.of(one) for one in instance.seals.authorisations(actor, seal)]


@router.post(
    "/{seal}/authorisations/{authorisation}/withdrawal",
    summary="Withdraw an authorisation 收回用印授权",
    responses=errors(DutyMissing, SealUnknown, AuthorisationUnknown, ReasonMissing, LostRace),
)
def withdraw_authorisation(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_OWN)],
    seal: SealName,
    authorisation: Annotated[Name, Path(examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
    body: Reason,
) -> AuthorisationView:
    """Withdraw a permission: from this moment nothing is stamped under it. Once more changes nothing."""
    withdrawn = instance.seals.withdraw_authorisation(actor, seal, authorisation, reason=body.reason)
    return AuthorisationView.of(withdrawn)


@router.get(
    "/{seal}/seal.esl",
    summary="The seal in GB/T 38540 form 印章数据",
    response_class=Response,
    responses={
        200: {"description": "SESeal in DER", "content": {"application/octet-stream": {"example": "30 82 …"}}},
        **errors(DutyMissing, SealUnknown, SealNotActive),
    },
)
def read_esl(instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_READ)], seal: SealName) -> Response:
    """Return SESeal in DER, once the seal is made."""
    found, _history = instance.seals.find(actor, seal)
    if found.seal is None:
        raise SealNotActive(seal=found.id, state=found.state.value)
    return Response(found.seal, media_type="application/octet-stream")


@router.get(
    "/{seal}/image.png",
    summary="The seal's image 章面",
    response_class=Response,
    responses={
        200: {"description": "The image with a transparent ground", "content": {"image/png": {"example": "PNG"}}},
        **errors(DutyMissing, SealUnknown, ImageResolutionOutOfRange),
    },
)
def read_image(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_READ)],
    seal: SealName,
    dpi: Annotated[int, Query(ge=72, le=1200)] = 300,
) -> Response:
    """Return the seal as it is engraved, at a resolution."""
    found, _history = instance.seals.find(actor, seal)
    design = SealDesign(name=found.rim, row=found.row, code=found.code or "", diameter_mm=found.diameter_mm)
    return Response(draw(design).png(dpi), media_type="image/png")

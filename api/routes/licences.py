"""The catalogue of licence types, and the life of licences."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Response, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, Reason, errors, pdf_answer
from api.schemas.licences import BatchView, LicenceDetails, LicenceIssue, LicenceView, TypeDraft, TypeView
from api.schemas.texts import Name, Text
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from licence.batch import IssueBatch, issue_batch
from licence.catalogue import DraftType
from licence.errors import (
    DataInvalid,
    HolderNotRegistered,
    IssueUnderWay,
    LicenceUnknown,
    NumberTaken,
    SchemaInvalid,
    TableInvalid,
    TemplateUnknown,
    TypeCodeMalformed,
    TypeExists,
    TypeNotPublished,
    TypeUnknown,
    ValueDoesNotFit,
)
from licence.kinds import LicenceType
from licence.qr import draw_picture
from licence.repository import Licence
from licence.service import IssueLicence
from seal.errors import AuthorisationExhausted, NotAuthorised, OwnWorkRefused, SealNotActive, SealUnknown
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.timestamping import TimeStampingUnavailable
from trust.typefaces import CharacterNotCovered

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["证照 licences"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
TypeName = Annotated[Name, Path(description="Identifier or type code", examples=["11100000MB0127170X001"])]
LicenceName = Annotated[
    Name,
    Path(description="Identifier, or licence identifier (GB/T 36904)", examples=["lic_01k9x3v5b7d2f4h6j8m0n1p3q5"]),
]
REFUSALS = (
    DutyMissing,
    NotAuthorised,
    TypeUnknown,
    TypeNotPublished,
    SealUnknown,
    SealNotActive,
    SubjectNotActive,
    HolderNotRegistered,
    NumberTaken,
    DataInvalid,
    CharacterNotCovered,
    ValueDoesNotFit,
    AuthorisationExhausted,
    IssueUnderWay,
    RequestKeyMalformed,
    RequestKeyReused,
    OwnWorkRefused,
    SigningUnavailable,
    TimeStampingUnavailable,
)


@router.post(
    "/licence-types",
    summary="Draft a licence type 起草证照类型",
    status_code=201,
    responses=errors(
        DutyMissing,
        SubjectUnknown,
        SubjectNotActive,
        TypeCodeMalformed,
        SchemaInvalid,
        TemplateUnknown,
        TypeExists,
        CharacterNotCovered,
    ),
)
def draft_type(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.TYPE_DRAFT)], body: TypeDraft
) -> TypeView:
    """Draft a type; another officer reviews it before it is published."""
    command = DraftType(
        code=body.code,
        name=body.name,
        issuer=body.issuer,
        template=body.template,
        holder_kind=body.kind,
        schema=body.data_schema,
        lifetime_days=body.lifetime_days,
    )
    return TypeView.of(instance.catalogue.draft(actor, command))


@router.get("/licence-types", summary="The catalogue 证照目录", responses=errors(DutyMissing))
def read_types(instance: InstanceHere, _: Annotated[Actor, allow(Permission.TYPE_READ)]) -> list[TypeView]:
    """Return every licence type."""
    return [TypeView.of(kind) for kind in instance.catalogue.all()]


def add_type_step(
    path: str, summary: str, permission: Permission, act: Callable[[Instance, Actor, str], LicenceType]
) -> None:
    """Add the route of one step in the life of a type."""

    def step(instance: InstanceHere, actor: Annotated[Actor, allow(permission)], kind: TypeName) -> TypeView:
        return TypeView.of(act(instance, actor, kind))

    router.add_api_route(
        f"/licence-types/{{kind}}/{path}",
        step,
        methods=["POST"],
        summary=summary,
        description=f"{summary}. By another person than the one who took the step before.",
        name=f"type_{path}",
        operation_id=f"licence_type_{path}",
        responses=errors(DutyMissing, TypeUnknown, EventNotPossible, FourEyesRequired, LostRace),
    )


add_type_step(
    "review", "Review a type 复核", Permission.TYPE_REVIEW, lambda here, who, kind: here.catalogue.review(who, kind)
)
add_type_step(
    "return", "Return a type 退回", Permission.TYPE_DRAFT, lambda here, who, kind: here.catalogue.return_(who, kind)
)
add_type_step(
    "publication",
    "Publish a type 发布",
    Permission.TYPE_DRAFT,
    lambda here, who, kind: here.catalogue.publish(who, kind),
)
add_type_step(
    "retirement",
    "Retire a type 停用",
    Permission.TYPE_REVIEW,
    lambda here, who, kind: here.catalogue.retire(who, kind),
)


@router.post("/licences", summary="Issue a licence 签发证照", status_code=201, responses=errors(*REFUSALS))
def issue(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_ISSUE)],
    idempotency_key: IdempotencyKey,
    body: LicenceIssue,
) -> LicenceView:
    """Issue a licence: numbered, rendered, sealed, verified as a stranger would, and only then in force."""
    command = IssueLicence(
        type=body.type,
        seal=body.seal,
        number=body.number,
        holder_code=body.holder_code,
        data=body.data,
        last_day=body.last_day,
        request_key=idempotency_key,
    )
    return LicenceView.of(instance.licences.issue(actor, command))


@router.post(
    "/licence-batches",
    summary="Issue licences from a table 批量签发",
    responses=errors(DutyMissing, TableInvalid, RequestKeyMalformed),
)
def issue_table(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_ISSUE)],
    idempotency_key: IdempotencyKey,
    file: Annotated[UploadFile, File(description="CSV in UTF-8 with a header, at most 200 rows")],
    type: Annotated[Text, Form(examples=["11100000MB0127170X001"])],  # noqa: A002 - the field's name on the wire
    seal: Annotated[Text, Form(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
) -> BatchView:
    """Issue every good row; a bad one is reported with its line, its column and its reason, and stops no other."""
    batch = IssueBatch(type=type, seal=seal, table=file.file.read(), request_key=idempotency_key)
    return BatchView.of(issue_batch(instance.licences, actor, batch))


@router.get("/licences/{licence}", summary="Look at a licence 查看证照", responses=errors(DutyMissing, LicenceUnknown))
def read(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.LICENCE_READ)], licence: LicenceName
) -> LicenceDetails:
    """Return a licence with its data and its history, for its issuer."""
    return LicenceDetails.whole(*instance.licences.find(actor, licence))


@router.get(
    "/licences/{licence}/file",
    summary="The licence as PDF 证照文件",
    response_class=Response,
    responses={**pdf_answer("The signed licence"), **errors(DutyMissing, LicenceUnknown)},
)
def read_file(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.LICENCE_READ)], licence: LicenceName
) -> Response:
    """Return the signed PDF, for its issuer."""
    return Response(instance.licences.file(actor, licence), media_type="application/pdf")


@router.get(
    "/licences/{licence}/qr.png",
    summary="The licence's QR code as a picture 证照二维码",
    response_class=Response,
    responses={
        200: {"description": "The QR code", "content": {"image/png": {"example": "PNG"}}},
        **errors(DutyMissing, LicenceUnknown),
    },
)
def read_qr(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.LICENCE_READ)], licence: LicenceName
) -> Response:
    """Return the code that is on the licence, for posters and screens."""
    found, _ = instance.licences.find(actor, licence)
    if found.claim is None:
        raise LicenceUnknown
    return Response(draw_picture(found.claim), media_type="image/png")


def add_licence_step(path: str, summary: str, act: Callable[[Instance, Actor, str, str], Licence]) -> None:
    """Add the route of one step in the life of a licence."""

    def step(
        instance: InstanceHere,
        actor: Annotated[Actor, allow(Permission.LICENCE_MANAGE)],
        licence: LicenceName,
        body: Reason,
    ) -> LicenceView:
        return LicenceView.of(act(instance, actor, licence, body.reason))

    router.add_api_route(
        f"/licences/{{licence}}/{path}",
        step,
        methods=["POST"],
        summary=summary,
        description=f"{summary}. The reason stands in the history for good.",
        name=f"licence_{path}",
        operation_id=f"licence_{path}",
        responses=errors(DutyMissing, LicenceUnknown, EventNotPossible, FourEyesRequired, ReasonMissing, LostRace),
    )


add_licence_step(
    "suspension", "Suspend a licence 暂扣", lambda here, who, name, why: here.licences.suspend(who, name, reason=why)
)
add_licence_step(
    "restoration", "Restore a licence 发还", lambda here, who, name, why: here.licences.restore(who, name, reason=why)
)
add_licence_step(
    "revocation", "Revoke a licence 吊销", lambda here, who, name, why: here.licences.revoke(who, name, reason=why)
)
add_licence_step(
    "cancellation", "Cancel a licence 注销", lambda here, who, name, why: here.licences.cancel(who, name, reason=why)
)

"""Licences: issuing them and new editions of them, looking for them and at them, and what becomes of them."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.authn import allow, instance_of
from api.naming import titles_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, Reason, errors, pdf_answer
from api.schemas.licences import (
    EditionIssue,
    LicenceDetails,
    LicenceIssue,
    LicencePage,
    LicenceSearch,
    LicenceView,
    ReasonAndGround,
)
from api.schemas.texts import Moment, Name
from api.wiring import Instance
from identity.delegation.errors import MandateNotInForce
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive
from licence.errors import (
    DataInvalid,
    GroundUnfit,
    HolderNotRegistered,
    IssueUnderWay,
    LicenceExpired,
    LicenceUnknown,
    MomentInFuture,
    NotByDelegation,
    NumberTaken,
    ReviewRequired,
    ScanTaken,
    ScanUnknown,
    SuccessorUnfit,
    TypeNotPublished,
    TypeUnknown,
    ValueDoesNotFit,
)
from licence.lifecycle import LicenceEvent
from licence.pictures.errors import PictureMissing, PictureUnfit
from licence.qr import draw_picture
from seal.errors import AuthorisationExhausted, NotAuthorised, OwnWorkRefused, SealNotActive, SealUnknown
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.timestamping import TimeStampingUnavailable
from trust.typefaces import CharacterNotCovered

__all__ = ["ISSUE_ERRORS", "LicenceName", "router"]

router = APIRouter(prefix="/v1", tags=["证照 licences"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
TypeName = Annotated[Name, Path(description="Identifier or type code", examples=["11100000MB0127170X001"])]
LicenceName = Annotated[
    Name,
    Path(description="Identifier, or licence identifier (GB/T 36904)", examples=["lic_01k9x3v5b7d2f4h6j8m0n1p3q5"]),
]
ISSUE_ERRORS = (
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
    PictureMissing,
    PictureUnfit,
    CharacterNotCovered,
    ValueDoesNotFit,
    AuthorisationExhausted,
    MandateNotInForce,
    NotByDelegation,
    IssueUnderWay,
    ReviewRequired,
    ScanUnknown,
    ScanTaken,
    RequestKeyMalformed,
    RequestKeyReused,
    OwnWorkRefused,
    SigningUnavailable,
    TimeStampingUnavailable,
)


class MetadataFormat(StrEnum):
    """The forms of metadata."""

    JSON = "json"
    XML = "xml"


@router.post("/licences", summary="Issue a licence 签发证照", status_code=201, responses=errors(*ISSUE_ERRORS))
def issue(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_ISSUE)],
    idempotency_key: IdempotencyKey,
    body: LicenceIssue,
) -> LicenceView:
    """Issue a licence: numbered, rendered, sealed, verified as a stranger would, and only then in force."""
    return LicenceView.of(instance.licences.issue(actor, body.command(idempotency_key)))


@router.post("/licences/search", summary="Look for licences 查询证照", responses=errors(DutyMissing, TypeUnknown))
def search(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.LICENCE_READ)], body: LicenceSearch
) -> LicencePage:
    """Return licences of an authority, newest first. The question is a body: a holder's code stands in no address."""
    kind = None if body.type is None else instance.catalogue.find(body.type).id
    found = instance.licences.search(
        actor, body.query(kind), holder_code=body.holder_code, before=body.before, limit=body.limit
    )
    following = found[-1].id if len(found) == body.limit else None
    told = titles_of(instance, found)
    licences = [LicenceView.of(one) for one in found]
    return LicencePage(licences=licences, names=told.names, names_en=told.names_en, next=following)


@router.get(
    "/licences/{licence}",
    summary="Look at a licence 查看证照",
    responses=errors(DutyMissing, LicenceUnknown, MomentInFuture),
)
def read(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_READ)],
    licence: LicenceName,
    at: Annotated[
        Moment | None,
        Query(description="Also say how it stood at this moment, now or past", examples=["2026-11-22T08:00:00+08:00"]),
    ] = None,
) -> LicenceDetails:
    """Return a licence with its data and its history, for its issuer, and how it stood at a time that is asked for."""
    then = None
    if at is None:
        found, history = instance.licences.find(actor, licence)
    else:
        found, history, then = instance.licences.find_at(actor, licence, at)
    told = titles_of(instance, [found])
    return LicenceDetails.whole(found, history, then=then, names=told.names, names_en=told.names_en)


@router.get(
    "/licences/{licence}/editions",
    summary="Every edition of a licence 证照版本",
    responses=errors(DutyMissing, LicenceUnknown),
)
def read_editions(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.LICENCE_READ)], licence: LicenceName
) -> list[LicenceView]:
    """Return every edition, oldest first, also those that came to nothing: their numbers are never given again."""
    return [LicenceView.of(one) for one in instance.licences.editions(actor, licence)]


@router.post(
    "/licences/{licence}/editions",
    summary="Issue a new edition 变更、延续、换发、更正",
    status_code=201,
    responses=errors(
        *ISSUE_ERRORS, LicenceUnknown, EventNotPossible, LicenceExpired, SuccessorUnfit, ReasonMissing, LostRace
    ),
)
def issue_edition(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_ISSUE)],
    idempotency_key: IdempotencyKey,
    licence: LicenceName,
    body: EditionIssue,
) -> LicenceView:
    """Let a new edition take the place of a licence: that one ends when this one is released, in one step."""
    return LicenceView.of(instance.licences.issue(actor, body.command(licence, idempotency_key)))


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
    "/licences/{licence}/metadata",
    summary="The metadata of a licence 证照元数据",
    response_class=Response,
    responses={
        200: {
            "description": "The metadata as they lie in the signed file (docs/licence-metadata.md)",
            "content": {
                "application/json": {"example": {"ZZMC": "食品经营许可证", "ZZBS": "1.2.156.3005.2.…"}},
                "application/xml": {"example": '<licence xmlns="urn:xinyin:licence-metadata:1#">…'},
            },
        },
        **errors(DutyMissing, LicenceUnknown),
    },
)
def read_metadata(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_READ)],
    licence: LicenceName,
    format_: Annotated[MetadataFormat, Query(alias="format", description="json or xml")] = MetadataFormat.JSON,
) -> Response:
    """Return the elements of GB/T 36903, for the issuer: the very octets that the signatures of the file cover."""
    content = instance.licences.metadata(actor, licence, format_.value)
    headers = {"Cache-Control": "no-store"}
    return Response(content, media_type=f"application/{format_.value}", headers=headers)


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


STEP_ERRORS = (
    DutyMissing,
    LicenceUnknown,
    MomentInFuture,
    EventNotPossible,
    FourEyesRequired,
    ReviewRequired,
    ReasonMissing,
    LostRace,
)


def add_licence_step(path: str, event: LicenceEvent, summary: str) -> None:
    """Add the route of one step in the life of a licence."""

    def step(
        instance: InstanceHere,
        actor: Annotated[Actor, allow(Permission.LICENCE_MANAGE)],
        licence: LicenceName,
        body: Reason,
    ) -> LicenceView:
        return LicenceView.of(instance.licences.move(actor, licence, event, reason=body.reason))

    router.add_api_route(
        f"/licences/{{licence}}/{path}",
        step,
        methods=["POST"],
        summary=summary,
        description=f"{summary}. The reason stands in the history for good.",
        name=f"licence_{path}",
        operation_id=f"licence_{path}",
        responses=errors(*STEP_ERRORS),
    )


def add_licence_ending(path: str, event: LicenceEvent, summary: str) -> None:
    """Add the route of one step that ends a licence on a ground."""

    def step(
        instance: InstanceHere,
        actor: Annotated[Actor, allow(Permission.LICENCE_MANAGE)],
        licence: LicenceName,
        body: ReasonAndGround,
    ) -> LicenceView:
        return LicenceView.of(instance.licences.move(actor, licence, event, reason=body.reason, ground=body.ground))

    router.add_api_route(
        f"/licences/{{licence}}/{path}",
        step,
        methods=["POST"],
        summary=summary,
        description=f"{summary}. Reason and ground stand in the history for good.",
        name=f"licence_{path}",
        operation_id=f"licence_{path}",
        responses=errors(*STEP_ERRORS, GroundUnfit),
    )


add_licence_step("suspension", LicenceEvent.SUSPEND, "Suspend a licence 暂扣")
add_licence_step("restoration", LicenceEvent.RESTORE, "Restore a licence 发还")
add_licence_step("revocation", LicenceEvent.REVOKE, "Revoke a licence 吊销")
add_licence_ending("withdrawal", LicenceEvent.WITHDRAW, "Withdraw a licence 撤销、撤回")
add_licence_ending("cancellation", LicenceEvent.CANCEL, "Cancel a licence 注销")

"""The officer's desk 发证台: what is looked at before a licence is issued, or a table of them is handed in."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Path, Query, Response, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge
from api.routes.bulk import MOST_COLUMNS, read_columns
from api.routes.licences import ISSUE_ERRORS, LicenceName
from api.schemas.common import errors, pdf_answer
from api.schemas.licence_desk import DeskDetails, HolderQuestion, HolderView, TablePreviewView
from api.schemas.licence_types import TypeView
from api.schemas.licences import EditionIssue, LicenceIssue
from api.schemas.texts import Name, Text
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import CitizenNumberMalformed, CreditCodeMalformed, DutyMissing
from licence.bulk.blank_tables import BlankForm, blank_table
from licence.bulk.errors import MappingInvalid, TableInvalid
from licence.errors import (
    HolderNotRegistered,
    IssueUnderWay,
    LicenceExpired,
    LicenceUnknown,
    ReviewRequired,
    SuccessorUnfit,
    TemplateRefused,
    TypeNotPublished,
    TypeUnknown,
)
from trust.lifecycle import EventNotPossible
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.timestamping import TimeStampingUnavailable
from trust.workers import WorkerBusy, WorkerExhausted, WorkerUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["证照 licences"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Issuer = Annotated[Actor, allow(Permission.LICENCE_ISSUE)]
TypeName = Annotated[Name, Path(description="Identifier or type code", examples=["11100000MB0127170X001"])]
DESK: Final = (DutyMissing, TypeUnknown, TypeNotPublished)
OF_ISSUING_ALONE: Final = (
    *(IssueUnderWay, ReviewRequired, RequestKeyMalformed, RequestKeyReused),
    *(SigningUnavailable, TimeStampingUnavailable),
)
PREVIEWING: Final = (
    *(one for one in ISSUE_ERRORS if one not in OF_ISSUING_ALONE),
    *(TemplateRefused, WorkerBusy, WorkerUnavailable),
)
MEDIA_TYPES: Final = {
    BlankForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    BlankForm.CSV: "text/csv; charset=utf-8",
    BlankForm.JSON_LINES: "application/jsonl",
}


@router.get("/licence-types/issuable", summary="Types that one issues 可签发的证照类型", responses=errors(DutyMissing))
def read_issuable(instance: InstanceHere, actor: Issuer) -> list[TypeView]:
    """Return the types of which the caller may issue licences today, by a duty or by a delegation, as they are now."""
    return [TypeView.of(one) for one in instance.licences.desk.types(actor)]


@router.get("/licence-types/{kind}/desk", summary="What one issues with 签发准备", responses=errors(*DESK))
def read_desk(instance: InstanceHere, actor: Issuer, kind: TypeName) -> DeskDetails:
    """Return the version of a type in effect today with its schema, and the seals that the caller may use for it."""
    return DeskDetails.at(instance.licences.desk.look(actor, kind))


@router.post(
    "/licence-types/{kind}/holder",
    summary="Who would hold a licence 核对持证主体",
    responses=errors(*DESK, HolderNotRegistered, CreditCodeMalformed, CitizenNumberMalformed),
)
def find_holder(instance: InstanceHere, actor: Issuer, kind: TypeName, body: HolderQuestion) -> HolderView:
    """Return whom a code names. The question is a body: a code stands in no address. A person's name is masked."""
    return HolderView.of(instance.licences.desk.holder(actor, kind, body.code))


@router.get(
    "/licence-types/{kind}/blank-table",
    summary="A blank table 空白表格",
    response_class=Response,
    responses={
        200: {
            "description": "The table, with a head for each column",
            "content": {one: {"example": "…"} for one in MEDIA_TYPES.values()},
        },
        **errors(*DESK),
    },
)
def read_blank_table(
    *,
    instance: InstanceHere,
    actor: Issuer,
    kind: TypeName,
    form: Annotated[BlankForm, Query(alias="format", description="xlsx, csv or jsonl")] = BlankForm.XLSX,
) -> Response:
    """Return a table to be filled in for a bulk job: in the spreadsheet codes stay text, and choices are picked."""
    found = instance.bulk.tables.kind(actor, kind)
    headers = {"Content-Disposition": f'attachment; filename="{found.code}.{form.value}"'}
    return Response(blank_table(found, form), media_type=MEDIA_TYPES[form], headers=headers)


@router.post(
    "/licences/preview",
    summary="Preview a licence 签发前预览",
    response_class=Response,
    responses={**pdf_answer("A specimen, marked as one on every page"), **errors(*PREVIEWING)},
)
def preview(instance: InstanceHere, actor: Issuer, body: LicenceIssue) -> Response:
    """Return how a licence would look, after everything was checked that issuing checks. Nothing is taken or kept."""
    return shown(instance.licences.desk.specimen(actor, body.command("")))


@router.post(
    "/licences/{licence}/editions/preview",
    summary="Preview a new edition 新版本预览",
    response_class=Response,
    responses={
        **pdf_answer("A specimen, marked as one on every page"),
        **errors(*PREVIEWING, LicenceUnknown, EventNotPossible, LicenceExpired, SuccessorUnfit),
    },
)
def preview_edition(instance: InstanceHere, actor: Issuer, licence: LicenceName, body: EditionIssue) -> Response:
    """Return how a new edition would look, after everything was checked that issuing it checks."""
    return shown(instance.licences.desk.specimen(actor, body.command(licence, "")))


def shown(pdf: bytes) -> Response:
    """Return a specimen as the answer: it holds data of its holder, and stays nowhere."""
    return Response(pdf, media_type="application/pdf", headers={"Cache-Control": "no-store"})


@router.post(
    "/bulk-jobs/preview",
    summary="Look at a table 预览表格",
    responses=errors(*DESK, TableInvalid, MappingInvalid, BodyTooLarge, WorkerBusy, WorkerExhausted, WorkerUnavailable),
)
def preview_table(
    *,
    instance: InstanceHere,
    actor: Issuer,
    file: Annotated[UploadFile, File(description="CSV, XLSX or JSON Lines")],
    type: Annotated[Text, Form(examples=["11100000MB0127170X001"])],  # noqa: A002 - the field's name on the wire
    columns: Annotated[
        Text,
        Form(
            max_length=MOST_COLUMNS,
            description="JSON object of columns with the fields that they are",
            examples=['{"企业名称": "name"}'],
        ),
    ] = "",
) -> TablePreviewView:
    """Return how a table would be read, which column would be which field, and its first rows. Nothing is kept."""
    return TablePreviewView.of(instance.bulk.tables.preview(actor, type, read_columns(columns), file.file))

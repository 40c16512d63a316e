"""The catalogue of licence types 证照目录: drafted, reviewed, published, version by version; previews and files."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, File, Form, Path, Query, Response, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import Reason, errors
from api.schemas.licence_templates import octets_of
from api.schemas.licence_types import (
    DifferenceView,
    PreviewData,
    Publication,
    ReadyTypeView,
    TypeDetails,
    TypeDraft,
    TypePage,
    TypeView,
    VersionView,
)
from api.schemas.texts import Line, Name, Text
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from licence.errors import (
    SchemaInvalid,
    TemplateBroken,
    TemplateMalformed,
    TemplateRefused,
    TemplateUnknown,
    TypeCodeMalformed,
    TypeExists,
    TypeUnknown,
    ValueDoesNotFit,
)
from licence.exchange import ready_type, ready_types
from licence.lifecycle import TypeState
from licence.template.bundle import TemplateBundle
from licence.template.changing import changed
from licence.template.previews import LARGEST_DPI, LEAST_DPI
from licence.types.errors import EffectiveDayInvalid, ParticularsInvalid, TypeFileMalformed, TypeVersionUnknown
from licence.types.kind import LicenceType
from licence.types.search import MOST_FOUND, TypeSearch
from licence.types.validity import day_of
from licence.types.versions import version_on
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.store import LostRace
from trust.typefaces import CharacterNotCovered
from trust.workers import WorkerBusy, WorkerUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["证照目录 licence types"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Drafter = Annotated[Actor, allow(Permission.TYPE_DRAFT)]
Reader = Annotated[Actor, allow(Permission.TYPE_READ)]
Follower = Annotated[Actor, allow(Permission.LICENCE_FOLLOW)]
"""Delegates too, who read what they issue as it was drafted."""

TypeName = Annotated[Name, Path(description="Identifier or type code", examples=["11100000MB0127170X001"])]
Number = Annotated[int, Path(ge=1, le=100_000, description="Number of the version", examples=[1])]
Issuer = Annotated[Line, Form(description="The authority in charge", examples=["O3F6H8J1L4N7Q2S5U9"])]
Upload = Annotated[UploadFile, File(description="A zip archive")]
DRAFTING = (
    DutyMissing,
    SubjectUnknown,
    SubjectNotActive,
    TypeCodeMalformed,
    ParticularsInvalid,
    SchemaInvalid,
    TemplateUnknown,
    TemplateBroken,
    TypeExists,
    CharacterNotCovered,
    LostRace,
)
LOOKING_INTO = (TemplateRefused, WorkerBusy, WorkerUnavailable)
"""What is told where a template is set."""

STEPPING = (DutyMissing, TypeUnknown, EventNotPossible, FourEyesRequired, LostRace)


def zip_answer(description: str) -> dict[int | str, dict[str, object]]:
    """Return the description of an answer that is a zip archive."""
    return {200: {"description": description, "content": {"application/zip": {"example": "PK …"}}}}


# --- drafting


@router.post(
    "/licence-types",
    summary="Draft a licence type 起草证照类型",
    status_code=201,
    responses=errors(*DRAFTING, TemplateMalformed),
)
def draft_type(instance: InstanceHere, actor: Drafter, body: TypeDraft) -> TypeView:
    """Draft the first or the next version of a type, or its draft anew; another officer reviews it."""
    command = body.command
    if body.template_files:
        bundle = changed(instance.renderer.bundle(body.template), octets_of(body.template_files))
        command = replace(command, template=bundle)
    return TypeView.of(instance.catalogue.draft(actor, command))


@router.post(
    "/licence-types/imports",
    summary="Draft a type out of a file 导入证照类型",
    responses=errors(*DRAFTING, TypeFileMalformed, TemplateMalformed),
)
def import_type(instance: InstanceHere, actor: Drafter, issuer: Issuer, file: Upload) -> TypeView:
    """Draft a version out of a file that this or another instance has exported."""
    return TypeView.of(instance.catalogue.import_(actor, issuer, file.file.read()))


@router.get("/licence-types/ready", summary="Ready types 现成证照类型", responses=errors(DutyMissing))
def read_ready_types(instance: InstanceHere, _: Reader) -> list[ReadyTypeView]:
    """Return the types that come with the service."""
    folders = ready_types(instance.renderer.templates)
    return [ReadyTypeView.of(name, ready_type(folder).particulars) for name, folder in folders.items()]


@router.get(
    "/licence-types/ready/{name}",
    summary="A ready type as a file 现成证照类型文件",
    response_class=Response,
    responses={**zip_answer("The type"), **errors(DutyMissing, TypeUnknown)},
)
def read_ready_type(
    instance: InstanceHere, _: Reader, name: Annotated[Name, Path(examples=["food_permit"])]
) -> Response:
    """Return a ready type as a file, to be imported for an authority."""
    found = ready_types(instance.renderer.templates).get(name)
    if found is None:
        raise TypeUnknown
    return Response(ready_type(found).to_file(), media_type="application/zip")


@router.put(
    "/licence-types/{kind}/template",
    summary="Draft a type with another template 更换模板",
    responses=errors(*DRAFTING, TypeUnknown, TemplateMalformed),
)
def replace_template(instance: InstanceHere, actor: Drafter, kind: TypeName, file: Upload) -> TypeView:
    """Draft the open version anew, or the next one, with the template in an archive."""
    bundle = TemplateBundle.from_archive(file.file.read())
    return TypeView.of(instance.catalogue.replace_template(actor, kind, bundle))


# --- the way to publication


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
        responses=errors(*STEPPING, *(LOOKING_INTO if path == "review" else ())),
    )


add_type_step(
    "review", "Review a type 复核", Permission.TYPE_REVIEW, lambda here, who, kind: here.catalogue.review(who, kind)
)


@router.post(
    "/licence-types/{kind}/refusal",
    summary="Refuse a draft 复核不通过",
    responses=errors(*STEPPING, ReasonMissing),
)
def refuse_type(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.TYPE_REVIEW)], kind: TypeName, body: Reason
) -> TypeView:
    """Refuse a draft with a reason for who drafted it, who drafts it anew. By another than the one who drafted it."""
    return TypeView.of(instance.catalogue.refuse(actor, kind, reason=body.reason))


add_type_step(
    "return", "Return a type 退回", Permission.TYPE_DRAFT, lambda here, who, kind: here.catalogue.return_(who, kind)
)
add_type_step(
    "retirement",
    "Retire a type 停用",
    Permission.TYPE_REVIEW,
    lambda here, who, kind: here.catalogue.retire(who, kind),
)


@router.post(
    "/licence-types/{kind}/publication",
    summary="Publish a version 发布",
    responses=errors(*STEPPING, EffectiveDayInvalid, *LOOKING_INTO),
)
def publish_type(
    instance: InstanceHere,
    actor: Drafter,
    kind: TypeName,
    body: Annotated[Publication, Body(default_factory=Publication)],
) -> TypeView:
    """Publish the reviewed version: licences are issued after it from a day on. Another person has reviewed it."""
    return TypeView.of(instance.catalogue.publish(actor, kind, effective_from=body.effective_from))


# --- looking


@router.get("/licence-types", summary="The catalogue 证照目录", responses=errors(DutyMissing))
def read_types(instance: InstanceHere, _: Reader) -> list[TypeView]:
    """Return every licence type: of each the version in effect, else the first to come, else its draft."""
    return [TypeView.of(kind) for kind in instance.catalogue.all()]


@router.get("/licence-types/search", summary="Search the catalogue 检索证照目录", responses=errors(DutyMissing))
def search_types(
    *,
    instance: InstanceHere,
    _: Reader,
    text: Annotated[
        Text,
        Query(
            max_length=100,
            description="A part of the name, in Chinese or in English, or of the type code",
            examples=["许可证"],
        ),
    ] = "",
    state: Annotated[TypeState | None, Query(description="A state in which a version is", examples=["draft"])] = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="How many to pass over")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND, description="How many to answer at most")] = 20,
) -> TypePage:
    """Return a page of the catalogue: of each type what stands for it, and how far its newest version has come."""
    search = TypeSearch(text=text.strip(), state=state, offset=offset, limit=limit)
    return TypePage.of(instance.catalogue.search(search))


@router.get(
    "/licence-types/{kind}/versions", summary="Versions of a type 历次版本", responses=errors(DutyMissing, TypeUnknown)
)
def read_versions(instance: InstanceHere, _: Follower, kind: TypeName) -> list[VersionView]:
    """Return every version of a type, oldest first, drafts too."""
    versions = instance.catalogue.versions(kind)
    with instance.base.store.reading() as view:
        in_effect = version_on(versions, day_of(view.now))
    return [VersionView.version_of(one, in_effect) for one in versions]


@router.get(
    "/licence-types/{kind}/versions/{number}",
    summary="One version of a type 查看版本",
    responses=errors(DutyMissing, TypeUnknown, TypeVersionUnknown),
)
def read_version(instance: InstanceHere, _: Follower, kind: TypeName, number: Number) -> TypeDetails:
    """Return a version with its particulars and its schema."""
    return TypeDetails.whole(instance.catalogue.find_version(kind, number))


@router.get(
    "/licence-types/{kind}/versions/{number}/differences",
    summary="What a version changes 版本差异",
    responses=errors(DutyMissing, TypeUnknown, TypeVersionUnknown),
)
def read_differences(instance: InstanceHere, _: Reader, kind: TypeName, number: Number) -> list[DifferenceView]:
    """Return what is not as in the version before, part by part, for whoever reviews it."""
    return [DifferenceView.of(one) for one in instance.catalogue.differences(kind, number)]


@router.get(
    "/licence-types/{kind}/versions/{number}/file",
    summary="A version as a file 导出证照类型",
    response_class=Response,
    responses={**zip_answer("The version"), **errors(DutyMissing, TypeUnknown, TypeVersionUnknown, TemplateUnknown)},
)
def export_type(instance: InstanceHere, _: Reader, kind: TypeName, number: Number) -> Response:
    """Return a version with its template, as another instance imports it."""
    return Response(instance.catalogue.export(kind, number), media_type="application/zip")


@router.post(
    "/licence-types/{kind}/versions/{number}/preview",
    summary="Preview a version 预览样张",
    response_class=Response,
    responses={
        200: {
            "description": "A page as PNG, or the whole as PDF",
            "content": {"image/png": {"example": "PNG"}, "application/pdf": {"example": "%PDF-1.7 …"}},
        },
        **errors(
            DutyMissing,
            TypeUnknown,
            TypeVersionUnknown,
            TemplateUnknown,
            *LOOKING_INTO,
            ValueDoesNotFit,
            CharacterNotCovered,
        ),
    },
)
def preview_type(
    *,
    instance: InstanceHere,
    _: Reader,
    kind: TypeName,
    number: Number,
    body: Annotated[PreviewData, Body(default_factory=PreviewData)],
    form: Annotated[Literal["png", "pdf"], Query(description="What is returned", examples=["png"])] = "png",
    page: Annotated[int, Query(ge=1, le=20, description="Which page as PNG", examples=[1])] = 1,
    dpi: Annotated[int, Query(ge=LEAST_DPI, le=LARGEST_DPI, description="Of the PNG", examples=[96])] = 96,
) -> Response:
    """Return a specimen, marked as one on every page, with the sample's values or with given ones."""
    if form == "pdf":
        return Response(instance.catalogue.preview_pdf(kind, number, body.fields), media_type="application/pdf")
    picture = instance.catalogue.preview_png(kind, number, body.fields, page=page, dpi=dpi)
    return Response(picture, media_type="image/png")

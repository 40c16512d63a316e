"""Templates of licences 证照模板 while somebody writes them: their files, previews, and the checks before publication.

Nothing that is tried out here is kept. It is set as at publication: in a confined process, within its limits.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import errors
from api.schemas.licence_templates import TemplateCheck, TemplateReportView, TemplateTrial, TemplateView, octets_of
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from licence.errors import (
    SchemaInvalid,
    TemplateBroken,
    TemplateMalformed,
    TemplateRefused,
    TemplateUnknown,
    ValueDoesNotFit,
)
from licence.template.changing import changed
from licence.template.checks import check_template
from licence.template.previews import LARGEST_DPI, LEAST_DPI, preview_pdf, preview_png
from licence.types.schema import require_schema
from trust.typefaces import CharacterNotCovered
from trust.workers import WorkerBusy, WorkerUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/v1/licence-templates", tags=["证照模板 licence templates"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Author = Annotated[Actor, allow(Permission.TYPE_DRAFT)]
LOOKING = (DutyMissing, TemplateUnknown, TemplateBroken)
TRYING = (*LOOKING, TemplateMalformed, TemplateRefused, CharacterNotCovered, WorkerBusy, WorkerUnavailable)


@router.get("/{template}", summary="The files of a template 模板文件", responses=errors(*LOOKING))
def read_template(
    instance: InstanceHere,
    _: Annotated[Actor, allow(Permission.TYPE_READ)],
    template: Annotated[
        Name, Path(description="Name of a ready template, or `sm3:` and a digest", examples=["food_permit"])
    ],
) -> TemplateView:
    """Return the files of a template, to be looked at or changed."""
    return TemplateView.of(template, instance.renderer.bundle(template))


@router.post(
    "/previews",
    summary="Preview a template that is being written 预览模板",
    response_class=Response,
    responses={
        200: {
            "description": "A page as PNG, or the whole as PDF",
            "content": {"image/png": {"example": "PNG"}, "application/pdf": {"example": "%PDF-1.7 …"}},
        },
        **errors(*TRYING, ValueDoesNotFit),
    },
)
def preview_template(
    *,
    instance: InstanceHere,
    _: Author,
    body: TemplateTrial,
    form: Annotated[Literal["png", "pdf"], Query(description="What is returned", examples=["pdf"])] = "pdf",
    page: Annotated[int, Query(ge=1, le=20, description="Which page as PNG", examples=[1])] = 1,
    dpi: Annotated[int, Query(ge=LEAST_DPI, le=LARGEST_DPI, description="Of the PNG", examples=[96])] = 96,
) -> Response:
    """Return a specimen of a template with its changes, marked as one on every page. An error names file and line."""
    bundle = changed(instance.renderer.bundle(body.template), octets_of(body.template_files))
    data, workers = {"fields": body.fields}, instance.catalogue.workers
    if form == "pdf":
        return Response(preview_pdf(bundle, data, workers=workers), media_type="application/pdf")
    if page > bundle.manifest.pages:
        raise TemplateRefused(check="pages", place=str(bundle.manifest.pages))
    return Response(preview_png(bundle, data, page=page, dpi=dpi, workers=workers), media_type="image/png")


@router.post(
    "/checks",
    summary="Check a template that is being written 检查模板",
    responses=errors(*TRYING, SchemaInvalid),
)
def check(instance: InstanceHere, _: Author, body: TemplateCheck) -> TemplateReportView:
    """Do the checks before publication with a template and a schema: what fails first is told with its place."""
    bundle = changed(instance.renderer.bundle(body.template), octets_of(body.template_files))
    require_schema(body.data_schema)
    return TemplateReportView.of(check_template(bundle, body.data_schema, workers=instance.catalogue.workers))

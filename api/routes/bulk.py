"""Bulk jobs 批量任务: many licences from a table, or of a whole type; checked first, then started, watched, fetched."""

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Header, Path, Query, Request, UploadFile
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.authn import allow, instance_of
from api.bulk_results import PART, as_json, csv_lines, json_lines, zip_of
from api.bulk_watch import BulkWatch
from api.naming import titles
from api.permissions import Permission
from api.schemas.bulk import (
    BulkJobDetails,
    BulkJobView,
    BulkPage,
    BulkProblems,
    BulkProblemView,
    ReissueOrder,
    ReissuePreview,
    ReissueSelection,
    SelectionView,
)
from api.schemas.common import IdempotencyKey, errors
from api.schemas.texts import Line, Name, Text
from api.watching import as_events, number_of
from api.wiring import Instance
from identity.delegation.errors import MandateTooFewUses
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive
from licence.bulk.errors import JobUnknown, MappingInvalid, ResultsNotReady, SelectionInvalid, TableInvalid
from licence.bulk.jobs import BulkJob, JobKind
from licence.bulk.lifecycle import JobState
from licence.bulk.service import BulkService, Reissue, UploadTable
from licence.errors import NotByDelegation, TypeNotPublished, TypeUnknown
from seal.errors import NotAuthorised, SealExpired, SealNotActive, SealUnknown
from trust.blobs import BlobId
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1/bulk-jobs", tags=["批量任务 bulk"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Reader = Annotated[Actor, allow(Permission.LICENCE_FOLLOW)]
FileReader = Annotated[Actor, allow(Permission.LICENCE_READ)]
Issuer = Annotated[Actor, allow(Permission.LICENCE_ISSUE)]
JobName = Annotated[Name, Path(description="Identifier of the job", examples=["bulk_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
ASKING: Final = (
    DutyMissing,
    NotAuthorised,
    TypeUnknown,
    TypeNotPublished,
    SealUnknown,
    SealNotActive,
    SealExpired,
    SubjectNotActive,
    RequestKeyMalformed,
    RequestKeyReused,
)
OF_KEYS: Final = (RequestKeyMalformed, RequestKeyReused)
"""What can be wrong where something is kept under a key."""

MOST_COLUMNS: Final = 8192
"""Characters of a mapping of columns."""

MOST: Final = 128
"""Characters of an identifier."""


class ResultFormat(StrEnum):
    """How results are written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


WRITTEN: Final = {
    ResultFormat.CSV: ("text/csv; charset=utf-8", csv_lines),
    ResultFormat.JSON_LINES: ("application/jsonl", json_lines),
}
"""How results are written, with the type of the content."""


def read_columns(text: str) -> dict[str, str]:
    """Return the columns that a form field names with their fields. Raise `MappingInvalid`."""
    try:
        told = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        raise MappingInvalid(fault="unknown", column="")
    return told


@router.post(
    "",
    summary="Issue licences from a table 批量签发",
    status_code=HTTPStatus.CREATED,
    responses=errors(*ASKING, TableInvalid, MappingInvalid),
)
def upload_table(
    *,
    instance: InstanceHere,
    actor: Issuer,
    idempotency_key: IdempotencyKey,
    file: Annotated[UploadFile, File(description="CSV, XLSX or JSON Lines; docs/bulk.md tells what is read and how")],
    type: Annotated[Text, Form(examples=["11100000MB0127170X001"])],  # noqa: A002 - the field's name on the wire
    seal: Annotated[Text, Form(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
    columns: Annotated[
        Text,
        Form(
            max_length=MOST_COLUMNS,
            description="JSON object of columns that are named neither as a field nor by its title, with the fields",
            examples=['{"企业名称": "name"}'],
        ),
    ] = "",
    start: Annotated[bool, Form(description="Whether the job starts by itself once it is checked")] = False,
) -> BulkJobView:
    """Keep a table as a job. Its rows are read and checked at once; nothing is issued before the job is started."""
    command = UploadTable(
        type=type, seal=seal, proceeds=start, columns=read_columns(columns), request_key=idempotency_key
    )
    return BulkJobView.of(instance.bulk.service.upload(actor, command, file.file))


@router.post(
    "/reissues",
    summary="Issue anew what is in force 批量换发",
    status_code=HTTPStatus.CREATED,
    responses=errors(*ASKING, NotByDelegation, SelectionInvalid, ReasonMissing),
)
def reissue(instance: InstanceHere, actor: Issuer, idempotency_key: IdempotencyKey, body: ReissueOrder) -> BulkJobView:
    """Select licences of a type that are in force and valid for new editions by its present version."""
    command = Reissue(
        type=body.type,
        seal=body.seal,
        proceeds=body.start,
        selection=body.selection,
        reason=body.reason,
        request_key=idempotency_key,
    )
    return BulkJobView.of(instance.bulk.service.reissue(actor, command))


@router.post(
    "/reissues/preview",
    summary="How many would be issued anew 预览批量换发",
    responses=errors(*(one for one in ASKING if one not in OF_KEYS), NotByDelegation, SelectionInvalid),
)
def preview_reissue(instance: InstanceHere, actor: Issuer, body: ReissueSelection) -> ReissuePreview:
    """Count the licences that a re-issue would be about, if it were asked for now. Nothing is kept."""
    found = instance.bulk.service.preview(actor, body.type, body.seal, body.selection)
    return ReissuePreview.of(found, titles(instance, seals=found.by_seal).names)


@router.get("", summary="Jobs 批量任务列表", responses=errors(DutyMissing))
def read_jobs(
    *,
    instance: InstanceHere,
    actor: Reader,
    state: JobState | None = None,
    before: Annotated[
        Line | None,
        Query(max_length=MOST, description="`next` of the page before", examples=["bulk_01k9x3v5b7d2f4h6j8m0n1p3q5"]),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> BulkPage:
    """Return the jobs of the authorities that the caller serves, newest first."""
    found = instance.bulk.service.jobs(actor, state=state, before=before, limit=limit)
    following = found[-1].id if len(found) == limit else None
    told = titles(instance, types=dict.fromkeys((one.type, one.type_version) for one in found))
    jobs = [BulkJobView.of(one) for one in found]
    return BulkPage(jobs=jobs, names=told.names, names_en=told.names_en, next=following)


@router.get("/{job}", summary="Look at a job 查看批量任务", responses=errors(DutyMissing, JobUnknown))
def read_job(instance: InstanceHere, actor: Reader, job: JobName) -> BulkJobDetails:
    """Return a job with how far it is."""
    found, awaits_reviewer = instance.bulk.service.look(actor, job)
    selection = SelectionView.of(found.selection) if found.kind is JobKind.REISSUE else None
    seals = [one for one in (found.seal, found.selection.sealed_with) if one is not None]
    told = titles(instance, types=[(found.type, found.type_version)], seals=seals)
    return BulkJobDetails(
        **BulkJobView.of(found).model_dump(),
        names=told.names,
        names_en=told.names_en,
        type_version=found.type_version,
        selection=selection,
        awaits_reviewer=awaits_reviewer,
    )


@router.get(
    "/{job}/events",
    summary="Watch a job 进度推送（SSE）",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events: `progress` with the job as JSON, `end` with the last of them",
            "content": {"text/event-stream": {"example": 'id: 17\nevent: progress\ndata: {"id":"bulk_…"}\n\n'}},
        },
        **errors(DutyMissing, JobUnknown),
    },
)
async def watch_job(
    *,
    request: Request,
    instance: InstanceHere,
    actor: Reader,
    job: JobName,
    last_event_id: Annotated[
        str, Header(alias="Last-Event-ID", max_length=20, description="The last event seen", examples=["17"])
    ] = "",
) -> StreamingResponse:
    """Send the job whenever it changes, with a sign of life in between, until it has ended or five minutes are over."""
    found = await run_in_threadpool(instance.bulk.service.find, actor, job)
    watch: BulkWatch = request.app.state.bulk_watch
    return StreamingResponse(
        as_events(watch.changes(found, seen=number_of(last_event_id)), event_of),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


def event_of(job: BulkJob) -> tuple[str, str]:
    """Return the name and the data of the event that tells of a job."""
    return "end" if job.has_ended else "progress", BulkJobView.of(job).model_dump_json()


@router.get(
    "/{job}/problems",
    summary="Rows that cannot be issued 问题行",
    responses=errors(DutyMissing, JobUnknown, ResultsNotReady),
)
def read_problems(
    *,
    instance: InstanceHere,
    actor: Reader,
    job: JobName,
    after: Annotated[int, Query(ge=0, description="`next` of the page before", examples=[17])] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> BulkProblems:
    """Return rows with what is wrong with each: after the check all that it found, later those of the issuing too."""
    service = instance.bulk.service
    bad = service.problems(actor, job, after=after, limit=limit)
    headings = headings_of(service.find(actor, job))
    told = [as_json(one, address="", headings=headings)["problem"] | {"line": one.line} for one in bad]
    following = bad[-1].line if len(bad) == limit else None
    return BulkProblems(problems=[BulkProblemView(**one) for one in told], next=following)


@router.get(
    "/{job}/results",
    summary="What came of each row 结果文件",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "A line for each row that is done: CSV for spreadsheets, or JSON Lines",
            "content": {
                "text/csv": {"example": '"行 line","结果 outcome"'},
                "application/jsonl": {"example": '{"line": 2, "licence": {"id": "lic_…"}, "problem": null}'},
            },
        },
        **errors(DutyMissing, JobUnknown, ResultsNotReady),
    },
)
def read_results(
    *, instance: InstanceHere, actor: Reader, job: JobName, format_: Annotated[ResultFormat, Query(alias="format")]
) -> StreamingResponse:
    """Return what came of every row so far, as a stream: the licence with its address, or the reason in words."""
    service = instance.bulk.service
    found, headings = service.outcomes(actor, job), headings_of(service.find(actor, job))
    address = instance.base.settings.public_url
    headers = {"Content-Disposition": f'attachment; filename="{job}.{format_.value}"'}
    media_type, lines = WRITTEN[format_]
    written = lines(found, address=address, headings=headings)
    return StreamingResponse(written, media_type=media_type, headers=headers)


def headings_of(job: BulkJob) -> dict[str, str]:
    """Return what the column of each field is called in the table of a job."""
    return {name: column for column, name in job.columns.items()}


@router.get(
    "/{job}/licences.zip",
    summary="The licences as an archive 打包下载",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": f"ZIP of up to {PART} licences; later parts hold those after them, and an empty one none",
            "content": {"application/zip": {"example": "PK…"}},
        },
        **errors(DutyMissing, JobUnknown, ResultsNotReady),
    },
)
def read_archive(
    *,
    instance: InstanceHere,
    actor: FileReader,
    job: JobName,
    part: Annotated[int, Query(ge=1, le=1_000_000, description="Which part")] = 1,
) -> StreamingResponse:
    """Return the PDFs of a job in parts, each named by its line and its licence identifier, as a stream."""
    wanted = instance.bulk.service.issued(actor, job, skip=(part - 1) * PART, most=PART)

    def files() -> Iterator[tuple[str, BlobId]]:
        for one in wanted:
            licence, _ = instance.licences.find(actor, one.licence)
            if licence.file is not None:
                yield f"{one.line:06d}-{one.identifier}.pdf", licence.file

    headers = {"Content-Disposition": f'attachment; filename="{job}-{part}.zip"'}
    return StreamingResponse(zip_of(files(), instance.blobs), media_type="application/zip", headers=headers)


def add_step(
    path: str, summary: str, permission: Permission, act: Callable[[BulkService, Actor, str], BulkJob]
) -> None:
    """Add the route of one step in the life of a job."""

    def step(instance: InstanceHere, actor: Annotated[Actor, allow(permission)], job: JobName) -> BulkJobView:
        return BulkJobView.of(act(instance.bulk.service, actor, job))

    router.add_api_route(
        f"/{{job}}/{path}",
        step,
        methods=["POST"],
        summary=summary,
        description=f"{summary}. Rows that are being worked on are finished.",
        name=f"bulk_{path}",
        operation_id=f"bulk_{path}",
        responses=errors(DutyMissing, JobUnknown, EventNotPossible, FourEyesRequired, MandateTooFewUses, LostRace),
    )


for taken, told, needs, taking in (
    ("start", "Start a checked job 启动", Permission.BULK_START, BulkService.start),
    ("pause", "Pause a job 暂停", Permission.LICENCE_ISSUE, BulkService.pause),
    ("resumption", "Let a job go on 继续", Permission.LICENCE_ISSUE, BulkService.resume),
    ("cancellation", "Cancel a job 取消", Permission.LICENCE_ISSUE, BulkService.cancel),
):
    add_step(taken, told, needs, taking)

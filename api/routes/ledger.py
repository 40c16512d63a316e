"""The owner's ledger 用印记录: searched page by page, exported as a stream, and as a monthly statement."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, errors, pdf_answer
from api.schemas.ledger import LedgerLineView, LedgerPage, StatementOrder
from api.schemas.texts import Line, Moment, Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive
from seal.errors import (
    ApprovalRequired,
    AuthorisationExhausted,
    NotAuthorised,
    OwnWorkRefused,
    SealExpired,
    SealNotActive,
    SealUnknown,
    StampingUnderWay,
)
from seal.ledger.entries import Operation, Stamping, StampingState
from seal.ledger.export import csv_lines, json_lines
from seal.ledger.reading import Month, MonthMalformed, MonthNotOver, MonthTooLong
from seal.ledger.search import LedgerSearch
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.timestamping import TimeStampingUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/v1/seals/{seal}/ledger", tags=["用印记录 ledger"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Owner = Annotated[Actor, allow(Permission.SEAL_OWN)]
SealName = Annotated[Name, Path(description="Identifier of the seal", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
MOST: Final = 128
"""Characters of what is asked for exactly."""

ENOUGH: Final = 200
"""Characters of a text that is searched for."""


class ExportFormat(StrEnum):
    """What a program or a spreadsheet reads."""

    CSV = "csv"
    JSON_LINES = "jsonl"


def searched(
    *,
    seal: SealName,
    since: Annotated[Moment | None, Query(description="From this moment on")] = None,
    until: Annotated[Moment | None, Query(description="Before this moment")] = None,
    actor: Annotated[
        Line | None, Query(max_length=MOST, description="Person or business system", examples=["client_01k9x3v5b7d2f4"])
    ] = None,
    authorisation: Annotated[Line | None, Query(max_length=MOST, examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])] = None,
    purpose: Annotated[Line | None, Query(max_length=MOST, examples=["document.stamp"])] = None,
    document_kind: Annotated[Line | None, Query(max_length=MOST, examples=["notice"])] = None,
    document_hash: Annotated[
        str | None,
        Query(pattern="^[0-9a-f]{64}$", description="SM3 of what the signature protects", examples=["5f" * 32]),
    ] = None,
    batch: Annotated[Line | None, Query(max_length=MOST, examples=["batch_01k9x3v5b7d2f4h6j8m0n1p3q5"])] = None,
    operation: Operation | None = None,
    state: StampingState | None = None,
    text: Annotated[
        Line | None,
        Query(
            min_length=1,
            max_length=ENOUGH,
            description="A part of the reference, of what is protected, of the purpose or the kind",
            examples=["17号"],
        ),
    ] = None,
) -> LedgerSearch:
    """Return what is asked for."""
    return LedgerSearch(
        seal=seal,
        since=since,
        until=until,
        actor=actor,
        authorisation=authorisation,
        purpose=purpose,
        document_kind=document_kind,
        document_hash=document_hash,
        batch=batch,
        operation=operation,
        state=state,
        text=text,
    )


Search = Annotated[LedgerSearch, Depends(searched)]


@router.get("", summary="Where a seal was used 用印记录查询", responses=errors(DutyMissing, SealUnknown))
def search_ledger(
    *,
    instance: InstanceHere,
    owner: Owner,
    search: Search,
    before: Annotated[
        Line | None,
        Query(
            max_length=MOST,
            description="The last line seen, from `next` of the page before",
            examples=["stamp_01k9x3v5b7d2f4h6j8m0n1p3q5"],
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> LedgerPage:
    """Return uses of a seal, the newest first, for its owner."""
    found = instance.ledger.search(owner, search, before=before, limit=limit)
    following = found[-1].id if len(found) == limit else None
    return LedgerPage(lines=[LedgerLineView.of(one) for one in found], next=following)


@router.get(
    "/export",
    summary="The ledger as a file 用印记录导出",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "CSV for spreadsheets (UTF-8 with a mark, no cell is taken for a formula) or JSON Lines",
            "content": {
                "text/csv": {"example": '"编号 id","用印时间 at (UTC+8)"'},
                "application/jsonl": {"example": '{"id": "stamp_…"}'},
            },
        },
        **errors(DutyMissing, SealUnknown),
    },
)
def export_ledger(
    *, instance: InstanceHere, owner: Owner, search: Search, format_: Annotated[ExportFormat, Query(alias="format")]
) -> StreamingResponse:
    """Return every use that is asked for, up to now, the oldest first, as a stream."""
    lines = instance.ledger.export(owner, search)
    media_type, written = written_as(format_, lines)
    headers = {"Content-Disposition": f'attachment; filename="ledger.{format_.value}"'}
    return StreamingResponse(written, media_type=media_type, headers=headers)


def written_as(format_: ExportFormat, lines: Iterator[Stamping]) -> tuple[str, Iterator[str]]:
    """Return the media type of a format, and what is sent."""
    match format_:
        case ExportFormat.CSV:
            return "text/csv; charset=utf-8", csv_lines(lines)
        case ExportFormat.JSON_LINES:
            return "application/jsonl", json_lines(lines)


@router.get(
    "/statements/{month}",
    summary="Statement of a month, not sealed 用印月报（未盖章）",
    response_class=Response,
    responses={
        **pdf_answer("The statement, for reading"),
        **errors(DutyMissing, SealUnknown, MonthMalformed, MonthNotOver, MonthTooLong),
    },
)
def read_statement(
    instance: InstanceHere,
    owner: Owner,
    seal: SealName,
    month: Annotated[Name, Path(description="Month in China Standard Time", examples=["2026-10"])],
) -> Response:
    """Return what a seal was used for in a month that is over, whatever has become of the seal."""
    pdf = instance.statements.read(owner, seal, Month.of(month))
    return Response(pdf, media_type="application/pdf")


@router.post(
    "/statements",
    summary="Statement of a month, sealed 用印月报（盖章）",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "description": "The statement, sealed with the seal that it tells of; Stamping-ID names its own line",
            "content": {"application/pdf": {"example": "%PDF-1.7 …"}},
        },
        **errors(
            DutyMissing,
            NotAuthorised,
            SealUnknown,
            SealNotActive,
            SealExpired,
            SubjectNotActive,
            AuthorisationExhausted,
            ApprovalRequired,
            StampingUnderWay,
            LostRace,
            MonthMalformed,
            MonthNotOver,
            MonthTooLong,
            RequestKeyMalformed,
            RequestKeyReused,
            OwnWorkRefused,
            SigningUnavailable,
            TimeStampingUnavailable,
        ),
    },
)
def stamp_statement(
    instance: InstanceHere, owner: Owner, seal: SealName, idempotency_key: IdempotencyKey, body: StatementOrder
) -> Response:
    """Seal the statement of a month, under an authorisation for the purpose `ledger.statement`.

    One that wants an approval of each use will not do: nobody has the file before it is sealed.
    """
    month = Month.of(body.month)
    stamping, pdf = instance.statements.stamp(owner, seal, month, request_key=idempotency_key)
    headers = {
        "Stamping-ID": stamping.id,
        "Content-Disposition": f'attachment; filename="statement-{month}.pdf"',
    }
    return Response(pdf, status_code=201, media_type="application/pdf", headers=headers)

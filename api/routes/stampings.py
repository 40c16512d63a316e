"""Stamping documents, and the owner's ledger."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Response, UploadFile
from pydantic import Json

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge
from api.routes.digest_stampings import USE_ERRORS
from api.schemas.common import IdempotencyKey, errors
from api.schemas.places import ORDER_ERRORS, OrderBody
from api.schemas.stampings import StampingView
from api.schemas.texts import Line, Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from seal.errors import SealUnknown
from seal.stamping.stampings import Purpose, StampPDF
from trust.pdf.active_content import PDFDynamicContent
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFLocked, PDFMalformed, PDFPolyglot
from trust.workers import WorkerBusy, WorkerExhausted, WorkerUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/v1/seals/{seal}/stampings", tags=["签章 stamping"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
SealName = Annotated[Name, Path(description="Identifier of the seal", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])]


@router.post(
    "",
    summary="Stamp a PDF 文件签章",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "description": "The stamped document; its line of the ledger is named in the Stamping-ID header",
            "content": {"application/pdf": {"example": "%PDF-1.7 …"}},
        },
        **errors(
            *USE_ERRORS,
            *ORDER_ERRORS,
            PDFMalformed,
            PDFEncrypted,
            PDFLocked,
            PDFLimitExceeded,
            PDFPolyglot,
            PDFDynamicContent,
            BodyTooLarge,
            WorkerExhausted,
            WorkerBusy,
            WorkerUnavailable,
        ),
    },
)
def stamp(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    idempotency_key: IdempotencyKey,
    file: Annotated[UploadFile, File(description="The PDF")],
    order: Annotated[
        Json[OrderBody],
        Form(
            description="Where the seal goes, why, and which signature stands beside its own, in JSON",
            examples=['{"places":[{"kind":"point","page":1,"x_mm":150,"y_mm":240}],"reason":"通知签发"}'],
        ),
    ],
    purpose: Annotated[Line, Form(min_length=1, max_length=64, examples=["document.stamp"])],
    document_kind: Annotated[Line, Form(min_length=1, max_length=64, examples=["notice"])],
    approval: Annotated[
        Line | None, Form(max_length=64, description="The approval of exactly this, where the authorisation wants one")
    ] = None,
    reference: Annotated[
        Line,
        Form(max_length=128, description="What the document is called, for the owner's ledger", examples=["通知.pdf"]),
    ] = "",
) -> Response:
    """Stamp a document with the seal's signature and, beside it, one that PDF readers of the world validate.

    Existing signatures keep their validity: the file grows by an incremental update. Password-protected, locked and
    broken files are refused with their own codes.
    """
    command = StampPDF(
        seal=seal,
        pdf=file.file.read(),
        order=order.order(),
        purpose=Purpose(purpose=purpose, document_kind=document_kind),
        request_key=idempotency_key,
        approval=approval,
        reference=reference,
    )
    stamping, pdf = instance.stampings.stamp(actor, command)
    headers = {"Stamping-ID": stamping.id, "Content-Disposition": 'attachment; filename="stamped.pdf"'}
    return Response(pdf, status_code=201, media_type="application/pdf", headers=headers)


@router.get("", summary="Where a seal was used 用印记录", responses=errors(DutyMissing, SealUnknown))
def ledger(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_OWN)], seal: SealName
) -> list[StampingView]:
    """Return the newest stampings with a seal, for its owner."""
    return [StampingView.of(one) for one in instance.stampings.ledger(actor, seal)]

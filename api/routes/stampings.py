"""Stamping documents, and the owner's ledger."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Response, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge
from api.schemas.common import IdempotencyKey, errors
from api.schemas.seals import StampingView
from api.schemas.texts import Line, Name, Prose
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive
from seal.errors import (
    AuthorisationExhausted,
    NotAuthorised,
    OwnWorkRefused,
    SealExpired,
    SealNotActive,
    SealUnknown,
    StampingUnderWay,
)
from seal.stampings import Purpose, StampPDF
from trust.pdf.appearance import PageOutOfRange, Placement, PlacementOutsidePage
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFLocked, PDFMalformed
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.timestamping import TimeStampingUnavailable

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
            DutyMissing,
            NotAuthorised,
            SealUnknown,
            SealNotActive,
            SealExpired,
            SubjectNotActive,
            AuthorisationExhausted,
            StampingUnderWay,
            LostRace,
            RequestKeyMalformed,
            RequestKeyReused,
            PDFMalformed,
            PDFEncrypted,
            PDFLocked,
            PDFLimitExceeded,
            PageOutOfRange,
            PlacementOutsidePage,
            BodyTooLarge,
            OwnWorkRefused,
            SigningUnavailable,
            TimeStampingUnavailable,
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
    page: Annotated[int, Form(ge=1, description="Page, from 1 on")],
    x_mm: Annotated[float, Form(description="Centre of the seal from the left edge as displayed", examples=[150.0])],
    y_mm: Annotated[float, Form(description="Centre of the seal from the upper edge as displayed", examples=[240.0])],
    purpose: Annotated[Line, Form(min_length=1, max_length=64, examples=["document.stamp"])],
    document_kind: Annotated[Line, Form(min_length=1, max_length=64, examples=["notice"])],
    reason: Annotated[Prose, Form(max_length=200, examples=["通知签发"])] = "",
) -> Response:
    """Stamp a document with the seal's signature and, beside it, one that PDF readers of the world validate.

    Existing signatures keep their validity: the file grows by an incremental update. Password-protected, locked and
    broken files are refused with their own codes.
    """
    command = StampPDF(
        seal=seal,
        pdf=file.file.read(),
        placement=Placement(page=page, centre_x_mm=x_mm, centre_y_mm=y_mm),
        purpose=Purpose(purpose=purpose, document_kind=document_kind),
        reason=reason,
        request_key=idempotency_key,
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

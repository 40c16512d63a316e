"""Scans of paper licences 纸质证照扫描件: putting them forward, and reading them again."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Response, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge
from api.routes.licences import LicenceName
from api.schemas.common import IdempotencyKey, errors
from api.schemas.licence_reviews import ScanView
from api.schemas.texts import Line
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from licence.errors import LicenceUnknown, ScanRefused, ScanUnknown
from licence.life.scanning import PutScan
from seal.errors import EvidenceTooLarge, EvidenceTypeRefused
from trust.blobs import BlobMissing, BlobStoreUnavailable
from trust.protection import ProtectionUnavailable
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace
from trust.workers import WorkerBusy, WorkerExhausted, WorkerUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["证照 licences"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The scan", "content": {"application/pdf": {"example": "%PDF-1.7 …"}}}
}


@router.post(
    "/licence-scans",
    summary="Upload a scan of a paper licence 上传纸质证照扫描件",
    status_code=201,
    responses=errors(
        DutyMissing,
        EvidenceTooLarge,
        EvidenceTypeRefused,
        ScanRefused,
        BodyTooLarge,
        BlobStoreUnavailable,
        ProtectionUnavailable,
        WorkerBusy,
        WorkerExhausted,
        WorkerUnavailable,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def put_scan(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_ISSUE)],
    issuer: Annotated[Line, Form(description="The authority whose licence it shows", examples=["O3F6H8J1L4N7Q2S5U9"])],
    file: Annotated[UploadFile, File(description="PDF, PNG or JPEG, of 10 MiB at most")],
    idempotency_key: IdempotencyKey,
) -> ScanView:
    """Keep a scan, enciphered, for one licence that will be made from the paper. It must be what its type says."""
    command = PutScan(
        issuer=issuer,
        content=file.file.read(),
        media_type=file.content_type or "",
        request_key=idempotency_key,
    )
    return ScanView.of(instance.scans.put(actor, command))


@router.get(
    "/licences/{licence}/scan",
    summary="The scan that a licence was made from 查看纸质证照扫描件",
    response_class=Response,
    responses={
        **CONTENT,
        **errors(DutyMissing, LicenceUnknown, ScanUnknown, BlobMissing, BlobStoreUnavailable, ProtectionUnavailable),
    },
)
def read_scan(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.LICENCE_READ)], licence: LicenceName
) -> Response:
    """Return the scan, for officers and reviewers of the issuer, and put on record that it was read."""
    found, content = instance.scans.read(actor, licence)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{found.id}"'}
    return Response(content, media_type=found.media_type, headers=headers)

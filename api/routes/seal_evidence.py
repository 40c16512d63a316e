"""Documents for steps in the life of seals: uploading them, and reading them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Path, Response, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge
from api.schemas.common import IdempotencyKey, errors
from api.schemas.seals import EvidenceView
from api.schemas.texts import Line, Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectUnknown
from seal.errors import EvidenceTooLarge, EvidenceTypeRefused, EvidenceUnknown
from seal.evidence import EvidenceKind
from seal.life.evidencing import PutForward
from trust.blobs import BlobMissing, BlobStoreUnavailable
from trust.protection import ProtectionUnavailable
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["印章材料 evidence"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
EvidenceName = Annotated[
    Name, Path(description="Identifier of the document", examples=["ev_01k9x3v5b7d2f4h6j8m0n1p3q5"])
]
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The document", "content": {"application/pdf": {"example": "%PDF-1.7 …"}}}
}
READING = (DutyMissing, EvidenceUnknown, BlobMissing, BlobStoreUnavailable, ProtectionUnavailable)


@router.post(
    "/seal-evidence",
    summary="Upload a document for a step of a seal 上传印章申请材料",
    status_code=201,
    responses=errors(
        DutyMissing,
        SubjectUnknown,
        EvidenceTooLarge,
        EvidenceTypeRefused,
        BodyTooLarge,
        BlobStoreUnavailable,
        ProtectionUnavailable,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def put_forward(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_EVIDENCE)],
    organisation: Annotated[Line, Form(description="The owner of the seal", examples=["O3F6H8J1L4N7Q2S5U9"])],
    kind: Annotated[EvidenceKind, Form(description="What it proves")],
    file: Annotated[UploadFile, File(description="PDF, OFD, PNG or JPEG, of 10 MiB at most")],
    idempotency_key: IdempotencyKey,
) -> EvidenceView:
    """Keep a document, enciphered, for one step that will name it. It must be what its type says."""
    command = PutForward(
        organisation=organisation,
        kind=kind,
        content=file.file.read(),
        media_type=file.content_type or "",
        request_key=idempotency_key,
    )
    return EvidenceView.of(instance.evidence_of_seals.put_forward(actor, command))


def answered(instance: Instance, actor: Actor, name: str) -> Response:
    """Return a document for nobody to keep and no browser to open in place."""
    found, content = instance.evidence_of_seals.read(actor, name)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{found.id}"'}
    return Response(content, media_type=found.media_type.value, headers=headers)


@router.get(
    "/seal-evidence/{evidence}",
    summary="Read a document 查看印章申请材料",
    response_class=Response,
    responses={**CONTENT, **errors(*READING)},
)
def read(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_EVIDENCE_READ)], evidence: EvidenceName
) -> Response:
    """Return a document to a reviewer or to its owner; the trail tells who read it."""
    return answered(instance, actor, evidence)


@router.get(
    "/audit/seal-evidence/{evidence}",
    summary="Read a document as the auditor 审计查看印章申请材料",
    response_class=Response,
    responses={**CONTENT, **errors(*READING)},
)
def audit(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.AUDIT_READ)], evidence: EvidenceName
) -> Response:
    """Return a document to the auditor; the trail tells that, too."""
    return answered(instance, actor, evidence)

"""Pictures in licences 证照图片: putting one forward before the licence that shows it, and looking at it again."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Path, Response, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge
from api.schemas.common import IdempotencyKey, errors
from api.schemas.licence_pictures import PictureView
from api.schemas.texts import Line, Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from licence.pictures.errors import PictureRefused, PictureUnknown
from licence.pictures.service import PutPicture
from trust.protection import ProtectionUnavailable
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace
from trust.workers import WorkerBusy, WorkerExhausted, WorkerUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/v1/licence-pictures", tags=["证照 licences"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture", "content": {"image/jpeg": {"example": "JFIF …"}}}
}


@router.post(
    "",
    summary="Upload a picture for a licence 上传证照图片",
    status_code=201,
    responses=errors(
        DutyMissing,
        PictureRefused,
        PictureUnknown,
        BodyTooLarge,
        ProtectionUnavailable,
        WorkerBusy,
        WorkerExhausted,
        WorkerUnavailable,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def put_picture(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_ISSUE)],
    issuer: Annotated[
        Line, Form(description="The authority whose licences may show it", examples=["O3F6H8J1L4N7Q2S5U9"])
    ],
    file: Annotated[UploadFile, File(description="JPEG or PNG of at most 200 KiB and 2 million pixels")],
    idempotency_key: IdempotencyKey,
) -> PictureView:
    """Keep what is seen of a picture, without its metadata, for fields of the format `picture` to name.

    One that no licence shows within 30 days is forgotten.
    """
    command = PutPicture(issuer=issuer, content=file.file.read(), request_key=idempotency_key)
    return PictureView.of(instance.pictures.put(actor, command))


@router.get(
    "/{picture}",
    summary="Look at a picture 查看证照图片",
    response_class=Response,
    responses={**CONTENT, **errors(DutyMissing, PictureUnknown, ProtectionUnavailable, LostRace)},
)
def read_picture(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.LICENCE_READ)],
    picture: Annotated[
        Name, Path(description="Identifier of the picture", examples=["pic_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    ],
) -> Response:
    """Return what is kept, for those who issue or review licences of its authority, and put on record who looked."""
    found = instance.pictures.read(actor, picture)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{found.id}.jpg"'}
    return Response(found.content, media_type=found.media_type, headers=headers)

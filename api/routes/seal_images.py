"""What seals look like: trying a design before applying, uploading a picture, and the image of a seal."""

from enum import StrEnum
from typing import Annotated, Any, Final, assert_never

from fastapi import APIRouter, Depends, File, Form, Path, Query, Response, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge
from api.schemas.common import errors
from api.schemas.seal_images import PictureFound, SealDesignForm
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from seal.errors import (
    ImageCodeMalformed,
    ImageDiameterOutOfRange,
    ImageNameLength,
    ImageResolutionOutOfRange,
    ImageRowLength,
    SealUnknown,
)
from seal.image.designs import LARGEST_PICTURE, SMALLEST_PICTURE
from seal.image.drawing import COARSEST, FINEST, SealImage, drawn
from seal.image.errors import (
    EmblemMalformed,
    ImageAgainstRank,
    ImagePartUnwanted,
    ImagePictureMissing,
    ImageSizeNotOffered,
    PictureAspect,
    PictureColour,
    PictureEmpty,
    PictureFormat,
    PictureMalformed,
    PictureMargins,
    PictureOpaque,
    PicturePixels,
    PictureResolution,
    PictureTooLarge,
)
from seal.image.uploads import Ground, read_upload
from trust.blobs import BlobMissing, BlobStoreUnavailable
from trust.typefaces import CharacterNotCovered
from trust.workers import WorkerBusy, WorkerExhausted

__all__ = ["DESIGN", "router"]

router = APIRouter(prefix="/v1", tags=["印章 seals"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Resolution = Annotated[int, Query(ge=COARSEST, le=FINEST, description="Dots per inch of a PNG")]
DESIGN = (
    ImageNameLength,
    ImageRowLength,
    ImageCodeMalformed,
    ImageDiameterOutOfRange,
    ImageSizeNotOffered,
    ImageAgainstRank,
    ImagePartUnwanted,
    ImagePictureMissing,
    EmblemMalformed,
    CharacterNotCovered,
    BlobMissing,
)
"""How a design can be refused."""

PICTURE = (
    PictureTooLarge,
    PictureFormat,
    PictureMalformed,
    PicturePixels,
    PictureResolution,
    PictureAspect,
    PictureOpaque,
    PictureEmpty,
    PictureColour,
    PictureMargins,
)
"""How a picture can be refused."""


class ImageFormat(StrEnum):
    """The forms of a seal's image."""

    PNG = "png"
    SVG = "svg"


Format = Annotated[ImageFormat, Query(description="png, or svg, which is sharp at every size")]
IMAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The image with a transparent ground",
        "content": {"image/png": {"example": "PNG"}, "image/svg+xml": {"example": "<svg …"}},
    }
}


def answered(image: SealImage, form: ImageFormat, dpi: int) -> Response:
    """Return an image in one of its forms."""
    match form:
        case ImageFormat.PNG:
            return Response(image.png(dpi), media_type="image/png")
        case ImageFormat.SVG:
            return Response(image.svg, media_type="image/svg+xml")
        case _:
            assert_never(form)


@router.post(
    "/seal-images/preview",
    summary="See what a design looks like before applying 预览章面",
    response_class=Response,
    responses={**IMAGE, **errors(DutyMissing, *DESIGN)},
)
def preview(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_APPLY)],  # noqa: ARG001 - whoever may apply
    body: SealDesignForm,
    format: Format = ImageFormat.PNG,  # noqa: A002 - the parameter's name on the wire
    dpi: Resolution = 300,
) -> Response:
    """Draw a design as its seal would show it. Nothing is kept."""
    return answered(drawn(body.design(emblem=instance.emblem), instance.blobs), format, dpi)


@router.post(
    "/seal-images/uploads",
    summary="Upload the picture of a seal, and see what was found in it 上传印章图片",
    responses=errors(
        DutyMissing, *PICTURE, ImageSizeNotOffered, BodyTooLarge, WorkerExhausted, WorkerBusy, BlobStoreUnavailable
    ),
)
def upload(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_APPLY)],  # noqa: ARG001 - whoever may apply
    file: Annotated[UploadFile, File(description="PNG with a transparent ground, of 300 to 1200 dots per inch")],
    width_mm: Annotated[int, Form(ge=SMALLEST_PICTURE, le=LARGEST_PICTURE, examples=[42])],
    height_mm: Annotated[int, Form(ge=SMALLEST_PICTURE, le=LARGEST_PICTURE, examples=[42])],
    ground: Annotated[Ground, Form(description="transparent, or white, which is then made transparent")] = (
        Ground.TRANSPARENT
    ),
) -> PictureFound:
    """Check a picture and keep what an application can name by its digest: its ink alone, without metadata.

    The same picture always gets the same digest.
    """
    found = instance.workers.known.run(
        read_upload, file.file.read(), width_mm=width_mm, height_mm=height_mm, ground=ground
    )
    instance.blobs.put(found.png)
    return PictureFound.of(found)


@router.get(
    "/seals/{seal}/image",
    summary="What a seal looks like 查看章面",
    response_class=Response,
    responses={**IMAGE, **errors(DutyMissing, SealUnknown, ImageResolutionOutOfRange, BlobMissing)},
)
def read_image(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_READ)],
    seal: Annotated[Name, Path(description="Identifier of the seal", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
    format: Format = ImageFormat.PNG,  # noqa: A002 - the parameter's name on the wire
    dpi: Resolution = 300,
) -> Response:
    """Return the seal as it is engraved, with its code once it has one: for its owner, and for who reviews it."""
    found, *_ = instance.seals.find(actor, seal)
    return answered(drawn(found.engraved, instance.blobs), format, dpi)

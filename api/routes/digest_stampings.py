"""Sealing digests, and signing messages with the key of a seal: the file never leaves the client."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, errors
from api.schemas.stampings import BatchView, DigestBatch, DigestOrder, MessageOrder, MessageView, SealedDigestView
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive
from seal.errors import (
    ApprovalNotOpen,
    ApprovalRequired,
    ApprovalUnfit,
    ApprovalUnknown,
    AuthorisationExhausted,
    NotAuthorised,
    OwnWorkRefused,
    SealExpired,
    SealNotActive,
    SealUnknown,
    StampingRequestInvalid,
    StampingUnderWay,
    StampingUnknown,
)
from trust.errors import TrustError
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace
from trust.timestamping import TimeStampingUnavailable

__all__ = ["USE_ERRORS", "router"]

router = APIRouter(prefix="/v1/seals/{seal}", tags=["摘要签章 digests"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
SealName = Annotated[Name, Path(description="Identifier of the seal", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
StampingName = Annotated[
    Name, Path(description="Identifier of the stamping", examples=["stamp_01k9x3v5b7d2f4h6j8m0n1p3q5"])
]
USE_ERRORS: Final[tuple[type[TrustError], ...]] = (
    DutyMissing,
    NotAuthorised,
    SealUnknown,
    SealNotActive,
    SealExpired,
    SubjectNotActive,
    AuthorisationExhausted,
    ApprovalRequired,
    ApprovalUnknown,
    ApprovalUnfit,
    ApprovalNotOpen,
    StampingUnderWay,
    LostRace,
    RequestKeyMalformed,
    RequestKeyReused,
    OwnWorkRefused,
    SigningUnavailable,
    TimeStampingUnavailable,
)
"""What can be in the way of every use of a seal's key."""


def created(content: bytes) -> Response:
    """Return what we made in JSON, without looking through it once more: signatures are large."""
    return Response(content, status_code=HTTPStatus.CREATED, media_type="application/json")


def made(view: type[SealedDigestView | BatchView | MessageView], description: str) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that `created` gives."""
    return {HTTPStatus.CREATED.value: {"model": view, "description": description}}


@router.post(
    "/digest-stampings",
    summary="Seal a digest 摘要签章",
    status_code=HTTPStatus.CREATED,
    responses={**made(SealedDigestView, "The seal signature"), **errors(*USE_ERRORS, StampingRequestInvalid)},
)
def stamp_digest(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    body: DigestOrder,
    idempotency_key: IdempotencyKey,
) -> Response:
    """Return SES_Signature over an SM3 digest (GB/T 38540-2020, 7.2). What it stands for stays with the client."""
    (sealed,) = instance.digests.stamp(actor, body.command(seal, (body,), idempotency_key))
    return created(SealedDigestView.octets(sealed))


@router.post(
    "/digest-stampings/batch",
    summary="Seal up to 1,000 digests in one call 批量摘要签章",
    status_code=HTTPStatus.CREATED,
    responses={**made(BatchView, "The seal signatures"), **errors(*USE_ERRORS, StampingRequestInvalid)},
)
def stamp_digests(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    body: DigestBatch,
    idempotency_key: IdempotencyKey,
) -> Response:
    """Seal digests in their order. Each counts for itself, and all of them are sealed or none."""
    sealed = instance.digests.stamp(actor, body.command(seal, body.items, idempotency_key))
    return created(BatchView.octets(sealed))


@router.get(
    "/digest-stampings/{stamping}",
    summary="A sealed digest again 重取摘要签章",
    responses=errors(DutyMissing, StampingUnknown, StampingUnderWay, OwnWorkRefused),
)
def read_sealed(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    stamping: StampingName,
) -> SealedDigestView:
    """Return a seal signature again: to who had it made, and to the owner of the seal."""
    sealed = instance.digests.find(actor, stamping)
    if sealed.stamping.seal != seal:
        raise StampingUnknown
    return SealedDigestView(**SealedDigestView.row(sealed))


@router.post(
    "/cms-signatures",
    summary="Sign a message with the key of a seal 消息签名",
    status_code=HTTPStatus.CREATED,
    responses={**made(MessageView, "The signed message"), **errors(*USE_ERRORS, StampingRequestInvalid)},
)
def sign_message(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_STAMP)],
    seal: SealName,
    body: MessageOrder,
    idempotency_key: IdempotencyKey,
) -> Response:
    """Return SignedData (GB/T 35275 or RFC 5652) over a digest, or around a small content."""
    stamping, encoded = instance.messages.sign(actor, body.command(seal, idempotency_key))
    return created(MessageView.of(stamping, encoded).model_dump_json().encode())

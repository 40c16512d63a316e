"""Verification for everyone, as an API: files and QR codes."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge, TooManyRequests
from api.schemas.common import errors
from api.schemas.texts import Moment, Text
from api.schemas.verification import ClaimVerdict, FileVerdict
from api.throttle import Throttle
from api.wiring import Instance
from seal.verification.ofd.package import OFDLimitExceeded
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFPasswordWrong
from trust.workers import WorkerBusy, WorkerExhausted, WorkerUnavailable

__all__ = ["count_verification", "router"]

MAX_CLAIM = 512

router = APIRouter(prefix="/v1/verify", tags=["验证 verification"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
At = Annotated[
    Moment | None,
    Query(description="Also say how a licence stood at this moment", examples=["2026-11-22T08:00:00+08:00"]),
]


def count_verification(request: Request) -> None:
    """Count a verification from this address."""
    throttle: Throttle = request.app.state.verifications
    throttle.count(request)


@router.post(
    "",
    summary="Verify a file 验证文件",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    responses=errors(
        PDFEncrypted,
        PDFPasswordWrong,
        PDFLimitExceeded,
        OFDLimitExceeded,
        BodyTooLarge,
        TooManyRequests,
        WorkerExhausted,
        WorkerBusy,
        WorkerUnavailable,
        public=True,
    ),
)
def verify_file(
    instance: InstanceHere,
    file: Annotated[UploadFile, File(description="PDF, OFD, electronic seal, seal signature or signed message")],
    password: Annotated[Text | None, Form(max_length=256, description="Of an encrypted PDF")] = None,
    at: At = None,
) -> FileVerdict:
    """Judge a file: every signature in it, and what the registry says. An invalid file is an answer, not an error."""
    return FileVerdict.of(instance.verification.file(file.file.read(), password=password or None, then=at))


@router.get(
    "/{claim}",
    summary="Verify a QR code 验证二维码",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    responses=errors(TooManyRequests, public=True),
)
def verify_claim(
    instance: InstanceHere,
    claim: Annotated[
        str, Path(max_length=MAX_CLAIM, description="What follows /v/ in the QR code", examples=["AR8wf1bV…"])
    ],
    at: At = None,
) -> ClaimVerdict:
    """Judge the claim of a licence's QR code, with masked details of the licence."""
    return ClaimVerdict.of(instance.verification.claim(claim, then=at))

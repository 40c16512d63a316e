"""Verification for everyone, as an API: files, QR codes and licence identifiers, one by one or many at once."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.security.utils import get_authorization_scheme_param
from starlette.concurrency import run_in_threadpool

from api.authn import MAX_SECRET, allow, identified, instance_of
from api.challenges import SCHEME
from api.permissions import Permission
from api.problems import BodyTooLarge, TooManyQuestions, TooManyRequests, Unauthenticated
from api.schemas.common import errors, pdf_answer
from api.schemas.texts import Moment
from api.schemas.verification import ClaimVerdict, FileVerdict
from api.schemas.verification_jobs import BatchVerdict, BatchVerdicts
from api.throttle import Throttle
from api.verification_orders import BATCH_BODY, BODY, FILE_BODY, Question, read_batch, read_order, read_question
from api.wiring import Instance
from identity.errors import CredentialsWrong
from licence.errors import MomentInFuture, TemplateBroken
from seal.errors import OwnWorkRefused
from seal.verification.ofd.package import OFDLimitExceeded
from trust.errors import TrustError
from trust.founding import NotFounded
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFPasswordWrong
from trust.signing import SigningUnavailable
from trust.timestamping import TimeStampingUnavailable
from trust.workers import WorkerBusy, WorkerExhausted, WorkerUnavailable

__all__ = ["FILE_ERRORS", "RECORD_ANSWER", "REPORT_ERRORS", "At", "count_verification", "router", "throttle"]

MAX_CLAIM = 512

router = APIRouter(prefix="/v1/verify", tags=["验证 verification"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
At = Annotated[
    Moment | None,
    Query(
        description="截至 as of which past moment: certificates, revocation and registry are judged as they stood then",
        examples=["2026-11-22T08:00:00+08:00"],
    ),
]
FILE_ERRORS: Final = (
    PDFEncrypted,
    PDFPasswordWrong,
    PDFLimitExceeded,
    OFDLimitExceeded,
    MomentInFuture,
    BodyTooLarge,
    TooManyRequests,
    WorkerExhausted,
    WorkerBusy,
    WorkerUnavailable,
)
"""What keeps a file from being judged."""

REPORT_ERRORS: Final = (TemplateBroken, OwnWorkRefused, SigningUnavailable, TimeStampingUnavailable, NotFounded)
"""What keeps a report from being made."""

SOME_VERDICT: Final = ClaimVerdict(
    outcome="failed",
    sub_indication="FORMAT_FAILURE",
    reason="not the text of a licence's QR code",
    checks=[],
    licence=None,
).model_dump(mode="json")


def answered(example: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer."""
    return {200: {"content": {"application/json": {"example": dict(example)}}}}


RECORD_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The record of the verdict", "content": {"application/json": {"example": {"schema": "…"}}}}
}


def count_verification(request: Request) -> None:
    """Count a verification from this address."""
    limit: Throttle = request.app.state.verifications
    limit.count(request)


async def throttle(request: Request, *, times: int = 1) -> None:
    """Count verifications: of a business system that shows its token, else of the address.

    A token is welcome here and not needed. One that is shown has to be good. Raise `Unauthenticated`, or
    `TooManyRequests`.
    """
    scheme, secret = get_authorization_scheme_param(request.headers.get("authorization"))
    if scheme.lower() not in {"bearer", SCHEME}:
        limit: Throttle = request.app.state.verifications
        limit.count(request, times=times)
        return
    instance = await instance_of(request)
    if not 0 < len(secret) <= MAX_SECRET:
        raise Unauthenticated
    try:
        actor = await run_in_threadpool(identified, request, instance, secret)
    except CredentialsWrong:
        raise Unauthenticated from None
    request.state.actor = actor.id
    limit = request.app.state.verification_clients
    limit.count_for(actor.id, times=times)


async def counted(request: Request) -> None:
    """Count one verification."""
    await throttle(request)


@router.post(
    "",
    summary="Verify a file, a QR code or an identifier 验证文件、二维码或证照标识",
    dependencies=[allow(Permission.ANYBODY), Depends(counted)],
    responses={**answered(SOME_VERDICT), **errors(*FILE_ERRORS, Unauthenticated, public=True)},
    openapi_extra=BODY,
)
async def verify(request: Request, instance: InstanceHere, at: At = None) -> FileVerdict | ClaimVerdict:
    """Judge a file: every signature in it, and what the registry says. An invalid file is an answer, not an error.

    As a form with a file, or as JSON with a `claim`, an `identifier`, or a `file` in base64. A file that holds the text
    of a QR code, or an identifier, is answered as that. `content` is what a detached signature covers.
    """
    question = await read_question(request)
    return await run_in_threadpool(instance.verifying.answer, question, at=at)


@router.post(
    "/batch",
    summary="Verify many 批量验证",
    dependencies=[allow(Permission.ANYBODY), Depends(counted)],
    responses={
        **answered({"items": [{"name": "", "verdict": SOME_VERDICT, "problem": None}]}),
        **errors(BodyTooLarge, TooManyQuestions, MomentInFuture, TooManyRequests, Unauthenticated, public=True),
    },
    openapi_extra=BATCH_BODY,
)
async def verify_batch(request: Request, instance: InstanceHere, at: At = None) -> BatchVerdicts:
    """Judge several files (one form, each as `file`), or several questions in JSON; the answers keep their order.

    Each is judged by itself: one that cannot be judged has a problem in its place, and the others their verdicts. The
    limit on the size of a request holds for all of them together, and each counts towards the limit of requests.
    """
    questions = await read_batch(request)
    most = instance.base.settings.verify_batch
    if len(questions) > most:
        raise TooManyQuestions(allowed=most)
    if len(questions) > 1:
        await throttle(request, times=len(questions) - 1)
    return BatchVerdicts(items=[await run_in_threadpool(one_of_many, instance, one, at) for one in questions])


def one_of_many(instance: Instance, question: Question, at: Moment | None) -> BatchVerdict:
    """Answer one question of several. Raise `MomentInFuture`, which is asked of all of them."""
    name = getattr(question, "name", "")
    try:
        return BatchVerdict.of(name, instance.verifying.answer(question, at=at))
    except MomentInFuture:
        raise
    except TrustError as error:
        return BatchVerdict.refused(name, error)


@router.post(
    "/report",
    summary="A signed report on a file 验证报告",
    dependencies=[allow(Permission.ANYBODY), Depends(counted)],
    responses={
        **pdf_answer("The report as PDF/A-3, signed by the service, with the record in it"),
        **errors(*FILE_ERRORS, *REPORT_ERRORS, Unauthenticated, public=True),
    },
    response_class=Response,
    openapi_extra=FILE_BODY,
)
async def report(request: Request, instance: InstanceHere, at: At = None) -> Response:
    """Judge a file and return what came of it as a PDF that the service signs. It names the file as its sender does."""
    told = await run_in_threadpool(instance.verifying.told, await read_order(request), at=at)
    content = await run_in_threadpool(instance.verifying.report, told)
    return Response(content, media_type="application/pdf")


@router.post(
    "/record",
    summary="The record of a verdict, for replay 验证记录",
    dependencies=[allow(Permission.ANYBODY), Depends(counted)],
    responses={**RECORD_ANSWER, **errors(*FILE_ERRORS, Unauthenticated, public=True)},
    response_class=Response,
    openapi_extra=FILE_BODY,
)
async def record(request: Request, instance: InstanceHere, at: At = None) -> Response:
    """Judge a file and return all that the verdict rests on, with which anybody can judge the file again.

    `trust verify --replay` does (docs/verification-record.md).
    """
    content = await run_in_threadpool(instance.verifying.record, await read_order(request), at=at)
    return Response(content, media_type="application/json")


@router.get(
    "/{claim}",
    summary="Verify a QR code 验证二维码",
    dependencies=[allow(Permission.ANYBODY), Depends(counted)],
    responses=errors(MomentInFuture, TooManyRequests, Unauthenticated, public=True),
)
def verify_claim(
    instance: InstanceHere,
    claim: Annotated[
        str, Path(max_length=MAX_CLAIM, description="What follows /v/ in the QR code", examples=["AR8wf1bV…"])
    ],
    at: At = None,
) -> ClaimVerdict:
    """Judge the claim of a licence's QR code, with masked details of the licence."""
    return instance.verifying.claim(claim, at=at)

"""Verification jobs 验证任务: a large file is sent, judged later, and its verdict fetched for a day."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge, TooManyRequests, Unauthenticated
from api.routes.verification import RECORD_ANSWER, REPORT_ERRORS, At, throttle
from api.schemas.common import errors, pdf_answer
from api.schemas.texts import Name
from api.schemas.verification_jobs import VerificationJobView
from api.verification_jobs.errors import JobHasNoReport, VerificationJobUnknown, VerificationQueueFull
from api.verification_orders import FILE_BODY, read_order
from api.wiring import Instance
from licence.errors import MomentInFuture

__all__ = ["router"]

router = APIRouter(prefix="/v1/verification-jobs", tags=["验证 verification"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Secret = Annotated[
    Name, Path(description="What the job was answered with", examples=["x3nHq0Q9mYB7cJ2pVf5wKs8ZtLd1RgAe"])
]
WHERE: Final[dict[int | str, dict[str, Any]]] = {
    HTTPStatus.ACCEPTED.value: {
        "description": "The file waits to be judged",
        "headers": {"Location": {"description": "Where the job is read", "schema": {"type": "string"}}},
    }
}


async def counted(request: Request) -> None:
    """Count one verification."""
    await throttle(request)


@router.post(
    "",
    summary="Have a file verified later 提交验证任务",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[allow(Permission.ANYBODY), Depends(counted)],
    responses={
        **WHERE,
        **errors(BodyTooLarge, MomentInFuture, TooManyRequests, Unauthenticated, VerificationQueueFull, public=True),
    },
    openapi_extra=FILE_BODY,
)
async def ask_for(request: Request, response: Response, instance: InstanceHere, at: At = None) -> VerificationJobView:
    """Keep a file to be judged. Whoever has the answer's `id` reads the verdict, and nobody else.

    The file is kept enciphered and erased once it is judged; the job with its verdict is erased after a day at most.
    """
    order = await read_order(request)
    job, secret = await run_in_threadpool(instance.verifying.ask, order, at=at)
    response.headers["Location"] = f"{router.prefix}/{secret}"
    return VerificationJobView.of(job, secret=secret, verdict=None)


@router.get(
    "/{secret}",
    summary="A verification job 验证任务",
    dependencies=[allow(Permission.ANYBODY)],
    responses=errors(VerificationJobUnknown, public=True),
)
def read_job(instance: InstanceHere, secret: Secret) -> VerificationJobView:
    """Return how far a job has come, and its verdict once there is one."""
    job = instance.verifying.jobs.read(secret)
    return VerificationJobView.of(job, secret=secret, verdict=instance.verifying.verdict(job))


@router.get(
    "/{secret}/report",
    summary="The signed report of a job 任务的验证报告",
    dependencies=[allow(Permission.ANYBODY), Depends(counted)],
    responses={
        **pdf_answer("The report as PDF/A-3, signed by the service, with the record in it"),
        **errors(VerificationJobUnknown, JobHasNoReport, TooManyRequests, Unauthenticated, *REPORT_ERRORS, public=True),
    },
    response_class=Response,
)
def job_report(instance: InstanceHere, secret: Secret) -> Response:
    """Return what came of a job as a PDF that the service signs."""
    verifying = instance.verifying
    return Response(verifying.report(verifying.result(verifying.jobs.read(secret))), media_type="application/pdf")


@router.get(
    "/{secret}/record",
    summary="The record of a job 任务的验证记录",
    dependencies=[allow(Permission.ANYBODY)],
    responses={**RECORD_ANSWER, **errors(VerificationJobUnknown, JobHasNoReport, public=True)},
    response_class=Response,
)
def job_record(instance: InstanceHere, secret: Secret) -> Response:
    """Return all that the verdict of a job rests on."""
    job = instance.verifying.jobs.read(secret)
    found = instance.verifying.result(job).record
    if found is None:
        raise JobHasNoReport(state=job.state.value)
    return Response(found, media_type="application/json")

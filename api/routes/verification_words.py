"""Verdicts in words, for programs that show them to people: the same words as on the public pages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from api.authn import allow, instance_of
from api.pages.words import preferred
from api.permissions import Permission
from api.problems import Unauthenticated
from api.routes.verification import FILE_ERRORS, At, counted
from api.schemas.common import errors
from api.schemas.explained import ExplainedVerdict
from api.verification_orders import BODY, read_question
from api.wiring import Instance

__all__ = ["router"]

router = APIRouter(prefix="/v1/verify", tags=["验证 verification"])


@router.post(
    "/explained",
    summary="Verify, and say it in words 验证并以文字说明",
    dependencies=[allow(Permission.ANYBODY), Depends(counted)],
    responses=errors(*FILE_ERRORS, Unauthenticated, public=True),
    openapi_extra=BODY,
)
async def explain(
    request: Request, instance: Annotated[Instance, Depends(instance_of)], at: At = None
) -> ExplainedVerdict:
    """Judge what `POST /v1/verify` judges, and say it as the public pages do, in the language that is accepted."""
    question = await read_question(request)
    language = preferred(request.headers.get("accept-language", ""))
    page = await run_in_threadpool(instance.verifying.explained, question, language=language, at=at)
    return ExplainedVerdict.model_validate(page)

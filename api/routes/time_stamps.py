"""Time-stamps for others (RFC 3161, 3.4; GM/T 0033-2014): an authority in each family."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response

from api.authn import allow, instance_of
from api.foreign_time_authority import QUERY, REPLY
from api.permissions import Permission
from api.problems import TooManyRequests
from api.schemas.common import errors
from api.throttle import Throttle
from api.wiring import Instance
from trust.founding import Role

__all__ = ["router"]

router = APIRouter(prefix="/tsa", tags=["时间戳 timestamps"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Query = Annotated[bytes, Body(media_type=QUERY, description="TimeStampReq in DER", examples=["30 39 02 01 01 …"])]
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "TimeStampResp in DER: a token, or a rejection with its failInfo",
        "content": {REPLY: {"example": "30 82 …"}},
    },
}


def count_request(request: Request) -> None:
    """Count a request for a time-stamp from this address."""
    throttle: Throttle = request.app.state.time_stamps
    throttle.count(request)


PUBLIC = [allow(Permission.ANYBODY), Depends(count_request)]


@router.post(
    "/sm2",
    summary="Time-stamp in SM2 国密时间戳",
    dependencies=PUBLIC,
    response_class=Response,
    responses={**ANSWER, **errors(TooManyRequests, public=True)},
)
def stamp_sm2(instance: InstanceHere, query: Query = b"") -> Response:
    """Answer a request for a time-stamp over an SM3 hash. A refusal is an answer as well, and says why."""
    return Response(instance.timekeeping.authority(Role.TIME_STAMP_SM2).answer(query), media_type=REPLY)


@router.post(
    "/p256",
    summary="Time-stamp in P-256 国际算法时间戳",
    dependencies=PUBLIC,
    response_class=Response,
    responses={**ANSWER, **errors(TooManyRequests, public=True)},
)
def stamp_p256(instance: InstanceHere, query: Query = b"") -> Response:
    """Answer a request for a time-stamp over a hash of SHA-2. A refusal is an answer as well, and says why."""
    return Response(instance.timekeeping.authority(Role.TIME_STAMP_P256).answer(query), media_type=REPLY)

"""The status of certificates, one at a time (OCSP: RFC 6960, appendix A; RFC 5019 for what caches may keep)."""

import base64
import binascii
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from api.authn import allow, instance_of
from api.caching import cacheable
from api.permissions import Permission
from api.problems import TooManyRequests
from api.schemas.common import errors
from api.schemas.texts import Name
from api.throttle import Throttle
from api.wiring import Instance
from trust.ocsp_requests import ResponseStatus, refusal

__all__ = ["router"]

QUERY: Final = "application/ocsp-request"
REPLY: Final = "application/ocsp-response"
MAX_ADDRESS: Final = 4096
"""Characters of a request in an address. One certificate takes about a hundred and fifty."""

router = APIRouter(prefix="/pki/ocsp", tags=["信任材料 trust material"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
AuthorityName = Annotated[Name, Path(examples=["issuing-sm2"])]
Query = Annotated[bytes, Body(media_type=QUERY, description="OCSPRequest in DER", examples=["30 50 30 4e …"])]
InAddress = Annotated[
    str, Path(description="OCSPRequest in DER, in base64", examples=["MFAwTjBMMEowSDAMBggqgRzPVQGDEQUA"])
]
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "OCSPResponse in DER: good, revoked or unknown, or why there is no answer",
        "content": {REPLY: {"example": "30 82 …"}},
    },
}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The asker has the newest answer already"}}


def count_request(request: Request) -> None:
    """Count a question from this address."""
    throttle: Throttle = request.app.state.statuses
    throttle.count(request)


PUBLIC = [allow(Permission.ANYBODY), Depends(count_request)]


def answered(request: Request, instance: Instance, name: str, query: bytes) -> Response:
    """Answer, and say how long caches may keep it: until the next update, or not at all."""
    given = instance.base.responders.answer(name, query)
    if given.at is None or given.until is None:
        return Response(given.der, media_type=REPLY)
    left = int((given.until - instance.base.clock.now()).total_seconds())
    return cacheable(request, given.der, REPLY, modified=given.at, seconds=left)


@router.post(
    "/{name}",
    summary="Status of certificates 证书状态查询",
    dependencies=PUBLIC,
    response_class=Response,
    responses={**ANSWER, **errors(TooManyRequests, public=True)},
)
def status(request: Request, instance: InstanceHere, name: AuthorityName, query: Query = b"") -> Response:
    """Say of certificates of an authority whether they are good, revoked, or unknown to it, or why not."""
    return answered(request, instance, name, query)


@router.get(
    "/{name}/{query:path}",
    summary="Status of certificates, for caches 证书状态查询（可缓存）",
    dependencies=PUBLIC,
    response_class=Response,
    responses={**ANSWER, **UNCHANGED, **errors(TooManyRequests, public=True)},
)
def cached_status(request: Request, instance: InstanceHere, name: AuthorityName, query: InAddress) -> Response:
    """Say the same to a request in the address, which caches on the way may answer (RFC 5019, 5)."""
    try:
        if len(query) > MAX_ADDRESS:
            raise ValueError("too long")
        decoded = base64.b64decode(query, validate=True)
    except (ValueError, binascii.Error):
        return Response(refusal(ResponseStatus.MALFORMED_REQUEST), media_type=REPLY)
    return answered(request, instance, name, decoded)

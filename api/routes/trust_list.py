"""The trust list, for verifiers without a network."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import errors
from api.wiring import Instance
from trust.founding import NotFounded
from trust.signing import SigningUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/pki", tags=["信任材料 trust material"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
CACHE = "public, max-age=600"
EXAMPLE = {"payload": "eyJhbmNob3JzIjpb…", "signature": "MEUCIQ…", "certificates": ["MIIB…", "MIIB…"]}


@router.get(
    "/trust-list",
    summary="The signed trust list 信任列表",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=Response,
    responses={
        200: {
            "description": "The list, its signature, and the signer's certificates; docs/trust-list.md describes it",
            "content": {"application/json": {"example": EXAMPLE}},
        },
        304: {"description": "The list is still the one that If-None-Match names"},
        **errors(NotFounded, SigningUnavailable, public=True),
    },
)
def trust_list(
    instance: InstanceHere,
    if_none_match: Annotated[
        str, Header(description="ETag of the list that the reader has", examples=['"3f2a…"'], max_length=256)
    ] = "",
) -> Response:
    """Return all anchors, authorities and signers with what each may sign, and the newest revocation lists, signed."""
    current = instance.trust_lists.current()
    tag = f'"{current.digest}"'
    headers = {"ETag": tag, "Cache-Control": CACHE}
    if tag in (one.strip().removeprefix("W/") for one in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(current.encoded, media_type="application/json", headers=headers)

"""Status lists of licences, for verifiers without a network and for those who should not be seen checking."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.authn import allow, instance_of
from api.caching import cacheable
from api.permissions import Permission
from api.schemas.common import errors
from api.schemas.texts import Name
from api.wiring import Instance
from licence.errors import TypeUnknown
from trust.founding import NotFounded
from trust.signing import SigningUnavailable

__all__ = ["router"]

router = APIRouter(prefix="/status-lists", tags=["信任材料 trust material"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
SECONDS = 60
EXAMPLE = {"payload": "eyJiaXRzIjoy…", "signature": "MEUCIQ…", "certificates": ["MIIB…", "MIIB…"]}


@router.get(
    "/{code}",
    summary="The signed status list of a licence type 证照状态列表",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=Response,
    responses={
        200: {
            "description": "The list, its signature, and the signer's certificates; docs/status-list.md describes it",
            "content": {"application/json": {"example": EXAMPLE}},
        },
        304: {"description": "The list is still the one that If-None-Match names"},
        **errors(TypeUnknown, NotFounded, SigningUnavailable, public=True),
    },
)
def status_list(
    request: Request,
    instance: InstanceHere,
    code: Annotated[
        Name,
        Path(
            description="Code of the licence type, or the number of the list, which claims in QR codes name",
            examples=["11330000MB00000001001"],
        ),
    ],
) -> Response:
    """Return how every licence of a type stands, two bits each. Whoever has it checks without being seen."""
    published = instance.status_lists.current(code)
    modified = published.status_list.issued
    return cacheable(request, published.encoded, "application/json", modified=modified, seconds=SECONDS)

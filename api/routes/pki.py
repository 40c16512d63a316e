"""Certificates and revocation lists, for whoever verifies."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from api.authn import allow, instance_of
from api.caching import cacheable
from api.permissions import Permission
from api.schemas.common import View, errors
from api.schemas.texts import Name
from api.wiring import Instance
from trust import pki_repository
from trust.authority import AuthorityUnknown
from trust.certificates import pem
from trust.pki_repository import ListId

__all__ = ["router"]

router = APIRouter(prefix="/pki", tags=["信任材料 trust material"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
AuthorityName = Annotated[Name, Path(examples=["issuing-sm2"])]
ShardNumber = Annotated[int, Path(ge=0, le=1_000_000, examples=[0])]
CER: Final = "application/pkix-cert"
CRL: Final = "application/pkix-crl"
MAX_AGE: Final = 3600
"""Seconds that caches may keep what is published. A list may be renewed at any time, at once after a revocation."""


class PublishedCertificate(View):
    """A certificate that verifiers may need."""

    name: str = Field(examples=["root-sm2"])
    anchor: bool = Field(
        description="Whether this is a root, which a verifier has to trust by a decision of its own", examples=[True]
    )
    pem: str = Field(examples=["-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n"])


@router.get(
    "/certificates",
    summary="Every certificate of the instance 证书清单",
    dependencies=[allow(Permission.ANYBODY)],
    responses=errors(public=True),
)
def certificates(instance: InstanceHere) -> list[PublishedCertificate]:
    """Return the roots, the issuing authorities, and the service's own certificates."""
    with instance.base.store.reading() as view:
        authorities = instance.base.authorities.all(view)
    found = [
        PublishedCertificate(name=one.name, anchor=one.issuer is None, pem=pem(one.certificate.der).decode())
        for one in authorities
    ]
    kept = instance.service_keys
    found += [
        PublishedCertificate(name=role.value, anchor=False, pem=pem(kept.certificate(role).der).decode())
        for role in kept.versions
    ]
    return found


def published(request: Request, place: ListId) -> Response:
    """Return the newest list in its place. A cache may keep it for an hour; a list that is renewed has another tag."""
    instance: Instance = request.app.state.instance
    with instance.base.store.reading() as view:
        found, now = pki_repository.revocation_list(view, place.issuer, place.shard), view.now
    if found is None:
        raise AuthorityUnknown(name=place.path.removesuffix(".crl"))
    left = MAX_AGE if found.next_update is None else int((found.next_update - now).total_seconds())
    seconds = min(MAX_AGE, left)
    return cacheable(request, found.der, CRL, modified=found.this_update, seconds=seconds)


def described(kind: str, description: str) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is a file, or that says that the asker has it."""
    return {
        200: {"description": description, "content": {kind: {"example": "30 82 …"}}},
        304: {"description": "The asker has the newest one already"},
        **errors(AuthorityUnknown, public=True),
    }


CERTIFICATE_ROUTE: Final[dict[str, Any]] = {
    "dependencies": [allow(Permission.ANYBODY)],
    "response_class": Response,
    "responses": described(CER, "X.509 in DER"),
}
LIST_ROUTE: Final[dict[str, Any]] = {
    "dependencies": [allow(Permission.ANYBODY)],
    "response_class": Response,
    "responses": described(CRL, "CRL in DER"),
}


@router.head(
    "/{name}.cer",
    name="certificate_head",
    summary="Certificate of an authority, headers alone 证书首部",
    **CERTIFICATE_ROUTE,
)
@router.get("/{name}.cer", summary="Certificate of an authority 签发机构证书", **CERTIFICATE_ROUTE)
def certificate(request: Request, instance: InstanceHere, name: AuthorityName) -> Response:
    """Return the certificate of an authority, where its subjects' certificates say that it is."""
    with instance.base.store.reading() as view:
        found = instance.base.authorities.get(view, name).certificate
    return cacheable(request, found.der, CER, modified=found.not_before, seconds=MAX_AGE)


@router.head(
    "/{name}.crl", name="revocation_list_head", summary="Revocation list, headers alone 列表首部", **LIST_ROUTE
)
@router.get("/{name}.crl", summary="Complete revocation list of an authority 证书撤销列表", **LIST_ROUTE)
def revocation_list(request: Request, name: AuthorityName) -> Response:
    """Return the newest complete list of an authority: everything that it ever revoked."""
    return published(request, ListId(name))


@router.head("/{name}/{shard}.crl", name="shard_head", summary="Shard of a list, headers alone 分片首部", **LIST_ROUTE)
@router.get("/{name}/{shard}.crl", summary="Shard of a revocation list 证书撤销列表分片", **LIST_ROUTE)
def shard(request: Request, name: AuthorityName, shard: ShardNumber) -> Response:
    """Return the newest list of the certificates that name this shard as their distribution point."""
    return published(request, ListId(name, shard))

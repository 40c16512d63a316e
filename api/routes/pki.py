"""Certificates and revocation lists, for whoever verifies."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import View, errors
from api.schemas.texts import Name
from api.wiring import Instance
from trust import repository
from trust.authority import AuthorityUnknown
from trust.certificates import pem
from trust.founding import Role

__all__ = ["router"]

router = APIRouter(prefix="/pki", tags=["信任材料 trust material"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
AuthorityName = Annotated[Name, Path(examples=["issuing-sm2"])]
CACHE = {"Cache-Control": "public, max-age=3600"}


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
        for role in Role
    ]
    return found


@router.get(
    "/{name}.cer",
    summary="Certificate of an authority 签发机构证书",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=Response,
    responses={
        200: {"description": "X.509 in DER", "content": {"application/pkix-cert": {"example": "30 82 …"}}},
        **errors(AuthorityUnknown, public=True),
    },
)
def certificate(instance: InstanceHere, name: AuthorityName) -> Response:
    """Return the certificate of an authority, where its subjects' certificates say that it is."""
    with instance.base.store.reading() as view:
        found = instance.base.authorities.get(view, name)
    return Response(found.certificate.der, media_type="application/pkix-cert", headers=CACHE)


@router.get(
    "/{name}.crl",
    summary="Revocation list of an authority 证书撤销列表",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=Response,
    responses={
        200: {"description": "CRL in DER", "content": {"application/pkix-crl": {"example": "30 82 …"}}},
        **errors(AuthorityUnknown, public=True),
    },
)
def revocation_list(instance: InstanceHere, name: AuthorityName) -> Response:
    """Return the newest revocation list of an authority."""
    with instance.base.store.reading() as view:
        found = repository.revocation_list(view, name)
    if found is None:
        raise AuthorityUnknown(name=name)
    return Response(found.der, media_type="application/pkix-crl", headers={"Cache-Control": "public, max-age=600"})

"""Authorising others to stamp, letting one's own stamp within that, and taking it back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.paging import Before, Most
from api.schemas.stampings import AuthorisationGrant, AuthorisationView
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from seal.errors import AuthorisationBeyond, AuthorisationInvalid, AuthorisationUnknown, SealNotActive, SealUnknown
from seal.stamping.authorising import DelegateStamping
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1/seals/{seal}/authorisations", tags=["用印授权 authorisations"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
SealName = Annotated[Name, Path(description="Identifier of the seal", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
AuthorisationName = Annotated[
    Name, Path(description="Identifier of the authorisation", examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])
]
KEYED = (RequestKeyMalformed, RequestKeyReused, LostRace)
GIVEN = (DutyMissing, SealUnknown, SealNotActive, AuthorisationInvalid, SubjectUnknown, SubjectNotActive, *KEYED)


@router.post(
    "",
    summary="Authorise a person, a business system or an organisation to stamp 用印授权",
    status_code=201,
    responses=errors(*GIVEN),
)
def authorise(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_OWN)],
    seal: SealName,
    body: AuthorisationGrant,
    idempotency_key: IdempotencyKey,
) -> AuthorisationView:
    """Give a permission: who, for what, from when and until when, how often, with or without approval each time."""
    command = body.command(seal, idempotency_key)
    return AuthorisationView.of(instance.authorisations.authorise(actor, command))


@router.get(
    "", summary="All authorisations that were ever given 查看用印授权", responses=errors(DutyMissing, SealUnknown)
)
def read_all(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_OWN)],
    seal: SealName,
    before: Before = None,
    limit: Most = 100,
) -> list[AuthorisationView]:
    """Return a page of who may stamp with a seal and who might, newest first.

    The owner of the seal sees all of them; an organisation that holds one sees that, and what it gave on of it.
    """
    return [AuthorisationView.of(one) for one in instance.authorisations.list(actor, seal, before=before, limit=limit)]


@router.post(
    "/{authorisation}/delegations",
    summary="Let one of the organisation's own stamp within its authorisation 转授经办人",
    status_code=201,
    responses=errors(*GIVEN, AuthorisationUnknown, AuthorisationBeyond),
)
def delegate(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_OWN)],
    seal: SealName,
    authorisation: AuthorisationName,
    body: AuthorisationGrant,
    idempotency_key: IdempotencyKey,
) -> AuthorisationView:
    """Give a part of what an organisation is permitted to one of its own agents; that one gives nothing on."""
    command = DelegateStamping(within=authorisation, terms=body.command(seal, idempotency_key))
    return AuthorisationView.of(instance.authorisations.delegate(actor, command))


@router.post(
    "/{authorisation}/withdrawal",
    summary="Withdraw an authorisation 收回用印授权",
    responses=errors(DutyMissing, SealUnknown, AuthorisationUnknown, ReasonMissing, LostRace),
)
def withdraw_authorisation(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_OWN)],
    seal: SealName,
    authorisation: AuthorisationName,
    body: Reason,
) -> AuthorisationView:
    """Withdraw a permission: from this moment nothing is stamped under it. Once more changes nothing."""
    return AuthorisationView.of(instance.authorisations.withdraw(actor, seal, authorisation, reason=body.reason))

"""Persons, organisations, accounts, duties and business systems."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.identity import (
    AccountOpened,
    AccountOpening,
    ClientRegistration,
    ClientView,
    DutyGrant,
    OrganisationRegistration,
    PersonRegistration,
    SubjectView,
)
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor, Grant
from identity.errors import (
    AccountExists,
    AccountUnknown,
    CitizenNumberMalformed,
    ClientKeyMalformed,
    ClientUnknown,
    CreditCodeMalformed,
    DutiesExclude,
    DutyForNoOrganisation,
    DutyMissing,
    DutyNeedsOrganisation,
    DutyOfSystems,
    PersonNameMalformed,
    SubjectExists,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.service import RegisterOrganisation, RegisterPerson
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace
from trust.typefaces import CharacterNotCovered

__all__ = ["router"]

router = APIRouter(tags=["身份 identity"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
SubjectName = Annotated[Name, Path(description="Unified identifier", examples=["P7K2M9Q4R8T1W3X5Y6"])]


@router.post(
    "/v1/persons",
    summary="Register a natural person 登记自然人",
    status_code=201,
    responses=errors(DutyMissing, PersonNameMalformed, CitizenNumberMalformed, CharacterNotCovered, SubjectExists),
)
def register_person(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.PERSON_REGISTER)],
    body: PersonRegistration,
) -> SubjectView:
    """Register a person, who gets a unified identifier and has to be proven by another registrar."""
    command = RegisterPerson(name=body.name, citizen_number=body.citizen_number)
    return SubjectView.of(instance.base.identity.register_person(actor, command))


@router.post(
    "/v1/organisations",
    summary="Register an organisation 登记法人及其他组织",
    status_code=201,
    responses=errors(DutyMissing, CreditCodeMalformed, CharacterNotCovered, SubjectExists, SubjectUnknown),
)
def register_organisation(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.ORGANISATION_REGISTER)],
    body: OrganisationRegistration,
) -> SubjectView:
    """Register an organisation, which gets a unified identifier and has to be proven by another registrar."""
    command = RegisterOrganisation(
        name=body.name, credit_code=body.credit_code, legal_representative=body.legal_representative
    )
    return SubjectView.of(instance.base.identity.register_organisation(actor, command))


@router.get(
    "/v1/subjects/{subject}",
    summary="Look at a subject 查看主体",
    responses=errors(DutyMissing, SubjectUnknown),
)
def read_subject(
    instance: InstanceHere, _: Annotated[Actor, allow(Permission.SUBJECT_READ)], subject: SubjectName
) -> SubjectView:
    """Return a person or an organisation; a person's name and number are masked."""
    return SubjectView.of(instance.base.identity.find(subject))


@router.post(
    "/v1/subjects/{subject}/proofing",
    summary="Prove a subject at the counter 实名核验",
    responses=errors(DutyMissing, SubjectUnknown, EventNotPossible, FourEyesRequired, LostRace),
)
def prove(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SUBJECT_PROVE)], subject: SubjectName
) -> SubjectView:
    """Prove a subject: by another registrar than the one who registered it."""
    return SubjectView.of(instance.base.identity.prove(actor, subject))


@router.post(
    "/v1/subjects/{subject}/freezing",
    summary="Freeze a subject 冻结",
    responses=errors(DutyMissing, ReasonMissing, SubjectUnknown, EventNotPossible, LostRace),
)
def freeze(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SUBJECT_FREEZE)],
    subject: SubjectName,
    body: Reason,
) -> SubjectView:
    """Freeze a subject: its sessions, its seals and its clients stop at once."""
    return SubjectView.of(instance.base.identity.freeze(actor, subject, reason=body.reason))


@router.post(
    "/v1/subjects/{subject}/unfreezing",
    summary="Unfreeze a subject 解冻",
    responses=errors(DutyMissing, ReasonMissing, SubjectUnknown, EventNotPossible, FourEyesRequired, LostRace),
)
def unfreeze(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SUBJECT_FREEZE)],
    subject: SubjectName,
    body: Reason,
) -> SubjectView:
    """Lift a freezing: by another registrar than the one who froze."""
    return SubjectView.of(instance.base.identity.unfreeze(actor, subject, reason=body.reason))


@router.post(
    "/v1/accounts",
    summary="Open an account for a person 开通账号",
    status_code=201,
    responses=errors(DutyMissing, SubjectUnknown, SubjectNotActive, AccountExists, LostRace),
)
def open_account(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.ACCOUNT_OPEN)], body: AccountOpening
) -> AccountOpened:
    """Open an account; the activation code is shown once, for the person alone.

    Until the person has chosen a password, a repeated request gives a new code, and the earlier one ends.
    """
    return AccountOpened.of(instance.base.access.open_account(actor, body.person))


@router.post(
    "/v1/duties",
    summary="Give a person a duty 授予职责",
    status_code=204,
    responses=errors(
        DutyMissing,
        DutyNeedsOrganisation,
        DutyForNoOrganisation,
        DutyOfSystems,
        SubjectUnknown,
        SubjectNotActive,
        AccountUnknown,
        DutiesExclude,
        LostRace,
    ),
)
def grant_duty(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.DUTY_GRANT)], body: DutyGrant
) -> Response:
    """Give a person with an account a duty, for one organisation where it is held for one.

    Administrators hold no other duty (三员分立).
    """
    instance.base.access.appoint(actor, body.person, Grant(body.duty, body.organisation))
    return Response(status_code=204)


@router.post(
    "/v1/clients",
    summary="Register a business system 登记业务系统",
    status_code=201,
    responses=errors(
        DutyMissing,
        ClientKeyMalformed,
        SubjectUnknown,
        SubjectNotActive,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def register_client(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.CLIENT_REGISTER)],
    body: ClientRegistration,
    idempotency_key: IdempotencyKey,
) -> ClientView:
    """Register a business system with its public key; it can do nothing until it is approved."""
    client = instance.base.access.register_client(
        actor, name=body.name, organisation=body.organisation, public_jwk=body.public_jwk, request_key=idempotency_key
    )
    return ClientView.of(client)


@router.post(
    "/v1/clients/{client}/approval",
    summary="Approve a business system 批准业务系统",
    responses=errors(DutyMissing, ClientUnknown, EventNotPossible, FourEyesRequired, SubjectNotActive, LostRace),
)
def approve_client(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.CLIENT_APPROVE)],
    client: Annotated[Name, Path(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
) -> ClientView:
    """Approve a business system: by another person than the one who registered it."""
    return ClientView.of(instance.base.access.approve_client(actor, client))

"""Persons, organisations, accounts, duties and business systems."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import Reason, errors
from api.schemas.identity import (
    AccountOpened,
    AccountOpening,
    OrganisationRegistration,
    PersonRegistration,
    SubjectView,
)
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import (
    AccountExists,
    CitizenNumberMalformed,
    CreditCodeMalformed,
    DocumentMalformed,
    DutyMissing,
    PersonNameMalformed,
    SubjectExists,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.service import RegisterOrganisation, RegisterPerson
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
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
    responses=errors(
        DutyMissing,
        PersonNameMalformed,
        CitizenNumberMalformed,
        DocumentMalformed,
        CharacterNotCovered,
        SubjectExists,
    ),
)
def register_person(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.PERSON_REGISTER)],
    body: PersonRegistration,
) -> SubjectView:
    """Register a person, who gets a unified identifier and has to be proven by another registrar."""
    shown = None if body.document is None else body.document.shown
    command = RegisterPerson(name=body.name, citizen_number=body.citizen_number, shown=shown)
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

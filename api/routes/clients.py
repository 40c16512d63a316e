"""Business systems 业务系统: registering, approving, changing, suspending, retiring them; their keys and quotas."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from api.authn import allow, instance_of
from api.permissions import Permission
from api.quotas import ClientQuotas
from api.schemas.access import (
    ClientChange,
    ClientDetails,
    ClientKeyProposal,
    ClientList,
    ClientRegistration,
    KeyStatement,
    QuotasBody,
    UsageView,
)
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.proposals import ProposalView
from api.schemas.texts import Line, Name
from api.wiring import Instance
from identity.assertion import require_client_key
from identity.client_changes import AddClientKey, ChangeClient, RetireClient
from identity.duties import Actor
from identity.errors import (
    AssertionRefused,
    ClientKeyExists,
    ClientKeyLast,
    ClientKeyMalformed,
    ClientKeysTooMany,
    ClientKeyUnknown,
    ClientTextMalformed,
    ClientUnknown,
    DutyMissing,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.four_eyes.errors import ProposalOpen
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1/clients", tags=["业务系统 clients"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Registrar = Annotated[Actor, allow(Permission.CLIENT_REGISTER)]
System = Annotated[Actor, allow(Permission.CLIENT_OWN)]
ClientName = Annotated[Name, Path(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
KeyName = Annotated[
    Name, Path(description="Thumbprint of the key", examples=["NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"])
]
ONCE = (RequestKeyMalformed, RequestKeyReused, LostRace)
PROPOSING = (DutyMissing, ClientUnknown, EventNotPossible, ReasonMissing, ProposalOpen, *ONCE)
NEW_KEY = (ClientKeyMalformed, ClientKeyExists, ClientKeysTooMany)


@router.post(
    "",
    summary="Register a business system 登记业务系统",
    status_code=201,
    responses=errors(DutyMissing, ClientKeyMalformed, ClientTextMalformed, SubjectUnknown, SubjectNotActive, *ONCE),
)
def register_client(
    instance: InstanceHere, actor: Registrar, body: ClientRegistration, idempotency_key: IdempotencyKey
) -> ClientDetails:
    """Register a business system with its public key; it can do nothing until it is approved."""
    client = instance.base.clients.register_client(
        actor,
        name=body.name,
        organisation=body.organisation,
        public_jwk=body.public_jwk,
        request_key=idempotency_key,
        description=body.description,
        contact=body.contact,
    )
    return ClientDetails.of(client)


@router.get("", summary="Business systems 业务系统名册", responses=errors(DutyMissing))
def list_clients(
    *,
    instance: InstanceHere,
    _: Annotated[Actor, allow(Permission.CLIENT_READ)],
    organisation: Annotated[
        Line, Query(max_length=64, description="Only those of this organisation", examples=["O3F6H8J1L4N7Q2S5U9"])
    ] = "",
    text: Annotated[
        Line, Query(max_length=100, description="Part of the name or the identifier", examples=["综合业务"])
    ] = "",
    after: Annotated[Line, Query(max_length=64, description="`next` of the page before", examples=["client_01k"])] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> ClientList:
    """Return business systems in the order of their registration, with their keys and quotas."""
    found = instance.base.clients.list_clients(organisation=organisation, text=text.strip(), after=after, limit=limit)
    return ClientList(
        clients=[ClientDetails.of(one) for one in found], next=found[-1].id if len(found) == limit else None
    )


@router.get("/self", summary="What is on record of me 本系统登记信息", responses=errors(DutyMissing))
def read_own(instance: InstanceHere, actor: System) -> ClientDetails:
    """Return what is on record of the business system that asks: its keys, its quotas, its words."""
    return ClientDetails.of(instance.base.clients.find_client(actor.id))


@router.post(
    "/self/keys",
    summary="Bring my next key 本系统更换密钥",
    status_code=201,
    responses=errors(DutyMissing, AssertionRefused, *NEW_KEY, EventNotPossible, LostRace),
)
def rotate_own_key(instance: InstanceHere, actor: System, body: KeyStatement) -> ClientDetails:
    """Take a further key into use, which a key in use has signed. The old one goes on until it is retired."""
    return ClientDetails.of(instance.base.client_keys.rotate(actor, body.statement))


@router.delete(
    "/self/keys/{kid}",
    summary="Retire a key of mine 本系统停用密钥",
    responses=errors(DutyMissing, ClientKeyUnknown, ClientKeyLast, LostRace),
)
def retire_own_key(instance: InstanceHere, actor: System, kid: KeyName) -> ClientDetails:
    """Let one of the caller's own keys sign no assertion from now on; one has to stay."""
    return ClientDetails.of(instance.base.client_keys.retire(actor, actor.id, kid))


@router.get("/{client}", summary="Look at a business system 查看业务系统", responses=errors(DutyMissing, ClientUnknown))
def read_client(
    instance: InstanceHere, _: Annotated[Actor, allow(Permission.CLIENT_READ)], client: ClientName
) -> ClientDetails:
    """Return what is on record of a business system."""
    return ClientDetails.of(instance.base.clients.find_client(client))


@router.get(
    "/{client}/usage",
    summary="What is left of the quotas 配额使用情况",
    responses=errors(DutyMissing, ClientUnknown),
)
def read_usage(
    request: Request,
    instance: InstanceHere,
    _: Annotated[Actor, allow(Permission.CLIENT_READ)],
    client: ClientName,
) -> list[UsageView]:
    """Return each quota with what is left of it, as counted by the process that answers."""
    found = instance.base.clients.find_client(client)
    quotas: ClientQuotas = request.app.state.quotas
    return [UsageView.of(one) for one in quotas.standing(found.id, Permission.SEAL_STAMP)]


@router.post(
    "/{client}/approval",
    summary="Approve a business system 批准业务系统",
    responses=errors(DutyMissing, ClientUnknown, EventNotPossible, FourEyesRequired, SubjectNotActive, LostRace),
)
def approve_client(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.CLIENT_APPROVE)], client: ClientName
) -> ClientDetails:
    """Approve a business system: by another person than the one who registered it."""
    return ClientDetails.of(instance.base.clients.approve_client(actor, client))


@router.post(
    "/{client}/suspension",
    summary="Suspend a business system 停用业务系统",
    responses=errors(DutyMissing, ClientUnknown, EventNotPossible, ReasonMissing, LostRace),
)
def suspend_client(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.CLIENT_SUSPEND)],
    client: ClientName,
    body: Reason,
) -> ClientDetails:
    """Suspend a business system at once: it is stopped at its next request."""
    return ClientDetails.of(instance.base.clients.suspend_client(actor, client, reason=body.reason))


@router.post(
    "/{client}/resumption",
    summary="Let a business system go on 恢复业务系统",
    responses=errors(DutyMissing, ClientUnknown, EventNotPossible, FourEyesRequired, ReasonMissing, LostRace),
)
def resume_client(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.CLIENT_APPROVE)],
    client: ClientName,
    body: Reason,
) -> ClientDetails:
    """Let a suspended business system go on: by another person than the one who suspended it."""
    return ClientDetails.of(instance.base.clients.resume_client(actor, client, reason=body.reason))


@router.put(
    "/{client}/quotas",
    summary="Say how much a business system may ask 设定配额",
    responses=errors(DutyMissing, ClientUnknown, LostRace),
)
def limit_client(
    request: Request, instance: InstanceHere, actor: Registrar, client: ClientName, body: QuotasBody
) -> ClientDetails:
    """Give a business system quotas of its own; what is left out is as the settings say for all."""
    limited = instance.base.clients.limit_client(actor, client, body.quotas())
    quotas: ClientQuotas = request.app.state.quotas
    quotas.forget(client)
    return ClientDetails.of(limited)


@router.post(
    "/{client}/key-proposals",
    summary="Propose a further key 提请增加密钥",
    status_code=202,
    responses=errors(*PROPOSING, *NEW_KEY),
)
def propose_key(
    instance: InstanceHere,
    actor: Registrar,
    idempotency_key: IdempotencyKey,
    client: ClientName,
    body: ClientKeyProposal,
) -> ProposalView:
    """Propose a further key for a business system that can no longer bring one itself; another person agrees."""
    members = require_client_key(body.public_jwk)
    proposal = instance.four_eyes.propose(
        actor,
        kind=AddClientKey.kind,
        subject=client,
        content={"jwk": json.dumps(members, sort_keys=True)},
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ProposalView.of(instance.four_eyes, proposal)


@router.delete(
    "/{client}/keys/{kid}",
    summary="Retire a key of a business system 停用密钥",
    responses=errors(DutyMissing, ClientUnknown, ClientKeyUnknown, LostRace),
)
def retire_key(instance: InstanceHere, actor: Registrar, client: ClientName, kid: KeyName) -> ClientDetails:
    """Let a key sign no assertion from now on, even where it is the last: it stops harm."""
    return ClientDetails.of(instance.base.client_keys.retire(actor, client, kid))


@router.post(
    "/{client}/changes",
    summary="Propose other words for a business system 提请变更登记",
    status_code=202,
    responses=errors(*PROPOSING, ClientTextMalformed),
)
def propose_change(
    instance: InstanceHere, actor: Registrar, idempotency_key: IdempotencyKey, client: ClientName, body: ClientChange
) -> ProposalView:
    """Propose another name, description or contact; another person agrees."""
    proposal = instance.four_eyes.propose(
        actor,
        kind=ChangeClient.kind,
        subject=client,
        content={"name": body.name, "description": body.description, "contact": body.contact},
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ProposalView.of(instance.four_eyes, proposal)


@router.post(
    "/{client}/retirement",
    summary="Propose the end of a business system 提请注销业务系统",
    status_code=202,
    responses=errors(*PROPOSING),
)
def propose_retirement(
    instance: InstanceHere, actor: Registrar, idempotency_key: IdempotencyKey, client: ClientName, body: Reason
) -> ProposalView:
    """Propose that a business system ends for good; another person agrees."""
    proposal = instance.four_eyes.propose(
        actor,
        kind=RetireClient.kind,
        subject=client,
        content={},
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ProposalView.of(instance.four_eyes, proposal)

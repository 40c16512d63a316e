"""Registering business systems for sign-on 接入登记: proposed by one administrator, approved by another."""

import json
from collections.abc import Mapping

from typing_extensions import override

from identity.client_repository import ClientRepository
from identity.duties import Actor, Duty
from identity.errors import ClientUnknown
from identity.four_eyes.proposals import Handler, Proposal
from identity.four_eyes.service import FourEyes
from identity.levels import Level
from identity.openid.errors import MetadataMalformed, NotRegistered
from identity.openid.metadata import ClientMetadata
from identity.openid.repository import OpenIDRepository
from trust.events import AuditEvent, Fact, canonical
from trust.store import Reading, Store, Transaction

__all__ = ["KIND", "RegistrationHandler", "Registrations"]

KIND = "client:openid"


class RegistrationHandler(Handler):
    """How an approved registration comes into force."""

    kind = KIND
    proposers = frozenset({Duty.SYSTEM_ADMINISTRATOR})
    approvers = frozenset({Duty.SECURITY_ADMINISTRATOR})
    floor = Level.HIGH

    def __init__(self, clients: ClientRepository, repository: OpenIDRepository) -> None:
        self.clients = clients
        self.repository = repository

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Return if there is such a business system and the metadata are as they must be."""
        if self.clients.find(view, proposal.subject) is None:
            raise ClientUnknown
        for resource in registered_in(proposal.content).resources:
            if self.repository.owner_of(view, resource) not in {None, proposal.subject}:
                raise MetadataMalformed(field="resources", fault="belongs to another business system")

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Put the registration into force, in the place of the one before."""
        registered = registered_in(proposal.content)
        self.repository.put_metadata(tx, proposal.subject, registered, by=proposal.proposed_by, approver=by)
        facts: dict[str, Fact] = {"proposal": proposal.id, "proposed_by": proposal.proposed_by}
        tx.record(AuditEvent(tag="client:openid:done", actor=by, subject=proposal.subject, facts=facts))

    @override
    def before(self, view: Reading, proposal: Proposal) -> Mapping[str, Fact]:
        """Tell the registration in force."""
        found = self.repository.metadata(view, proposal.subject)
        return {} if found is None else {"registered": canonical(found.to_json()).decode()}


class Registrations:
    """The use cases of registrations."""

    def __init__(self, *, store: Store, repository: OpenIDRepository, four_eyes: FourEyes) -> None:
        self.store = store
        self.repository = repository
        self.four_eyes = four_eyes

    def propose(
        self, actor: Actor, client: str, registered: ClientMetadata, *, reason: str, request_key: str
    ) -> Proposal:
        """Propose how a business system takes part in sign-on. It is in force once another person has approved it."""
        content = {"registered": canonical(registered.to_json()).decode()}
        return self.four_eyes.propose(
            actor, kind=KIND, subject=client, content=content, reason=reason, request_key=request_key
        )

    def find(self, client: str) -> ClientMetadata:
        """Return what is in force for a business system. Raise `NotRegistered`."""
        with self.store.reading() as view:
            found = self.repository.metadata(view, client)
        if found is None:
            raise NotRegistered
        return found


def registered_in(content: Mapping[str, Fact]) -> ClientMetadata:
    """Return the metadata of a proposal. Raise `MetadataMalformed`."""
    try:
        return ClientMetadata.of_json(json.loads(str(content["registered"])))
    except (KeyError, ValueError, TypeError):
        raise MetadataMalformed(field="registered", fault="cannot be read") from None

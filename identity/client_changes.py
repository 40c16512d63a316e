"""Changes of business systems: new keys, other words, the end. Each is proposed by one and agreed to by another.

A system changes its key by itself as well: with a statement that a key in use has signed. Taking a key out of use needs
nobody else, as it stops harm.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from typing_extensions import override

from identity.assertion import require_client_key
from identity.business_systems import MAX_KEYS, Client, ClientKey, KeyState
from identity.client_repository import algorithm_of
from identity.clients import ClientService, require_texts
from identity.duties import Actor, Duty
from identity.errors import AssertionRefused, ClientKeyExists, ClientKeyLast, ClientKeysTooMany, ClientKeyUnknown
from identity.four_eyes.proposals import Handler, Proposal
from identity.jose import thumbprint
from identity.levels import Level
from identity.lifecycle import CLIENT_LIFECYCLE, ClientEvent
from trust.events import AuditEvent, Fact
from trust.store import Reading, Transaction

__all__ = ["AddClientKey", "ChangeClient", "ClientKeyService", "RetireClient"]


@dataclass(frozen=True)
class ClientKeyService:
    """The use cases of the keys of business systems."""

    clients: ClientService

    def require_addable(self, view: Reading, name: str, members: dict[str, str]) -> Client:
        """Return a business system that may get this key.

        Raise `ClientUnknown`, `EventNotPossible` for one that has retired, `ClientKeyExists`, `ClientKeysTooMany`.
        """
        client = self.clients.require_client(view, name)
        CLIENT_LIFECYCLE.after(client.state, ClientEvent.RETIRE)  # what has ended changes no more
        if any(one.kid == thumbprint(members) for one in client.keys):
            raise ClientKeyExists
        if len(client.active_keys) >= MAX_KEYS:
            raise ClientKeysTooMany(most=MAX_KEYS)
        return client

    def add(self, tx: Transaction, name: str, members: dict[str, str], *, by: str) -> None:
        """Give a business system a further key within a use case of somebody else."""
        client = self.require_addable(tx, name, members)
        key = ClientKey(
            kid=thumbprint(members),
            jwk=members,
            algorithm=algorithm_of(members),
            state=KeyState.ACTIVE,
            added_at=tx.now,
        )
        self.clients.repository.add_key(tx, client.id, key)
        facts: dict[str, Fact] = {"kid": key.kid}
        tx.record(AuditEvent(tag="client:add_key:done", actor=by, subject=client.id, facts=facts))

    def rotate(self, actor: Actor, statement: str) -> Client:
        """Let a business system bring its next key: an assertion that holds the key as its claim `jwk`.

        A key in use signs it. Raise `AssertionRefused`, `ClientKeyMalformed`, and what `require_addable` raises.
        """
        client, read = self.clients.examine(statement)
        brought = read.claims.get("jwk")
        if client.id != actor.id or not isinstance(brought, dict):
            raise AssertionRefused(fault="claims")
        members = require_client_key(brought)
        with self.clients.store.transaction() as tx:
            fresh = self.clients.is_fresh(tx, client, read)
            if fresh:
                self.add(tx, client.id, members, by=actor.id)
        if not fresh:
            raise AssertionRefused(fault="replay")
        return self.clients.find_client(client.id)

    def retire(self, actor: Actor, name: str, kid: str) -> Client:
        """Let a key sign no assertion from now on. A business system itself keeps one: it could not come back.

        Raise `ClientUnknown`, `ClientKeyUnknown`, `ClientKeyLast`.
        """
        with self.clients.store.transaction() as tx:
            client = self.clients.require_client(tx, name)
            active = {one.kid for one in client.active_keys}
            if kid not in active:
                raise ClientKeyUnknown
            if actor.id == client.id and active == {kid}:
                raise ClientKeyLast
            self.clients.repository.retire_key(tx, client.id, kid)
            facts: dict[str, Fact] = {"kid": kid}
            tx.record(AuditEvent(tag="client:retire_key:done", actor=actor.id, subject=client.id, facts=facts))
        return self.clients.find_client(name)


class OfClients(Handler):
    """What the kinds of proposal about business systems have in common: a security administrator agrees."""

    proposers = frozenset({Duty.SYSTEM_ADMINISTRATOR})
    approvers = frozenset({Duty.SECURITY_ADMINISTRATOR})
    floor = Level.HIGH

    def __init__(self, keys: ClientKeyService) -> None:
        self.keys = keys
        self.clients = keys.clients


class AddClientKey(OfClients):
    """A further key of a business system 增加密钥."""

    kind = "client:add_key"

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        self.keys.require_addable(view, proposal.subject, members_of(proposal))

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        self.keys.add(tx, proposal.subject, members_of(proposal), by=by)


class ChangeClient(OfClients):
    """Another name, description or contact of a business system 变更登记."""

    kind = "client:change"

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        client = self.clients.require_client(view, proposal.subject)
        CLIENT_LIFECYCLE.after(client.state, ClientEvent.RETIRE)
        require_texts(*texts_of(proposal))

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        name, description, contact = require_texts(*texts_of(proposal))
        client = self.clients.require_client(tx, proposal.subject)
        changed = replace(client, name=name, description=description, contact=contact)
        self.clients.repository.change(tx, changed)
        tx.record(AuditEvent(tag="client:change:done", actor=by, subject=client.id))

    @override
    def before(self, view: Reading, proposal: Proposal) -> Mapping[str, Fact]:
        """Tell the words of now."""
        client = self.clients.require_client(view, proposal.subject)
        return {"name": client.name, "description": client.description, "contact": client.contact}


class RetireClient(OfClients):
    """The end of a business system 注销: its tokens and keys are worth nothing any more."""

    kind = "client:retire"

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        client = self.clients.require_client(view, proposal.subject)
        CLIENT_LIFECYCLE.after(client.state, ClientEvent.RETIRE)

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        client = self.clients.require_client(tx, proposal.subject)
        # The proposal has shown that there are two; who took the step before the proposal is no matter here.
        state = CLIENT_LIFECYCLE.step(client.state, ClientEvent.RETIRE, actor=by, before=proposal.proposed_by)
        self.clients.repository.move(tx, client.id, state, actor=by)
        facts: dict[str, Fact] = {"reason": proposal.reason}
        tx.record(AuditEvent(tag="client:retire:done", actor=by, subject=client.id, facts=facts))


def members_of(proposal: Proposal) -> dict[str, str]:
    """Return the key that a proposal brings, or raise `ClientKeyMalformed`."""
    return require_client_key(json.loads(str(proposal.content["jwk"])))


def texts_of(proposal: Proposal) -> tuple[str, str, str]:
    """Return the words that a proposal brings."""
    content = proposal.content
    return str(content["name"]), str(content["description"]), str(content["contact"])

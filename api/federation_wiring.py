"""Wiring of trust transfer: who arrives, who leaves, who is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from api.federation.asking import Asking, ClientKey, origin_of
from api.federation.peer_login import PeerLogin
from api.federation.upper import UPPER, UpperLogin, configured_login
from api.foundation import Foundation
from api.openid_wiring import OpenID
from api.scim.carrier import AccountCarrier, Destination
from identity.duties import Actor
from identity.federation.arriving import Arriving
from identity.federation.peers import Agreement, AgreementEnd, Peers
from identity.federation.repository import FederationRepository, Peer
from identity.federation.telling import Telling
from identity.federation.tickets import Tickets
from identity.federation.vouching import Vouching
from identity.provisioning.following import Following, Target, topic_of
from identity.provisioning.repository import ProvisioningRepository
from identity.provisioning.service import Provisioning, Source
from identity.repository import Client
from trust.founding import ServiceKeys
from trust.outbox import Outbox
from trust.store import Reading, Transaction

__all__ = ["Federation", "Route"]


@dataclass(frozen=True, kw_only=True)
class Route:
    """A platform that is told of changes: what is to be told, and by whom."""

    following: Following
    carrier: AccountCarrier


@dataclass(frozen=True)
class Federation:
    """Everything that trust transfer is made of, built once."""

    base: Foundation
    service_keys: ServiceKeys
    openid: OpenID
    routes: dict[str, Route] = field(default_factory=dict)
    """Filled as platforms are agreed with."""

    logins: dict[str, PeerLogin] = field(default_factory=dict)
    """Likewise: whoever asks a platform again has a connection to it already."""

    @cached_property
    def repository(self) -> FederationRepository:
        """The tables of trust transfer."""
        return FederationRepository(self.base.protection)

    @cached_property
    def accounts(self) -> ProvisioningRepository:
        """The tables of synchronised accounts."""
        return ProvisioningRepository(self.base.protection)

    @cached_property
    def vouching(self) -> Vouching:
        """Who is found and registered by a platform's word."""
        return Vouching(self.base.identity)

    @cached_property
    def key(self) -> ClientKey:
        """By what this instance proves itself elsewhere."""
        return ClientKey(self.service_keys, self.base.clock)

    @cached_property
    def arriving(self) -> Arriving:
        """Who comes from elsewhere."""
        return Arriving(
            store=self.base.store, repository=self.repository, access=self.base.access, vouching=self.vouching
        )

    @cached_property
    def upper(self) -> UpperLogin | None:
        """The platform above, where persons may log in; None where the settings name none."""
        return configured_login(self.base.settings, self.service_keys, self.base.clock)

    @cached_property
    def peers(self) -> Peers:
        """What is agreed with platforms beside."""
        return Peers(store=self.base.store, repository=self.repository, clients=self.base.clients)

    @cached_property
    def handlers(self) -> tuple[Agreement, AgreementEnd]:
        """What takes two."""
        return Agreement(self.peers), AgreementEnd(self.peers)

    @cached_property
    def tickets(self) -> Tickets:
        """Who goes over to a platform beside."""
        return Tickets(
            store=self.base.store, repository=self.repository, identity=self.base.identity, giver=self.openid.granting
        )

    @cached_property
    def telling(self) -> Telling:
        """What peers are told."""
        return Telling(tickets=self.tickets, pseudonym=self.pseudonym)

    def pseudonym(self, view: Reading, client: str, person: str) -> str:
        """Return under which name a client knows a person: the same as at the OpenID Provider."""
        registered = self.openid.repository.metadata(view, client)
        sector = client if registered is None else registered.sector
        return self.openid.pseudonyms.person(person, sector=sector)

    def exchange(self, client: Client, form: Mapping[str, str], *, key: str = "") -> dict[str, Any]:
        """Return the answer to a request to exchange a ticket, by a client that has proven itself.

        The token is bound to `key`, if to any. Raise `DPoPProofRefused` where the client has none but such tokens.
        """
        self.openid.granting.require_bound(client.id, key)
        return self.tickets.exchange(client.id, form, key=key)

    def peer_login(self, client: str) -> PeerLogin:
        """Return how persons arrive from a peer with its ticket. Raise `PeerUnknown`."""
        peer, known = self.peers.find(client), self.logins.get(client)
        if known is None or known.peer != peer:
            known = self.logins[client] = PeerLogin(peer=peer, key=self.key, clock=self.base.clock)
        return known

    # --- accounts

    @cached_property
    def provisioning(self) -> Provisioning:
        """What platforms tell of accounts."""
        return Provisioning(store=self.base.store, repository=self.accounts, vouching=self.vouching)

    def source(self, client: str) -> Source:
        """Return a platform as a source of accounts. Raise `PeerUnknown`."""
        return Source(name=client, max_level=self.peers.find(client).max_level)

    def source_of(self, actor: Actor) -> Source:
        """Return the platform that asks as a source of accounts. Raise `PeerUnknown`."""
        return self.source(actor.id)

    def forget(self, tx: Transaction, person: str) -> int:
        """Forget all that ties a person to accounts elsewhere; return how many there were."""
        return self.repository.forget(tx, person) + self.accounts.forget(tx, person)

    def outbox(self, platform: str) -> Outbox:
        """Return the messages to a platform."""
        return Outbox(self.base.store, topic_of(platform))

    def told(self) -> tuple[Route, ...]:
        """Return every platform that is told of changes, as it is agreed now."""
        found = {} if self.upper is None or not self.base.settings.upper_accounts_url else {UPPER: self.upper_route}
        for peer in self.peers.all():
            if peer.accounts_address:
                found[peer.client] = self.peer_route(peer)
        return tuple(found.values())

    @cached_property
    def upper_route(self) -> Route:
        """How the platform above is told of everybody."""
        upper = self.upper
        assert upper is not None  # noqa: S101 - asked where there is one
        destination = Destination(
            name=UPPER,
            address=self.base.settings.upper_accounts_url,
            token_address=lambda: str(upper.published().metadata["token_endpoint"]),
            client=upper.client,
            documents=True,
        )
        return self.route(destination, Target(name=UPPER, concerns=lambda _view, _person: True))

    def peer_route(self, peer: Peer) -> Route:
        """Return how a peer is told of those whom it knows already."""
        known = self.routes.get(peer.client)
        if known is not None and known.carrier.destination.address == peer.accounts_address:
            return known

        def concerns(view: Reading, person: str) -> bool:
            if self.accounts.by_person(view, peer.client, person) is not None:
                return True
            return any(one.platform == peer.client for one in self.repository.links(view, person))

        destination = Destination(
            name=peer.client,
            address=peer.accounts_address,
            token_address=lambda: peer.token_address,
            client=peer.known_as,
            documents="document" in peer.claims,
        )
        made = self.routes[peer.client] = self.route(destination, Target(name=peer.client, concerns=concerns))
        return made

    def route(self, destination: Destination, target: Target) -> Route:
        """Return how a platform is told."""
        carrier = AccountCarrier(
            store=self.base.store,
            identity=self.base.identity,
            repository=self.accounts,
            destination=destination,
            key=self.key,
            asking=Asking(origin_of(destination.address), self.base.clock),
        )
        return Route(following=Following(self.base.store, self.accounts, target), carrier=carrier)

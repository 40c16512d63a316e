"""Tickets 票据: a person who is logged in here goes over to a platform beside, and need not log in there again.

    1.  The person asks for a ticket to one peer, for one purpose; the browser takes it there.
    2.  The peer's server brings it to the token endpoint and gets an access token (RFC 8693).
    3.  With that token it asks who the person is.

A ticket lives for a minute, is worth something once, to that peer alone, and only while the session lives from which it
came. One that is brought a second time was stolen by somebody: the token that was given for it ends.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

from identity import token_repository
from identity.binding import UNBOUND, Binding
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive
from identity.federation.errors import ExchangeMalformed, PeerUnknown, TicketRefused
from identity.federation.repository import FederationRepository, Peer, Ticket
from identity.levels import Level
from identity.lifecycle import SubjectUse
from identity.representing import organisations_of
from identity.service import IdentityService
from identity.tokens import SECRET_BYTES, IssuedToken, digest_of
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["ACCESS_TOKEN", "TICKET", "TOKEN_EXCHANGE", "IssuedTicket", "TicketOrder", "Tickets", "TokenGiver"]

TOKEN_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name (RFC 8693, 2.1)
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - likewise (RFC 8693, 3)
TICKET: Final = "urn:xinyin:params:oauth:token-type:ticket"
"""The type of a ticket as a subject token. A name of our own: no registered type is one that is spent."""

TICKET_LIFETIME: Final = timedelta(seconds=60)
TICKET_PREFIX: Final = "xt_"
LEAST_LEVEL: Final = Level.BASIC
MAX_PURPOSE: Final = 100

SCOPES: Final[Mapping[str, str]] = {"name": "profile", "document": "identity", "organisation": "organisation"}
"""What a peer may learn, as scopes of the token that it gets."""


class TokenGiver(Protocol):
    """Gives access tokens about persons, and takes them back."""

    def give(
        self,
        tx: Transaction,
        *,
        client: str,
        person: str,
        session: str,
        level: Level,
        scope: str,
        organisation: str | None,
        key: str = "",
    ) -> IssuedToken:
        """Give `client` an access token about `person`, which ends with the session; bound to `key`, if to any."""
        ...

    def take_back(self, tx: Transaction, digest: str) -> None:
        """End the token with a digest, if it has not ended."""
        ...

    def bearer(self, view: Reading, secret: str, shown: Binding = UNBOUND) -> object:
        """Return the token, if it may be used now: neither it nor its session has ended, and the person may act.

        Raise `AccessTokenRefused`.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class TicketOrder:
    """To whom a person wants to go over, for what, and for whom the person acts there."""

    peer: str
    purpose: str
    return_address: str = ""
    """Where to, among the addresses that were agreed; empty: the first of them."""

    organisation: str | None = None


@dataclass(frozen=True, kw_only=True)
class IssuedTicket:
    """A ticket that its bearer gets to see once. It shows itself without its secret."""

    token: IssuedToken
    return_address: str

    @property
    def address(self) -> str:
        """Where the browser takes the ticket."""
        mark = "&" if urlsplit(self.return_address).query else "?"
        return f"{self.return_address}{mark}{urlencode({'ticket': self.token.secret})}"


@dataclass(frozen=True)
class Tickets:
    """The use cases of tickets."""

    store: Store
    repository: FederationRepository
    identity: IdentityService
    giver: TokenGiver

    def issue(self, actor: Actor, order: TicketOrder) -> IssuedTicket:
        """Give a person a ticket to a peer. Raise `PeerUnknown`, `SubjectNotActive`, or `DutyMissing`."""
        secret = TICKET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        with self.store.transaction() as tx:
            peer = self.require_peer(tx, order.peer)
            address = order.return_address or peer.return_addresses[0]
            if address not in peer.return_addresses:
                raise PeerUnknown
            self.identity.require_person(tx, actor.id).require(SubjectUse.ACT)
            self.require_representation(tx, actor.id, order.organisation)
            ticket = Ticket(
                digest=digest_of(secret),
                id=new_id("ticket", at=tx.now),
                peer=peer.client,
                person=actor.id,
                session=actor.session,
                level=min(actor.level, peer.max_level),
                purpose=order.purpose,
                organisation=order.organisation,
                expires_at=tx.now + TICKET_LIFETIME,
            )
            self.repository.add_ticket(tx, ticket)
            facts: dict[str, Fact] = {"ticket": ticket.id, "peer": peer.client, "purpose": ticket.purpose}
            facts |= {"level": ticket.level.value, "organisation": ticket.organisation, "session": ticket.session}
            tx.record(AuditEvent(tag="ticket:issue:done", actor=actor.id, subject=actor.id, facts=facts))
        issued = IssuedToken(secret=secret, holder=actor.id, expires_at=ticket.expires_at, level=ticket.level)
        return IssuedTicket(token=issued, return_address=address)

    def exchange(self, client: str, form: Mapping[str, str], *, key: str = "") -> dict[str, Any]:
        """Return the answer to a request to exchange a ticket (RFC 8693, 2.1 and 2.2) by a client that proved itself.

        The token is bound to the `key` of which a proof came along (RFC 9449, 5).
        Raise `ExchangeMalformed`, `PeerUnknown`, or `TicketRefused`.
        """
        secret = require_exchange(form)
        with self.store.transaction() as tx:
            peer = self.require_peer(tx, client)
            ticket = self.repository.ticket(tx, digest_of(secret))
            fault = self.fault_of(tx, ticket, peer)
            if ticket is not None and not fault:
                issued = self.spend(tx, ticket, peer, key=key)
                lifetime = issued.expires_at - tx.now
                return {
                    "access_token": issued.secret,
                    "issued_token_type": ACCESS_TOKEN,
                    "token_type": "DPoP" if key else "Bearer",
                    "expires_in": round(lifetime.total_seconds()),
                    "scope": scope_of(ticket, peer),
                }
            self.burn(tx, ticket, client, fault)
        raise TicketRefused(fault=fault)

    def spend(self, tx: Transaction, ticket: Ticket, peer: Peer, *, key: str) -> IssuedToken:
        """Give a token for a ticket, which is worth nothing afterwards."""
        issued = self.giver.give(
            tx,
            client=peer.client,
            person=ticket.person,
            session=ticket.session,
            level=ticket.level,
            scope=scope_of(ticket, peer),
            organisation=ticket.organisation,
            key=key,
        )
        self.repository.spend_ticket(tx, ticket.digest, token_digest=digest_of(issued.secret))
        facts: dict[str, Fact] = {"ticket": ticket.id, "peer": peer.client, "purpose": ticket.purpose}
        tx.record(AuditEvent(tag="ticket:exchange:done", actor=peer.client, subject=ticket.person, facts=facts))
        return issued

    def burn(self, tx: Transaction, ticket: Ticket | None, client: str, fault: str) -> None:
        """Put a refusal on record. A ticket that the wrong one brings, or anybody twice, is worth nothing any more."""
        facts: dict[str, Fact] = {"fault": fault, "ticket": None if ticket is None else ticket.id}
        subject = client if ticket is None else ticket.person
        if ticket is not None and ticket.token_digest is not None:
            self.giver.take_back(tx, ticket.token_digest)
            facts["revoked"] = True
        elif ticket is not None and ticket.spent_at is None:
            self.repository.spend_ticket(tx, ticket.digest, token_digest=None)
        tx.record(AuditEvent(tag="ticket:exchange:refused", actor=client, subject=subject, facts=facts))

    def fault_of(self, tx: Transaction, ticket: Ticket | None, peer: Peer) -> str:
        """Return what is wrong with a ticket now, or nothing. Which of several it is, is told to the audit trail."""
        if ticket is None or ticket.peer != peer.client or ticket.spent_at is not None or ticket.expires_at <= tx.now:
            return "ticket"
        if token_repository.session(tx, ticket.session, person=ticket.person) is None:
            return "session"
        try:
            self.identity.require_person(tx, ticket.person).require(SubjectUse.ACT)
            self.require_representation(tx, ticket.person, ticket.organisation)
        except DutyMissing:
            return "organisation"
        except SubjectNotActive:
            return "person"
        return "" if ticket.level >= LEAST_LEVEL else "level"

    def require_peer(self, tx: Transaction, client: str) -> Peer:
        """Return what is agreed with a peer that may act now, or raise `PeerUnknown`."""
        peer = self.repository.peer(tx, client)
        kept = None if peer is None else self.identity.repository.client(tx, peer.client)
        if peer is None or kept is None or not self.identity.client_may_act(tx, kept):
            raise PeerUnknown
        return peer

    def require_representation(self, tx: Transaction, person: str, organisation: str | None) -> None:
        """Return if a person may act for an organisation now, else raise `DutyMissing`."""
        if organisation is None:
            return
        if all(one.organisation.id != organisation for one in organisations_of(self.identity, tx, person)):
            raise DutyMissing(duty="representation")


def scope_of(ticket: Ticket, peer: Peer) -> str:
    """Return the scope of the token for a ticket: what was agreed with the peer, and nothing of no organisation."""
    wanted = {scope for claim, scope in SCOPES.items() if claim in peer.claims}
    if ticket.organisation is None:
        wanted.discard("organisation")
    return " ".join(["openid", *sorted(wanted)])


def require_exchange(form: Mapping[str, str]) -> str:
    """Return the ticket of a request to exchange it, or raise `ExchangeMalformed` (RFC 8693, 2.1)."""
    if form.get("grant_type") != TOKEN_EXCHANGE:
        raise ExchangeMalformed(field="grant_type")
    if form.get("subject_token_type") != TICKET:
        raise ExchangeMalformed(field="subject_token_type")
    if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise ExchangeMalformed(field="requested_token_type")
    if "actor_token" in form or "actor_token_type" in form:  # who acts is the client itself
        raise ExchangeMalformed(field="actor_token")
    secret = form.get("subject_token", "")
    if not secret.startswith(TICKET_PREFIX):
        raise ExchangeMalformed(field="subject_token")
    return secret

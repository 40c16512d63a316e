"""Telling a peer whom a token is about: what was agreed with it, as true as at that moment, and each time on record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from identity.binding import UNBOUND, Binding
from identity.federation.repository import Peer, Ticket
from identity.federation.tickets import Tickets
from identity.openid.errors import AccessTokenRefused
from identity.tokens import digest_of
from trust.events import AuditEvent, Fact
from trust.store import Reading

__all__ = ["Telling"]


@dataclass(frozen=True)
class Telling:
    """Answers peers that have exchanged a ticket."""

    tickets: Tickets
    pseudonym: Callable[[Reading, str, str], str]
    """Under which name a client knows a person: another one for each."""

    def require(self, secret: str, shown: Binding) -> None:
        """Return if a token was given for a ticket, and to who holds a key. Raise `AccessTokenRefused`."""
        with self.tickets.store.reading() as view:
            self.ticket_of(view, secret, shown)

    def tell(self, secret: str, shown: Binding = UNBOUND) -> dict[str, Any]:
        """Return who a token is about that was given for a ticket. Raise `AccessTokenRefused`."""
        with self.tickets.store.transaction() as tx:
            ticket, peer = self.ticket_of(tx, secret, shown)
            told = self.claims(tx, ticket, peer)
            facts: dict[str, Fact] = {"ticket": ticket.id, "purpose": ticket.purpose, "claims": " ".join(sorted(told))}
            tx.record(AuditEvent(tag="ticket:tell:done", actor=peer.client, subject=ticket.person, facts=facts))
        return told

    def ticket_of(self, view: Reading, secret: str, shown: Binding) -> tuple[Ticket, Peer]:
        """Return the ticket that a token was given for, and to which peer. Raise `AccessTokenRefused`."""
        ticket = self.tickets.repository.ticket_of_token(view, digest_of(secret))
        peer = None if ticket is None else self.tickets.repository.peer(view, ticket.peer)
        if ticket is None or peer is None:
            raise AccessTokenRefused
        self.tickets.giver.bearer(view, secret, shown)
        return ticket, peer

    def claims(self, view: Reading, ticket: Ticket, peer: Peer) -> dict[str, Any]:
        """Return what was agreed with a peer."""
        identity = self.tickets.identity
        person = identity.require_person(view, ticket.person)
        told: dict[str, Any] = {
            "sub": self.pseudonym(view, peer.client, person.id),
            "acr": ticket.level.acr,
            "authlevel": ticket.level.value,
            "purpose": ticket.purpose,
        }
        if "name" in peer.claims:
            told["name"] = person.name.value
        if "document" in peer.claims and person.document is not None:
            told["document_type"] = person.document.kind.value
            told["document_number"] = person.document.number
        if "organisation" in peer.claims and ticket.organisation is not None:
            found = identity.require_organisation(view, ticket.organisation)
            told["organisation"] = {"id": found.id, "name": found.name, "credit_code": found.credit_code.value}
        return told

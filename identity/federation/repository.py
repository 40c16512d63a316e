"""Reads and writes the tables of trust transfer. Names of accounts elsewhere are enciphered, and found by a hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import col, select

from identity.federation.tables import ArrivalRow, LinkRow, PeerRow, TicketRow
from identity.levels import Level
from trust.protection import DataProtection
from trust.store import LostRace, Reading, Transaction

__all__ = ["Arrival", "FederationRepository", "How", "Link", "Peer", "Ticket"]

SUBJECT: str = "account elsewhere"
KEPT_AFTERWARDS: Final = timedelta(hours=1)
"""Tickets outlive their tokens, which tell by them whom they are about."""


class How(StrEnum):
    """By what a link came about."""

    REGISTERED = "registered"  # 由平台注册
    SAME_DOCUMENT = "same_document"  # 证件一致
    LOGGED_IN = "logged_in"  # 本人登录后关联


@dataclass(frozen=True, kw_only=True)
class Link:
    """An account at another platform that belongs to a person here 关联账号."""

    id: str
    platform: str
    subject: str = field(repr=False)
    person: str
    how: How
    level: Level
    """What the platform said last, in our levels."""

    linked_at: datetime
    used_at: datetime


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A login at another platform that is under way."""

    digest: str
    platform: str
    secrets: Mapping[str, str] = field(repr=False)
    """`state`, `nonce`, `verifier`, and `path`: where the person wanted to go."""

    person: str | None
    """Who wants to link an account, and is logged in here."""

    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Peer:
    """What was agreed with a platform beside 平级平台: it is a client, which may send persons here and be sent some."""

    client: str
    return_addresses: tuple[str, ...]
    """Where a browser may be sent with a ticket."""

    claims: frozenset[str]
    """What it may learn of a person: name, document, organisation."""

    max_level: Level
    """As far as its word counts here, and ours there."""

    known_as: str = ""
    """Under which name it knows us; empty where it sends nobody here."""

    token_address: str = ""
    """Where it exchanges its tickets."""

    user_address: str = ""
    """Where it tells who a token is about."""

    accounts_address: str = ""
    """Its SCIM service; empty where it is told of no changes."""

    approved_by: str
    approved_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket 票据 without its secret."""

    digest: str
    id: str
    peer: str
    person: str
    session: str
    level: Level
    purpose: str
    organisation: str | None
    expires_at: datetime
    spent_at: datetime | None = None
    token_digest: str | None = None
    """Of the token that was given for it."""


def utc(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC, where there is one."""
    return None if moment is None else moment.astimezone(UTC)


class FederationRepository:
    """The tables of trust transfer."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    # --- links

    def index(self, platform: str, subject: str) -> str:
        """Return by what an account at a platform is found."""
        return self.protection.index(f"{platform}\n{subject}", kind=SUBJECT)

    def add_link(self, tx: Transaction, link: Link) -> None:
        """Keep a new link."""
        tx.add(
            LinkRow(
                id=link.id,
                platform=link.platform,
                subject_index=self.index(link.platform, link.subject),
                protected=self.protection.protect(link.subject.encode(), context=f"account link {link.id}"),
                person=link.person,
                how=link.how,
                level=link.level,
                linked_at=link.linked_at,
                used_at=link.used_at,
            )
        )

    def link(self, view: Reading, *, platform: str, subject: str) -> Link | None:
        """Return the link of an account at a platform, if there is one."""
        index = self.index(platform, subject)
        asked = select(LinkRow).where(col(LinkRow.platform) == platform, col(LinkRow.subject_index) == index)
        row = view.first(asked)
        return None if row is None else self.to_link(row)

    def links(self, view: Reading, person: str) -> tuple[Link, ...]:
        """Return the links of a person, the oldest first."""
        asked = select(LinkRow).where(col(LinkRow.person) == person)
        return tuple(self.to_link(row) for row in view.exec(asked.order_by(col(LinkRow.id))))

    def use_link(self, tx: Transaction, link: Link, *, level: Level) -> None:
        """Note that a link was used, and what the platform said."""
        row = tx.get(LinkRow, link.id)
        if row is not None:
            row.used_at, row.level = tx.now, level

    def remove_link(self, tx: Transaction, name: str, *, person: str) -> bool:
        """Forget a link of a person, and tell whether there was one."""
        return tx.change(delete(LinkRow).where(col(LinkRow.id) == name, col(LinkRow.person) == person)) > 0

    def to_link(self, row: LinkRow) -> Link:
        """Return the value of a row."""
        subject = self.protection.reveal(row.protected, context=f"account link {row.id}").decode()
        return Link(
            id=row.id,
            platform=row.platform,
            subject=subject,
            person=row.person,
            how=How(row.how),
            level=Level(row.level),
            linked_at=row.linked_at.astimezone(UTC),
            used_at=row.used_at.astimezone(UTC),
        )

    def forget(self, tx: Transaction, person: str) -> int:
        """Forget every account elsewhere of a person, and whatever is under way; return how many links there were."""
        tx.change(delete(TicketRow).where(col(TicketRow.person) == person))
        tx.change(delete(ArrivalRow).where(col(ArrivalRow.person) == person))
        return tx.change(delete(LinkRow).where(col(LinkRow.person) == person))

    # --- logins under way

    def add_arrival(self, tx: Transaction, arrival: Arrival) -> None:
        """Keep a login that is under way. Those that nobody came back from are forgotten."""
        tx.change(delete(ArrivalRow).where(col(ArrivalRow.expires_at) < tx.now))
        plain = json.dumps(dict(arrival.secrets)).encode()
        tx.add(
            ArrivalRow(
                digest=arrival.digest,
                platform=arrival.platform,
                protected=self.protection.protect(plain, context=f"arrival {arrival.digest}"),
                person=arrival.person,
                expires_at=arrival.expires_at,
            )
        )

    def take_arrival(self, tx: Transaction, digest: str) -> Arrival | None:
        """Return a login that is under way, and forget it: it is answered once, rightly or wrongly.

        Raise `LostRace` where somebody else has brought it at the same moment.
        """
        row = tx.get(ArrivalRow, digest)
        if row is None:
            return None
        plain = self.protection.reveal(row.protected, context=f"arrival {digest}")
        expires_at = row.expires_at.astimezone(UTC)
        found = Arrival(
            digest=digest, platform=row.platform, secrets=json.loads(plain), person=row.person, expires_at=expires_at
        )
        if tx.change(delete(ArrivalRow).where(col(ArrivalRow.digest) == digest)) == 0:
            raise LostRace
        return found

    # --- peers

    def put_peer(self, tx: Transaction, peer: Peer) -> None:
        """Keep what was agreed with a peer, in place of what was agreed before."""
        row = tx.get(PeerRow, peer.client)
        values: dict[str, Any] = {
            "return_addresses": list(peer.return_addresses),
            "claims": sorted(peer.claims),
            "max_level": peer.max_level,
            "known_as": peer.known_as,
            "token_address": peer.token_address,
            "user_address": peer.user_address,
            "accounts_address": peer.accounts_address,
            "approved_by": peer.approved_by,
            "approved_at": peer.approved_at,
            "ended_at": peer.ended_at,
        }
        if row is None:
            tx.add(PeerRow(client=peer.client, **values))
            return
        for name, value in values.items():
            setattr(row, name, value)

    def peer(self, view: Reading, client: str) -> Peer | None:
        """Return what was agreed with a client as a peer, if anything was and still is."""
        row = view.get(PeerRow, client)
        return None if row is None or row.ended_at is not None else to_peer(row)

    def peers(self, view: Reading) -> tuple[Peer, ...]:
        """Return every peer with which something is agreed."""
        asked = select(PeerRow).where(col(PeerRow.ended_at).is_(None)).order_by(col(PeerRow.client))
        return tuple(to_peer(row) for row in view.exec(asked))

    # --- tickets

    def add_ticket(self, tx: Transaction, ticket: Ticket) -> None:
        """Keep a new ticket. Those that have expired are forgotten, once no token of theirs can live any more."""
        tx.change(delete(TicketRow).where(col(TicketRow.expires_at) < tx.now - KEPT_AFTERWARDS))
        tx.add(
            TicketRow(
                digest=ticket.digest,
                id=ticket.id,
                peer=ticket.peer,
                person=ticket.person,
                session=ticket.session,
                level=ticket.level,
                purpose=ticket.purpose,
                organisation=ticket.organisation,
                expires_at=ticket.expires_at,
            )
        )

    def ticket(self, view: Reading, digest: str) -> Ticket | None:
        """Return the ticket with a digest, if there is one."""
        row = view.get(TicketRow, digest)
        return None if row is None else to_ticket(row)

    def ticket_of_token(self, view: Reading, digest: str) -> Ticket | None:
        """Return the ticket for which a token was given, if it was given for one."""
        row = view.first(select(TicketRow).where(col(TicketRow.token_digest) == digest))
        return None if row is None else to_ticket(row)

    def spend_ticket(self, tx: Transaction, digest: str, *, token_digest: str | None) -> None:
        """Note that a ticket was brought, and what was given for it. Of two who bring it at once one loses the race."""
        row = tx.get(TicketRow, digest)
        if row is not None:
            row.spent_at, row.token_digest = tx.now, token_digest


def to_peer(row: PeerRow) -> Peer:
    """Return the value of a row."""
    return Peer(
        client=row.client,
        return_addresses=tuple(row.return_addresses),
        claims=frozenset(row.claims),
        max_level=Level(row.max_level),
        known_as=row.known_as,
        token_address=row.token_address,
        user_address=row.user_address,
        accounts_address=row.accounts_address,
        approved_by=row.approved_by,
        approved_at=row.approved_at.astimezone(UTC),
        ended_at=utc(row.ended_at),
    )


def to_ticket(row: TicketRow) -> Ticket:
    """Return the value of a row."""
    return Ticket(
        digest=row.digest,
        id=row.id,
        peer=row.peer,
        person=row.person,
        session=row.session,
        level=Level(row.level),
        purpose=row.purpose,
        organisation=row.organisation,
        expires_at=row.expires_at.astimezone(UTC),
        spent_at=utc(row.spent_at),
        token_digest=row.token_digest,
    )

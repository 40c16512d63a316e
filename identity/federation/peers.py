"""Peers 平级平台: platforms beside, agreed with by four eyes, each a client of this instance."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final

from typing_extensions import override

from identity.addresses import parts_of
from identity.clients import ClientService
from identity.duties import Duty, Grant
from identity.federation.errors import PeerMalformed, PeerUnknown
from identity.federation.repository import FederationRepository, Peer
from identity.four_eyes.proposals import Handler, Proposal
from identity.levels import Level
from trust.events import AuditEvent, Fact
from trust.store import Reading, Store, Transaction

__all__ = ["AGREE", "END", "Agreement", "AgreementEnd", "Peers", "agreed"]

AGREE: Final = "peer:agree"
END: Final = "peer:end"
"""Kinds of proposals."""

CLAIMS: Final = frozenset({"name", "document", "organisation"})
ADDRESS: Final = re.compile(r"https://[^\s/?#@]+(/[^\s?#]*)?")
LOOPBACK: Final = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?(/[^\s?#]*)?")
MOST_ADDRESSES: Final = 10
MAX_ADDRESS: Final = 500
NAME: Final = re.compile(r"[!-~]{0,100}")
ADDRESSES: Final = ("token_address", "user_address", "accounts_address")
TEXTS: Final = ("return_addresses", "claims", "known_as", *ADDRESSES)


def agreed(client: str, content: Mapping[str, Fact], *, by: str, at: datetime) -> Peer:
    """Return what a proposal would agree with a client. Lists are separated by spaces. Raise `PeerMalformed`."""
    for name, value in content.items():
        if name != "max_level" and (name not in TEXTS or not isinstance(value, str)):
            raise PeerMalformed(field=name)
    told = {name: str(content.get(name, "")) for name in TEXTS}
    level = content.get("max_level")
    if isinstance(level, bool) or not isinstance(level, int) or level not in {1, 2, 3}:
        raise PeerMalformed(field="max_level")
    return_addresses = tuple(told["return_addresses"].split())
    if not 0 < len(return_addresses) <= MOST_ADDRESSES or not all(map(is_address, return_addresses)):
        raise PeerMalformed(field="return_addresses")
    claims = frozenset(told["claims"].split())
    if not claims <= CLAIMS:
        raise PeerMalformed(field="claims")
    require_whole(told)
    return Peer(
        client=client,
        return_addresses=return_addresses,
        claims=claims,
        max_level=Level(level),
        known_as=told["known_as"],
        token_address=told["token_address"],
        user_address=told["user_address"],
        accounts_address=told["accounts_address"],
        approved_by=by,
        approved_at=at,
    )


def require_whole(told: Mapping[str, str]) -> None:
    """Return if we can ask a peer at the addresses that it names, else raise `PeerMalformed`.

    Whoever sends persons here is asked at both addresses, by the name that we have there; so is who is told of changes.
    """
    for name in ADDRESSES:
        if told[name] and not is_address(told[name]):
            raise PeerMalformed(field=name)
    if not NAME.fullmatch(told["known_as"]) or bool(told["known_as"]) is not bool(told["token_address"]):
        raise PeerMalformed(field="known_as")
    if not told["token_address"] and (told["user_address"] or told["accounts_address"]):
        raise PeerMalformed(field="token_address")


def is_address(text: str) -> bool:
    """Tell whether something may be asked at, or a browser sent to, an address: with TLS, or on this machine."""
    is_one = len(text) <= MAX_ADDRESS and bool(ADDRESS.fullmatch(text) or LOOPBACK.fullmatch(text))
    return is_one and bool(parts_of(text).hostname)


@dataclass(frozen=True)
class Peers:
    """What is agreed with platforms beside."""

    store: Store
    repository: FederationRepository
    clients: ClientService

    def all(self) -> tuple[Peer, ...]:
        """Return every peer."""
        with self.store.reading() as view:
            return self.repository.peers(view)

    def find(self, client: str) -> Peer:
        """Return a peer, or raise `PeerUnknown`."""
        with self.store.reading() as view:
            return self.require(view, client)

    def require(self, view: Reading, client: str) -> Peer:
        """Return a peer, or raise `PeerUnknown`."""
        found = self.repository.peer(view, client)
        if found is None:
            raise PeerUnknown
        return found

    def agree(self, tx: Transaction, peer: Peer) -> None:
        """Keep what two have agreed to, and give the client the duty of a platform. Raise `ClientUnknown`."""
        self.clients.require_client(tx, peer.client)
        self.repository.put_peer(tx, peer)
        self.clients.appointing.add_grant(tx, peer.client, Grant(Duty.PLATFORM), by=peer.approved_by)
        facts: dict[str, Fact] = {"max_level": peer.max_level.value, "claims": " ".join(sorted(peer.claims))}
        tx.record(AuditEvent(tag="peer:agree:done", actor=peer.approved_by, subject=peer.client, facts=facts))

    def end(self, tx: Transaction, client: str, *, by: str) -> None:
        """End what was agreed. Raise `PeerUnknown`."""
        self.repository.put_peer(tx, replace(self.require(tx, client), ended_at=tx.now))
        tx.record(AuditEvent(tag="peer:end:done", actor=by, subject=client))


@dataclass(frozen=True)
class Agreement(Handler):
    """What it takes to agree with a peer, or to agree on something else."""

    peers: Peers
    kind: ClassVar[str] = AGREE  # type: ignore[misc] # the same for every instance
    proposers: ClassVar[frozenset[Duty]] = frozenset({Duty.SYSTEM_ADMINISTRATOR})  # type: ignore[misc]
    approvers: ClassVar[frozenset[Duty]] = frozenset({Duty.SECURITY_ADMINISTRATOR})  # type: ignore[misc]
    floor: ClassVar[Level] = Level.HIGH  # type: ignore[misc]

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Raise `ClientUnknown`, or `PeerMalformed`."""
        self.peers.clients.require_client(view, proposal.subject)
        agreed(proposal.subject, proposal.content, by=proposal.proposed_by, at=view.now)

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Agree."""
        self.peers.agree(tx, agreed(proposal.subject, proposal.content, by=by, at=tx.now))

    @override
    def before(self, view: Reading, proposal: Proposal) -> Mapping[str, Fact]:
        """Tell what is agreed now, where anything is."""
        found = self.peers.repository.peer(view, proposal.subject)
        if found is None or found.ended_at is not None:
            return {}
        return {
            "return_addresses": " ".join(found.return_addresses),
            "claims": " ".join(sorted(found.claims)),
            "max_level": found.max_level.value,
            "known_as": found.known_as,
            **{name: getattr(found, name) for name in ADDRESSES},
        }


@dataclass(frozen=True)
class AgreementEnd(Handler):
    """What it takes to end what was agreed with a peer."""

    peers: Peers
    kind: ClassVar[str] = END  # type: ignore[misc] # as above
    proposers: ClassVar[frozenset[Duty]] = frozenset({Duty.SYSTEM_ADMINISTRATOR})  # type: ignore[misc]
    approvers: ClassVar[frozenset[Duty]] = frozenset({Duty.SECURITY_ADMINISTRATOR})  # type: ignore[misc]
    floor: ClassVar[Level] = Level.HIGH  # type: ignore[misc]

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Raise `PeerUnknown`."""
        self.peers.require(view, proposal.subject)

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """End it."""
        self.peers.end(tx, proposal.subject, by=by)

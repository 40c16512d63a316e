"""Arriving from a peer with its ticket: the ticket is exchanged at the peer (RFC 8693), which then says who it is."""

from dataclasses import dataclass, field

import httpx2

from api.federation.asking import ASSERTION_TYPE, Asking, ClientKey, origin_of
from api.federation.upper import vouched_of
from identity.federation.errors import ArrivalRefused, PeerUnknown
from identity.federation.repository import Peer
from identity.federation.tickets import ACCESS_TOKEN, TICKET, TOKEN_EXCHANGE
from identity.federation.vouching import LevelTable, Vouched
from identity.levels import Level
from trust.clock import Clock

__all__ = ["PeerLogin"]

MAX_TICKET = 2048


@dataclass(frozen=True)
class PeerLogin:
    """Lets persons in who come from one peer."""

    peer: Peer
    key: ClientKey
    clock: Clock
    asking: Asking = field(init=False)

    def __post_init__(self) -> None:
        if not self.peer.user_address:
            raise PeerUnknown  # it sends nobody here
        object.__setattr__(self, "asking", Asking(origin_of(self.peer.token_address), self.clock))

    @property
    def levels(self) -> LevelTable:
        """Return the peer's levels, which are ours, as far as its word counts."""
        capped = {level: min(level, self.peer.max_level) for level in Level}
        names = {level.acr: ours for level, ours in capped.items()}
        return LevelTable({**names, **{str(level.value): ours for level, ours in capped.items()}})

    def redeem(self, ticket: str) -> Vouched:
        """Return whom the peer vouches for. Raise `ArrivalRefused`, `PlatformUnavailable`, or `SigningUnavailable`."""
        if not 0 < len(ticket) <= MAX_TICKET or not ticket.isascii() or not ticket.isprintable():
            raise ArrivalRefused(fault="ticket")
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": ticket,
            "subject_token_type": TICKET,
            "requested_token_type": ACCESS_TOKEN,
            "client_id": self.peer.known_as,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.key.assertion(self.peer.known_as, self.peer.token_address),
        }
        answer = self.asking.post(self.peer.token_address, form)
        token = answer.body.get("access_token")
        is_good = answer.status == httpx2.codes.OK and answer.body.get("issued_token_type") == ACCESS_TOKEN
        if not is_good or not isinstance(token, str):
            raise ArrivalRefused(fault="ticket")
        told = self.asking.get(self.peer.user_address, token=token)
        if told.status != httpx2.codes.OK:
            raise ArrivalRefused(fault="claims")
        return vouched_of(told.body, platform=self.peer.client, levels=self.levels)

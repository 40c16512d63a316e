"""Trust transfer on the wire 信任传递: logins elsewhere, links, tickets, peers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, SecretStr

from api.schemas.common import Request, View
from api.schemas.texts import Line, Prose
from api.telling import answered
from identity.federation.repository import How, Link, Peer
from identity.federation.tickets import IssuedTicket, TicketOrder
from trust.events import Fact
from trust.outbox_repository import Message, MessageState
from trust.reasons import MAX_REASON, MIN_REASON

__all__ = [
    "AccountMessageView",
    "KeySet",
    "LinkView",
    "PeerProposal",
    "PeerView",
    "PersonTold",
    "TicketRequest",
    "TicketView",
    "UpperAnswer",
    "UpperBegun",
]


class UpperBegun(View):
    """A login at the platform above that has begun, for an app that opens a browser."""

    address: str = Field(
        description="Where the browser goes", examples=["https://sso.province.example/authorize?request_uri=…"]
    )
    login: str = Field(description="To be kept, and sent with the answer", examples=["xu_7Rt…"])


class UpperAnswer(Request):
    """What the browser brought back."""

    login: SecretStr = Field(max_length=128, examples=["xu_7Rt…"])
    state: Line = Field(max_length=200, examples=["c3RhdGU…"])
    code: SecretStr = Field(min_length=1, max_length=2048, examples=["SplxlOBeZQQYbYS6WxSbIA"])
    iss: Line = Field(default="", max_length=500, examples=["https://sso.province.example"])


class LinkView(View):
    """An account at another platform that belongs to the person."""

    id: str = Field(examples=["link_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    platform: str = Field(description="`upper`, or the identifier of a peer", examples=["upper"])
    how: How
    level: int = Field(description="What the platform said last, in our levels", examples=[2])
    linked_at: datetime
    used_at: datetime

    @classmethod
    def of(cls, link: Link) -> "LinkView":
        """Return the view of a link: without the name that the account has there."""
        return cls(
            id=link.id,
            platform=link.platform,
            how=link.how,
            level=link.level,
            linked_at=link.linked_at,
            used_at=link.used_at,
        )


class TicketRequest(Request):
    """To which platform a person wants to go over."""

    peer: Line = Field(max_length=64, examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    purpose: Line = Field(min_length=1, max_length=100, examples=["跨市通办：企业开办"])
    return_address: Line = Field(
        default="",
        max_length=500,
        description="One of those that were agreed; empty: the first of them",
        examples=["https://city.example/sso"],
    )
    organisation: Line | None = Field(
        default=None, max_length=64, description="For whom the person acts there", examples=["O3F6H8J1L4N7Q2S5U9"]
    )

    def order(self) -> TicketOrder:
        """Return what is asked for."""
        return TicketOrder(
            peer=self.peer,
            purpose=self.purpose,
            return_address=self.return_address,
            organisation=self.organisation,
        )


class TicketView(View):
    """A ticket, shown once. It lives for a minute."""

    ticket: str = Field(examples=["xt_5Kd…"])
    address: str = Field(description="Where the browser takes it", examples=["https://city.example/sso?ticket=xt_5Kd…"])
    expires_at: datetime

    @classmethod
    def of(cls, issued: IssuedTicket) -> "TicketView":
        """Return the view of a ticket."""
        return cls(ticket=issued.token.secret, address=issued.address, expires_at=issued.token.expires_at)


class OrganisationTold(View):
    """For whom the person acts."""

    id: str
    name: str
    credit_code: str


class PersonTold(View):
    """Who a token is about that was given for a ticket: no more than was agreed with the peer."""

    sub: str = Field(
        description="Under which name this peer knows the person, and nobody else does", examples=["9b1f0c6e…"]
    )
    acr: str = Field(examples=["urn:xinyin:level:2"])
    authlevel: int = Field(description="The same level as a number", examples=[2])
    purpose: str
    name: str | None = None
    document_type: str | None = Field(default=None, examples=["resident_identity_card"])
    document_number: str | None = Field(default=None, repr=False)
    organisation: OrganisationTold | None = None


class PeerProposal(Request):
    """What is to be agreed with a platform beside; another administrator agrees to it."""

    return_addresses: list[Line] = Field(min_length=1, max_length=10, examples=[["https://city.example/sso"]])
    claims: list[Literal["name", "document", "organisation"]] = Field(examples=[["name", "document"]])
    max_level: int = Field(ge=1, le=3, description="As far as its word counts here, and ours there", examples=[2])
    known_as: Line = Field(default="", max_length=100, description="Under which name it knows us", examples=["city"])
    token_address: Line = Field(default="", max_length=500, examples=["https://city.example/oauth2/token"])
    user_address: Line = Field(default="", max_length=500, examples=["https://city.example/v1/peer/user"])
    accounts_address: Line = Field(default="", max_length=500, examples=["https://city.example/scim/v2"])
    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["与邻市互认，已签协议。"])

    @property
    def content(self) -> dict[str, Fact]:
        """What is proposed."""
        told: dict[str, Fact] = {
            "return_addresses": " ".join(self.return_addresses),
            "claims": " ".join(sorted(set(self.claims))),
            "max_level": self.max_level,
        }
        names = ("known_as", "token_address", "user_address", "accounts_address")
        return told | {name: getattr(self, name) for name in names}


class PeerView(View):
    """A platform beside, as it is agreed."""

    client: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    return_addresses: list[str]
    claims: list[str]
    max_level: int
    known_as: str
    token_address: str
    user_address: str
    accounts_address: str
    approved_by: str
    approved_at: datetime

    @classmethod
    def of(cls, peer: Peer) -> "PeerView":
        """Return the view of a peer."""
        return cls(
            client=peer.client,
            return_addresses=list(peer.return_addresses),
            claims=sorted(peer.claims),
            max_level=peer.max_level,
            known_as=peer.known_as,
            token_address=peer.token_address,
            user_address=peer.user_address,
            accounts_address=peer.accounts_address,
            approved_by=peer.approved_by,
            approved_at=peer.approved_at,
        )


class AccountMessageView(View):
    """A message about a person to another platform, and what came of it."""

    id: str = Field(examples=["msg_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    number: int = Field(description="Its place among all messages; `before` takes it", examples=[17])
    person: str = Field(examples=["P7K2M9Q4R8T1W3X5Y6"])
    state: MessageState
    created_at: datetime
    attempts: int = Field(examples=[3])
    due_at: datetime = Field(description="When it is tried next, while it waits")
    answer: str = Field(
        description="What the platform said last, what kept it from answering, or why it was set aside",
        examples=["HTTP status 409 uniqueness"],
    )
    answer_zh: str = Field(description="The same in words", examples=["对方答复 HTTP 409 uniqueness"])
    answer_en: str = Field(description="Likewise in English", examples=["it answers HTTP 409 uniqueness"])

    @classmethod
    def of(cls, message: Message) -> "AccountMessageView":
        """Return the view of a message."""
        chinese, english = answered(message.answer)
        return cls(
            id=message.id,
            number=message.number,
            person=message.subject,
            state=message.state,
            created_at=message.created_at,
            attempts=message.attempts,
            due_at=message.due_at,
            answer=message.answer,
            answer_zh=chinese,
            answer_en=english,
        )


class KeySet(View):
    """Public keys (RFC 7517, 5)."""

    keys: list[dict[str, Any]] = Field(examples=[[{"kty": "EC", "crv": "P-256", "x": "…", "y": "…", "kid": "…"}]])

"""Takes what persons are told to whoever reaches them by telephone or mail: a gateway of the operator's.

A notice goes there as a token that the key of sign-on has signed (JWT, RFC 7519; published at `/oauth2/jwks`), which
names the person by the unified identifier and brings the words; numbers and addresses are the gateway's affair. It is
delivered at least once, under the same `jti`, by a thread of its own. What is three days old is told to nobody.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx2
from typing_extensions import override

from api.pages.words import Language, say
from api.prompt_client import prompt_client
from api.rounds import PAUSE, Delivering
from identity.jose import JWSAlgorithm
from identity.notices.notices import TOPIC, NoticeKind
from identity.openid.keys import ProviderKeys
from trust.outbox import CarrierUnavailable, MessageRefused, Outbox, Receipt
from trust.outbox_repository import Message
from trust.store import Store

__all__ = ["NoticeCarrier", "NoticeMessenger"]

WITHIN: Final = 5.0
"""Seconds for one notice, however slowly the gateway answers."""

LIFETIME: Final = timedelta(days=3)
GOOD_FOR: Final = 300
"""Seconds in which the gateway takes a token."""

KIND: Final = "xinyin-notice+jwt"
TAKEN: Final = frozenset({httpx2.codes.OK, httpx2.codes.ACCEPTED, httpx2.codes.NO_CONTENT})
REFUSED: Final = frozenset({httpx2.codes.BAD_REQUEST, httpx2.codes.GONE, httpx2.codes.UNPROCESSABLE_CONTENT})
"""For good: the gateway has read the notice, and cannot reach this person."""


@dataclass(frozen=True, kw_only=True)
class NoticeCarrier:
    """Brings notices to the gateway. Safe to share between threads."""

    address: str
    issuer: str
    store: Store
    keys: ProviderKeys
    client: httpx2.Client = field(default_factory=lambda: prompt_client(WITHIN))

    def deliver(self, message: Message) -> Receipt:
        """Deliver a notice. Raise `CarrierUnavailable`, `SigningUnavailable`, or `MessageRefused`."""
        if self.store.clock.now() - message.created_at > LIFETIME:
            raise MessageRefused(answer="too late to matter")
        token = self.keys.signed(JWSAlgorithm.ES256, self.claims(message), kind=KIND)
        headers = {"Content-Type": "application/jwt"}
        try:
            # Of the answer nothing but its status is read: it may be as long as it likes.
            with self.client.stream("POST", self.address, content=token.encode(), headers=headers) as answer:
                status = answer.status_code
        except httpx2.HTTPError as error:
            raise CarrierUnavailable(fault=type(error).__name__) from None
        if status in TAKEN:
            return Receipt(answer=f"HTTP status {status}", proof=b"")
        if status in REFUSED:
            raise MessageRefused(answer=f"HTTP status {status}")
        raise CarrierUnavailable(fault=f"HTTP status {status}")

    def claims(self, message: Message) -> dict[str, Any]:
        """Return what the gateway is told."""
        now = int(self.store.clock.now().timestamp())
        kind = NoticeKind(message.payload["kind"])
        return {
            "iss": self.issuer,
            "aud": self.address,
            "sub": message.subject,
            "jti": message.id,
            "iat": now,
            "exp": now + GOOD_FOR,
            "kind": kind.value,
            "notice": message.payload["notice"],
            "told_at": int(message.created_at.timestamp()),
            "text_zh": say(Language.CHINESE, f"notice.{kind.value}"),
            "text_en": say(Language.ENGLISH, f"notice.{kind.value}"),
        }


class NoticeMessenger(Delivering):
    """Delivers notices until it is stopped; without a gateway there is nobody to, and persons read them."""

    def __init__(self, carrier: NoticeCarrier | None, *, pause: float = PAUSE) -> None:
        outbox = None if carrier is None else Outbox(carrier.store, TOPIC)
        super().__init__(outbox, carrier, name="person notices", pause=pause)
        self.client = None if carrier is None else carrier.client

    @override
    def stop(self) -> None:
        super().stop()
        if self.client is not None:
            self.client.close()

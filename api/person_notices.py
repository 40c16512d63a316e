"""Takes what persons are told to whoever reaches them by telephone or mail: a gateway of the operator's.

A notice goes there as a token that the key of sign-on has signed (JWT, RFC 7519; published at `/oauth2/jwks`), which
names the person by the unified identifier and brings the words; numbers and addresses are the gateway's affair. It is
delivered at least once, under the same `jti`, by a thread of its own. What is three days old is told to nobody.
"""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx2

from api.logs import logger
from api.pages.words import Language, say
from identity.jose import JWSAlgorithm
from identity.notices.notices import TOPIC, NoticeKind
from identity.openid.keys import ProviderKeys
from trust.outbox import CarrierUnavailable, MessageRefused, Outbox, Receipt
from trust.outbox_repository import Message
from trust.store import Store

__all__ = ["NoticeCarrier", "NoticeMessenger"]

PAUSE: Final = 5.0
"""Seconds between two looks into the outbox."""

TIMEOUT: Final = 5.0
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
    client: httpx2.Client = field(
        # Neither a proxy of the environment nor a redirection may lead anywhere else than the settings say.
        default_factory=lambda: httpx2.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)
    )

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


class NoticeMessenger:
    """A thread that delivers notices until it is stopped; without a gateway there is none, and persons read them."""

    def __init__(self, carrier: NoticeCarrier | None, *, pause: float = PAUSE) -> None:
        self.carrier = carrier
        self.pause = pause
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name="person notices", daemon=True)

    def start(self) -> None:
        """Begin, where there is a gateway."""
        if self.carrier is not None:
            self.thread.start()

    def stop(self) -> None:
        """Stop after the message that is on its way."""
        self.stopping.set()
        if self.thread.is_alive():
            self.thread.join()
        if self.carrier is not None:
            self.carrier.client.close()

    def run(self) -> None:
        """Make a round after each pause."""
        while not self.stopping.wait(self.pause):
            self.round()

    def round(self) -> int:
        """Deliver what is due, and return how many notices got an answer. What goes wrong is logged."""
        if self.carrier is None:
            return 0
        try:
            delivered = Outbox(self.carrier.store, TOPIC).deliver(self.carrier, until=self.stopping.is_set)
        except Exception:  # noqa: BLE001 - whatever goes wrong must not end the thread
            logger().warning("person notices failed", exc_info=True)
            return 0
        if delivered:
            logger().info("person notices delivered", count=delivered)
        return delivered

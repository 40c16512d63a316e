"""Tells business systems that a session is over (Back-Channel Logout 1.0, 2.5), in a thread of its own.

A session can end in many ways and for many reasons; whoever ends one does not know who took part in it. So this thread
looks for sessions that are over, puts a notice for each participant into the outbox, and delivers what is due.
"""

from dataclasses import dataclass, field
from typing import Final

import httpx2
from typing_extensions import override

from api.logs import logger
from api.openid_wiring import OpenID
from api.prompt_client import prompt_client
from api.rounds import PAUSE, Rounds
from identity.openid.ending import NOTICE_LIFETIME, TOPIC, Ending
from trust import outbox_repository
from trust.clock import Clock
from trust.outbox import CarrierUnavailable, MessageRefused, Outbox, Receipt
from trust.outbox_repository import Message

__all__ = ["LogoutCarrier", "LogoutCourier"]

WITHIN: Final = 5.0
"""Seconds for one business system: one that answers an octet now and then must not hold up the logouts of others."""

TAKEN: Final = frozenset({httpx2.codes.OK, httpx2.codes.NO_CONTENT})


@dataclass(frozen=True)
class LogoutCarrier:
    """Brings a logout token to a business system. Safe to share between threads."""

    ending: Ending
    clock: Clock
    client: httpx2.Client = field(default_factory=lambda: prompt_client(WITHIN))

    def deliver(self, message: Message) -> Receipt:
        """Deliver a notice. Raise `CarrierUnavailable`, `SigningUnavailable`, or `MessageRefused`."""
        found = self.ending.logout_token(message)
        if found is None:
            raise MessageRefused(answer="no longer registered for it")
        if self.clock.now() - message.created_at > NOTICE_LIFETIME:
            raise MessageRefused(answer="too late to matter")
        address, token = found
        try:
            # Of the answer nothing but its status is read: it may be as long as it likes.
            with self.client.stream("POST", address, data={"logout_token": token}) as answer:
                status = answer.status_code
        except httpx2.HTTPError as error:
            raise CarrierUnavailable(fault=type(error).__name__) from None
        if status in TAKEN:
            return Receipt(answer=f"HTTP status {status}", proof=b"")
        if status == httpx2.codes.BAD_REQUEST:
            raise MessageRefused(answer=f"HTTP status {status}")
        raise CarrierUnavailable(fault=f"HTTP status {status}")


class LogoutCourier(Rounds):
    """Tells of sessions that are over until it is stopped."""

    def __init__(self, openid: OpenID, *, pause: float = PAUSE) -> None:
        super().__init__(name="logout courier", pause=pause)
        self.openid = openid
        self.carrier = LogoutCarrier(openid.ending, openid.store.clock)

    @override
    def stop(self) -> None:
        super().stop()
        self.carrier.client.close()

    @override
    def round(self) -> int:
        """Look for sessions that are over, and deliver what is due; return how many notices got an answer.

        What goes wrong is logged, and has its next turn.
        """
        delivered = 0
        try:
            self.openid.ending.sweep()
            with self.openid.store.reading() as view:
                topics = outbox_repository.topics_due(view, beginning=f"{TOPIC}:")
            for topic in topics:
                delivered += Outbox(self.openid.store, topic).deliver(self.carrier, until=self.stopping.is_set)
        except Exception:  # noqa: BLE001 - whatever goes wrong must not end the thread
            logger().warning("logout notices failed", exc_info=True)
        if delivered:
            logger().info("logout notices delivered", count=delivered)
        return delivered

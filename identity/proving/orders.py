"""Orders 核验订单: questions to a provider of proofing, from the asking to the answer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from identity.proofing.errors import ProofingClosed
from identity.proofing.proofing import Method
from identity.proofing.provider import Claimed, Question
from trust.lifecycle import Lifecycle

__all__ = ["EXPIRED", "LIFECYCLE", "Order", "OrderEvent", "OrderState", "Purpose"]

EXPIRED: Final = "expired"
"""What is told of an order that was not finished in time, and never stored."""


class OrderState(StrEnum):
    """Where an order stands."""

    ASKED = "asked"  # 已提出
    OPEN = "open"  # 待本人完成
    DONE = "done"  # 通过
    REFUSED = "refused"  # 不一致
    FAILED = "failed"  # 核验服务无应答


class OrderEvent(StrEnum):
    """What happens to an order."""

    OPEN = "open"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    FAIL = "fail"


LIFECYCLE = Lifecycle(
    initial=OrderState.ASKED,
    moves={
        (OrderState.ASKED, OrderEvent.OPEN): OrderState.OPEN,
        (OrderState.ASKED, OrderEvent.CONFIRM): OrderState.DONE,
        (OrderState.ASKED, OrderEvent.REFUSE): OrderState.REFUSED,
        (OrderState.ASKED, OrderEvent.FAIL): OrderState.FAILED,
        (OrderState.OPEN, OrderEvent.CONFIRM): OrderState.DONE,
        (OrderState.OPEN, OrderEvent.REFUSE): OrderState.REFUSED,
    },
    alone=frozenset(OrderEvent),
)


class Purpose(StrEnum):
    """What an order is for: an answer to one is none to the other."""

    PROOFING = "proofing"
    RECOVERY = "recovery"


@dataclass(frozen=True, kw_only=True)
class Order:
    """A question to a provider. Who is asked about, and where they go on, is not shown."""

    id: str
    applicant: str
    origin: str = ""
    """Where somebody asked who is not logged in, as a keyed hash; empty: in a session."""

    purpose: Purpose
    method: Method
    provider: str
    nonce: str = field(repr=False)
    transaction: str = ""
    state: OrderState = LIFECYCLE.initial
    begun_at: datetime
    expires_at: datetime
    claimed: Claimed
    address: str = field(default="", repr=False)

    @property
    def question(self) -> Question:
        """The order as it is put to the provider."""
        return Question(
            reference=self.id, nonce=self.nonce, method=self.method, claimed=self.claimed, asked_at=self.begun_at
        )

    def state_at(self, now: datetime) -> str:
        """Return what is told of the state: of an unfinished one, the clock says whether it is over."""
        is_unfinished = bool(LIFECYCLE.events(self.state))
        return EXPIRED if is_unfinished and self.expires_at <= now else self.state.value

    def require_open(self, now: datetime) -> None:
        """Return if the provider's answer may be asked for, else raise `ProofingClosed`."""
        told = self.state_at(now)
        if told != OrderState.OPEN.value:
            raise ProofingClosed(state=told)

"""A carrier in memory: does what the test has planned, and knows a repetition as a receiver does."""

from collections import deque
from collections.abc import Callable

from trust.outbox import CarrierUnavailable, MessageRefused, Receipt
from trust.outbox_repository import Message

__all__ = ["SILENT", "PlannedCarrier"]

SILENT = CarrierUnavailable(fault="silent")


class PlannedCarrier:
    """Takes every message, but where something else is planned for its next call."""

    def __init__(self, *plans: BaseException | Callable[[Message], None] | None) -> None:
        self.plans = deque(plans)
        self.asked: list[str] = []
        """Every attempt, by the message's name."""

        self.taken: list[Message] = []
        """What arrived, each once, in its order."""

    def deliver(self, message: Message) -> Receipt:
        """Deliver a message, unless something else is planned."""
        self.asked.append(message.id)
        plan = self.plans.popleft() if self.plans else None
        if isinstance(plan, MessageRefused | CarrierUnavailable | BaseException):
            raise plan
        if plan is not None:
            plan(message)
        if message.id not in {one.id for one in self.taken}:
            self.taken.append(message)
        return Receipt(answer="taken", proof=f"receipt of {message.id}".encode())

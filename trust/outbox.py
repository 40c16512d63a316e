"""The outbox: what others are told is written with the change that it tells of, and delivered afterwards.

A message is delivered at least once, and the messages of one subject in their order. A process claims messages before
it sends them, so that two do not send the same; a claim ends by itself, and what a process that died had claimed is
sent again, under the same name. An unanswered message is tried again after a pause that grows; a receiver that does
not answer is not asked for the next one meanwhile. What the receiver refuses for good stays visible until a person
lets it be tried again, or sets it aside with a reason. Later messages of its subject do not wait for it: a seal that
was lost must be told of, whatever became of an earlier notice.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar, Final, Protocol

from trust import outbox_repository as repository
from trust.errors import Conflict, NotFound, Unavailable
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.outbox_repository import Message, MessageState, Waiting
from trust.reasons import require_reason
from trust.repository import next_number
from trust.store import Store, Transaction

__all__ = [
    "Carrier",
    "CarrierUnavailable",
    "MessageOvertaken",
    "MessageRefused",
    "MessageSettled",
    "MessageUnknown",
    "Outbox",
    "Receipt",
    "forget",
    "put",
]

BATCH: Final = 50
"""Messages that are claimed at a time."""

CLAIM: Final = timedelta(minutes=10)
"""How long a claim holds: what sending a batch takes at most, and as much again."""

LAST_START: Final = timedelta(minutes=2)
"""A message is not begun so shortly before its claim ends."""

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST_DOUBLINGS: Final = 7
"""Thirty seconds double this often until they exceed an hour."""

PARTS: Final = 1 << 16


class CarrierUnavailable(Unavailable):
    """The receiver does not answer, or what answers does not prove to be the receiver; `fault` says how."""

    code = "outbox.carrier_unavailable"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class MessageRefused(Conflict):
    """The receiver has read the message, and refuses it for good; `answer` is what it says."""

    code = "outbox.refused"
    detail_names: ClassVar[tuple[str, ...]] = ("answer",)


class MessageUnknown(NotFound):
    """There is no message by that name."""

    code = "outbox.unknown"


class MessageSettled(Conflict):
    """The message was delivered or set aside, or is being sent: nothing is to be decided about it now."""

    code = "outbox.settled"
    detail_names: ClassVar[tuple[str, ...]] = ("state",)


class MessageOvertaken(Conflict):
    """A later message of the same subject was delivered: this one would tell the receiver something past."""

    code = "outbox.overtaken"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The receiver's word that it has a message."""

    answer: str
    """In words, for people."""

    proof: bytes
    """What it signed, as it came."""


class Carrier(Protocol):
    """Takes a message to its receiver. Trusted for: a receipt that the receiver itself gave for this message.

    Safe to share between threads. It holds no transaction, and ends in a time that is far below `CLAIM`.
    """

    def deliver(self, message: Message) -> Receipt:
        """Deliver a message; the same one again gets a receipt again, and nothing happens twice.

        Raise `CarrierUnavailable` or another `Unavailable` where it is to be tried again, `MessageRefused` where the
        receiver will never take it.
        """
        ...


def put(tx: Transaction, topic: str, *, subject: str, payload: Mapping[str, Any]) -> Message:
    """Put a message into the outbox, with the change that it tells of."""
    message = Message(
        id=new_id("msg", at=tx.now),
        number=next_number(tx, "outbox"),
        topic=topic,
        subject=subject,
        payload=payload,
        created_at=tx.now,
        state=MessageState.WAITING,
        due_at=tx.now,
    )
    repository.add_message(tx, message)
    facts: dict[str, Fact] = {"message": message.id, "topic": topic}
    tx.record(AuditEvent(tag="outbox:put:done", actor="system", subject=subject, facts=facts))
    return message


def forget(store: Store, beginning: str, *, waits: timedelta, kept: timedelta) -> int:
    """Forget messages that matter for a while alone, of topics that begin so; return how many that were.

    Those that nobody has taken for so long as one `waits`, and those that were settled and `kept` for so long. That
    there were such messages, and what became of them, stays in the audit trail.
    """
    with store.reading() as view:
        if not repository.has_old(view, beginning, waits=waits, kept=kept):
            return 0
    with store.transaction() as tx:
        count = repository.forget(tx, beginning, waits=waits, kept=kept)
        facts: dict[str, Fact] = {"messages": count}
        tx.record(AuditEvent(tag="outbox:forget:done", actor="system", subject=beginning, facts=facts))
        return count


def pause_after(attempts: int) -> timedelta:
    """Return the pause after so many attempts: doubled each time, up to an hour, of which up to half is left to chance.

    Chance keeps instances that lost the same receiver at the same time from asking again at the same time.
    """
    whole = min(FIRST_PAUSE * (1 << min(attempts - 1, MOST_DOUBLINGS)), LONGEST_PAUSE)
    return whole * (PARTS + secrets.randbelow(PARTS)) / (2 * PARTS)


class Outbox:
    """The messages of one topic, on their way to one receiver."""

    def __init__(self, store: Store, topic: str) -> None:
        self.store = store
        self.topic = topic

    # --- sending

    def deliver(self, carrier: Carrier, *, until: Callable[[], bool] = lambda: False) -> int:
        """Deliver what is due, and return how many messages got an answer.

        The receiver's silence ends it, and so does `until`, asked before each message. What was claimed and not begun
        is given back.
        """
        answered = 0
        while claimed := self.claim():
            for place, message in enumerate(claimed):
                if until() or not self.is_ours(message):
                    self.give_back(claimed[place:])
                    return answered
                if not self.send(message, carrier):
                    return answered
                answered += 1
        return answered

    def claim(self) -> tuple[Message, ...]:
        """Claim what is due, on record before anything is sent."""
        with self.store.reading() as view:
            if not repository.due(view, self.topic, limit=1):
                return ()
        claim = secrets.token_hex(8)
        with self.store.transaction() as tx:
            claimed = tuple(
                replace(message, claim=claim, claimed_until=tx.now + CLAIM)
                for message in repository.due(tx, self.topic, limit=BATCH)
            )
            for message in claimed:
                repository.put_message(tx, message)
            if claimed:
                facts: dict[str, Fact] = {"messages": len(claimed), "first": claimed[0].id, "claim": claim}
                tx.record(AuditEvent(tag="outbox:claim:done", actor="system", subject=self.topic, facts=facts))
        return claimed

    def give_back(self, messages: tuple[Message, ...]) -> None:
        """Let others send what was claimed and not begun, unless another process has taken it over meanwhile."""
        with self.store.transaction() as tx:
            claim = messages[0].claim
            facts: dict[str, Fact] = {"messages": repository.release(tx, claim=claim), "claim": claim}
            tx.record(AuditEvent(tag="outbox:release:done", actor="system", subject=self.topic, facts=facts))

    def is_ours(self, message: Message) -> bool:
        """Tell whether a claim still holds for as long as sending takes."""
        return message.claimed_until is not None and self.store.clock.now() < message.claimed_until - LAST_START

    def send(self, message: Message, carrier: Carrier) -> bool:
        """Send one message with no transaction open, and note what came of it; tell whether the receiver answered."""
        try:
            receipt = carrier.deliver(message)
        except MessageRefused as refusal:
            self.settle(message, MessageState.REFUSED, answer=str(refusal.details["answer"]))
            return True
        except Unavailable as error:
            self.postpone(message, fault=str(error))
            return False
        except Exception as error:  # our own mistake: this one waits, and whoever keeps house learns of it
            self.postpone(message, fault=type(error).__name__)
            raise
        self.settle(message, MessageState.DELIVERED, answer=receipt.answer, proof=receipt.proof)
        return True

    def settle(self, message: Message, state: MessageState, *, answer: str, proof: bytes | None = None) -> None:
        """Note what the receiver said, unless another process has taken the message over meanwhile."""
        with self.store.transaction() as tx:
            held = repository.message(tx, message.id)
            if held is None or held.claim != message.claim:
                return
            settled = replace(
                held,
                state=state,
                attempts=held.attempts + 1,
                claim=None,
                claimed_until=None,
                answer=answer,
                receipt=proof,
                settled_at=tx.now,
            )
            repository.put_message(tx, settled)
            facts: dict[str, Fact] = {"message": held.id, "topic": held.topic, "attempts": settled.attempts}
            tag = f"outbox:deliver:{'done' if state is MessageState.DELIVERED else 'refused'}"
            tx.record(AuditEvent(tag=tag, actor="system", subject=held.subject, facts=facts))

    def postpone(self, message: Message, *, fault: str) -> None:
        """Try a message again later, and nothing else of the topic before. What else this process claimed is free."""
        with self.store.transaction() as tx:
            held = repository.message(tx, message.id)
            if held is None or held.claim != message.claim:
                return
            attempts = held.attempts + 1
            due_at = tx.now + pause_after(attempts)
            free = replace(held, attempts=attempts, claim=None, claimed_until=None, answer=fault, due_at=due_at)
            repository.put_message(tx, free)
            tx.flush()
            repository.release(tx, claim=message.claim)
            repository.hold_back(tx, self.topic, until=due_at)
            facts: dict[str, Fact] = {"message": held.id, "topic": held.topic, "attempts": attempts, "fault": fault}
            tx.record(AuditEvent(tag="outbox:deliver:failed", actor="system", subject=held.subject, facts=facts))

    # --- what a person sees and decides

    def messages(
        self, *, state: MessageState | None = None, before: int | None = None, limit: int = 100
    ) -> tuple[Message, ...]:
        """Return messages, newest first: those before the number `before`."""
        with self.store.reading() as view:
            return repository.messages(view, self.topic, state=state, before=before, limit=limit)

    def find(self, name: str) -> Message:
        """Return a message of this topic, or raise `MessageUnknown`."""
        with self.store.reading() as view:
            return self.require(repository.message(view, name))

    def waiting(self) -> Waiting:
        """Return what has not been delivered."""
        with self.store.reading() as view:
            return repository.waiting(view, self.topic)

    def retry(self, name: str, *, actor: str, reason: str) -> Message:
        """Let a message be sent again at once: one that was refused or set aside, or one that waits for its next turn.

        Raise `MessageUnknown`, `MessageSettled`, or `MessageOvertaken` where it would tell of something past.
        """
        return self.decide(name, MessageState.WAITING, actor=actor, reason=reason)

    def set_aside(self, name: str, *, actor: str, reason: str) -> Message:
        """Give a message up, with a reason that stays with it. Raise `MessageUnknown` or `MessageSettled`."""
        return self.decide(name, MessageState.SET_ASIDE, actor=actor, reason=reason)

    def decide(self, name: str, state: MessageState, *, actor: str, reason: str) -> Message:
        """Write what a person decided about a message that was not delivered and is not on its way."""
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            held = self.require(repository.message(tx, name))
            is_on_its_way = held.claimed_until is not None and tx.now < held.claimed_until
            is_same = held.state is MessageState.SET_ASIDE and state is MessageState.SET_ASIDE
            if held.state is MessageState.DELIVERED or is_same or is_on_its_way:
                raise MessageSettled(state=held.state.value)
            event, changed = "set_aside", replace(held, state=state, answer=reason, settled_at=tx.now)
            if state is MessageState.WAITING:
                if repository.is_overtaken(tx, held):
                    raise MessageOvertaken
                event, changed = "retry", replace(held, state=state, due_at=tx.now, settled_at=None)
            changed = replace(changed, claim=None, claimed_until=None)
            repository.put_message(tx, changed)
            facts: dict[str, Fact] = {"message": held.id, "topic": held.topic, "reason": reason}
            tx.record(AuditEvent(tag=f"outbox:{event}:done", actor=actor, subject=held.subject, facts=facts))
            return changed

    def require(self, found: Message | None) -> Message:
        """Return a message of this topic, or raise `MessageUnknown`."""
        if found is None or found.topic != self.topic:
            raise MessageUnknown
        return found

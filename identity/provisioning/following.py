"""Telling others of changes 账号下行与上行: who has changed is read from the audit trail, where every change is.

A message names a person and nothing else: what is told is read when it is delivered, so that the newest counts and no
personal data waits in the outbox. What a platform itself has caused is not told to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from identity.provisioning.repository import ProvisioningRepository
from identity.subject import SubjectKind
from trust import repository as trail
from trust.events import AuditEvent, Fact, RecordedEvent
from trust.outbox import Outbox, put
from trust.store import Reading, Store

__all__ = ["Following", "Target", "topic_of"]

BATCH: Final = 1000
"""Events that are looked through at a time."""

FAR: Final = 2000
"""After so many events without anything to tell the place is put down, so that a restart need not read them again."""

CHANGES: Final = ("identity:",)
"""Tags of events by which a person is another one than before."""


def topic_of(platform: str) -> str:
    """Return the topic of messages to a platform."""
    return f"accounts {platform}"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A platform that is told of changes."""

    name: str
    concerns: Callable[[Reading, str], bool]
    """Tells whether the platform is to know of a person."""

    @property
    def topic(self) -> str:
        """The topic of its messages in the outbox."""
        return topic_of(self.name)


class Following:
    """Follows the audit trail for one target. One thread at a time; others lose the race and try again."""

    def __init__(self, store: Store, repository: ProvisioningRepository, target: Target) -> None:
        self.store = store
        self.repository = repository
        self.target = target
        self.seen = 0
        """How far this process has looked, with nothing to tell since what was put down."""

    @property
    def outbox(self) -> Outbox:
        """The messages to the target."""
        return Outbox(self.store, self.target.topic)

    def round(self) -> int:
        """Put what has changed into the outbox, and return how many messages that were."""
        count = 0
        while True:
            with self.store.reading() as view:
                start = max(self.seen, self.repository.followed(view, self.target.name))
                events = tuple(trail.events(view, after=start, limit=BATCH))
                persons = self.changed(view, events)
                put_down = self.repository.followed(view, self.target.name)
            if not events:
                return count
            last = events[-1].sequence
            if persons or last - put_down >= FAR:
                self.announce(persons, start=put_down, last=last)
                count += len(persons)
            self.seen = last
            if len(events) < BATCH:
                return count

    def changed(self, view: Reading, events: tuple[RecordedEvent, ...]) -> tuple[str, ...]:
        """Return the persons whom the target is to hear of, each once, in the order of their changes."""
        found: dict[str, None] = {}
        for one in events:
            event = one.event
            is_person = event.subject.startswith(SubjectKind.PERSON.value)
            if is_person and event.tag.startswith(CHANGES) and event.actor != self.target.name:
                found[event.subject] = None
        return tuple(one for one in found if self.target.concerns(view, one))

    def announce(self, persons: tuple[str, ...], *, start: int, last: int) -> None:
        """Put messages into the outbox, together with how far was looked; unless another process has done it."""
        with self.store.transaction() as tx:
            if self.repository.followed(tx, self.target.name) != start:
                return
            for one in persons:
                put(tx, self.target.topic, subject=one, payload={})
            self.repository.put_followed(tx, self.target.name, last)
            if not persons:
                facts: dict[str, Fact] = {"sequence": last}
                tx.record(
                    AuditEvent(tag="following:advance:done", actor="system", subject=self.target.name, facts=facts)
                )

"""Messages put into an outbox, and what the trail says of them."""

from typing import Final

from trust import audit, outbox, repository
from trust.outbox import Outbox
from trust.outbox_repository import MessageState

__all__ = ["TOPIC", "put", "state", "tags"]

TOPIC: Final = "seal status"


def put(box: Outbox, *subjects: str) -> list[str]:
    """Put a message of each subject into the outbox, and return their names."""
    names = []
    for subject in subjects:
        with box.store.transaction() as tx:
            names.append(outbox.put(tx, TOPIC, subject=subject, payload={"of": subject}).id)
    return names


def tags(box: Outbox) -> list[str]:
    """Return the tags of the audit trail, whose chain holds."""
    with box.store.reading() as view:
        assert audit.check(view, trusted=()).broken_at is None
        return [one.event.tag for one in repository.events(view)]


def state(box: Outbox, name: str) -> MessageState:
    """Return where a message stands."""
    return box.find(name).state

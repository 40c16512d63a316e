"""Files that were put forward for a step and that no step has used: after a while they are forgotten, octets and all.

1. What is due is marked, on record, unless a step takes it at that moment: of the two, one loses the race. From here
   on nobody finds it.
2. Its octets are removed from the blob store, with no transaction open.
3. The marked rows are deleted.

A process that dies in between leaves marked rows, which the next round ends. So no file outlives its row.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from trust.blobs import BlobId, BlobStore
from trust.events import AuditEvent, Fact
from trust.store import LostRace, Reading, Store, Transaction

__all__ = ["AT_ONCE", "UnusedFile", "UnusedFiles", "forget_unused"]

AT_ONCE: Final = 100
"""Files that one round forgets: of a backlog some wait for the next."""


@dataclass(frozen=True, kw_only=True)
class UnusedFile:
    """A file that no step has used."""

    id: str
    digest: str
    """SM3 of what was put forward, in hexadecimal digits."""

    blob: BlobId
    """Where it is kept: enciphered by itself, so that nothing else stands there."""


class UnusedFiles(Protocol):
    """The table in which files wait for their step."""

    forgets: str
    """The tag of the audit event of one that is marked."""

    removes: str
    """The tag of the audit event of one whose octets are gone."""

    def due(self, view: Reading, *, before: datetime, most: int) -> tuple[UnusedFile, ...]:
        """Return files that no step has used nor asked for since a moment, and that are not marked."""
        ...

    def mark(self, tx: Transaction, name: str, *, before: datetime) -> bool:
        """Mark a file as forgotten where it still is as `due` says, and tell whether it was.

        A step that read the row before and takes the file loses the race.
        """
        ...

    def marked(self, view: Reading, *, most: int) -> tuple[UnusedFile, ...]:
        """Return files that are marked."""
        ...

    def delete(self, tx: Transaction, name: str) -> bool:
        """Delete the row of a file that is marked, and tell whether it was there."""
        ...


def forget_unused(store: Store, blobs: BlobStore, files: UnusedFiles, *, unused_for: timedelta) -> int:
    """Forget what no step has used for so long, `AT_ONCE` at most; return how many files are gone.

    Raise `BlobStoreUnavailable`: then the rest has its turn in the next round.
    """
    with store.reading() as view:
        before = view.now - unused_for
        due, gone = files.due(view, before=before, most=AT_ONCE), 0
    for one in due:
        with suppress(LostRace), store.transaction() as tx:
            if not files.mark(tx, one.id, before=before):
                raise LostRace
            facts: dict[str, Fact] = {"digest": one.digest}
            tx.record(AuditEvent(tag=files.forgets, actor="system", subject=one.id, facts=facts))
    with store.reading() as view:
        marked = files.marked(view, most=AT_ONCE)
    for one in marked:
        blobs.remove(one.blob)
        with suppress(LostRace), store.transaction() as tx:
            if not files.delete(tx, one.id):
                raise LostRace
            tx.record(AuditEvent(tag=files.removes, actor="system", subject=one.id))
            gone += 1
    return gone

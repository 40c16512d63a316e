"""Rows for the tests of the repositories of seals: an owner, seals that were applied for, changes with their event."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from identity.subject import Organisation
from seal import repository
from seal.image.designs import SealDesign
from seal.kinds import SealKind
from seal.lifecycle import SealState
from seal.repository import Seal
from tests.fakes.clock import NOW
from trust.blobs import BlobId
from trust.events import AuditEvent
from trust.store import Store, Transaction

__all__ = ["DAY", "EVENT", "RESULT", "keep", "seal_of", "write"]

EVENT: Final = AuditEvent(tag="test:seal:done", actor="actor", subject="subject")
DAY: Final = timedelta(days=1)
RESULT: Final = BlobId("ab" * 32)


def write(store: Store, *changes: Callable[[Transaction], object]) -> None:
    """Make changes in one transaction."""
    with store.transaction() as tx:
        for change in changes:
            change(tx)
        tx.record(EVENT)


def seal_of(owner: Organisation, name: str = "seal_1", kind: SealKind = SealKind.BUSINESS) -> Seal:
    """Return a seal that was applied for."""
    return Seal(
        id=name,
        state=SealState.APPLIED,
        last_actor="applicant",
        owner=owner.id,
        kind=kind,
        name="云州市市场监督管理局业务专用章",
        design=SealDesign(name="云州市市场监督管理局", row="业务专用章"),
        likeness="00ff",
        applied_at=NOW,
        entered_at=NOW,
    )


def keep(store: Store, *seals: Seal) -> None:
    """Put seals into the database."""
    write(store, *((lambda tx, one=one: repository.add_seal(tx, one)) for one in seals))

"""Each event that is looked at says whether it still holds: by its hash, by the one before, by the checkpoint after."""

from dataclasses import replace

import pytest
from sqlalchemy import Executable, Update, delete, update
from sqlmodel import col

from tests.builders import PKI, Party
from trust import repository
from trust.audit import make_checkpoint
from trust.audit_search import ExaminedEvent, Integrity, examine
from trust.events import AuditEvent, digest_of
from trust.profiles import AUDIT
from trust.store import Store
from trust.tables import AuditCheckpointRow, AuditEventRow

SEALED, CHAINED, BROKEN = Integrity.SEALED, Integrity.CHAINED, Integrity.BROKEN


@pytest.fixture
def auditor(sm2_pki: PKI) -> Party:
    """Make the key and the certificate for checkpoints."""
    return sm2_pki.issue(AUDIT)


@pytest.fixture
def trail(sqlite_store: Store, auditor: Party) -> Store:
    """Record three events, sign a checkpoint (which is the fourth), and record one more."""
    for number in (1, 2, 3, 5):
        if number == 5:
            make_checkpoint(sqlite_store, auditor.signer, auditor.certificate)
        with sqlite_store.transaction() as tx:
            tx.record(AuditEvent(tag="test:count:done", actor="甲", subject=f"{number}", facts={"number": number}))
    return sqlite_store


def looked_at(trail: Store, *trusted: Party) -> list[ExaminedEvent]:
    """Return every event as it is told."""
    with trail.reading() as view:
        found = tuple(repository.events(view))
        return list(examine(view, found, trusted=[one.certificate for one in trusted]))


def told(trail: Store, *trusted: Party) -> dict[int, Integrity]:
    """Return what is told of every event."""
    return {one.recorded.sequence: one.integrity for one in looked_at(trail, *trusted)}


def tamper(trail: Store, statement: Executable) -> None:
    """Change the database behind the store's back, as an administrator can."""
    with trail.writer.begin() as connection:
        connection.execute(statement)


def at(sequence: int) -> Update:
    """Return the change of one event, to be given values."""
    return update(AuditEventRow).where(col(AuditEventRow.sequence) == sequence)


def test_an_event_is_sealed_once_a_checkpoint_follows(trail: Store, auditor: Party) -> None:
    assert told(trail, auditor) == {1: SEALED, 2: SEALED, 3: SEALED, 4: CHAINED, 5: CHAINED}
    assert [one.checkpoint for one in looked_at(trail, auditor)] == [3, 3, 3, None, None]


@pytest.mark.parametrize(
    "change",
    [{"tag": "test:count:refused"}, {"actor": "乙"}, {"subject": "9"}, {"facts": {"number": 9}}, {"digest": bytes(32)}],
    ids=lambda one: next(iter(one)),
)
def test_an_event_that_was_changed_is_broken(trail: Store, auditor: Party, change: dict[str, object]) -> None:
    tamper(trail, at(5).values(**change))
    assert told(trail, auditor) == {1: SEALED, 2: SEALED, 3: SEALED, 4: CHAINED, 5: BROKEN}


def test_an_event_with_its_hash_made_anew_breaks_the_one_after(trail: Store, auditor: Party) -> None:
    with trail.reading() as view:
        first, second, *_ = repository.events(view)
    forged = replace(second.event, actor="乙")
    digest = digest_of(first.digest, 2, second.at, forged)
    tamper(trail, at(2).values(actor=forged.actor, digest=digest))
    assert told(trail, auditor) == {1: SEALED, 2: SEALED, 3: BROKEN, 4: CHAINED, 5: CHAINED}


def test_an_event_whose_predecessor_is_gone_is_broken(trail: Store, auditor: Party) -> None:
    tamper(trail, delete(AuditEventRow).where(col(AuditEventRow.sequence) == 4))
    assert told(trail, auditor) == {1: SEALED, 2: SEALED, 3: SEALED, 5: BROKEN}


@pytest.mark.parametrize("change", [{"digest": bytes(32)}, {"signature": b"none"}], ids=lambda one: next(iter(one)))
def test_what_a_false_checkpoint_covers_is_broken(trail: Store, auditor: Party, change: dict[str, bytes]) -> None:
    tamper(trail, update(AuditCheckpointRow).values(**change))
    assert told(trail, auditor) == {1: BROKEN, 2: BROKEN, 3: BROKEN, 4: CHAINED, 5: CHAINED}


def test_a_checkpoint_counts_by_a_trusted_key_alone(trail: Store, auditor: Party, sm2_pki: PKI) -> None:
    other = sm2_pki.issue(AUDIT)
    assert told(trail, other)[1] is BROKEN
    assert told(trail, other, auditor)[1] is SEALED
    assert told(trail)[1] is BROKEN

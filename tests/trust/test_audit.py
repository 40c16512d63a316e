"""The audit trail: whatever was changed, moved, taken out, cut off or forged is found."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement, Executable, delete, insert, update
from sqlmodel import col
from sqlmodel.sql.expression import SelectOfScalar
from typing_extensions import override

from tests.builders import PKI, Party
from tests.fakes.clock import NOW, SettableClock
from trust import repository
from trust.audit import AuditReport, check, make_checkpoint
from trust.events import AuditEvent, Checkpoint, digest_of
from trust.profiles import AUDIT, DOCUMENT_SIGNER
from trust.signing import SigningUnavailable
from trust.store import Reading, Selected, Store
from trust.tables import AuditCheckpointRow, AuditEventRow, AuditHeadRow


def record(store: Store, *numbers: int) -> None:
    """Record one event per number, each in a transaction of its own."""
    for number in numbers:
        with store.transaction() as tx:
            tx.record(AuditEvent(tag="test:count:done", actor="actor", subject=f"{number}", facts={"number": number}))


def checked(store: Store, *trusted: Party) -> AuditReport:
    """Check the trail with the certificates of those who may sign checkpoints."""
    with store.reading() as view:
        return check(view, trusted=[one.certificate for one in trusted])


def tamper(store: Store, *statements: Executable) -> None:
    """Change the database behind the store's back, as an administrator can."""
    with store.writer.begin() as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def auditor(sm2_pki: PKI) -> Party:
    """Make the key and the certificate for checkpoints."""
    return sm2_pki.issue(AUDIT)


def test_an_empty_trail_holds(store: Store) -> None:
    assert checked(store) == AuditReport(events=0, checkpoints=0)


def test_a_trail_holds(store: Store) -> None:
    record(store, 1, 2, 3)
    with store.transaction() as tx:
        for number in (4, 5):
            tx.record(
                AuditEvent(tag="test:count:done", actor="印", subject=f"{number}", facts={"text": "中", "no": None})
            )
    assert checked(store) == AuditReport(events=5, checkpoints=0)
    with store.reading() as view:
        found = list(repository.events(view))
        assert repository.audit_head(view) == (5, found[-1].digest)
    assert [one.sequence for one in found] == [1, 2, 3, 4, 5]
    previous = repository.GENESIS
    for one in found:
        assert one.digest == digest_of(previous, one.sequence, one.at, one.event)
        previous = one.digest
    assert found[0].at == NOW


def at(sequence: int) -> ColumnElement[bool]:
    """Return the condition that picks one event."""
    return col(AuditEventRow.sequence) == sequence


CHANGES: dict[str, tuple[Executable, ...]] = {
    "the tag": (update(AuditEventRow).where(at(2)).values(tag="test:count:refused"),),
    "the actor": (update(AuditEventRow).where(at(2)).values(actor="somebody else"),),
    "the subject": (update(AuditEventRow).where(at(2)).values(subject="9"),),
    "the facts": (update(AuditEventRow).where(at(2)).values(facts={"number": 9}),),
    "the moment": (update(AuditEventRow).where(at(2)).values(at=NOW + timedelta(seconds=1)),),
    "the hash": (update(AuditEventRow).where(at(2)).values(digest=bytes(32)),),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_event(store: Store, what: str) -> None:
    record(store, 1, 2, 3)
    tamper(store, *CHANGES[what])
    assert checked(store) == AuditReport(events=1, checkpoints=0, broken_at=2, reason="an event was changed")


def test_a_changed_event_with_its_hash_made_anew(store: Store) -> None:
    record(store, 1, 2, 3)
    with store.reading() as view:
        first, second, _ = repository.events(view)
    forged = replace(second.event, actor="somebody else")
    digest = digest_of(first.digest, 2, second.at, forged)
    tamper(store, update(AuditEventRow).where(at(2)).values(actor=forged.actor, digest=digest))
    assert checked(store).broken_at == 3


@pytest.mark.parametrize("gone", [1, 2])
def test_a_removed_event(store: Store, gone: int) -> None:
    record(store, 1, 2, 3)
    tamper(store, delete(AuditEventRow).where(at(gone)))
    expected = AuditReport(events=gone - 1, checkpoints=0, broken_at=gone, reason="an event is missing")
    assert checked(store) == expected


def test_a_removed_event_with_the_others_moved_up(store: Store) -> None:
    record(store, 1, 2, 3)
    tamper(
        store,
        delete(AuditEventRow).where(at(2)),
        update(AuditEventRow).where(at(3)).values(sequence=2),
    )
    assert checked(store).broken_at == 2


def test_two_events_that_changed_places(store: Store) -> None:
    record(store, 1, 2, 3)
    for old, new in ((1, 99), (2, 1), (99, 2)):
        tamper(store, update(AuditEventRow).where(at(old)).values(sequence=new))
    assert checked(store).broken_at == 1


def test_the_end_cut_off(store: Store) -> None:
    record(store, 1, 2, 3)
    tamper(store, delete(AuditEventRow).where(at(3)))
    assert checked(store) == AuditReport(events=2, checkpoints=0, broken_at=3, reason="the end was cut off")


def test_everything_cut_off(store: Store) -> None:
    record(store, 1, 2)
    tamper(store, delete(AuditEventRow))
    assert checked(store).broken_at == 1


def test_an_event_added_behind_the_head(store: Store) -> None:
    record(store, 1, 2)
    with store.reading() as view:
        *_, last = repository.events(view)
    event = AuditEvent(tag="a", actor="b", subject="c")
    row = {"sequence": 3, "at": NOW, "tag": "a", "actor": "b", "subject": "c", "facts": {}}
    tamper(store, insert(AuditEventRow).values(**row, digest=digest_of(last.digest, 3, NOW, event)))
    assert checked(store).broken_at is not None


def test_a_changed_head(store: Store) -> None:
    record(store, 1, 2)
    tamper(store, update(AuditHeadRow).values(digest=bytes(32)))
    assert checked(store).broken_at == 3


def test_long_trails_are_read_in_parts(sqlite_store: Store) -> None:
    part = repository.BATCH
    record(sqlite_store, *range(1, 2 * part + 2))
    assert checked(sqlite_store) == AuditReport(events=2 * part + 1, checkpoints=0)
    with sqlite_store.reading() as view:
        for after, limit, expected in (
            (0, 5, 5),
            (0, part + 5, part + 5),
            (2 * part, 5, 1),
            (2, part, part),
            (2 * part + 1, None, 0),
            (0, 0, 0),
            (1, None, 2 * part),
        ):
            found = [one.sequence for one in repository.events(view, after=after, limit=limit)]
            assert found == list(range(after + 1, after + 1 + expected))


class BusyReading(Reading):
    """A view during which somebody else records an event, after the first question."""

    def __init__(self, view: Reading, store: Store) -> None:
        super().__init__(view.connection, view.now)
        self.store: Store | None = store

    @override
    def exec(self, statement: "SelectOfScalar[Selected]") -> Sequence[Selected]:
        found = super().exec(statement)
        if self.store is not None:
            store, self.store = self.store, None
            with ThreadPoolExecutor(1) as pool:
                pool.submit(record, store, 99).result(timeout=20)
        return found


def test_a_trail_that_grows_during_the_check_holds(store: Store) -> None:
    record(store, 1, 2, 3)
    with store.reading() as view:
        assert check(BusyReading(view, store), trusted=()).broken_at is None


# --- checkpoints -----------------------------------------------------------------------------------------------------


def test_checkpoints_hold(store: Store, clock: SettableClock, auditor: Party) -> None:
    record(store, 1, 2)
    first = make_checkpoint(store, auditor.signer, auditor.certificate)
    assert (first.sequence, first.at) == (2, NOW)
    clock.advance(timedelta(days=1))
    record(store, 3)
    second = make_checkpoint(store, auditor.signer, auditor.certificate)
    assert second.sequence == 4  # the first checkpoint is an event as well
    with store.reading() as view:
        assert list(repository.checkpoints(view)) == [first, second]
    assert checked(store, auditor) == AuditReport(events=5, checkpoints=2)


def test_an_empty_trail_may_have_a_checkpoint(store: Store, auditor: Party) -> None:
    assert make_checkpoint(store, auditor.signer, auditor.certificate).sequence == 0
    assert checked(store, auditor) == AuditReport(events=1, checkpoints=1)


def test_a_key_that_does_not_answer_leaves_nothing(store: Store) -> None:
    own = PKI.found()
    own.custody.unavailable = True
    with pytest.raises(SigningUnavailable):
        make_checkpoint(store, own.signer.signer, own.signer.certificate)
    assert checked(store) == AuditReport(events=0, checkpoints=0)


UNTRUSTED = "a checkpoint was signed with a key that is not for checkpoints"

WRONG: dict[str, tuple[Callable[[Checkpoint], dict[str, object]], str]] = {
    "another hash": (lambda _: {"digest": bytes(32)}, "the trail is not the one that was signed"),
    "another place": (lambda _: {"sequence": 1}, "the trail is not the one that was signed"),
    "a place beyond the end": (lambda _: {"sequence": 99}, "the trail is not the one that was signed"),
    "another moment": (lambda one: {"at": one.at + timedelta(seconds=1)}, "a checkpoint's signature does not hold"),
    "another signature": (lambda one: {"signature": one.signature[:-1]}, "a checkpoint's signature does not hold"),
    "no signature": (lambda _: {"signature": b""}, "a checkpoint's signature does not hold"),
    "no certificate": (lambda _: {"certificate": b""}, UNTRUSTED),
    "no sense": (lambda _: {"certificate": b"garbage"}, UNTRUSTED),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_changed_checkpoint(store: Store, auditor: Party, what: str) -> None:
    record(store, 1, 2)
    made = make_checkpoint(store, auditor.signer, auditor.certificate)
    change, reason = WRONG[what]
    tamper(store, update(AuditCheckpointRow).values(**change(made)))
    report = checked(store, auditor)
    assert (report.checkpoints, report.reason) == (0, reason)
    assert report.broken_at is not None


def test_a_checkpoint_with_the_certificate_of_another_key(store: Store, auditor: Party, sm2_pki: PKI) -> None:
    record(store, 1)
    make_checkpoint(store, auditor.signer, auditor.certificate)
    tamper(store, update(AuditCheckpointRow).values(certificate=sm2_pki.signer.certificate.der))
    assert checked(store, auditor, sm2_pki.signer).reason == "a checkpoint's signature does not hold"
    assert checked(store, auditor).reason == UNTRUSTED


def rewrite(store: Store, forger: Party) -> None:
    """Write the whole trail anew with another actor, and sign it with a key and a certificate of one's own."""
    with store.reading() as view:
        events, checkpoints = list(repository.events(view)), list(repository.checkpoints(view))
    digests = {0: repository.GENESIS}
    for one in events:
        forged = replace(one.event, actor="somebody else")
        digest = digests[one.sequence] = digest_of(digests[one.sequence - 1], one.sequence, one.at, forged)
        tamper(store, update(AuditEventRow).where(at(one.sequence)).values(actor=forged.actor, digest=digest))
    tamper(store, update(AuditHeadRow).values(digest=digests[len(events)]))
    for made in checkpoints:
        anew = replace(made, digest=digests[made.sequence], certificate=forger.certificate.der)
        signature = forger.signer.sign(anew.signed)
        values = {"digest": anew.digest, "certificate": anew.certificate, "signature": signature}
        tamper(
            store, update(AuditCheckpointRow).where(col(AuditCheckpointRow.sequence) == made.sequence).values(**values)
        )


@pytest.mark.parametrize("whose", ["a key of one's own", "a key of this house for other things"])
def test_a_trail_written_anew_by_a_forger(store: Store, auditor: Party, sm2_pki: PKI, whose: str) -> None:
    # Whoever can write the database can compute every hash. What he lacks is the key for checkpoints.
    record(store, 1, 2)
    make_checkpoint(store, auditor.signer, auditor.certificate)
    forger = PKI.found().issue(AUDIT) if whose == "a key of one's own" else sm2_pki.issue(DOCUMENT_SIGNER)
    rewrite(store, forger)
    report = checked(store, auditor)
    assert (report.broken_at, report.reason) == (2, UNTRUSTED)

"""What the ground floor keeps: it comes out as it went in, and counters give no number twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.builders import FOUNDED, PKI, Party, grafted, revocation_list
from tests.fakes.clock import NOW
from trust import repository
from trust.events import AuditEvent, Checkpoint, Fact
from trust.profiles import DOCUMENT_SIGNER
from trust.repository import ServiceKey
from trust.revocation import Revocation
from trust.signing import KeyPurpose
from trust.store import LostRace, Store, Transaction

EVENT = AuditEvent(tag="test:change:done", actor="actor", subject="subject")


def keep(store: Store, pki: PKI, *parties: Party) -> None:
    """Keep the authorities of a PKI, and certificates that the issuing one issued."""
    with store.transaction() as tx:
        repository.add_authority(tx, "root", pki.root.certificate, key=pki.root.key, issuer=None)
        tx.flush()
        repository.add_authority(tx, "issuing", pki.issuing.certificate, key=pki.issuing.key, issuer="root")
        tx.flush()
        for party in parties:
            repository.add_certificate(tx, party.certificate, issuer="issuing", key=party.key)
        tx.record(EVENT)


def test_authorities(store: Store, pki: PKI) -> None:
    keep(store, pki)
    with store.reading() as view:
        issuing, root = repository.authorities(view)
        assert repository.authority(view, "root") == root
        assert repository.authority(view, "none") is None
    assert (root.name, root.certificate, root.issuer) == ("root", pki.root.certificate, None)
    assert (issuing.name, issuing.certificate, issuing.issuer) == ("issuing", pki.issuing.certificate, "root")
    assert issuing.key == pki.issuing.key
    assert issuing.key.purpose is KeyPurpose.CERTIFICATION


def test_service_keys(store: Store, pki: PKI) -> None:
    keep(store, pki)
    kept = [
        ServiceKey(role=role, key=party.key, certificate=party.certificate, issuer="issuing")
        for role, party in (("tsa", pki.time_stamper), ("documents", pki.signer))
    ]
    with store.transaction() as tx:
        for one in kept:
            repository.add_service_key(tx, one)
        tx.record(EVENT)
    with store.reading() as view:
        assert repository.service_keys(view) == (kept[1], kept[0])


def test_revocations(store: Store, sm2_pki: PKI) -> None:
    first, second = sm2_pki.issue(DOCUMENT_SIGNER), sm2_pki.issue(DOCUMENT_SIGNER)
    keep(store, sm2_pki, first, second)
    with store.reading() as view:
        assert repository.revocations(view, "issuing") == ()
    for at, reason in ((NOW, 1), (NOW + timedelta(days=1), 4)):  # the second time changes nothing
        with store.transaction() as tx:
            repository.revoke_certificate(tx, first.certificate, at=at, reason=reason)
            tx.record(EVENT)
    with store.reading() as view:
        expected = Revocation(serial=first.certificate.serial, at=NOW, reason=1)
        assert repository.revocations(view, "issuing") == (expected,)
        assert repository.revocations(view, "root") == ()


def test_a_serial_number_is_given_once(store: Store, sm2_pki: PKI) -> None:
    keep(store, sm2_pki, sm2_pki.signer)
    with pytest.raises(LostRace), store.transaction() as tx:
        keep_again(tx, sm2_pki)


def keep_again(tx: Transaction, sm2_pki: PKI) -> None:
    """Keep the signer's certificate once more."""
    repository.add_certificate(tx, sm2_pki.signer.certificate, issuer="issuing", key=sm2_pki.signer.key)
    tx.record(EVENT)


def test_revocation_lists(store: Store, sm2_pki: PKI) -> None:
    keep(store, sm2_pki)
    lists = {number: revocation_list(sm2_pki.issuing, number=number) for number in (1, 2, 3)}
    for number, expected in ((2, 2), (1, 2), (3, 3), (3, 3)):
        with store.transaction() as tx:
            repository.put_revocation_list(tx, "issuing", lists[number], number=number)
            tx.record(EVENT)
        with store.reading() as view:
            assert repository.revocation_list(view, "issuing") == lists[expected]
            assert repository.revocation_list(view, "root") is None


def test_an_older_list_never_replaces_a_newer_one(postgres_store: Store, sm2_pki: PKI) -> None:
    # SQLite lets writers in one after the other, so that only PostgreSQL can show this.
    keep(postgres_store, sm2_pki)
    lists = {number: revocation_list(sm2_pki.issuing, number=number) for number in (1, 2, 3)}

    def put(number: int) -> None:
        with postgres_store.transaction() as tx:
            repository.put_revocation_list(tx, "issuing", lists[number], number=number)
            if number == 2:  # the slower one: it has looked, and now it is overtaken
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(put, 3).result(timeout=20)
            tx.record(EVENT)

    put(1)
    with suppress(LostRace):  # as good: it will look again
        put(2)
    with postgres_store.reading() as view:
        assert repository.revocation_list(view, "issuing") == lists[3]


def test_a_list_without_an_end_is_kept(store: Store, sm2_pki: PKI) -> None:
    keep(store, sm2_pki)
    endless = revocation_list(sm2_pki.issuing, change=lambda tbs: grafted(tbs, 4, put=b""))
    with store.transaction() as tx:
        repository.put_revocation_list(tx, "issuing", endless, number=1)
        tx.record(EVENT)
    with store.reading() as view:
        assert repository.revocation_list(view, "issuing") == endless


# --- counters --------------------------------------------------------------------------------------------------------


def take(store: Store, name: str = "licence") -> int:
    """Take one number."""
    with store.transaction() as tx:
        number = repository.next_number(tx, name)
        tx.record(EVENT)
    return number


def test_numbers_begin_at_one_and_go_on(store: Store) -> None:
    assert [take(store) for _ in range(3)] == [1, 2, 3]
    assert take(store, "other") == 1


def test_one_transaction_may_take_several(store: Store) -> None:
    with store.transaction() as tx:
        assert [repository.next_number(tx, "licence") for _ in range(3)] == [1, 2, 3]
        tx.record(EVENT)
    assert take(store) == 4


class Broken(Exception):
    """Something went wrong."""


def test_a_failure_leaves_no_gap(store: Store) -> None:
    def fails(tx: Transaction) -> None:
        assert repository.next_number(tx, "licence") == 2
        raise Broken

    assert take(store) == 1
    with pytest.raises(Broken), store.transaction() as tx:
        fails(tx)
    assert take(store) == 2


def test_many_takers_get_every_number_once(store: Store) -> None:
    takers, each = 6, 8
    barrier = threading.Barrier(takers)

    def work(taker: int) -> list[int]:
        barrier.wait()
        taken = []
        for step in range(each):
            try:
                with store.transaction() as tx:
                    number = repository.next_number(tx, "licence")
                    if (taker + step) % 4 == 0:
                        raise Broken
                    tx.record(EVENT)
            except Broken:
                continue
            taken.append(number)
        return taken

    with ThreadPoolExecutor(takers) as pool:
        numbers = sorted(number for taken in pool.map(work, range(takers)) for number in taken)
    assert numbers == list(range(1, takers * each * 3 // 4 + 1))


# --- times and other values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=8))),
        datetime(2049, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=-8))),
    ],
)
def test_moments_come_back_in_utc(store: Store, sm2_pki: PKI, moment: datetime) -> None:
    keep(store, sm2_pki, sm2_pki.signer)
    with store.transaction() as tx:
        repository.revoke_certificate(tx, sm2_pki.signer.certificate, at=moment, reason=0)
        repository.add_checkpoint(tx, Checkpoint(sequence=1, at=moment, digest=b"d", signature=b"s", certificate=b"c"))
        tx.record(EVENT)
    with store.reading() as view:
        (revocation,) = repository.revocations(view, "issuing")
        (checkpoint,) = repository.checkpoints(view)
    for found in (revocation.at, checkpoint.at):
        assert found == moment
        assert found.utcoffset() == timedelta(0)


def test_checkpoints_come_in_their_order(store: Store) -> None:
    made = [Checkpoint(sequence=number, at=FOUNDED, digest=b"d", signature=b"s", certificate=b"c") for number in (3, 1)]
    for one in made:
        with store.transaction() as tx:
            repository.add_checkpoint(tx, one)
            tx.record(EVENT)
    with store.reading() as view:
        assert list(repository.checkpoints(view)) == [made[1], made[0]]


def test_facts_keep_their_types(store: Store) -> None:
    facts: dict[str, Fact] = {
        "text": "中\\\"'",
        "number": 2**40,
        "yes": True,
        "no": False,
        "nothing": None,
        "empty": "",
    }
    with store.transaction() as tx:
        tx.record(AuditEvent(tag="a", actor="b", subject="c", facts=facts))
    with store.reading() as view:
        (event,) = repository.events(view)
    assert dict(event.event.facts) == facts
    assert [type(value) for value in event.event.facts.values()] == [type(value) for value in facts.values()]

"""What the ground floor keeps: it comes out as it went in, and counters give no number twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.builders import FOUNDED, PKI
from tests.trust.authorities import EVENT, keep
from trust import pki_repository, repository
from trust.events import AuditEvent, Checkpoint, Fact
from trust.pki_repository import ListId
from trust.repository import ServiceKey
from trust.store import Store, Transaction


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
    with store.reading() as view:
        told = [repository.last_number(view, name) for name in ("licence", "other", "none")]
    assert told == [3, 1, 0]


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
        pki_repository.revoke_certificate(tx, sm2_pki.signer.certificate, at=moment, reason=0)
        repository.add_checkpoint(tx, Checkpoint(sequence=1, at=moment, digest=b"d", signature=b"s", certificate=b"c"))
        tx.record(EVENT)
    with store.reading() as view:
        (revocation,) = pki_repository.revocations(view, ListId("issuing"))
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

"""The tables of seals, on both databases: what goes in comes out, and what the database decides."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy.exc import DBAPIError

from identity.subject import Organisation, SubjectId
from seal import repository
from seal.grounds import Ground
from seal.kinds import SealKind
from seal.ledger import stamping_repository
from seal.lifecycle import SealEvent, SealState
from seal.repository import CertifiedKey, HistoryEntry
from tests.builders import PKI
from tests.fakes.clock import NOW, SettableClock
from tests.identity.builders import Office
from tests.seal.rows import DAY, keep, seal_of, write
from trust.errors import TrustError
from trust.profiles import DOCUMENT_SIGNER, SEAL_OWNER
from trust.signing import KeyPurpose
from trust.store import Store


@pytest.fixture
def owner(store: Store, clock: SettableClock) -> Organisation:
    """Register the organisation that owns the seals."""
    return Office(store, clock).organisation()


# --- seals


def test_what_was_applied_for_comes_back(store: Store, owner: Organisation) -> None:
    seal = seal_of(owner)
    keep(store, seal)
    with store.reading() as view:
        assert seal == repository.get(view, "seal_1")
        assert repository.get(view, "seal_2") is None


def test_everything_that_changes_in_a_life_is_kept(
    store: Store, owner: Organisation, sm2_pki: PKI, p256_pki: PKI
) -> None:
    keep(store, seal_of(owner))
    stamps, signs = sm2_pki.issue(SEAL_OWNER), p256_pki.issue(DOCUMENT_SIGNER)
    stamping_key = replace(stamps.key, purpose=KeyPurpose.SEAL_OWNER)
    document_key = replace(signs.key, purpose=KeyPurpose.DOCUMENT)
    begun = replace(
        seal_of(owner),
        code="33019900000001",
        owner_key=CertifiedKey(key=stamping_key),
        document_key=CertifiedKey(key=document_key),
    )
    made = replace(
        begun,
        state=SealState.ACTIVE,
        last_actor="owner",
        owner_key=CertifiedKey(key=stamping_key, certificate=stamps.certificate),
        document_key=CertifiedKey(key=document_key, certificate=signs.certificate),
        seal=b"SESeal",
        filing_number="BA3301992026000001",
        valid_until=NOW + DAY,
        lost_at=NOW,
        superseded_by="seal_2",
        ground=Ground.IMAGE_WORN,
        bearer=SubjectId("P1"),
        kind=SealKind.FINANCE,
        entered_at=NOW + DAY,
    )
    for changed in (begun, made, replace(made, lost_at=None, ground=None)):
        write(store, lambda tx, changed=changed: repository.put_seal(tx, changed))  # type: ignore[misc] # bound now
        with store.reading() as view:
            assert changed == repository.get(view, "seal_1")


def test_whose_a_seal_is_and_when_it_was_asked_for_never_change(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner))
    other = replace(seal_of(owner), owner=SubjectId("O1"), applied_at=NOW + DAY, supersedes="seal_9")
    write(store, lambda tx: repository.put_seal(tx, other))
    with store.reading() as view:
        assert seal_of(owner) == repository.get(view, "seal_1")


def test_a_seal_that_is_not_there_is_not_made_by_a_change(store: Store, owner: Organisation) -> None:
    write(store, lambda tx: repository.put_seal(tx, seal_of(owner)))
    with store.reading() as view:
        assert repository.find(view) == ()


def test_moments_come_back_in_utc(store: Store, owner: Organisation) -> None:
    china = timezone(timedelta(hours=8))
    keep(store, replace(seal_of(owner), valid_until=NOW.astimezone(china), lost_at=NOW.astimezone(china)))
    with store.reading() as view:
        found = repository.get(view, "seal_1")
    assert found is not None
    for moment in (found.valid_until, found.lost_at, found.applied_at):
        assert moment is not None
        assert (moment, moment.utcoffset()) == (NOW, timedelta(0))


def test_seals_are_found_by_owner_kind_and_code(store: Store, owner: Organisation, clock: SettableClock) -> None:
    office = Office(store, clock, count=50)
    other = office.organisation("云州市数据管理局")
    keep(
        store,
        seal_of(owner, "seal_2", SealKind.FINANCE),
        replace(seal_of(owner, "seal_1"), code="33019900000001"),
        seal_of(other, "seal_3"),
    )
    with store.reading() as view:

        def names(**wanted: object) -> list[str]:
            return [one.id for one in repository.find(view, **wanted)]  # type: ignore[arg-type] # what find takes

        assert names() == ["seal_1", "seal_2", "seal_3"]
        assert names(owner=owner.id) == ["seal_1", "seal_2"]
        assert names(kind=SealKind.BUSINESS) == ["seal_1", "seal_3"]
        assert names(owner=other.id, kind=SealKind.FINANCE) == []
        assert names(code="33019900000001") == ["seal_1"]
        assert names(code="33019900000002") == []


@pytest.mark.parametrize("field", ["code", "filing_number"])
def test_no_two_seals_bear_one_number(store: Store, owner: Organisation, field: str) -> None:
    keep(store, replace(seal_of(owner), **{field: "33019900000001"}))  # type: ignore[arg-type] # a string field
    with pytest.raises((TrustError, DBAPIError)):
        keep(store, replace(seal_of(owner, "seal_2"), **{field: "33019900000001"}))  # type: ignore[arg-type] # likewise


def test_codes_and_filing_numbers_run_by_area(store: Store, clock: SettableClock) -> None:
    taken: list[str] = []
    write(
        store,
        lambda tx: taken.extend(repository.next_code(tx, area) for area in ("330199", "330199", "110105")),
        lambda tx: taken.append(repository.next_filing_number(tx, "330199")),
        lambda tx: taken.append(repository.next_filing_number(tx, "330199")),
    )
    clock.advance(timedelta(days=60))
    write(store, lambda tx: taken.append(repository.next_filing_number(tx, "330199")))
    assert taken == [
        "33019900000001",
        "33019900000002",
        "11010500000001",
        "BA3301992026000001",
        "BA3301992026000002",
        "BA3301992027000001",
    ]


def test_a_seal_that_is_held_stays_as_it_was_seen(postgres_store: Store, clock: SettableClock) -> None:
    # SQLite lets writers in one after the other, so that only PostgreSQL can show this.
    store, owner = postgres_store, Office(postgres_store, clock).organisation()
    keep(store, seal_of(owner))
    suspended = replace(seal_of(owner), state=SealState.SUSPENDED)
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as tx:
            stamping_repository.hold(tx, "seal_1")
            waiting = pool.submit(write, store, lambda other: repository.put_seal(other, suspended))
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            found = repository.get(tx, "seal_1")
            assert found is not None
            assert found.state is SealState.APPLIED
        waiting.result(timeout=10)


# --- history


def test_a_history_keeps_its_order(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner), seal_of(owner, "seal_2"))
    steps = [
        HistoryEntry(event=None, state=SealState.APPLIED, actor="a", at=NOW, reason="办理业务"),
        HistoryEntry(event=SealEvent.RETURN, state=SealState.RETURNED, actor="b", at=NOW, reason="缺少附件"),
        HistoryEntry(event=SealEvent.RESUBMIT, state=SealState.APPLIED, actor="a", at=NOW - DAY, reason="已补"),
    ]
    for step in steps:
        write(store, lambda tx, step=step: repository.add_history(tx, "seal_1", step))  # type: ignore[misc] # bound now
        write(store, lambda tx, step=step: repository.add_history(tx, "seal_2", step))  # type: ignore[misc] # likewise
    with store.reading() as view:
        assert steps == list(repository.history(view, "seal_1"))
        assert repository.history(view, "seal_3") == ()

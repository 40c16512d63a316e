"""The tables of seals, on both databases: what goes in comes out, and what the database decides."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy.exc import DBAPIError

from identity.subject import Organisation
from seal import repository
from seal.kinds import SealKind
from seal.ledger import Authorisation, Stamping, StampingState
from seal.lifecycle import SealEvent, SealState
from seal.repository import CertifiedKey, HistoryEntry, Seal
from tests.builders import PKI
from tests.fakes.clock import NOW, SettableClock
from tests.identity.builders import Office
from trust.blobs import BlobId
from trust.errors import TrustError
from trust.events import AuditEvent
from trust.profiles import DOCUMENT_SIGNER, SEAL_OWNER
from trust.signing import KeyPurpose
from trust.store import Store, Transaction

EVENT = AuditEvent(tag="test:seal:done", actor="actor", subject="subject")
DAY = timedelta(days=1)
RESULT = BlobId("ab" * 32)


@pytest.fixture
def owner(store: Store, clock: SettableClock) -> Organisation:
    """Register the organisation that owns the seals."""
    return Office(store, clock).organisation()


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
        rim="云州市市场监督管理局",
        row="业务专用章",
        diameter_mm=42,
        applied_at=NOW,
    )


def keep(store: Store, *seals: Seal) -> None:
    """Put seals into the database."""
    write(store, *((lambda tx, one=one: repository.add_seal(tx, one)) for one in seals))


def authorisation_of(name: str = "auth_1", seal: str = "seal_1", times: int | None = None) -> Authorisation:
    """Return an authorisation."""
    return Authorisation(
        id=name,
        seal=seal,
        holder="holder",
        purpose="document.stamp",
        document_kinds=("notice", "复函"),
        valid_until=NOW + DAY,
        times=times,
        used=0,
        granted_by="owner",
        granted_at=NOW,
    )


def stamping_of(name: str = "stamp_1", seal: str = "seal_1", document_hash: str = "00" * 32) -> Stamping:
    """Return a stamping that was prepared under the authorisation auth_1."""
    return Stamping(
        id=name,
        seal=seal,
        authorisation="auth_1",
        actor="holder",
        at=NOW,
        purpose="document.stamp",
        document_kind="notice",
        document_hash=document_hash,
        state=StampingState.PREPARED,
    )


def authorise(store: Store, *authorisations: Authorisation) -> None:
    """Put authorisations into the database."""
    write(store, *((lambda tx, one=one: repository.add_authorisation(tx, one)) for one in authorisations))


def stamp(store: Store, *stampings: Stamping) -> None:
    """Put stampings into the database."""
    write(store, *((lambda tx, one=one: repository.add_stamping(tx, one)) for one in stampings))


def use(store: Store, authorisation: Authorisation) -> bool:
    """Count a stamping."""
    with store.transaction() as tx:
        tx.record(EVENT)
        return repository.use_authorisation(tx, authorisation)


def end(store: Store, name: str, state: StampingState, result: BlobId | None = None) -> bool:
    """End a stamping."""
    with store.transaction() as tx:
        tx.record(EVENT)
        return repository.end_stamping(tx, name, state, result=result)


def used(store: Store) -> list[int]:
    """Return how often each authorisation was used."""
    with store.reading() as view:
        return [one.used for one in repository.authorisations(view, "seal_1")]


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
    )
    for changed in (begun, made, replace(made, lost_at=None)):
        write(store, lambda tx, changed=changed: repository.put_seal(tx, changed))  # type: ignore[misc] # bound now
        with store.reading() as view:
            assert changed == repository.get(view, "seal_1")


def test_whose_a_seal_is_and_what_it_is_for_never_change(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner))
    other = replace(seal_of(owner), kind=SealKind.FINANCE, applied_at=NOW + DAY)
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
            repository.hold(tx, "seal_1")
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


# --- authorisations


def test_authorisations_come_back(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner), seal_of(owner, "seal_2"))
    first, second = authorisation_of("auth_1", times=3), replace(authorisation_of("auth_2"), holder="other")
    authorise(store, second, first, authorisation_of("auth_3", seal="seal_2"))
    with store.reading() as view:
        assert (first, second) == repository.authorisations(view, "seal_1")
        assert (first,) == repository.authorisations(view, "seal_1", holder="holder")
        assert repository.authorisations(view, "seal_1", holder="nobody") == ()


@pytest.mark.parametrize(("times", "granted"), [(1, 1), (2, 2), (None, 4)])
def test_an_authorisation_is_used_no_more_often_than_it_says(
    store: Store, owner: Organisation, times: int | None, granted: int
) -> None:
    keep(store, seal_of(owner))
    one = authorisation_of(times=times)
    authorise(store, one)
    assert [use(store, one) for _ in range(4)] == [True] * granted + [False] * (4 - granted)
    assert used(store) == [granted]


def test_two_cannot_take_the_last(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner))
    one = authorisation_of(times=3)
    authorise(store, one, authorisation_of("auth_2", times=3))
    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(lambda _: use(store, one), range(8)))
    assert sum(counted) == 3
    assert used(store) == [3, 0]


def test_what_is_withdrawn_is_not_used(store: Store, owner: Organisation, clock: SettableClock) -> None:
    keep(store, seal_of(owner))
    authorise(store, authorisation_of(), authorisation_of("auth_2"))
    clock.advance(DAY)
    write(store, lambda tx: repository.withdraw_authorisation(tx, "auth_1"))
    assert [use(store, authorisation_of()), use(store, authorisation_of("auth_2"))] == [False, True]
    with store.reading() as view:
        assert [one.withdrawn_at for one in repository.authorisations(view, "seal_1")] == [NOW + DAY, None]


def test_withdrawing_what_is_not_there_changes_nothing(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner))
    authorise(store, authorisation_of())
    write(store, lambda tx: repository.withdraw_authorisation(tx, "auth_2"))
    assert use(store, authorisation_of())


def test_what_is_given_back_can_be_used_again(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner))
    one = authorisation_of(times=1)
    authorise(store, one, authorisation_of("auth_2", times=1))
    assert use(store, one)
    write(store, lambda tx: repository.give_back(tx, "auth_1"))
    assert [use(store, one), use(store, one)] == [True, False]
    assert used(store) == [1, 0]


# --- stampings


def test_a_stamping_comes_back(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner))
    authorise(store, authorisation_of())
    stamp(store, stamping_of())
    with store.reading() as view:
        assert stamping_of() == repository.stamping(view, "stamp_1")
        assert repository.stamping(view, "stamp_2") is None


@pytest.mark.parametrize("last", [StampingState.DONE, StampingState.VOID])
@pytest.mark.parametrize("first", [StampingState.DONE, StampingState.VOID])
def test_a_stamping_ends_once(store: Store, owner: Organisation, first: StampingState, last: StampingState) -> None:
    keep(store, seal_of(owner))
    authorise(store, authorisation_of())
    stamp(store, stamping_of(), stamping_of("stamp_2"))
    result = RESULT if first is StampingState.DONE else None
    assert end(store, "stamp_1", first, result)
    assert not end(store, "stamp_1", last, BlobId("cd" * 32))
    assert not end(store, "stamp_3", last)
    with store.reading() as view:
        assert replace(stamping_of(), state=first, result=result) == repository.stamping(view, "stamp_1")
        assert stamping_of("stamp_2") == repository.stamping(view, "stamp_2")


def test_the_newest_stampings_come_first(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner), seal_of(owner, "seal_2"))
    authorise(store, authorisation_of())
    stamp(store, stamping_of(), stamping_of("stamp_2", seal="seal_2"), stamping_of("stamp_3"))
    end(store, "stamp_3", StampingState.VOID)
    with store.reading() as view:

        def names(**wanted: object) -> list[str]:
            return [one.id for one in repository.stampings(view, **wanted)]  # type: ignore[arg-type] # what it takes

        assert names() == ["stamp_3", "stamp_2", "stamp_1"]
        assert names(limit=2) == ["stamp_3", "stamp_2"]
        assert names(seal="seal_1") == ["stamp_3", "stamp_1"]
        assert names(state=StampingState.PREPARED) == ["stamp_2", "stamp_1"]
        assert names(seal="seal_2", state=StampingState.VOID) == []


@pytest.mark.parametrize(
    ("state", "found"),
    [(StampingState.DONE, True), (StampingState.VOID, False), (StampingState.PREPARED, False)],
)
def test_only_a_finished_stamping_is_found_by_its_hash(
    store: Store,
    owner: Organisation,
    state: StampingState,
    found: bool,  # noqa: FBT001
) -> None:
    keep(store, seal_of(owner))
    authorise(store, authorisation_of())
    stamp(store, stamping_of(document_hash="11" * 32), stamping_of("stamp_2", document_hash="22" * 32))
    end(store, "stamp_2", StampingState.DONE, RESULT)
    if state is not StampingState.PREPARED:
        end(store, "stamp_1", state, RESULT)
    with store.reading() as view:
        assert (repository.stamping_by_hash(view, "11" * 32) is not None) is found
        assert repository.stamping_by_hash(view, "33" * 32) is None

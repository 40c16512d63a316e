"""The tables of authorisations and stampings, on both databases: what comes back, and what the database decides."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from identity.subject import Organisation
from seal.ledger import stamping_repository
from seal.ledger.entries import Authorisation, Operation, Stamping, StampingState
from tests.fakes.clock import NOW, SettableClock
from tests.identity.builders import Office
from tests.seal.rows import DAY, EVENT, RESULT, keep, seal_of, write
from trust.blobs import BlobId
from trust.store import LostRace, Store


@pytest.fixture
def owner(store: Store, clock: SettableClock) -> Organisation:
    """Register the organisation that owns the seals."""
    return Office(store, clock).organisation()


def authorisation_of(name: str = "auth_1", seal: str = "seal_1", times: int | None = None) -> Authorisation:
    """Return an authorisation."""
    return Authorisation(
        id=name,
        seal=seal,
        holder="holder",
        purpose="document.stamp",
        document_kinds=("notice", "复函"),
        valid_from=NOW,
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
    write(store, *((lambda tx, one=one: stamping_repository.add_authorisation(tx, one)) for one in authorisations))


def stamp(store: Store, *stampings: Stamping) -> None:
    """Put stampings into the database."""
    write(store, lambda tx: stamping_repository.add_stampings(tx, stampings))


def use(store: Store, authorisation: Authorisation) -> bool:
    """Count a stamping."""
    with store.transaction() as tx:
        tx.record(EVENT)
        return stamping_repository.use_authorisation(tx, authorisation.id)


def end(store: Store, name: str, state: StampingState, result: BlobId | None = None) -> bool:
    """End a stamping; tell whether it was still open."""
    ended = replace(stamping_of(name), state=state, result=result, ended_at=NOW)
    try:
        write(store, lambda tx: stamping_repository.end_stampings(tx, (ended,)))
    except LostRace:
        return False
    return True


def used(store: Store) -> list[int]:
    """Return how often each authorisation was used."""
    with store.reading() as view:
        return [one.used for one in stamping_repository.authorisations(view, "seal_1")]


# --- authorisations


def test_authorisations_come_back(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner), seal_of(owner, "seal_2"))
    first, second = authorisation_of("auth_1", times=3), replace(authorisation_of("auth_2"), holder="other")
    authorise(store, second, first, authorisation_of("auth_3", seal="seal_2"))
    with store.reading() as view:
        assert (first, second) == stamping_repository.authorisations(view, "seal_1")
        newest = stamping_repository.newest_authorisations
        assert (second, first) == newest(view, "seal_1", before=None, limit=None)
        assert [(second,), (first,)] == [newest(view, "seal_1", before=one, limit=1) for one in (None, second.id)]
        assert (first,) == stamping_repository.authorisations(view, "seal_1", holder="holder")
        assert stamping_repository.authorisations(view, "seal_1", holder="nobody") == ()


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
    write(store, lambda tx: stamping_repository.withdraw_authorisation(tx, "auth_1"))
    assert [use(store, authorisation_of()), use(store, authorisation_of("auth_2"))] == [False, True]
    with store.reading() as view:
        assert [one.withdrawn_at for one in stamping_repository.authorisations(view, "seal_1")] == [NOW + DAY, None]


def test_withdrawing_what_is_not_there_changes_nothing(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner))
    authorise(store, authorisation_of())
    write(store, lambda tx: stamping_repository.withdraw_authorisation(tx, "auth_2"))
    assert use(store, authorisation_of())


def test_what_is_given_back_can_be_used_again(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner))
    one = authorisation_of(times=1)
    authorise(store, one, authorisation_of("auth_2", times=1))
    assert use(store, one)
    write(store, lambda tx: stamping_repository.give_back(tx, "auth_1"))
    assert [use(store, one), use(store, one)] == [True, False]
    assert used(store) == [1, 0]


# --- stampings


def test_a_stamping_comes_back(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner))
    authorise(store, authorisation_of())
    stamp(store, stamping_of())
    with store.reading() as view:
        assert stamping_of() == stamping_repository.stamping(view, "stamp_1")
        assert stamping_repository.stamping(view, "stamp_2") is None


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
        ended = replace(stamping_of(), state=first, result=result, ended_at=NOW)
        assert ended == stamping_repository.stamping(view, "stamp_1")
        assert stamping_of("stamp_2") == stamping_repository.stamping(view, "stamp_2")


def test_the_newest_stampings_come_first(store: Store, owner: Organisation) -> None:
    keep(store, seal_of(owner), seal_of(owner, "seal_2"))
    authorise(store, authorisation_of())
    stamp(store, stamping_of(), stamping_of("stamp_2", seal="seal_2"), stamping_of("stamp_3"))
    end(store, "stamp_3", StampingState.VOID)
    with store.reading() as view:

        def names(**wanted: object) -> list[str]:
            return [one.id for one in stamping_repository.stampings(view, **wanted)]  # type: ignore[arg-type] # what it takes

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
        assert (stamping_repository.stamping_by_hash(view, "11" * 32, seal="seal_1") is not None) is found
        assert stamping_repository.stamping_by_hash(view, "33" * 32, seal="seal_1") is None
        assert stamping_repository.stamping_by_hash(view, "11" * 32, seal="seal_2") is None


@pytest.mark.parametrize(
    ("operation", "found"), [(Operation.DOCUMENT, True), (Operation.DIGEST, True), (Operation.MESSAGE, False)]
)
def test_a_signed_message_is_no_stamping_of_what_has_its_hash(
    store: Store,
    owner: Organisation,
    operation: Operation,
    found: bool,  # noqa: FBT001
) -> None:
    """Else a seal signature that nobody made here would be on record, by a message over the same digest."""
    keep(store, seal_of(owner))
    authorise(store, authorisation_of())
    stamp(store, replace(stamping_of(document_hash="11" * 32), operation=operation))
    end(store, "stamp_1", StampingState.DONE, RESULT)
    with store.reading() as view:
        assert (stamping_repository.stamping_by_hash(view, "11" * 32, seal="seal_1") is not None) is found

"""Many small changes in one commit: each with its own answer, and none taken along by another that fails."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text

from trust import repository
from trust.attribution import Attribution, acting
from trust.events import AuditEvent
from trust.group_commit import LARGEST, GroupCommit
from trust.reasons import ReasonMissing
from trust.store import LostRace, Store, StoreUnavailable, Transaction


def happened(name: str) -> AuditEvent:
    return AuditEvent(tag="test:part:done", actor="test", subject=name)


def change(name: str, tx: Transaction) -> str:
    """Record that something happened."""
    tx.record(happened(name))
    return name


def refuse(_: Transaction) -> str:
    raise ReasonMissing


def half(tx: Transaction) -> str:
    """Change something, and fail."""
    tx.record(happened("half"))
    raise ReasonMissing


def remember(key: str, tx: Transaction) -> str:
    """Write a row whose key nobody else may have."""
    repository.add_request(tx, actor="test", key=key, fingerprint="0", result=key)
    tx.record(happened(key))
    return key


def subjects(store: Store) -> list[str]:
    with store.reading() as view:
        return [one.event.subject for one in repository.events(view)]


def together(store: Store, *changes: Callable[[Transaction], str]) -> list[object]:
    """Run changes so that all of them wait for one and the same commit."""
    commits, first = GroupCommit(store), threading.Event()
    waiting = threading.Semaphore(0)

    def occupy(tx: Transaction) -> str:
        first.set()
        while len(commits.waiting) < len(changes):
            waiting.acquire(timeout=0.01)
        return change("first", tx)

    def run(one: Callable[[Transaction], str]) -> object:
        try:
            return commits.run(one)
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            return error

    with ThreadPoolExecutor(len(changes) + 1) as pool:
        occupying = pool.submit(run, occupy)
        first.wait(10)
        found = [pool.submit(run, one) for one in changes]
        assert occupying.result(30) == "first"
        return [one.result(30) for one in found]


def unread(tx: Transaction) -> str:
    """Ask the database for what it does not have."""
    return str(tx.rows(text("SELECT 1 FROM nothing_at_all")))


def test_a_database_that_fails_one_fails_nobody_else(store: Store) -> None:
    """And it is told as ours: what the driver says has no place in an answer."""
    found = together(store, partial(change, "a"), unread, partial(change, "b"))
    assert [type(one) if isinstance(one, Exception) else one for one in found] == ["a", StoreUnavailable, "b"]
    assert subjects(store) == ["first", "a", "b"]
    with pytest.raises(StoreUnavailable):
        GroupCommit(store).run(unread)


def test_one_change_is_committed(store: Store) -> None:
    assert GroupCommit(store).run(partial(change, "alone")) == "alone"
    assert subjects(store) == ["alone"]


def test_who_waits_goes_together(store: Store) -> None:
    names = [f"part {number}" for number in range(5)]
    assert together(store, *(partial(change, name) for name in names)) == names
    assert sorted(subjects(store)) == sorted(["first", *names])
    with store.reading() as view:
        moments = {one.at for one in repository.events(view)}
    assert len(moments) == 1  # the clock of the test stands still


def test_each_part_is_put_down_to_whoever_brought_it(store: Store) -> None:
    """Whoever commits the parts of others does not sign for them: not even for another session of the same actor."""
    met = [Attribution(actor=actor, session=f"ses {n}", level=n, permission="a:b") for n, actor in enumerate("aab")]
    alone = Attribution(actor="nobody", session="ses 3", level=3, permission="a:b")

    def brought(one: Attribution, tx: Transaction) -> str:
        tx.record(AuditEvent(tag="test:part:done", actor=one.actor, subject=one.session))
        return one.session

    def within(one: Attribution) -> Callable[[], str]:
        def act() -> str:
            with acting(one):
                return commits.run(partial(brought, one))

        return act

    commits, begun = GroupCommit(store), threading.Event()

    def occupy(tx: Transaction) -> str:
        begun.set()
        while len(commits.waiting) < len(met):
            threading.Event().wait(0.01)
        return change("first", tx)

    with ThreadPoolExecutor(len(met) + 1) as pool:
        occupying = pool.submit(commits.run, occupy)
        begun.wait(10)
        with acting(alone):
            found = [pool.submit(within(one)) for one in met]
        assert [occupying.result(30), *(one.result(30) for one in found)] == ["first", *(one.session for one in met)]
    with store.reading() as view:
        told = {one.event.subject: one.event.facts for one in repository.events(view)}
    assert told == {"first": {}, **{one.session: one.facts for one in met}}
    assert [one.recorded for one in (*met, alone)] == [True, True, True, False]


def test_what_fails_takes_no_other_along(store: Store) -> None:
    GroupCommit(store).run(partial(remember, "taken"))
    before = len(subjects(store))
    found = together(store, partial(change, "a"), refuse, half, partial(remember, "taken"), partial(remember, "b"))
    assert (found[0], found[4]) == ("a", "b")
    assert [type(one) for one in found[1:4]] == [ReasonMissing, ReasonMissing, LostRace]
    assert sorted(subjects(store)[before:]) == ["a", "b", "first"]


def test_two_that_want_the_same_key_do_not_both_get_it(store: Store) -> None:
    found = together(store, partial(remember, "key"), partial(remember, "key"))
    assert sorted(map(type, found), key=str) == sorted([str, LostRace], key=str)


def test_more_than_one_commit_takes_are_all_done(store: Store) -> None:
    names = [f"part {number}" for number in range(LARGEST + 3)]
    commits = GroupCommit(store)
    with ThreadPoolExecutor(len(names)) as pool:
        assert list(pool.map(lambda name: commits.run(partial(change, name)), names)) == names
    assert sorted(subjects(store)) == sorted(names)


def test_a_process_that_dies_tells_everybody(store: Store) -> None:
    def die(_: Transaction) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        GroupCommit(store).run(die)
    assert subjects(store) == []


def test_who_is_present_is_waited_for(store: Store) -> None:
    commits, begun = GroupCommit(store, patience=30), threading.Event()

    def alone() -> str:
        with commits.present():
            begun.set()
            return commits.run(partial(change, "first"))

    with ThreadPoolExecutor(2) as pool, commits.present():
        waits = pool.submit(alone)
        assert begun.wait(10)
        assert commits.run(partial(change, "second")) == "second"
        assert waits.result(10) == "first"
    with store.reading() as view:
        first, second = repository.events(view)
    assert first.at == second.at  # one commit


def test_who_leaves_is_waited_for_no_longer(store: Store) -> None:
    commits, began, left = GroupCommit(store, patience=30), threading.Event(), threading.Event()

    def leave() -> None:
        with commits.present():
            began.set()
            assert left.wait(10)

    def stay() -> str:
        with commits.present():
            return commits.run(partial(change, "alone"))

    with ThreadPoolExecutor(2) as pool:
        leaving = pool.submit(leave)
        assert began.wait(10)
        staying = pool.submit(stay)
        while not commits.waiting:
            threading.Event().wait(0.001)
        assert not staying.done()
        left.set()
        leaving.result(10)
        assert staying.result(10) == "alone"


def test_nobody_is_waited_for_long(store: Store) -> None:
    commits = GroupCommit(store)
    with commits.present(), commits.present():  # one more than ever comes
        assert commits.run(partial(change, "alone")) == "alone"
    assert subjects(store) == ["alone"]

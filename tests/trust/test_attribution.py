"""Attribution: every event of whoever acts says by which session, level and permission, and others' events do not."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from trust import repository
from trust.attribution import Attribution, acting, attributed
from trust.events import AuditEvent
from trust.store import Store

FACTS = {"by_session": "ses_1", "by_level": 3, "by_permission": "duty:grant"}


def of_somebody() -> Attribution:
    return Attribution(actor="P1", session="ses_1", level=3, permission="duty:grant")


def event(actor: str, **facts: str) -> AuditEvent:
    return AuditEvent(tag="test:do:done", actor=actor, subject="thing", facts=facts)


def record(store: Store, *events: AuditEvent) -> None:
    with store.transaction() as tx:
        for one in events:
            tx.record(one)


def kept(store: Store) -> list[AuditEvent]:
    with store.reading() as view:
        return [one.event for one in repository.events(view)]


def test_events_of_whoever_acts_say_by_what_right(sqlite_store: Store) -> None:
    with acting(of_somebody()) as attribution:
        record(sqlite_store, event("P1", a="b"), event("system"))
        assert attribution.recorded
    record(sqlite_store, event("P1"))
    assert [one.facts for one in kept(sqlite_store)] == [{"a": "b", **FACTS}, {}, {}]


def test_events_of_others_do_not_tell_of_whoever_acts(sqlite_store: Store) -> None:
    with acting(of_somebody()) as attribution:
        record(sqlite_store, event("system"))
        assert not attribution.recorded


def test_what_was_not_committed_has_not_reached_the_trail(sqlite_store: Store) -> None:
    def break_off() -> None:
        with sqlite_store.transaction() as tx:
            tx.record(event("P1"))
            raise LookupError

    with acting(of_somebody()) as attribution:
        with pytest.raises(LookupError):
            break_off()
        assert not attribution.recorded
    assert kept(sqlite_store) == []


def test_a_thread_with_the_context_of_a_request_is_part_of_it(sqlite_store: Store) -> None:
    with acting(of_somebody()) as attribution, ThreadPoolExecutor(1) as pool:
        pool.submit(copy_context().run, record, sqlite_store, event("P1")).result()
        assert attribution.recorded
        pool.submit(record, sqlite_store, event("P1")).result()  # a thread of its own is none of it
    assert [one.facts for one in kept(sqlite_store)] == [FACTS, {}]


def test_nobody_acts_outside() -> None:
    with acting(of_somebody()):
        assert attributed(event("P1")).facts == FACTS
    assert attributed(event("P1")).facts == {}

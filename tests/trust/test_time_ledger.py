"""The ledger of time-stamps: what goes on record, and when."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.fakes.clock import NOW, SettableClock
from trust import repository
from trust.crypto.sm3 import sm3
from trust.events import RecordedEvent, timestamp
from trust.store import Store
from trust.time_ledger import ISSUED, PAUSE, TimeLedger, confirm_clock, newest_confirmation, newest_mark

AUTHORITY = "tsa-sm2"


def entries(store: Store) -> list[RecordedEvent]:
    """Return every entry."""
    with store.reading() as view:
        return [one for one in repository.events(view) if one.event.tag == ISSUED]


def test_the_first_token_goes_on_record_before_it_leaves(store: Store) -> None:
    TimeLedger(store).issued(AUTHORITY, b"token", NOW)
    (entry,) = entries(store)
    digest = sm3(bytes(32), sm3(b"token")).hex()
    assert entry.event.facts == {"tokens": 1, "digest": digest, "latest": timestamp(NOW)}
    assert (entry.event.actor, entry.event.subject) == ("system", AUTHORITY)


def test_one_entry_a_minute_stands_for_all_tokens(sqlite_store: Store) -> None:
    ledger = TimeLedger(sqlite_store)
    digest = bytes(32)
    for number in range(241):
        ledger.issued(AUTHORITY, b"%d" % number, NOW + number * timedelta(seconds=1))
        digest = sm3(digest, sm3(b"%d" % number))
    made = entries(sqlite_store)
    assert [one.event.facts["tokens"] for one in made] == [1, 60, 60, 60, 60]
    assert made[-1].event.facts["digest"] == digest.hex()
    moments = [timedelta(seconds=n) + NOW for n in (0, 60, 120, 180, 240)]
    assert [one.event.facts["latest"] for one in made] == list(map(timestamp, moments))
    assert all(later - earlier == PAUSE for earlier, later in pairwise(moments))


def test_authorities_have_entries_of_their_own(sqlite_store: Store) -> None:
    ledger = TimeLedger(sqlite_store)
    for name in ("tsa-sm2", "tsa-p256"):
        ledger.issued(name, b"token", NOW)
    assert [one.event.subject for one in entries(sqlite_store)] == ["tsa-sm2", "tsa-p256"]


def test_what_is_left_is_put_on_record(sqlite_store: Store) -> None:
    ledger = TimeLedger(sqlite_store)
    assert ledger.flush() == 0
    for _ in range(3):
        ledger.issued(AUTHORITY, b"token", NOW)
    assert (ledger.flush(), ledger.flush()) == (2, 0)
    assert [one.event.facts["tokens"] for one in entries(sqlite_store)] == [1, 2]


def test_the_mark_is_the_newest_entry_unless_the_clock_was_confirmed_since(store: Store, clock: SettableClock) -> None:
    def seen() -> tuple[object, int]:
        with store.reading() as view:
            return newest_mark(view), newest_confirmation(view)

    assert seen() == (None, 0)
    ledger = TimeLedger(store)
    ledger.issued(AUTHORITY, b"token", NOW)
    ledger.issued(AUTHORITY, b"token", NOW + PAUSE)
    assert seen() == (NOW + PAUSE, 0)
    clock.jump(-timedelta(hours=1))
    confirm_clock(store, actor="operator", reason="it was wrong")
    assert seen() == (None, 3)
    TimeLedger(store).issued(AUTHORITY, b"token", clock.now())
    assert seen() == (clock.now(), 3)


def test_a_token_that_cannot_go_on_record_does_not_leave(sqlite_store: Store) -> None:
    ledger = TimeLedger(sqlite_store)
    with sqlite_store.transaction(), pytest.raises(RuntimeError):  # the database is not to be had
        ledger.issued(AUTHORITY, b"token", NOW)

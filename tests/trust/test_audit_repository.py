"""Searching the trail: by who, what, which thing and when, newest first, page after page, by an index."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.fakes.clock import NOW, SettableClock
from trust import audit_repository
from trust.audit_repository import MOST_TAGS, EventSearch, count_events, hashes, newest_by, search
from trust.events import AuditEvent
from trust.repository import GENESIS, events
from trust.store import Store

MADE = (
    ("seal:make:done", "maker", "seal_1"),
    ("seal:file:done", "filer", "seal_1"),
    ("seal:make:done", "maker", "seal_2"),
    ("session:begin:refused", "maker", "maker"),
    ("seal:make:done", "other", "seal_3"),
)


@pytest.fixture
def trail(store: Store, clock: SettableClock) -> Store:
    """Record five events, a minute apart but for the last two, which are of one moment."""
    for place, (tag, actor, subject) in enumerate(MADE):
        with store.transaction() as tx:
            tx.record(AuditEvent(tag=tag, actor=actor, subject=subject, facts={"place": place}))
        if place < len(MADE) - 2:
            clock.advance(timedelta(minutes=1))
    return store


def found(trail: Store, wanted: EventSearch, *, before: int | None = None, limit: int = 10) -> list[int]:
    """Return the numbers of what is found."""
    with trail.reading() as view:
        return [one.sequence for one in search(view, wanted, before=before, limit=limit)]


FOUND: tuple[tuple[EventSearch, list[int]], ...] = (
    (EventSearch(), [5, 4, 3, 2, 1]),
    (EventSearch(actor="maker"), [4, 3, 1]),
    (EventSearch(subject="seal_1"), [2, 1]),
    (EventSearch(tags=("seal:make:done",)), [5, 3, 1]),
    (EventSearch(tags=("session:begin:refused", "seal:file:done", "seal:file:done")), [4, 2]),
    (EventSearch(tags=("session:begin:refused", "seal:make:done"), actor="maker"), [4, 3, 1]),
    (EventSearch(tags=("seal:make:done",), actor="maker", subject="seal_2"), [3]),
    (EventSearch(since=NOW + timedelta(minutes=1)), [5, 4, 3, 2]),
    (EventSearch(until=NOW + timedelta(minutes=1)), [1]),
    (EventSearch(since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=3)), [3, 2]),
    (EventSearch(actor="nobody"), []),
    (EventSearch(tags=("seal:make",)), []),
)


def test_events_are_found_by_who_what_which_thing_and_when(trail: Store) -> None:
    for wanted, expected in FOUND:
        assert found(trail, wanted) == expected, wanted


@pytest.mark.parametrize(
    "wanted", [EventSearch(), EventSearch(tags=("seal:make:done", "seal:file:done", "session:begin:refused"))], ids=str
)
def test_pages_hold_each_event_once_though_several_are_of_one_moment(trail: Store, wanted: EventSearch) -> None:
    pages: list[list[int]] = []
    before = None
    while not pages or pages[-1]:
        pages.append(found(trail, wanted, before=before, limit=1))
        before = pages[-1][-1] if pages[-1] else None
    assert pages == [[5], [4], [3], [2], [1], []]


def test_a_page_after_an_event_that_is_not_there_is_the_first_one(trail: Store) -> None:
    assert found(trail, EventSearch(), before=99, limit=2) == [5, 4]


def test_what_is_looked_for_is_bounded_and_its_moments_are_aware() -> None:
    EventSearch(tags=("a:b:c",) * MOST_TAGS)
    with pytest.raises(ValueError, match="too many"):
        EventSearch(tags=("a:b:c",) * (MOST_TAGS + 1))
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        EventSearch(since=naive)
    with pytest.raises(ValueError, match="aware"):
        EventSearch(until=naive)


def test_events_are_counted_from_a_moment_on_and_before_another(trail: Store) -> None:
    def counted(since: datetime, until: datetime, *tags: str) -> int:
        with trail.reading() as view:
            return count_events(view, tags, since=since, until=until)

    minute = timedelta(minutes=1)
    assert counted(NOW, NOW + 4 * minute, "seal:make:done") == 3
    assert counted(NOW, NOW + 2 * minute, "seal:make:done") == 1
    assert counted(NOW + minute, NOW + 4 * minute, "seal:make:done", "session:begin:refused") == 3
    assert counted(NOW, NOW + 4 * minute) == 0


def test_the_newest_event_of_somebody_before_a_moment_is_found(trail: Store) -> None:
    with trail.reading() as view:
        newest = newest_by(view, "maker", "seal:make:done", before=NOW + timedelta(minutes=2))
        assert newest is not None
        assert newest.sequence == 1
        assert newest_by(view, "maker", "seal:make:done", before=NOW) is None


def test_hashes_are_those_of_the_trail_and_the_first_follows_nothing(trail: Store) -> None:
    with trail.reading() as view:
        kept = {one.sequence: one.digest for one in events(view)}
        assert hashes(view, [0, 2, 5, 9]) == {0: GENESIS, 2: kept[2], 5: kept[5]}


def plan(trail: Store, wanted: EventSearch, before: int | None) -> str:
    """Return how SQLite answers a search."""
    with trail.reading() as view:
        cursor = None if before is None else (NOW, before)
        asked = audit_repository.ordered(wanted, cursor).limit(50)
        compiled = asked.compile(trail.reader, compile_kwargs={"render_postcompile": True})
        values: Sequence[object] = [compiled.params[name] for name in compiled.positiontup or ()]
        rows = view.connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}", tuple(str(one) if isinstance(one, datetime) else one for one in values)
        )
        return " ".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (EventSearch(), "ix_audit_event_at"),
        (EventSearch(since=NOW), "ix_audit_event_at"),
        (EventSearch(tags=("seal:make:done",)), "ix_audit_event_tag_at"),
        (EventSearch(actor="maker"), "ix_audit_event_actor_at"),
        (EventSearch(subject="seal_1", since=NOW), "ix_audit_event_subject_at"),
    ],
    ids=str,
)
@pytest.mark.parametrize("before", [None, 4])
def test_an_index_answers_each_search_and_nothing_is_sorted(
    store: Store, wanted: EventSearch, index: str, before: int | None
) -> None:
    if not store.is_sqlite:
        with store.reading() as view:  # the planner of PostgreSQL goes by what is in the table: there must be the index
            there = {one.indexname for one in view.rows(text("SELECT indexname FROM pg_indexes"))}
        assert index in there
        return
    told = plan(store, wanted, before)
    assert index in told
    assert "TEMP B-TREE" not in told

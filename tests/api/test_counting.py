"""Counts of requests in memory: windows that end, no more names than there is room for, no threads of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import (
    FixedWindowRateLimiter,
    MovingWindowRateLimiter,
    RateLimiter,
    SlidingWindowCounterRateLimiter,
)

from api.counting import Counts

KINDS: list[type[RateLimiter]] = [FixedWindowRateLimiter, MovingWindowRateLimiter, SlidingWindowCounterRateLimiter]
NOON = 1_800_000_000.0
"""The beginning of a minute."""


@dataclass
class Watch:
    """Seconds since 1970 that go on when a test says so."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


def test_a_moving_window_counts_the_last_seconds() -> None:
    watch = Watch()
    counts = Counts(watch=watch)
    assert counts.get_moving_window("a", 3, 60) == (NOON, 0)
    for second in (0, 10, 20):
        watch.now = NOON + second
        assert counts.acquire_entry("a", 3, 60)
    assert counts.get_moving_window("a", 3, 60) == (NOON, 3)
    watch.now = NOON + 60
    assert not counts.acquire_entry("a", 3, 60)
    assert counts.acquire_entry("b", 3, 60, amount=3)  # each name has its own
    watch.now = NOON + 60.5
    assert counts.acquire_entry("a", 3, 60)
    assert counts.get_moving_window("a", 3, 60) == (NOON + 10, 3)
    assert not counts.acquire_entry("a", 3, 60)
    assert not counts.acquire_entry("c", 3, 60, amount=4)


def test_a_window_ends_all_at_once() -> None:
    watch = Watch()
    counts = Counts(watch=watch)
    assert (counts.get("a"), counts.get_expiry("a")) == (0, NOON)
    assert [counts.incr("a", 60, 2), counts.incr("a", 60)] == [2, 3]
    assert (counts.get("a"), counts.get_expiry("a")) == (3, NOON + 60)
    watch.now = NOON + 60
    assert counts.get("a") == 0
    assert counts.incr("a", 60) == 1


def test_two_windows_tell_of_the_seconds_between_them() -> None:
    watch = Watch()
    counts = Counts(watch=watch)
    assert [counts.acquire_sliding_window_entry("a", 4, 60) for _ in range(5)] == [True] * 4 + [False]
    assert counts.get_sliding_window("a", 60) == (0, 0.0, 4, 120.0)
    watch.now = NOON + 90  # half of the window before still counts: two
    assert counts.get_sliding_window("a", 60) == (4, 30.0, 0, 90.0)
    assert [counts.acquire_sliding_window_entry("a", 4, 60) for _ in range(3)] == [True, True, False]
    counts.clear_sliding_window("a", 60)
    assert counts.get_sliding_window("a", 60) == (0, 0.0, 0, 90.0)


@pytest.mark.parametrize("kind", KINDS)
def test_it_counts_as_the_library_counts(kind: type[RateLimiter]) -> None:
    ours, theirs = kind(Counts()), kind(MemoryStorage())
    rule = parse("7/day")
    for cost in (1, 2, 8, 3, 1, 1):
        assert ours.test(rule, "a", cost=cost) == theirs.test(rule, "a", cost=cost)
        assert ours.hit(rule, "a", cost=cost) == theirs.hit(rule, "a", cost=cost)
        mine, other = (one.get_window_stats(rule, "a") for one in (ours, theirs))
        assert mine.remaining == other.remaining
        assert abs(mine.reset_time - other.reset_time) < 2
    for one in (ours, theirs):
        one.clear(rule, "a")
        assert one.hit(rule, "a")


@pytest.mark.parametrize("kind", KINDS)
def test_many_at_once_get_exactly_what_is_allowed(kind: type[RateLimiter]) -> None:
    limiter, rule = kind(Counts()), parse("500/day")
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: limiter.hit(rule, "a"), range(2000)))
    assert told.count(True) == 500


def test_names_whose_window_is_over_go_by_themselves() -> None:
    watch = Watch()
    counts = Counts(watch=watch)
    for number in range(100):
        counts.acquire_entry(f"moving {number}", 3, 60)
        counts.incr(f"fixed {number}", 60)
    counts.incr("whole day", 86400)
    assert len(counts.windows) == 201
    watch.now = NOON + 61
    for _ in range(101):
        counts.acquire_entry("again", 1000, 60)
    assert set(counts.windows) == {"whole day", "again"}


def test_strangers_cannot_fill_the_memory() -> None:
    counts = Counts(most=50)
    for number in range(1000):
        counts.acquire_entry(f"stranger {number}", 3, 60)
        # Whoever is counted again and again is not the one who is forgotten.
        assert counts.acquire_entry("one who goes on asking", 1, 60) == (number == 0)
    assert len(counts.windows) == 50
    for _ in range(10):
        for number in range(100):
            counts.acquire_entry(f"one of a hundred {number}", 3, 60)
    assert len(counts.turns) <= 100
    assert counts.check()
    assert counts.reset() == 50
    assert not counts.windows


def test_it_needs_no_threads() -> None:
    before = threading.active_count()
    counts = Counts()
    counts.incr("a", 60)
    counts.acquire_entry("a", 60, 1)
    assert threading.active_count() == before
    assert counts.base_exceptions is OSError

"""The statistics of the drill with wrong passwords: a leak is found, and chance is none."""

from itertools import chain

from tests.drills.wrong_passwords import Told, rank_z

FAST = [100.0 + step % 17 for step in range(300)]
"""Milliseconds of three hundred answers, which vary by a sixth."""


def told(first: list[float], second: list[float]) -> Told:
    middle = [sorted(one)[len(one) // 2] for one in (first, second)]
    samples = len(first) + len(second)
    return Told(asked="test", first=middle[0], second=middle[1], z=rank_z(first, second), samples=samples)


def test_what_takes_a_tenth_longer_is_found() -> None:
    slow = [one * 1.1 for one in FAST]
    assert told([*slow], [*FAST]).leaks
    assert told([*FAST], [*slow]).leaks


def test_the_same_times_tell_nothing() -> None:
    mixed = list(chain.from_iterable(zip(FAST[::2], FAST[1::2], strict=True)))
    assert not told(mixed[::2], mixed[1::2]).leaks


def test_a_difference_that_nobody_could_use_is_no_leak() -> None:
    assert not told([one + 0.5 for one in FAST], [*FAST]).leaks

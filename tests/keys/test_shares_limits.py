"""Dividing a root key at its limits, and shares of two divisions that bear the same number."""

import pytest

from keys.errors import SharesMixed, ThresholdImpossible
from keys.shares import combine, divide
from keys.wrapping import RootKey

ROOT = RootKey(bytes(range(32)))


def names(count: int) -> tuple[str, ...]:
    """Return so many people."""
    return tuple(f"person {number}" for number in range(count))


@pytest.mark.parametrize(("threshold", "count"), [(2, 2), (2, 16), (16, 16)])
def test_the_limits_of_a_division(threshold: int, count: int) -> None:
    shares = divide(ROOT, threshold=threshold, holders=names(count))
    assert [one.index for one in shares] == list(range(1, count + 1))
    assert combine([one.words for one in shares[-threshold:]]).secret == ROOT.secret


@pytest.mark.parametrize(("threshold", "count"), [(1, 2), (0, 2), (3, 2), (2, 17), (17, 17), (2, 1)])
def test_beyond_the_limits_of_a_division(threshold: int, count: int) -> None:
    with pytest.raises(ThresholdImpossible):
        divide(ROOT, threshold=threshold, holders=names(count))


def test_shares_of_two_divisions_are_told_as_such_even_where_their_numbers_are_the_same() -> None:
    one, other = (divide(ROOT, threshold=2, holders=names(2)) for _ in range(2))
    with pytest.raises(SharesMixed):
        combine([one[0].words, other[0].words])

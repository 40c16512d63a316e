"""The circuit breaker: closed, open, half open, and one who tries."""

import pytest

from api.proofing.breaker import FAILURES, REST, Breaker, BreakerState
from identity.proofing.errors import ProviderAnswerRefused, ProviderUnavailable
from tests.fakes.clock import SettableClock
from trust.signing import SigningUnavailable

SILENT = ProviderUnavailable(seconds=30)


def ask(breaker: Breaker, error: Exception | None = None) -> None:
    """Ask once."""
    with breaker.asking():
        if error is not None:
            raise error


def state_of(breaker: Breaker) -> BreakerState:
    """Return whether the provider is asked now."""
    return breaker.state


def fail(breaker: Breaker, times: int = FAILURES, error: Exception = SILENT) -> None:
    """Ask in vain."""
    for _ in range(times):
        with pytest.raises(type(error)):
            ask(breaker, error)


@pytest.mark.parametrize("error", [SILENT, ProviderAnswerRefused(fault="signature")], ids=["silent", "refused"])
def test_so_many_failures_in_a_row_open_it(clock: SettableClock, error: Exception) -> None:
    breaker = Breaker(clock)
    fail(breaker, FAILURES - 1, error)
    assert state_of(breaker) is BreakerState.CLOSED
    fail(breaker, 1, error)
    assert state_of(breaker) is BreakerState.OPEN
    with pytest.raises(ProviderUnavailable) as refused:
        ask(breaker)
    assert refused.value.details == {"seconds": REST.total_seconds()}


def test_a_success_begins_to_count_from_nothing(clock: SettableClock) -> None:
    breaker = Breaker(clock)
    for _ in range(3):
        fail(breaker, FAILURES - 1)
        ask(breaker)
    assert state_of(breaker) is BreakerState.CLOSED


def test_it_tells_how_long_it_rests(clock: SettableClock) -> None:
    breaker = Breaker(clock)
    fail(breaker)
    clock.advance(REST * 0.75)
    with pytest.raises(ProviderUnavailable) as refused:
        ask(breaker)
    assert refused.value.details == {"seconds": 8}


def test_a_clock_that_is_set_does_not_end_the_rest(clock: SettableClock) -> None:
    breaker = Breaker(clock)
    fail(breaker)
    clock.jump(REST * 10)
    assert state_of(breaker) is BreakerState.OPEN


def test_after_the_rest_one_tries_and_closes_it(clock: SettableClock) -> None:
    breaker = Breaker(clock)
    fail(breaker)
    clock.advance(REST)
    assert state_of(breaker) is BreakerState.HALF_OPEN
    with breaker.asking(), pytest.raises(ProviderUnavailable) as refused:
        ask(breaker)
    assert refused.value.details == {"seconds": 1}
    assert state_of(breaker) is BreakerState.CLOSED
    ask(breaker)


def test_one_who_tries_in_vain_sends_everybody_back(clock: SettableClock) -> None:
    breaker = Breaker(clock)
    fail(breaker)
    clock.advance(REST)
    fail(breaker, 1)
    assert state_of(breaker) is BreakerState.OPEN
    clock.advance(REST)
    ask(breaker)
    assert state_of(breaker) is BreakerState.CLOSED


def test_who_learns_nothing_of_the_provider_leaves_the_turn_to_another(clock: SettableClock) -> None:
    breaker = Breaker(clock)
    fail(breaker)
    clock.advance(REST)
    with pytest.raises(SigningUnavailable):
        ask(breaker, SigningUnavailable())
    assert state_of(breaker) is BreakerState.HALF_OPEN
    ask(breaker)
    assert state_of(breaker) is BreakerState.CLOSED


def test_a_mistake_of_ours_is_no_failure_of_theirs(clock: SettableClock) -> None:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        with pytest.raises(SigningUnavailable):
            ask(breaker, SigningUnavailable())
    assert state_of(breaker) is BreakerState.CLOSED


def test_each_provider_has_its_own(clock: SettableClock) -> None:
    first, second = Breaker(clock), Breaker(clock)
    fail(first)

    assert (state_of(first), state_of(second)) == (BreakerState.OPEN, BreakerState.CLOSED)

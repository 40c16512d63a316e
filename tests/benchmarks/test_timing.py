"""The timing harness on clocks of our own: what leaks is seen, what does not is not suspected, on any machine."""

import json
from collections.abc import Callable
from hashlib import shake_128
from pathlib import Path
from typing import Final

import pytest

from benchmarks.timing import (
    SPARSE,
    Timed,
    by_nonce,
    compare,
    faults,
    main,
    nonce_of,
    random_keys,
    table,
    told_apart,
    trimmed,
)
from trust.crypto.gmssl import sign_with_published_key
from trust.crypto.reference import multiply
from trust.crypto.sm2 import N, SM2Digest

ROUNDS: Final = 200
SECRET: Final = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8


class SyntheticClock:
    """A clock that goes on by what is done, in nanoseconds, and by a noise of its own: no machine is asked."""

    def __init__(self) -> None:
        self.now, self.ticks = 0, 0

    def __call__(self) -> int:
        return self.now

    def spend(self, nanoseconds: int) -> None:
        """Let time pass, up to a tenth more than told."""
        self.ticks += 1
        noise = int.from_bytes(shake_128(str(self.ticks).encode()).digest(4), "big") / 2**32
        self.now += nanoseconds + int(noise * 0.1 * nanoseconds)


def spending(clock: SyntheticClock, cost: Callable[[int], int]) -> Timed:
    """Return how an act that costs so much for a secret compares between sparse and random keys."""
    acts = tuple(
        [lambda secret=secret: clock.spend(cost(secret)) for secret in keys] for keys in (SPARSE, random_keys())
    )
    return told_apart("synthetic", "act", "sparse and random keys", *compare((acts[0], acts[1]), ROUNDS, clock))


def test_an_act_that_costs_by_the_weight_of_the_key_leaks() -> None:
    found = spending(SyntheticClock(), lambda secret: 300_000 + 1000 * secret.bit_count())
    assert found.leaks
    assert found.t < -50
    assert found.difference == pytest.approx(-0.29, abs=0.03)
    assert found.first < found.second


def test_an_act_that_costs_the_same_for_every_key_does_not() -> None:
    found = spending(SyntheticClock(), lambda _: 300_000)
    assert not found.leaks
    assert abs(found.t) < 4.5
    assert found.samples == 2 * 3 * ROUNDS * 18 // 20


@pytest.mark.parametrize(
    ("difference", "t", "leaks"),
    [(0.05, 5.0, True), (-0.05, -5.0, True), (0.05, 4.4, False), (0.02, 50.0, False), (0.03, 4.5, True)],
)
def test_a_leak_is_a_difference_that_is_large_and_sure(difference: float, t: float, leaks: bool) -> None:  # noqa: FBT001
    found = Timed(backend="", operation="", classes="", first=1, second=1, difference=difference, t=t, samples=1)
    assert found.leaks is leaks


def test_outliers_are_left_out_at_both_ends() -> None:
    assert trimmed([10**9, *range(18), -(10**9)]) == list(range(18))
    same = [100] * 60
    assert told_apart("", "", "", [*same, 10**9, 10**9], same).difference == 0


def test_classes_without_any_spread() -> None:
    assert told_apart("", "", "", [5] * 40, [5] * 40).t == 0
    assert told_apart("", "", "", [9] * 40, [5] * 40).t > 4.5


def test_acts_take_turns_in_an_order_that_changes() -> None:
    done: list[str] = []
    compare(([lambda: done.append("a"), lambda: done.append("b")], [lambda: done.append("c")]), 20)
    rounds = ["".join(done[start : start + 3]) for start in range(3, len(done), 3)]  # after one to get warm
    assert len(rounds) == 20
    assert {"".join(sorted(one)) for one in rounds} == {"abc"}
    assert len(set(rounds)) > 3


def test_the_classes_are_keys_as_long_as_each_other_and_of_another_weight() -> None:
    assert all(0 < secret < N - 1 for secret in (*SPARSE, *random_keys()))
    assert {secret.bit_length() for secret in random_keys()} == {255}
    assert max(secret.bit_count() for secret in SPARSE) < 6
    assert min(secret.bit_count() for secret in random_keys()) > 100
    assert random_keys() == random_keys()


def test_the_nonce_follows_from_the_signature_and_the_key() -> None:
    for nonce in (1, 2**200 + 5, N - 1):
        signature = sign_with_published_key(SECRET, SM2Digest(bytes(range(32))), nonce)
        assert nonce_of(SECRET, (signature.r, signature.s)) == nonce


def signer(clock: SyntheticClock, cost: Callable[[int], int]) -> Callable[[], tuple[int, int]]:
    """Return what signs with a nonce of each round and takes as long as the nonce costs."""
    count = iter(range(10**6))

    def sign() -> tuple[int, int]:
        nonce = int.from_bytes(shake_128(f"nonce {next(count)}".encode()).digest(32), "big") % N
        clock.spend(cost(nonce))
        r = (multiply_cheaply(nonce) + 5) % N
        return r, pow(1 + SECRET, -1, N) * (nonce - r * SECRET) % N

    return sign


def multiply_cheaply(nonce: int) -> int:
    """Stand for the x of a point, of which only the sum with the digest enters."""
    return nonce * 31 + 7


def test_a_signer_whose_time_tells_the_length_of_the_nonce_leaks() -> None:
    clock = SyntheticClock()
    short, light = by_nonce("synthetic", signer(clock, lambda nonce: 2000 * nonce.bit_length()), SECRET, 4000, clock)
    assert (short.classes, light.classes) == ("short nonces and others", "light nonces and heavy ones")
    assert short.t < -4.5
    assert short.first < short.second
    clock = SyntheticClock()
    _, light = by_nonce("synthetic", signer(clock, lambda nonce: 2000 * nonce.bit_count()), SECRET, 4000, clock)
    assert light.leaks


def test_a_signer_whose_time_tells_nothing_does_not() -> None:
    clock = SyntheticClock()
    assert not any(one.leaks for one in by_nonce("synthetic", signer(clock, lambda _: 300_000), SECRET, 4000, clock))


LEAK: Final = Timed(backend="x", operation="sign", classes="c", first=9, second=5, difference=0.8, t=99, samples=9)
NONE: Final = Timed(backend="y", operation="sign", classes="c", first=5, second=5, difference=0, t=0.1, samples=9)


def test_what_is_wrong_with_the_figures_is_told() -> None:
    assert faults([NONE], [LEAK]) == []
    assert faults([LEAK, NONE], [LEAK]) == ["x leaks: sign, c"]
    assert faults([NONE], [NONE]) == ["no leak was seen in y, which has one"]
    assert table([LEAK, NONE]).row_count == 2


def test_it_measures_every_backend_of_this_machine_and_sees_the_leaks_that_there_are(tmp_path: Path) -> None:
    """Few rounds: whether a sound backend looks sound in them is chance, and not asked."""
    out = tmp_path / "bench-out" / "timing.json"
    main(40, 12, out)
    told = json.loads(out.read_text())
    assert {one["backend"] for one in told} >= {"libcrypto", "reference", "gmssl"}
    assert all(one["difference"] < -0.1 for one in told if one["backend"] in {"reference", "gmssl"})
    assert multiply(SPARSE[0]) is not None

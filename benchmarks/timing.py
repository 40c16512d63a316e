"""Whether the time of what is done with a private key tells anything of the key, on each backend: `make timing`.

After dudect (Reparaz, Balasch, Verbauwhede 2017): two classes of secrets, interleaved in the same process, and Welch's
t over their times, the slowest and fastest twentieths left out. For deciphering and signing the classes are sparse and
random keys. The nonce of a signature is not ours to choose, but whoever knows the key can work it out of the signature
afterwards: the times of short and of light nonces are compared with those of the others, which is how keys were
stolen from real signers.

A difference that is found proves a leak. None that is found on a busy machine is weak evidence of there being none;
docs/timing.md says so beside the figures. The backends that are never given a private key are measured as well:
they do leak, and a harness that does not see it measures nothing.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import shake_128
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from keys import ec_private_key, secret_halves
from keys.secret_halves import SM2Secret
from trust.crypto.gmssl import sign_with_published_key
from trust.crypto.reference import multiply
from trust.crypto.sm2 import N, SM2Digest, SM2PublicKey, digest
from trust.crypto.sm2_encryption import encrypt

__all__ = ["Timed", "compare", "main", "nonce_of", "told_apart"]

OUT: Final = Path("bench-out") / "timing.json"
SPARSE: Final = ((1 << 255) | (1 << 127) | 1, (1 << 255) | (1 << 200) | 3, (1 << 254) | (1 << 64) | 1)
"""Private keys with three bits, and so with many windows of zeros."""

KEYS_OF_A_CLASS: Final = len(SPARSE)
T_LIMIT: Final = 4.5
"""Welch's t above which dudect calls two classes different."""

DIFFERENCE_LIMIT: Final = 0.03
"""Relative difference of the medians below which a large t is an accident of where two keys lie in memory.

Leaking implementations differ by 12 to 37 percent in these classes, sound ones by 0 to 2 (measured).
"""

TRIMMED: Final = 20
"""One in so many is left out at each end."""

SHORT_NONCE: Final = 253
"""Bits below which a nonce counts as short: one in eight."""

MESSAGE: Final = b"message"
PLAIN: Final = bytes(32)
ROUNDS: Final = 2500
ROUNDS_IN_PYTHON: Final = 150

Clock = Callable[[], int]
"""Nanoseconds, of any beginning."""


@dataclass(frozen=True, kw_only=True)
class Timed:
    """How the times of two classes of secrets compare."""

    backend: str
    operation: str
    classes: str
    first: float
    """Median of the first class, in microseconds."""

    second: float
    difference: float
    """Of the first median from the second, relative."""

    t: float
    samples: int

    @property
    def leaks(self) -> bool:
        """Whether the time tells the class."""
        return abs(self.t) >= T_LIMIT and abs(self.difference) >= DIFFERENCE_LIMIT


def told_apart(backend: str, operation: str, classes: str, first: Sequence[int], second: Sequence[int]) -> Timed:
    """Compare two classes of times in nanoseconds, each of two dozen at least."""
    one, other = trimmed(first), trimmed(second)
    spread = (statistics.variance(one) / len(one) + statistics.variance(other) / len(other)) ** 0.5
    apart = statistics.fmean(one) - statistics.fmean(other)
    medians = statistics.median(one), statistics.median(other)
    return Timed(
        backend=backend,
        operation=operation,
        classes=classes,
        first=round(medians[0] / 1000, 2),
        second=round(medians[1] / 1000, 2),
        difference=round(medians[0] / medians[1] - 1, 4),
        t=round(apart / spread if spread else float(apart != 0) * 1e9, 1),
        samples=len(one) + len(other),
    )


def trimmed(times: Sequence[int]) -> list[int]:
    """Return times without the fastest and the slowest of them."""
    cut = len(times) // TRIMMED
    return sorted(times)[cut : len(times) - cut]


def compare(
    acts: tuple[Sequence[Callable[[], object]], Sequence[Callable[[], object]]],
    rounds: int,
    clock: Clock = time.thread_time_ns,
) -> tuple[list[int], list[int]]:
    """Return the times of two classes of acts, each act once in every round and in an order of its own in each."""
    mixed = [(place, act) for place, acts_of_class in enumerate(acts) for act in acts_of_class]
    times: tuple[list[int], list[int]] = ([], [])
    for _, act in mixed:
        act()
    for round_ in range(rounds):
        order = sorted(range(len(mixed)), key=lambda place: shake_128(f"{round_}/{place}".encode()).digest(8))
        for place in order:
            kind, act = mixed[place]
            before = clock()
            act()
            times[kind].append(clock() - before)
    return times


def random_keys() -> list[int]:
    """Return private keys with as many bits as the sparse ones, half of them set; the same in every run."""
    drawn = [int.from_bytes(shake_128(bytes((n,))).digest(31), "big") for n in range(KEYS_OF_A_CLASS)]
    return [(1 << 254) | number for number in drawn]


def public_half(secret: int) -> SM2PublicKey:
    """Return the public half of a private key of this harness."""
    point = multiply(secret)
    assert point is not None
    return SM2PublicKey(*point)


def nonce_of(secret: int, signature: tuple[int, int]) -> int:
    """Return the nonce of a signature: k = s·(1 + d) + r·d mod n (GB/T 32918.2-2016, 6.1, A6)."""
    r, s = signature
    return (s * (1 + secret) + r * secret) % N


def held(secret: int, half: type[SM2Secret]) -> SM2Secret:
    """Return a private key inside a backend."""
    return half.from_secret(ec_private_key.write(secret.to_bytes(32, "big"), public_half(secret)))


# --- operations ------------------------------------------------------------------------------------------------------

Operation = Callable[[int], Callable[[], object]]
"""Prepares, for a private key, what is timed."""


def by_key(backend: str, name: str, operation: Operation, rounds: int) -> Timed:
    """Compare sparse keys with random ones."""
    acts = [operation(secret) for secret in SPARSE], [operation(secret) for secret in random_keys()]
    return told_apart(backend, name, "sparse and random keys", *compare(acts, rounds))


def by_nonce(
    backend: str, sign: Callable[[], tuple[int, int]], secret: int, rounds: int, clock: Clock = time.thread_time_ns
) -> list[Timed]:
    """Compare the times of signatures by their nonces, which only the owner of the key can work out."""
    found: list[tuple[int, int]] = []
    for _ in range(rounds):
        before = clock()
        signature = sign()
        taken = clock() - before
        found.append((nonce_of(secret, signature), taken))
    middle = statistics.median(nonce.bit_count() for nonce, _ in found)
    parts: dict[str, Callable[[int], bool]] = {
        "short nonces and others": lambda nonce: nonce.bit_length() < SHORT_NONCE,
        "light nonces and heavy ones": lambda nonce: nonce.bit_count() < middle,
    }
    return [
        told_apart(
            backend,
            "sign",
            classes,
            [taken for nonce, taken in found if belongs(nonce)],
            [taken for nonce, taken in found if not belongs(nonce)],
        )
        for classes, belongs in parts.items()
    ]


def measured(half: type[SM2Secret], rounds: int) -> list[Timed]:
    """Measure a backend that may hold private keys."""

    def decrypting(secret: int) -> Callable[[], object]:
        key, ciphertext = held(secret, half), encrypt(public_half(secret), PLAIN)
        return lambda: key.decrypt(ciphertext)

    def signing(secret: int) -> Callable[[], object]:
        key, e = held(secret, half), digest(public_half(secret), MESSAGE)
        return lambda: key.sign(e)

    secret = random_keys()[0]
    key, e = held(secret, half), digest(public_half(secret), MESSAGE)

    def sign() -> tuple[int, int]:
        signature = key.sign(e)
        return signature.r, signature.s

    return [
        by_key(half.name, "decrypt", decrypting, rounds),
        by_key(half.name, "sign", signing, rounds),
        *by_nonce(half.name, sign, secret, 4 * rounds),
    ]


def controls(rounds: int) -> list[Timed]:
    """Measure the two that are refused private keys, by the multiplication that deciphering is made of."""
    start = public_half(7)

    def multiplying(secret: int) -> Callable[[], object]:
        return lambda: multiply(secret, (start.x, start.y))

    def gmssl_signing(nonce: int) -> Callable[[], object]:
        e = SM2Digest(PLAIN)
        return lambda: sign_with_published_key(SPARSE[0], e, nonce)

    return [
        by_key("reference", "multiply by the key", multiplying, rounds),
        by_key("gmssl", "sign with the key as nonce", gmssl_signing, rounds),
    ]


def faults(results: Sequence[Timed], controls: Sequence[Timed]) -> list[str]:
    """Return what is wrong with the figures: a backend that leaks, or a control in which no leak was seen."""
    leaking = [f"{one.backend} leaks: {one.operation}, {one.classes}" for one in results if one.leaks]
    blind = [f"no leak was seen in {one.backend}, which has one" for one in controls if not one.leaks]
    return leaking + blind


def table(results: Sequence[Timed]) -> Table:
    """Return the table of figures."""
    found = Table("backend", "operation", "classes", "first µs", "second µs", "difference", "t", "samples", "leaks")
    for one in results:
        numbers = f"{one.first:g}", f"{one.second:g}", f"{one.difference:+.1%}", f"{one.t:g}", f"{one.samples}"
        found.add_row(one.backend, one.operation, one.classes, *numbers, "yes" if one.leaks else "no")
    return found


def main(rounds: int = ROUNDS, in_python: int = ROUNDS_IN_PYTHON, out: Path = OUT) -> int:
    """Measure every backend, print and write the figures, and return 1 where something is wrong with them."""
    results = [one for half in secret_halves.available() for one in measured(half, rounds)]
    refused = controls(in_python)
    Console(width=160).print(table([*results, *refused]))
    out.parent.mkdir(exist_ok=True)
    told = [asdict(one) | {"leaks": one.leaks} for one in (*results, *refused)]
    out.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    wrong = faults(results, refused)
    for one in wrong:
        Console(stderr=True).print(one)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""What many files begin with is hashed once, and no hash becomes another by it."""

import pytest

from trust.crypto.algorithms import Digest
from trust.crypto.beginnings import LEAST, MOST, Beginnings, hash_of_file, remember
from trust.crypto.sm3 import hash_of

BEGINNING = bytes(range(251)) * 100
FILES = {
    "begins so": BEGINNING + b"and goes on",
    "is the beginning": BEGINNING,
    "ends within it": BEGINNING[:-1],
    "differs in its first octet": b"\1" + BEGINNING[1:] + b"and goes on",
    "differs in its last octet": BEGINNING[:-1] + b"\xff" + b"and goes on",
    "is empty": b"",
}


@pytest.fixture
def beginnings() -> Beginnings:
    made = Beginnings()
    made.remember(BEGINNING)
    return made


@pytest.mark.parametrize("algorithm", [Digest.SM3, Digest.SHA256])
@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_hash_is_that_of_the_file(beginnings: Beginnings, file: bytes, algorithm: Digest) -> None:
    wanted = hash_of(algorithm, file)
    for _ in range(2):
        assert beginnings.hash_of_file(algorithm, file, [(0, len(file))]) == wanted
        assert beginnings.hash_of_file(algorithm, bytearray(file), [(0, len(file))]) == wanted


@pytest.mark.parametrize(
    "ranges",
    [
        [(0, len(BEGINNING) + 2), (len(BEGINNING) + 5, 6)],
        [(0, len(BEGINNING)), (len(BEGINNING) + 1, 3)],
        [(0, len(BEGINNING) - 1), (len(BEGINNING), 3)],
        [(1, len(BEGINNING)), (0, 3)],
        [(0, 0), (0, len(BEGINNING) + 1)],
        [],
    ],
)
def test_the_hash_is_that_of_the_parts(beginnings: Beginnings, ranges: list[tuple[int, int]]) -> None:
    file = FILES["begins so"]
    wanted = hash_of(Digest.SM3, *(file[start : start + length] for start, length in ranges))
    assert beginnings.hash_of_file(Digest.SM3, file, ranges) == wanted


def test_a_beginning_is_hashed_once_for_each_algorithm(beginnings: Beginnings) -> None:
    file = FILES["begins so"]
    for _ in range(3):
        _, known = beginnings.begun(Digest.SM3, file, len(file))
        assert known == len(BEGINNING)
    assert list(beginnings.hashes[BEGINNING]) == [Digest.SM3]


def test_a_short_beginning_is_not_kept() -> None:
    made = Beginnings()
    made.remember(bytes(LEAST - 1))
    assert not made.hashes


def test_few_are_kept_and_the_oldest_goes() -> None:
    made = Beginnings()
    several = [bytes((number,)) * LEAST for number in range(MOST + 1)]
    for one in several[:MOST]:
        made.remember(one)
    made.remember(several[0])
    made.remember(several[MOST])
    assert list(made.hashes) == [*several[2:MOST], several[0], several[MOST]]


def test_the_process_has_its_own() -> None:
    remember(BEGINNING)
    file = FILES["begins so"]
    assert hash_of_file(Digest.SM3, file) == hash_of(Digest.SM3, file)
    assert hash_of_file(Digest.SM3, file, [(0, 5), (7, 2)]) == hash_of(Digest.SM3, file[:5], file[7:9])

"""What many files begin with is hashed once, and no hash becomes another by it."""

import pytest

from trust.crypto.algorithms import Digest
from trust.crypto.beginnings import (
    LEAST,
    LEAST_MESSAGE,
    LONGEST,
    LONGEST_MESSAGE,
    MOST,
    MOST_FILES,
    MOST_HEADS,
    MOST_SIGNED,
    Beginnings,
    Messages,
    hash_of_file,
    hash_of_message,
    hash_to_sign,
    remember,
)
from trust.crypto.sm3 import hash_of, sm3

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


# --- files that are being signed

SIGNED = BEGINNING + b"<gap>" + b"what follows"
AROUND = [(0, len(BEGINNING)), (len(BEGINNING) + 5, 12)]


@pytest.mark.parametrize("algorithm", [Digest.SM3, Digest.SHA256])
def test_a_file_that_is_signed_has_the_hash_that_it_has(algorithm: Digest) -> None:
    made = Beginnings()
    wanted = hash_of(algorithm, BEGINNING, b"what follows")
    for file in (bytearray(SIGNED), SIGNED):
        assert made.hash_to_sign(algorithm, file, AROUND) == wanted
        assert made.hash_of_file(algorithm, file, AROUND) == wanted
    assert made.hash_of_file(algorithm, SIGNED, [(0, len(SIGNED))]) == hash_of(algorithm, SIGNED)


@pytest.mark.parametrize("algorithm", [Digest.SM3, Digest.SHA256])
def test_what_stands_before_the_gap_is_hashed_once(algorithm: Digest) -> None:
    made = Beginnings()
    made.hash_to_sign(algorithm, bytearray(SIGNED), AROUND)
    assert made.begun(algorithm, SIGNED, len(SIGNED))[1] == len(BEGINNING)
    assert made.begun(algorithm, SIGNED, len(BEGINNING) - 1)[1] == 0
    assert made.begun(Digest.SHA384, SIGNED, len(SIGNED))[1] == 0


@pytest.mark.parametrize("algorithm", [Digest.SM3, Digest.SHA256])
@pytest.mark.parametrize("place", [0, 100, len(BEGINNING) - 65, len(BEGINNING) - 1])
def test_a_file_that_was_changed_since_has_its_own_hash(place: int, algorithm: Digest) -> None:
    made = Beginnings()
    made.hash_to_sign(algorithm, SIGNED, AROUND)
    changed = SIGNED[:place] + bytes((SIGNED[place] ^ 1,)) + SIGNED[place + 1 :]
    assert made.begun(algorithm, changed, len(changed))[1] == 0
    parts = [changed[start : start + length] for start, length in AROUND]
    assert made.hash_of_file(algorithm, changed, AROUND) == hash_of(algorithm, *parts)


def test_the_buffer_of_a_file_may_change_afterwards() -> None:
    made, buffer = Beginnings(), bytearray(SIGNED)
    made.hash_to_sign(Digest.SM3, buffer, AROUND)
    buffer[0] ^= 1
    assert made.hash_of_file(Digest.SM3, SIGNED, AROUND) == hash_of(Digest.SM3, BEGINNING, b"what follows")


@pytest.mark.parametrize(
    ("algorithm", "ranges"),
    [
        (Digest.SHA256, [(0, LEAST - 1), (LEAST, 5)]),
        (Digest.SM3, [(1, len(BEGINNING)), (len(BEGINNING) + 5, 12)]),
        (Digest.SM3, [(0, LEAST - 1), (LEAST, 5)]),
    ],
)
def test_what_is_not_worth_it_is_not_kept(algorithm: Digest, ranges: list[tuple[int, int]]) -> None:
    made = Beginnings()
    parts = [SIGNED[start : start + length] for start, length in ranges]
    assert made.hash_to_sign(algorithm, SIGNED, ranges) == hash_of(algorithm, *parts)
    assert not any(made.files.values())


def test_a_large_file_is_not_kept_and_of_many_the_newest_are() -> None:
    made = Beginnings()
    made.hash_to_sign(Digest.SM3, bytes(LONGEST + 2), [(0, LONGEST + 1), (LONGEST + 1, 1)])
    assert not any(made.files.values())
    for algorithm, most in ((Digest.SM3, MOST_FILES), (Digest.SHA256, MOST_SIGNED)):
        files = [bytes((number,)) * (LEAST + 1) for number in range(most + 1)]
        for one in files:
            made.hash_to_sign(algorithm, one, [(0, LEAST), (LEAST, 1)])
        assert [beginning for beginning, _, _ in made.files[algorithm]] == [one[:LEAST] for one in files[1:]]


def test_the_process_has_its_own_for_these_as_well() -> None:
    assert hash_to_sign(Digest.SM3, SIGNED, AROUND) == hash_of(Digest.SM3, BEGINNING, b"what follows")


# --- messages under one key

MESSAGE = bytes(range(251)) * 80
"""As long as what a seal signs."""

OTHERS = {
    "the same": MESSAGE,
    "another end": MESSAGE[:-9] + b"otherwise",
    "another first octet": b"\1" + MESSAGE[1:],
    "another octet in the last block that is kept": MESSAGE[:17_000] + b"\xff" + MESSAGE[17_001:],
    "shorter than what is kept": MESSAGE[:10_000],
    "longer": MESSAGE + MESSAGE,
    "short": MESSAGE[:32],
    "nothing": b"",
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_hash_of_a_message_hangs_on_no_message_before(other: bytes) -> None:
    made = Messages()
    for message in (MESSAGE, other, MESSAGE, other):
        assert made.hash_of(b"Z of a key", message) == sm3(b"Z of a key", message)
        assert made.hash_of(b"of another", message) == sm3(b"of another", message)
    assert hash_of_message(b"Z", other) == sm3(b"Z", other)


def test_what_messages_begin_with_is_taken_in_once() -> None:
    made = Messages()
    made.hash_of(b"Z", MESSAGE)
    beginning, context = made.known[b"Z"]
    assert MESSAGE.startswith(beginning)
    assert len(beginning) > len(MESSAGE) * 3 // 4
    made.hash_of(b"Z", OTHERS["another end"])
    assert made.known[b"Z"] == (beginning, context)
    assert context.digest() == sm3(b"Z", beginning)


def test_no_message_that_is_short_or_beyond_measure_is_kept() -> None:
    made = Messages()
    for length in (LEAST_MESSAGE - 1, LONGEST_MESSAGE + 1):
        assert made.hash_of(b"Z", bytes(length)) == sm3(b"Z", bytes(length))
    assert not made.known


def test_few_keys_are_kept_and_the_oldest_goes() -> None:
    made = Messages()
    for number in range(MOST_HEADS + 2):
        made.hash_of(bytes((number,)), MESSAGE)
    assert list(made.known) == [bytes((number,)) for number in range(2, MOST_HEADS + 2)]

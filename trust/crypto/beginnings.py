"""What many files begin with, hashed once: the files of one licence type share half of their octets.

A hash that has taken in a beginning is kept, and goes on where the beginning ends. Whether a file begins so is seen in
its octets each time, so that the hash is that of the file, whatever is remembered.

So are the beginnings of files that are being signed, up to where the signature stands, for a while: each is hashed when
it is signed, when it is verified, and when it is kept. And so is what long messages under one key begin with: what a
seal signs begins with the seal, and is hashed when it is signed and when that is verified.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Final

from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import Hasher, hasher, sm3

__all__ = [
    "LEAST",
    "Beginnings",
    "Messages",
    "hash_of_file",
    "hash_of_message",
    "hash_to_sign",
    "known_beginning",
    "remember",
]

LEAST: Final = 16 << 10
"""Octets of a beginning: of a shorter one the comparison is not worth its time."""

MOST: Final = 8
"""Beginnings that are kept. Each takes its octets, and costs every other file a look at its first octets."""

MOST_FILES: Final = 64
"""Files whose beginnings are kept while they are made: as many as are made together."""

MOST_SIGNED: Final = 8
"""Files whose beginnings other hashes than SM3 have taken in: each is verified as soon as it is signed."""

LONGEST: Final = 512 << 10
"""Octets of such a beginning: they are kept as well."""

TAIL: Final = 64
"""Octets at the end of a beginning, by which it is told from most others."""

LEAST_MESSAGE, LONGEST_MESSAGE = 4 << 10, 256 << 10
"""Octets of a message of which the beginning is kept."""

BLOCK: Final = 1 << 10
"""What begins messages is kept in whole blocks of so many octets, and less than seven eighths of a message."""

MOST_HEADS: Final = 8
"""Keys whose messages' beginning is kept, one for each."""

Range = tuple[int, int]
"""Start and length."""


class Beginnings:
    """Beginnings of files, and hashes that have taken them in. Safe to share between threads."""

    def __init__(self) -> None:
        self.hashes: OrderedDict[bytes, dict[Digest, Hasher]] = OrderedDict()
        self.files: dict[Digest, deque[tuple[bytes, bytes, Hasher]]] = {
            one: deque(maxlen=MOST_FILES if one is Digest.SM3 else MOST_SIGNED) for one in Digest
        }
        """Beginnings of single files, the end of each, and the hash that has taken it in."""

        self.lock = threading.Lock()

    def remember(self, beginning: bytes) -> None:
        """Expect files that begin so. The one that was remembered longest ago is forgotten."""
        if len(beginning) < LEAST:
            return
        with self.lock:
            known = next((one for one in self.hashes if one == beginning), beginning)  # to hash it would take longer
            self.hashes[known] = self.hashes.pop(known, {})
            while len(self.hashes) > MOST:
                self.hashes.popitem(last=False)

    def known(self, file: bytes) -> bytes:
        """Return the beginning that was remembered and that a file begins with, the same object each time; else b""."""
        with self.lock:
            return next((one for one in self.hashes if file.startswith(one)), b"")

    def begun(self, algorithm: Digest, file: bytes | bytearray, end: int) -> tuple[Hasher, int]:
        """Return a hash that has taken in as much of the first `end` octets of a file as is known, and how much."""
        with self.lock:
            for beginning, tail, context in reversed(self.files[algorithm]):
                length = len(beginning)
                if length <= end and file[length - TAIL : length] == tail and file.startswith(beginning):
                    return context.copy(), length
            for beginning, hashes in self.hashes.items():
                if len(beginning) <= end and file.startswith(beginning):
                    if algorithm not in hashes:
                        hashes[algorithm] = hasher(algorithm)
                        hashes[algorithm].update(beginning)
                    return hashes[algorithm].copy(), len(beginning)
        return hasher(algorithm), 0

    def hash_of_file(self, algorithm: Digest, file: bytes | bytearray, ranges: Sequence[Range]) -> bytes:
        """Return the hash of parts of a file, one after the other, as `trust.crypto.sm3.hash_of` would."""
        return self.taken_in(algorithm, file, ranges).digest()

    def hash_to_sign(self, algorithm: Digest, file: bytes | bytearray, ranges: Sequence[Range]) -> bytes:
        """Return the same of a file that is being signed, and expect that file again: what is before the gap stays."""
        start, end = ranges[0]
        if start == 0 and LEAST <= end <= LONGEST:
            beginning = bytes(memoryview(file)[:end])
            context = self.taken_in(algorithm, beginning, ranges[:1])
            with self.lock:
                self.files[algorithm].append((beginning, beginning[-TAIL:], context.copy()))
            return followed_by(context, file, ranges[1:]).digest()
        return self.hash_of_file(algorithm, file, ranges)

    def taken_in(self, algorithm: Digest, file: bytes | bytearray, ranges: Sequence[Range]) -> Hasher:
        """Return a hash that has taken in parts of a file."""
        first = ranges[0] if ranges else (0, 0)
        context, known = self.begun(algorithm, file, first[1]) if first[0] == 0 else (hasher(algorithm), 0)
        rest = [(first[0] + known, first[1] - known), *ranges[1:]]
        return followed_by(context, file, rest)


def followed_by(context: Hasher, file: bytes | bytearray, ranges: Sequence[Range]) -> Hasher:
    """Return a hash after it has taken in parts of a file."""
    whole = memoryview(file)
    for start, length in ranges:
        context.update(whole[start : start + length])
    return context


class Messages:
    """What long messages behind the same head begin with, and hashes that have taken in both. Safe to share."""

    def __init__(self) -> None:
        self.known: OrderedDict[bytes, tuple[bytes, Hasher]] = OrderedDict()
        self.lock = threading.Lock()

    def hash_of(self, head: bytes, message: bytes) -> bytes:
        """Return the SM3 hash of a head and a message, as `trust.crypto.sm3.sm3` would."""
        if not LEAST_MESSAGE <= len(message) <= LONGEST_MESSAGE:
            return sm3(head, message)
        with self.lock:
            beginning, context = self.known.get(head, (b"", None))
        if context is None or not message.startswith(beginning):
            beginning, context = message[: len(message) * 7 // 8 // BLOCK * BLOCK], hasher(Digest.SM3)
            context.update(head)
            context.update(beginning)
            self.keep(head, beginning, context)
        rest = [(len(beginning), len(message) - len(beginning))]
        return followed_by(context.copy(), message, rest).digest()

    def keep(self, head: bytes, beginning: bytes, context: Hasher) -> None:
        """Expect messages behind a head that begin so, and no others. The head that was kept first is forgotten."""
        with self.lock:
            self.known.pop(head, None)
            while len(self.known) >= MOST_HEADS:
                self.known.popitem(last=False)
            self.known[head] = beginning, context


OF_THIS_PROCESS: Final = Beginnings()
MESSAGES_OF_THIS_PROCESS: Final = Messages()


def remember(beginning: bytes) -> None:
    """Expect files that begin so, in this process."""
    OF_THIS_PROCESS.remember(beginning)


def known_beginning(file: bytes) -> bytes:
    """Return what a file begins with, if it was remembered in this process: the same object each time; else b""."""
    return OF_THIS_PROCESS.known(file)


def hash_of_file(algorithm: Digest, file: bytes | bytearray, ranges: Sequence[Range] | None = None) -> bytes:
    """Return the hash of a file, or of parts of it, one after the other."""
    return OF_THIS_PROCESS.hash_of_file(algorithm, file, [(0, len(file))] if ranges is None else ranges)


def hash_to_sign(algorithm: Digest, file: bytes | bytearray, ranges: Sequence[Range]) -> bytes:
    """Return the hash of parts of a file that is being signed, and expect it in this process."""
    return OF_THIS_PROCESS.hash_to_sign(algorithm, file, ranges)


def hash_of_message(head: bytes, message: bytes) -> bytes:
    """Return the SM3 hash of a head, which many messages have, and of one of them."""
    return MESSAGES_OF_THIS_PROCESS.hash_of(head, message)

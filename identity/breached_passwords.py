"""Passwords that have leaked anywhere: a list of the operator's, looked up on the disk.

The file has one line for each password, sorted: its digest in upper-case hexadecimal digits, a colon, how often it was
seen. That is how the well-known public list comes, with SHA-1 (40 digits); a list made at home may have SM3 (64). It is
never read as a whole: some thirty short reads find a line among a thousand million.
"""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trust.crypto.sm3 import sm3
from trust.errors import Unavailable

__all__ = ["BreachedListUnreadable", "BreachedPasswords"]

LINE: Final = re.compile(rb"([0-9A-F]{40}|[0-9A-F]{64})(?::[0-9]{1,12})?\r?")
LONGEST_LINE: Final = 80
"""Octets: 64 digits, a colon, a count, the end of the line."""

SHA1_DIGITS: Final = 40

Read = Callable[[int, int, int], bytes]
"""Reads so many octets of a file at a place."""


class BreachedListUnreadable(Unavailable):
    """The list of breached passwords is not there, or is none: no password can be chosen meanwhile."""

    code = "identity.breached_list_unreadable"


@dataclass(frozen=True)
class BreachedPasswords:
    """A sorted list of digests. Safe to share between threads: each look-up opens the file for itself."""

    path: Path

    def require_readable(self) -> None:
        """Return if the list can be used, else raise `BreachedListUnreadable`: to be asked at the start."""
        self.holds("")

    def holds(self, password: str) -> bool:
        """Tell whether a password is in the list. Raise `BreachedListUnreadable`."""
        try:
            with self.path.open("rb") as file:
                return is_listed(file.fileno(), os.fstat(file.fileno()).st_size, password)
        except OSError:
            raise BreachedListUnreadable from None


def is_listed(file: int, size: int, password: str, *, read: Read = os.pread) -> bool:
    """Tell whether a list has the digest of a password, by halving what is left of the file."""
    wanted = digest_as(line_at(file, 0, read)[1], password)
    low, high = 0, size  # octets; what is looked for begins in between
    while low < high:
        start, digest, end = line_at_or_before(file, (low + high) // 2, read)
        if digest == wanted:
            return True
        if digest < wanted:
            low = end
        else:
            high = start
    return False


def digest_as(example: bytes, password: str) -> bytes:
    """Return the digest of a password as a list has it, of which one is given."""
    octets = password.encode(errors="surrogatepass")
    if len(example) == SHA1_DIGITS:  # not for security: the list comes with it
        return hashlib.sha1(octets, usedforsecurity=False).hexdigest().upper().encode()
    return sm3(octets).hex().upper().encode()


def line_at_or_before(file: int, place: int, read: Read) -> tuple[int, bytes, int]:
    """Return the line that a place is in: where it begins, its digest, where the next one begins."""
    first = max(0, place - LONGEST_LINE)
    before = read(file, place - first, first)
    cut = before.rfind(b"\n")
    if cut < 0 and first > 0:
        raise BreachedListUnreadable
    start = first + cut + 1 if cut >= 0 else 0
    return line_at(file, start, read)


def line_at(file: int, start: int, read: Read) -> tuple[int, bytes, int]:
    """Return the line that begins at a place: that place, its digest, where the next one begins."""
    line, newline, _ = read(file, LONGEST_LINE + 1, start).partition(b"\n")
    told = LINE.fullmatch(line)
    if told is None:
        raise BreachedListUnreadable
    return start, told[1], start + len(line) + len(newline)

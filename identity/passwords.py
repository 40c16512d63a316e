"""Passwords: how they are kept and checked, with Argon2id, through argon2-cffi.

Argon2 takes 64 MiB and a tenth of a second by intent: only a few run at once, and only so many wait, so that a flood of
logins takes neither the machine's memory nor all of its threads. Who comes from a known device has a lane apart, which
no stranger fills. A username that nobody has costs the same as a wrong password.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import Enum
from functools import cache
from threading import BoundedSemaphore
from typing import ClassVar, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from identity.errors import UsernameMalformed
from trust.errors import Unavailable

__all__ = ["Gate", "Lane", "Passwords", "PasswordsBusy", "is_username", "normalised", "require_username"]

USERNAME: Final = re.compile(r"[a-z][a-z0-9._-]{2,63}")
RETRY: Final = 2
"""Seconds after which a lane that was full is worth another try: about what all of its places take."""


class PasswordsBusy(Unavailable):
    """More passwords are being checked than may wait; `seconds` tells when to try again."""

    code = "identity.passwords_busy"
    detail_names: ClassVar[tuple[str, ...]] = ("seconds",)


class Lane(Enum):
    """Who waits for Argon2."""

    STRANGER = "stranger"
    KNOWN = "known"
    """From a device on which the account is known, with an activation code, or in a session."""


def is_username(text: str) -> bool:
    """Tell whether `text` has the form of a username."""
    return USERNAME.fullmatch(text) is not None


def require_username(username: str) -> None:
    """Return if `username` may be one, else raise `UsernameMalformed`."""
    if not is_username(username):
        raise UsernameMalformed


def normalised(password: str) -> str:
    """Return a password as it is kept: the same, however a keyboard composes its characters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


@cache
def hash_of_nobody() -> str:
    """Return the hash that is checked where there is no account: made once, and before anybody asks."""
    return PasswordHasher().hash("a password that nobody has")


class Gate:
    """Lets so many in at once, lets so many wait, and sends the others away."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self.at_once = at_once
        self.waiting = waiting
        self.turns = BoundedSemaphore(at_once)
        self.places = BoundedSemaphore(at_once + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and have it. Raise `PasswordsBusy` where as many wait as may."""
        if not self.places.acquire(blocking=False):
            raise PasswordsBusy(seconds=RETRY)
        try:
            with self.turns:
                yield
        finally:
            self.places.release()


class Passwords:
    """Hashes and checks passwords. Safe to share between threads."""

    def __init__(self) -> None:
        self.hasher = PasswordHasher()
        self.nobody = hash_of_nobody()
        # Together 18 of the 40 threads that answer requests, and 192 MiB.
        self.gates: Mapping[Lane, Gate] = {
            Lane.STRANGER: Gate(at_once=2, waiting=10),
            Lane.KNOWN: Gate(at_once=1, waiting=5),
        }

    def hash(self, password: str) -> str:
        """Return the Argon2id hash of `password`, with its salt and parameters. Raise `PasswordsBusy`."""
        with self.gates[Lane.KNOWN].turn():
            return self.hasher.hash(normalised(password))

    def holds(self, password_hash: str | None, password: str, *, lane: Lane = Lane.STRANGER) -> bool:
        """Tell whether `password` is the one that was hashed. Without a hash the answer is no, after the same work.

        Raise `PasswordsBusy`.
        """
        known = password_hash or self.nobody
        with self.gates[lane].turn():
            matched = [self.matches(known, one) for one in spellings(password)]
        return password_hash is not None and any(matched)

    def matches(self, known: str, password: str) -> bool:
        """Tell whether one spelling of a password is the one that was hashed."""
        try:
            return self.hasher.verify(known, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    def renewed(self, password_hash: str, password: str) -> str | None:
        """Return a hash for today's parameters where the one that a right password was checked by has others.

        It can wait for the next login where many are being worked out.
        """
        if not self.hasher.check_needs_rehash(password_hash):
            return None
        with suppress(PasswordsBusy):
            return self.hash(password)
        return None


def spellings(password: str) -> tuple[str, ...]:
    """Return as what a password may have been hashed: normalised, and as it was typed, as earlier versions did.

    Both are tried in any case: what it costs depends on what was typed and not on what is known.
    """
    return tuple(dict.fromkeys((normalised(password), password)))

"""Passwords: what makes one acceptable, and Argon2id, through argon2-cffi.

Argon2 takes 64 MiB and a tenth of a second by intent; only a few run at once, so that a flood of logins cannot take
the machine's memory. A username that nobody has costs the same time as a wrong password.
"""

import re
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from identity.errors import PasswordTooWeak, UsernameMalformed

__all__ = ["Passwords", "is_username", "require_password", "require_username"]

MINIMUM_LENGTH: Final = 12
MAXIMUM_LENGTH: Final = 256
MINIMUM_VARIETY: Final = 5
"""Different characters: keeps out aaaaaaaaaaaa and 121212121212."""

USERNAME: Final = re.compile(r"[a-z][a-z0-9._-]{2,63}")
COMMON: Final = ("password", "qwerty", "123456", "abcdef", "admin", "woaini", "iloveyou", "letmein", "welcome")
"""Words around which the passwords of every leaked list are built."""

MAX_AT_ONCE: Final = 2


def is_username(text: str) -> bool:
    """Tell whether `text` has the form of a username."""
    return USERNAME.fullmatch(text) is not None


def require_username(username: str) -> None:
    """Return if `username` may be one, else raise `UsernameMalformed`."""
    if not is_username(username):
        raise UsernameMalformed


def require_password(password: str, *, username: str) -> None:
    """Return if `password` is acceptable, else raise `PasswordTooWeak`."""
    lowered = password.lower()
    core = lowered
    for word in (*COMMON, username.lower()):
        core = core.replace(word, "")
    long_enough = MINIMUM_LENGTH <= len(password) <= MAXIMUM_LENGTH
    # What is left without common words must carry the password by itself.
    if not long_enough or len(set(lowered)) < MINIMUM_VARIETY or len(core) < MINIMUM_LENGTH // 2:
        raise PasswordTooWeak


@cache
def hash_of_nobody() -> str:
    """Return the hash that is checked where there is no account: made once, and before anybody asks."""
    return PasswordHasher().hash("a password that nobody has")


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self) -> None:
        self.hasher = PasswordHasher()
        self.turns = BoundedSemaphore(MAX_AT_ONCE)
        self.nobody = hash_of_nobody()

    def hash(self, password: str) -> str:
        """Return the Argon2id hash of `password`, with its salt and parameters."""
        with self.turns:
            return self.hasher.hash(password)

    def holds(self, password_hash: str | None, password: str) -> bool:
        """Tell whether `password` is the one that was hashed. Without a hash the answer is no, after the same work."""
        with self.turns:
            try:
                self.hasher.verify(password_hash or self.nobody, password)
            except (VerifyMismatchError, InvalidHashError):
                return False
        return password_hash is not None

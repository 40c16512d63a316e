"""Repeated requests: the same key and the same content get the same answer, and nothing happens twice.

A service asks `answered` first in its transaction, does its work, and remembers it with `remember` before the commit.
"""

from trust import repository
from trust.crypto.sm3 import sm3
from trust.errors import Conflict, Invalid
from trust.events import canonical
from trust.store import LostRace, Reading, Transaction

__all__ = ["RequestKeyMalformed", "RequestKeyReused", "answered", "fingerprint", "remember", "replace", "require_key"]

MAX_KEY_LENGTH = 128


class RequestKeyReused(Conflict):
    """The Idempotency-Key was used before, for another request. Take a new key for a new request."""

    code = "request.key_reused"


class RequestKeyMalformed(Invalid):
    """An Idempotency-Key has 1 to 128 visible ASCII characters."""

    code = "request.key_malformed"


def fingerprint(operation: str, content: object) -> str:
    """Return the digest by which two requests are compared."""
    return sm3(canonical([operation, content])).hex()


def answered(view: Reading, *, actor: str, key: str, fingerprint: str) -> str | None:
    """Return what came of the request under `key`, or None when it is new.

    Raise `RequestKeyReused` when the key belongs to another request, `RequestKeyMalformed` when it is none.
    """
    require_key(key)
    found = repository.request(view, actor=actor, key=key)
    if found is None:
        return None
    if found.fingerprint != fingerprint:
        raise RequestKeyReused
    return found.result


def require_key(key: str) -> None:
    """Return if `key` may be an idempotency key, else raise `RequestKeyMalformed`."""
    if not (0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable() and " " not in key):
        raise RequestKeyMalformed


def remember(tx: Transaction, *, actor: str, key: str, fingerprint: str, result: str) -> None:
    """Remember the request under `key` with what came of it."""
    repository.add_request(tx, actor=actor, key=key, fingerprint=fingerprint, result=result)


def replace(tx: Transaction, *, actor: str, key: str, before: str, result: str) -> None:
    """Let the request under `key` point at another attempt, after the one `before` it came to nothing.

    Raise `LostRace` where it points at a third already: of two repetitions at the same time one makes the attempt.
    """
    if not repository.replace_request(tx, actor=actor, key=key, before=before, result=result):
        raise LostRace

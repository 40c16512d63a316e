"""The port to the protection of data at rest: personal data is enciphered, and found again by a keyed hash."""

from typing import Protocol

from trust.errors import Unavailable

__all__ = ["DataProtection", "ProtectionUnavailable"]


class ProtectionUnavailable(Unavailable):
    """What was enciphered cannot be read: the key is not there, or the record was changed."""

    code = "protection.unavailable"


class DataProtection(Protocol):
    """Enciphers data for the database. Trusted for: secrecy and integrity. Safe to share between threads.

    `context` names the record and the field; what was protected in one context cannot be revealed in another, so
    that nobody moves an enciphered value from one record to the next.
    """

    def protect(self, plain: bytes, *, context: str) -> bytes:
        """Return `plain` enciphered and bound to `context`."""
        ...

    def reveal(self, protected: bytes, *, context: str) -> bytes:
        """Return what `protect` was given, or raise `ProtectionUnavailable`."""
        ...

    def index(self, value: str, *, kind: str) -> str:
        """Return a keyed hash of `value`, the same for the same value and kind: for exact look-up, telling nothing."""
        ...

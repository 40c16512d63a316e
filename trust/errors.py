"""The error tree that every package hangs its leaves on.

    TrustError
    ├── Invalid       the request itself is wrong; mend it and send it again
    ├── Denied        the actor may not do this
    ├── NotFound      nothing there, or nothing this actor may know of
    ├── Conflict      right in itself, but not in the present state
    ├── Untrusted     somebody else's evidence does not hold
    └── Unavailable   something we depend on does not answer; try again later

A leaf picks one kind, a stable `code`, and the names of its `details`. Domain errors know no HTTP:
api/problems.py alone turns a kind into a status and a code into Chinese and English words.
"""

from typing import ClassVar

from typing_extensions import override

__all__ = ["Conflict", "Denied", "Invalid", "NotFound", "TrustError", "Unavailable", "Untrusted", "leaves"]


class TrustError(Exception):
    """Something that the caller is told about, with a stable `code` and the facts that explain it.

    `details` are shown to the caller and written to logs, so they never hold a secret or personal data.
    """

    code: ClassVar[str] = ""
    detail_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **details: str | int) -> None:
        if set(details) != set(self.detail_names):
            raise TypeError(f"{type(self).__name__} takes exactly the details {self.detail_names}, got {set(details)}")
        super().__init__(self.code, details)
        self.details = details

    @override
    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.details.items())
        return f"{self.code}({told})"


class Invalid(TrustError):
    """The request itself is wrong."""


class Denied(TrustError):
    """The actor may not do this."""


class NotFound(TrustError):
    """There is nothing by that name, or nothing that this actor may know of."""


class Conflict(TrustError):
    """The request is right in itself, but not in the present state."""


class Untrusted(TrustError):
    """Evidence made by somebody else does not hold."""


class Unavailable(TrustError):
    """Something that the operation needs does not answer now."""


KINDS: tuple[type[TrustError], ...] = (Invalid, Denied, NotFound, Conflict, Untrusted, Unavailable)


def leaves() -> frozenset[type[TrustError]]:
    """Return every error class that carries a code, of all packages imported so far."""
    found: set[type[TrustError]] = set()
    waiting: list[type[TrustError]] = [TrustError]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind.code:
            found.add(kind)
    return frozenset(found)

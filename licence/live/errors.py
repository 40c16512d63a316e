"""What can be wrong with live codes.

NotFound
└── LiveCodeUnknown         there is no such code, or none that this actor may know of
Conflict
├── LiveCodeNotPossible     the licence proves nothing now: there is nothing to show
├── LiveCodeExpired         the code has lived its seconds
└── LiveCodeUsed            the code has answered already
"""

from typing import ClassVar

from trust.errors import Conflict, NotFound

__all__ = ["LiveCodeExpired", "LiveCodeNotPossible", "LiveCodeUnknown", "LiveCodeUsed"]


class LiveCodeUnknown(NotFound):
    """There is no such code, or none that this actor may know of."""

    code = "live_code.unknown"


class LiveCodeNotPossible(Conflict):
    """The licence proves nothing now, by its state in the registry or since it has expired."""

    code = "live_code.not_possible"
    detail_names: ClassVar[tuple[str, ...]] = ("state",)


class LiveCodeExpired(Conflict):
    """The code has lived its seconds: its holder shows a new one."""

    code = "live_code.expired"


class LiveCodeUsed(Conflict):
    """The code has answered already, to somebody: it answers once."""

    code = "live_code.used"

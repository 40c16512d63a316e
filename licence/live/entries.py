"""A live code and how it stands."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from identity.subject import SubjectId

__all__ = ["LiveCode", "LiveCodeState"]


class LiveCodeState(StrEnum):
    """How a code stands. That it has expired is told by the clock."""

    WAITING = "waiting"  # 待查验
    CHECKED = "checked"  # 已查验
    EXPIRED = "expired"  # 已过期


@dataclass(frozen=True, kw_only=True)
class LiveCode:
    """A code that a holder shows. The secret in it is kept nowhere."""

    id: str
    licence: str
    holder: SubjectId
    maker: str
    """Who had it made: the holder, who acts for an organisation, or a business system that says it was asked to."""

    purpose: str = field(repr=False)
    """What the holder shows it for, in the holder's words; empty: not said."""

    made_at: datetime
    expires_at: datetime
    checked_at: datetime | None = None
    checker: str | None = None
    """Who checked; None where nobody has, or somebody without a name."""

    def state(self, now: datetime) -> LiveCodeState:
        """Return how the code stands now."""
        if self.checked_at is not None:
            return LiveCodeState.CHECKED
        return LiveCodeState.WAITING if now < self.expires_at else LiveCodeState.EXPIRED

"""A recovery 找回 of an account by its owner: asked for, proven, waited for, done; or stopped by who owns it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from trust.errors import Conflict, NotFound
from trust.lifecycle import Lifecycle

__all__ = [
    "LIFECYCLE",
    "Recovery",
    "RecoveryEvent",
    "RecoveryNotReady",
    "RecoveryState",
    "RecoveryUnknown",
]

EXPIRED: Final = "expired"


class RecoveryUnknown(NotFound):
    """There is no such recovery of this person, or the secret is none."""

    code = "recovery.unknown"


class RecoveryNotReady(Conflict):
    """The recovery gives no code now: `state` tells where it stands, `seconds` how long it still waits, or 0."""

    code = "recovery.not_ready"
    detail_names: ClassVar[tuple[str, ...]] = ("state", "seconds")


class RecoveryState(StrEnum):
    """Where a recovery stands."""

    ASKED = "asked"  # 待本人核验
    PROVEN = "proven"  # 已核验，等待期
    DONE = "done"  # 已找回
    REFUSED = "refused"  # 核验未通过
    STOPPED = "stopped"  # 已被制止


class RecoveryEvent(StrEnum):
    """What happens to a recovery."""

    PROVE = "prove"  # 核验
    REFUSE = "refuse"  # 不通过
    STOP = "stop"  # 制止
    FINISH = "finish"  # 领取激活码


LIFECYCLE = Lifecycle(
    initial=RecoveryState.ASKED,
    moves={
        (RecoveryState.ASKED, RecoveryEvent.PROVE): RecoveryState.PROVEN,
        (RecoveryState.ASKED, RecoveryEvent.REFUSE): RecoveryState.REFUSED,
        (RecoveryState.PROVEN, RecoveryEvent.STOP): RecoveryState.STOPPED,
        (RecoveryState.PROVEN, RecoveryEvent.FINISH): RecoveryState.DONE,
    },
    alone=frozenset(RecoveryEvent),
)


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """A recovery."""

    id: str
    person: str | None
    """Whose account; None where there is none, which the applicant learns only once proven."""

    digest: str = field(repr=False)
    proofing_order: str
    state: RecoveryState = LIFECYCLE.initial
    begun_at: datetime
    ready_at: datetime | None = None
    """From when on the code is given, once proven."""

    ends_at: datetime

    def state_at(self, now: datetime) -> str:
        """Return what is told of the state: of an unfinished one, the clock says whether it is over."""
        is_unfinished = bool(LIFECYCLE.events(self.state))
        return EXPIRED if is_unfinished and self.ends_at <= now else self.state.value

    def require_ready(self, now: datetime) -> None:
        """Return if the code may be given, else raise `RecoveryNotReady`."""
        told = self.state_at(now)
        wait = 0
        if told == RecoveryState.PROVEN.value and self.ready_at is not None:
            wait = max(0, -int(-(self.ready_at - now).total_seconds() // 1))
        if told != RecoveryState.PROVEN.value or wait:
            raise RecoveryNotReady(state=told, seconds=wait)

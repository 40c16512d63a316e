"""The lives of subjects, accounts and clients."""

from collections.abc import Mapping
from enum import StrEnum

from trust.lifecycle import Lifecycle

__all__ = [
    "CLIENT_LIFECYCLE",
    "LIFECYCLE",
    "PERMITS",
    "ClientEvent",
    "ClientState",
    "SubjectEvent",
    "SubjectState",
    "SubjectUse",
]


class SubjectState(StrEnum):
    """Where a person or an organisation stands."""

    REGISTERED = "registered"  # 已登记
    ACTIVE = "active"  # 已核验
    FROZEN = "frozen"  # 冻结
    CLOSED = "closed"  # 注销


class SubjectEvent(StrEnum):
    """What happens to a subject."""

    PROVE = "prove"  # 核验
    FREEZE = "freeze"  # 冻结
    UNFREEZE = "unfreeze"  # 解冻
    CLOSE = "close"  # 注销


class SubjectUse(StrEnum):
    """What a subject may be part of."""

    ACT = "act"
    HOLD = "hold"


LIFECYCLE = Lifecycle(
    initial=SubjectState.REGISTERED,
    moves={
        (SubjectState.REGISTERED, SubjectEvent.PROVE): SubjectState.ACTIVE,
        (SubjectState.REGISTERED, SubjectEvent.CLOSE): SubjectState.CLOSED,
        (SubjectState.ACTIVE, SubjectEvent.FREEZE): SubjectState.FROZEN,
        (SubjectState.FROZEN, SubjectEvent.UNFREEZE): SubjectState.ACTIVE,
        (SubjectState.ACTIVE, SubjectEvent.CLOSE): SubjectState.CLOSED,
        (SubjectState.FROZEN, SubjectEvent.CLOSE): SubjectState.CLOSED,
    },
    # Freezing stops harm and cannot wait for a second officer.
    alone=frozenset({SubjectEvent.FREEZE}),
)

PERMITS: Mapping[SubjectState, frozenset[SubjectUse]] = {
    SubjectState.REGISTERED: frozenset(),
    SubjectState.ACTIVE: frozenset(SubjectUse),
    SubjectState.FROZEN: frozenset({SubjectUse.HOLD}),
    SubjectState.CLOSED: frozenset(),
}


class ClientState(StrEnum):
    """Where a business system's registration stands."""

    REGISTERED = "registered"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class ClientEvent(StrEnum):
    """What happens to a client."""

    APPROVE = "approve"
    SUSPEND = "suspend"
    RESUME = "resume"


CLIENT_LIFECYCLE = Lifecycle(
    initial=ClientState.REGISTERED,
    moves={
        (ClientState.REGISTERED, ClientEvent.APPROVE): ClientState.ACTIVE,
        (ClientState.ACTIVE, ClientEvent.SUSPEND): ClientState.SUSPENDED,
        (ClientState.SUSPENDED, ClientEvent.RESUME): ClientState.ACTIVE,
    },
    alone=frozenset({ClientEvent.SUSPEND}),
)

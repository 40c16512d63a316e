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
    CLOSED = "closed"  # 注销: of persons by death 死亡, of organisations by dissolution
    MERGED = "merged"  # 合并: was another identifier of somebody who is registered
    ERASED = "erased"  # 删除: at the person's request


class SubjectEvent(StrEnum):
    """What happens to a subject."""

    PROVE = "prove"  # 核验
    FREEZE = "freeze"  # 冻结
    UNFREEZE = "unfreeze"  # 解冻
    CLOSE = "close"  # 注销
    MERGE = "merge"  # 合并
    ERASE = "erase"  # 删除


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
        (SubjectState.REGISTERED, SubjectEvent.MERGE): SubjectState.MERGED,
        (SubjectState.ACTIVE, SubjectEvent.MERGE): SubjectState.MERGED,
        (SubjectState.FROZEN, SubjectEvent.MERGE): SubjectState.MERGED,
        (SubjectState.REGISTERED, SubjectEvent.ERASE): SubjectState.ERASED,
        (SubjectState.ACTIVE, SubjectEvent.ERASE): SubjectState.ERASED,
        (SubjectState.CLOSED, SubjectEvent.ERASE): SubjectState.ERASED,
    },
    # Freezing stops harm and cannot wait for a second officer.
    alone=frozenset({SubjectEvent.FREEZE}),
)

PERMITS: Mapping[SubjectState, frozenset[SubjectUse]] = {
    SubjectState.REGISTERED: frozenset(),
    SubjectState.ACTIVE: frozenset(SubjectUse),
    SubjectState.FROZEN: frozenset({SubjectUse.HOLD}),
    SubjectState.CLOSED: frozenset(),
    SubjectState.MERGED: frozenset(),
    SubjectState.ERASED: frozenset(),
}


class ClientState(StrEnum):
    """Where a business system's registration stands."""

    REGISTERED = "registered"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    RETIRED = "retired"  # 注销


class ClientEvent(StrEnum):
    """What happens to a client."""

    APPROVE = "approve"
    SUSPEND = "suspend"
    RESUME = "resume"
    RETIRE = "retire"  # 注销


CLIENT_LIFECYCLE = Lifecycle(
    initial=ClientState.REGISTERED,
    moves={
        (ClientState.REGISTERED, ClientEvent.APPROVE): ClientState.ACTIVE,
        (ClientState.ACTIVE, ClientEvent.SUSPEND): ClientState.SUSPENDED,
        (ClientState.SUSPENDED, ClientEvent.RESUME): ClientState.ACTIVE,
        (ClientState.REGISTERED, ClientEvent.RETIRE): ClientState.RETIRED,
        (ClientState.ACTIVE, ClientEvent.RETIRE): ClientState.RETIRED,
        (ClientState.SUSPENDED, ClientEvent.RETIRE): ClientState.RETIRED,
    },
    alone=frozenset({ClientEvent.SUSPEND}),
)

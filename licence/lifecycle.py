"""The lives of licence types 证照类型 and of licences 电子证照. That a licence has expired is told by the clock."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from trust.lifecycle import Lifecycle

__all__ = [
    "ENDED",
    "LIFECYCLE",
    "PERMITS",
    "SUCCESSIONS",
    "TYPE_LIFECYCLE",
    "LicenceEvent",
    "LicenceState",
    "LicenceUse",
    "TypeEvent",
    "TypeState",
]


class TypeState(StrEnum):
    """Where a licence type stands."""

    DRAFT = "draft"  # 草案
    RETURNED = "returned"  # 复核未通过或发布前退回，待修改
    REVIEWED = "reviewed"  # 已复核
    PUBLISHED = "published"  # 已发布
    RETIRED = "retired"  # 已停用


class TypeEvent(StrEnum):
    """What happens to a licence type."""

    REVIEW = "review"
    REFUSE = "refuse"
    RETURN = "return"
    PUBLISH = "publish"
    RETIRE = "retire"


TYPE_LIFECYCLE = Lifecycle(
    initial=TypeState.DRAFT,
    moves={
        (TypeState.DRAFT, TypeEvent.REVIEW): TypeState.REVIEWED,
        (TypeState.DRAFT, TypeEvent.REFUSE): TypeState.RETURNED,
        (TypeState.REVIEWED, TypeEvent.RETURN): TypeState.RETURNED,
        (TypeState.REVIEWED, TypeEvent.PUBLISH): TypeState.PUBLISHED,
        (TypeState.PUBLISHED, TypeEvent.RETIRE): TypeState.RETIRED,
    },
)


class LicenceState(StrEnum):
    """Where a licence stands."""

    PREPARED = "prepared"  # 制证中
    IN_FORCE = "in_force"  # 有效
    SUSPENDED = "suspended"  # 暂扣（冻结）
    SUPERSEDED = "superseded"  # 已被新版本取代
    REVOKED = "revoked"  # 吊销
    WITHDRAWN = "withdrawn"  # 撤销、撤回
    CANCELLED = "cancelled"  # 注销
    VOID = "void"  # 未制成，编号作废


class LicenceEvent(StrEnum):
    """What happens to a licence."""

    RELEASE = "release"  # 签发
    ABANDON = "abandon"  # 作废未制成的
    SUSPEND = "suspend"  # 暂扣
    RESTORE = "restore"  # 发还
    CHANGE = "change"  # 变更
    RENEW = "renew"  # 延续
    REPLACE = "replace"  # 换发、补发
    CORRECT = "correct"  # 更正
    REVOKE = "revoke"  # 吊销
    WITHDRAW = "withdraw"  # 撤销、撤回
    CANCEL = "cancel"  # 注销


class LicenceUse(StrEnum):
    """What a licence is good for."""

    PROVE = "prove"


SUCCESSIONS: Final = frozenset({LicenceEvent.CHANGE, LicenceEvent.RENEW, LicenceEvent.REPLACE, LicenceEvent.CORRECT})
"""Events by which a new edition takes the place of a licence: the licence ends when that one is released."""

LIFECYCLE = Lifecycle(
    initial=LicenceState.PREPARED,
    moves={
        (LicenceState.PREPARED, LicenceEvent.RELEASE): LicenceState.IN_FORCE,
        (LicenceState.PREPARED, LicenceEvent.ABANDON): LicenceState.VOID,
        (LicenceState.IN_FORCE, LicenceEvent.SUSPEND): LicenceState.SUSPENDED,
        # A new edition of a licence that is suspended would be in force: so there is none.
        (LicenceState.IN_FORCE, LicenceEvent.CHANGE): LicenceState.SUPERSEDED,
        (LicenceState.IN_FORCE, LicenceEvent.RENEW): LicenceState.SUPERSEDED,
        (LicenceState.IN_FORCE, LicenceEvent.REPLACE): LicenceState.SUPERSEDED,
        (LicenceState.IN_FORCE, LicenceEvent.CORRECT): LicenceState.SUPERSEDED,
        (LicenceState.IN_FORCE, LicenceEvent.REVOKE): LicenceState.REVOKED,
        (LicenceState.IN_FORCE, LicenceEvent.WITHDRAW): LicenceState.WITHDRAWN,
        (LicenceState.IN_FORCE, LicenceEvent.CANCEL): LicenceState.CANCELLED,
        (LicenceState.SUSPENDED, LicenceEvent.RESTORE): LicenceState.IN_FORCE,
        (LicenceState.SUSPENDED, LicenceEvent.REVOKE): LicenceState.REVOKED,
        (LicenceState.SUSPENDED, LicenceEvent.WITHDRAW): LicenceState.WITHDRAWN,
        (LicenceState.SUSPENDED, LicenceEvent.CANCEL): LicenceState.CANCELLED,
    },
    # One use case prepares and releases; what becomes of it meanwhile is nobody's decision. A new edition takes
    # nothing from the holder: whether a second person looks at it is for the type to say.
    alone=frozenset({LicenceEvent.RELEASE, LicenceEvent.ABANDON}) | SUCCESSIONS,
)

PERMITS: Mapping[LicenceState, frozenset[LicenceUse]] = {
    LicenceState.PREPARED: frozenset(),
    LicenceState.IN_FORCE: frozenset({LicenceUse.PROVE}),
    LicenceState.SUSPENDED: frozenset(),
    LicenceState.SUPERSEDED: frozenset(),
    LicenceState.REVOKED: frozenset(),
    LicenceState.WITHDRAWN: frozenset(),
    LicenceState.CANCELLED: frozenset(),
    LicenceState.VOID: frozenset(),
}

ENDED: Final = frozenset(state for state in LicenceState if not LIFECYCLE.events(state))
"""States that nothing leads out of."""

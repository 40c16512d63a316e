"""The life of a key: pending → active → retired → destroyed (密钥生命周期)."""

from collections.abc import Mapping
from enum import StrEnum

from trust.lifecycle import Lifecycle

__all__ = ["LIFECYCLE", "PERMITS", "KeyEvent", "KeyState", "KeyUse"]


class KeyState(StrEnum):
    """Where a key stands."""

    ACTIVE = "active"
    RETIRED = "retired"
    DESTROYED = "destroyed"


class KeyEvent(StrEnum):
    """What happens to a key."""

    RETIRE = "retire"  # 退役: signs nothing new
    DESTROY = "destroy"  # 销毁: the private half is gone


class KeyUse(StrEnum):
    """What one may ask of a key."""

    SIGN = "sign"
    VERIFY = "verify"


LIFECYCLE = Lifecycle(
    initial=KeyState.ACTIVE,
    moves={
        (KeyState.ACTIVE, KeyEvent.RETIRE): KeyState.RETIRED,
        (KeyState.ACTIVE, KeyEvent.DESTROY): KeyState.DESTROYED,
        (KeyState.RETIRED, KeyEvent.DESTROY): KeyState.DESTROYED,
    },
    alone=frozenset(KeyEvent),
)

PERMITS: Mapping[KeyState, frozenset[KeyUse]] = {
    KeyState.ACTIVE: frozenset({KeyUse.SIGN, KeyUse.VERIFY}),
    KeyState.RETIRED: frozenset({KeyUse.VERIFY}),
    KeyState.DESTROYED: frozenset({KeyUse.VERIFY}),
}

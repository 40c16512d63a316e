"""The life of a key: pending → active → retiring → retired → destroyed (密钥生命周期)."""

from collections.abc import Mapping
from enum import StrEnum

from trust.lifecycle import Lifecycle

__all__ = ["LIFECYCLE", "PERMITS", "KeyEvent", "KeyState", "KeyUse"]


class KeyState(StrEnum):
    """Where a key stands."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRING = "retiring"
    RETIRED = "retired"
    DESTROYED = "destroyed"


class KeyEvent(StrEnum):
    """What happens to a key."""

    ACTIVATE = "activate"  # 启用: its certificate is there
    SUCCEED = "succeed"  # 接替: a newer version takes over; this one signs until a date
    RETIRE = "retire"  # 退役: signs nothing new
    DESTROY = "destroy"  # 销毁: the private half is gone


class KeyUse(StrEnum):
    """What one may ask of a key."""

    REQUEST = "request"
    """Sign the request for its own certificate."""

    SIGN = "sign"
    ACCEPT = "accept"
    """Open the envelope in which an authority hands over the encryption key that goes with it."""

    DECRYPT = "decrypt"
    VERIFY = "verify"


LIFECYCLE = Lifecycle(
    initial=KeyState.PENDING,
    moves={
        (KeyState.PENDING, KeyEvent.ACTIVATE): KeyState.ACTIVE,
        (KeyState.PENDING, KeyEvent.RETIRE): KeyState.RETIRED,
        (KeyState.PENDING, KeyEvent.DESTROY): KeyState.DESTROYED,
        (KeyState.ACTIVE, KeyEvent.SUCCEED): KeyState.RETIRING,
        (KeyState.ACTIVE, KeyEvent.RETIRE): KeyState.RETIRED,
        (KeyState.ACTIVE, KeyEvent.DESTROY): KeyState.DESTROYED,
        (KeyState.RETIRING, KeyEvent.RETIRE): KeyState.RETIRED,
        (KeyState.RETIRING, KeyEvent.DESTROY): KeyState.DESTROYED,
        (KeyState.RETIRED, KeyEvent.DESTROY): KeyState.DESTROYED,
    },
    alone=frozenset(KeyEvent),
)

VERIFY_ALONE = frozenset({KeyUse.VERIFY})
IN_USE = VERIFY_ALONE | {KeyUse.SIGN, KeyUse.ACCEPT, KeyUse.DECRYPT}

PERMITS: Mapping[KeyState, frozenset[KeyUse]] = {
    KeyState.PENDING: VERIFY_ALONE | {KeyUse.REQUEST, KeyUse.ACCEPT},
    KeyState.ACTIVE: IN_USE | {KeyUse.REQUEST},
    KeyState.RETIRING: IN_USE,
    KeyState.RETIRED: VERIFY_ALONE | {KeyUse.DECRYPT},  # what was encrypted for it is still there
    KeyState.DESTROYED: VERIFY_ALONE,
}

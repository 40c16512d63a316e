"""Assurance levels L0 to L3: how sure we are of a person, and of who it is that comes back.

A session has the lower of two levels: that of the proofing 实名核验 of the person, and that of the factors with which
the person came back. The levels are a proposal of this house, mapped to what provinces, NIST SP 800-63 and eIDAS use in
docs/sign-on.md; no standard at hand fixes them.
"""

from collections.abc import Collection, Iterable
from enum import IntEnum, StrEnum
from typing import Final

__all__ = ["AMR", "Factor", "Level", "methods_of", "strength"]


class Level(IntEnum):
    """How much is proven."""

    NONE = 0
    """L0: nothing but what somebody says of themselves."""

    BASIC = 1
    """L1 一级: one factor; proven from one source."""

    SUBSTANTIAL = 2
    """L2 二级: two factors; proven from several sources, an identity document among them."""

    HIGH = 3
    """L3 三级: a key that cannot be copied; proven at the counter, or by document and live face."""

    @property
    def acr(self) -> str:
        """The level as a value of `acr` in an ID token (OpenID Connect Core 1.0, 2)."""
        return f"urn:xinyin:level:{self.value}"


class Factor(StrEnum):
    """With what a person came back."""

    PASSWORD = "password"  # noqa: S105 - the name of a factor
    ONE_TIME_CODE = "one_time_code"  # 动态口令
    SYNCED_PASSKEY = "synced_passkey"  # a passkey that its maker copies between devices
    PASSKEY = "passkey"  # a passkey that cannot leave its device
    CERTIFICATE = "certificate"  # 数字证书, on a USB key
    PLATFORM = "platform"  # 其他平台: what was shown there, the platform says


AMR: Final = {
    Factor.PASSWORD: ("pwd",),
    Factor.ONE_TIME_CODE: ("otp",),
    Factor.SYNCED_PASSKEY: ("swk", "user"),
    Factor.PASSKEY: ("hwk", "user"),
    Factor.CERTIFICATE: ("sc",),
    Factor.PLATFORM: ("fed",),  # not registered: the methods are the platform's to tell
}
"""The factors as values of `amr` (RFC 8176). A passkey is asked for with verification of its user."""

BY_ITSELF: Final = {
    Factor.PASSWORD: Level.BASIC,
    Factor.ONE_TIME_CODE: Level.BASIC,
    Factor.SYNCED_PASSKEY: Level.SUBSTANTIAL,
    Factor.PASSKEY: Level.HIGH,
    Factor.CERTIFICATE: Level.HIGH,
    Factor.PLATFORM: Level.NONE,  # a session has the level that the platform tells (identity/federation)
}


def strength(factors: Collection[Factor]) -> Level:
    """Return the level of factors that were shown together: of two weak ones of different kinds, the next higher."""
    if {Factor.PASSWORD, Factor.ONE_TIME_CODE} <= {*factors}:
        return max(Level.SUBSTANTIAL, *(BY_ITSELF[one] for one in factors))
    return max((BY_ITSELF[one] for one in factors), default=Level.NONE)


def methods_of(factors: Iterable[Factor]) -> tuple[str, ...]:
    """Return factors as values of `amr`, `mfa` among them where there is more than one factor."""
    shown = sorted({*factors})
    told = [method for one in shown for method in AMR[one]]
    is_multiple = len(shown) > 1 or any("user" in AMR[one] for one in shown)
    return tuple(sorted({*told, *(["mfa"] if is_multiple else [])}))

"""Why seals end, and how far trust falls back then: one row for each ground.

A ground belongs to the step that ends a seal. It decides the reason on the revocation list (RFC 5280, 5.3.1), and what
is thought of stampings from before the end. The text of 国办发〔2025〕33号 was not at hand (docs/divergences.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seal.errors import GroundNotAllowed
from seal.lifecycle import SealEvent

__all__ = ["ALLOWED", "COMPROMISING", "ENDINGS", "Ending", "Fallback", "Ground", "require_ground"]


class Ground(StrEnum):
    """Why a seal has ended, or is replaced."""

    NO_LONGER_NEEDED = "no_longer_needed"  # 不再需要
    RENAMED = "renamed"  # 名称变更
    MERGED = "merged"  # 合并、分立
    DISSOLVED = "dissolved"  # 撤销、解散
    BANKRUPT = "bankrupt"  # 破产
    LOST = "lost"  # 遗失，不再找回
    KEY_COMPROMISED = "key_compromised"  # 密钥泄露
    IMAGE_WORN = "image_worn"  # 章面磨损、变更
    CERTIFICATE_ENDED = "certificate_ended"  # 证书到期、更新
    NEVER_ACCEPTED = "never_accepted"  # 未启用即作废
    UNLAWFUL = "unlawful"  # 违规制作


class Fallback(StrEnum):
    """What becomes of stampings from before the end."""

    STANDS = "stands"
    """They stand."""

    NEEDS_PROOF = "needs_proof"
    """They need proof of their time: whoever has the key can claim any."""

    NEVER_VALID = "never_valid"
    """There never was a valid one."""


@dataclass(frozen=True)
class Ending:
    """What follows from a ground."""

    revocation_reason: int
    """CRLReason of the certificates."""

    fallback: Fallback


KEY_COMPROMISE, AFFILIATION_CHANGED, SUPERSEDED, CESSATION, PRIVILEGE_WITHDRAWN = 1, 3, 4, 5, 9
"""CRLReason, RFC 5280, 5.3.1."""

ENDINGS: Final[Mapping[Ground, Ending]] = {
    Ground.NO_LONGER_NEEDED: Ending(CESSATION, Fallback.STANDS),
    Ground.RENAMED: Ending(AFFILIATION_CHANGED, Fallback.STANDS),
    Ground.MERGED: Ending(CESSATION, Fallback.STANDS),
    Ground.DISSOLVED: Ending(CESSATION, Fallback.STANDS),
    Ground.BANKRUPT: Ending(CESSATION, Fallback.STANDS),
    Ground.LOST: Ending(KEY_COMPROMISE, Fallback.NEEDS_PROOF),
    Ground.KEY_COMPROMISED: Ending(KEY_COMPROMISE, Fallback.NEEDS_PROOF),
    Ground.IMAGE_WORN: Ending(SUPERSEDED, Fallback.STANDS),
    Ground.CERTIFICATE_ENDED: Ending(SUPERSEDED, Fallback.STANDS),
    Ground.NEVER_ACCEPTED: Ending(CESSATION, Fallback.STANDS),
    Ground.UNLAWFUL: Ending(PRIVILEGE_WITHDRAWN, Fallback.NEVER_VALID),
}

COMPROMISING: Final = frozenset(one for one, ending in ENDINGS.items() if ending.fallback is Fallback.NEEDS_PROOF)
"""Grounds with a moment of their own: since when the seal was out of its owner's hands."""

OF_AUTHORITY: Final = frozenset({Ground.RENAMED, Ground.MERGED, Ground.DISSOLVED, Ground.BANKRUPT})

ALLOWED: Final[Mapping[SealEvent, frozenset[Ground]]] = {
    SealEvent.CANCEL: OF_AUTHORITY | {Ground.NO_LONGER_NEEDED, Ground.LOST, Ground.KEY_COMPROMISED},
    SealEvent.PROPOSE_CANCEL: OF_AUTHORITY,
    SealEvent.SUPERSEDE: frozenset({Ground.IMAGE_WORN, Ground.CERTIFICATE_ENDED, Ground.KEY_COMPROMISED}),
    SealEvent.DISCARD: frozenset({Ground.NEVER_ACCEPTED}),
    SealEvent.INVALIDATE: frozenset({Ground.UNLAWFUL}),
}
"""The grounds that each step may have. A cancellation that is confirmed keeps the ground of its proposal."""


def require_ground(event: SealEvent, ground: Ground) -> Ground:
    """Return a ground that `event` may have, or raise `GroundNotAllowed`."""
    if ground not in ALLOWED[event]:
        raise GroundNotAllowed(event=event.value, ground=ground.value)
    return ground

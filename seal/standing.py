"""How far trust in a stamping reaches 信任回溯: what the life of its seal says of the moment at which it was made.

Asked of a history and a moment; `is_proven` tells whether somebody else than the holder vouches for the moment: a
time-stamp, or our own ledger. Grounds and what they mean for the past stand in seal/grounds.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seal.grounds import ENDINGS, Fallback, Ground
from seal.lifecycle import ENDED, PERMITS, SealEvent, SealUse
from seal.records import HistoryEntry

__all__ = ["SealTrust", "TrustAt", "trust_at"]


class SealTrust(StrEnum):
    """What a seal's life says of one stamping."""

    VALID = "valid"
    """The seal was in use then, and nothing since casts doubt on it."""

    NOT_IN_USE = "not_in_use"
    """The owner had not accepted the seal yet."""

    DISPUTED = "disputed"
    """Between the moment at which the owner says the seal was lost, and the report of it."""

    STOPPED = "stopped"
    """The seal was suspended then, or had ended."""

    NEEDS_PROOF = "needs_proof"
    """The seal came into other hands later, and nothing proves that the stamping is from before."""

    NEVER_VALID = "never_valid"
    """The seal was made unlawfully."""


@dataclass(frozen=True, kw_only=True)
class TrustAt:
    """What a seal's life says of a stamping, and since when that is so."""

    trust: SealTrust
    since: datetime | None = None
    """When the seal was stopped, lost or ended."""

    ground: Ground | None = None


def trust_at(history: Sequence[HistoryEntry], moment: datetime, *, is_proven: bool) -> TrustAt:
    """Return what the life of a seal says of a stamping at `moment`.

    An unlawful seal was never valid. Whoever got hold of a key can claim any moment: without proof of the moment, none
    is believed after such an end. Then the state of the seal at that moment counts, and then whether it was lost.
    """
    unlawful = next((one for one in history if one.event is SealEvent.INVALIDATE), None)
    if unlawful is not None:
        return TrustAt(trust=SealTrust.NEVER_VALID, since=unlawful.at, ground=unlawful.ground)
    end = next((one for one in history if one.state in ENDED), None)
    if end is not None and falls_back(end) is Fallback.NEEDS_PROOF and not is_proven:
        return TrustAt(trust=SealTrust.NEEDS_PROOF, since=end.lost_at or end.at, ground=end.ground)
    accepted = next((one for one in history if one.event is SealEvent.ACCEPT), None)
    # Time-stamps and signatures tell whole seconds: what came in the second of the acceptance came after it.
    if accepted is None or moment < accepted.at.replace(microsecond=0):
        return TrustAt(trust=SealTrust.NOT_IN_USE, since=None if accepted is None else accepted.at)
    moment = max(moment, accepted.at)
    stop = stopped_at(history, moment)
    if stop is not None:
        return TrustAt(trust=SealTrust.STOPPED, since=stop.at, ground=stop.ground)
    lost = next((one for one in history if one.disputes(moment)), None)
    if lost is not None:
        return TrustAt(trust=SealTrust.DISPUTED, since=lost.lost_at, ground=lost.ground)
    return TrustAt(trust=SealTrust.VALID)


def falls_back(end: HistoryEntry) -> Fallback:
    """Return what becomes of stampings from before an end. Ends of before had no grounds: they stand."""
    return Fallback.STANDS if end.ground is None else ENDINGS[end.ground].fallback


def stopped_at(history: Sequence[HistoryEntry], moment: datetime) -> HistoryEntry | None:
    """Return the step that had stopped the seal at `moment`, or None where it could stamp then.

    A step holds from its own moment on: what is stamped in the same instant as the seal is stopped came too late.
    """
    stop = None
    for one in history:
        if one.at > moment:
            break
        if SealUse.STAMP in PERMITS[one.state]:
            stop = None
        elif stop is None:
            stop = one
    return stop

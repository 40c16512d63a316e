"""What a verifier accepts beyond the standards' own rules: which anchor for what, until when which algorithm.

The policy is data, so that an operator can change it without a new version. It can only narrow: what the rules of paths
refuse stays refused, and revocation that is not known is indeterminate under every policy, never good.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from trust.certificates import Certificate
from trust.crypto.algorithms import SignatureAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.verdict import Check, SubIndication

__all__ = ["EVERY_PURPOSE", "RULES", "Purpose", "ValidationPolicy"]


class Purpose(StrEnum):
    """What a certificate is asked to be good for."""

    SEAL_MAKING = "seal making"
    SEALING = "sealing"
    SIGNING = "signing documents"
    TIME_STAMPING = "time-stamping"
    LICENCE_CLAIM = "licence claims"
    AUDIT = "audit checkpoints"
    REVOCATION_STATUS = "revocation status"
    TRUST_LIST = "trust lists"
    DELEGATION = "delegations"


RULES: Final = ("algorithms", "anchors", "fatal", "freshness")
"""The kinds of rules that a policy may add (docs/policy.md)."""

EVERY_PURPOSE: Final = frozenset(Purpose)


@dataclass(frozen=True, kw_only=True)
class ValidationPolicy:
    """The policy of a verifier. The empty one trusts every anchor for everything, and adds no end dates."""

    anchor_purposes: Mapping[str, frozenset[Purpose]] = field(default_factory=dict)
    """What an anchor is trusted for, by its fingerprint."""

    other_anchors: frozenset[Purpose] = EVERY_PURPOSE
    """What an anchor is trusted for that `anchor_purposes` does not name."""

    algorithm_ends: Mapping[str, datetime] = field(default_factory=dict)
    """When a signature algorithm, a kind of key or a curve ends, by identifier. Overrides what our tables say."""

    maximum_age: timedelta | None = None
    """How old revocation information may be at the moment that is judged; None: until its own next update."""

    fatal: frozenset[SubIndication] = frozenset()
    """What makes a verdict failed that would leave it indeterminate by itself."""

    def __post_init__(self) -> None:
        if any(end.tzinfo is None for end in self.algorithm_ends.values()):
            raise ValueError("an end date needs its zone")
        if self.maximum_age is not None and self.maximum_age <= timedelta():
            raise ValueError("the greatest age of revocation information is a positive time")

    @property
    def rules(self) -> tuple[str, ...]:
        """What kinds of rules this policy adds to the empty one, by name (`RULES`)."""
        added = {
            "algorithms": bool(self.algorithm_ends),
            "anchors": bool(self.anchor_purposes) or self.other_anchors != EVERY_PURPOSE,
            "fatal": bool(self.fatal),
            "freshness": self.maximum_age is not None,
        }
        return tuple(name for name in RULES if added[name])

    def trusts(self, anchor: Certificate, purpose: Purpose) -> bool:
        """Tell whether `anchor` is one for `purpose`."""
        return purpose in self.anchor_purposes.get(anchor.fingerprint, self.other_anchors)

    def limiting(self, anchor: Certificate, purposes: frozenset[Purpose]) -> "ValidationPolicy":
        """Return this policy with `anchor` trusted for `purposes` and nothing else."""
        return replace(self, anchor_purposes={**self.anchor_purposes, anchor.fingerprint: purposes})

    def narrowed_by(self, other: "ValidationPolicy") -> "ValidationPolicy":
        """Return the policy that accepts what both accept."""
        named = self.anchor_purposes.keys() | other.anchor_purposes.keys()
        ends = [*self.algorithm_ends.items(), *other.algorithm_ends.items()]
        ages = [age for age in (self.maximum_age, other.maximum_age) if age is not None]
        return ValidationPolicy(
            anchor_purposes={
                one: self.anchor_purposes.get(one, self.other_anchors)
                & other.anchor_purposes.get(one, other.other_anchors)
                for one in sorted(named)
            },
            other_anchors=self.other_anchors & other.other_anchors,
            algorithm_ends={oid: min(end for name, end in ends if name == oid) for oid, _ in ends},
            maximum_age=min(ages, default=None),
            fatal=self.fatal | other.fatal,
        )

    def hardened(self, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Return checks with their findings as grave as this policy takes them."""
        return tuple(
            replace(check, finding=replace(check.finding, by_policy=True))
            if check.finding is not None and check.finding.sub_indication in self.fatal
            else check
            for check in checks
        )

    def end_of_signature(self, algorithm: SignatureAlgorithm) -> datetime | None:
        """Return from when on nothing may be signed with `algorithm`, if that is known."""
        return self.algorithm_ends.get(algorithm.oid, algorithm.ends)

    def ends_signature(self, algorithm: SignatureAlgorithm, at: datetime) -> bool:
        """Tell whether nothing may be signed with `algorithm` at the moment `at`."""
        end = self.end_of_signature(algorithm)
        return end is not None and at >= end

    def end_of_key(self, key: PublicKey) -> datetime | None:
        """Return from when on keys like `key` are no longer used, if that is known: their strength, kind, curve.

        Raise `AlgorithmNotSupported` or `KeyMalformed`.
        """
        told = [self.algorithm_ends[oid] for oid in key.algorithm_oids if oid in self.algorithm_ends]
        return min(told) if told else key.ends

    def ends_key(self, key: PublicKey, at: datetime) -> bool:
        """Tell whether keys like `key` are no longer used at the moment `at`. Raise as `end_of_key` does."""
        end = self.end_of_key(key)
        return end is not None and at >= end

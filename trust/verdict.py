"""What a verification says, in the terms of ETSI EN 319 102-1.

A verdict is passed, failed or indeterminate; it names a sub-indication unless it passed, and it lists every check
that was made with its outcome and reason. A verdict is never a truth value: `bool(verdict)` raises, since "not
passed" and "failed" are different things to the person at the counter.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Never

from trust.status import RevocationStatus

__all__ = ["Check", "Finding", "Outcome", "Remark", "SubIndication", "Verdict", "worst"]


class Outcome(StrEnum):
    """The three main indications (EN 319 102-1, 5.1.3)."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


class SubIndication(StrEnum):
    """Why a verdict is not passed (EN 319 102-1, table 5), as far as this house distinguishes."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    TRY_LATER = "TRY_LATER"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"


FATAL = frozenset(
    {
        SubIndication.FORMAT_FAILURE,
        SubIndication.HASH_FAILURE,
        SubIndication.SIG_CRYPTO_FAILURE,
        SubIndication.SIG_CONSTRAINTS_FAILURE,
        SubIndication.REVOKED,
        SubIndication.EXPIRED,
        SubIndication.NOT_YET_VALID,
        SubIndication.CHAIN_CONSTRAINTS_FAILURE,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
        SubIndication.TIMESTAMP_ORDER_FAILURE,
    }
)
"""The sub-indications that make a verdict failed; the others leave it indeterminate.

Stricter than EN 319 102-1, which leaves REVOKED, EXPIRED, constraint and ordering failures indeterminate in some
places: whoever holds a licence under this house's strict policy gets a clear no (docs/verdicts.md).
"""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Why one check did not pass: the sub-indication it leads to and a sentence for an expert."""

    sub_indication: SubIndication
    reason: str
    by_policy: bool = False
    """Whether the verifier's policy takes a sub-indication for fatal that is none by itself."""

    @property
    def outcome(self) -> Outcome:
        """Failed or indeterminate, as the sub-indication or the policy decides."""
        is_fatal = self.by_policy or self.sub_indication in FATAL
        return Outcome.FAILED if is_fatal else Outcome.INDETERMINATE


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something to know that changes no outcome, such as a vendor's deviation that was tolerated."""

    code: str
    """A stable code, which has words in both languages."""

    about: str = ""
    """The field that it is about, by its name in the standard."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One numbered step of a verification and what came of it. `finding` is None when the step passed."""

    step: str
    """The number in the standard's list, such as `7.3 b`."""

    name: str
    """A stable name, such as `seal.signature_value`."""

    finding: Finding | None = None
    note: str = ""
    """A remark in words that does not change the outcome, for experts."""

    code: str = ""
    """The result in one stable code, where the steps have such: why this one did not pass, or a warning."""

    remarks: tuple[Remark, ...] = ()
    """Remarks that do not change the outcome either, each with a code."""

    revocation: RevocationStatus | None = None
    """Of a check of revocation: what told it; None where nothing was at hand."""

    @property
    def outcome(self) -> Outcome:
        """What came of this step."""
        return Outcome.PASSED if self.finding is None else self.finding.outcome


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of one verification and the checks that led to it, in their order."""

    checks: tuple[Check, ...] = field(default=())

    def __bool__(self) -> Never:
        raise TypeError("a verdict is passed, failed or indeterminate; ask for its outcome")

    @cached_property
    def outcome(self) -> Outcome:
        """The worst outcome of all checks; a verdict without checks has proved nothing and is indeterminate."""
        if not self.checks:
            return Outcome.INDETERMINATE
        return worst(check.outcome for check in self.checks)

    @cached_property
    def finding(self) -> Finding | None:
        """The first finding of the worst kind, which gives the verdict its sub-indication."""
        outcome = self.outcome
        return next((c.finding for c in self.checks if c.finding is not None and c.outcome is outcome), None)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return failed if any is failed, else indeterminate if any is, else passed."""
    seen = frozenset(outcomes)
    for outcome in (Outcome.FAILED, Outcome.INDETERMINATE):
        if outcome in seen:
            return outcome
    return Outcome.PASSED

"""What the path of a certificate comes down to, for the tests of paths."""

from datetime import datetime, timedelta
from typing import Final

from tests.builders import FOUNDED
from trust.certificates import Certificate
from trust.paths import Evidence, Purpose, validate
from trust.verdict import Outcome, SubIndication, Verdict

__all__ = ["AT", "BROKEN", "GOOD", "NO_CHAIN", "judged"]

AT: Final = FOUNDED + timedelta(days=30)
"""The moment at which paths are judged, unless a test says otherwise."""


def judged(
    leaf: Certificate,
    evidence: Evidence,
    *,
    purpose: Purpose = Purpose.SIGNING,
    at: datetime = AT,
    time_is_proven: bool = False,
) -> tuple[Outcome, SubIndication | None]:
    """Return outcome and sub-indication of the path from `leaf`."""
    path = validate(leaf, evidence, purpose=purpose, at=at, time_is_proven=time_is_proven, step="1")
    verdict = Verdict(checks=path.checks)
    assert all(check.step == "1" for check in path.checks)
    return verdict.outcome, verdict.finding.sub_indication if verdict.finding else None


GOOD: Final = (Outcome.PASSED, None)
NO_CHAIN: Final = (Outcome.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
BROKEN: Final = (Outcome.FAILED, SubIndication.CHAIN_CONSTRAINTS_FAILURE)

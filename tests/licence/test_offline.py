"""What a QR code is worth without a network: the published vectors, to which the pages' library is held as well."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pytest

from licence.claim import Claim
from licence.offline import judge_offline
from licence.status_list import StatusList, read_status_list
from tests.builders import VECTORS
from tests.licence.claims import octets_of
from trust.certificates import Certificate
from trust.trust_list_reading import JudgedTrustList, read_trust_list
from trust.verdict import Verdict

FILE: Final[dict[str, Any]] = json.loads((VECTORS / "qr" / "vectors.json").read_text(encoding="utf-8"))
ROOT: Final = Certificate(bytes(octets_of(FILE["root"])))


@dataclass(frozen=True)
class Case:
    """A claim, who reads it when, and what must come of it."""

    name: str
    claim: str
    trust_list: str
    status_list: str | None
    now: str
    expect: str
    check: str
    says: dict[str, Any] | None


CASES: Final = [Case(**case) for case in FILE["cases"]]


def read_lists(case: Case) -> tuple[JudgedTrustList, tuple[StatusList, Verdict] | None]:
    """Return the lists that the reader of a case has."""
    now = datetime.fromisoformat(case.now)
    trusted = read_trust_list(FILE["trust_lists"][case.trust_list].encode(), (ROOT,), now=now)
    if case.status_list is None:
        return trusted, None
    encoded = FILE["status_lists"][case.status_list].encode()
    return trusted, read_status_list(encoded, trusted.trust_list, now=now)


def test_the_file_holds_what_its_readme_says() -> None:
    assert set(FILE) == {"source", "anchor", "root", "trust_lists", "status_lists", "cases"}
    assert FILE["anchor"] == ROOT.fingerprint
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_published_codes(case: Case) -> None:
    trusted, status_list = read_lists(case)
    report = judge_offline(case.claim, trusted, status_list, now=datetime.fromisoformat(case.now))
    finding = report.verdict.finding
    outcome = report.verdict.outcome.value
    assert case.expect == (outcome if finding is None else f"{outcome}/{finding.sub_indication}")
    told = next(
        (check.name for check in report.verdict.checks if check.finding is not None and check.finding == finding), ""
    )
    assert case.check == told
    says = None
    if isinstance(report.claim, Claim):
        says = {
            "licence": report.claim.licence.hex(),
            "issuer": report.claim.issuer.value,
            "last_day": None if report.claim.last_day is None else report.claim.last_day.isoformat(),
            "status_list": report.claim.status_list,
            "status_index": report.claim.status_index,
        }
    assert case.says == says

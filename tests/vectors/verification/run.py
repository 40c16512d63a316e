"""Judges every vector of a folder and says where the verdict is another one than must be.

`python -m tests.vectors.verification.run [FOLDER]`, or `make vectors`.
"""

import logging
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from seal.verification.files import FileReport, judge_file
from tests.vectors.verification.cases import FOLDER, Case, Manifest, read_manifest
from tests.vectors.verification.recipes import RECIPES
from trust.errors import TrustError
from trust.verdict import Outcome

__all__ = ["Found", "found", "judged"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What came of a case, in the terms of the manifest."""

    expect: str
    check: str
    signatures: tuple[str, ...]
    kind: str
    reason: str = ""


def judged(manifest: Manifest, case: Case) -> Found:
    """Judge one case with our engine."""
    content = manifest.content(case.file) if case.file else RECIPES[case.made]()
    covers = manifest.content(case.covers) if case.covers else None
    try:
        report = judge_file(
            content,
            manifest.evidence(case),
            now=datetime.fromisoformat(case.moment),
            password=case.password or None,
            signed=covers,
        )
    except TrustError as error:
        return Found(expect=f"refused/{error.code}", check="", signatures=(), kind=case.kind)
    return found(report)


def found(report: FileReport) -> Found:
    """Return what a report says."""
    outcome, finding = report.document.outcome, report.document.finding
    signatures = tuple(one.report.verdict.outcome.value for one in report.document.signatures)
    if outcome is Outcome.PASSED:
        return Found(expect="passed", check="", signatures=signatures, kind=report.kind.value)
    worst = next((one for one in report.document.signatures if one.report.verdict.outcome is outcome), None)
    checks = () if worst is None else worst.report.checks
    name = next((one.name for one in checks if one.finding == finding), "")
    assert finding is not None
    return Found(
        expect=f"{outcome.value}/{finding.sub_indication.value}",
        check=name,
        signatures=signatures,
        kind=report.kind.value,
        reason=finding.reason,
    )


def main(folder: Path) -> int:
    """Judge everything, and return how many verdicts differ."""
    manifest, differ = read_manifest(folder), 0
    for case in manifest.cases:
        got = judged(manifest, case)
        if (case.expect, case.check, case.signatures, case.kind) != (got.expect, got.check, got.signatures, got.kind):
            differ += 1
            print(f"{case.name}\n    must be {case.expect} {case.check} {case.signatures}\n    is      {got}")  # noqa: T201
    print(f"{len(manifest.cases)} vectors, {differ} verdicts differ")  # noqa: T201 - a program tells
    return differ


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # the reader of PDF tells what it finds
    raise SystemExit(min(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER), 1))

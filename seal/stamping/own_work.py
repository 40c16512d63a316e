"""Nothing of ours is released that a stranger would refuse: the finished file is read again and judged.

The file is read by another reader than the one that wrote it, and SM2 signatures are verified by another library than
the one that made them, where there is one. Signatures that were in the document before are not ours to judge, but
stamping must not have made any of them worse.
"""

from collections.abc import Mapping
from datetime import datetime

from seal.errors import OwnWorkRefused
from seal.verification.documents import DocumentReport, JudgedSignature, judge_field, judge_pdf
from trust.crypto.backends import second_opinion
from trust.paths import Evidence
from trust.pdf.release import PDFReleaseRefused, ReleasedSignature, read_release
from trust.pdf.release_request import require_as_asked
from trust.pdf.requests import SignatureRequest
from trust.verdict import Outcome

__all__ = ["judge_own_work", "read_own_work", "require_unharmed", "require_valid", "require_values"]

BETTER_FIRST = (Outcome.PASSED, Outcome.INDETERMINATE, Outcome.FAILED)


def read_own_work(
    pdf: bytes, *, before: bytes, values: Mapping[str, bytes], asked: SignatureRequest
) -> tuple[ReleasedSignature, ...]:
    """Return the signatures that `pdf` adds to `before`, the first of which was `asked` for.

    `values` are what was put into each field, in their order. Raise `OwnWorkRefused` where the file is not what
    stamping makes of `before`.
    """
    try:
        released = read_release(pdf, before=before, fields=tuple(values))
        for one in released[:1]:
            require_as_asked(one, asked)
    except PDFReleaseRefused as error:
        raise OwnWorkRefused(check="pdf.release") from error
    require_values(released, values)
    return released


def require_values(released: tuple[ReleasedSignature, ...], values: Mapping[str, bytes]) -> None:
    """Return if in each field stands what was put into it, else raise `OwnWorkRefused`.

    A signature covers neither itself nor all that comes with it: in its certificates, or the ends of its DER, an octet
    may be another one and it still holds here, where other certificates are known.
    """
    if any(one.contents != values[one.field].ljust(len(one.contents), b"\0") for one in released):
        raise OwnWorkRefused(check="pdf.values")


def judge_own_work(released: tuple[ReleasedSignature, ...], evidence: Evidence, *, now: datetime) -> DocumentReport:
    """Judge signatures of a finished file. Raise `OwnWorkRefused` where one does not hold."""
    backend = second_opinion()
    report = DocumentReport(
        signatures=tuple(
            JudgedSignature(field=one.field, placed=None, report=report, seal_signature=signature)
            for one in released
            for report, signature in judge_field(one, evidence, now=now, backend=backend)
        ),
    )
    require_valid(report, fields=tuple(one.field for one in released))
    return report


def require_valid(report: DocumentReport, *, fields: tuple[str, ...]) -> None:
    """Return if our own verification passes the signatures that we made, else raise `OwnWorkRefused`."""
    own = [one for one in report.signatures if one.field in fields]
    if {one.field for one in own} != set(fields):
        raise OwnWorkRefused(check="pdf.signatures")
    for one in own:
        for check in one.report.checks:
            if check.outcome is not Outcome.PASSED:
                raise OwnWorkRefused(check=check.name)


def require_unharmed(pdf: bytes, *, before: bytes, evidence: Evidence, now: datetime) -> DocumentReport:
    """Return the report on the whole of `pdf`, if every signature of `before` fares as well in it as it did there.

    And if every other one holds. Raise `OwnWorkRefused`, or the errors of `open_pdf`.
    """
    report = judge_pdf(pdf, evidence, now=now)
    after, earlier = outcomes(report), outcomes(judge_pdf(before, evidence, now=now))
    for field, outcome in earlier.items():
        if field not in after or BETTER_FIRST.index(after[field]) > BETTER_FIRST.index(outcome):
            raise OwnWorkRefused(check="pdf.earlier_signatures")
    require_valid(report, fields=tuple(after.keys() - earlier.keys()))
    return report


def outcomes(report: DocumentReport) -> Mapping[str, Outcome]:
    """Return the outcome of each field, the worst where several signatures stand in it."""
    found: dict[str, Outcome] = {}
    for one in report.signatures:
        outcome = one.report.verdict.outcome
        found[one.field] = max(outcome, found.get(one.field, outcome), key=BETTER_FIRST.index)
    return found

"""A verdict that a worker tells is looked at again before anybody relies on it.

What reads a foreign file may be taken over by it, and then tells what the file wants. So a signature in a PDF that is
said to hold is verified once more, here, over the octets that were sent: its value, its signer, its path to an anchor
of ours. What only the worker can tell is how the file is built: whether what was added after a signature was permitted,
and what the file brings along of certificates and lists. A verdict that is not passed needs no second look.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from seal.verification.documents import JudgedSignature, judge_field, with_checks
from seal.verification.files import FileReport
from trust.paths import Evidence
from trust.pdf.judging import Coverage, PDFSignature
from trust.reports import SignatureReport
from trust.verdict import Outcome, SubIndication

__all__ = ["VerdictContradicted", "look_again"]

VALUE: Final = re.compile(rb"<[0-9A-Fa-f]*>")
RANGES: Final = 2
"""Of a ByteRange: before the value and after it (ISO 32000-2, 12.8.1)."""


class VerdictContradicted(Exception):
    """A worker said of a signature that it holds, and it does not: the worker is not to be believed."""


def look_again(content: bytes, report: FileReport, evidence: Evidence, *, now: datetime) -> FileReport:
    """Return `report` on `content` with what was found here of each signature in a PDF that is said to hold.

    Raise `VerdictContradicted`.
    """
    signatures = tuple(
        one
        if one.placed is None or one.report.verdict.outcome is not Outcome.PASSED
        else look_at(content, one, one.placed, evidence, now=now)
        for one in report.document.signatures
    )
    return replace(report, document=replace(report.document, signatures=signatures))


def look_at(
    content: bytes, told: JudgedSignature, placed: PDFSignature, evidence: Evidence, *, now: datetime
) -> JudgedSignature:
    """Return one signature as it is found here."""
    require_covered(content, placed)
    # The path is material like any other: what it is worth is found anew.
    known = evidence.joined_by(told.report.path)
    for report, seal_signature in judge_field(placed, known, now=now):
        if (report.kind, report.signer, seal_signature) == (told.report.kind, told.report.signer, told.seal_signature):
            return replace(told, report=confirmed(told.report, report))
    raise VerdictContradicted(placed.field)


def confirmed(told: SignatureReport, found: SignatureReport) -> SignatureReport:
    """Return what is to be believed of a signature: what was found here, and what the worker alone can tell.

    Where the file brought lists of revocations that are not here, found is that one has to try later.
    """
    structure = tuple(check for check in told.checks if check.step == "pdf")
    if found.verdict.outcome is Outcome.PASSED:
        return with_checks(found, structure)
    findings = {check.finding.sub_indication for check in found.checks if check.finding is not None}
    if findings != {SubIndication.TRY_LATER}:
        raise VerdictContradicted(found.kind.value)
    return replace(found, checks=told.checks, path=told.path, proven_time=told.proven_time)


def require_covered(content: bytes, placed: PDFSignature) -> None:
    """Return if a signature lies in the file that was sent, and covers of it what it is said to cover."""
    ranges = placed.content.ranges
    if placed.content.pdf is not content or len(ranges) != RANGES or ranges[0][0] != 0:
        raise VerdictContradicted(placed.field)
    gap_start, gap_end, end = ranges[0][1], ranges[1][0], sum(ranges[1])
    value = content[gap_start:gap_end]
    if not VALUE.fullmatch(value) or bytes.fromhex(value[1:-1].decode()) != placed.contents:
        raise VerdictContradicted(placed.field)
    if placed.coverage is Coverage.LESS or (placed.coverage is Coverage.FILE) != (end == len(content)):
        raise VerdictContradicted(placed.field)

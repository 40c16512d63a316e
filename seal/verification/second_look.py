"""A verdict that a worker tells is looked at again before anybody relies on it.

What reads a foreign file may be taken over by it, and then tells what the file wants. So what a file is, is asked here
again; a signature in a PDF that is said to hold is verified once more over the octets that were sent: its value, its
signer, its path to an anchor of ours, and with the lists and responses that the worker says the file brings along,
whose own signatures must hold as well; and a seal, a seal signature or a message by itself is judged anew, for which
our own readers suffice. What only the worker can tell is how a PDF is built: which signatures there are besides, and
whether what was added after one was permitted; and everything of an OFD package. A verdict that is not passed needs no
second look.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from seal.verification.documents import JudgedSignature, judge_field, recorded_over, stamps_over, with_checks
from seal.verification.files import FileKind, FileReport, held_of, judge_file, kind_of
from trust.errors import TrustError
from trust.ocsp import OCSPResponse
from trust.paths import Evidence
from trust.pdf.judging import Coverage, PDFSignature
from trust.reports import SignatureKind, SignatureReport
from trust.revocation import RevocationList
from trust.status import StatusSource
from trust.verdict import Outcome

__all__ = ["VerdictContradicted", "look_again"]

VALUE: Final = re.compile(rb"<[0-9A-Fa-f]*>")
RANGES: Final = 2
"""Of a ByteRange: before the value and after it (ISO 32000-2, 12.8.1)."""


class VerdictContradicted(Exception):
    """A worker said of a signature that it holds, and it does not: the worker is not to be believed."""


def look_again(
    content: bytes, report: FileReport, evidence: Evidence, *, now: datetime, signed: bytes | None = None
) -> FileReport:
    """Return `report` on `content` with what was found here of each signature that is said to hold.

    `signed` is what was given to `judge_file`. Raise `VerdictContradicted`.
    """
    kind = kind_of(content)
    if report.kind is not kind:
        raise VerdictContradicted(kind.value)
    if not any(map(is_passed, report.document.signatures)):
        return report
    match kind:
        case FileKind.PDF:
            document = replace(report.document, signatures=seen(content, report, evidence, now))
            return replace(report, document=document, held=held_of(document, evidence))
        case FileKind.OFD:
            return report
        case FileKind.SEAL | FileKind.SEAL_SIGNATURE | FileKind.CMS:
            found = judge_file(content, evidence, now=now, signed=signed)
            if not any(map(is_passed, found.document.signatures)):
                raise VerdictContradicted(kind.value)
            return found
        case FileKind.UNKNOWN:
            raise VerdictContradicted(kind.value)
        case _:
            assert_never(kind)


def seen(content: bytes, report: FileReport, evidence: Evidence, now: datetime) -> tuple[JudgedSignature, ...]:
    """Return the signatures of a PDF as they are found here.

    Time-stamps come first, the latest before those that it covers: they prove when others were there.
    """
    told = report.document.signatures
    # Delegations in one signature may rest on an authority whose certificate came with another, or with the file.
    for one in told:
        evidence = joined_by_told(evidence, one.report)
    time_stamps: list[JudgedSignature] = []
    for one in reversed(told):
        if is_passed(one) and one.report.kind is SignatureKind.TIME_STAMP:
            time_stamps.append(look_at(content, one, evidence, now=now, time_stamps=time_stamps))
    return tuple(
        look_at(content, one, evidence, now=now, time_stamps=time_stamps) if is_passed(one) else one for one in told
    )


def is_passed(judged: JudgedSignature) -> bool:
    """Tell whether a signature is said to hold."""
    return judged.report.verdict.outcome is Outcome.PASSED


def look_at(
    content: bytes,
    told: JudgedSignature,
    evidence: Evidence,
    *,
    now: datetime,
    time_stamps: Sequence[JudgedSignature],
) -> JudgedSignature:
    """Return one signature of a PDF as it is found here, where `time_stamps` over the document were found to hold."""
    placed = told.placed
    if placed is None:  # none that is said to hold stands anywhere else than in the file
        raise VerdictContradicted(told.field)
    require_covered(content, placed)
    stamps, since = stamps_over(placed, time_stamps), recorded_over(placed, evidence)
    for report, seal_signature in judge_field(placed, evidence, now=now, stamps=stamps, since=since):
        if (report.kind, report.signer, seal_signature) == (told.report.kind, told.report.signer, told.seal_signature):
            return replace(told, report=confirmed(told.report, report))
    raise VerdictContradicted(placed.field)


def joined_by_told(evidence: Evidence, told: SignatureReport) -> Evidence:
    """Return `evidence` with the certificates, lists and responses that a worker says it relied on.

    They are material like any other: what they are worth is found anew. One that cannot be read is none.
    """
    lists, responses = [], []
    at_hand = {one.der for one in evidence.revocation_lists} | {one.der for one in evidence.status_responses}
    for one in told.revocations:
        if one.told_by in at_hand:
            continue
        with suppress(TrustError):
            match one.source:
                case StatusSource.LIST:
                    lists.append(RevocationList(one.told_by))
                case StatusSource.RESPONSE:
                    responses.append(OCSPResponse(one.told_by))
                case _:
                    assert_never(one.source)
    return evidence.joined_by(told.certificates, tuple(lists), tuple(responses))


def confirmed(told: SignatureReport, found: SignatureReport) -> SignatureReport:
    """Return what is to be believed of a signature: what was found here, and what the worker alone can tell."""
    if found.verdict.outcome is not Outcome.PASSED:
        raise VerdictContradicted(found.kind.value)
    return with_checks(found, tuple(check for check in told.checks if check.step == "pdf"))


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

"""A further time-stamp over a whole document 续加时间戳, with what validating everything in it needs (B-LTA).

The document stays as it is, octet for octet, and grows. What it bears is proven from then on by the new time-stamp.
"""

from datetime import datetime, timedelta
from typing import Final

from seal.errors import OwnWorkRefused
from seal.stamping.document_signature import time_stamp_document, with_validation_data
from seal.stamping.own_work import judge_own_work, require_unharmed, require_values
from seal.verification.documents import DocumentReport
from trust.certificates import Certificate
from trust.clock import Clock
from trust.paths import Evidence
from trust.pdf.release import PDFReleaseRefused, read_release
from trust.timestamping import TimeStamper
from trust.workers import Workers

__all__ = ["NO_GAIN", "NothingGained", "leaves_of", "renewed"]

NO_GAIN: Final = timedelta(days=30)
"""A time-stamp that proves anything hardly longer than the one before is none worth having."""


class NothingGained(Exception):
    """The authority's own certificate ends hardly later than what is to be renewed."""


def leaves_of(report: DocumentReport) -> tuple[Certificate, ...]:
    """Return everybody who signed something in a document: signers, makers of seals, authorities of time-stamps."""
    found: dict[Certificate, None] = {}
    for one in (judged.report for judged in report.signatures):
        told = (one.signer, *one.maker_path[:1], *(proof.authority for proof in one.time_proofs))
        found.update(dict.fromkeys(leaf for leaf in told if leaf is not None))
    return tuple(found)


def renewed(
    pdf: bytes,
    leaves: tuple[Certificate, ...],
    evidence: Evidence,
    *,
    stamper: TimeStamper,
    workers: Workers,
    clock: Clock,
    until: datetime | None = None,
) -> tuple[bytes, DocumentReport]:
    """Return a document under one more time-stamp over all of it, and the report on that.

    `until` is how long what it bears is proven without. Raise `TimeStampingUnavailable`, `OwnWorkRefused`,
    `NothingGained`, and what the reader of PDF files raises.
    """
    asked_at = clock.now()
    prepared = with_validation_data(pdf, leaves, evidence, at=asked_at)
    stamped, values = time_stamp_document(prepared, stamper, at=asked_at)
    try:
        released = read_release(stamped, before=pdf, fields=tuple(values))
    except PDFReleaseRefused as error:
        raise OwnWorkRefused(check="pdf.release") from error
    require_values(released, values)
    # The authority states a moment after that at which it was asked, and no token lies in the future of its judge.
    judged_at = clock.now()
    judge_own_work(released, evidence, now=judged_at)
    report = workers.run(require_unharmed, stamped, before=pdf, evidence=evidence, now=judged_at)
    if until is not None and (report.proven_until or judged_at) < until + NO_GAIN:
        raise NothingGained
    return stamped, report

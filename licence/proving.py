"""Proof of existence by the registry: since when it has had a file on record that it made itself.

A time-stamp proves nothing any more once its authority has ended. Whoever has kept the file, or its hash, knows all
the same that it was there: the ledger names the file of each stamping, and the audit trail that of each licence. It is
worth what the books of the instance are worth, and told by its own name (docs/verdicts.md).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final

from licence.repository import LicenceRepository
from seal.ledger.entries import Stamping
from seal.verification.files import FileReport
from seal.verification.registry import line_of
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hasher
from trust.paths import Evidence, Recorded
from trust.reports import LAPSED
from trust.repository import events_about
from trust.store import Reading, Store

__all__ = ["recorded_of", "with_records"]

END: Final = re.compile(rb"%%EOF(?:\r\n|\r|\n)?")
MOST: Final = 100
"""Ends of files within a file that are looked at."""

FILES: Final = ("licence:release:done", "licence:time_stamp:done")
"""Events that name the file of a licence by its SM3."""


def with_records(
    store: Store,
    repository: LicenceRepository,
    content: bytes,
    evidence: Evidence,
    *,
    judge: Callable[[Evidence], FileReport],
    moment: datetime,
) -> tuple[FileReport, Evidence]:
    """Return the verdict on a file, and what it rests on: our own records too, where it lacks a proof of time."""
    report = judge(evidence)
    if not lacks_proof(report):
        return report, evidence
    with store.reading() as view:
        recorded = recorded_of(view, repository, content, report, asked=moment)
    if not recorded:
        return report, evidence
    known = replace(evidence, recorded=recorded)
    return judge(known), known


def lacks_proof(report: FileReport) -> bool:
    """Tell whether something in a verdict hangs on when the file was there, and nothing in the file proves it."""
    checks = (check for one in report.document.signatures for check in one.report.checks)
    return any(check.finding is not None and check.finding.sub_indication in LAPSED for check in checks)


def recorded_of(
    view: Reading, repository: LicenceRepository, content: bytes, report: FileReport, *, asked: datetime
) -> tuple[Recorded, ...]:
    """Return since when the registry has had a file on record, and what it begins with, as it knew when `asked`."""
    lines = [line for one in report.document.signatures for line in [line_of(view, one)] if line is not None]
    if not lines:
        return ()
    known = beginnings_of(content, report)
    told = [pair for line in lines for pair in files_of(view, repository, line)]
    told += [(line.signature.hex(), line.ended_at) for line in lines if line.signature and line.ended_at]
    found = {(known[file], since) for file, since in told if file in known and since <= asked}
    return tuple(Recorded(octets=octets, since=since) for octets, since in sorted(found))


def files_of(view: Reading, repository: LicenceRepository, line: Stamping) -> list[tuple[str, datetime]]:
    """Return the files that the registry names for a stamping, by their SM3, and since when it does."""
    found = [] if line.result is None or line.ended_at is None else [(str(line.result), line.ended_at)]
    licence = repository.by_stamping(view, line.id)
    events = () if licence is None else events_about(view, subject=licence.id, tags=FILES)
    return [*found, *((str(one.event.facts["file"]), one.at) for one in events)]


def beginnings_of(content: bytes, report: FileReport) -> Mapping[str, int]:
    """Return how long the beginnings of a PDF are that were files themselves, and it itself, by their SM3.

    And where the file is a signature by itself, of which the ledger keeps the value, by that value.
    """
    ends = [one.end() for one in islice(END.finditer(content), MOST)]
    context, found, done = hasher(Digest.SM3), {}, 0
    for end in sorted({*ends, len(content)}):
        context.update(memoryview(content)[done:end])
        found[context.digest().hex()], done = end, end
    for one in report.document.signatures:
        if one.placed is None and one.seal_signature is not None:
            found[one.seal_signature.signature.hex()] = len(content)
    return found

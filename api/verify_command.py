"""`trust verify`: judge files by themselves, with the anchors that the caller names. No network, no registry."""

import json
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from api.schemas.verification import CheckView, ClaimVerdict, FileVerdict, own_verdict
from api.telling import words_of
from api.verify_texts import NO_LISTS, SignedLists, judge_text
from licence.inquiry import inquiry_of
from seal.data.reading import read_seal_signature
from seal.verification.files import FileKind, FileReport, judge_file, kind_of, protected_part
from seal.verification.record import Record, record_of, require_of
from seal.verification.second_look import VerdictContradicted, look_again
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.paths import Evidence
from trust.pdf.intake import LIMITS
from trust.verdict import Outcome
from trust.workers import IN_PROCESS, WorkerExhausted, Workers

__all__ = ["DISAGREES", "EXIT", "Judged", "judge", "judge_again", "print_json", "record_judged", "show"]

EXIT: Final = {"passed": 0, "failed": 1, "indeterminate": 2}
"""Exit codes by outcome. A file of which nothing can be said (a password, a limit) is indeterminate."""

DISAGREES: Final = 3
"""Exit code of a replay that comes to another verdict than the recorded one."""

MAX_NEIGHBOURS: Final = 50
"""PDF files beside a seal signature that are looked at for the document that it seals."""

MARKS: Final = {"passed": ("✓", "green"), "failed": ("✗", "red"), "indeterminate": ("?", "yellow")}
"""How an outcome is marked, and the colour of the mark."""

WORDS: Final = {"passed": "有效 valid", "failed": "无效 invalid", "indeterminate": "无法确定 undetermined"}

AGREEMENT: Final = {
    True: "重演与记录一致 the replay agrees with the record",
    False: "重演与记录不一致 the replay comes to another verdict than the record",
}

HIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories that leave no ink but may move a cursor, end a line or turn its direction."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What came of a file: a verdict, or the error that says why there is none."""

    file: Path
    verdict: FileVerdict | ClaimVerdict | None
    error: TrustError | None = None
    sealed_document: str | None = None
    report: FileReport | None = field(default=None, repr=False, compare=False)
    """Of a file: what the verdict tells of."""

    signed: bytes | None = field(default=None, repr=False, compare=False)
    """What a detached signature was judged over."""

    agrees: bool | None = None
    """Of a replay: whether it came to the recorded verdict."""

    @property
    def outcome(self) -> str:
        """The outcome; indeterminate where nothing can be said."""
        return Outcome.INDETERMINATE.value if self.verdict is None else self.verdict.outcome

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object for one file."""
        told: dict[str, Any] = {"file": str(self.file), "outcome": self.outcome}
        if self.verdict is not None:
            told |= self.verdict.model_dump(mode="json", exclude={"registry", "seals", "licence", "file_outcome"})
        if self.error is not None:
            chinese, english = words_of(self.error)
            told |= {"error": {"code": self.error.code, "detail_zh": chinese, "detail_en": english}}
        if self.sealed_document is not None:
            told["sealed_document"] = self.sealed_document
        if self.agrees is not None:
            told["agrees_with_record"] = self.agrees
        return told


def judge(
    file: Path,
    evidence: Evidence,
    *,
    at: datetime,
    password: str | None = None,
    document: Path | None = None,
    workers: Workers = IN_PROCESS,
    lists: SignedLists = NO_LISTS,
) -> Judged:
    """Judge one file. `workers` do the reading.

    For a seal signature by itself the sealed document is looked for: `document`, else among the PDF files beside it.
    The text of a QR code in a file is judged by `lists`.
    """
    content = file.read_bytes()
    asked = inquiry_of(content)
    if asked is not None:
        return Judged(file=file, verdict=judge_text(asked, lists, now=at))
    signed, found = None, None
    if document is not None:
        signed, found = sealed_part(document, content, workers) or document.read_bytes(), document
    elif kind_of(content) is FileKind.SEAL_SIGNATURE:
        signed, found = search_document(file, content, workers)
    try:
        report = judged_by(workers, content, evidence, at=at, password=password, signed=signed)
    except TrustError as error:
        return Judged(file=file, verdict=None, error=error)
    document_name = None if found is None else str(found)
    return Judged(file=file, verdict=told_of(report, at), sealed_document=document_name, report=report, signed=signed)


def judged_by(
    workers: Workers, content: bytes, evidence: Evidence, *, at: datetime, password: str | None, signed: bytes | None
) -> FileReport:
    """Return what workers say of a file, looked at again. Raise `WorkerExhausted` where they are not to be believed."""
    told = workers.run(judge_file, content, evidence, now=at, password=password, signed=signed)
    try:
        return look_again(content, told, evidence, now=at, signed=signed)
    except VerdictContradicted:
        raise WorkerExhausted(limit="answer") from None


def told_of(report: FileReport, at: datetime) -> FileVerdict:
    """Return the verdict on a file by itself as of a moment."""
    return own_verdict(report).model_copy(update={"moment": at})


def record_judged(
    judged: Judged, evidence: Evidence, *, at: datetime, password: str | None = None, workers: Workers = IN_PROCESS
) -> Record | None:
    """Return the record of a verdict on a file, or None where there is no such verdict."""
    report = judged.report
    if report is None:
        return None
    content = judged.file.read_bytes()
    return record_of(
        report,
        evidence,
        judge=lambda known: judged_by(workers, content, known, at=at, password=password, signed=judged.signed),
        content=content,
        signed=judged.signed,
        moment=at,
    )


def judge_again(
    file: Path,
    record: Record,
    *,
    password: str | None = None,
    document: Path | None = None,
    workers: Workers = IN_PROCESS,
) -> Judged:
    """Judge one file as its record says, with nothing else than the record holds."""
    content = file.read_bytes()
    signed = None
    if document is not None:
        signed = sealed_part(document, content, workers) or document.read_bytes()
    elif record.signed is not None:
        signed, _ = search_document(file, content, workers)
    try:
        require_of(record, content, signed)
        report = judged_by(workers, content, record.evidence, at=record.moment, password=password, signed=signed)
    except TrustError as error:
        return Judged(file=file, verdict=None, error=error)
    return Judged(file=file, verdict=told_of(report, record.moment), report=report, agrees=record.agrees_with(report))


def sealed_part(document: Path, signature: bytes, workers: Workers) -> bytes | None:
    """Return what `signature` protects in a PDF that bears it, or None where it does not bear it."""
    try:
        return workers.run(protected_part, document.read_bytes(), signature)
    except (TrustError, OSError):
        return None


def search_document(file: Path, signature: bytes, workers: Workers) -> tuple[bytes | None, Path | None]:
    """Return the sealed part of the PDF beside `file` that bears `signature`, and which PDF that is.

    Where several bear it, one that still is what was sealed goes before copies that were altered.
    """
    altered: tuple[bytes, Path] | None = None
    neighbours = [path for path in sorted(file.absolute().parent.glob("*.pdf")) if path.stat().st_size <= LIMITS.size]
    for path in neighbours[:MAX_NEIGHBOURS]:
        part = sealed_part(path, signature, workers)
        if part is None:
            continue
        if sm3(part) == read_seal_signature(signature).data_hash:
            return part, path
        altered = altered or (part, path)
    return altered or (None, None)


def show(judged: Judged, console: Console) -> None:
    """Show a verdict to a person."""
    tell(console, f"{judged.file}  {WORDS[judged.outcome]}", outcome=judged.outcome)
    if judged.error is not None:
        for line in words_of(judged.error):
            tell(console, line, indent=4)
    if judged.sealed_document is not None:
        tell(console, f"sealed document: {judged.sealed_document}", indent=4)
    if judged.agrees is not None:
        tell(console, AGREEMENT[judged.agrees], indent=4)
    verdict = judged.verdict
    if verdict is None:
        return
    if verdict.reason:
        tell(console, f"{verdict.sub_indication}: {verdict.reason}", indent=4)
    if isinstance(verdict, ClaimVerdict):
        show_checks(verdict.checks, console, indent=4)
        return
    for signature in verdict.signatures:
        signer = "" if signature.signer is None else signature.signer.common_name
        moment = signature.proven_time or signature.claimed_time
        when = "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}Z{'' if signature.proven_time else ' (claimed)'}"
        tell(console, f"{signature.field or signature.kind}  {signer}  {when}", outcome=signature.outcome, indent=4)
        show_checks(signature.checks, console, indent=8)
        for change in signature.changed_after:
            told = f"after it, in revision {change.revision}: {change.kind} {change.about}"
            tell(console, told, outcome="passed" if change.permitted else "failed", indent=8)


def show_checks(checks: list[CheckView], console: Console, *, indent: int) -> None:
    """Show checks, one a line."""
    for check in checks:
        found = ": ".join(one for one in (check.code, check.reason or check.note) if one)
        told = f"{check.step:12}{check.name:34}{found}"
        tell(console, told, outcome=check.outcome, indent=indent)


def tell(console: Console, told: str, *, outcome: str = "", indent: int = 0) -> None:
    """Print one line as one line, however narrow the terminal is, and whatever the maker of a file wrote into it."""
    line = Text(" " * indent)
    if outcome:
        mark, colour = MARKS[outcome]
        line.append(f"{mark} ", style=colour)
    line.append(shown_plainly(told).rstrip())
    console.print(line, soft_wrap=True, highlight=False)


def shown_plainly(text: str) -> str:
    """Return `text` with its hidden characters told by their code points instead of obeyed by a terminal."""
    return "".join(f"<U+{ord(one):04X}>" if is_hidden(one) else one for one in text)


def is_hidden(character: str) -> bool:
    """Tell whether a character leaves no ink and is no space."""
    return unicodedata.category(character) in HIDDEN


def print_json(results: list[Judged]) -> str:
    """Return one JSON object a line, whose hidden characters are escaped."""
    lines = "\n".join(json.dumps(one.as_json(), ensure_ascii=False) for one in results)
    return "".join(json.dumps(one)[1:-1] if one != "\n" and is_hidden(one) else one for one in lines)

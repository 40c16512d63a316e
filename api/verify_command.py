"""`trust verify`: judge files by themselves, with the anchors that the caller names. No network, no registry."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from api.problems import words_of
from api.schemas.verification import FileVerdict, own_verdict
from seal.files import FileKind, FileReport, judge_file, kind_of
from seal.reading import read_seal_signature
from trust.errors import TrustError
from trust.paths import Evidence
from trust.pdf.intake import LIMITS
from trust.pdf.judging import open_pdf
from trust.verdict import Outcome

__all__ = ["EXIT", "Judged", "judge", "show"]

EXIT: Final = {"passed": 0, "failed": 1, "indeterminate": 2}
"""Exit codes by outcome. A file of which nothing can be said (a password, a limit) is indeterminate."""

MAX_NEIGHBOURS: Final = 50
"""PDF files beside a seal signature that are looked at for the document that it seals."""

MARKS: Final = {"passed": "[green]✓[/green]", "failed": "[red]✗[/red]", "indeterminate": "[yellow]?[/yellow]"}
WORDS: Final = {"passed": "有效 valid", "failed": "无效 invalid", "indeterminate": "无法确定 undetermined"}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What came of a file: a verdict, or the error that says why there is none."""

    file: Path
    verdict: FileVerdict | None
    error: TrustError | None = None
    sealed_document: str | None = None

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
        return told


def judge(
    file: Path, evidence: Evidence, *, at: datetime, password: str | None = None, document: Path | None = None
) -> Judged:
    """Judge one file.

    For a seal signature by itself the sealed document is looked for: `document`, else among the PDF files beside it.
    """
    content = file.read_bytes()
    signed, found = None, None
    if document is not None:
        signed, found = sealed_part(document, content) or document.read_bytes(), document
    elif kind_of(content) is FileKind.SEAL_SIGNATURE:
        signed, found = search_document(file, content)
    try:
        report: FileReport = judge_file(content, evidence, now=at, password=password, signed=signed)
    except TrustError as error:
        return Judged(file=file, verdict=None, error=error)
    return Judged(file=file, verdict=own_verdict(report), sealed_document=None if found is None else str(found))


def sealed_part(document: Path, signature: bytes) -> bytes | None:
    """Return what `signature` protects in a PDF that bears it, or None where it does not bear it."""
    try:
        raw = read_seal_signature(signature).raw
        for one in open_pdf(document.read_bytes()).signatures:
            if one.contents.startswith(raw):
                return one.content.octets()
    except (TrustError, OSError):
        return None
    return None


def search_document(file: Path, signature: bytes) -> tuple[bytes | None, Path | None]:
    """Return the sealed part of the PDF beside `file` that bears `signature`, and which PDF that is."""
    neighbours = [path for path in sorted(file.absolute().parent.glob("*.pdf")) if path.stat().st_size <= LIMITS.size]
    for path in neighbours[:MAX_NEIGHBOURS]:
        part = sealed_part(path, signature)
        if part is not None:
            return part, path
    return None, None


def show(judged: Judged, console: Console) -> None:
    """Show a verdict to a person."""
    tell(console, f"{MARKS[judged.outcome]} [bold]{escape(str(judged.file))}[/bold]  {WORDS[judged.outcome]}")
    if judged.error is not None:
        for line in words_of(judged.error):
            tell(console, f"    {escape(line)}")
    if judged.sealed_document is not None:
        tell(console, f"    sealed document: {escape(judged.sealed_document)}")
    verdict = judged.verdict
    if verdict is None:
        return
    if verdict.reason:
        tell(console, f"    {verdict.sub_indication}: {escape(verdict.reason)}")
    for signature in verdict.signatures:
        signer = "" if signature.signer is None else signature.signer.common_name
        moment = signature.proven_time or signature.claimed_time
        when = "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}Z{'' if signature.proven_time else ' (claimed)'}"
        tell(console, f"    {MARKS[signature.outcome]} {signature.field or signature.kind}  {escape(signer)}  {when}")
        for check in signature.checks:
            told = escape(check.reason or check.note)
            tell(console, f"        {MARKS[check.outcome]} {check.step:12}{check.name:34}{told}".rstrip())


def tell(console: Console, line: str) -> None:
    """Print one line as one line, however narrow the terminal is."""
    console.print(line, soft_wrap=True, highlight=False)


def print_json(results: list[Judged]) -> str:
    """Return one JSON object a line."""
    return "\n".join(json.dumps(one.as_json(), ensure_ascii=False) for one in results)

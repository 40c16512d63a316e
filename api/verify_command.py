"""`trust verify`: judge files by themselves, with the anchors that the caller names. No network, no registry."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from api.problems import words_of
from api.schemas.verification import FileVerdict, own_verdict
from seal.data.reading import read_seal_signature
from seal.stamping.second_look import VerdictContradicted, look_again
from seal.verification.files import FileKind, judge_file, kind_of, protected_part
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.paths import Evidence
from trust.pdf.intake import LIMITS
from trust.verdict import Outcome
from trust.workers import IN_PROCESS, WorkerExhausted, Workers

__all__ = ["EXIT", "Judged", "judge", "show"]

EXIT: Final = {"passed": 0, "failed": 1, "indeterminate": 2}
"""Exit codes by outcome. A file of which nothing can be said (a password, a limit) is indeterminate."""

MAX_NEIGHBOURS: Final = 50
"""PDF files beside a seal signature that are looked at for the document that it seals."""

MARKS: Final = {"passed": ("✓", "green"), "failed": ("✗", "red"), "indeterminate": ("?", "yellow")}
"""How an outcome is marked, and the colour of the mark."""

WORDS: Final = {"passed": "有效 valid", "failed": "无效 invalid", "indeterminate": "无法确定 undetermined"}

HIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories that leave no ink but may move a cursor, end a line or turn its direction."""


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
    file: Path,
    evidence: Evidence,
    *,
    at: datetime,
    password: str | None = None,
    document: Path | None = None,
    workers: Workers = IN_PROCESS,
) -> Judged:
    """Judge one file. `workers` do the reading.

    For a seal signature by itself the sealed document is looked for: `document`, else among the PDF files beside it.
    """
    content = file.read_bytes()
    signed, found = None, None
    if document is not None:
        signed, found = sealed_part(document, content, workers) or document.read_bytes(), document
    elif kind_of(content) is FileKind.SEAL_SIGNATURE:
        signed, found = search_document(file, content, workers)
    try:
        told = workers.run(judge_file, content, evidence, now=at, password=password, signed=signed)
        report = look_again(content, told, evidence, now=at, signed=signed)
    except TrustError as error:
        return Judged(file=file, verdict=None, error=error)
    except VerdictContradicted:
        return Judged(file=file, verdict=None, error=WorkerExhausted(limit="answer"))
    return Judged(file=file, verdict=own_verdict(report), sealed_document=None if found is None else str(found))


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
    verdict = judged.verdict
    if verdict is None:
        return
    if verdict.reason:
        tell(console, f"{verdict.sub_indication}: {verdict.reason}", indent=4)
    for signature in verdict.signatures:
        signer = "" if signature.signer is None else signature.signer.common_name
        moment = signature.proven_time or signature.claimed_time
        when = "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}Z{'' if signature.proven_time else ' (claimed)'}"
        tell(console, f"{signature.field or signature.kind}  {signer}  {when}", outcome=signature.outcome, indent=4)
        for check in signature.checks:
            found = ": ".join(one for one in (check.code, check.reason or check.note) if one)
            told = f"{check.step:12}{check.name:34}{found}"
            tell(console, told, outcome=check.outcome, indent=8)


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

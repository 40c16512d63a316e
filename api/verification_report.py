"""The report on a verification 验证报告 as a PDF: the verdict in large words, then every signature with its checks.

The words are those of the public pages, in Chinese and in English side by side. The record of the verdict travels in
the file (PDF/A-3), so that whoever has the file that was judged can judge it again without this instance. A character
that no typeface here can draw is set as 〓: a report must not fail on a name that somebody else has chosen.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

from api.ledger_statement import GETA
from api.page_models import ResultPage, claim_page, file_page
from api.pages.details import Row, moment_row
from api.pages.experts import CheckLine, SignatureDetail
from api.pages.words import Language, say
from licence.errors import TemplateBroken
from licence.template.typesetting import Fault, Typesetter, typesetter
from licence.verification import ClaimReport, FileFinding
from trust import typefaces
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.typefaces import require_coverage

__all__ = ["MOST_DETAILED", "ReportData", "Typeset", "claim_report", "file_report"]

TEMPLATE: Final = Path(__file__).parent / "report_templates" / "verification_report.typ"
MOST_DETAILED: Final = 20
"""Signatures that a report tells in full. The record tells all of them."""

MOST_CHECKS: Final = 100
"""Checks of one signature that are told in full."""

WORDS: Final = {
    "title": ("验证报告", "Verification report"),
    "as_of": ("结论时点", "Verdict as of"),
    "made": ("报告时间", "Report made at"),
    "file": ("送验文件名", "File name as given"),
    "licence": ("证照登记信息", "The licence on record"),
    "reasons": ("原因", "Why"),
    "steps": ("接下来怎么做", "What to do next"),
    "path": ("证书链", "Certificates, from the signer upwards"),
    "maker_path": ("制章者证书链", "Certificates of the seal's maker"),
    "proofs": ("时间证明", "Proof of time"),
    "changes": ("签名之后的改动", "Changed after the signature"),
    "revocations": ("撤销信息的来源与时效", "Revocation: source and age"),
    "checks": ("逐项检查", "Check by check"),
    "note": (
        "结论以查验时间为准。本报告由本系统自动出具并签名，不是印章，也不代替原件。报告内附验证记录，持有原件者可据此重新验证。",
        (
            "The verdict is as of the time of the check. This report was made and signed by the service; it bears no "
            "seal and does not stand for the document. It carries the record of the verdict, with which whoever has "
            "the document can judge it again."
        ),
    ),
    "claim_note": (
        "结论以查验时间为准。本报告由本系统自动出具并签名，不是印章，也不代替证照原件。",
        (
            "The verdict is as of the time of the check. This report was made and signed by the service; it bears no "
            "seal and does not stand for the licence."
        ),
    ),
    "cut": (
        "文件共有 {count} 个签名，这里详列前 {shown} 个，全部结论见内附的验证记录。",
        "The file has {count} signatures. The first {shown} are told in full; the record tells all of them.",
    ),
}
"""What reports say beside the words of the public pages."""

SECTIONS: Final = ("reasons", "steps", "path", "maker_path", "proofs", "changes", "revocations", "checks")
"""Words that the template needs as headings."""

MOST_KNOWN: Final = 4096
"""Texts and characters of which is remembered whether they can be drawn."""

LONGEST: Final = 2000
"""Characters of a value: a certificate of a stranger may hold any number."""

ReportData: TypeAlias = Mapping[str, Any]
"""What the template shows, as JSON."""

Pair: TypeAlias = list[str]
"""A text in Chinese, and in English where that is another."""


@dataclass(frozen=True, kw_only=True)
class Typeset:
    """Sets reports. Safe to share between threads."""

    service: str
    """Who runs the instance."""

    address: str

    @cached_property
    def source(self) -> Path:
        """The template, where the compiler finds it."""
        return self.compiler.filed(TEMPLATE.read_bytes())

    @cached_property
    def compiler(self) -> Typesetter:
        """The compiler."""
        return typesetter(typefaces.FOLDER)

    def pages(self, data: ReportData, *, record: bytes, number: str, at: datetime) -> bytes:
        """Return a report as PDF/A-3 that carries the record, where there is one. Raise `TemplateBroken`."""
        made_at = named_row("made", *(moment_row("result.checked_at", at, one) for one in Language))
        told = {
            **data,
            "about": [*data["about"], made_at],
            "service": clean(self.service),
            "address": self.address,
            "number": number,
        }
        inputs = {"data": json.dumps(told, ensure_ascii=False), "record": record.decode()}
        made = self.compiler.typeset(self.source, inputs, standard="a-3b", at=at)
        if isinstance(made, Fault):
            error = TemplateBroken(template=TEMPLATE.stem)
            error.__cause__ = ValueError(made.line)
            raise error
        return made


# --- what a report says


def file_report(found: FileFinding, content: bytes, *, name: str, at: datetime) -> ReportData:
    """Return what a report says of a file that its sender calls `name`."""
    digest = sm3(content).hex()
    chinese, english = (file_page(found, language=one, at=at, size=len(content), digest=digest) for one in Language)
    data = told(chinese, english)
    named = {"label": words("file"), "value": [clean(name)], "code": False}
    hashed = {"label": ["SHA-256"], "value": [sha256(content).hexdigest()], "code": True}
    notes = [words("note")]
    if len(chinese.signatures) > MOST_DETAILED:
        notes.append(words("cut", shown=MOST_DETAILED, count=len(chinese.signatures)))
    return {
        **data,
        "about": [*([named] if name else []), *data["about"], hashed],
        "notes": [*notes, *data["notes"]],
    }


def claim_report(report: ClaimReport, *, at: datetime) -> ReportData:
    """Return what a report says of a QR code or of a licence identifier."""
    data = told(*(claim_page(report, language=one, at=at) for one in Language))
    return {**data, "notes": [words("claim_note"), *data["notes"]]}


def told(chinese: ResultPage, english: ResultPage) -> dict[str, Any]:
    """Return the two pages of one verdict as one."""
    both = list(zip(chinese.signatures, english.signatures, strict=True))[:MOST_DETAILED]
    signatures = [told_signature(one, other) for one, other in both]
    registry = told_checks(chinese.checks, english.checks)
    about = [[*one.file, *one.fingerprint] for one in (chinese, english)]
    return {
        "title": words("title"),
        "outcome": chinese.outcome.value,
        "word": [chinese.word, english.word],
        "lead": pair(chinese.lead, english.lead),
        "about": [named_row("as_of", chinese.checked_at, english.checked_at), *told_rows(*about)],
        "licence": told_licence(chinese, english),
        "reasons": [
            {"outcome": one.outcome.value, "text": pair(one.text, other.text), "expert": clean(one.expert)}
            for one, other in zip(chinese.reasons, english.reasons, strict=True)
        ],
        "steps": [pair(*both) for both in zip(chinese.steps, english.steps, strict=True)],
        "notes": [pair(*both) for both in zip(chinese.remarks, english.remarks, strict=True)],
        "sections": [
            *signatures,
            *([registry_section(chinese, english, registry)] if registry else []),
        ],
        "words": {one: words(one) for one in SECTIONS},
    }


def told_signature(one: SignatureDetail, other: SignatureDetail) -> dict[str, Any]:
    """Return a signature in both languages."""
    return {
        "title": pair(one.title, other.title),
        "word": pair(one.word, other.word),
        "outcome": one.outcome.value,
        "rows": told_rows(one.rows, other.rows),
        "path": told_rows(one.path, other.path),
        "maker_path": told_rows(one.maker_path, other.maker_path),
        "proofs": [
            {
                "title": pair(proof.title, same.title),
                "word": pair(proof.word, same.word),
                "outcome": proof.outcome.value,
                "rows": told_rows(proof.rows, same.rows),
            }
            for proof, same in zip(one.proofs, other.proofs, strict=True)
        ],
        "changes": [
            {"outcome": change.outcome.value, "text": pair(change.text, same.text), "about": clean(change.about)}
            for change, same in zip(one.changes, other.changes, strict=True)
        ][:MOST_CHECKS],
        "revocations": told_rows(one.revocations, other.revocations),
        "checks": told_checks(one.checks, other.checks),
    }


def registry_section(chinese: ResultPage, english: ResultPage, registry: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the section on what belongs to no signature: the QR code's checks, or the registry's."""
    outcomes = {one["outcome"] for one in registry}
    outcome = next((one for one in ("failed", "indeterminate") if one in outcomes), "passed")
    return {
        "title": pair(chinese.checks_title, english.checks_title),
        "word": pair(*(say(one, f"check.{outcome}") for one in Language)),
        "outcome": outcome,
        **dict.fromkeys(("rows", "path", "maker_path", "proofs", "changes", "revocations"), ()),
        "checks": registry,
    }


def told_licence(chinese: ResultPage, english: ResultPage) -> dict[str, Any] | None:
    """Return the licence that a file is, or a code is of."""
    one, other = chinese.licence, english.licence
    if one is None or other is None:
        return None
    return {
        "title": words("licence"),
        "name": pair(one.name, other.name),
        "tone": one.state.tone.value,
        "state": pair(one.state.word, other.state.word),
        "rows": told_rows((*one.rows, one.identifier), (*other.rows, other.identifier)),
    }


def told_rows(chinese: Iterable[Row], english: Iterable[Row]) -> list[dict[str, Any]]:
    """Return details in both languages."""
    return [told_row(one, other) for one, other in zip(chinese, english, strict=True)][:MOST_CHECKS]


def told_row(one: Row, other: Row) -> dict[str, Any]:
    """Return a detail in both languages."""
    return {
        "label": pair(one.label, other.label),
        "value": pair(whole(one, "（{}）"), whole(other, " ({})")),
        "code": one.is_code,
    }


def named_row(key: str, one: Row, other: Row) -> dict[str, Any]:
    """Return a detail in both languages under a label of our own."""
    return {**told_row(one, other), "label": words(key)}


def told_checks(chinese: Sequence[CheckLine], english: Sequence[CheckLine]) -> list[dict[str, Any]]:
    """Return checks in both languages."""
    return [
        {
            "step": clean(one.step),
            "name": clean(one.name),
            "outcome": one.outcome.value,
            "title": pair(one.title or one.name, other.title or other.name),
            "reason": clean(one.reason),
            "note": pair(one.note, other.note) if one.note else [],
        }
        for one, other in list(zip(chinese, english, strict=True))[:MOST_CHECKS]
    ]


def whole(one: Row, hinted: str) -> str:
    """Return the value of a detail, with its time zone where it is a moment, and its hint where it has one."""
    value = f"{one.value} {one.zone}" if one.zone else one.value
    return value + (hinted.format(one.hint) if one.hint else "")


def words(key: str, **details: int) -> Pair:
    """Return words of our own in both languages."""
    return [one.format(**details) for one in WORDS[key]]


def pair(chinese: str, english: str) -> Pair:
    """Return a text in both languages, once where they say the same."""
    told = [clean(chinese), clean(english)]
    return told[:1] if told[0] == told[1] else told


@lru_cache(maxsize=MOST_KNOWN)
def clean(text: str) -> str:
    """Return a text that can be drawn, of a bearable length. Most texts are words of ours, said again and again."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    try:
        require_coverage(cut, field="")
    except TrustError:
        return "".join(map(drawn, cut))
    return cut


@lru_cache(maxsize=MOST_KNOWN)
def drawn(character: str) -> str:
    """Return a character, or the mark of one that no typeface has."""
    try:
        require_coverage(character, field="")
    except TrustError:
        return GETA
    return character

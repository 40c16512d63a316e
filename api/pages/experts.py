"""What experts want to know: every check with its reason, every signature with its paths, times, and changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.pages.details import Row, day, in_china, moment_row, row
from api.pages.veil import Veil, fact
from api.pages.words import Language, has_words, say
from seal.verification.documents import JudgedSignature
from trust.certificates import Certificate
from trust.pdf.permissions import Change
from trust.reports import TimeProof
from trust.status import RevocationStatus
from trust.verdict import Check, Outcome

__all__ = ["ChangeLine", "CheckLine", "ProofDetail", "SignatureDetail", "check_lines", "signature_detail", "signer_of"]


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """One check, for experts."""

    step: str
    name: str
    title: str
    outcome: Outcome
    word: str
    reason: str
    note: str


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    """One thing that was changed after a signature."""

    outcome: Outcome
    word: str
    text: str
    about: str


@dataclass(frozen=True, kw_only=True)
class ProofDetail:
    """A time-stamp that bears on a signature."""

    title: str
    outcome: Outcome
    word: str
    rows: tuple[Row, ...]
    path: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class SignatureDetail:
    """One signature, for experts."""

    title: str
    outcome: Outcome
    word: str
    rows: tuple[Row, ...]
    changes: tuple[ChangeLine, ...]
    proofs: tuple[ProofDetail, ...]
    revocations: tuple[Row, ...]
    path: tuple[Row, ...]
    maker_path: tuple[Row, ...]
    """Of a seal signature: the path of the seal's maker."""

    checks: tuple[CheckLine, ...]


def check_lines(checks: Iterable[Check], veil: Veil, language: Language) -> tuple[CheckLine, ...]:
    """Return checks for experts."""
    return tuple(
        CheckLine(
            step=check.step,
            name=check.name,
            title=say(language, f"check.{check.name}") if has_words(f"check.{check.name}") else "",
            outcome=check.outcome,
            word=say(language, f"check.{check.outcome}"),
            reason="" if check.finding is None else veil.shown(check.finding.reason),
            note=note_of(check, veil, language),
        )
        for check in checks
    )


def note_of(check: Check, veil: Veil, language: Language) -> str:
    """Return what else there is to know of a check: remarks and warnings in words, or what the check itself notes."""
    told = [
        say(language, "check.remark", what=say(language, f"deviation.{one.code}"), field=one.about)
        for one in check.remarks
    ]
    if check.code and check.finding is None:
        told.append(say(language, f"result.{check.code}"))
    return "; ".join(told) or veil.shown(check.note)


def signature_detail(judged: JudgedSignature, number: int, veil: Veil, language: Language) -> SignatureDetail:
    """Return a signature for experts."""
    report = judged.report
    outcome = report.verdict.outcome
    kind = say(language, f"kind.{report.kind}")
    return SignatureDetail(
        title=say(language, "signature.number", kind=kind, number=number),
        outcome=outcome,
        word=say(language, f"check.{outcome}"),
        rows=(
            *signer_rows(judged, veil, language),
            *time_rows(judged, language),
            *coverage_rows(judged, language),
            *seal_rows(judged, veil, language),
            *acting_rows(judged, veil, language),
        ),
        changes=tuple(change_line(one, veil, language) for one in judged.changes),
        proofs=tuple(proof_detail(one, veil, language) for one in report.time_proofs),
        revocations=tuple(revocation_row(one, veil, language) for one in report.revocations),
        path=path_rows(report.path, veil, language),
        maker_path=path_rows(report.maker_path, veil, language),
        checks=check_lines(report.checks, veil, language),
    )


def signer_rows(judged: JudgedSignature, veil: Veil, language: Language) -> list[Row]:
    """Return who signed, and with what."""
    report, rows = judged.report, []
    if judged.field:
        rows.append(row(language, "signature.field", veil.shown(judged.field), is_code=True))
    if report.signer is not None:
        rows.append(row(language, "signature.signer", signer_of(report.signer, veil)))
        rows.append(row(language, "signature.serial", f"{report.signer.serial:x}", is_code=True))
    if report.algorithm:
        key = f"algorithm.{report.algorithm}"
        rows.append(
            row(language, "signature.algorithm", say(language, key) if has_words(key) else report.algorithm.upper())
        )
    return rows


def time_rows(judged: JudgedSignature, language: Language) -> list[Row]:
    """Return the times of a signature."""
    times = (
        ("signature.claimed_time", judged.report.claimed_time),
        ("signature.proven_time", judged.report.proven_time),
    )
    return [moment_row(key, moment, language) for key, moment in times if moment is not None]


def coverage_rows(judged: JudgedSignature, language: Language) -> list[Row]:
    """Return what a signature in a PDF covers, and what came after it."""
    placed = judged.placed
    if placed is None:
        return []
    rows = [
        row(language, "signature.coverage", say(language, f"coverage.{placed.coverage}")),
        row(language, "signature.changes", say(language, f"changes.{placed.changes}")),
    ]
    if placed.revisions > 1:
        told = say(language, "signature.revision_of", number=placed.revision + 1, count=placed.revisions)
        rows.append(row(language, "signature.revision", told))
    return rows


def seal_rows(judged: JudgedSignature, veil: Veil, language: Language) -> list[Row]:
    """Return what a signature says of its seal."""
    if not fact(judged, "seal_code"):
        return []
    version = fact(judged, "seal_version")
    standard = f"seal_version.{version}"
    told = (
        ("signature.seal_name", fact(judged, "seal_name"), False),
        ("seal.code", fact(judged, "seal_code"), True),
        ("signature.seal_version", say(language, standard) if has_words(standard) else version, False),
        ("signature.vendor", fact(judged, "vendor"), False),
    )
    rows = [row(language, key, veil.shown(value), is_code=is_code) for key, value, is_code in told if value]
    for key in ("valid_from", "valid_until"):
        moment = parsed(fact(judged, key))
        if moment is not None:
            rows.append(moment_row(f"signature.{key}", moment, language))
    return rows


def acting_rows(judged: JudgedSignature, veil: Veil, language: Language) -> list[Row]:
    """Return who acted, as the signature says: identifiers that mean something in the registry of who made it."""
    told = (
        ("signature.actor", fact(judged, "actor"), True),
        ("signature.authorisation", fact(judged, "authorisation"), True),
        ("signature.purpose", fact(judged, "purpose"), False),
        ("signature.level", fact(judged, "level"), False),
        ("signature.document_kind", fact(judged, "document_kind"), False),
        ("signature.operation", fact(judged, "operation"), False),
        ("signature.delegations", fact(judged, "delegations"), True),
    )
    return [row(language, key, veil.shown(value), is_code=is_code) for key, value, is_code in told if value]


def parsed(text: str) -> datetime | None:
    """Return the moment that a fact tells, or None where it tells none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def change_line(change: Change, veil: Veil, language: Language) -> ChangeLine:
    """Return one thing that was changed after a signature, and whether that was permitted."""
    outcome = Outcome.PASSED if change.permitted else Outcome.FAILED
    added = change.addition
    return ChangeLine(
        outcome=outcome,
        word=say(language, f"change.{outcome}"),
        text=say(language, f"change.{added.kind}", revision=added.revision),
        about=veil.shown(added.about),
    )


def proof_detail(proof: TimeProof, veil: Veil, language: Language) -> ProofDetail:
    """Return a time-stamp that bears on a signature: what it proves, when, and whose it is."""
    outcome = proof.verdict.outcome
    rows = [] if proof.time is None else [moment_row("proof.time", proof.time, language)]
    rows += [] if proof.until is None else [moment_row("proof.until", proof.until, language)]
    authority = signer_of(proof.authority, veil)
    told = (
        ("proof.authority", authority, False),
        ("proof.policy", veil.shown(proof.policy), True),
        ("signature.field", veil.shown(proof.field), True),
    )
    rows += [row(language, key, value, is_code=is_code) for key, value, is_code in told if value]
    return ProofDetail(
        title=say(language, f"proof.{proof.proves}"),
        outcome=outcome,
        word=say(language, f"check.{outcome}"),
        rows=tuple(rows),
        path=path_rows(proof.path, veil, language),
    )


def revocation_row(status: RevocationStatus, veil: Veil, language: Language) -> Row:
    """Return what was told of the revocation of a certificate, by what, and how old that was."""
    made = moment_row("revocation.made_at", status.made_at, language)
    key = "revocation.good" if status.revoked_at is None else "revocation.revoked"
    since = "" if status.revoked_at is None else moment_row("revocation.made_at", status.revoked_at, language).value
    hours = int(status.age / timedelta(hours=1))
    hint = say(language, f"revocation.{status.source}", made=made.value, hours=hours)
    return Row(label=veil.shown(status.certificate), value=say(language, key, since=since), hint=hint)


def path_rows(path: Iterable[Certificate], veil: Veil, language: Language) -> tuple[Row, ...]:
    """Return the certificates of a path."""
    return tuple(certificate_row(one, veil, language) for one in path)


def certificate_row(certificate: Certificate, veil: Veil, language: Language) -> Row:
    """Return a certificate of a path: whose it is, and when it is valid."""
    start, end = (day(in_china(one).date(), language) for one in (certificate.not_before, certificate.not_after))
    return Row(
        label=signer_of(certificate, veil) or say(language, "signature.nameless"),
        value=say(language, "signature.period", start=start, end=end),
    )


def signer_of(certificate: Certificate | None, veil: Veil) -> str:
    """Return whose certificate it is: the organisation and the common name, where they differ."""
    if certificate is None:
        return ""
    names = dict.fromkeys(name for name in (certificate.organisation, certificate.common_name) if name)
    return veil.shown(" · ".join(names))

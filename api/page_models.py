"""What a public page shows, as values: made from the verdicts, in one language, masked, ready for a template.

Every sentence comes from api/pages/words.py. A template decides how something looks, never what is said.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.pages.details import Row, copy_rows, moment_row, row
from api.pages.experts import CheckLine, SignatureDetail, check_lines, signature_detail, signer_of
from api.pages.licences import Detail, LicencePart, StateNotice, detail_of, licence_part
from api.pages.scripts import READING, Scripted
from api.pages.situations import NOTED, Situation, additions, of_claim, of_file, of_identifier
from api.pages.veil import Veil, fact
from api.pages.words import Language, has_words, say, say_all
from api.telling import words_of
from licence.verification import ClaimReport, FileFinding
from seal.lifecycle import SealState
from seal.records import Seal
from seal.standing import SealTrust
from seal.verification.documents import JudgedSignature
from seal.verification.registry import SealStanding, standing_checks
from trust.certificates import Certificate
from trust.errors import TrustError
from trust.pdf.intake import LIMITS, PDFEncrypted, PDFPasswordWrong
from trust.verdict import Check, Outcome, Verdict

__all__ = [
    "Mark",
    "ProblemPage",
    "Reason",
    "ResultPage",
    "StartPage",
    "claim_page",
    "failure_page",
    "file_page",
    "form_problem",
    "problem_page",
]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One seal or signature at a glance."""

    kind: str
    name: str
    outcome: Outcome
    word: str
    rows: tuple[Row, ...]
    state: StateNotice | None = None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why something did not pass, in plain words; where there are none, in an expert's."""

    outcome: Outcome
    text: str
    expert: str = ""


@dataclass(frozen=True, kw_only=True)
class ResultPage(Scripted):
    """The answer to a verification."""

    template: ClassVar[str] = "result.html.j2"

    outcome: Outcome
    word: str
    situation: Situation
    lead: str
    checked_at: Row
    licence: LicencePart | None
    file: tuple[Row, ...]
    marks: tuple[Mark, ...]
    reasons: tuple[Reason, ...]
    remarks: tuple[str, ...]
    steps: tuple[str, ...]
    checks_title: str
    checks: tuple[CheckLine, ...]
    """The checks that belong to no signature: on the QR code, or in the registry."""

    signatures: tuple[SignatureDetail, ...]
    fingerprint: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """The answer in one line, for whoever it is handed on to; without anything that the page masks."""
        name = self.licence.name if self.licence else ""
        return " ".join(say(self.language, "action.text", word=self.word, name=name, at=self.checked_at.value).split())

    @property
    def title(self) -> str:
        """The title of the window: the answer comes first."""
        told = [self.word, self.licence.name if self.licence else "", say(self.language, "site.service")]
        return " · ".join(part for part in told if part)


@dataclass(frozen=True, kw_only=True)
class StartPage(Scripted):
    """The first page."""

    template: ClassVar[str] = "start.html.j2"
    spoken: ClassVar[tuple[str, ...]] = READING

    @property
    def title(self) -> str:
        """The title of the window."""
        return say(self.language, "start.title")

    @property
    def megabytes(self) -> int:
        """The largest file that is read."""
        return LIMITS.size >> 20


@dataclass(frozen=True, kw_only=True)
class ProblemPage:
    """The page that says why there is no answer."""

    template: ClassVar[str] = "problem.html.j2"

    language: Language
    text: str
    request_number: str = ""
    asks_for_password: bool = False

    @property
    def title(self) -> str:
        """The title of the window."""
        return say(self.language, "problem.title")

    @property
    def megabytes(self) -> int:
        """The largest file that is read."""
        return LIMITS.size >> 20


# --- pages


def claim_page(report: ClaimReport, *, language: Language, at: datetime, seal: Seal | None = None) -> ResultPage:
    """Return the page that answers for a QR code or a licence identifier, checked at the moment `at`.

    `seal` is the one that the licence bears.
    """
    situation, verdict, veil, known = of_claim(report), report.verdict, Veil(), report.standing
    detail = Detail.BARE if of_identifier(report) else Detail.MASKED
    return ResultPage(
        language=language,
        outcome=verdict.outcome,
        word=say(language, f"outcome.{verdict.outcome}"),
        situation=situation,
        lead=say(language, f"situation.{situation}.lead"),
        checked_at=moment_row("result.checked_at", at, language),
        licence=None if known is None else licence_part(known, language, detail, seal=seal),
        file=copy_rows(report.copy, veil, language),
        marks=(),
        reasons=reasons_of(verdict.checks, veil, language),
        remarks=(),
        steps=say_all(language, f"situation.{situation}.next"),
        checks_title=say(language, "result.identifier_checks" if of_identifier(report) else "result.claim_checks"),
        checks=check_lines(verdict.checks, veil, language),
        signatures=(),
        fingerprint=(),
    )


def file_page(found: FileFinding, *, language: Language, at: datetime, size: int, digest: str) -> ResultPage:
    """Return the page that answers for a file of `size` octets with the SM3 hash `digest`, checked at `at`."""
    situation, document, veil = of_file(found), found.report.document, Veil.over(found)
    registry = found.told_by_registry
    checks = [check for one in document.signatures for check in one.report.checks]
    # As of the checks in `told_by_registry`.
    told = None if document.outcome is Outcome.FAILED else found.standing
    file = [row(language, "file.kind", say(language, f"file_kind.{found.report.kind}"))]
    if document.pages:
        file.append(row(language, "file.pages", str(document.pages)))
    if told is not None:
        file += copy_rows(found.copy, veil, language)
    return ResultPage(
        language=language,
        outcome=found.outcome,
        word=say(language, f"outcome.{found.outcome}"),
        situation=situation,
        lead=say(language, f"situation.{situation}.lead"),
        checked_at=moment_row("result.checked_at", at, language),
        licence=None if told is None else licence_part(told, language, detail_of(found)),
        file=tuple(file),
        marks=marks_of(found, veil, language),
        reasons=reasons_of((*checks, *registry), veil, language),
        remarks=() if document.outcome is Outcome.FAILED else remarks_of(found, language),
        steps=say_all(language, f"situation.{situation}.next"),
        checks_title=say(language, "result.registry_checks"),
        checks=check_lines(registry, veil, language),
        signatures=tuple(
            signature_detail(one, number, veil, language) for number, one in enumerate(document.signatures, 1)
        ),
        fingerprint=(
            row(language, "file.size", say(language, "file.bytes", size=f"{size:,}")),
            row(language, "file.fingerprint", digest, is_code=True),
        ),
    )


def problem_page(error: TrustError, *, language: Language, request_number: str = "") -> ProblemPage:
    """Return the page that tells of an error, in the words that the API has for it."""
    chinese, english = words_of(error)
    return ProblemPage(
        language=language,
        text=chinese if language is Language.CHINESE else english,
        request_number=request_number,
        asks_for_password=isinstance(error, PDFEncrypted | PDFPasswordWrong),
    )


def form_problem(field: str, *, language: Language) -> ProblemPage:
    """Return the page that tells which field of the form is wrong: `password`, or else `file`."""
    return ProblemPage(
        language=language,
        text=say(language, "problem.password" if field == "password" else "problem.file"),
        asks_for_password=field == "password",
    )


def failure_page(*, language: Language, request_number: str) -> ProblemPage:
    """Return the page that tells of a mistake of ours."""
    return ProblemPage(language=language, text=say(language, "problem.failed"), request_number=request_number)


# --- seals and signatures


def marks_of(found: FileFinding, veil: Veil, language: Language) -> tuple[Mark, ...]:
    """Return every signature at a glance, with what the registry says of its seal; then seals that no signature names.

    A file that cannot be read has a report without a signature in it, which is not shown as one.
    """
    standings = {one.code: one for one in found.seals}
    marks = []
    for judged in found.report.document.signatures:
        if any(check.name == "file.format" for check in judged.report.checks):
            continue
        standing = standings.pop(fact(judged, "seal_code"), None)
        marks.append(signature_mark(judged, standing, veil, language))
    marks += [seal_mark(one, veil, language) for one in standings.values()]
    return tuple(marks)


def signature_mark(judged: JudgedSignature, standing: SealStanding | None, veil: Veil, language: Language) -> Mark:
    """Return a signature at a glance: whose, when, and how it fared."""
    report = judged.report
    outcome = report.verdict.outcome
    signer = signer_at_a_glance(report.signer, veil)
    name = veil.shown(fact(judged, "seal_name")) or signer
    rows = []
    if signer and signer != name:
        rows.append(row(language, "signature.signer", signer))
    moment, key = report.proven_time, "signature.proven"
    if moment is None:
        moment, key = report.claimed_time, "signature.claimed"
    if moment is not None:
        rows.append(moment_row("signature.signed_at", moment, language, hint=say(language, key)))
    then = None if standing is None else standing.state_at_stamping
    if then is not None:
        rows.append(row(language, "seal.then_state", say(language, f"seal_state.{then}")))
    return Mark(
        kind=say(language, f"kind.{report.kind}"),
        name=name or say(language, "signature.nameless"),
        outcome=outcome,
        word=say(language, f"check.{outcome}"),
        rows=tuple(rows),
        state=None if standing is None else seal_state(standing, language),
    )


def signer_at_a_glance(certificate: Certificate | None, veil: Veil) -> str:
    """Return who signed: an organisation by its name alone, for its common names are codes and the like."""
    if certificate is not None and certificate.organisation and certificate.organisation_identifier:
        return veil.shown(certificate.organisation)
    return signer_of(certificate, veil)


def seal_mark(standing: SealStanding, veil: Veil, language: Language) -> Mark:
    """Return a seal of the registry at a glance."""
    outcome = Verdict(checks=tuple(standing_checks(standing))).outcome
    return Mark(
        kind=say(language, "kind.electronic_seal"),
        name=veil.shown(standing.name),
        outcome=outcome,
        word=say(language, f"check.{outcome}"),
        rows=(moment_row("seal.stamped_at", standing.stamped_at, language),),
        state=seal_state(standing, language),
    )


def seal_state(standing: SealStanding, language: Language) -> StateNotice:
    """Return the state of a seal of the registry, or what is wrong with the stamping, which says more."""
    outcome = Verdict(checks=tuple(standing_checks(standing))).outcome
    tone = Outcome.PASSED if standing.state is SealState.ACTIVE else Outcome.INDETERMINATE
    if standing.at_stamping.trust is not SealTrust.VALID:
        name = standing.at_stamping.trust.value
    else:
        name = standing.state.value if standing.is_recorded else "unrecorded"
    return StateNotice(
        label=say(language, "seal.state"),
        word=say(language, f"seal_state.{name}"),
        meaning=say(language, f"seal_state.{name}.meaning"),
        tone=tone if outcome is Outcome.PASSED else outcome,
    )


def remarks_of(found: FileFinding, language: Language) -> tuple[str, ...]:
    """Return what was added to a PDF after the last signature of its content, where that is permitted and seen.

    And that a licence's time-stamp is still to follow.
    """
    added = additions(found)
    told = [say(language, f"remark.{added}")] if added in NOTED else []
    if found.standing is not None and found.standing.licence.awaits_time_stamp:
        told.append(say(language, "remark.time_stamp_awaited"))
    return tuple(told)


# --- reasons and checks


def reasons_of(checks: Iterable[Check], veil: Veil, language: Language) -> tuple[Reason, ...]:
    """Return why something did not pass, each reason once, failures first."""
    open_checks = [check for check in checks if check.outcome is not Outcome.PASSED]
    told = [reason_of(check, veil, language) for check in sorted(open_checks, key=is_undecided)]
    return tuple(dict.fromkeys(told))


def is_undecided(check: Check) -> bool:
    """Tell whether a check that did not pass is indeterminate."""
    return check.outcome is Outcome.INDETERMINATE


def reason_of(check: Check, veil: Veil, language: Language) -> Reason:
    """Return one reason. A check without words, which a test forbids, still says its name and what it found."""
    manners = ("undecided", "failed") if is_undecided(check) else ("failed", "undecided")
    for manner in manners:
        key = f"check.{check.name}.{manner}"
        if has_words(key):
            return Reason(outcome=check.outcome, text=say(language, key))
    found = "" if check.finding is None else veil.shown(check.finding.reason)
    return Reason(outcome=check.outcome, text=veil.shown(check.name), expert=found)

"""What a verification comes to for somebody at a counter: one situation out of a closed set.

The outcome itself is never decided here; a situation only picks the words that explain it.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, assert_never

from licence.lifecycle import LicenceState
from licence.verification import ClaimReport, FileFinding, Standing
from seal.verification.files import FileKind
from trust.pdf.judging import SEVERITY, Changes
from trust.reports import SignatureReport
from trust.verdict import Check, Outcome, SubIndication, Verdict

__all__ = ["NOTED", "Situation", "additions", "of_claim", "of_file", "of_identifier"]


class Situation(StrEnum):
    """What it comes to."""

    CLAIM_IN_FORCE = "claim_in_force"
    CLAIM_MALFORMED = "claim_malformed"
    CLAIM_FORGED = "claim_forged"
    CLAIM_UNKNOWN = "claim_unknown"
    IDENTIFIER_ALONE = "identifier_alone"
    IDENTIFIER_MALFORMED = "identifier_malformed"
    IDENTIFIER_UNKNOWN = "identifier_unknown"
    LICENCE_SUSPENDED = "licence_suspended"
    LICENCE_SUPERSEDED = "licence_superseded"
    LICENCE_REVOKED = "licence_revoked"
    LICENCE_WITHDRAWN = "licence_withdrawn"
    LICENCE_CANCELLED = "licence_cancelled"
    LICENCE_EXPIRED = "licence_expired"
    LICENCE_NOT_ISSUED = "licence_not_issued"
    LICENCE_FILE_IN_FORCE = "licence_file_in_force"
    COPY_IN_FORCE = "copy_in_force"
    COPY_CODE_IN_FORCE = "copy_code_in_force"
    COPY_UNKNOWN = "copy_unknown"
    COPY_EXPIRED = "copy_expired"
    FILE_VALID = "file_valid"
    FILE_VALID_ADDED = "file_valid_added"
    SEAL_VALID = "seal_valid"
    FILE_UNKNOWN_KIND = "file_unknown_kind"
    FILE_UNREADABLE = "file_unreadable"
    NO_SIGNATURE = "no_signature"
    FILE_ALTERED = "file_altered"
    SIGNATURE_WRONG = "signature_wrong"
    FAILED = "failed"
    UNKNOWN_AUTHORITY = "unknown_authority"
    DOCUMENT_MISSING = "document_missing"
    SEAL_DISPUTED = "seal_disputed"
    SEAL_NEEDS_PROOF = "seal_needs_proof"
    SEAL_NEVER_VALID = "seal_never_valid"
    SEAL_STOPPED = "seal_stopped"
    SEAL_UNRECORDED = "seal_unrecorded"
    TRY_LATER = "try_later"
    UNDECIDED = "undecided"


CLAIM_CHECKS: Final[Mapping[str, Situation]] = {
    "claim.format": Situation.CLAIM_MALFORMED,
    "claim.signature": Situation.CLAIM_FORGED,
    "licence.known": Situation.CLAIM_UNKNOWN,
    "copy.known": Situation.COPY_UNKNOWN,
    "identifier.format": Situation.IDENTIFIER_MALFORMED,
    "identifier.document": Situation.IDENTIFIER_ALONE,
}

SEAL_CHECKS: Final[Mapping[str, Situation]] = {
    "seal.recorded": Situation.SEAL_UNRECORDED,
    "seal.lawful": Situation.SEAL_NEVER_VALID,
    "seal.accepted": Situation.SEAL_STOPPED,
    "seal.in_use": Situation.SEAL_STOPPED,
    "seal.undisputed": Situation.SEAL_DISPUTED,
    "seal.time_proven": Situation.SEAL_NEEDS_PROOF,
}
"""What the registry says of a stamping."""

STOPPED: Final[Mapping[LicenceState, Situation]] = {
    LicenceState.PREPARED: Situation.LICENCE_NOT_ISSUED,
    LicenceState.SUSPENDED: Situation.LICENCE_SUSPENDED,
    LicenceState.SUPERSEDED: Situation.LICENCE_SUPERSEDED,
    LicenceState.REVOKED: Situation.LICENCE_REVOKED,
    LicenceState.WITHDRAWN: Situation.LICENCE_WITHDRAWN,
    LicenceState.CANCELLED: Situation.LICENCE_CANCELLED,
    LicenceState.VOID: Situation.LICENCE_NOT_ISSUED,
}

VALUES: Final = frozenset({"signature.value", "seal.signature_value", "seal_signature.value"})
"""The checks that show a signature to be intact, whoever made it."""

COMPARED: Final = frozenset({"signature.message_digest", "seal_signature.data_hash"})
"""The checks that compare what was signed with what is at hand."""

NOTED: Final = frozenset({Changes.FORM_FILLING, Changes.ANNOTATIONS})
"""Additions to a PDF that are seen in it, and that no signature protects."""

CONTENT: Final = COMPARED | {"pdf.changes", "ofd.references", "ofd.signed_digest", "time_stamp.imprint"}
"""The checks that show altered content, where they fail for a hash."""


BESIDE_UNKNOWN: Final = frozenset(
    {
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.TRY_LATER,
    }
)
"""What is left open as well where an authority is unknown, and matters less: whose list, whose time-stamp."""


def of_claim(report: ClaimReport) -> Situation:
    """Return what a QR code comes to, or a licence identifier."""
    verdict = report.verdict
    if verdict.outcome is Outcome.PASSED:
        return Situation.CLAIM_IN_FORCE if report.copy is None else Situation.COPY_CODE_IN_FORCE
    if of_identifier(report) and report.standing is None and len(verdict.checks) > 1:
        return Situation.IDENTIFIER_UNKNOWN
    return of_registry(verdict, report.standing)


def of_identifier(report: ClaimReport) -> bool:
    """Tell whether a report is on a licence identifier, which shows nothing of the licence."""
    return any(check.name == "identifier.format" for check in report.verdict.checks)


def of_registry(verdict: Verdict, standing: Standing | None) -> Situation:
    """Return what a verdict of the registry that is not passed comes to, by the first check of the worst kind."""
    outcome = verdict.outcome
    name = next((check.name for check in verdict.checks if check.outcome is outcome), "")
    if name in CLAIM_CHECKS:
        return CLAIM_CHECKS[name]
    if name == "licence.state" and standing is not None and standing.licence.state in STOPPED:
        return STOPPED[standing.licence.state]
    if name == "licence.validity":
        return Situation.LICENCE_EXPIRED
    if name == "copy.validity":
        return Situation.COPY_EXPIRED
    if name in SEAL_CHECKS:
        return SEAL_CHECKS[name]
    return Situation.FAILED if outcome is Outcome.FAILED else Situation.UNDECIDED


def of_file(found: FileFinding) -> Situation:
    """Return what a file comes to: first what it proves by itself, then what the registry says."""
    reports = [one.report for one in found.report.document.signatures]
    own = found.report.document.outcome
    match own:
        case Outcome.FAILED:
            return of_failed(found.report.kind, reports)
        case Outcome.INDETERMINATE:
            return of_indeterminate(reports)
        case Outcome.PASSED:
            return of_passed(found)
        case _:
            assert_never(own)


def of_passed(found: FileFinding) -> Situation:
    """Return what a file comes to that holds by itself."""
    if found.registry is not None and found.outcome is not Outcome.PASSED:
        return of_registry(found.registry, found.standing)
    if found.copy is not None:
        return Situation.COPY_IN_FORCE
    if found.standing is not None:
        return Situation.LICENCE_FILE_IN_FORCE
    if found.report.kind is FileKind.SEAL:
        return Situation.SEAL_VALID
    return Situation.FILE_VALID_ADDED if additions(found) in NOTED else Situation.FILE_VALID


def additions(found: FileFinding) -> Changes:
    """Return what was added to a PDF after the last signature of its content."""
    signatures = (one.placed for one in found.report.document.signatures)
    changes = [one.changes for one in signatures if one is not None and not one.is_time_stamp]
    return min(changes, key=SEVERITY.index, default=Changes.NONE)


def of_failed(kind: FileKind, reports: Sequence[SignatureReport]) -> Situation:
    """Return what a file comes to that fails by itself."""
    failed = [check for check in checks_of(reports) if check.outcome is Outcome.FAILED]
    if any(check.name == "file.format" for check in failed):
        return Situation.FILE_UNKNOWN_KIND if kind is FileKind.UNKNOWN else Situation.FILE_UNREADABLE
    if any(check.name in CONTENT and indication(check) is SubIndication.HASH_FAILURE for check in failed):
        return Situation.FILE_ALTERED
    if any(check.name in VALUES and indication(check) is SubIndication.SIG_CRYPTO_FAILURE for check in failed):
        return Situation.SIGNATURE_WRONG
    return Situation.FAILED


def of_indeterminate(reports: Sequence[SignatureReport]) -> Situation:
    """Return what a file comes to that can be neither confirmed nor refuted."""
    if not reports:
        return Situation.NO_SIGNATURE
    open_reports = [report for report in reports if report.verdict.outcome is not Outcome.PASSED]
    undecided = [check for check in checks_of(open_reports) if check.outcome is not Outcome.PASSED]
    indications = {indication(check) for check in undecided}
    is_unknown = SubIndication.NO_CERTIFICATE_CHAIN_FOUND in indications
    if is_unknown and indications <= BESIDE_UNKNOWN and all(map(is_intact, open_reports)):
        return Situation.UNKNOWN_AUTHORITY
    if any(check.name in COMPARED for check in undecided):
        return Situation.DOCUMENT_MISSING
    return Situation.TRY_LATER if indications == {SubIndication.TRY_LATER} else Situation.UNDECIDED


def is_intact(report: SignatureReport) -> bool:
    """Tell whether the value of a signature was checked and holds, so that it may be called intact."""
    return any(check.name in VALUES and check.outcome is Outcome.PASSED for check in report.checks)


def checks_of(reports: Iterable[SignatureReport]) -> list[Check]:
    """Return the checks of all reports."""
    return [check for report in reports for check in report.checks]


def indication(check: Check) -> SubIndication | None:
    """Return the sub-indication of a check that did not pass."""
    return None if check.finding is None else check.finding.sub_indication

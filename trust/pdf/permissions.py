"""What may follow a signature in a PDF, and whether what did follow was permitted (ISO 32000-2, 12.8.2.2)."""

from dataclasses import dataclass
from typing import Final

from trust.pdf.judging import SEVERITY, Changes, Coverage, PDFDocument, PDFSignature, is_followed
from trust.pdf.revisions import Addition, AdditionKind
from trust.verdict import Check, Finding, SubIndication

__all__ = ["Change", "changes_of", "check_structure"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that was changed after a signature, and whether the rules in force permit it."""

    addition: Addition
    permitted: bool


def check_structure(document: PDFDocument, signature: PDFSignature, *, step: str) -> tuple[Check, ...]:
    """Check what a signature covers and what was changed after it, under the strictest rule in force.

    A signature's own DocMDP rule binds what comes after it. Without a rule, form filling and further signatures are
    permitted and everything else is not.
    """
    partial: Finding | None = None
    if signature.coverage is Coverage.LESS:
        reason = "the signature does not cover the whole document as it was signed"
        partial = Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason=reason)
    allowed = allowed_after(document, signature)
    changed: Finding | None = None
    if SEVERITY.index(signature.changes) > SEVERITY.index(allowed):
        reason = f"the document was changed after this signature: {signature.changes.value}; permitted: {allowed.value}"
        changed = Finding(sub_indication=SubIndication.HASH_FAILURE, reason=reason)
    return (
        Check(step=step, name="pdf.coverage", finding=partial),
        Check(step=step, name="pdf.changes", finding=changed, note=signature.changes.value),
    )


def allowed_after(document: PDFDocument, signature: PDFSignature) -> Changes:
    """Return the gravest change that is permitted after a signature, by the strictest rule of those in force."""
    rules = [one.permission for one in document.signatures if one.permission and one.revision <= signature.revision]
    return {1: Changes.VALIDATION_DATA, 2: Changes.FORM_FILLING, 3: Changes.ANNOTATIONS}[min(rules, default=2)]


PERMITTED_FROM: Final = {
    AdditionKind.TIME_STAMP: Changes.VALIDATION_DATA,
    AdditionKind.VALIDATION_DATA: Changes.VALIDATION_DATA,
    AdditionKind.METADATA: Changes.VALIDATION_DATA,
    AdditionKind.SIGNATURE: Changes.FORM_FILLING,
    AdditionKind.FORM_FIELD: Changes.FORM_FILLING,
    AdditionKind.ANNOTATION: Changes.ANNOTATIONS,
}
"""What each change counts as, at the least; what is not named is forbidden after every signature."""


def changes_of(document: PDFDocument, signature: PDFSignature) -> tuple[Change, ...]:
    """Return what was changed after a signature, each with whether it was permitted.

    The comparison of whole revisions decides: where it permits all, each is permitted; where it does not, at least one
    is told as forbidden, the gravest where by its kind each may be permitted.
    """
    if signature.coverage is Coverage.LESS:
        return ()  # nobody can tell what was there when it was signed
    allowed = SEVERITY.index(allowed_after(document, signature))
    told = [(gravity(one.kind), one) for one in signature.additions]
    if SEVERITY.index(signature.changes) <= allowed:
        return tuple(Change(addition=one, permitted=True) for _, one in told)
    if is_followed(signature):
        appended = Addition(kind=AdditionKind.APPENDED, revision=signature.revisions)
        told.append((gravity(appended.kind), appended))
    elif not told:
        unnamed = Addition(kind=AdditionKind.OBJECT, revision=signature.revisions)
        told.append((gravity(unnamed.kind), unnamed))
    limit = min(allowed, max(grave for grave, _ in told) - 1)
    return tuple(Change(addition=one, permitted=grave <= limit) for grave, one in told)


def gravity(kind: AdditionKind) -> int:
    """Return how grave a change of a kind is at the least, as a place in `SEVERITY`."""
    return SEVERITY.index(PERMITTED_FROM.get(kind, Changes.FORBIDDEN))

"""What a QR code is worth to somebody without a network: trust list, status list, and the clock (docs/qr.md).

The library of the public pages (web/) makes the same checks in the same order; tests/vectors/qr/ holds both to it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from licence.claim import Claim, SignedClaim, key_identifier
from licence.copy_claim import CopyClaim, SignedCopyClaim, read_any_claim
from licence.errors import ClaimMalformed, ClaimUntrusted
from licence.records import CHINA
from licence.status_list import LicenceStatus, StatusList
from trust.trust_list import ListedState, TrustList
from trust.trust_list_reading import JudgedTrustList
from trust.validation_policy import Purpose
from trust.verdict import Check, Finding, Outcome, SubIndication, Verdict

__all__ = ["OfflineReport", "judge_offline"]

ENDINGS: Final = {
    LicenceStatus.INVALID: (SubIndication.REVOKED, "the status list says that the licence has ended"),
    LicenceStatus.SUSPENDED: (SubIndication.REVOKED, "the status list says that the licence is suspended"),
    LicenceStatus.PENDING: (
        SubIndication.SIG_CONSTRAINTS_FAILURE,
        "the status list knows no such licence yet",
    ),
}
"""What it means that a licence does not stand as valid."""


@dataclass(frozen=True, kw_only=True)
class OfflineReport:
    """What came of a QR code, with what it says once its signature is verified."""

    verdict: Verdict
    claim: Claim | CopyClaim | None = None
    """Of a licence, or of an annotated copy: then what was judged is the copy, and not the licence itself."""


def judge_offline(
    text: str,
    trust_list: JudgedTrustList,
    status_list: tuple[StatusList, Verdict] | None,
    *,
    now: datetime,
) -> OfflineReport:
    """Judge the text of a QR code by two lists that were read before. Nothing is asked of anybody.

    `status_list` is a list with what `read_status_list` said of its signer; None where it is not at hand. The verdict
    is passed only where every check could be made.
    """
    try:
        signed = read_any_claim(text)
    except ClaimMalformed:
        reason = "not the text of a licence's QR code"
        return OfflineReport(
            verdict=Verdict(checks=(failing("1", "claim.format", SubIndication.FORMAT_FAILURE, reason),))
        )
    form = Check(step="1", name="claim.format")
    signature = check_signature(signed, trust_list.trust_list)
    if signature.outcome is not Outcome.PASSED:
        return OfflineReport(verdict=Verdict(checks=(form, signature)))
    claim = signed.claim
    is_fresh = trust_list.verdict.outcome is Outcome.PASSED and now <= trust_list.trust_list.next_update
    late = failing("3", "trust_list.next_update", SubIndication.TRY_LATER, "a newer trust list was due")
    checks = (
        form,
        signature,
        Check(step="3", name="trust_list.next_update") if is_fresh else late,
        check_state(claim, status_list, now),
        check_validity(claim, now),
    )
    return OfflineReport(verdict=Verdict(checks=checks), claim=claim)


def failing(step: str, name: str, sub_indication: SubIndication, reason: str) -> Check:
    """Return a check that did not pass."""
    finding = Finding(sub_indication=sub_indication, reason=reason)
    return Check(step=step, name=name, finding=finding)


def check_signature(signed: SignedClaim | SignedCopyClaim, trust_list: TrustList) -> Check:
    """Return the check that a key for QR codes signed, one that the trust list names."""
    step, name = "2", "claim.signature"
    named = {
        one.certificate: one.state
        for one in trust_list.signers
        if Purpose.LICENCE_CLAIM in one.purposes and key_identifier(one.certificate) == signed.key
    }
    if not named:
        return failing(
            step, name, SubIndication.NO_CERTIFICATE_CHAIN_FOUND, "the trust list names no such key for QR codes"
        )
    try:
        signer = signed.verify(named)
    except ClaimUntrusted:
        return failing(
            step, name, SubIndication.SIG_CRYPTO_FAILURE, "the QR code was not signed by the key that it names"
        )
    if named[signer] is ListedState.REVOKED:
        reason = "the key was revoked, and nothing proves that the QR code is older"
        return failing(step, name, SubIndication.REVOKED_NO_POE, reason)
    return Check(step=step, name=name)


def check_state(claim: Claim | CopyClaim, known: tuple[StatusList, Verdict] | None, now: datetime) -> Check:
    """Return the check that the licence is in force, as the status list tells it."""
    fault = fault_of_state(claim, known, now)
    return failing("4", "licence.state", *fault) if fault else Check(step="4", name="licence.state")


def fault_of_state(
    claim: Claim | CopyClaim, known: tuple[StatusList, Verdict] | None, now: datetime
) -> tuple[SubIndication, str] | None:
    """Return why the status list does not show that the licence is in force, if it does not."""
    later = SubIndication.TRY_LATER
    if claim.status_list is None:
        return later, "the QR code names no status list"
    if known is None or known[0].number != claim.status_list:
        return later, "the status list is not at hand"
    status_list, verdict = known
    status = status_list.status(claim.status_index)
    if status is None:
        return later, "the licence is younger than the status list"
    if status is not LicenceStatus.VALID:
        return ENDINGS[status]
    if now > status_list.next_update:
        return later, "the status list is past its next update"
    open_signer = later, "the signer of the status list may be revoked"
    return None if verdict.outcome is Outcome.PASSED else open_signer


def check_validity(claim: Claim | CopyClaim, now: datetime) -> Check:
    """Return the check that the last day of validity is not over in China, or the period of a copy."""
    if isinstance(claim, CopyClaim):
        if now < claim.valid_until:
            return Check(step="5", name="copy.validity")
        reason = f"the copy was valid until {claim.valid_until.isoformat()}"
        return failing("5", "copy.validity", SubIndication.EXPIRED, reason)
    step, name = "5", "licence.validity"
    if claim.last_day is None or now.astimezone(CHINA).date() <= claim.last_day:
        return Check(step=step, name=name)
    return failing(step, name, SubIndication.EXPIRED, f"the licence was valid until {claim.last_day}")

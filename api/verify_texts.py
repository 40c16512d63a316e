"""`trust verify` on texts: a QR code is judged offline by signed lists, an identifier is for its registry to answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import assert_never

from api.schemas.verification import ClaimVerdict
from licence.copy_claim import read_any_claim
from licence.errors import ClaimMalformed, LicenceIdentifierMalformed
from licence.inquiry import ClaimText, IdentifierText
from licence.number import LicenceIdentifier
from licence.offline import judge_offline
from licence.standing import ClaimReport, malformed, no_identifier, nothing_shown
from licence.status_list import StatusList, read_status_list
from trust.certificates import Certificate
from trust.trust_list_reading import JudgedTrustList, read_trust_list
from trust.verdict import Check, Finding, SubIndication, Verdict

__all__ = ["NO_LISTS", "SignedLists", "judge_text", "read_lists"]


@dataclass(frozen=True, kw_only=True)
class SignedLists:
    """What QR codes are judged by without a network (docs/qr.md)."""

    trust_list: JudgedTrustList | None = None
    status_lists: tuple[tuple[StatusList, Verdict], ...] = ()


NO_LISTS = SignedLists()


def read_lists(
    trust_list: Path | None, status_lists: Iterable[Path], anchors: tuple[Certificate, ...], *, now: datetime
) -> SignedLists:
    """Read lists from files. Raise as `read_trust_list` and `read_status_list` do: a forged one judges nothing."""
    if trust_list is None:
        return NO_LISTS
    judged = read_trust_list(trust_list.read_bytes(), anchors, now=now)
    read = (read_status_list(one.read_bytes(), judged.trust_list, now=now) for one in status_lists)
    return SignedLists(trust_list=judged, status_lists=tuple(read))


def judge_text(asked: ClaimText | IdentifierText, lists: SignedLists, *, now: datetime) -> ClaimVerdict:
    """Judge the text of a QR code by `lists`, or what can be said of an identifier without its registry."""
    match asked:
        case ClaimText():
            return ClaimVerdict.of(ClaimReport(verdict=claim_verdict(asked.text, lists, now), moment=now))
        case IdentifierText():
            return ClaimVerdict.of(ClaimReport(verdict=identifier_verdict(asked.text), moment=now))
        case _:
            assert_never(asked)


def claim_verdict(text: str, lists: SignedLists, now: datetime) -> Verdict:
    """Return the verdict on a QR code."""
    try:
        claim = read_any_claim(text).claim
    except ClaimMalformed:
        return Verdict(checks=(malformed(),))
    if lists.trust_list is None:
        reason = "no trust list is at hand that names the keys of QR codes"
        missing = Finding(sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND, reason=reason)
        signature = Check(step="2", name="claim.signature", finding=missing)
        return Verdict(checks=(Check(step="1", name="claim.format"), signature))
    named = next((one for one in lists.status_lists if one[0].number == claim.status_list), None)
    return judge_offline(text, lists.trust_list, named, now=now).verdict


def identifier_verdict(text: str) -> Verdict:
    """Return the verdict on an identifier: whether it can be one, and that it proves nothing by itself."""
    try:
        LicenceIdentifier.parse(text)
    except LicenceIdentifierMalformed as error:
        return Verdict(checks=(no_identifier(error),))
    return Verdict(checks=(Check(step="1", name="identifier.format"), nothing_shown()))

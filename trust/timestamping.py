"""Time-stamps (RFC 3161, GM/T 0033-2014): the port to a time-stamp authority, and judging a token.

A token says that a hash existed at a moment. Read tolerantly: either outer content type, either signature algorithm
identifier, ESSCertIDv2 or none; what a token states is checked strictly.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Final, Protocol

from trust.certificates import Certificate
from trust.cms import BytesContent, CMSMalformed, read_signed_message
from trust.cms_checks import check_signature
from trust.crypto.algorithms import AlgorithmNotSupported, Strength
from trust.crypto.sm3 import hash_of
from trust.errors import TrustError, Unavailable, Untrusted
from trust.path_checks import end_of_chain, find_ended_signature
from trust.paths import Evidence, Purpose, validate
from trust.reports import SignatureKind, SignatureReport
from trust.time_info import read_info
from trust.time_requests import ResponseMalformed, TimeStampRequest, TimeStampResponse
from trust.verdict import Check, Finding, Outcome, SubIndication

__all__ = [
    "TimeStampRejected",
    "TimeStampUntrusted",
    "TimeStamper",
    "TimeStampingUnavailable",
    "judge_time_stamp",
    "read_response",
    "stated_time",
]


class TimeStampingUnavailable(Unavailable):
    """The time-stamp authority does not answer, or cannot trust its clock."""

    code = "time_stamping.unavailable"


class TimeStampRejected(Unavailable):
    """The time-stamp authority gave no token, and said why: `failure` in the words of RFC 3161, 2.4.2."""

    code = "time_stamping.rejected"
    detail_names: ClassVar[tuple[str, ...]] = ("failure",)


class TimeStampUntrusted(Untrusted):
    """The authority's answer is none to what was asked, or its token does not hold."""

    code = "time_stamping.untrusted"
    detail_names: ClassVar[tuple[str, ...]] = ("reason",)


class TimeStamper(Protocol):
    """Gets time-stamps. Trusted for: nothing, the token is judged. Safe to share between threads."""

    def stamp(self, message: bytes) -> bytes:
        """Return a token over the hash of `message`, in DER, or raise `TimeStampingUnavailable`."""
        ...


STEP: Final = "time-stamp"

CLOCK_TOLERANCE: Final = timedelta(seconds=5)
"""How far the clock of an authority may be from ours. More shows that one of the two is wrong."""


def judge_time_stamp(
    token: bytes, message: bytes, evidence: Evidence, *, now: datetime, existed: datetime | None = None
) -> SignatureReport:
    """Judge `token` over `message` in the order of standards practice: format, imprint, signature, authority.

    The authority's path is validated at the time that the token states; a token cannot lie in the future. `existed` is
    the earliest moment at which the token is proven to have been there, as a later time-stamp over it proves; by
    default `now`. A token proves nothing any more where its authority's certificates, or the algorithms, had ended by
    that moment, or its key may have been in other hands: then it may have been dated back (ETSI EN 319 102-1, 5.6).
    """
    try:
        signed = read_signed_message(token)
        (signer,) = signed.signers
        if signer.signed_attributes is None:  # RFC 5652, 5.3: TSTInfo is not plain data, its type must be signed
            raise CMSMalformed
        info = read_info(signed)
    except AlgorithmNotSupported as error:
        finding = Finding(sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason=str(error))
        return report(Check(step=STEP, name="time_stamp.format", finding=finding))
    except (TrustError, ValueError) as error:
        finding = Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason=f"not a time-stamp token: {error}")
        return report(Check(step=STEP, name="time_stamp.format", finding=finding))
    checks = [Check(step=STEP, name="time_stamp.format")]
    finding_imprint: Finding | None = None
    if info.digest.strength is not Strength.STRONG:
        reason = f"the token was made over a hash of {info.digest.value}, which other messages can have as well"
        finding_imprint = Finding(sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason=reason)
    elif info.imprint != hash_of(info.digest, message):
        reason = "the token was made over another message"
        finding_imprint = Finding(sub_indication=SubIndication.HASH_FAILURE, reason=reason)
    checks.append(Check(step=STEP, name="time_stamp.imprint", finding=finding_imprint))
    finding_order: Finding | None = None
    if info.time > now:
        reason = f"the token states a moment in the future, {info.time:%Y-%m-%d %H:%M:%S}Z"
        finding_order = Finding(sub_indication=SubIndication.TIMESTAMP_ORDER_FAILURE, reason=reason)
    checks.append(Check(step=STEP, name="time_stamp.time", finding=finding_order))
    certificate = signed.certificate_of(signer, (*evidence.certificates, *evidence.anchors))
    if certificate is None:
        reason = "the certificate of the time-stamp authority is not at hand"
        finding = Finding(sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND, reason=reason)
        return report(*checks, Check(step=STEP, name="certificate.path", finding=finding))
    # A clock that is behind the one that proves the token does not make it older than it says.
    shown = max(existed or now, info.time)
    ended = find_ended_signature(signer.algorithm, evidence.policy, info.time, proven=True)
    ended = ended or find_ended_signature(signer.algorithm, evidence.policy, shown, proven=False)
    content = BytesContent(signed.content or b"")
    checks += check_signature(signed, signer, certificate, content, step=STEP, ended=ended)
    known = evidence.joined_by(signed.certificates, signed.revocation_lists, signed.status_responses)
    path = validate(
        certificate,
        known,
        purpose=Purpose.TIME_STAMPING,
        at=info.time,
        time_is_proven=True,
        existed=shown,
        step=STEP,
    )
    end, own_end = end_of_chain(path.certificates, evidence.policy), evidence.policy.end_of_signature(signer.algorithm)
    return report(
        *checks,
        *path.checks,
        certificate=certificate,
        path=path.certificates,
        time=info.time,
        policy=info.policy,
        until=end if own_end is None else min(end, own_end),
    )


def read_response(
    encoded: bytes, request: TimeStampRequest, message: bytes, evidence: Evidence, *, now: datetime
) -> bytes:
    """Return the token of an authority's answer to `request` over `message`, once it is found good.

    The order is that of standards practice: format, status, imprint, nonce, signature, the authority's path with
    validity and revocation, policy. A token that is far from `now` is not believed, whoever signed it. Raise
    `TimeStampRejected` or `TimeStampUntrusted`.
    """
    try:
        response = TimeStampResponse.read(encoded)
        if not response.token:
            raise TimeStampRejected(failure=", ".join(response.failures) or response.status.name.lower())
        info = read_info(read_signed_message(response.token))
    except (ResponseMalformed, CMSMalformed, AlgorithmNotSupported, ValueError) as error:
        raise TimeStampUntrusted(reason=f"not an answer: {error}") from None
    if (info.digest, info.imprint) != (request.digest, request.imprint):
        raise TimeStampUntrusted(reason="the token was made over another message")
    if info.nonce != request.nonce:
        raise TimeStampUntrusted(reason="the nonce is not the one that was sent")
    if abs(info.time - now) > CLOCK_TOLERANCE:
        raise TimeStampUntrusted(reason="the clocks of the authority and of this machine disagree")
    finding = judge_time_stamp(response.token, message, evidence, now=max(now, info.time)).verdict.finding
    if finding is not None:
        raise TimeStampUntrusted(reason=finding.reason)
    if request.policy not in (None, info.policy):
        raise TimeStampUntrusted(reason="the policy is not the one that was asked for")
    return response.token


def stated_time(token: bytes) -> datetime:
    """Return the moment that a token states, whoever made it. Raise `CMSMalformed`, or `AlgorithmNotSupported`."""
    return read_info(read_signed_message(token)).time


def report(
    *checks: Check,
    certificate: Certificate | None = None,
    path: tuple[Certificate, ...] = (),
    time: datetime | None = None,
    policy: str = "",
    until: datetime | None = None,
) -> SignatureReport:
    """Return the report on a token. Its time is proven only if every check passed, and by itself only `until` then."""
    holds = all(check.outcome is Outcome.PASSED for check in checks)
    return SignatureReport(
        kind=SignatureKind.TIME_STAMP,
        checks=checks,
        signer=certificate,
        path=path,
        algorithm="" if certificate is None else certificate.key_family,
        claimed_time=time,
        proven_time=time if holds else None,
        proves_until=until if holds else None,
        facts={"policy": policy},
    )

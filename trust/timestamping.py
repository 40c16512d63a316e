"""Time-stamps (RFC 3161, GM/T 0033-2014): the port to a time-stamp authority, and judging a token.

A token says that a hash existed at a moment. Read tolerantly: either outer content type, either signature algorithm
identifier, ESSCertIDv2 or none; what a token states is checked strictly.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from asn1crypto import tsp

from trust.asn1 import oids
from trust.certificates import Certificate
from trust.cms import ASN1CRYPTO_ERRORS, BytesContent, CMSMalformed, SignedMessage, read_signed_message
from trust.cms_checks import check_signature
from trust.crypto.algorithms import Digest, Strength, digest_by_oid
from trust.crypto.sm3 import hash_of
from trust.errors import TrustError, Unavailable
from trust.paths import Evidence, Purpose, validate
from trust.reports import SignatureKind, SignatureReport
from trust.verdict import Check, Finding, Outcome, SubIndication

__all__ = ["TimeStamper", "TimeStampingUnavailable", "judge_time_stamp"]


class TimeStampingUnavailable(Unavailable):
    """The time-stamp authority does not answer, or cannot trust its clock."""

    code = "time_stamping.unavailable"


class TimeStamper(Protocol):
    """Gets time-stamps. Trusted for: nothing, the token is judged. Safe to share between threads."""

    def stamp(self, message: bytes) -> bytes:
        """Return a token over the hash of `message`, in DER, or raise `TimeStampingUnavailable`."""
        ...


@dataclass(frozen=True, kw_only=True)
class TimeStampInfo:
    """The TSTInfo of a token, as far as a verifier asks for it."""

    digest: Digest
    imprint: bytes
    time: datetime
    policy: str
    serial: int


def read_info(message: SignedMessage) -> TimeStampInfo:
    """Read the TSTInfo inside a token, or raise `CMSMalformed`."""
    if message.content is None or message.content_type != oids.TST_INFO:
        raise CMSMalformed
    try:
        info: Any = tsp.TSTInfo.load(message.content, strict=True)
        imprint = info["message_imprint"]
        return TimeStampInfo(
            digest=digest_by_oid(imprint["hash_algorithm"]["algorithm"].dotted),
            imprint=bytes(imprint["hashed_message"].native),
            time=read_time(info["gen_time"].contents),
            policy=str(info["policy"].dotted),
            serial=int(info["serial_number"].native),
        )
    except ASN1CRYPTO_ERRORS:
        raise CMSMalformed from None


GENERALIZED_TIME: Final = re.compile(rb"(\d{14})(?:\.(\d*[1-9]))?Z")


def read_time(octets: bytes) -> datetime:
    """Return a genTime: UTC, to the second or finer, without needless zeros (RFC 3161, 2.4.2). Raise `ValueError`."""
    found = GENERALIZED_TIME.fullmatch(octets)
    if found is None:
        raise ValueError("not a genTime")
    microsecond = int((found[2] or b"")[:6].ljust(6, b"0"))
    moment = datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment.replace(microsecond=microsecond)


STEP: Final = "time-stamp"


def judge_time_stamp(token: bytes, message: bytes, evidence: Evidence, *, now: datetime) -> SignatureReport:
    """Judge `token` over `message` in the order of standards practice: format, imprint, signature, authority.

    The authority's path is validated at the time that the token states; a token cannot lie in the future.
    """
    try:
        signed = read_signed_message(token)
        (signer,) = signed.signers
        if signer.signed_attributes is None:  # RFC 5652, 5.3: TSTInfo is not plain data, its type must be signed
            raise CMSMalformed
        info = read_info(signed)
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
    checks += check_signature(signed, signer, certificate, BytesContent(signed.content or b""), step=STEP)
    known = evidence.joined_by(signed.certificates, signed.revocation_lists)
    path = validate(certificate, known, purpose=Purpose.TIME_STAMPING, at=info.time, time_is_proven=True, step=STEP)
    return report(
        *checks, *path.checks, certificate=certificate, path=path.certificates, time=info.time, policy=info.policy
    )


def report(
    *checks: Check,
    certificate: Certificate | None = None,
    path: tuple[Certificate, ...] = (),
    time: datetime | None = None,
    policy: str = "",
) -> SignatureReport:
    """Return the report on a token. Its time is proven only if every check passed."""
    holds = all(check.outcome is Outcome.PASSED for check in checks)
    return SignatureReport(
        kind=SignatureKind.TIME_STAMP,
        checks=checks,
        signer=certificate,
        path=path,
        algorithm="" if certificate is None else certificate.key_family,
        claimed_time=time,
        proven_time=time if holds else None,
        facts={"policy": policy},
    )

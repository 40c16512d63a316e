"""Judging a signed message as a whole: who signed, over what, when, and under which authority (EN 319 102-1, 5)."""

import base64
from datetime import datetime
from typing import Final

from trust.cms import BytesContent, Content, SignedMessage, SignerInfo, read_signed_message
from trust.cms_checks import check_signature
from trust.crypto.algorithms import AlgorithmNotSupported, Digest
from trust.errors import TrustError
from trust.path_checks import find_ended_signature
from trust.paths import Evidence, Purpose, validate
from trust.reports import Existence, Proves, SignatureKind, SignatureReport, TimeProof, existence_of, proof_of
from trust.timestamping import judge_time_stamp
from trust.verdict import Check, Finding, SubIndication

__all__ = ["judge_cms"]

STEP: Final = "cms"

HASH_ROOM: Final = 64
"""Octets that a hash takes at most, written in base64 with a line's end."""


def judge_cms(
    encoded: bytes,
    evidence: Evidence,
    *,
    now: datetime,
    content: Content | None,
    claimed_time: datetime | None = None,
    existence: Existence | None = None,
) -> tuple[SignatureReport, ...]:
    """Judge every signer of a signed message.

    `content` is what the signature must cover: a document, or the rest of a PDF. Content inside the message counts
    where the caller has none; otherwise anything that the signer ever signed would do for any document. Where neither
    is at hand the verdict is indeterminate. `claimed_time` is a signing time that the surroundings tell, as a PDF does;
    `existence` is when the message was there, as time-stamps over what holds it prove.
    """
    try:
        message = read_signed_message(encoded)
    except AlgorithmNotSupported as error:  # it may be a message, and nothing that it says can be relied on
        finding = Finding(sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason=str(error))
        return (alone(Check(step=STEP, name="cms.format", finding=finding)),)
    except TrustError as error:
        finding = Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason=f"not a signed message: {error}")
        return (alone(Check(step=STEP, name="cms.format", finding=finding)),)
    if not message.signers:
        finding = Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason="nobody signed the message")
        return (alone(Check(step=STEP, name="cms.format", finding=finding)),)
    if content is None and message.content is not None:
        content = BytesContent(message.content)
    note = message.dialect.value
    if content is not None and stands_for(message.content, content):
        content, note = BytesContent(message.content or b""), f"{note}; the message holds the hash of the content"
    known = evidence.joined_by(message.certificates, message.revocation_lists, message.status_responses)
    return tuple(
        judge_signer(
            message,
            signer,
            known,
            now=now,
            content=content,
            claimed_time=claimed_time,
            note=note,
            outside=existence or Existence(),
        )
        for signer in message.signers
    )


def stands_for(inside: bytes | None, content: Content) -> bool:
    """Tell whether what stands in a message is the SM3 hash of the content, plain or in base64, as vendors write it."""
    if inside is None or len(inside) > HASH_ROOM:
        return False
    digest = content.digest(Digest.SM3)
    return inside == digest or inside.strip() == base64.b64encode(digest)


def alone(check: Check) -> SignatureReport:
    """Return a report of one check."""
    return SignatureReport(kind=SignatureKind.CMS, checks=(check,))


def judge_signer(
    message: SignedMessage,
    signer: SignerInfo,
    evidence: Evidence,
    *,
    now: datetime,
    content: Content | None,
    claimed_time: datetime | None,
    note: str,
    outside: Existence,
) -> SignatureReport:
    """Judge one signer: certificate, signature, time, path, in this order."""
    checks = [Check(step=STEP, name="cms.format", note=note)]
    certificate = message.certificate_of(signer, (*evidence.certificates, *evidence.anchors))
    if certificate is None:
        reason = "the signer's certificate is not at hand"
        finding = Finding(sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND, reason=reason)
        checks.append(Check(step=STEP, name="certificate.path", finding=finding))
        return SignatureReport(kind=SignatureKind.CMS, checks=tuple(checks))
    stamped, time_checks, proofs = judge_time(signer, evidence, now=now, existed=outside.proven)
    existence = stamped.completed_by(outside)
    proven = existence.proven
    at, is_proven = proven or now, proven is not None and not existence.is_open
    if content is None:
        reason = "the content that was signed is not at hand"
        finding = Finding(sub_indication=SubIndication.SIGNED_DATA_NOT_FOUND, reason=reason)
        checks.append(Check(step=STEP, name="signature.message_digest", finding=finding))
    else:
        ended = find_ended_signature(signer.algorithm, evidence.policy, at, proven=is_proven)
        checks += check_signature(message, signer, certificate, content, step=STEP, ended=ended)
    checks += time_checks
    path = validate(certificate, evidence, purpose=Purpose.SIGNING, at=at, time_is_proven=is_proven, step=STEP)
    return SignatureReport(
        kind=SignatureKind.CMS,
        checks=(*checks, *existence.settle(path.checks)),
        signer=certificate,
        path=path.certificates,
        algorithm=certificate.key_family,
        claimed_time=signer.signing_time or claimed_time,
        proven_time=proven,
        is_open=existence.is_open,
        facts={"dialect": message.dialect.value},
        time_proofs=proofs,
    )


def judge_time(
    signer: SignerInfo, evidence: Evidence, *, now: datetime, existed: datetime | None
) -> tuple[Existence, list[Check], tuple[TimeProof, ...]]:
    """Return what the time-stamps of a signer prove, one check for each, and each as it fared."""
    reports = [
        judge_time_stamp(token, signer.signature, evidence, now=now, existed=existed) for token in signer.time_stamps
    ]
    checks = [check_stamp(one) for one in reports]
    return existence_of(reports), checks, tuple(proof_of(one, Proves.SIGNATURE) for one in reports)


def check_stamp(report: SignatureReport) -> Check:
    """Return the check of a time-stamp. One that proves nothing any more neither helps the signature nor harms it."""
    finding, name = report.verdict.finding, "signature.time_stamp"
    if finding is not None and report.has_lapsed:
        return Check(step=STEP, name=name, note=finding.reason, code=f"{name}_lapsed")
    return Check(step=STEP, name=name, finding=finding)

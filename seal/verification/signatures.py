"""Verification of seal signatures 验章 over documents, in the standards' numbered order, one check per step.

The steps are those of GB/T 38540-2020, 7.3, read with GM/T 0031-2014, 6.2.3 and GM/T 0031-2025; the checks and their
results stand in seal/verification/checks.py. The order of 7.3 beyond what implementations show could not be confirmed:
docs/divergences.md. The seal by itself (6.3) is judged in seal/verification/seals.py.
"""

from datetime import datetime

from seal.data.asn1 import CertificateListType, SealSignature
from seal.data.reading import read_seal_signature
from seal.verification.acting import acting_in, with_acting
from seal.verification.checks import coded, failed
from seal.verification.seals import (
    JudgedSeal,
    check_extensions,
    check_seal_validity,
    check_value,
    facts_of,
    format_check,
    judge_seal,
    readable_certificates,
    report_on_seal,
    summarise,
)
from trust.certificates import Certificate, certificate_of
from trust.crypto.sm2 import SM2Backend
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.paths import Evidence, Purpose, validate
from trust.reports import Existence, Proves, SignatureKind, SignatureReport, TimeProof, existence_of, proof_of
from trust.timestamping import judge_time_stamp
from trust.verdict import Check, SubIndication

__all__ = ["JudgedSeal", "judge_seal", "judge_seal_signature"]


def judge_seal_signature(
    encoded: bytes,
    evidence: Evidence,
    *,
    now: datetime,
    document_hash: bytes | None,
    backend: SM2Backend | None = None,
    existence: Existence | None = None,
) -> JudgedSeal:
    """Judge a seal signature (GB/T 38540-2020, 7.3).

    `document_hash` is the SM3 hash of what the signature protects, or None where the document is not at hand: then
    the verdict is indeterminate at best. `existence` is when the signature was there, as time-stamps over the document
    that holds it prove.
    """
    try:
        signature = read_seal_signature(encoded)
        signer = certificate_of(signature.certificate)
    except TrustError as error:
        check = failed("7.3 a", "seal_signature.format", SubIndication.FORMAT_FAILURE, str(error))
        return JudgedSeal(report=SignatureReport(kind=SignatureKind.SEAL_SIGNATURE, checks=(check,)))
    # The certificates in the list and in the structure are material for paths, no more.
    known = evidence.joined_by(tuple(readable_certificates(signature.seal)))
    # a) The format was checked by reading it.
    own = signature.deviations[: len(signature.deviations) - len(signature.seal.deviations)]
    checks = [
        format_check("7.3 a", "seal_signature.format", own),
        check_extensions("7.3 a", "seal_signature.extensions", signature.extensions),
    ]
    # b) The signature value over TBS_Sign.
    checks.append(check_value("7.3 b", "seal_signature.value", signer, signature, backend))
    # b, signer) The seal names the signer. In V4 the certificate stands outside TBS_Sign: without this check
    #     anybody's certificate would do.
    checks.append(check_listed(signature))
    # c) The signer's certificate, judged together with the time: proven by a time-stamp over the signature value or
    #    over the whole document, or only claimed.
    outside = existence or Existence()
    stamped, time_checks, proofs = judge_time(signature, known, now=now, existed=outside.proven)
    found = stamped.completed_by(outside)
    at, is_proven = found.proven or now, found.proven is not None and not found.is_open
    path = validate(signer, known, purpose=Purpose.SEALING, at=at, time_is_proven=is_proven, step="7.3 c")
    checks += map(coded, found.settle(path.checks))
    # d) The time-stamp, and that the signing time lies in the validity of the signer's certificate.
    checks += time_checks
    checks.append(check_claimed_time(signature, signer, now))
    # e) The hash of the document.
    checks.append(check_hash(signature, document_hash))
    # f) The seal, as it stood when it was used.
    seal_report = report_on_seal(signature.seal, known, at=at, now=now, proven=is_proven, backend=backend)
    checks += map(coded, found.settle(seal_report.checks))
    checks.append(check_seal_validity(signature.seal, at, proven=is_proven))
    if signature.signed_at is not None and signature.signed_at != at:
        # What the signature claims of itself must fit as well: a time-stamp does not mend a lie.
        checks.append(check_seal_validity(signature.seal, signature.signed_at, proven=True))
    report = SignatureReport(
        kind=SignatureKind.SEAL_SIGNATURE,
        checks=tuple(checks),
        signer=signer,
        path=path.certificates,
        algorithm="sm2",
        claimed_time=signature.signed_at,
        proven_time=found.proven,
        is_open=found.is_open,
        facts={**facts_of(signature.seal), "property_info": signature.property_info},
        time_proofs=(*proofs, *seal_report.time_proofs),
        maker_path=seal_report.path,
    )
    # Who acted: no step of the standard, and asked last.
    report = with_acting(report, acting_in(signature), known, now=now, seal=signature.seal.identifier)
    return JudgedSeal(report=report, signature=signature, seal=signature.seal)


def check_listed(signature: SealSignature) -> Check:
    """Check that the seal lists the signer's certificate, itself or by its digest."""
    seal = signature.seal
    by_digest = seal.list_type is CertificateListType.DIGESTS
    wanted = sm3(signature.certificate) if by_digest else signature.certificate
    if wanted in seal.listed:
        return Check(step="7.3 b", name="seal_signature.signer_listed")
    reason = "the seal does not name this signer; a renewed certificate needs a seal that is made anew"
    return failed("7.3 b", "seal_signature.signer_listed", SubIndication.SIG_CONSTRAINTS_FAILURE, reason)


def judge_time(
    signature: SealSignature, evidence: Evidence, *, now: datetime, existed: datetime | None
) -> tuple[Existence, list[Check], tuple[TimeProof, ...]]:
    """Return what the time-stamp proves, if there is one, the checks on it, and the time-stamp."""
    if signature.time_stamp is None:
        return Existence(), [], ()
    stamp = judge_time_stamp(signature.time_stamp, signature.signature, evidence, now=now, existed=existed)
    checks = [summarise("7.3 d", "seal_signature.time_stamp", stamp)]
    if stamp.claimed_time is not None and signature.signed_at is not None:
        checks.append(check_time_order(stamp.claimed_time, signature.signed_at))
    return existence_of((stamp,)), checks, (proof_of(stamp, Proves.SIGNATURE),)


def check_time_order(stamped_at: datetime, signed_at: datetime) -> Check:
    """Check that the time-stamp is not older than the signing time that the signature claims."""
    step, name = "7.3 d", "seal_signature.time_order"
    if stamped_at >= signed_at:
        return Check(step=step, name=name)
    reason = "the time-stamp is older than the signing time that the signature claims"
    return failed(step, name, SubIndication.TIMESTAMP_ORDER_FAILURE, reason)


def check_claimed_time(signature: SealSignature, signer: Certificate, now: datetime) -> Check:
    """Check the signing time that the signature claims."""
    step, name = "7.3 d", "seal_signature.signing_time"
    if signature.signed_at is None:
        return failed(step, name, SubIndication.OUT_OF_BOUNDS_NO_POE, "the signature tells no signing time")
    if signature.signed_at > now:
        reason = f"the signing time {signature.signed_at:%Y-%m-%d %H:%M:%S}Z lies in the future"
        return failed(step, name, SubIndication.TIMESTAMP_ORDER_FAILURE, reason)
    if not signer.not_before <= signature.signed_at <= signer.not_after:
        reason = "the signing time lies outside the validity of the signer's certificate"
        return failed(step, name, SubIndication.SIG_CONSTRAINTS_FAILURE, reason)
    return Check(step=step, name=name)


def check_hash(signature: SealSignature, document_hash: bytes | None) -> Check:
    """Compare the hash of the document with the one that was signed."""
    step, name = "7.3 e", "seal_signature.data_hash"
    if document_hash is None:
        reason = "the document that was sealed is not at hand"
        return failed(step, name, SubIndication.SIGNED_DATA_NOT_FOUND, reason)
    if document_hash != signature.data_hash:
        return failed(step, name, SubIndication.HASH_FAILURE, "the document is not the one that was sealed")
    return Check(step=step, name=name)

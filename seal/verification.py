"""Verification of electronic seals and seal signatures 验章, in the standards' numbered order, one check per step.

The steps are those of GB/T 38540-2020, 6.3 and 7.3, read with GM/T 0031-2014, 6.1.2 and 6.2.3 and GM/T 0031-2025. The
order of 7.3 beyond what implementations show could not be confirmed: docs/divergences.md.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from seal.asn1 import (
    CertificateListType,
    ElectronicSeal,
    SealMalformed,
    SealSignature,
    SealVersion,
)
from seal.reading import read_seal, read_seal_signature
from trust.certificates import Certificate
from trust.crypto.algorithms import AlgorithmNotSupported, KeyKind, signature_algorithm
from trust.crypto.sm2 import SM2Backend
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.paths import Evidence, Purpose, validate
from trust.reports import SignatureKind, SignatureReport
from trust.timestamping import judge_time_stamp
from trust.verdict import Check, Finding, SubIndication

__all__ = ["JudgedSeal", "judge_seal", "judge_seal_signature"]

DIRECT_SIGNATURE_LENGTH: Final = 64
"""r ‖ s: one real vendor writes signatures so, instead of in DER."""


@dataclass(frozen=True, kw_only=True)
class JudgedSeal:
    """A seal signature as it was read, and what came of judging it."""

    report: SignatureReport
    signature: SealSignature | None = None
    seal: ElectronicSeal | None = None


def failed(step: str, name: str, indication: SubIndication, reason: str) -> Check:
    """Return a check that did not pass."""
    return Check(step=step, name=name, finding=Finding(sub_indication=indication, reason=reason))


def check_value(
    step: str, name: str, certificate: Certificate, signed: ElectronicSeal | SealSignature, backend: SM2Backend | None
) -> Check:
    """Check the signature value of a seal or a seal signature with the key of `certificate`, which must be of SM2."""
    try:
        algorithm = signature_algorithm(signed.algorithm)
        if algorithm.kind is not KeyKind.SM2:
            reason = f"{algorithm.name} is not accepted in a seal"
            return failed(step, name, SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason)
        key = certificate.public_key
        key.verify(key.tolerated(signed.signature), signed.signed, algorithm, backend=backend)
    except AlgorithmNotSupported as error:
        return failed(step, name, SubIndication.CRYPTO_CONSTRAINTS_FAILURE, str(error))
    except TrustError as error:
        return failed(step, name, SubIndication.SIG_CRYPTO_FAILURE, str(error))
    is_direct = len(signed.signature) == DIRECT_SIGNATURE_LENGTH
    return Check(step=step, name=name, note="the signature is written as r ‖ s, not in DER" if is_direct else "")


def judge_seal(encoded: bytes, evidence: Evidence, *, now: datetime, backend: SM2Backend | None = None) -> JudgedSeal:
    """Judge a seal by itself, as it stands at the moment `now` (GB/T 38540-2020, 6.3)."""
    try:
        seal = read_seal(encoded)
    except SealMalformed as error:
        check = failed("6.3 a", "seal.format", SubIndication.FORMAT_FAILURE, str(error))
        return JudgedSeal(report=SignatureReport(kind=SignatureKind.ELECTRONIC_SEAL, checks=(check,)))
    report = report_on_seal(seal, evidence, at=now, now=now, proven=False, backend=backend)
    return JudgedSeal(report=with_check(report, check_seal_validity(seal, now, proven=True)), seal=seal)


def report_on_seal(
    seal: ElectronicSeal,
    evidence: Evidence,
    *,
    at: datetime,
    now: datetime,
    proven: bool,
    backend: SM2Backend | None = None,
) -> SignatureReport:
    """Report on a parsed seal as it stood at the moment `at`, of which `proven` says whether it is proven.

    Steps a to d; step e, the seal's own validity, is added by whoever knows which moment matters.
    """
    # a) The format was checked by reading it.
    checks = [Check(step="6.3 a", name="seal.format", note="; ".join(seal.deviations))]
    try:
        maker = Certificate(seal.maker_certificate)
    except TrustError as error:
        checks.append(failed("6.3 b", "seal.maker_certificate", SubIndication.FORMAT_FAILURE, str(error)))
        return SignatureReport(kind=SignatureKind.ELECTRONIC_SEAL, checks=tuple(checks), facts=facts_of(seal))
    # b) The maker's signature value.
    checks.append(check_value("6.3 b", "seal.signature_value", maker, seal, backend))
    # c) The maker's certificate: chain, validity, revocation, usage; and the seal made within its validity.
    path = validate(maker, evidence, purpose=Purpose.SEAL_MAKING, at=at, time_is_proven=proven, step="6.3 c")
    checks += path.checks
    if not maker.not_before <= seal.created_at <= maker.not_after:
        reason = (
            f"the seal says it was made at {seal.created_at:%Y-%m-%d}, outside the validity of its maker's certificate"
        )
        checks.append(failed("6.3 c", "seal.made_in_validity", SubIndication.SIG_CONSTRAINTS_FAILURE, reason))
    # d) GM/T 0031-2025: a time-stamp over the maker's signature, not before the making.
    if seal.version is SealVersion.GMT0031_2025 and seal.time_stamp is not None:
        stamp = judge_time_stamp(seal.time_stamp, seal.signature, evidence, now=now)
        checks.append(summarise("6.3 d", "seal.time_stamp", stamp))
        if stamp.claimed_time is not None and stamp.claimed_time < seal.created_at:
            reason = "the seal was time-stamped before the moment at which it says it was made"
            checks.append(failed("6.3 d", "seal.time_stamp_order", SubIndication.TIMESTAMP_ORDER_FAILURE, reason))
    return SignatureReport(
        kind=SignatureKind.ELECTRONIC_SEAL,
        checks=tuple(checks),
        signer=maker,
        path=path.certificates,
        algorithm="sm2",
        claimed_time=seal.created_at,
        facts=facts_of(seal),
    )


def check_seal_validity(seal: ElectronicSeal, at: datetime, *, proven: bool) -> Check:
    """Check step e: the seal is in its period of validity at the moment `at`.

    A seal that has expired since says nothing against what it sealed while it was valid: without a proof of time the
    answer is that nobody knows.
    """
    if seal.valid_from <= at <= seal.valid_until:
        return Check(step="6.3 e", name="seal.validity")
    late = SubIndication.EXPIRED if proven else SubIndication.OUT_OF_BOUNDS_NO_POE
    indication = SubIndication.NOT_YET_VALID if at < seal.valid_from else late
    reason = f"the seal is valid from {seal.valid_from:%Y-%m-%d} to {seal.valid_until:%Y-%m-%d}, not at {at:%Y-%m-%d}"
    return failed("6.3 e", "seal.validity", indication, reason)


def with_check(report: SignatureReport, check: Check) -> SignatureReport:
    """Return `report` with one more check at its end."""
    return replace(report, checks=(*report.checks, check))


def facts_of(seal: ElectronicSeal) -> dict[str, str | int | bool | None]:
    """Return what an expert wants to know of a seal."""
    return {
        "seal_code": seal.identifier,
        "seal_name": seal.name,
        "seal_type": seal.type,
        "seal_version": int(seal.version),
        "vendor": seal.vendor,
        "valid_from": seal.valid_from.isoformat(),
        "valid_until": seal.valid_until.isoformat(),
    }


def summarise(step: str, name: str, report: SignatureReport) -> Check:
    """Return one check that stands for a whole report."""
    return Check(step=step, name=name, finding=report.verdict.finding)


def judge_seal_signature(
    encoded: bytes,
    evidence: Evidence,
    *,
    now: datetime,
    document_hash: bytes | None,
    backend: SM2Backend | None = None,
) -> JudgedSeal:
    """Judge a seal signature (GB/T 38540-2020, 7.3).

    `document_hash` is the SM3 hash of what the signature protects, or None where the document is not at hand: then
    the verdict is indeterminate at best.
    """
    try:
        signature = read_seal_signature(encoded)
        signer = Certificate(signature.certificate)
    except TrustError as error:
        check = failed("7.3 a", "seal_signature.format", SubIndication.FORMAT_FAILURE, str(error))
        return JudgedSeal(report=SignatureReport(kind=SignatureKind.SEAL_SIGNATURE, checks=(check,)))
    # The certificates in the list and in the structure are material for paths, no more.
    known = evidence.joined_by(tuple(readable_certificates(signature.seal)))
    # a) The format was checked by reading it.
    checks = [Check(step="7.3 a", name="seal_signature.format", note="; ".join(signature.deviations))]
    # b) The signature value over TBS_Sign.
    checks.append(check_value("7.3 b", "seal_signature.value", signer, signature, backend))
    # b, signer) The seal names the signer. In V4 the certificate stands outside TBS_Sign: without this check
    #     anybody's certificate would do.
    checks.append(check_listed(signature))
    # d, time) The time: proven by a time-stamp over the signature value, or only claimed.
    proven, time_checks = judge_time(signature, known, now=now)
    checks += time_checks
    at = proven or now
    # c) The signer's certificate, judged together with the time.
    path = validate(signer, known, purpose=Purpose.SEALING, at=at, time_is_proven=proven is not None, step="7.3 c")
    checks += path.checks
    # d) The signing time lies in the validity of the signer's certificate.
    checks.append(check_claimed_time(signature, signer, now))
    # e) The hash of the document.
    checks.append(check_hash(signature, document_hash))
    # f) The seal, as it stood when it was used.
    seal_report = report_on_seal(signature.seal, known, at=at, now=now, proven=proven is not None, backend=backend)
    checks += seal_report.checks
    checks.append(check_seal_validity(signature.seal, at, proven=proven is not None))
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
        proven_time=proven,
        facts={**facts_of(signature.seal), "property_info": signature.property_info},
    )
    return JudgedSeal(report=report, signature=signature, seal=signature.seal)


def readable_certificates(seal: ElectronicSeal) -> list[Certificate]:
    """Return the certificates that a seal brings along, as far as they can be read."""
    listed = seal.listed if seal.list_type is CertificateListType.CERTIFICATES else ()
    found = []
    for encoded in (seal.maker_certificate, *listed):
        try:
            found.append(Certificate(encoded))
        except TrustError:
            continue
    return found


def check_listed(signature: SealSignature) -> Check:
    """Check that the seal lists the signer's certificate, itself or by its digest."""
    seal = signature.seal
    by_digest = seal.list_type is CertificateListType.DIGESTS
    wanted = sm3(signature.certificate) if by_digest else signature.certificate
    if wanted in seal.listed:
        return Check(step="7.3 b", name="seal_signature.signer_listed")
    reason = "the seal does not name this signer; a renewed certificate needs a seal that is made anew"
    return failed("7.3 b", "seal_signature.signer_listed", SubIndication.SIG_CONSTRAINTS_FAILURE, reason)


def judge_time(signature: SealSignature, evidence: Evidence, *, now: datetime) -> tuple[datetime | None, list[Check]]:
    """Return the proven time, if there is one, and the checks on the time-stamp."""
    if signature.time_stamp is None:
        return None, []
    stamp = judge_time_stamp(signature.time_stamp, signature.signature, evidence, now=now)
    checks = [summarise("7.3 d", "seal_signature.time_stamp", stamp)]
    if stamp.claimed_time is not None and signature.signed_at is not None and stamp.claimed_time < signature.signed_at:
        reason = "the time-stamp is older than the signing time that the signature claims"
        checks.append(failed("7.3 d", "seal_signature.time_order", SubIndication.TIMESTAMP_ORDER_FAILURE, reason))
    return stamp.proven_time, checks


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

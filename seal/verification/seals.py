"""Verification of electronic seals by themselves 验章, in the standards' numbered order, one check per step.

The steps are those of GB/T 38540-2020, 6.3, read with GM/T 0031-2014, 6.1.2 and GM/T 0031-2025; the checks and their
results stand in seal/verification/checks.py. What seal signatures share with seals stands here too.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from seal.data.asn1 import (
    KNOWN_EXTENSIONS,
    SM2_WITH_SM3,
    CertificateListType,
    ElectronicSeal,
    SealExtension,
    SealMalformed,
    SealSignature,
    SealVersion,
)
from seal.data.deviations import Met
from seal.data.reading import read_seal
from seal.verification.checks import WARNINGS, coded, failed, remarks_of
from trust.certificates import Certificate, certificate_of
from trust.crypto.algorithms import AlgorithmNotSupported, SignatureAlgorithm, signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import SM2Backend
from trust.errors import TrustError
from trust.paths import Evidence, Path, Purpose, validate
from trust.reports import Proves, SignatureKind, SignatureReport, TimeProof, proof_of
from trust.timestamping import judge_time_stamp
from trust.verdict import Check, SubIndication

__all__ = [
    "JudgedSeal",
    "check_extensions",
    "check_seal_validity",
    "check_value",
    "facts_of",
    "format_check",
    "judge_seal",
    "readable_certificates",
    "report_on_seal",
    "summarise",
]

PASSING: Final = {name: result for result, name in WARNINGS.items()}
"""The warning by the name of the check that it mends."""


@dataclass(frozen=True, kw_only=True)
class JudgedSeal:
    """A seal or a seal signature as it was read, and what came of judging it."""

    report: SignatureReport
    signature: SealSignature | None = None
    seal: ElectronicSeal | None = None


def judge_seal(encoded: bytes, evidence: Evidence, *, now: datetime, backend: SM2Backend | None = None) -> JudgedSeal:
    """Judge a seal by itself, as it stands at the moment `now` (GB/T 38540-2020, 6.3)."""
    try:
        seal = read_seal(encoded)
    except SealMalformed as error:
        check = failed("6.3 a", "seal.format", SubIndication.FORMAT_FAILURE, str(error))
        return JudgedSeal(report=SignatureReport(kind=SignatureKind.ELECTRONIC_SEAL, checks=(check,)))
    report = report_on_seal(seal, evidence, at=now, now=now, proven=False, backend=backend)
    checks = (*report.checks, check_seal_validity(seal, now, proven=True))
    return JudgedSeal(report=replace(report, checks=checks), seal=seal)


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
    checks = [
        format_check("6.3 a", "seal.format", seal.deviations),
        check_extensions("6.3 a", "seal.extensions", seal.extensions),
    ]
    try:
        maker = certificate_of(seal.maker_certificate)
    except TrustError as error:
        checks.append(failed("6.3 b", "seal.maker_certificate", SubIndication.FORMAT_FAILURE, str(error)))
        return SignatureReport(kind=SignatureKind.ELECTRONIC_SEAL, checks=tuple(checks), facts=facts_of(seal))
    # b) The maker's signature value.
    checks.append(check_value("6.3 b", "seal.signature_value", maker, seal, backend))
    # c) The maker's certificate: chain, validity, revocation, usage; and the seal made within its validity.
    made, stamp_checks, proofs = judge_making_time(seal, evidence, now=now, existed=at)
    path = validate(maker, evidence, purpose=Purpose.SEAL_MAKING, at=at, time_is_proven=proven, step="6.3 c")
    if seal.version is SealVersion.GMT0031_2025:
        path = warned_of(path, seal, maker, evidence, made=made)
    checks += map(coded, path.checks)
    checks.append(check_made_in_validity(seal, maker))
    # d) GM/T 0031-2025: a time-stamp over the maker's signature, not before the making.
    checks += stamp_checks
    return SignatureReport(
        kind=SignatureKind.ELECTRONIC_SEAL,
        checks=tuple(checks),
        signer=maker,
        path=path.certificates,
        algorithm="sm2",
        claimed_time=seal.created_at,
        proven_time=made,
        facts=facts_of(seal),
        time_proofs=proofs,
        maker_path=path.certificates,
    )


def format_check(step: str, name: str, deviations: tuple[Met, ...]) -> Check:
    """Return the check of a format that could be read, with the deviations that were tolerated."""
    note = "; ".join(f"{one.field}: {one.deviation}" for one in deviations)
    return Check(step=step, name=name, note=note, remarks=remarks_of(deviations))


def check_extensions(step: str, name: str, extensions: tuple[SealExtension, ...]) -> Check:
    """Check that no extension is critical that is not understood.

    What critical asks of a verifier was not found in the standard's text: it is taken as in X.509.
    """
    strange = [one.oid for one in extensions if one.critical and one.oid not in KNOWN_EXTENSIONS]
    if not strange:
        return Check(step=step, name=name)
    reason = f"critical extensions that are not understood: {', '.join(strange)}"
    return failed(step, name, SubIndication.SIG_CONSTRAINTS_FAILURE, reason)


@lru_cache(maxsize=64)
def require_value(
    key: PublicKey, signature: bytes, signed: bytes, algorithm: SignatureAlgorithm, backend: SM2Backend | None
) -> None:
    """Return if a signature value holds. One seal stands in everything that was stamped with it.

    What was proven once is remembered, what failed is not. Raise as `PublicKey.verify` does.
    """
    key.verify(signature, signed, algorithm, backend=backend)


def check_value(
    step: str, name: str, certificate: Certificate, signed: ElectronicSeal | SealSignature, backend: SM2Backend | None
) -> Check:
    """Check the signature value of a seal or a seal signature with the key of `certificate`, which must be of SM2.

    The algorithm is SM2 with SM3 by that one name: in V4 and V5 its identifier is not signed, and a second spelling
    would make two seals of one.
    """
    if signed.algorithm != SM2_WITH_SM3:
        reason = f"the algorithm {signed.algorithm} is not accepted in a seal"
        return failed(step, name, SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason)
    try:
        key = certificate.public_key
        algorithm = signature_algorithm(SM2_WITH_SM3)
        tolerated = key.tolerated(signed.signature)
        require_value(key, tolerated, signed.signed, algorithm, backend)  # type: ignore[arg-type] # mypy: no Protocol is Hashable
    except AlgorithmNotSupported as error:
        return failed(step, name, SubIndication.CRYPTO_CONSTRAINTS_FAILURE, str(error))
    except TrustError as error:
        return failed(step, name, SubIndication.SIG_CRYPTO_FAILURE, str(error))
    return Check(step=step, name=name)


def warned_of(
    path: Path, seal: ElectronicSeal, maker: Certificate, evidence: Evidence, *, made: datetime | None
) -> Path:
    """Return `path` with warnings in place of what has befallen a maker's certificate only since the making.

    GM/T 0031-2025 lets a seal stand whose maker's certificate has expired, or was revoked, after it was made. When it
    was made is proven by its time-stamp; without one only the maker's own key says so, and then a revocation must be
    in good order: whoever stole that key makes seals of any day.
    """
    troubles = [check for check in path.checks if check.finding is not None]
    of_maker = next((check for check in path.checks if check.name == "certificate.revocation"), None)
    if not troubles or any(check.name != "certificate.validity" and check is not of_maker for check in troubles):
        return path
    then = validate(
        maker,
        evidence,
        purpose=Purpose.SEAL_MAKING,
        at=made or seal.created_at,
        time_is_proven=True,
        states_time=made is None,
    )
    if any(check.finding is not None for check in then.checks):
        return path
    return replace(path, checks=tuple(map(as_warning, path.checks)))


def as_warning(check: Check) -> Check:
    """Return a check that did not pass as one that did, with a warning."""
    if check.finding is None:
        return check
    note = f"{check.finding.reason}; it was good when the seal was made"
    return replace(check, finding=None, note=note, code=PASSING[check.name])


def check_made_in_validity(seal: ElectronicSeal, maker: Certificate) -> Check:
    """Check that the seal was made within the validity of its maker's certificate."""
    step, name = "6.3 c", "seal.made_in_validity"
    if maker.not_before <= seal.created_at <= maker.not_after:
        return Check(step=step, name=name)
    reason = f"the seal says it was made at {seal.created_at:%Y-%m-%d}, outside the validity of its maker's certificate"
    return failed(step, name, SubIndication.SIG_CONSTRAINTS_FAILURE, reason)


def judge_making_time(
    seal: ElectronicSeal, evidence: Evidence, *, now: datetime, existed: datetime
) -> tuple[datetime | None, tuple[Check, ...], tuple[TimeProof, ...]]:
    """Return when a seal was made at the latest, if a time-stamp proves it, the checks on that, and the time-stamp.

    `existed` is when the seal was there at the latest, as what proves the time of a signature with it proves.
    """
    if seal.time_stamp is None:
        return None, (), ()
    stamp = judge_time_stamp(seal.time_stamp, seal.signature, evidence, now=now, existed=existed)
    whole, proofs = summarise("6.3 d", "seal.time_stamp", stamp), (proof_of(stamp, Proves.SEAL),)
    if stamp.claimed_time is None:
        return None, (whole,), proofs
    step, name = "6.3 d", "seal.time_stamp_order"
    if stamp.claimed_time < seal.created_at:
        reason = "the seal was time-stamped before the moment at which it says it was made"
        return None, (whole, failed(step, name, SubIndication.TIMESTAMP_ORDER_FAILURE, reason)), proofs
    return stamp.proven_time, (whole, Check(step=step, name=name)), proofs


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


def facts_of(seal: ElectronicSeal) -> dict[str, str | int | bool | None]:
    """Return what an expert wants to know of a seal."""
    named = ", ".join(KNOWN_EXTENSIONS.get(one.oid, one.oid) for one in seal.extensions)
    return {
        "seal_code": seal.identifier,
        "seal_name": seal.name,
        "seal_type": seal.type,
        "seal_version": int(seal.version),
        "vendor": seal.vendor,
        "valid_from": seal.valid_from.isoformat(),
        "valid_until": seal.valid_until.isoformat(),
        **({"extensions": named} if named else {}),
    }


def summarise(step: str, name: str, report: SignatureReport) -> Check:
    """Return one check that stands for a whole report on a time-stamp.

    One that proves nothing any more neither helps nor harms: where a proof is needed, other checks find it missing.
    """
    if report.verdict.finding is not None and report.has_lapsed:
        return Check(step=step, name=name, note=report.verdict.finding.reason, code=PASSING[name])
    return coded(Check(step=step, name=name, finding=report.verdict.finding))


def readable_certificates(seal: ElectronicSeal) -> list[Certificate]:
    """Return the certificates that a seal brings along, as far as they can be read."""
    listed = seal.listed if seal.list_type is CertificateListType.CERTIFICATES else ()
    found = []
    for encoded in (seal.maker_certificate, *listed):
        try:
            found.append(certificate_of(encoded))
        except TrustError:
            continue
    return found

"""The checks on seals, seal signatures and OFD packages, in the standards' numbered order, with their result codes.

The table is the one place where a step, the name of its check and its results meet. Verification makes checks by it,
and a check that it does not know is an error of ours. docs/seal-checks.md is made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from seal.data.deviations import Met
from seal.verification.results import SealResult
from trust.verdict import Check, Finding, Remark, SubIndication

__all__ = ["CHECKS", "WARNINGS", "KnownCheck", "coded", "failed", "remarks_of"]


@dataclass(frozen=True, kw_only=True)
class KnownCheck:
    """A check of a step, and what comes of it where it does not pass."""

    step: str
    name: str
    result: SealResult
    finer: Mapping[SubIndication, SealResult] = field(default_factory=dict)
    """Results of their own for some sub-indications; every other one gives `result`."""

    def result_of(self, indication: SubIndication) -> SealResult:
        """Return the result where the check did not pass for that reason."""
        return self.finer.get(indication, self.result)


def known(
    step: str, name: str, result: SealResult, finer: Mapping[SubIndication, SealResult] | None = None
) -> KnownCheck:
    """Return a row of the table."""
    return KnownCheck(step=step, name=name, result=result, finer=finer or {})


UNKNOWN: Final = SubIndication.NO_CERTIFICATE_CHAIN_FOUND
LATER: Final = SubIndication.TRY_LATER
EARLY: Final = SubIndication.NOT_YET_VALID
WEAK: Final = SubIndication.CRYPTO_CONSTRAINTS_FAILURE

CHECKS: Final = (
    known("ofd", "ofd.format", SealResult.PACKAGE_BROKEN),
    known(
        "ofd",
        "ofd.references",
        SealResult.REFERENCES_WRONG,
        {SubIndication.FORMAT_FAILURE: SealResult.REFERENCES_EMPTY, WEAK: SealResult.REFERENCES_WEAK},
    ),
    known("ofd", "ofd.unprotected_files", SealResult.FILES_UNPROTECTED),
    known(
        "ofd",
        "ofd.seal_file",
        SealResult.SEAL_FILE_OTHER,
        {SubIndication.SIGNED_DATA_NOT_FOUND: SealResult.SEAL_FILE_MISSING},
    ),
    known("ofd", "ofd.property_info", SealResult.PLACE_OTHER),
    known(
        "ofd",
        "ofd.listed_files",
        SealResult.FILES_SMUGGLED,
        {SubIndication.SIGNED_DATA_NOT_FOUND: SealResult.CONTENTS_UNPROTECTED},
    ),
    known("ofd", "ofd.signed_digest", SealResult.SIGNED_DIGEST_WRONG),
    known("7.3 a", "seal_signature.format", SealResult.SIGNATURE_FORMAT),
    known("7.3 a", "seal_signature.extensions", SealResult.SIGNATURE_EXTENSION),
    known("7.3 b", "seal_signature.value", SealResult.SIGNATURE_VALUE, {WEAK: SealResult.SIGNATURE_ALGORITHM}),
    known("7.3 b", "seal_signature.signer_listed", SealResult.SIGNER_NOT_LISTED),
    known("7.3 c", "certificate.path", SealResult.SIGNER_UNTRUSTED, {UNKNOWN: SealResult.SIGNER_UNKNOWN}),
    known("7.3 c", "certificate.validity", SealResult.SIGNER_EXPIRED, {EARLY: SealResult.SIGNER_NOT_YET_VALID}),
    known("7.3 c", "certificate.key_usage", SealResult.SIGNER_MISUSED),
    known("7.3 c", "certificate.revocation", SealResult.SIGNER_REVOKED, {LATER: SealResult.SIGNER_STATUS_UNKNOWN}),
    known(
        "7.3 d",
        "seal_signature.time_stamp",
        SealResult.TIME_STAMP,
        {UNKNOWN: SealResult.TIME_STAMP_UNTRUSTED, LATER: SealResult.TIME_STAMP_UNTRUSTED},
    ),
    known("7.3 d", "seal_signature.time_order", SealResult.TIME_ORDER),
    known(
        "7.3 d",
        "seal_signature.signing_time",
        SealResult.TIME_OUTSIDE_CERTIFICATE,
        {
            SubIndication.OUT_OF_BOUNDS_NO_POE: SealResult.TIME_MISSING,
            SubIndication.TIMESTAMP_ORDER_FAILURE: SealResult.TIME_IN_FUTURE,
        },
    ),
    known(
        "7.3 e",
        "seal_signature.data_hash",
        SealResult.HASH_DIFFERS,
        {SubIndication.SIGNED_DATA_NOT_FOUND: SealResult.DOCUMENT_MISSING},
    ),
    # 7.3 f is the whole of 6.3, over the seal that the signature holds.
    known("6.3 a", "seal.format", SealResult.SEAL_FORMAT),
    known("6.3 a", "seal.extensions", SealResult.SEAL_EXTENSION),
    known("6.3 b", "seal.maker_certificate", SealResult.MAKER_UNREADABLE),
    known("6.3 b", "seal.signature_value", SealResult.SEAL_VALUE, {WEAK: SealResult.SEAL_ALGORITHM}),
    known("6.3 c", "certificate.path", SealResult.MAKER_UNTRUSTED, {UNKNOWN: SealResult.MAKER_UNKNOWN}),
    known("6.3 c", "certificate.validity", SealResult.MAKER_EXPIRED, {EARLY: SealResult.MAKER_NOT_YET_VALID}),
    known("6.3 c", "certificate.key_usage", SealResult.MAKER_MISUSED),
    known("6.3 c", "certificate.revocation", SealResult.MAKER_REVOKED, {LATER: SealResult.MAKER_STATUS_UNKNOWN}),
    known("6.3 c", "seal.made_in_validity", SealResult.MADE_OUTSIDE_VALIDITY),
    known(
        "6.3 d",
        "seal.time_stamp",
        SealResult.SEAL_TIME_STAMP,
        {UNKNOWN: SealResult.SEAL_TIME_STAMP_UNTRUSTED, LATER: SealResult.SEAL_TIME_STAMP_UNTRUSTED},
    ),
    known("6.3 d", "seal.time_stamp_order", SealResult.SEAL_TIME_ORDER),
    known("6.3 e", "seal.validity", SealResult.SEAL_ENDED, {EARLY: SealResult.SEAL_NOT_YET_VALID}),
)
"""Every check, in the order in which a report tells them."""

WARNINGS: Final[Mapping[SealResult, str]] = {
    SealResult.MAKER_EXPIRED_SINCE: "certificate.validity",
    SealResult.MAKER_REVOKED_SINCE: "certificate.revocation",
    SealResult.SEAL_TIME_STAMP_LAPSED: "seal.time_stamp",
    SealResult.TIME_STAMP_LAPSED: "seal_signature.time_stamp",
}
"""Results of checks that passed with a warning: of a maker's certificate (GM/T 0031-2025), and of time-stamps."""

BY_NAME: Final = {(one.step, one.name): one for one in CHECKS}


def failed(step: str, name: str, indication: SubIndication, reason: str) -> Check:
    """Return a check that did not pass, with its result code."""
    return coded(Check(step=step, name=name, finding=Finding(sub_indication=indication, reason=reason)))


def coded(check: Check) -> Check:
    """Return `check` with its result code; one that passed keeps what it has. Raise `KeyError` for an unknown one."""
    if check.finding is None:
        return check
    return replace(check, code=BY_NAME[check.step, check.name].result_of(check.finding.sub_indication))


def remarks_of(deviations: tuple[Met, ...]) -> tuple[Remark, ...]:
    """Return deviations as the remarks of a check."""
    return tuple(Remark(code=one.deviation, about=one.field) for one in deviations)

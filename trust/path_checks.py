"""The rules that one chain of certificates must keep (RFC 5280, 6.1): each returns what is wrong, or None.

Name constraints and constraints on policies are not processed: where they are critical, the chain fails.
"""

import itertools
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from trust.certificates import Certificate
from trust.crypto.algorithms import AlgorithmNotSupported, SignatureAlgorithm, Strength
from trust.errors import TrustError
from trust.profiles import (
    DELEGATION_PURPOSE,
    REVOCATION_STATUS_PURPOSE,
    SEALING_PURPOSE,
    TIME_STAMPING_PURPOSE,
    TRUST_LIST_PURPOSE,
)
from trust.validation_policy import Purpose, ValidationPolicy
from trust.verdict import Finding, SubIndication

__all__ = [
    "end_of_chain",
    "find_broken_link",
    "find_ended_algorithm",
    "find_ended_signature",
    "find_out_of_validity",
    "find_wrong_usage",
]

Chain = tuple[Certificate, ...]

DEDICATED: Final[Mapping[Purpose, str]] = {
    Purpose.TIME_STAMPING: TIME_STAMPING_PURPOSE,
    Purpose.REVOCATION_STATUS: REVOCATION_STATUS_PURPOSE,
    Purpose.TRUST_LIST: TRUST_LIST_PURPOSE,
    Purpose.DELEGATION: DELEGATION_PURPOSE,
}
"""What asks for a certificate that is good for exactly this."""


def find_broken_link(chain: Chain) -> Finding | None:
    """Return what is wrong with the signatures and constraints of a chain, if anything is."""
    for place, (certificate, issuer) in enumerate(itertools.pairwise(chain)):
        general = SubIndication.CHAIN_CONSTRAINTS_FAILURE
        try:
            if certificate.signature_algorithm.strength is not Strength.STRONG:
                weak = f"{certificate.common_name} is signed with {certificate.signature_algorithm.name}"
                return Finding(sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason=weak)
            issuer.verify_issued(certificate)
        except TrustError as error:
            reason = f"{issuer.common_name} did not sign {certificate.common_name}: {error.code}"
            refused = isinstance(error, AlgorithmNotSupported)
            indication = SubIndication.CRYPTO_CONSTRAINTS_FAILURE if refused else general
            return Finding(sub_indication=indication, reason=reason)
        if not issuer.is_authority or not issuer.key_usage.certificate_signing:
            return Finding(sub_indication=general, reason=f"{issuer.common_name} may not issue certificates")
        if issuer.path_length is not None and issuer.path_length < place:
            return Finding(
                sub_indication=general, reason=f"{issuer.common_name} may not have {place} authorities below"
            )
    for certificate in chain:
        if certificate.unknown_critical_extensions:
            unknown = ", ".join(certificate.unknown_critical_extensions)
            reason = f"{certificate.common_name} has critical extensions that are not understood: {unknown}"
            return Finding(sub_indication=SubIndication.CHAIN_CONSTRAINTS_FAILURE, reason=reason)
    return None


def find_ended_algorithm(chain: Chain, policy: ValidationPolicy, at: datetime, *, proven: bool) -> Finding | None:
    """Return which key or signature of a chain is of an algorithm that has ended at the moment `at`, if one is.

    The anchor's own signature proves nothing and is passed over; its key counts.
    """
    for certificate in chain:
        # A key or signature that nobody here can read proves nothing anyway, and other checks say so.
        with suppress(TrustError):
            if policy.ends_key(certificate.public_key, at):
                return ended(f"the kind of key of {certificate.common_name}", at, proven=proven)
            algorithm = certificate.signature_algorithm
            if certificate is not chain[-1] and policy.ends_signature(algorithm, at):
                return ended(f"{algorithm.name}, with which {certificate.common_name} is signed,", at, proven=proven)
    return None


def find_ended_signature(
    algorithm: SignatureAlgorithm, policy: ValidationPolicy, at: datetime, *, proven: bool
) -> Finding | None:
    """Return that the algorithm of a signature had ended at the moment `at`, if it had."""
    return ended(algorithm.name, at, proven=proven) if policy.ends_signature(algorithm, at) else None


def ended(what: str, at: datetime, *, proven: bool) -> Finding:
    """Return the finding that something had ended: failed at a proven time, else a proof of time may be missing."""
    indication = SubIndication.CRYPTO_CONSTRAINTS_FAILURE if proven else SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
    return Finding(sub_indication=indication, reason=f"{what} is no longer relied on at {at:%Y-%m-%d}")


def end_of_chain(chain: Chain, policy: ValidationPolicy) -> datetime:
    """Return until when a chain can be relied on that is good now: its certificates, and their algorithms."""
    ends: list[datetime | None] = [certificate.not_after for certificate in chain]
    for certificate in chain:
        with suppress(TrustError):
            ends.append(policy.end_of_key(certificate.public_key))
            if certificate is not chain[-1]:
                ends.append(policy.end_of_signature(certificate.signature_algorithm))
    return min(end for end in ends if end is not None)


def find_out_of_validity(chain: Chain, at: datetime, *, proven: bool) -> Finding | None:
    """Return which certificate is not valid at the moment `at`, if one is not. The anchor counts as well."""
    for certificate in chain:
        if certificate.not_before <= at <= certificate.not_after:
            continue
        period = f"valid from {certificate.not_before:%Y-%m-%d %H:%M}Z to {certificate.not_after:%Y-%m-%d %H:%M}Z"
        reason = f"{certificate.common_name} is {period}, not at {at:%Y-%m-%d %H:%M}Z"
        if at < certificate.not_before:
            return Finding(sub_indication=SubIndication.NOT_YET_VALID, reason=reason)
        indication = SubIndication.EXPIRED if proven else SubIndication.OUT_OF_BOUNDS_NO_POE
        return Finding(sub_indication=indication, reason=reason)
    return None


def find_wrong_usage(leaf: Certificate, purpose: Purpose) -> Finding | None:
    """Return why the certificate is not good for `purpose`, if it is not."""
    usage, purposes = leaf.key_usage, leaf.extended_key_usage
    may_sign = usage.digital_signature or usage.content_commitment
    # RFC 3161, 2.3: a time-stamp authority has exactly this purpose. The other way round, real seal makers carry odd
    # purposes (serverAuth was seen in a government seal), so that only the purposes in the table are kept apart.
    dedicated = next((one for one, oid in DEDICATED.items() if purposes == frozenset({oid})), None)
    good = may_sign and dedicated is (purpose if purpose in DEDICATED else None)
    # The owners of seals stand under the same authority as the makers: none of them may make a seal of somebody else.
    if purpose is Purpose.SEAL_MAKING and SEALING_PURPOSE in (purposes or ()):
        good = False
    # RFC 3161, 2.3: the purpose of time-stamping is critical.
    good = good and (purpose is not Purpose.TIME_STAMPING or leaf.must_keep_to_its_purposes)
    if good:
        return None
    reason = f"{leaf.common_name} is not certified for {purpose.value}"
    return Finding(sub_indication=SubIndication.CHAIN_CONSTRAINTS_FAILURE, reason=reason)

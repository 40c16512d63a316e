"""A message that carries a seal signature over the same octets: one field of a PDF for both families of readers.

The seal signature stands in an attribute that nobody signs, as a time-stamp does. A signed attribute holds its hash, so
that nobody can take it out unseen. No standard has either of them (docs/divergences.md).
"""

from typing import Final

from trust.asn1 import der
from trust.cms import SignerInfo
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.verdict import Check, Finding, SubIndication

__all__ = [
    "SEAL_SIGNATURE",
    "SEAL_SIGNATURE_DIGEST",
    "carried_attribute",
    "check_carried",
    "digest_attribute",
    "seal_signature_in",
]

SEAL_SIGNATURE: Final = "2.25.292629150483637409825166387979126893254"
"""The unsigned attribute that holds SES_Signature. Our own, under a UUID."""

SEAL_SIGNATURE_DIGEST: Final = "2.25.268695527805263941534476713404526591859"
"""The signed attribute that holds the SHA-256 hash of that attribute's value. Likewise our own."""


def carried_attribute(seal_signature: bytes) -> bytes:
    """Return the attribute that carries a seal signature."""
    return der.sequence(der.oid(SEAL_SIGNATURE), der.set_of([seal_signature]))


def digest_attribute(seal_signature: bytes) -> bytes:
    """Return the attribute that its signer signs."""
    return der.sequence(der.oid(SEAL_SIGNATURE_DIGEST), der.set_of([digest_of(seal_signature)]))


def digest_of(seal_signature: bytes) -> bytes:
    """Return the hash of a seal signature as the signed attribute holds it."""
    return der.octet_string(hash_of(Digest.SHA256, seal_signature))


def seal_signature_in(signer: SignerInfo) -> bytes | None:
    """Return the seal's signature that a signer of a message carries along, if there is exactly one."""
    values = signer.unsigned_values.get(SEAL_SIGNATURE, ())
    return values[0] if len(values) == 1 else None


def check_carried(signer: SignerInfo, *, step: str) -> tuple[Check, ...]:
    """Check that the seal's signature beside a message is the one that its signer saw; none where he saw none."""
    told = signer.signed_values.get(SEAL_SIGNATURE_DIGEST, ())
    carried = signer.unsigned_values.get(SEAL_SIGNATURE, ())
    if not told and not carried:
        return ()
    finding = None
    if told != tuple(map(digest_of, carried)) or len(told) != 1:
        reason = "the seal's signature beside the message is missing, or is not the one that its signer saw"
        finding = Finding(sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE, reason=reason)
    return (Check(step=step, name="signature.carried_seal", finding=finding),)

"""What ties a signer of a signed message to its content (RFC 5652, 5.4 and 5.6; GB/T 35275)."""

from typing import Final

from trust.asn1 import der, oids
from trust.certificates import Certificate
from trust.cms import Content, SignedMessage, SignerInfo
from trust.crypto.algorithms import AlgorithmNotSupported, Digest, KeyKind, Strength
from trust.crypto.sm3 import hash_of
from trust.errors import TrustError
from trust.verdict import Check, Finding, SubIndication

__all__ = ["check_signature"]

PROTECTED: Final = 0xA1
"""Tag of the signature algorithm in CMSAlgorithmProtection (RFC 6211, 2)."""


def check_signature(
    message: SignedMessage,
    signer: SignerInfo,
    certificate: Certificate,
    content: Content,
    *,
    step: str,
    ended: Finding | None = None,
) -> tuple[Check, ...]:
    """Check that `signer` signed `content` with the key of `certificate` (RFC 5652, 5.4 and 5.6; GB/T 35275).

    With attributes their messageDigest is the plain hash of the content, and the signature covers the attributes.
    Without, it covers the content itself. `ended` is why a signature that holds is not relied on all the same.
    """
    covered, checks = check_coverage(message, signer, content, step=step)
    finding = ended or find_other_algorithms(signer)
    try:
        key = certificate.public_key
        key.verify(key.tolerated(signer.signature), covered, signer.algorithm, digest=signer.digest)
    except AlgorithmNotSupported as error:
        finding = Finding(sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason=str(error))
    except TrustError as error:
        finding = Finding(sub_indication=SubIndication.SIG_CRYPTO_FAILURE, reason=str(error))
    checks.append(Check(step=step, name="signature.value", finding=finding))
    if signer.signing_certificate_hashes:
        finding = None
        if any(hash_of(algorithm, certificate.der) != told for algorithm, told in signer.signing_certificate_hashes):
            reason = "the signed attribute names another certificate"
            finding = Finding(sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE, reason=reason)
        checks.append(Check(step=step, name="signature.signing_certificate", finding=finding))
    return tuple(checks)


def find_other_algorithms(signer: SignerInfo) -> Finding | None:
    """Return that the signer protected other algorithms than the message names, if that is so (RFC 6211, 3)."""
    told = signer.signed_values.get(oids.ID_ALGORITHM_PROTECTION, ())
    if not told:
        return None
    try:
        (value,) = told
        digest, signature = der.parse(value).sequence()
        named = (digest.sequence()[0].oid(), signature.expect(PROTECTED, "a signature algorithm").children()[0].oid())
    except (der.Malformed, ValueError, IndexError):
        named = ("", "")
    if named == (signer.digest.oid, signer.algorithm.oid):
        return None
    reason = "the signer protected other algorithms than the message names"
    return Finding(sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE, reason=reason)


def check_coverage(
    message: SignedMessage, signer: SignerInfo, content: Content, *, step: str
) -> tuple[bytes, list[Check]]:
    """Return the octets that the signature must cover, and the checks that tie them to the content."""
    name = "signature.message_digest"
    if signer.signed_attributes is None:
        if signer.algorithm.kind is not KeyKind.SM2 and message.content_type != oids.DATA:
            reason = "signed attributes are missing, and the content is not plain data"  # RFC 5652, 5.3
            missing = Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason=reason)
            return content.octets(), [Check(step=step, name=name, finding=missing)]
        return content.octets(), []
    mismatch: Finding | None = None
    if signer.digest.strength is not Strength.STRONG:
        reason = f"{signer.digest.value} does not tie the content to the signature"
        mismatch = Finding(sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason=reason)
    elif (
        signer.algorithm.kind is KeyKind.SM2 and signer.digest is not Digest.SM3
    ):  # GB/T 35275: one algorithm, one hash
        reason = f"{signer.digest.value} does not go with SM2"
        mismatch = Finding(sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason=reason)
    elif signer.message_digest != content.digest(signer.digest):
        reason = "the hash of the content is not the one that was signed"
        mismatch = Finding(sub_indication=SubIndication.HASH_FAILURE, reason=reason)
    checks = [Check(step=step, name=name, finding=mismatch)]
    checks.append(check_content_type(message, signer, step=step))
    return signer.signed_attributes, checks


def check_content_type(message: SignedMessage, signer: SignerInfo, *, step: str) -> Check:
    """Check that the signed content type is the one of the message (RFC 5652, 11.1)."""
    name = "signature.content_type"
    if signer.content_type == message.content_type:
        return Check(step=step, name=name)
    if {signer.content_type, message.content_type} == {oids.DATA, oids.GM_DATA}:
        # Real files of one vendor say id-data outside and the national data type in the attribute.
        return Check(step=step, name=name, note="the national and the international data type stand side by side")
    reason = "the content type of the message is not the one that was signed"
    finding = Finding(sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE, reason=reason)
    return Check(step=step, name=name, finding=finding)

"""Double certificates 双证书: one to sign with, whose key its subject made, and one to encipher to, whose key we made.

The encryption key pair stays in escrow with the authority, so that what was enciphered is not lost with a token; its
private half goes to the subject in a SM2EnvelopedKey that only the subject's signing key opens (GM/T 0009-2012, 7.4).
"""

from dataclasses import dataclass
from typing import Protocol

from trust.authority import OUTSIDE, Authorities
from trust.certificates import Certificate
from trust.certification_requests import CertificationRequest
from trust.crypto.sm3 import sm3
from trust.errors import Invalid
from trust.profiles import ENCRYPTION, Name, Profile
from trust.signing import KeyCustody, KeyEnvelopes, KeyHandle, KeyPurpose, KeyReference
from trust.store import Store

__all__ = ["DoubleCertificates", "EncryptionNeedsSM2", "Pair"]


class Custody(KeyCustody, KeyEnvelopes, Protocol):
    """A custody that keeps encryption keys as well."""


class EncryptionNeedsSM2(Invalid):
    """Double certificates are for SM2 keys alone."""

    code = "certificate.encryption_needs_sm2"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two certificates of one subject, and the envelope that hands the second private key over."""

    signing: Certificate
    encryption: Certificate
    envelope: bytes
    """SM2EnvelopedKey in DER, for the key of the signing certificate."""

    escrow: KeyReference
    """The encryption key as the custody of the authority keeps it."""


class DoubleCertificates:
    """Issues pairs of certificates."""

    def __init__(self, store: Store, custody: Custody, authorities: Authorities) -> None:
        self.store = store
        self.custody = custody
        self.authorities = authorities

    def issue(self, request: CertificationRequest, *, issuer: str, profile: Profile, subject: Name) -> Pair:
        """Issue both certificates for the key that a request proves, to a subject that somebody has approved.

        The name is the approved one, not what the request asks for. Raise `RequestUnproven`, `EncryptionNeedsSM2`, or
        what `Authorities.prepare` and `Authorities.sign` raise.
        """
        request.prove()
        recipient = request.public_key.sm2
        if recipient is None:
            raise EncryptionNeedsSM2
        handle = KeyHandle(OUTSIDE + sm3(request.public_key.spki).hex())
        signing_key = KeyReference(handle=handle, public_key=request.public_key, purpose=KeyPurpose.DOCUMENT)
        with self.store.transaction() as tx:
            escrow, envelope = self.custody.envelope(tx, KeyPurpose.DECRYPTION, recipient)
            prepare = self.authorities.prepare
            orders = (
                prepare(tx, issuer=issuer, profile=profile, subject=subject, key=signing_key),
                prepare(tx, issuer=issuer, profile=ENCRYPTION, subject=subject, key=escrow),
            )
        signing, encryption = map(self.authorities.sign, orders)
        with self.store.transaction() as tx:
            for order, certificate in zip(orders, (signing, encryption), strict=True):
                self.authorities.record(tx, order, certificate)
        return Pair(signing=signing, encryption=encryption, envelope=envelope, escrow=escrow)

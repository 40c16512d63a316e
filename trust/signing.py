"""The port to private keys. Nobody above trust/ sees more of a secret than a handle."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from trust.crypto.algorithms import KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import SM2PublicKey
from trust.crypto.sm2_encryption import SM2Ciphertext
from trust.errors import Unavailable
from trust.store import Transaction

__all__ = [
    "KeyCustody",
    "KeyEnvelopes",
    "KeyHandle",
    "KeyPurpose",
    "KeyReference",
    "Signer",
    "SigningCustody",
    "SigningUnavailable",
]

KeyHandle = NewType("KeyHandle", str)
"""A URI that names a key and where it is kept, such as `software:key_01j…`."""


class SigningUnavailable(Unavailable):
    """The key custody does not answer, or no longer has this key ready for use."""

    code = "keys.signing_unavailable"


class KeyPurpose(StrEnum):
    """What a key is for. A custody refuses to serve a key for another purpose than its own."""

    CERTIFICATION = "certification"
    SEAL_MAKER = "seal_maker"
    SEAL_OWNER = "seal_owner"
    DOCUMENT = "document"
    TIME_STAMPING = "time_stamping"
    LICENCE_CLAIM = "licence_claim"
    AUDIT = "audit"
    REVOCATION_STATUS = "revocation_status"  # OCSP responses
    TRUST_LIST = "trust_list"
    DELEGATION = "delegation"
    STATUS_PUBLISHING = "status_publishing"  # notices to the platform above
    TOKEN = "token"  # noqa: S105 - the name of a purpose
    DECRYPTION = "decryption"  # signs nothing


@dataclass(frozen=True, kw_only=True)
class KeyReference:
    """A key by its handle, with its public half and the one purpose it serves."""

    handle: KeyHandle
    public_key: PublicKey
    purpose: KeyPurpose

    @property
    def algorithm(self) -> KeyAlgorithm:
        """The algorithm of this key."""
        return self.public_key.algorithm


class SigningCustody(Protocol):
    """The part of a custody that signs."""

    def request(self, key: KeyReference, info: bytes) -> bytes:
        """Return the raw signature of a key over the CertificationRequestInfo `info` (RFC 2986, 4.1) in DER.

        The custody itself looks that `info` is one and asks for this key's certificate, so that a pending key signs
        nothing else. Raise `RequestNotOfKey`, or `SigningUnavailable`.
        """
        ...

    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        """Return the raw signature over `digest`: r ‖ s for SM2 and ECDSA, else the signature itself.

        Raise `SigningUnavailable`, `KeyLimitReached`, or what else the custody says of its device: all are
        `Unavailable`.
        """
        ...


class KeyCustody(SigningCustody, Protocol):
    """Keeps private keys and signs with them. Trusted for: their secrecy, and one signature per call.

    Safe to share between threads. No method returns a private key. What is signed is a digest of
    `KeyAlgorithm.signed_length` octets, so that all devices look alike: e for SM2, SHA-256 for P-256 and RSA, µ for
    ML-DSA.
    """

    def generate(
        self, tx: Transaction, purpose: KeyPurpose, algorithm: KeyAlgorithm, *, name: str = ""
    ) -> KeyReference:
        """Make a key pair, pending: until it is activated it signs a request for its certificate and nothing else.

        `name` is the ring it belongs to; a further key of the same ring is its next version. Without a name it is alone
        in a ring of its own. It can be used once `tx` has committed.
        """
        ...

    def activate(self, tx: Transaction, key: KeyReference) -> None:
        """Take a pending key into use, when its certificate is there. An active one stays as it is.

        Raise `KeyUnknown`, or `EventNotPossible` for a key that was retired or destroyed.
        """
        ...

    def retire(self, tx: Transaction, key: KeyReference, *, until: datetime | None = None) -> None:
        """Let a key sign until `until` at the longest, while its successor takes over; without it, nothing any more.

        Raise `KeyUnknown`, or `EventNotPossible`.
        """
        ...

    def abandon(self, tx: Transaction, name: str) -> None:
        """Retire every key of the ring `name` that is pending: nobody will take it into use any more."""
        ...


class KeyEnvelopes(Protocol):
    """Keeps SM2 encryption keys, and moves them in envelopes (SM2EnvelopedKey, GB/T 35276-2017, 7.4)."""

    def decrypt(self, key: KeyReference, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was encrypted for `key`, whose purpose is decryption. Raise `DecryptionFailed`."""
        ...

    def envelope(self, tx: Transaction, purpose: KeyPurpose, recipient: SM2PublicKey) -> tuple[KeyReference, bytes]:
        """Make an encryption key pair that stays in escrow; return it, and the SM2EnvelopedKey that hands it over."""
        ...

    def accept(self, tx: Transaction, envelope_der: bytes, *, under: KeyReference) -> KeyReference:
        """Keep the encryption key that a SM2EnvelopedKey hands over to the key `under`. It is pending.

        Raise `EnvelopedKeyMalformed`, `DecryptionFailed` where it is not for that key, or `KeyMalformed`.
        """
        ...


@dataclass(frozen=True)
class Signer:
    """Signs messages with one key that it never shows."""

    custody: SigningCustody
    key: KeyReference

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message` as certificates and messages carry it, or raise `SigningUnavailable`."""
        public_key = self.key.public_key
        return public_key.signature_value(self.custody.sign(self.key, public_key.digest(message)))

    def request(self, info: bytes) -> bytes:
        """Return the signature over a CertificationRequestInfo as the request carries it."""
        return self.key.public_key.signature_value(self.custody.request(self.key, info))

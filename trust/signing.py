"""The port to private keys. Nobody above trust/ sees more of a secret than a handle."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

from trust.asn1 import der
from trust.crypto.algorithms import KEYS, KeyAlgorithm, KeyKind
from trust.crypto.public_keys import PublicKey
from trust.errors import Unavailable
from trust.store import Transaction

__all__ = ["KeyCustody", "KeyHandle", "KeyPurpose", "KeyReference", "Signer", "SigningUnavailable"]

KeyHandle = NewType("KeyHandle", str)
"""A URI that names a key and where it is kept, such as `software:key_01j…`."""


class SigningUnavailable(Unavailable):
    """The key custody does not answer, is not unsealed, or no longer has this key ready for use."""

    code = "keys.signing_unavailable"


class KeyPurpose(StrEnum):
    """What a key may sign. A custody refuses to serve a key for another purpose than its own."""

    CERTIFICATION = "certification"
    SEAL_MAKER = "seal_maker"
    SEAL_OWNER = "seal_owner"
    DOCUMENT = "document"
    TIME_STAMPING = "time_stamping"
    LICENCE_CLAIM = "licence_claim"
    AUDIT = "audit"


@dataclass(frozen=True, kw_only=True)
class KeyReference:
    """A key by its handle, with its public half and the one purpose it serves."""

    handle: KeyHandle
    public_key: PublicKey
    purpose: KeyPurpose

    @property
    def algorithm(self) -> KeyAlgorithm:
        """The algorithm of this key."""
        return KEYS["sm2" if self.public_key.kind is KeyKind.SM2 else "p256"]


class KeyCustody(Protocol):
    """Keeps private keys and signs with them. Trusted for: their secrecy, and one signature per call.

    Safe to share between threads. No method returns a private key. A signature is over a digest of 32 bytes, so that
    all devices look alike: e for SM2, SHA-256 for P-256.
    """

    def generate(self, tx: Transaction, purpose: KeyPurpose, algorithm: KeyAlgorithm) -> KeyReference:
        """Make a key pair. It can be used once `tx` has committed."""
        ...

    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        """Return r ‖ s over `digest`, 64 bytes, or raise `SigningUnavailable`."""
        ...


@dataclass(frozen=True)
class Signer:
    """Signs messages with one key that it never shows."""

    custody: KeyCustody
    key: KeyReference

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message` as SEQUENCE { r, s } in DER, or raise `SigningUnavailable`."""
        raw = self.custody.sign(self.key, self.key.public_key.digest(message))
        half = len(raw) // 2
        return der.sequence(
            der.integer(int.from_bytes(raw[:half], "big")), der.integer(int.from_bytes(raw[half:], "big"))
        )

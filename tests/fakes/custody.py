"""A custody of keys in memory: as strict as the port asks, with keys that nobody misses."""

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from keys.sm2 import SM2PrivateKey
from trust.crypto.algorithms import KEYS, KeyAlgorithm, KeyKind
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import SM2Digest
from trust.events import AuditEvent
from trust.signing import KeyHandle, KeyPurpose, KeyReference, SigningUnavailable
from trust.store import Transaction

__all__ = ["MemoryCustody"]

SCHEME = "memory:"
DIGEST_LENGTH = 32
SCALAR_LENGTH = 32


class MemoryCustody:
    """Keeps private keys in a dictionary. `unavailable` makes it stop answering; `signed` counts what it signed."""

    def __init__(self) -> None:
        self.keys: dict[KeyHandle, SM2PrivateKey | ec.EllipticCurvePrivateKey] = {}
        self.purposes: dict[KeyHandle, KeyPurpose] = {}
        self.unavailable = False
        self.signed = 0

    def make(self, purpose: KeyPurpose, algorithm: KeyAlgorithm = KEYS["sm2"]) -> KeyReference:
        """Make a key pair without a database."""
        private: SM2PrivateKey | ec.EllipticCurvePrivateKey
        if algorithm.kind is KeyKind.SM2:
            private = SM2PrivateKey.generate()
            public = PublicKey.of_sm2(private.public_key)
        else:
            private = ec.generate_private_key(ec.SECP256R1())
            encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            public = PublicKey(private.public_key().public_bytes(encoding, form))
        handle = KeyHandle(f"{SCHEME}{len(self.keys)}")
        self.keys[handle], self.purposes[handle] = private, purpose
        return KeyReference(handle=handle, public_key=public, purpose=purpose)

    def generate(self, tx: Transaction, purpose: KeyPurpose, algorithm: KeyAlgorithm) -> KeyReference:
        key = self.make(purpose, algorithm)
        facts = {"purpose": purpose.value, "algorithm": algorithm.name}
        tx.record(AuditEvent(tag="key:generate:done", actor="system", subject=key.handle, facts=facts))
        return key

    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        private = self.keys.get(key.handle)
        right = self.purposes.get(key.handle) is key.purpose and len(digest) == DIGEST_LENGTH
        if self.unavailable or private is None or not right:
            raise SigningUnavailable
        self.signed += 1
        if isinstance(private, SM2PrivateKey):
            return private.sign(SM2Digest(digest)).raw
        r, s = utils.decode_dss_signature(private.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
        return r.to_bytes(SCALAR_LENGTH, "big") + s.to_bytes(SCALAR_LENGTH, "big")

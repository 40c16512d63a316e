"""Public keys of every family, read from a SubjectPublicKeyInfo, and the verification of signatures with them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from trust.asn1 import der
from trust.crypto import backends, sm2
from trust.crypto.algorithms import KEYS, SIGNATURES, AlgorithmNotSupported, Digest, KeyKind, SignatureAlgorithm
from trust.crypto.sm2 import KeyMalformed, SignatureMismatch, SM2Backend, SM2PublicKey, SM2Signature
from trust.crypto.sm3 import hash_of

__all__ = ["PublicKey"]

PYCA_HASHES: Final[dict[Digest, hashes.HashAlgorithm]] = {
    Digest.SHA256: hashes.SHA256(),
    Digest.SHA384: hashes.SHA384(),
    Digest.SHA512: hashes.SHA512(),
}
"""Hashes accepted under RSA and ECDSA signatures. SHA-1 is absent: no signature over it proves anything."""

MINIMUM_RSA_BITS: Final = 2048
MINIMUM_CURVE_BITS: Final = 224
"""Both are 112 bits of security (NIST SP 800-57 part 1, table 2)."""


@dataclass(frozen=True)
class PublicKey:
    """A public key, held as its SubjectPublicKeyInfo in DER."""

    spki: bytes

    @classmethod
    def of_sm2(cls, key: SM2PublicKey) -> "PublicKey":
        """Return the SM2 key `key`."""
        return cls(sm2.subject_public_key_info(key))

    @cached_property
    def kind(self) -> KeyKind:
        """The family of this key. Raise `KeyMalformed`, or `AlgorithmNotSupported` for a family we do not know."""
        if self.sm2 is not None:
            return KeyKind.SM2
        match self.pyca:
            case ec.EllipticCurvePublicKey():
                return KeyKind.ECDSA
            case rsa.RSAPublicKey():
                return KeyKind.RSA
            case ed25519.Ed25519PublicKey():
                return KeyKind.ED25519
            case _:
                raise AlgorithmNotSupported(oid=self.algorithm_oids[0])

    @cached_property
    def algorithm_oids(self) -> tuple[str, ...]:
        """The algorithm's identifier and, where its parameters are one, the identifier of the curve."""
        try:
            algorithm, _ = der.parse(self.spki).sequence()
            identifier, *parameters = algorithm.sequence()
            if len(parameters) > 1:
                raise KeyMalformed
            return tuple(member.oid() for member in (identifier, *parameters) if member.tag == der.Tag.OID)
        except (der.Malformed, ValueError):
            raise KeyMalformed from None

    @cached_property
    def sm2(self) -> SM2PublicKey | None:
        """The point, when this is an SM2 key."""
        if self.algorithm_oids != (KEYS["sm2"].key_oid, KEYS["sm2"].curve_oid):
            return None
        _, point = der.parse(self.spki).sequence()
        try:
            return SM2PublicKey.from_point(point.bits())
        except der.Malformed:
            raise KeyMalformed from None

    @cached_property
    def pyca(self) -> object:
        """The key as `cryptography` has it, for the families that it knows."""
        try:
            return load_der_public_key(self.spki)
        except (ValueError, UnsupportedAlgorithm):
            raise KeyMalformed from None

    def digest(self, message: bytes) -> bytes:
        """Return what a private key of this house signs for `message`: e for SM2, SHA-256 for P-256."""
        if self.sm2 is not None:
            return sm2.digest(self.sm2, message)
        return hash_of(Digest.SHA256, message)

    @property
    def own_algorithm(self) -> SignatureAlgorithm:
        """The algorithm with which this house signs under such a key."""
        return SIGNATURES[KEYS["sm2" if self.sm2 is not None else "p256"].signature_oid]

    def verify(
        self,
        signature: bytes,
        message: bytes,
        algorithm: SignatureAlgorithm,
        *,
        digest: Digest | None = None,
        backend: SM2Backend | None = None,
    ) -> None:
        """Return if `signature` over `message` was made with the private half of this key.

        `digest` is the hash that the surrounding structure names, for algorithms that leave it open. Raise
        `SignatureMismatch`, `SignatureMalformed`, or `AlgorithmNotSupported` when the algorithm does not fit the key
        or is not accepted.
        """
        if algorithm.kind is not self.kind:
            raise AlgorithmNotSupported(oid=algorithm.oid)
        if self.sm2 is not None:
            e = sm2.digest(self.sm2, message)
            backends.verify(self.sm2, e, SM2Signature.from_foreign(signature), backend=backend)
            return
        self.verify_international(signature, message, algorithm, algorithm.digest or digest)

    def verify_international(
        self, signature: bytes, message: bytes, algorithm: SignatureAlgorithm, digest: Digest | None
    ) -> None:
        """Verify a signature of one of the families that `cryptography` knows."""
        try:
            match self.pyca:
                case ed25519.Ed25519PublicKey() as edwards:
                    edwards.verify(signature, message)
                case ec.EllipticCurvePublicKey() as elliptic if elliptic.key_size >= MINIMUM_CURVE_BITS:
                    elliptic.verify(signature, message, ec.ECDSA(accepted_hash(algorithm, digest)))
                case rsa.RSAPublicKey() as modulus if modulus.key_size >= MINIMUM_RSA_BITS:
                    chosen = accepted_hash(algorithm, digest)
                    scheme = (
                        padding.PSS(padding.MGF1(chosen), padding.PSS.AUTO) if algorithm.pss else padding.PKCS1v15()
                    )
                    modulus.verify(signature, message, scheme, chosen)
                case _:
                    raise AlgorithmNotSupported(oid=algorithm.oid)
        except InvalidSignature:
            raise SignatureMismatch from None


def accepted_hash(algorithm: SignatureAlgorithm, digest: Digest | None) -> hashes.HashAlgorithm:
    """Return the hash under a signature, or raise `AlgorithmNotSupported` where it is not accepted."""
    if digest is None or digest not in PYCA_HASHES:
        raise AlgorithmNotSupported(oid=algorithm.oid)
    return PYCA_HASHES[digest]

"""Public keys of every family, read from a SubjectPublicKeyInfo, and the verification of signatures with them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from trust.asn1 import der
from trust.crypto import backends, sm2
from trust.crypto.algorithms import (
    KEYS,
    PAIRS,
    SIGNATURES,
    SM2_CURVE_OID,
    AlgorithmNotSupported,
    Digest,
    KeyAlgorithm,
    KeyKind,
    SignatureAlgorithm,
    end_of_strength,
    key_algorithm,
    rsa_security_bits,
)
from trust.crypto.sm2 import (
    KeyMalformed,
    SignatureMalformed,
    SignatureMismatch,
    SM2Backend,
    SM2PublicKey,
    SM2Signature,
)
from trust.crypto.sm3 import hash_of

__all__ = ["PublicKey"]

PYCA_HASHES: Final[dict[Digest, hashes.HashAlgorithm]] = {
    Digest.SHA256: hashes.SHA256(),
    Digest.SHA384: hashes.SHA384(),
    Digest.SHA512: hashes.SHA512(),
}
"""Hashes accepted under RSA and ECDSA signatures. SHA-1 is absent: no signature over it proves anything."""

POINT_FORMS: Final = (0x02, 0x03, 0x04)
"""First octets of a point: compressed in two ways, uncompressed (RFC 5480, 2.2)."""

MINIMUM_SECURITY_BITS: Final = 112
"""Keys below prove nothing at any time: RSA under 2048 bits, curves under 224 (NIST SP 800-57 part 1, table 2)."""

CURVE_OF_256_BITS: Final = 128
"""Bits of security of a curve whose order has 256 bits."""

ML_DSA_SECURITY_BITS: Final = {
    "2.16.840.1.101.3.4.3.17": 128,
    "2.16.840.1.101.3.4.3.18": 192,
    "2.16.840.1.101.3.4.3.19": 256,
}
"""By the identifier of the key (FIPS 204, table 1: categories 2, 3 and 5)."""

MLDSAPublicKey = mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey


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
        match self.native:
            case SM2PublicKey():
                return KeyKind.SM2
            case ec.EllipticCurvePublicKey():
                return KeyKind.ECDSA
            case rsa.RSAPublicKey():
                return KeyKind.RSA
            case ed25519.Ed25519PublicKey():
                return KeyKind.ED25519
            case mldsa.MLDSA44PublicKey() | mldsa.MLDSA65PublicKey() | mldsa.MLDSA87PublicKey():
                return KeyKind.ML_DSA
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
            return (identifier.oid(), *(one.oid() for one in parameters if one.tag == der.Tag.OID))
        except (der.Malformed, ValueError):
            raise KeyMalformed from None

    @cached_property
    def native(self) -> object:
        """The key as the library of its family holds it: `SM2PublicKey`, or a class of `cryptography`."""
        return self.sm2 or self.pyca

    @cached_property
    def sm2(self) -> SM2PublicKey | None:
        """The point, when this is an SM2 key."""
        if self.algorithm_oids != (KEYS["sm2"].key_oid, SM2_CURVE_OID):
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
            key = load_der_public_key(self.spki)
        except (ValueError, UnsupportedAlgorithm):
            raise KeyMalformed from None
        if isinstance(key, ec.EllipticCurvePublicKey):
            _, point = der.parse(self.spki).sequence()
            # A curve is named, never written out (RFC 5480, 2.1.1); a point is compressed or not, never hybrid (2.2).
            if len(self.algorithm_oids) == 1 or point.bits()[0] not in POINT_FORMS:
                raise KeyMalformed
        return key

    @cached_property
    def security_bits(self) -> int:
        """Bits of security against a classical computer (NIST SP 800-57 part 1, table 2)."""
        match self.native:
            case ec.EllipticCurvePublicKey() as elliptic:
                return elliptic.key_size // 2
            case rsa.RSAPublicKey() as modulus:
                return rsa_security_bits(modulus.key_size)
            case mldsa.MLDSA44PublicKey() | mldsa.MLDSA65PublicKey() | mldsa.MLDSA87PublicKey():
                return ML_DSA_SECURITY_BITS[self.algorithm_oids[0]]
            case SM2PublicKey() | ed25519.Ed25519PublicKey():
                return CURVE_OF_256_BITS
            case _:
                raise AlgorithmNotSupported(oid=self.algorithm_oids[0])

    @property
    def ends(self) -> datetime | None:
        """When a key of this strength ends, if that is known."""
        return end_of_strength(self.security_bits)

    @cached_property
    def algorithm(self) -> KeyAlgorithm:
        """The algorithm of our own keys that this one is of. Raise `AlgorithmNotSupported`, or `KeyMalformed`."""
        key_oid, *curve = self.algorithm_oids
        bits = self.native.key_size if isinstance(self.native, rsa.RSAPublicKey) else None
        return key_algorithm(key_oid, curve_oid=next(iter(curve), None), modulus_bits=bits)

    def digest(self, message: bytes) -> bytes:
        """Return what a private key of this house signs for `message`.

        e for SM2; µ for ML-DSA (FIPS 204, 6.2, with an empty context); SHA-256 for the others. Its length is
        `KeyAlgorithm.signed_length`.
        """
        match self.native:
            case SM2PublicKey() as key:
                return sm2.digest(key, message)
            case mldsa.MLDSA44PublicKey() | mldsa.MLDSA65PublicKey() | mldsa.MLDSA87PublicKey() as lattice:
                hasher = mldsa.MLDSAMuHasher(lattice)
                hasher.update(message)
                return hasher.finalize()
            case _:
                return hash_of(Digest.SHA256, message)

    def signature_value(self, raw: bytes) -> bytes:
        """Return what a custody signed as certificates and messages carry it: SEQUENCE { r, s } for a pair.

        Raise `SignatureMalformed` for a pair whose halves are not as long as a number of the curve (IEEE P1363, E.3.1).
        """
        if self.kind not in PAIRS:
            return raw
        half = (self.native.key_size + 7) // 8 if isinstance(self.native, ec.EllipticCurvePublicKey) else 32
        if len(raw) != 2 * half:
            raise SignatureMalformed
        numbers = (int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        return der.sequence(*map(der.integer, numbers))

    @property
    def own_algorithm(self) -> SignatureAlgorithm:
        """The algorithm with which this house signs under such a key. Raise `AlgorithmNotSupported`."""
        return SIGNATURES[self.algorithm.signature_oid]

    def tolerated(self, signature: bytes) -> bytes:
        """Return a signature in a message or a seal of others in the form that `verify` takes.

        One real vendor writes SM2 signatures there as bare r ‖ s. Nobody does so in certificates, lists and requests:
        what bears two forms of one signature has two fingerprints. Raise `SignatureMalformed`.
        """
        return SM2Signature.from_foreign(signature).der if self.sm2 is not None else signature

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
        if algorithm.kind is not self.kind or algorithm.key_oid not in (None, self.algorithm_oids[0]):
            raise AlgorithmNotSupported(oid=algorithm.oid)
        if self.security_bits < MINIMUM_SECURITY_BITS:
            raise AlgorithmNotSupported(oid=algorithm.oid)
        match self.native:
            case SM2PublicKey() as key:
                e = sm2.digest(key, message)
                backends.verify(key, e, SM2Signature.from_der(signature), backend=backend)
            case other:
                verify_international(other, signature, message, algorithm, digest=algorithm.digest or digest)


def verify_international(
    key: object, signature: bytes, message: bytes, algorithm: SignatureAlgorithm, *, digest: Digest | None
) -> None:
    """Verify a signature of one of the families that `cryptography` knows. Raise as `PublicKey.verify` does."""
    try:
        match key:
            case ec.EllipticCurvePublicKey() as elliptic:  # of most, and each question of the kind takes its time
                elliptic.verify(signature, message, ec.ECDSA(accepted_hash(algorithm, digest)))
            case ed25519.Ed25519PublicKey() as edwards:
                edwards.verify(signature, message)
            case rsa.RSAPublicKey() as modulus:
                chosen = accepted_hash(algorithm, digest)
                scheme = padding.PSS(padding.MGF1(chosen), padding.PSS.AUTO) if algorithm.pss else padding.PKCS1v15()
                modulus.verify(signature, message, scheme, chosen)
            case lattice:
                cast("MLDSAPublicKey", lattice).verify(signature, message)
    except InvalidSignature:
        raise SignatureMismatch from None


def accepted_hash(algorithm: SignatureAlgorithm, digest: Digest | None) -> hashes.HashAlgorithm:
    """Return the hash under a signature, or raise `AlgorithmNotSupported` where it is not accepted."""
    if digest is None or digest not in PYCA_HASHES:
        raise AlgorithmNotSupported(oid=algorithm.oid)
    return PYCA_HASHES[digest]

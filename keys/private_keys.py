"""Private keys of every family in one shape, for the custodies that keep them. Nobody else ever holds one.

SM2 is done by the backend in use (keys/secret_halves.py), the other families by `cryptography`.
"""

from collections.abc import Callable, Mapping
from typing import Final, NoReturn, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, padding, rsa, utils
from typing_extensions import override

from keys import secret_halves
from keys.secret_halves import SM2Secret
from trust.crypto.algorithms import KEYS, AlgorithmNotSupported, KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed, SignatureMismatch, SM2Digest
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.errors import TrustError
from trust.signing import SigningUnavailable

__all__ = ["PrivateKey", "from_secret", "generate", "require_pair"]

SCALAR_LENGTH: Final = 32
PUBLIC_EXPONENT: Final = 65537
PAIRWISE_MESSAGE: Final = b"xinyin pairwise check"


class PrivateKey(Protocol):
    """What a custody asks of a private key, whatever its family. Safe to share between threads; never copied."""

    @property
    def secret(self) -> bytes:
        """The private key encoded, for wrapping alone."""
        ...

    def public(self) -> PublicKey:
        """Return the public half."""
        ...

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the raw signature over what `PublicKey.digest` made: r ‖ s for a pair, else the signature itself.

        Raise `SigningUnavailable` for a digest of another length than `KeyAlgorithm.signed_length`.
        """
        ...

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was enciphered to this key. Raise `DecryptionFailed`, or `AlgorithmNotSupported`."""
        ...


class SM2Key:
    """An SM2 private key."""

    def __init__(self, key: SM2Secret) -> None:
        self.key = key

    @property
    def secret(self) -> bytes:
        """ECPrivateKey (RFC 5915), for wrapping alone."""
        return self.key.secret

    def public(self) -> PublicKey:
        """Return the public half."""
        return PublicKey.of_sm2(self.key.public_key)

    def sign_digest(self, digest: bytes) -> bytes:
        """Return r ‖ s over e, or raise `SigningUnavailable`."""
        return self.key.sign(SM2Digest(digest)).raw

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was enciphered to this key, or raise `DecryptionFailed`."""
        return self.key.decrypt(ciphertext)

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not copied")


PycaKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | mldsa.MLDSA65PrivateKey


PREHASHED: Final = utils.Prehashed(hashes.SHA256())
ECDSA: Final = ec.ECDSA(PREHASHED)
PKCS1: Final = padding.PKCS1v15()


def signing(key: PycaKey) -> Callable[[bytes], bytes]:
    """Return what signs a digest with `key`: decided once, since it takes a tenth of a P-256 signature."""
    match key:
        case ec.EllipticCurvePrivateKey() as elliptic:

            def pair(digest: bytes) -> bytes:
                r, s = utils.decode_dss_signature(elliptic.sign(digest, ECDSA))
                return r.to_bytes(SCALAR_LENGTH, "big") + s.to_bytes(SCALAR_LENGTH, "big")

            return pair
        case rsa.RSAPrivateKey() as modulus:
            return lambda digest: modulus.sign(digest, PKCS1, PREHASHED)
        case lattice:
            return lattice.sign_mu


class InternationalKey:
    """A private key of one of the families that `cryptography` knows."""

    def __init__(self, algorithm: KeyAlgorithm, key: PycaKey) -> None:
        self.algorithm, self.key = algorithm, key
        self.sign = signing(key)

    @property
    def secret(self) -> bytes:
        """PrivateKeyInfo (PKCS #8), for wrapping alone."""
        return self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def public(self) -> PublicKey:
        """Return the public half."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return PublicKey(self.key.public_key().public_bytes(serialization.Encoding.DER, form))

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the raw signature over `digest`, or raise `SigningUnavailable`."""
        if len(digest) != self.algorithm.signed_length:
            raise SigningUnavailable
        return self.sign(digest)

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        """Raise `AlgorithmNotSupported`: nothing is enciphered to such a key."""
        del ciphertext
        raise AlgorithmNotSupported(oid=self.algorithm.key_oid)

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not copied")


MAKERS: Final[Mapping[str, Callable[[], PycaKey]]] = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "rsa3072": lambda: rsa.generate_private_key(PUBLIC_EXPONENT, int(KEYS["rsa3072"].modulus_bits or 0)),
    "ml-dsa-65": mldsa.MLDSA65PrivateKey.generate,
}
"""How `cryptography` makes the keys of its families. Every other name is SM2's."""


def made(algorithm: KeyAlgorithm) -> PrivateKey:
    """Return a new private key, with the library's random numbers."""
    if algorithm.name in MAKERS:
        return InternationalKey(algorithm, MAKERS[algorithm.name]())
    return SM2Key(secret_halves.in_use().generate())


def generate(algorithm: KeyAlgorithm, make: Callable[[KeyAlgorithm], PrivateKey] = made) -> PrivateKey:
    """Make a private key, and check that its halves belong together. Raise `KeyMalformed` where they do not."""
    private = make(algorithm)
    require_pair(private)
    return private


def from_secret(algorithm_name: str, secret: bytes) -> PrivateKey:
    """Read a private key that was unwrapped: what `PrivateKey.secret` returned. Raise `KeyMalformed`."""
    if algorithm_name not in MAKERS:
        return SM2Key(secret_halves.in_use().from_secret(secret))
    try:
        loaded = serialization.load_der_private_key(secret, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyMalformed from None
    if not isinstance(loaded, PycaKey):
        raise KeyMalformed
    private = InternationalKey(KEYS[algorithm_name], loaded)
    try:
        found = private.public().algorithm
    except AlgorithmNotSupported:  # another curve, or another size
        raise KeyMalformed from None
    if found.name != algorithm_name:
        raise KeyMalformed
    return private


def require_pair(private: PrivateKey) -> None:
    """Return if a signature of `private` holds under its public half, else raise `KeyMalformed`.

    The pairwise consistency test of GB/T 37092-2018 and FIPS 140-3 after each generation.
    """
    public = private.public()
    try:
        signature = public.signature_value(private.sign_digest(public.digest(PAIRWISE_MESSAGE)))
        public.verify(signature, PAIRWISE_MESSAGE, public.own_algorithm)
    except (SignatureMismatch, TrustError):
        raise KeyMalformed from None

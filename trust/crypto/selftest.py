"""What must hold before the service does anything: known answers, and backends that agree with each other.

A failure stops the service: a machine that computes wrongly must not sign. The secret halves of SM2 live in keys/,
which this folder knows nothing of: api/wiring.py hands them in.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from trust.asn1 import der
from trust.crypto import backends, sm4
from trust.crypto import known_answers as known
from trust.crypto.algorithms import KEYS, SIGNATURES, SM2_CURVE_OID, Digest, KeyAlgorithm, SignatureAlgorithm
from trust.crypto.backends import SM2Library
from trust.crypto.gmssl import GmsslBackend, sign_with_published_key
from trust.crypto.public_keys import PublicKey
from trust.crypto.reference import ReferenceBackend, enciphered, multiply
from trust.crypto.sm2 import E_LENGTH, SignatureMismatch, SM2Backend, SM2Digest, SM2PublicKey, SM2Signature, digest
from trust.crypto.sm2_ciphertext import DecryptionFailed, SM2Ciphertext
from trust.crypto.sm3 import hash_of, hmac_sm3, sm3
from trust.errors import Unavailable

__all__ = ["KnownAnswers", "SelfTestFailed", "TestedHalf", "TestedKey", "run"]

FRESH: Final = b"xinyin self-test"
PRINTED_KEY: Final = der.sequence(
    der.integer(1),
    der.octet_string(known.PUBLISHED_KEY.to_bytes(E_LENGTH, "big")),
    der.context(0, der.oid(SM2_CURVE_OID)),
)
"""The printed private key as ECPrivateKey (RFC 5915)."""


class TestedKey(Protocol):
    """What the self-test asks of an SM2 private key."""

    public_key: SM2PublicKey

    def sign(self, e: SM2Digest) -> SM2Signature:
        """Return the signature over `e`."""
        ...

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was enciphered to this key, or raise `DecryptionFailed`."""
        ...


class TestedHalf(Protocol):
    """The secret half of a backend, as the self-test sees it."""

    name: str

    def generate(self) -> TestedKey:
        """Make a new key pair."""
        ...

    def from_secret(self, encoded: bytes) -> TestedKey:
        """Read an ECPrivateKey (RFC 5915)."""
        ...


@dataclass(frozen=True, kw_only=True)
class KnownAnswers:
    """What the standards print."""

    sm3_of_abc: str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    hmac_sm3: str = "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
    sm4_block: str = "681edf34d206965e86b3e94f536e4246"
    sm4_gcm_tag: bytes = known.SM4_GCM_TAG
    sm2_nonce: int = known.PUBLISHED_NONCE
    sm2_plaintext: bytes = known.SM2_PLAINTEXT
    p256_s: int = known.P256_S
    rsa_signature: bytes = known.RSA_SIGNATURE
    ml_dsa_public_key: str = "b8b62131bfbe84433efb2273d7f5b87f7a22854a2cfd366fc2aead86d837c52d"
    """SHA-256 of the SubjectPublicKeyInfo in RFC 9881, Appendix C.2."""


class SelfTestFailed(Unavailable):
    """A known answer did not come out, or two backends disagree. The service does not start on this machine."""

    code = "crypto.self_test_failed"
    detail_names = ("test",)


def require(*, holds: bool, test: str) -> None:
    """Return if a test holds, else raise `SelfTestFailed`."""
    if not holds:
        raise SelfTestFailed(test=test)


def run(
    extra: tuple[SM2Backend, ...] = (),
    *,
    halves: tuple[TestedHalf, ...] = (),
    libraries: tuple[SM2Library, ...] | None = None,
    answers: KnownAnswers = KnownAnswers(),
) -> tuple[str, ...]:
    """Run every test and return the names of the backends that passed. Raise `SelfTestFailed`.

    `libraries` are tried besides the reference and gmssl, all that this machine has unless they are told; `halves`
    are the secret halves of SM2.
    """
    require_symmetric(answers)
    require_international(answers)
    enciphering: tuple[SM2Library, ...] = (
        *(backends.available() if libraries is None else libraries),
        ReferenceBackend(),
    )
    verifying: tuple[SM2Backend, ...] = (*enciphering, GmsslBackend(), *extra)
    require_verification(verifying, answers)
    require_encryption(answers)
    for half in halves:
        require_half(half, verifying, enciphering, answers)
    return tuple(backend.name for backend in verifying)


def require_symmetric(answers: KnownAnswers) -> None:
    """Try the hash, its keyed form and the cipher."""
    require(holds=sm3(b"abc").hex() == answers.sm3_of_abc, test="sm3")
    require(holds=hmac_sm3(known.HMAC_SM3_KEY, known.HMAC_SM3_MESSAGE).hex() == answers.hmac_sm3, test="hmac-sm3")
    require(holds=sm4.encrypt_ecb_blocks(known.SM4_KEY, known.SM4_KEY).hex() == answers.sm4_block, test="sm4")
    given = known.SM4_KEY, known.SM4_NONCE
    ciphertext, tag = sm4.seal_gcm(*given, known.SM4_PLAINTEXT, known.SM4_AAD)
    require(holds=tag == answers.sm4_gcm_tag, test="sm4-gcm")
    opened = sm4.open_gcm(*given, ciphertext, known.SM4_AAD, tag=tag)
    require(holds=opened == known.SM4_PLAINTEXT, test="sm4-gcm opening")
    require(holds=sm4.agree(sm4.bulk(), *given), test="sm4-gcm of many octets")


def of(key: PublicKeyTypes) -> PublicKey:
    """Return our public key of theirs."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return PublicKey(key.public_bytes(serialization.Encoding.DER, form))


def holds(key: PublicKey, signature: bytes, message: bytes, algorithm: SignatureAlgorithm) -> bool:
    """Tell whether a signature holds."""
    try:
        key.verify(signature, message, algorithm)
    except SignatureMismatch:
        return False
    return True


def own(algorithm: KeyAlgorithm) -> SignatureAlgorithm:
    """Return the signature algorithm that keys of an algorithm sign with."""
    return SIGNATURES[algorithm.signature_oid]


def require_international(answers: KnownAnswers) -> None:
    """Try P-256, RSA and ML-DSA: the printed signature holds, and over another message it does not."""
    p256 = of(ec.EllipticCurvePublicNumbers(known.P256_X, known.P256_Y, ec.SECP256R1()).public_key())
    modulus = of(rsa.RSAPublicNumbers(known.RSA_EXPONENT, int.from_bytes(known.RSA_MODULUS, "big")).public_key())
    lattice = mldsa.MLDSA65PrivateKey.from_seed_bytes(known.ML_DSA_SEED)
    public = of(lattice.public_key())
    require(holds=hash_of(Digest.SHA256, public.spki).hex() == answers.ml_dsa_public_key, test="ml-dsa key")
    pair = p256.signature_value(b"".join(number.to_bytes(32, "big") for number in (known.P256_R, answers.p256_s)))
    for name, key, signature, message in (
        ("p256", p256, pair, known.P256_MESSAGE),
        ("rsa3072", modulus, answers.rsa_signature, known.RSA_MESSAGE),
        ("ml-dsa-65", public, lattice.sign_mu(public.digest(FRESH)), FRESH),
    ):
        algorithm = own(KEYS[name])
        require(holds=holds(key, signature, message, algorithm), test=f"{algorithm.name} verification")
        require(holds=not holds(key, signature, message + b".", algorithm), test=f"{algorithm.name} refusal")


def published_key() -> SM2PublicKey:
    """Return the public half of the printed key."""
    point = multiply(known.PUBLISHED_KEY)
    require(holds=point is not None, test="sm2 key")
    return SM2PublicKey(*(point or (0, 0)))


def require_verification(verifying: tuple[SM2Backend, ...], answers: KnownAnswers) -> None:
    """Let every backend verify the printed signature, and refuse it over another message."""
    key = published_key()
    e, other = digest(key, known.SM2_MESSAGE), digest(key, known.SM2_MESSAGE + b".")
    signature = SM2Signature(known.SM2_R, known.SM2_S)
    # gmssl signs with the printed key and nonce: an implementation that shares no line with the others.
    signed = sign_with_published_key(known.PUBLISHED_KEY, e, answers.sm2_nonce)
    require(holds=signed == signature, test="sm2 signature by gmssl")
    for backend in verifying:
        require(holds=backend.verify(key, e, signature), test=f"sm2 verification by {backend.name}")
        require(holds=not backend.verify(key, other, signature), test=f"sm2 refusal by {backend.name}")


def printed_ciphertext() -> SM2Ciphertext:
    """Return the printed ciphertext; its C1 is nonce·G."""
    point = multiply(known.PUBLISHED_NONCE)
    require(holds=point is not None, test="sm2 nonce")
    return SM2Ciphertext(SM2PublicKey(*(point or (0, 0))), known.SM2_C3, known.SM2_C2)


def require_encryption(answers: KnownAnswers) -> None:
    """Let the reference encipher the printed plaintext with the printed nonce."""
    key = published_key()
    parts = enciphered((key.x, key.y), answers.sm2_plaintext, known.PUBLISHED_NONCE)
    require(holds=parts is not None and parts[1:] == (known.SM2_C3, known.SM2_C2), test="sm2 encryption")


def require_half(
    half: TestedHalf, verifying: tuple[SM2Backend, ...], enciphering: tuple[SM2Library, ...], answers: KnownAnswers
) -> None:
    """Try a secret half: with the printed key, then with a fresh one against every other backend."""
    by = f"by {half.name}"
    published = half.from_secret(PRINTED_KEY)
    printed = printed_ciphertext()
    require(holds=opens(published, printed) == answers.sm2_plaintext, test=f"sm2 decryption {by}")
    changed = SM2Ciphertext(printed.point, bytes((printed.hash[0] ^ 1,)) + printed.hash[1:], printed.data)
    require(holds=opens(published, changed) is None, test=f"sm2 refusal to decrypt {by}")
    for key in (published, half.generate()):
        e = digest(key.public_key, FRESH)
        signature = key.sign(e)
        for backend in verifying:
            verified = backend.verify(key.public_key, e, signature)
            require(holds=verified, test=f"sm2 verification by {backend.name} of a signature {by}")
        for library in enciphering:
            ciphertext = backends.encrypt(key.public_key, FRESH, backend=library)
            require(holds=opens(key, ciphertext) == FRESH, test=f"sm2 decryption {by} from {library.name}")


def opens(key: TestedKey, ciphertext: SM2Ciphertext) -> bytes | None:
    """Return what a key deciphers, or None where it refuses."""
    try:
        return key.decrypt(ciphertext)
    except DecryptionFailed:
        return None

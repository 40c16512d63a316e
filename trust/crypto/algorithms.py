"""Algorithms as data: names, object identifiers, strengths. Adding one is a row here, not an `if` elsewhere.

Sources: GB/T 33560-2017 Annex A (national identifiers), RFC 5758, RFC 8017, RFC 8410, RFC 9881 (the others).

An end date is the first moment at which nothing new may be signed so; what was signed before holds if a time-stamp
proves that it was. Strengths and end dates: NIST SP 800-57 part 1 revision 5, tables 2 and 4; NIST SP 800-131A
revision 2. ETSI TS 119 312 is stricter about RSA below 3000 bits; we do not refuse before NIST does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar, Final

from trust.asn1 import der
from trust.errors import Invalid

__all__ = [
    "KEYS",
    "PAIRS",
    "SIGNATURES",
    "SM2_CURVE_OID",
    "AlgorithmNotSupported",
    "Digest",
    "KeyAlgorithm",
    "KeyKind",
    "SignatureAlgorithm",
    "Strength",
    "end_of_strength",
    "key_algorithm",
    "rsa_security_bits",
    "signature_algorithm",
]


class AlgorithmNotSupported(Invalid):
    """The data names an algorithm that this house does not know, or no longer accepts."""

    code = "crypto.algorithm_not_supported"
    detail_names: ClassVar[tuple[str, ...]] = ("oid",)


class Digest(StrEnum):
    """Hash functions, named as hashlib names them."""

    SM3 = "sm3"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"
    SHA1 = "sha1"

    @property
    def oid(self) -> str:
        """The object identifier of the hash function."""
        return DIGEST_OIDS[self]

    @property
    def strength(self) -> "Strength":
        """Whether a hash of this kind ties anything to one content alone."""
        return Strength.BROKEN if self is Digest.SHA1 else Strength.STRONG


DIGEST_OIDS: Mapping[Digest, str] = {
    Digest.SM3: "1.2.156.10197.1.401",
    Digest.SHA256: "2.16.840.1.101.3.4.2.1",
    Digest.SHA384: "2.16.840.1.101.3.4.2.2",
    Digest.SHA512: "2.16.840.1.101.3.4.2.3",
    Digest.SHA1: "1.3.14.3.2.26",
}


class KeyKind(StrEnum):
    """Families of public keys."""

    SM2 = "sm2"
    ECDSA = "ecdsa"
    RSA = "rsa"
    ED25519 = "ed25519"
    ML_DSA = "ml-dsa"


PAIRS: frozenset[KeyKind] = frozenset({KeyKind.SM2, KeyKind.ECDSA})
"""Families whose signature is a pair of numbers: r ‖ s from a device, SEQUENCE { r, s } in certificates."""


class Strength(StrEnum):
    """Whether an algorithm may be relied on."""

    STRONG = "strong"
    BROKEN = "broken"


SM2_CURVE_OID: Final = "1.2.156.10197.1.301"
"""The curve sm2p256v1 (GB/T 33560-2017, Annex A)."""

RSA_STRENGTHS: Mapping[int, int] = {15360: 256, 7680: 192, 3072: 128, 2048: 112, 1024: 80}
"""Bits of security by bits of the modulus (NIST SP 800-57 part 1 revision 5, table 2)."""

STRENGTH_ENDS: Mapping[int, datetime] = {
    112: datetime(2014, 1, 1, tzinfo=UTC),
    128: datetime(2031, 1, 1, tzinfo=UTC),
}
"""When keys of fewer bits of security than this end (NIST SP 800-57 part 1 revision 5, table 4; SP 800-131A, 3)."""

SHA1_ENDS = datetime(2014, 1, 1, tzinfo=UTC)
"""Nothing new is signed over SHA-1 (NIST SP 800-131A revision 2, 9)."""


def rsa_security_bits(modulus_bits: int) -> int:
    """Return the bits of security of an RSA key; 0 for one below the table."""
    return next((bits for modulus, bits in RSA_STRENGTHS.items() if modulus_bits >= modulus), 0)


def end_of_strength(security_bits: int) -> datetime | None:
    """Return when keys of so many bits of security end, or None where no end is in sight."""
    return next((ends for bits, ends in STRENGTH_ENDS.items() if security_bits < bits), None)


@dataclass(frozen=True, kw_only=True)
class KeyAlgorithm:
    """Keys that this house generates itself."""

    name: str
    kind: KeyKind
    key_oid: str
    curve_oid: str | None = None
    """The curve, where the family has curves to choose from."""

    modulus_bits: int | None = None
    """The size, where the family has sizes to choose from."""

    digest: Digest | None
    """The hash of the message; None where the algorithm hashes by rules of its own."""

    signed_length: int
    """Octets that a private key signs: what `PublicKey.digest` makes of a message."""

    signature_oid: str
    """The algorithm that certificates signed with such a key name."""

    security_bits: int

    @property
    def ends(self) -> datetime | None:
        """When keys of this strength end, if that is known."""
        return end_of_strength(self.security_bits)

    @property
    def signature_identifier(self) -> bytes:
        """The AlgorithmIdentifier of its signatures, in DER: with NULL for RSA (RFC 4055, 5), else bare."""
        parameters = (der.null(),) if self.kind is KeyKind.RSA else ()
        return der.sequence(der.oid(self.signature_oid), *parameters)


KEYS: Mapping[str, KeyAlgorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        KeyAlgorithm(
            name="sm2",
            kind=KeyKind.SM2,
            key_oid="1.2.840.10045.2.1",
            curve_oid=SM2_CURVE_OID,
            digest=Digest.SM3,
            signed_length=32,  # e
            signature_oid="1.2.156.10197.1.501",
            security_bits=128,
        ),
        KeyAlgorithm(
            name="p256",
            kind=KeyKind.ECDSA,
            key_oid="1.2.840.10045.2.1",
            curve_oid="1.2.840.10045.3.1.7",
            digest=Digest.SHA256,
            signed_length=32,
            signature_oid="1.2.840.10045.4.3.2",
            security_bits=128,
        ),
        KeyAlgorithm(
            name="rsa3072",
            kind=KeyKind.RSA,
            key_oid="1.2.840.113549.1.1.1",
            modulus_bits=3072,
            digest=Digest.SHA256,
            signed_length=32,
            signature_oid="1.2.840.113549.1.1.11",  # PKCS #1 v1.5, which every authority can read
            security_bits=128,
        ),
        KeyAlgorithm(
            name="ml-dsa-65",
            kind=KeyKind.ML_DSA,
            key_oid="2.16.840.1.101.3.4.3.18",
            digest=None,
            signed_length=64,  # µ, FIPS 204, 6.2
            signature_oid="2.16.840.1.101.3.4.3.18",
            security_bits=192,
        ),
    )
}


def key_algorithm(key_oid: str, *, curve_oid: str | None = None, modulus_bits: int | None = None) -> KeyAlgorithm:
    """Return the algorithm of our own keys with these parameters, or raise `AlgorithmNotSupported`."""
    for algorithm in KEYS.values():
        if (algorithm.key_oid, algorithm.curve_oid, algorithm.modulus_bits) == (key_oid, curve_oid, modulus_bits):
            return algorithm
    raise AlgorithmNotSupported(oid=curve_oid or key_oid)


@dataclass(frozen=True, kw_only=True)
class SignatureAlgorithm:
    """A signature algorithm that a certificate, a CMS or a seal may name."""

    oid: str
    name: str
    kind: KeyKind
    digest: Digest | None
    """The hash of the message; None where the surrounding structure names it (bare algorithms in CMS)."""

    strength: Strength = Strength.STRONG
    pss: bool = False
    ends: datetime | None = None
    """When nothing new may be signed so, if that is known."""

    key_oid: str | None = None
    """The one identifier that the key must have, where the family has several."""

    def has_ended(self, at: datetime) -> bool:
        """Tell whether nothing may be signed so at the moment `at`."""
        return self.ends is not None and at >= self.ends


SIGNATURES: Mapping[str, SignatureAlgorithm] = {
    algorithm.oid: algorithm
    for algorithm in (
        SignatureAlgorithm(oid="1.2.156.10197.1.501", name="SM2-with-SM3", kind=KeyKind.SM2, digest=Digest.SM3),
        SignatureAlgorithm(oid="1.2.156.10197.1.301.1", name="SM2-1", kind=KeyKind.SM2, digest=Digest.SM3),
        SignatureAlgorithm(oid="1.2.840.10045.4.3.2", name="ECDSA-SHA256", kind=KeyKind.ECDSA, digest=Digest.SHA256),
        SignatureAlgorithm(oid="1.2.840.10045.4.3.3", name="ECDSA-SHA384", kind=KeyKind.ECDSA, digest=Digest.SHA384),
        SignatureAlgorithm(oid="1.2.840.10045.4.3.4", name="ECDSA-SHA512", kind=KeyKind.ECDSA, digest=Digest.SHA512),
        SignatureAlgorithm(oid="1.2.840.113549.1.1.11", name="RSA-SHA256", kind=KeyKind.RSA, digest=Digest.SHA256),
        SignatureAlgorithm(oid="1.2.840.113549.1.1.12", name="RSA-SHA384", kind=KeyKind.RSA, digest=Digest.SHA384),
        SignatureAlgorithm(oid="1.2.840.113549.1.1.13", name="RSA-SHA512", kind=KeyKind.RSA, digest=Digest.SHA512),
        SignatureAlgorithm(
            oid="1.2.840.113549.1.1.5",
            name="RSA-SHA1",
            kind=KeyKind.RSA,
            digest=Digest.SHA1,
            strength=Strength.BROKEN,
            ends=SHA1_ENDS,
        ),
        SignatureAlgorithm(oid="1.2.840.113549.1.1.1", name="RSA", kind=KeyKind.RSA, digest=None),
        SignatureAlgorithm(oid="1.2.840.113549.1.1.10", name="RSA-PSS", kind=KeyKind.RSA, digest=None, pss=True),
        SignatureAlgorithm(oid="1.3.101.112", name="Ed25519", kind=KeyKind.ED25519, digest=None),
        *(
            SignatureAlgorithm(oid=oid, name=name, kind=KeyKind.ML_DSA, digest=None, key_oid=oid)
            for oid, name in (
                ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
                ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
                ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
            )
        ),
    )
}


def signature_algorithm(oid: str) -> SignatureAlgorithm:
    """Return the algorithm that `oid` names, or raise `AlgorithmNotSupported`."""
    try:
        return SIGNATURES[oid]
    except KeyError:
        raise AlgorithmNotSupported(oid=oid) from None


def digest_by_oid(oid: str) -> Digest:
    """Return the hash function that `oid` names, or raise `AlgorithmNotSupported`."""
    for digest, known in DIGEST_OIDS.items():
        if known == oid:
            return digest
    raise AlgorithmNotSupported(oid=oid)

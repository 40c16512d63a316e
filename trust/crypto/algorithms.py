"""Algorithms as data: names, object identifiers, strengths. Adding one is a row here, not an `if` elsewhere.

Sources: GB/T 33560-2017 Annex A (national identifiers), RFC 5758, RFC 8017, RFC 8410 (the others).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from trust.errors import Invalid

__all__ = [
    "KEYS",
    "SIGNATURES",
    "AlgorithmNotSupported",
    "Digest",
    "KeyAlgorithm",
    "KeyKind",
    "SignatureAlgorithm",
    "Strength",
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


class Strength(StrEnum):
    """Whether an algorithm may be relied on."""

    STRONG = "strong"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class KeyAlgorithm:
    """Keys that this house generates itself."""

    name: str
    kind: KeyKind
    key_oid: str
    curve_oid: str
    digest: Digest
    signature_oid: str
    """The algorithm that certificates signed with such a key name."""


KEYS: Mapping[str, KeyAlgorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        KeyAlgorithm(
            name="sm2",
            kind=KeyKind.SM2,
            key_oid="1.2.840.10045.2.1",
            curve_oid="1.2.156.10197.1.301",
            digest=Digest.SM3,
            signature_oid="1.2.156.10197.1.501",
        ),
        KeyAlgorithm(
            name="p256",
            kind=KeyKind.ECDSA,
            key_oid="1.2.840.10045.2.1",
            curve_oid="1.2.840.10045.3.1.7",
            digest=Digest.SHA256,
            signature_oid="1.2.840.10045.4.3.2",
        ),
    )
}


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
        ),
        SignatureAlgorithm(oid="1.2.840.113549.1.1.1", name="RSA", kind=KeyKind.RSA, digest=None),
        SignatureAlgorithm(oid="1.2.840.113549.1.1.10", name="RSA-PSS", kind=KeyKind.RSA, digest=None, pss=True),
        SignatureAlgorithm(oid="1.3.101.112", name="Ed25519", kind=KeyKind.ED25519, digest=None),
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

"""How keys of each algorithm are made, read and used by the interface of tokens (PKCS #11 v2.40, Cryptoki).

P-256 and RSA stand in the standard. SM2 does not: each vendor has numbers of its own for the key type and the
mechanisms, which the operator gives (UNCONFIRMED, docs/divergences.md). The curve is named by its national identifier.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, Self, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag
from pkcs11.attributes import AttributeMapper

from keys.errors import KeystoreUnavailable
from trust.asn1 import der
from trust.crypto import backends
from trust.crypto.algorithms import KEYS, SM2_CURVE_OID, AlgorithmNotSupported
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed, SignatureMismatch, SM2Digest, SM2PublicKey, SM2Signature

__all__ = ["SM2Mechanisms", "TokenAlgorithm", "mapper", "public_key_of", "table", "verify_digest"]

Number = TypeVar("Number", bound=IntEnum)

SHA256_PREFIX: Final = bytes.fromhex("3031300d060960864801650304020105000420")
"""DigestInfo of SHA-256 up to the hash (RFC 8017, 9.2, note 1): CKM_RSA_PKCS pads what it is given."""

POINT_LENGTH: Final = 65


@dataclass(frozen=True, kw_only=True)
class SM2Mechanisms:
    """The numbers that a vendor's token has for SM2."""

    key_type: int
    generate: int
    sign: int
    """Signs e, 32 octets, and returns r ‖ s."""

    FORM = re.compile(r"key_type=(0x[0-9a-fA-F]{1,8}),generate=(0x[0-9a-fA-F]{1,8}),sign=(0x[0-9a-fA-F]{1,8})")

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `key_type=0x…,generate=0x…,sign=0x…`. Raise `ValueError`."""
        found = cls.FORM.fullmatch(text)
        if found is None:
            raise ValueError("write key_type=0x…,generate=0x…,sign=0x… with the numbers of the vendor's manual")
        key_type, generate, sign = (int(number, 16) for number in found.groups())
        return cls(key_type=key_type, generate=generate, sign=sign)


PUBLIC: Final[Mapping[Attribute, Any]] = {Attribute.TOKEN: True, Attribute.VERIFY: True}
PRIVATE: Final[Mapping[Attribute, Any]] = {
    Attribute.TOKEN: True,
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.SIGN: True,
    Attribute.DECRYPT: False,
    Attribute.DERIVE: False,
    Attribute.UNWRAP: False,
}
"""A private key signs, does nothing else, and never leaves the token, not even enciphered."""


@dataclass(frozen=True, kw_only=True)
class TokenAlgorithm:
    """How a token makes and uses keys of one algorithm."""

    key_type: KeyType
    generate: Mechanism
    sign: Mechanism
    parameters: Mapping[Attribute, Any]
    """What the template of the public half says of the key."""

    private: Mapping[Attribute, Any] = field(default_factory=lambda: PRIVATE)
    """The template of the private half."""

    prefix: bytes = b""
    """What stands before the digest that is signed."""


CAPABILITIES: Final = MechanismFlag.SIGN | MechanismFlag.VERIFY


def numbered(kind: type[Number], number: int) -> Number:
    """Return the member of `kind` with `number`. A vendor's own number gets a member that no list has.

    The library takes numbers as members of its enumerations alone, and knows no vendor's.
    """
    try:
        return kind(number)
    except ValueError:
        member = int.__new__(kind, number)
        member._name_, member._value_ = f"VENDOR_{number:08X}", number
        return member


def mapper() -> AttributeMapper:
    """Return what translates attributes: as the library does, but with vendors' key types."""
    made = AttributeMapper()
    _, unpack = made.attribute_types[Attribute.MODULUS_BITS]
    pack, _ = made.attribute_types[Attribute.KEY_TYPE]
    made.register_handler(Attribute.KEY_TYPE, pack, lambda value: numbered(KeyType, unpack(value)))
    return made


def curve(oid: str) -> Mapping[Attribute, Any]:
    """Return the template of a key on a named curve."""
    return {Attribute.EC_PARAMS: der.oid(oid)}


def table(sm2: SM2Mechanisms | None) -> Mapping[str, TokenAlgorithm]:
    """Return the algorithms that a token is used for, by their names in `trust.crypto.algorithms.KEYS`."""
    found = {
        "p256": TokenAlgorithm(
            key_type=KeyType.EC,
            generate=Mechanism.EC_KEY_PAIR_GEN,
            sign=Mechanism.ECDSA,
            parameters=curve(str(KEYS["p256"].curve_oid)),
        ),
        "rsa3072": TokenAlgorithm(
            key_type=KeyType.RSA,
            generate=Mechanism.RSA_PKCS_KEY_PAIR_GEN,
            sign=Mechanism.RSA_PKCS,
            parameters={
                Attribute.MODULUS_BITS: KEYS["rsa3072"].modulus_bits,
                Attribute.PUBLIC_EXPONENT: (65537).to_bytes(3, "big"),
            },
            prefix=SHA256_PREFIX,
        ),
    }
    if sm2 is not None:
        found["sm2"] = TokenAlgorithm(
            key_type=numbered(KeyType, sm2.key_type),
            generate=numbered(Mechanism, sm2.generate),
            sign=numbered(Mechanism, sm2.sign),
            parameters=curve(SM2_CURVE_OID),
        )
    return found


def public_key_of(algorithm: str, attributes: Mapping[Attribute, Any]) -> PublicKey:
    """Return the public key that a token's object is. Raise `KeystoreUnavailable` for one of another algorithm."""
    try:
        if algorithm == "rsa3072":
            numbers = (attributes[Attribute.MODULUS], attributes[Attribute.PUBLIC_EXPONENT])
            found = rsa_key(*(int.from_bytes(number, "big") for number in numbers))
        else:
            found = point_key(str(KEYS[algorithm].curve_oid), attributes[Attribute.EC_POINT])
        _ = found.algorithm  # reads the key, and refuses another length and a point that is not on the curve
    except (KeyMalformed, AlgorithmNotSupported, der.Malformed):
        raise KeystoreUnavailable(cure=f"the token returns no public key of {algorithm}") from None
    return found


def rsa_key(modulus: int, exponent: int) -> PublicKey:
    """Return an RSA public key (RFC 8017, A.1.1)."""
    identifier = der.sequence(der.oid(KEYS["rsa3072"].key_oid), der.null())
    return PublicKey(
        der.sequence(identifier, der.bit_string(der.sequence(der.integer(modulus), der.integer(exponent))))
    )


def point_key(curve_oid: str, encoded: bytes) -> PublicKey:
    """Return the key of a point: CKA_EC_POINT is an OCTET STRING (PKCS #11, 6.3.3), which some vendors leave off."""
    point = encoded if len(encoded) == POINT_LENGTH else der.parse(encoded).octets()
    if curve_oid == SM2_CURVE_OID:
        return PublicKey.of_sm2(SM2PublicKey.from_point(point))
    identifier = der.sequence(der.oid(KEYS["p256"].key_oid), der.oid(curve_oid))
    return PublicKey(der.sequence(identifier, der.bit_string(point)))


def verify_digest(public_key: PublicKey, digest: bytes, raw: bytes) -> None:
    """Return if what a token signed holds, else raise `SignatureMismatch` or `SignatureMalformed`."""
    prehashed = utils.Prehashed(hashes.SHA256())
    try:
        match public_key.native:
            case SM2PublicKey() as key:
                backends.verify(key, SM2Digest(digest), SM2Signature.from_raw(raw))
            case ec.EllipticCurvePublicKey() as elliptic:
                elliptic.verify(public_key.signature_value(raw), digest, ec.ECDSA(prehashed))
            case rsa.RSAPublicKey() as modulus:
                modulus.verify(raw, digest, padding.PKCS1v15(), prehashed)
            case _:
                raise SignatureMismatch
    except InvalidSignature:
        raise SignatureMismatch from None

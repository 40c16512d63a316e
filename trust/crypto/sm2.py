"""SM2 (GB/T 32918), the half that needs no secret: points, signature values, the digest e, verification.

Private keys live in keys/ alone. The arithmetic of a verification is done by a backend (trust/crypto/backends.py);
everything a backend might forget to check is checked here first, for all of them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NewType, Protocol

from trust.asn1 import der
from trust.crypto.algorithms import KEYS, SM2_CURVE_OID
from trust.crypto.beginnings import hash_of_message
from trust.crypto.sm3 import sm3
from trust.errors import Invalid, Unavailable, Untrusted

__all__ = [
    "DEFAULT_USER_ID",
    "E_LENGTH",
    "A",
    "B",
    "BackendFailed",
    "G",
    "KeyMalformed",
    "N",
    "P",
    "SM2Backend",
    "SM2Digest",
    "SM2PublicKey",
    "SM2Signature",
    "SignatureMalformed",
    "SignatureMismatch",
    "digest",
    "subject_public_key_info",
]

# The curve sm2p256v1, GB/T 32918.5-2017, 2.
P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC
B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123

DEFAULT_USER_ID: Final = b"1234567812345678"
"""The identity of the signer where nothing else is agreed (GM/T 0009-2012, 10)."""

COORDINATE_LENGTH: Final = 32
UNCOMPRESSED: Final = b"\x04"
E_LENGTH: Final = 32
"""Octets of e, and of a private key."""

SM2Digest = NewType("SM2Digest", bytes)
"""e = SM3(Z ‖ M), 32 bytes: what a private key signs (GB/T 32918.2-2016, 6.1)."""


class KeyMalformed(Invalid):
    """The bytes are not a public key on the SM2 curve."""

    code = "crypto.key_malformed"


class SignatureMalformed(Invalid):
    """The bytes are not an SM2 signature: wrong form, or r, s outside 1..n−1, or r+s = n."""

    code = "crypto.signature_malformed"


class SignatureMismatch(Untrusted):
    """The signature was not made by this key over this message."""

    code = "crypto.signature_mismatch"


class BackendFailed(Unavailable):
    """The library that computes for us could not, although nothing was wrong with what it was given."""

    code = "crypto.backend_failed"


@dataclass(frozen=True)
class SM2PublicKey:
    """A point on the curve, not at infinity, with coordinates below p. Nothing else can be built."""

    x: int
    y: int

    def __post_init__(self) -> None:
        if not (0 <= self.x < P and 0 <= self.y < P):
            raise KeyMalformed
        if (self.y * self.y - (self.x * self.x * self.x + A * self.x + B)) % P != 0:
            raise KeyMalformed

    @classmethod
    def from_point(cls, point: bytes) -> "SM2PublicKey":
        """Read 04 ‖ X ‖ Y (GM/T 0009-2012, 7.1), the one form that certificates use."""
        if len(point) != 1 + 2 * COORDINATE_LENGTH or point[:1] != UNCOMPRESSED:
            raise KeyMalformed
        return cls(int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big"))

    @cached_property
    def point(self) -> bytes:
        """04 ‖ X ‖ Y, 65 bytes."""
        return UNCOMPRESSED + self.x.to_bytes(COORDINATE_LENGTH, "big") + self.y.to_bytes(COORDINATE_LENGTH, "big")

    def z(self, user_id: bytes = DEFAULT_USER_ID) -> bytes:
        """Return Z, the hash of the signer's identity, the curve and the key (GB/T 32918.2-2016, 5.5)."""
        return self.usual_z if user_id == DEFAULT_USER_ID else z_of(self, user_id)

    @cached_property
    def usual_z(self) -> bytes:
        """Z with the identity that signers have where nothing else is agreed."""
        return z_of(self, DEFAULT_USER_ID)


def z_of(key: SM2PublicKey, user_id: bytes) -> bytes:
    """Return Z, the hash of the signer's identity, the curve and the key (GB/T 32918.2-2016, 5.5)."""
    bits = len(user_id) * 8
    if bits > 0xFFFF:  # noqa: PLR2004 - ENTL has two bytes
        raise KeyMalformed
    numbers = (A, B, *G)
    curve = b"".join(number.to_bytes(COORDINATE_LENGTH, "big") for number in numbers)
    return sm3(bits.to_bytes(2, "big"), user_id, curve, key.point[1:])


def subject_public_key_info(key: SM2PublicKey) -> bytes:
    """Return the SubjectPublicKeyInfo of `key` (GB/T 20518: id-ecPublicKey with the curve 1.2.156.10197.1.301)."""
    identifier = der.sequence(der.oid(KEYS["sm2"].key_oid), der.oid(SM2_CURVE_OID))
    return der.sequence(identifier, der.bit_string(key.point))


@dataclass(frozen=True)
class SM2Signature:
    """r and s, both in 1..n−1, and r+s ≠ n (GB/T 32918.2-2016, 7.1, B1 to B3). Nothing else can be built."""

    r: int
    s: int

    def __post_init__(self) -> None:
        if not (0 < self.r < N and 0 < self.s < N) or self.r + self.s == N:
            raise SignatureMalformed

    @classmethod
    def from_raw(cls, raw: bytes) -> "SM2Signature":
        """Read r ‖ s, 64 bytes."""
        if len(raw) != 2 * COORDINATE_LENGTH:
            raise SignatureMalformed
        return cls(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    @classmethod
    def from_der(cls, encoded: bytes) -> "SM2Signature":
        """Read SEQUENCE { r, s } in strict DER (GM/T 0009-2012, 7.3)."""
        try:
            members = der.parse(encoded).sequence()
            r, s = (member.integer() for member in members)
        except (der.Malformed, ValueError):
            raise SignatureMalformed from None
        return cls(r, s)

    @classmethod
    def from_foreign(cls, value: bytes) -> "SM2Signature":
        """Read what others write: DER, or the bare r ‖ s that one real vendor puts into seal signatures."""
        return cls.from_raw(value) if len(value) == 2 * COORDINATE_LENGTH else cls.from_der(value)

    @property
    def raw(self) -> bytes:
        """The signature as r ‖ s, 64 bytes."""
        return self.r.to_bytes(COORDINATE_LENGTH, "big") + self.s.to_bytes(COORDINATE_LENGTH, "big")

    @property
    def der(self) -> bytes:
        """SEQUENCE { r, s } in DER."""
        return der.sequence(der.integer(self.r), der.integer(self.s))


class SM2Backend(Protocol):
    """Does the curve arithmetic of a verification. Trusted for: the right answer. Safe to share between threads."""

    name: str

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        """Tell whether `signature` over `e` was made with the private half of `key`."""
        ...


def digest(key: SM2PublicKey, message: bytes, *, user_id: bytes = DEFAULT_USER_ID) -> SM2Digest:
    """Return e for `message` signed by `key`."""
    return SM2Digest(hash_of_message(key.z(user_id), message))

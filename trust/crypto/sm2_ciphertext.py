"""What SM2 enciphers to (GB/T 32918.4-2016): a point, a hash and the enciphered data, in every form that is in use."""

from dataclasses import dataclass
from typing import Final

from trust.asn1 import der
from trust.crypto.sm2 import KeyMalformed, SM2PublicKey
from trust.errors import Invalid, Untrusted

__all__ = ["CiphertextMalformed", "DecryptionFailed", "SM2Ciphertext"]

POINT_LENGTH: Final = 65
HASH_LENGTH: Final = 32


class CiphertextMalformed(Invalid):
    """The bytes are not an SM2 ciphertext: wrong form, a point off the curve, or nothing enciphered."""

    code = "crypto.ciphertext_malformed"


class DecryptionFailed(Untrusted):
    """The ciphertext was not made for this key, or was changed. Nothing more is told about it."""

    code = "crypto.decryption_failed"


@dataclass(frozen=True)
class SM2Ciphertext:
    """C1, C3 and C2. The point is on the curve, and the data is not empty; nothing else can be built."""

    point: SM2PublicKey
    """C1, which is on the curve (GB/T 32918.4-2016, 7.1, B1) and never at infinity: the cofactor is 1 (B2)."""

    hash: bytes
    """C3, SM3 over x2 ‖ M ‖ y2."""

    data: bytes
    """C2, as long as the plaintext."""

    def __post_init__(self) -> None:
        if len(self.hash) != HASH_LENGTH or not self.data:
            raise CiphertextMalformed

    @classmethod
    def from_der(cls, encoded: bytes) -> "SM2Ciphertext":
        """Read SM2Cipher, SEQUENCE { x, y, hash, ciphertext }, in strict DER (GM/T 0009-2012, 7.2)."""
        try:
            x, y, c3, c2 = der.parse(encoded).sequence()
            return cls(SM2PublicKey(x.integer(), y.integer()), c3.octets(), c2.octets())
        except (der.Malformed, ValueError, KeyMalformed):
            raise CiphertextMalformed from None

    @classmethod
    def from_raw(cls, raw: bytes) -> "SM2Ciphertext":
        """Read C1 ‖ C3 ‖ C2 (GB/T 32918.4-2016, 6.1), C1 as 04 ‖ X ‖ Y."""
        middle = POINT_LENGTH + HASH_LENGTH
        return cls.of_parts(raw[:POINT_LENGTH], raw[POINT_LENGTH:middle], raw[middle:])

    @classmethod
    def from_old_raw(cls, raw: bytes) -> "SM2Ciphertext":
        """Read C1 ‖ C2 ‖ C3, the order of the draft of 2010 that some programs still write. We never do."""
        return cls.of_parts(raw[:POINT_LENGTH], raw[-HASH_LENGTH:], raw[POINT_LENGTH:-HASH_LENGTH])

    @classmethod
    def of_parts(cls, c1: bytes, c3: bytes, c2: bytes) -> "SM2Ciphertext":
        """Return the ciphertext of these parts, or raise `CiphertextMalformed`."""
        try:
            return cls(SM2PublicKey.from_point(c1), c3, c2)
        except KeyMalformed:
            raise CiphertextMalformed from None

    @property
    def der(self) -> bytes:
        """SM2Cipher in DER."""
        return der.sequence(
            der.integer(self.point.x),
            der.integer(self.point.y),
            der.octet_string(self.hash),
            der.octet_string(self.data),
        )

    @property
    def raw(self) -> bytes:
        """C1 ‖ C3 ‖ C2."""
        return self.point.point + self.hash + self.data

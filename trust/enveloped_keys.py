"""SM2EnvelopedKey (GM/T 0009-2012, 7.4; GB/T 35276-2017, 7.4): how an encryption key pair gets to whom it is for.

The authority that made the pair enciphers its private half with SM4 under a key of its own, and that one with SM2 for
the signing key of the subject. Only the form is here; what is secret in it is opened and closed in custody.
"""

from dataclasses import dataclass
from typing import Final

from trust.asn1 import der
from trust.crypto.sm2 import KeyMalformed, SM2PublicKey
from trust.crypto.sm2_ciphertext import CiphertextMalformed, SM2Ciphertext
from trust.errors import Invalid

__all__ = ["EnvelopedKey", "EnvelopedKeyMalformed", "scalar_of"]

SM4_ECB: Final = "1.2.156.10197.1.104.1"
SM4: Final = "1.2.156.10197.1.104"
"""The cipher as we name it, and as some programs do, which leave the mode to the reader (GB/T 33560-2017, Annex A)."""

SESSION_KEY_LENGTH: Final = 16
SCALAR_LENGTH: Final = 32
PADDED_LENGTH: Final = 64


class EnvelopedKeyMalformed(Invalid):
    """The bytes are not a SM2EnvelopedKey."""

    code = "crypto.enveloped_key_malformed"


@dataclass(frozen=True)
class EnvelopedKey:
    """An SM2 private key on its way: the session key for its recipient, the public half, and the private half."""

    session_key: SM2Ciphertext
    public_key: SM2PublicKey
    encrypted: bytes
    """Two blocks in SM4-ECB; four where the device that wrote it put zeros before the number (see `scalar_of`)."""

    def __post_init__(self) -> None:
        if len(self.session_key.data) != SESSION_KEY_LENGTH or len(self.encrypted) not in (
            SCALAR_LENGTH,
            PADDED_LENGTH,
        ):
            raise EnvelopedKeyMalformed

    @classmethod
    def from_der(cls, encoded: bytes) -> "EnvelopedKey":
        """Read one in strict DER, or raise `EnvelopedKeyMalformed`. The cipher may have parameters: NULL, or none."""
        try:
            algorithm, session_key, public_key, encrypted = der.parse(encoded).sequence()
            identifier, *parameters = algorithm.sequence()
            if identifier.oid() not in (SM4_ECB, SM4) or [one.raw for one in parameters] not in ([], [der.null()]):
                raise EnvelopedKeyMalformed
            point = SM2PublicKey.from_point(public_key.bits())
            return cls(SM2Ciphertext.from_der(session_key.raw), point, encrypted.bits())
        except (der.Malformed, KeyMalformed, CiphertextMalformed, ValueError):
            raise EnvelopedKeyMalformed from None

    @property
    def der(self) -> bytes:
        """The SM2EnvelopedKey."""
        return der.sequence(
            der.sequence(der.oid(SM4_ECB), der.null()),
            self.session_key.der,
            der.bit_string(self.public_key.point),
            der.bit_string(self.encrypted),
        )


def scalar_of(decrypted: bytes) -> bytes:
    """Return the 32 octets of a private key out of what was deciphered. Raise `EnvelopedKeyMalformed`.

    UNCONFIRMED: devices after GM/T 0016 are said to put 32 zero octets before the number, as their key blobs have it.
    Exactly that is read; nothing else of 64 octets is.
    """
    if len(decrypted) == PADDED_LENGTH and decrypted[:SCALAR_LENGTH] == bytes(SCALAR_LENGTH):
        return decrypted[SCALAR_LENGTH:]
    if len(decrypted) != SCALAR_LENGTH:
        raise EnvelopedKeyMalformed
    return decrypted

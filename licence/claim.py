"""The claim that a licence's QR code carries: a few bytes, signed with SM2, that prove themselves (docs/qr.md).

    offset  octets
    0       1   version, 1
    1       4   key: the first 4 octets of SM3 over the signer's certificate
    5       16  licence: the first 16 octets of SM3 over the licence identifier in ASCII
    21      12  issuer: the unified social credit code as a number in base 31
    33      2   last day of validity, as days since 1970-01-01 in China Standard Time; FFFF: no end
    35      4   index in the status list of the licence type
    39      64  SM2 signature r ‖ s over "xinyin licence claim v1" and a zero octet, followed by octets 0 to 38

Written in base64url without padding it takes 138 characters.
"""

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from identity.credit_code import ALPHABET, CreditCode
from identity.errors import CreditCodeMalformed
from licence.errors import ClaimMalformed, ClaimUntrusted
from trust.certificates import Certificate
from trust.crypto import backends
from trust.crypto.sm2 import SM2Backend, SM2Signature, digest
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.signing import Signer

__all__ = ["CLAIM_LENGTH", "Claim", "SignedClaim", "key_identifier", "licence_digest", "read_claim", "sign_claim"]

VERSION: Final = 1
PREFIX: Final = b"xinyin licence claim v1\0"
LAYOUT: Final = struct.Struct(">B4s16s12sHI")
CLAIM_LENGTH: Final = 138
"""Characters of a claim in its address: 103 octets in base64url."""

ISSUER_LENGTH: Final = 12
NO_END: Final = 0xFFFF
EPOCH: Final = date(1970, 1, 1)
CODE_LENGTH: Final = 18


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What the QR code of a licence says."""

    licence: bytes
    """16 octets that stand for the licence identifier."""

    issuer: CreditCode
    last_day: date | None
    status_index: int


@dataclass(frozen=True, kw_only=True)
class SignedClaim:
    """A claim as it was read, with the octets under its signature."""

    claim: Claim
    key: bytes
    body: bytes
    signature: SM2Signature

    def verify(self, certificates: Mapping[bytes, Certificate], *, backend: SM2Backend | None = None) -> Certificate:
        """Return the certificate whose key signed the claim, or raise `ClaimUntrusted`."""
        certificate = certificates.get(self.key)
        key = None if certificate is None else certificate.public_key.sm2
        if certificate is None or key is None:
            raise ClaimUntrusted
        try:
            backends.verify(key, digest(key, PREFIX + self.body), self.signature, backend=backend)
        except TrustError:
            raise ClaimUntrusted from None
        return certificate


def licence_digest(identifier: str) -> bytes:
    """Return the 16 octets that stand for a licence identifier."""
    return sm3(identifier.encode("ascii"))[:16]


def key_identifier(certificate: Certificate) -> bytes:
    """Return the 4 octets that name the key of a certificate."""
    return sm3(certificate.der)[:4]


def pack_issuer(code: CreditCode) -> bytes:
    """Return a credit code as a number in base 31."""
    number = 0
    for character in code.value:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    return number.to_bytes(ISSUER_LENGTH, "big")


def unpack_issuer(packed: bytes) -> CreditCode:
    """Return the credit code of a number in base 31, or raise `ClaimMalformed`."""
    number, characters = int.from_bytes(packed, "big"), []
    for _ in range(CODE_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[digit])
    try:
        return CreditCode("".join(reversed(characters))) if number == 0 else CreditCode("")
    except CreditCodeMalformed:
        raise ClaimMalformed from None


def sign_claim(claim: Claim, signer: Signer, certificate: Certificate) -> str:
    """Return the claim, signed, as the text that goes into the address."""
    days = NO_END if claim.last_day is None else min((claim.last_day - EPOCH).days, NO_END - 1)
    body = LAYOUT.pack(
        VERSION, key_identifier(certificate), claim.licence, pack_issuer(claim.issuer), days, claim.status_index
    )
    signature = SM2Signature.from_der(signer.sign(PREFIX + body))
    return base64.urlsafe_b64encode(body + signature.raw).decode().rstrip("=")


def read_claim(text: str) -> SignedClaim:
    """Read a claim. Nothing is trusted yet. Raise `ClaimMalformed`."""
    if len(text) != CLAIM_LENGTH:
        raise ClaimMalformed
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        # One claim has one spelling: base64 with loose ends would let a second one pass.
        if base64.urlsafe_b64encode(octets).decode().rstrip("=") != text:
            raise ClaimMalformed
        body = octets[: LAYOUT.size]
        version, key, licence, issuer, days, index = LAYOUT.unpack(body)
        signature = SM2Signature.from_raw(octets[LAYOUT.size :])
    except (ValueError, TrustError):
        raise ClaimMalformed from None
    if version != VERSION:
        raise ClaimMalformed
    last_day = None if days == NO_END else EPOCH + timedelta(days=days)
    claim = Claim(licence=licence, issuer=unpack_issuer(issuer), last_day=last_day, status_index=index)
    return SignedClaim(claim=claim, key=key, body=body, signature=signature)

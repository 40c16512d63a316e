"""The claim that the QR code of an annotated copy 加注件 carries: that it is a copy, of which licence, until when.

    offset  octets
    0       1   version: 129. Those of licences are below 128: no reader takes a copy for a licence
    1       4   key: the first 4 octets of SM3 over the signer's certificate
    5       17  copy: what follows "copy_" in its identifier, as a number in Crockford's base 32
    22      16  licence: as in the claim of its original (licence/claim.py)
    38      5   until when the copy may be relied on, in seconds since 1970, not included
    43      5   place of the original in the status lists, as in its claim; the number 0: in none that is known
    48      64  SM2 signature r ‖ s over "xinyin copy claim v1" and a zero octet, followed by octets 0 to 47

Written in base64url without padding it takes 150 characters. The keys are those of licences' claims.
"""

import base64
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from licence.claim import INDEX_BITS, LISTS, SignedClaim, decoded, key_identifier, read_claim, signer_of
from licence.errors import ClaimMalformed
from trust.certificates import Certificate
from trust.crypto.sm2 import SM2Backend, SM2Signature
from trust.errors import TrustError
from trust.signing import Signer

__all__ = [
    "COPY_CLAIM_LENGTH",
    "CopyClaim",
    "SignedCopyClaim",
    "read_any_claim",
    "read_copy_claim",
    "sign_copy_claim",
]

VERSION: Final = 129
LAYOUT: Final = struct.Struct(">B4s17s16s5s5s")
PREFIX: Final = b"xinyin copy claim v1\0"
COPY_CLAIM_LENGTH: Final = 150
NAME: Final = re.compile(r"copy_([0-9a-hjkmnp-tv-z]{26})")
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
NAME_CHARACTERS: Final = 26
NAME_OCTETS: Final = 17
LATEST: Final = 1 << 33
"""Seconds since 1970: a moment of the year 2242."""


@dataclass(frozen=True, kw_only=True)
class CopyClaim:
    """What the QR code of an annotated copy says."""

    copy: str
    """The identifier of the copy."""

    licence: bytes
    """16 octets that stand for the licence identifier of the original."""

    valid_until: datetime
    """In whole seconds."""

    status_list: int | None
    """The number of the list in which the original has its place; None: it is in none that is known."""

    status_index: int

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.copy):
            raise ValueError("not the identifier of a copy")
        if self.status_list is not None and self.status_list not in LISTS:
            raise ValueError(f"a status list has a number from 1 to {LISTS[-1]}")
        if not 0 <= self.status_index < 1 << INDEX_BITS:
            raise ValueError("the index does not fit into its bits")
        if not 0 <= self.valid_until.timestamp() < LATEST:
            raise ValueError("a copy ends between 1970 and 2242")


@dataclass(frozen=True, kw_only=True)
class SignedCopyClaim:
    """A claim as it was read, with the octets under its signature."""

    claim: CopyClaim
    key: bytes
    body: bytes
    signature: SM2Signature

    def verify(self, certificates: Iterable[Certificate], *, backend: SM2Backend | None = None) -> Certificate:
        """Return the one of `certificates` whose key signed the claim, or raise `ClaimUntrusted`."""
        return signer_of(PREFIX + self.body, self.key, self.signature, certificates, backend=backend)


def packed_name(name: str) -> bytes:
    """Return the identifier of a copy as octets."""
    number = 0
    for character in name.partition("_")[2]:
        number = number << 5 | ALPHABET.index(character)
    return number.to_bytes(NAME_OCTETS, "big")


def unpacked_name(octets: bytes) -> str:
    """Return the identifier that octets are, or raise `ClaimMalformed`."""
    number = int.from_bytes(octets, "big")
    if number >> 5 * NAME_CHARACTERS:
        raise ClaimMalformed
    return "copy_" + "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(NAME_CHARACTERS)))


def sign_copy_claim(claim: CopyClaim, signer: Signer, certificate: Certificate) -> str:
    """Return the claim, signed, as the text that goes into the address."""
    place = (claim.status_list or 0) << INDEX_BITS | claim.status_index
    body = LAYOUT.pack(
        VERSION,
        key_identifier(certificate),
        packed_name(claim.copy),
        claim.licence,
        int(claim.valid_until.timestamp()).to_bytes(5, "big"),
        place.to_bytes(5, "big"),
    )
    signature = SM2Signature.from_der(signer.sign(PREFIX + body))
    return base64.urlsafe_b64encode(body + signature.raw).decode().rstrip("=")


def read_any_claim(text: str) -> SignedClaim | SignedCopyClaim:
    """Read the claim of a licence's code or of a copy's: the length tells which. Raise `ClaimMalformed`."""
    return read_copy_claim(text) if len(text) == COPY_CLAIM_LENGTH else read_claim(text)


def read_copy_claim(text: str) -> SignedCopyClaim:
    """Read a claim. Nothing is trusted yet. Raise `ClaimMalformed`."""
    if len(text) != COPY_CLAIM_LENGTH:
        raise ClaimMalformed
    octets = decoded(text)
    body = octets[: LAYOUT.size]
    version, key, copy, licence, until, place = LAYOUT.unpack(body)
    number, index = divmod(int.from_bytes(place, "big"), 1 << INDEX_BITS)
    seconds = int.from_bytes(until, "big")
    if version != VERSION or seconds >= LATEST:
        raise ClaimMalformed
    try:
        signature = SM2Signature.from_raw(octets[LAYOUT.size :])
    except (ValueError, TrustError):
        raise ClaimMalformed from None
    claim = CopyClaim(
        copy=unpacked_name(copy),
        licence=licence,
        valid_until=datetime.fromtimestamp(seconds, tz=UTC),
        status_list=number or None,
        status_index=index,
    )
    return SignedCopyClaim(claim=claim, key=key, body=body, signature=signature)

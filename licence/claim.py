"""The claim that a licence's QR code carries: a few bytes, signed with SM2, that prove themselves (docs/qr.md).

    offset  octets
    0       1   version: 2. It also says which algorithms: those of 1 and 2 are SM3, and SM2 with SM3
    1       4   key: the first 4 octets of SM3 over the signer's certificate
    5       16  licence: the first 16 octets of SM3 over the licence identifier in ASCII
    21      12  issuer: the unified social credit code as a number in base 31
    33      2   last day of validity, as days since 1970-01-01 in China Standard Time; FFFF: no end
    35      5   place: the number of the status list in the upper 12 bits, the index in that list in the lower 28
    40      64  SM2 signature r ‖ s over "xinyin licence claim v2" and a zero octet, followed by octets 0 to 39

Written in base64url without padding it takes 139 characters. Version 1 names no list: its place is 4 octets with the
index alone, the signature stands at 39 and has "… v1" in front, and it takes 138 characters.
"""

import base64
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Final

from identity.credit_code import ALPHABET, CreditCode
from identity.errors import CreditCodeMalformed
from licence.errors import ClaimMalformed, ClaimUntrusted
from trust.certificates import Certificate
from trust.crypto import backends
from trust.crypto.sm2 import SM2Backend, SM2Signature, digest
from trust.crypto.sm3 import sm3
from trust.errors import TrustError, Untrusted
from trust.signing import Signer

__all__ = [
    "CLAIM_LENGTH",
    "INDEX_BITS",
    "LISTS",
    "MAX_PAYLOAD",
    "Claim",
    "SignedClaim",
    "code_in",
    "decoded",
    "key_identifier",
    "licence_digest",
    "read_claim",
    "sign_claim",
    "signer_of",
]

CLAIM_LENGTH: Final = 139
"""Characters of a claim in its address: 104 octets in base64url."""

MAX_PAYLOAD: Final = 170
"""Octets of address and claim that a code of 25 mm carries, with modules that a phone reads from paper."""

INDEX_BITS: Final = 28
LISTS: Final = range(1, 1 << 12)
"""Numbers of status lists."""

ISSUER_LENGTH: Final = 12
KEPT_NAMES: Final = 1024
"""Issuers and signers whose names are kept as they were read: few stand behind all codes."""

NO_END: Final = 0xFFFF
EPOCH: Final = date(1970, 1, 1)
CODE_LENGTH: Final = 18


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the octets of a version stand."""

    version: int
    place: int
    """Octets of the place in a status list."""

    @cached_property
    def layout(self) -> struct.Struct:
        """What is signed."""
        return struct.Struct(f">B4s16s12sH{self.place}s")

    @cached_property
    def prefix(self) -> bytes:
        """What goes before what is signed: the same key signs status lists."""
        return f"xinyin licence claim v{self.version}\0".encode()

    @property
    def characters(self) -> int:
        """How many characters a claim takes."""
        return -(-4 * (self.layout.size + 64) // 3)


WITHOUT_LIST: Final = Form(version=1, place=4)
WITH_LIST: Final = Form(version=2, place=5)
BY_LENGTH: Final = {form.characters: form for form in (WITHOUT_LIST, WITH_LIST)}


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What the QR code of a licence says."""

    licence: bytes
    """16 octets that stand for the licence identifier."""

    issuer: CreditCode
    last_day: date | None
    status_index: int
    status_list: int | None = None
    """The number of the list in which the index is; None in claims of version 1, which leave it to the identifier."""

    def __post_init__(self) -> None:
        if self.status_list is not None and self.status_list not in LISTS:
            raise ValueError(f"a status list has a number from 1 to {LISTS[-1]}")
        if not 0 <= self.status_index < 1 << (INDEX_BITS if self.status_list else 32):
            raise ValueError("the index does not fit into its bits")

    @property
    def form(self) -> Form:
        """How the claim is written."""
        return WITHOUT_LIST if self.status_list is None else WITH_LIST

    @property
    def place(self) -> bytes:
        """The place of the licence in the status lists, as it is written."""
        return ((self.status_list or 0) << INDEX_BITS | self.status_index).to_bytes(self.form.place, "big")


@dataclass(frozen=True, kw_only=True)
class SignedClaim:
    """A claim as it was read, with the octets under its signature."""

    claim: Claim
    key: bytes
    body: bytes
    signature: SM2Signature

    def verify(self, certificates: Iterable[Certificate], *, backend: SM2Backend | None = None) -> Certificate:
        """Return the one of `certificates` whose key signed the claim, or raise `ClaimUntrusted`.

        Four octets name a certificate and do not tell it from every other: each that bears the name is tried.
        """
        message = self.claim.form.prefix + self.body
        return signer_of(message, self.key, self.signature, certificates, backend=backend)


def signer_of(
    message: bytes,
    name: bytes,
    signature: SM2Signature,
    certificates: Iterable[Certificate],
    *,
    backend: SM2Backend | None = None,
) -> Certificate:
    """Return the one of the certificates of a name whose key signed a message, or raise `ClaimUntrusted`.

    Raise `BackendFailed` where no library could compute it: that is no forgery.
    """
    for certificate in certificates:
        key = certificate.public_key.sm2
        if key is None or key_identifier(certificate) != name:
            continue
        try:
            backends.verify(key, digest(key, message), signature, backend=backend)
        except Untrusted:
            continue
        return certificate
    raise ClaimUntrusted


def licence_digest(identifier: str) -> bytes:
    """Return the 16 octets that stand for a licence identifier."""
    return sm3(identifier.encode("ascii"))[:16]


@lru_cache(KEPT_NAMES)
def key_identifier(certificate: Certificate) -> bytes:
    """Return the 4 octets that name the key of a certificate."""
    return sm3(certificate.der)[:4]


@lru_cache(KEPT_NAMES)
def pack_issuer(code: CreditCode) -> bytes:
    """Return a credit code as a number in base 31."""
    number = 0
    for character in code.value:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    return number.to_bytes(ISSUER_LENGTH, "big")


@lru_cache(KEPT_NAMES)
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


def unpack_place(form: Form, packed: bytes) -> tuple[int | None, int]:
    """Return the number of the status list and the index in it, or raise `ClaimMalformed`."""
    place = int.from_bytes(packed, "big")
    if form is WITHOUT_LIST:
        return None, place
    number, index = divmod(place, 1 << INDEX_BITS)
    if number not in LISTS:
        raise ClaimMalformed
    return number, index


def sign_claim(claim: Claim, signer: Signer, certificate: Certificate) -> str:
    """Return the claim, signed, as the text that goes into the address."""
    form = claim.form
    days = NO_END if claim.last_day is None else min((claim.last_day - EPOCH).days, NO_END - 1)
    body = form.layout.pack(
        form.version, key_identifier(certificate), claim.licence, pack_issuer(claim.issuer), days, claim.place
    )
    signature = SM2Signature.from_der(signer.sign(form.prefix + body))
    return base64.urlsafe_b64encode(body + signature.raw).decode().rstrip("=")


def code_in(address: str) -> str:
    """Return the text of a claim out of the address that leads to it; a claim by itself is returned as it is."""
    return address.replace("#", "/").rpartition("/")[2]


def decoded(text: str) -> bytes:
    """Return the octets of a claim. Raise `ClaimMalformed`.

    One claim has one spelling: base64 with loose ends would let a second one pass.
    """
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise ClaimMalformed from None
    if base64.urlsafe_b64encode(octets).decode().rstrip("=") != text:
        raise ClaimMalformed
    return octets


def read_claim(text: str) -> SignedClaim:
    """Read a claim. Nothing is trusted yet. Raise `ClaimMalformed`."""
    form = BY_LENGTH.get(len(text))
    if form is None:
        raise ClaimMalformed
    octets = decoded(text)
    try:
        body = octets[: form.layout.size]
        version, key, licence, issuer, days, place = form.layout.unpack(body)
        signature = SM2Signature.from_raw(octets[form.layout.size :])
    except (ValueError, TrustError):
        raise ClaimMalformed from None
    if version != form.version:
        raise ClaimMalformed
    last_day = None if days == NO_END else EPOCH + timedelta(days=days)
    status_list, index = unpack_place(form, place)
    claim = Claim(
        licence=licence,
        issuer=unpack_issuer(issuer),
        last_day=last_day,
        status_index=index,
        status_list=status_list,
    )
    return SignedClaim(claim=claim, key=key, body=body, signature=signature)
